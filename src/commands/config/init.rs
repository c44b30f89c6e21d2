//! `vmedia config init`: asks for the settings of a profile and writes it.
//!
//! Nothing is written before the last answer. Must not judge answers; `config` does, by the rules of every run.

use super::Context;
use super::check;
use super::terminal::Terminal;
use crate::archive::must_be_outside;
use crate::cli::{ConnectionFlags, EventFormat, Flags, ProviderChoice};
use crate::config::{Draft, Edit, SecretStore, answers, default_provider_days, keyring, rotated};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::provider::yoti;
use crate::text::sanitize;
use secrecy::zeroize::Zeroizing;

/// A secret that was typed, or that stays where it is; and the line that announces it.
struct Kept {
    store: SecretStore,
    typed: Option<Zeroizing<String>>,
    announcement: String,
}

struct Answers<'a> {
    terminal: Terminal<'a>,
    context: &'a Context,
    edit: Edit,
    draft: Draft,
    /// True if the profile that is replaced has the same provider, so that its values are of use.
    is_same_provider: bool,
}

pub(super) fn run(context: &Context) -> Result<Exit> {
    let edit = Edit::open(&context.flags, &context.environment)?;
    must_be_outside("--config", edit.path())?;
    let terminal = Terminal::open(context)?;
    terminal.say(&format!("This writes a profile into {}.", edit.path().display()));
    terminal.say("Nothing is written before you say so at the end; Ctrl-C ends it at any time.");
    terminal.say("");
    let draft = Draft::new(name(&terminal, &edit, &context.flags)?);
    let mut answers = Answers { terminal, context, edit, draft, is_same_provider: true };
    let provider = answers.provider()?;
    let kept = match provider {
        ProviderChoice::Veriff => answers.veriff()?,
        ProviderChoice::Yoti => answers.yoti()?,
    };
    answers.archive(provider)?;
    answers.write(kept.as_ref())
}

/// Asks for a name that is new, or whose profile may be replaced.
fn name(terminal: &Terminal<'_>, edit: &Edit, flags: &Flags) -> Result<String> {
    let offered = flags.connection.profile.name.as_deref().unwrap_or("live");
    loop {
        let name = terminal.ask("Name of the profile", offered, answers::profile_name)?;
        let question = format!("There is a profile {name}. Replace its provider, credentials and folder?");
        if !edit.has(&name) || terminal.is_wanted(&question, false)? {
            return Ok(name);
        }
    }
}

impl Answers<'_> {
    /// Returns the value of a key in the profile that is replaced; nothing if it has another provider.
    fn before(&self, key: &str) -> String {
        let before = self.edit.value(&self.draft.name, key).filter(|_| self.is_same_provider);
        before.unwrap_or_default()
    }

    fn provider(&mut self) -> Result<ProviderChoice> {
        let before = answers::provider(&self.before("provider")).unwrap_or(ProviderChoice::Veriff);
        let offered = self.context.flags.connection.provider.unwrap_or(before).name();
        let provider = self.terminal.ask("Provider, veriff or yoti", offered, answers::provider)?;
        self.is_same_provider = provider == before;
        self.draft.set("provider", provider.name());
        Ok(provider)
    }

    fn base_url(&mut self, provider: ProviderChoice, question: &str) -> Result<()> {
        let usual = if provider == ProviderChoice::Yoti { yoti::BASE_URL } else { "" };
        let before = Some(self.before("base_url")).filter(|before| !before.is_empty());
        let offered = self.context.flags.connection.base_url.clone().or(before).unwrap_or_else(|| usual.to_owned());
        let insecure_http = self.context.flags.connection.trust.insecure_http;
        let url = self.terminal.ask(question, &offered, |answer| answers::base_url(answer, provider, insecure_http))?;
        if url != usual {
            self.draft.set("base_url", url);
        }
        Ok(())
    }

    fn veriff(&mut self) -> Result<Option<Kept>> {
        self.base_url(ProviderChoice::Veriff, "Base URL, as the Customer Portal shows it for the integration under API keys")?;
        let api_key = self.terminal.ask("API key", &self.before("api_key"), answers::api_key)?;
        self.draft.set("api_key", api_key);
        let integration_id = self.before("integration_id");
        if !integration_id.is_empty() {
            let question = "Integration id, where one API key serves several";
            if let Some(id) = self.optional(question, "none", &integration_id, |answer| answers::integration_id(answer).map(Some))? {
                self.draft.set("integration_id", id);
            }
        }
        self.shared_secret()
    }

    fn shared_secret(&mut self) -> Result<Option<Kept>> {
        let path = self.edit.path().with_file_name(format!("{}.secret", self.draft.name));
        let mut choices = vec![
            format!("in a file that only you can read: {}", path.display()),
            "where a command gets it from, such as that of a password manager".to_owned(),
            "in the environment: VMEDIA_API_SECRET is set for every run".to_owned(),
        ];
        let mut offered = 0;
        if keyring::check_available().is_ok() {
            offered = choices.len();
            choices.push("in the keyring of this system".to_owned());
        }
        match self.terminal.choose("Where is the shared secret kept?", &choices, offered)? {
            0 => {
                self.draft.set_path("secret_file", &path)?;
                return self.kept(SecretStore::File(path)).map(Some);
            }
            3 => {
                self.draft.set("secret_keyring", true);
                return self.kept(SecretStore::Keyring(self.draft.name.clone())).map(Some);
            }
            1 => {
                let words = self.terminal.ask("Command that prints it, such as: pass show vmedia", "", answers::command)?;
                self.draft.set_words("secret_command", &words);
            }
            _ => {}
        }
        Ok(None)
    }

    /// Asks for the secret. One that is there already may be the only copy, and is never replaced without asking.
    fn kept(&self, store: SecretStore) -> Result<Kept> {
        let readers = if matches!(store, SecretStore::File(_)) { ", readable only by you" } else { "" };
        let secret = || self.terminal.ask_secret("Shared secret (what you type is not shown)", answers::secret);
        if !store.is_taken()? {
            return Ok(Kept { typed: Some(secret()?), announcement: format!("Into {store}{readers}: the shared secret."), store });
        }
        let choices = [
            "it stays as it is, and this profile uses it",
            "it stays behind a new one, as in a key rotation: the new one signs, both verify",
            "a new one replaces it, and no copy of it is left",
        ];
        let question = format!("There is a secret in {store} already. What becomes of it?");
        let (typed, announcement) = match self.terminal.choose(&question, &choices.map(str::to_owned), 0)? {
            0 => (None, format!("In {store}: the shared secret, which stays as it is.")),
            1 => {
                let retired = store.held()?;
                let announcement = format!("Into {store}{readers}: the new shared secret, before what is there.");
                (Some(rotated(&secret()?, &retired)), announcement)
            }
            _ => (Some(secret()?), format!("Into {store}{readers}: the new shared secret, in place of what is there.")),
        };
        Ok(Kept { store, typed, announcement })
    }

    fn yoti(&mut self) -> Result<Option<Kept>> {
        self.base_url(ProviderChoice::Yoti, "Base URL")?;
        let sdk_id = self.terminal.ask("Client SDK id, as the Hub shows it under Keys", &self.before("sdk_id"), answers::sdk_id)?;
        self.draft.set("sdk_id", sdk_id);
        let path = self.terminal.ask("File with its private key (PEM)", &self.before("key_file"), answers::key_file)?;
        self.draft.set_path("key_file", &path)?;
        Ok(None)
    }

    fn archive(&mut self, provider: ProviderChoice) -> Result<()> {
        let usual = "vmedia-archive in the folder where vmedia is started";
        if let Some(folder) = self.optional("Folder of the archive", usual, &self.before("output"), answers::folder)? {
            self.draft.set_path("output", &folder)?;
        }
        let usual = default_provider_days(provider).to_string();
        let question = "Days for which the provider keeps media, by your contract";
        if let Some(days) = self.optional(question, &usual, &self.before("provider_days"), answers::provider_days)? {
            self.draft.set("provider_days", i64::from(days));
        }
        Ok(())
    }

    /// Asks for an optional setting. Without an answer it is the one of before, else the usual one.
    fn optional<T>(&self, question: &str, usual: &str, before: &str, read: impl Fn(&str) -> Result<Option<T>>) -> Result<Option<T>> {
        let way = if before.is_empty() { "Enter" } else { "-" };
        let read = |answer: &str| if answer == "-" { Ok(None) } else { read(answer) };
        self.terminal.ask(&format!("{question}; {way} for {usual}"), before, read)
    }

    fn write(mut self, kept: Option<&Kept>) -> Result<Exit> {
        let terminal = &self.terminal;
        let is_default = !self.edit.has_default() && terminal.is_wanted("Use this profile when none is named?", true)?;
        if is_default {
            self.edit.make_default(&self.draft.name);
        }
        self.edit.take(&self.draft)?;
        terminal.say(&format!("\nInto {}:\n", self.edit.path().display()));
        if is_default {
            terminal.say(&format!("  default_profile = \"{}\"\n", self.draft.name));
        }
        self.edit.text_of(&self.draft.name).lines().for_each(|line| terminal.say(&format!("  {}", sanitize(line))));
        if let Some(kept) = kept {
            terminal.say(&format!("\n{}", kept.announcement));
        }
        terminal.say("");
        if !terminal.is_wanted("Write this?", true)? {
            terminal.say("Nothing was written.");
            return Ok(Exit::Done);
        }
        self.edit.check_unchanged()?;
        // The secret first: a profile never names one that is not there.
        if let Some((store, secret)) = kept.and_then(|kept| Some((&kept.store, kept.typed.as_ref()?))) {
            store.keep(secret)?;
        }
        self.edit.write()?;
        terminal.say("Written.");
        self.check()
    }

    /// Offers to try it, as `vmedia config check` does.
    fn check(&self) -> Result<Exit> {
        let context = self.context;
        let displaced = answers::displaced(&self.draft, &context.environment);
        if !displaced.is_empty() {
            let verb = if displaced.len() == 1 { "is set here and goes" } else { "are set here and go" };
            let note = format!("{} {verb} before what the profile says, now and in every run", displaced.join(" and "));
            self.terminal.say(&context.console.note_line(&note));
        }
        let file = context.flags.connection.profile.file.config.as_ref().map(|path| format!(" --config {}", path.display()));
        let later = format!("vmedia config check --profile {}{}", self.draft.name, file.unwrap_or_default());
        let question = "Try it now, with a question to the provider that changes nothing?";
        // Ctrl-C ends only this question.
        let is_wanted = self.terminal.is_wanted(question, true);
        if !is_wanted.map_err(|error| Error::new(error.kind(), error.what(), format!("all is written; to try it: {later}")))? {
            self.terminal.say(&format!("To try it later: {later}"));
            return Ok(Exit::Done);
        }
        // These flags offered answers, which the profile has now.
        let mut flags = context.flags.clone();
        flags.connection = ConnectionFlags { provider: None, base_url: None, ..flags.connection };
        flags.connection.profile.name = Some(self.draft.name.clone());
        check::run(&flags, EventFormat::Text, context)
    }
}
