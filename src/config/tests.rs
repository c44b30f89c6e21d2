//! The example of a configuration: every key is in it, every line of it works, and what it calls a default is one. And the
//! names of variables.

#![allow(clippy::disallowed_methods, reason = "tests prepare files by hand")]

use super::file;
use super::keys::keys_of;
use super::profile::{File, Profile};
use super::retention::ScheduleKeys;
use super::{EXAMPLE, Environment, Resolver, Source, Sourced};
use crate::cli::{Flags, ProviderChoice};
use std::collections::BTreeSet;

/// A commented line of the example: its key, and the line without the #.
fn setting(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_prefix('#')?;
    let (key, _) = line.split_once(" = ")?;
    key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_').then_some((key, line))
}

/// Reads a configuration.
fn read(text: &str) -> crate::error::Result<File> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("config.toml");
    std::fs::write(&path, text).expect("a file");
    file::read(&Sourced::new(path, Source::Flag("--config")))
}

#[test]
fn it_has_every_key_and_no_other() {
    let schedules = keys_of::<ScheduleKeys>().iter().copied().filter(|key| *key != "biometric");
    let known: BTreeSet<&str> = keys_of::<Profile>().iter().copied().chain(["default_profile"]).chain(schedules).collect();
    let named: BTreeSet<&str> = EXAMPLE.lines().filter_map(setting).map(|(key, _)| key).collect();
    assert_eq!(named, known);
}

#[test]
fn each_line_of_it_works_and_changes_its_key_alone() {
    let untouched = read(EXAMPLE).expect("the example as it is");
    assert_eq!(untouched.profiles.keys().collect::<Vec<_>>(), ["live", "yoti"]);
    let mut works = 0;
    for (number, line) in EXAMPLE.lines().enumerate() {
        let Some((key, line)) = setting(line) else { continue };
        let lines = EXAMPLE.lines().enumerate().map(|(other, text)| if other == number { line } else { text });
        let text: Vec<&str> = lines.collect();
        let file = read(&text.join("\n")).unwrap_or_else(|error| panic!("{key}: {error}"));
        assert_eq!(file.default_profile.is_some(), key == "default_profile", "{key}");
        works += 1;
    }
    assert!(works > 20, "{works}");
}

#[test]
fn all_of_it_works_at_once_with_one_reference_for_each_secret() {
    for kept in [
        "secret_file key_file",
        "secret_command bearer_file",
        "secret_keyring bearer_command",
        "secret_credential key_credential",
        "secret_env bearer_credential",
    ] {
        let is_kept = |key: &str| {
            let excludes = key != "key" && ["secret_", "key_", "bearer_"].iter().any(|group| key.starts_with(group));
            !excludes || kept.split(' ').any(|kept| kept == key)
        };
        let text: Vec<&str> =
            EXAMPLE.lines().map(|line| setting(line).filter(|(key, _)| is_kept(key)).map_or(line, |(_, line)| line)).collect();
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("config.toml");
        std::fs::write(&path, text.join("\n")).expect("a file");
        for profile in ["live", "yoti"] {
            let flags = Flags::of_profile(&path, Some(profile));
            let environment = Environment::default();
            let resolver = Resolver::new(&flags, &environment).unwrap_or_else(|error| panic!("{kept}: {error}"));
            // Its files do not exist, and systemd passes nothing; only that may be wrong.
            for problem in resolver.settings().into_iter().filter_map(|setting| setting.problem) {
                let is_absent = ["cannot read", "LIVE_SECRET", "CREDENTIALS_DIRECTORY"].iter().any(|words| problem.what().contains(words));
                assert!(is_absent, "{kept}, {profile}: {problem}");
            }
        }
    }
}

#[test]
fn what_it_calls_a_default_is_the_default() {
    let environment = Environment::default();
    let mut checked = BTreeSet::new();
    for (part, provider) in EXAMPLE.split("[profiles.").skip(1).zip([ProviderChoice::Veriff, ProviderChoice::Yoti]) {
        let mut flags = Flags::default();
        flags.connection.provider = Some(provider);
        let settings = Resolver::without_file(&flags, &environment).settings();
        for paragraph in part.split("\n\n") {
            let Some(key) = paragraph.lines().find_map(setting).map(|(key, _)| key) else { continue };
            let Some(setting) = settings.iter().find(|setting| setting.name == key) else { continue };
            let prose = paragraph.lines().filter(|line| line.starts_with("# ")).map(|line| &line[2..]).collect::<Vec<_>>().join(" ");
            let stated = prose.split_once("Default: ").map(|(_, stated)| stated.trim_end_matches('.').to_owned());
            let text = || setting.value.as_str().map_or_else(|| setting.value.to_string(), str::to_owned);
            let is = (setting.source == Some(Source::Default)).then(|| setting.text.clone().unwrap_or_else(text));
            // The flag that chose the provider is no default.
            if key != "provider" {
                assert_eq!(stated, is, "{key}");
                checked.insert(key);
            }
        }
    }
    assert!(checked.len() > 6, "{checked:?}");
    let flags = Flags::default();
    assert_eq!(Resolver::without_file(&flags, &environment).provider().expect("a provider").value, ProviderChoice::Veriff);
    assert!(EXAMPLE.contains("(Default: 7)"));
    assert_eq!(crate::provider::yoti::Yoti::PROVIDER_DAYS, 7);
}

#[test]
fn all_variables_of_ours_are_known() {
    let texts = include_str!("environment.rs").split('"');
    let read: BTreeSet<&str> = texts.filter(|text| text.starts_with("VMEDIA_") && *text != "VMEDIA_").collect();
    assert_eq!(read, BTreeSet::from(super::environment::names::OURS));
}

#[test]
fn a_slip_in_the_name_of_a_variable_is_seen() {
    let names = ["VMEDIA_BASE_ULR", "VMEDIA_APIKEY", "VMEDIA_OUTPUT", "VMEDIA_X", "BASE_ULR"];
    let environment = Environment::from_pairs(names.map(|name| (name, "x")));
    assert_eq!(environment.unknown_vars(), [("VMEDIA_APIKEY", "VMEDIA_API_KEY"), ("VMEDIA_BASE_ULR", "VMEDIA_BASE_URL")]);
}
