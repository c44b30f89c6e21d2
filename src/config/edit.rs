//! Writes a profile into the configuration file, and keeps the rest of it: other profiles, comments, order.
//!
//! Must not know what the answers mean, and gets a secret only to write it into a file of its own.

use super::environment::Environment;
use super::file;
use super::keys::keys_of;
use super::profile::Profile;
use super::sourced::{Source, Sourced};
use crate::cli::Flags;
use crate::error::{self, Error, Result, plain};
use crate::store::{Readers, replace};
use crate::text::as_written;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use toml_edit::{Array, DocumentMut, Item, Table, Value};

/// The keys of a profile that are not asked for and stay as they are; a new profile replaces all others.
const KEPT: [&str; 19] = [
    "max_rate",
    "limit_rate",
    "with",
    "only",
    "jobs",
    "skip_complete",
    "log_file",
    "metrics_file",
    "ship",
    "s3_endpoint",
    "layout",
    "lock",
    "lock_days",
    "storage_class",
    "kms_key",
    "sign_key",
    "timestamp",
    "approvals",
    "ping_url",
];

/// URLs that may hold a token and are not shown.
const NOT_SHOWN: [&str; 2] = ["ping_url", "timestamp"];

/// A new profile.
pub(crate) struct Draft {
    pub(crate) name: String,
    keys: Vec<(&'static str, Value)>,
}

impl Draft {
    pub(crate) fn new(name: String) -> Self {
        Self { name, keys: Vec::new() }
    }

    /// Sets a key to a text, a number or a truth.
    pub(crate) fn set(&mut self, key: &'static str, value: impl Into<Value>) {
        self.keys.push((key, value.into()));
    }

    /// Sets a key to the arguments of a command.
    pub(crate) fn set_words(&mut self, key: &'static str, words: &[String]) {
        self.keys.push((key, Value::Array(words.iter().collect::<Array>())));
    }

    /// Sets a key to a path. Fails if the path is not UTF-8.
    pub(crate) fn set_path(&mut self, key: &'static str, path: &Path) -> Result<()> {
        let text = path.to_str().ok_or_else(|| {
            let what = format!("{key} cannot be written: {} is not UTF-8", path.display());
            Error::configuration(what, "choose a place whose whole path is text, the configuration's with --config")
        })?;
        self.set(key, text);
        Ok(())
    }

    /// Returns whether it has a key that begins so.
    pub(super) fn has(&self, beginning: &str) -> bool {
        self.keys.iter().any(|(key, _)| key.starts_with(beginning))
    }
}

/// The configuration file with its changes.
pub(crate) struct Edit {
    /// The absolute path, as it is named.
    path: PathBuf,
    /// The file that the path leads to; a link stays a link.
    target: PathBuf,
    /// The text when it was read; `None` if there was no file.
    before: Option<String>,
    document: DocumentMut,
}

impl Edit {
    /// Reads the file that a run would read, which may be absent. Fails if it is invalid.
    pub(crate) fn open(flags: &Flags, environment: &Environment) -> Result<Self> {
        let location = file::required_location(flags, environment)?;
        let path = std::path::absolute(&location.value).unwrap_or(location.value);
        let target = std::fs::canonicalize(&path).map_or_else(|_| path.clone(), as_written);
        if path.is_symlink() && !target.exists() {
            let what = format!("{} is a link, and what it leads to is not there", path.display());
            return Err(Error::configuration(what, "make that file, which may be empty, or take the link away"));
        }
        if !target.exists() {
            return Ok(Self { path, target, before: None, document: DocumentMut::new() });
        }
        let (text, _) = file::read_text(&Sourced::new(path.clone(), Source::Flag("--config")))?;
        let document = text.parse().map_err(|_| Error::unexpected("the configuration can be read and not be edited"))?;
        Ok(Self { path, target, before: Some(text), document })
    }

    /// Returns its path, as it is named. A secret file belongs beside it, and not beside the target of a link, which may be shared.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn has(&self, profile: &str) -> bool {
        self.document.get("profiles").and_then(Item::as_table_like).is_some_and(|profiles| profiles.contains_key(profile))
    }

    /// Returns the value of a key of a profile, if that is a text or a number.
    pub(crate) fn value(&self, profile: &str, key: &str) -> Option<String> {
        let profile = self.document.get("profiles")?.get(profile)?;
        let value = profile.get(key)?;
        value.as_str().map(str::to_owned).or_else(|| value.as_integer().map(|number| number.to_string()))
    }

    pub(crate) fn has_default(&self) -> bool {
        self.document.contains_key("default_profile")
    }

    pub(crate) fn make_default(&mut self, profile: &str) {
        self.document.insert("default_profile", Item::Value(profile.into()));
    }

    /// Adds a profile, in place of one of its name.
    pub(crate) fn take(&mut self, draft: &Draft) -> Result<()> {
        let in_the_way = || {
            Error::configuration(
                format!("there is no place for profile {} among the profiles as they are written", draft.name),
                "write them as [profiles.NAME], each with its keys below it",
            )
        };
        let is_empty = self.document.is_empty();
        let profiles = self.document.entry("profiles").or_insert_with(|| {
            let mut profiles = Table::new();
            profiles.set_implicit(true);
            Item::Table(profiles)
        });
        let profiles = profiles.as_table_like_mut().ok_or_else(in_the_way)?;
        let profile = profiles.entry(&draft.name).or_insert_with(|| {
            let mut profile = Table::new();
            profile.decor_mut().set_prefix(if is_empty { "" } else { "\n" });
            Item::Table(profile)
        });
        let profile = profile.as_table_like_mut().ok_or_else(in_the_way)?;
        for key in keys_of::<Profile>().iter().filter(|key| !KEPT.contains(key)) {
            profile.remove(key);
        }
        for (key, value) in &draft.keys {
            profile.insert(key, Item::Value(value.clone()));
        }
        Ok(())
    }

    /// Returns the lines of a profile without comments, and without values that may be secrets.
    pub(crate) fn text_of(&self, profile: &str) -> String {
        let keys = self.document.get("profiles").and_then(|profiles| profiles.get(profile)).and_then(Item::as_table_like);
        let values = keys.into_iter().flat_map(|keys| keys.iter()).filter_map(|(key, item)| Some((key, item.as_value()?)));
        let lines = values.map(|(key, value)| match key {
            _ if NOT_SHOWN.contains(&key) => format!("{key} = (as before, not shown)\n"),
            _ => format!("{key} = {}\n", value.clone().decorated("", "")),
        });
        format!("[profiles.{profile}]\n{}", lines.collect::<String>())
    }

    /// Fails if the file was changed by another program since it was read.
    pub(crate) fn check_unchanged(&self) -> Result<()> {
        let is_same = match (&self.before, std::fs::read_to_string(&self.target)) {
            (Some(before), Ok(now)) => *before == now,
            (None, Err(error)) => error.kind() == ErrorKind::NotFound,
            _ => false,
        };
        if is_same {
            return Ok(());
        }
        let what = format!("{} was changed by another program meanwhile", self.path.display());
        Err(Error::new(error::ErrorKind::Local, what, "nothing was written; run it again, and it begins with the file as it is now"))
    }

    /// Writes it, in one step and for its owner alone.
    pub(crate) fn write(&self) -> Result<()> {
        write_private(&self.target, self.document.to_string().as_bytes())
    }
}

/// Writes a file that only its owner can read, and creates its folder. Replaces an existing file atomically.
pub(super) fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let written = private_folder(folder).and_then(|()| replace(path, bytes, Readers::Owner));
    written.map_err(|error| {
        let what = format!("cannot write {}: {}", path.display(), plain(&error));
        Error::new(error::ErrorKind::Local, what, "choose a place that you can write to with --config").caused_by(error)
    })
}

fn private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::{Draft, Edit};
    use std::path::PathBuf;

    fn edit(text: &str) -> Edit {
        let path = PathBuf::from("config.toml");
        Edit { path: path.clone(), target: path, before: Some(text.to_owned()), document: text.parse().expect("TOML") }
    }

    fn draft() -> Draft {
        let mut draft = Draft::new("live".to_owned());
        draft.set("provider", "veriff");
        draft.set_path("output", &PathBuf::from(r"C:\Archive")).expect("text");
        draft.set_words("secret_command", &["pass".to_owned(), "show".to_owned()]);
        draft.set("provider_days", 90);
        draft
    }

    const WRITTEN: &str =
        "[profiles.live]\nprovider = \"veriff\"\noutput = 'C:\\Archive'\nsecret_command = [\"pass\", \"show\"]\nprovider_days = 90\n";

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_no_text_is_not_written_as_another() {
        use std::os::unix::ffi::OsStrExt;
        let path = PathBuf::from(std::ffi::OsStr::from_bytes(b"/srv/\xff"));
        let refused = draft().set_path("output", &path).expect_err("no text");
        assert!(refused.what().starts_with("output cannot be written: /srv/"), "{refused}");
    }

    #[test]
    fn a_first_profile_is_all_that_is_written() {
        let mut edit = edit("");
        assert!(!edit.has("live") && !edit.has_default());
        edit.make_default("live");
        edit.take(&draft()).expect("a place");
        assert!(edit.has("live") && edit.has_default());
        assert_eq!(edit.text_of("live"), WRITTEN);
        assert_eq!(edit.document.to_string(), format!("default_profile = \"live\"\n\n{WRITTEN}"));
    }

    #[test]
    fn what_else_stands_there_stays() {
        let others = "# mine\ndefault_profile = \"test\" # for now\n\n# not live\n[profiles.test]\nbase_url = 'https://x.example' # here\n";
        let mut edit = edit(others);
        edit.take(&draft()).expect("a place");
        assert_eq!(edit.document.to_string(), format!("{others}\n{WRITTEN}"));
    }

    #[test]
    fn a_profile_that_is_replaced_keeps_what_was_not_asked_for_and_no_other_reference() {
        let mut edit = edit(
            "# the real one\n[profiles.live]\nsecret_file = 'x'\nmax_rate = \"20/s\" # agreed\nsdk_id = 'y'\nping_url = 'https://x'\n",
        );
        edit.take(&draft()).expect("a place");
        let text = edit.document.to_string();
        assert!(text.starts_with("# the real one\n[profiles.live]\nmax_rate = \"20/s\" # agreed\n"), "{text}");
        assert!(!text.contains("secret_file") && !text.contains("sdk_id") && text.contains("secret_command"), "{text}");
        // Kept keys are shown as well, and no secret.
        let shown = edit.text_of("live");
        assert!(shown.starts_with("[profiles.live]\nmax_rate = \"20/s\"\nping_url = (as before, not shown)\n"), "{shown}");
        assert!(shown.ends_with("provider_days = 90\n"), "{shown}");
    }

    #[test]
    fn profiles_in_one_line_are_written_in_one_line() {
        let mut edit = edit("profiles = { test = { api_key = 'k' } }\n");
        edit.take(&draft()).expect("a place");
        let text = edit.document.to_string();
        let read: toml::Table = text.parse().expect("TOML");
        assert!(read["profiles"]["live"]["provider"].as_str() == Some("veriff") && text.contains("api_key"), "{text}");
    }
}
