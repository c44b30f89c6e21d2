//! Reads the files that AWS's programs share: `~/.aws/credentials` and `~/.aws/config`.

use super::names;
use crate::config::environment::Environment;
use crate::error::{Error, Result, plain};
use secrecy::zeroize::Zeroizing;
use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::PathBuf;

/// Bytes of the largest file.
const LARGEST: u64 = 1024 * 1024;

/// One profile of the shared files.
pub(super) struct Profiles {
    /// Its name.
    pub(super) name: String,
    /// True if a variable names it.
    pub(super) is_chosen: bool,
    /// Its values by key. Those of the credentials file come first.
    values: HashMap<String, Zeroizing<String>>,
    /// The files that were read.
    files: Vec<PathBuf>,
}

impl Profiles {
    /// Reads the profile that `AWS_PROFILE` names, or `default`. Files that are not there are empty, unless a variable names them.
    pub(super) fn read(environment: &Environment) -> Result<Self> {
        let chosen = environment.value(names::PROFILE).or_else(|| environment.value(names::DEFAULT_PROFILE));
        let name = chosen.unwrap_or("default").to_owned();
        let mut profile = Self { is_chosen: chosen.is_some(), name, values: HashMap::new(), files: Vec::new() };
        let home = directories::BaseDirs::new().map(|folders| folders.home_dir().join(".aws"));
        for (variable, file, has_prefix) in [(names::SHARED_CREDENTIALS_FILE, "credentials", false), (names::CONFIG_FILE, "config", true)] {
            let named = environment.path(variable);
            let Some(path) = named.clone().or_else(|| home.as_ref().map(|home| home.join(file))) else { continue };
            match crate::input::read(&path, LARGEST).map(Zeroizing::new) {
                Ok(bytes) => {
                    let text = std::str::from_utf8(&bytes).map_err(|_| unreadable(&path, "it is not text"))?;
                    profile.add(text, has_prefix);
                    profile.files.push(path);
                }
                Err(error) if error.kind() == ErrorKind::NotFound && named.is_none() => {}
                Err(error) => return Err(unreadable(&path, &plain(&error))),
            }
        }
        Ok(profile)
    }

    /// Adds the values of the profile's section that are not known yet. In the configuration file its name follows `profile`.
    fn add(&mut self, text: &str, has_prefix: bool) {
        let mut is_ours = false;
        for line in text.lines().map(str::trim_end) {
            let is_nested = line.starts_with([' ', '\t']);
            let line = line.trim_start();
            if let Some(section) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(section, _)| section.trim()) {
                let name = section.strip_prefix("profile ").map(str::trim);
                is_ours = if has_prefix {
                    name == Some(&self.name) || section == "default" && self.name == "default"
                } else {
                    section == self.name
                };
            } else if is_ours && !is_nested && !line.starts_with(['#', ';']) {
                let Some((key, value)) = line.split_once('=') else { continue };
                // A comment follows a space.
                let value = value.split_once(" #").or_else(|| value.split_once(" ;")).map_or(value, |(value, _)| value).trim();
                if !value.is_empty() {
                    self.values.entry(key.trim().to_ascii_lowercase()).or_insert_with(|| Zeroizing::new(value.to_owned()));
                }
            }
        }
    }

    /// Returns a value of the profile.
    pub(super) fn value(&self, key: &str) -> Option<String> {
        self.values.get(key).map(|value| String::clone(value))
    }

    /// Returns the profile and its files, for errors.
    pub(super) fn description(&self) -> String {
        let files: Vec<String> = self.files.iter().map(|path| path.display().to_string()).collect();
        let files = if files.is_empty() { "~/.aws/config".to_owned() } else { files.join(" and ") };
        format!("the profile {} in {files}", crate::error::quote(&self.name))
    }
}

fn unreadable(path: &std::path::Path, why: &str) -> Error {
    Error::configuration(
        format!("cannot read {}: {why}", path.display()),
        "check AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE, and who may read it",
    )
}

#[cfg(test)]
mod tests {
    use super::Profiles;
    use std::collections::HashMap;

    #[test]
    fn a_profile_has_the_values_of_its_sections() {
        let read = |name: &str| {
            let mut profile = Profiles { name: name.to_owned(), is_chosen: true, values: HashMap::new(), files: Vec::new() };
            profile.add("[default]\naws_access_key_id = A\n[ops]\naws_access_key_id=B # ours\n#aws_secret_access_key=x\n", false);
            let config =
                "[default]\nregion=r1\n[profile ops]\nregion = r2\ns3 =\n  region = nested\naws_access_key_id = C\n[ops]\nregion = no\n";
            profile.add(config, true);
            ["aws_access_key_id", "aws_secret_access_key", "region"].map(|key| profile.value(key).unwrap_or_default()).join(",")
        };
        assert_eq!((read("default"), read("ops"), read("other")), ("A,,r1".to_owned(), "B,,r2".to_owned(), ",,".to_owned()));
    }
}
