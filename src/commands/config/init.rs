//! `vmedia config init`: asks for what a profile needs and writes it, question by question.
//!
//! Nothing is written before the last answer. Must not judge answers; `config` does, by the rules of every run.

use super::Context;
use super::check::check_with;
use super::terminal::Terminal;
use crate::cli::{EventFormat, Global, ProviderChoice};
use crate::config::{Draft, Edit, answers, keyring, usual_retention_days, write_private};
use crate::error::Result;
use crate::exit::Exit;
use crate::provider::yoti;
use crate::secret::Secret;
use crate::text::sanitize;
use secrecy::zeroize::Zeroizing;
use std::path::PathBuf;

/// A secret that is to be written, and where.
enum Kept {
    File(PathBuf, Zeroizing<String>),
    Keyring(Zeroizing<String>),
}

/// What was answered so far, and what is offered.
struct Answers<'a> {
    terminal: Terminal<'a>,
    context: &'a Context,
    edit: Edit,
    draft: Draft,
}

/// Asks, shows, writes.
pub(super) fn run(context: &Context) -> Result<Exit> {
    let terminal = Terminal::open(context)?;
    let edit = Edit::open(&context.global, &context.environment)?;
    terminal.say(&format!("This writes a profile into {}.", edit.path().display()));
    terminal.say("Nothing is written before you say so at the end; Ctrl-C ends it at any time.");
    terminal.say("");
    let draft = Draft::new(name(&terminal, &edit, &context.global)?);
    let mut answers = Answers { terminal, context, edit, draft };
    let provider = answers.provider()?;
    let kept = match provider {
        ProviderChoice::Veriff => answers.veriff()?,
        ProviderChoice::Yoti => answers.yoti()?,
    };
    answers.archive(provider)?;
    answers.write(kept.as_ref())
}

/// A name that is new, or whose profile may be replaced.
fn name(terminal: &Terminal<'_>, edit: &Edit, global: &Global) -> Result<String> {
    let offered = global.profile.as_deref().unwrap_or("live");
    loop {
        let name = terminal.ask("Name of the profile", offered, answers::profile_name)?;
        let question = format!("There is a profile {name}. Replace its provider, credentials and folder?");
        if !edit.has(&name) || terminal.is_wanted(&question, false)? {
            return Ok(name);
        }
    }
}

impl Answers<'_> {
    /// What the profile that is replaced says under a key.
    fn before(&self, key: &str) -> String {
        self.edit.value(&self.draft.name, key).unwrap_or_default()
    }

    fn provider(&mut self) -> Result<ProviderChoice> {
        let before = answers::provider(&self.before("provider")).unwrap_or(ProviderChoice::Veriff);
        let offered = self.context.global.provider.unwrap_or(before).name();
        let provider = self.terminal.ask("Provider, veriff or yoti", offered, answers::provider)?;
        self.draft.set("provider", provider.name());
        Ok(provider)
    }

    fn base_url(&mut self, provider: ProviderChoice, question: &str) -> Result<()> {
        let usual = if provider == ProviderChoice::Yoti { yoti::BASE_URL } else { "" };
        let before = Some(self.before("base_url")).filter(|before| !before.is_empty());
        let offered = self.context.global.base_url.clone().or(before).unwrap_or_else(|| usual.to_owned());
        let insecure_http = self.context.global.insecure_http;
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
        let path = self.edit.path().with_file_name(format!("{}.secret", self.draft.name));
        let mut choices = vec![
            format!("in a file that nobody but you can read: {}", path.display()),
            "where a command gets it from, such as that of a password manager".to_owned(),
            "in the environment: VMEDIA_API_SECRET is set for every run".to_owned(),
        ];
        let mut offered = 0;
        if keyring::answers().is_ok() {
            offered = choices.len();
            choices.push("in the keyring of this system".to_owned());
        }
        match self.terminal.choose("Where is the shared secret kept?", &choices, offered)? {
            0 => {
                self.draft.set_path("secret_file", &path);
                return Ok(Some(Kept::File(path, self.secret()?)));
            }
            3 => {
                self.draft.set("secret_keyring", true);
                return Ok(Some(Kept::Keyring(self.secret()?)));
            }
            1 => {
                let words = self.terminal.ask("Command that prints it, such as: pass show vmedia", "", answers::command)?;
                self.draft.set_words("secret_command", &words);
            }
            _ => {}
        }
        Ok(None)
    }

    fn secret(&self) -> Result<Zeroizing<String>> {
        self.terminal.ask_secret("Shared secret (what you type is not shown)", answers::secret)
    }

    fn yoti(&mut self) -> Result<Option<Kept>> {
        self.base_url(ProviderChoice::Yoti, "Base URL")?;
        let sdk_id = self.terminal.ask("Client SDK id, as the Hub shows it under Keys", &self.before("sdk_id"), answers::sdk_id)?;
        self.draft.set("sdk_id", sdk_id);
        let path = self.terminal.ask("File with its private key (PEM)", &self.before("key_file"), answers::key_file)?;
        self.draft.set_path("key_file", &path);
        Ok(None)
    }

    fn archive(&mut self, provider: ProviderChoice) -> Result<()> {
        let question = "Folder of the archive; nothing is vmedia-archive in the folder where vmedia is started";
        if let Some(folder) = self.terminal.ask(question, &self.before("output"), answers::folder)? {
            self.draft.set_path("output", &folder);
        }
        let usual = usual_retention_days(provider);
        let question = format!("Days for which the provider keeps media, by your contract; nothing is {usual}");
        if let Some(days) = self.terminal.ask(&question, &self.before("retention_days"), answers::retention_days)? {
            self.draft.set("retention_days", i64::from(days));
        }
        Ok(())
    }

    /// Shows what is to be written, and writes it.
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
        self.draft.text().lines().for_each(|line| terminal.say(&format!("  {}", sanitize(line))));
        match kept {
            Some(Kept::File(path, _)) => terminal.say(&format!("\nInto {}, for nobody but you: the shared secret.", path.display())),
            Some(Kept::Keyring(_)) => terminal.say("\nInto the keyring of this system: the shared secret."),
            None => {}
        }
        terminal.say("");
        if !terminal.is_wanted("Write this?", true)? {
            terminal.say("Nothing was written.");
            return Ok(Exit::Done);
        }
        // The secret first: a profile never names one that is not there.
        match kept {
            Some(Kept::File(path, secret)) => write_private(path, secret.as_bytes())?,
            Some(Kept::Keyring(secret)) => keyring::keep(&self.draft.name, &Secret::new(secret.to_string()))?,
            None => {}
        }
        self.edit.write()?;
        terminal.say("Written.");
        self.check()
    }

    /// Offers to try it, as `vmedia config check` does.
    fn check(&self) -> Result<Exit> {
        let name = &self.draft.name;
        if !self.terminal.is_wanted("Try it now, with a question to the provider that changes nothing?", true)? {
            self.terminal.say(&format!("To try it later: vmedia config check --profile {name}"));
            return Ok(Exit::Done);
        }
        let global = Global { profile: Some(name.clone()), ..self.context.global.clone() };
        check_with(&global, EventFormat::Text, self.context)
    }
}
