//! The configuration file, and the URLs that stand in it. No secret is looked for: a profile may name a command.

use super::safe::is_bounded_line;
use std::path::PathBuf;
use std::sync::LazyLock;
use vmedia::cli::Flags;
use vmedia::config::{Environment, Resolver};
use vmedia::http::{Address, parse_base_url};

/// A folder with the file that is read, and the flags that name it.
static FILE: LazyLock<(tempfile::TempDir, PathBuf, Flags)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("config.toml");
    let flags = Flags::of_profile(&path, None);
    (folder, path, flags)
});

/// What stands for a secret.
const SECRET: &str = "s3cr3t";

/// Whether a key or a table is called so; names are shown, values are not.
fn is_a_name(table: &toml::Table) -> bool {
    table.iter().any(|(key, value)| key.contains(SECRET) || is_a_name_in(value))
}

fn is_a_name_in(value: &toml::Value) -> bool {
    match value {
        toml::Value::Table(table) => is_a_name(table),
        toml::Value::Array(values) => values.iter().any(is_a_name_in),
        _ => false,
    }
}

/// Reads a file, and each of its lines as an address.
pub fn run(input: &[u8]) {
    let (_, path, flags) = &*FILE;
    std::fs::write(path, input).expect("written");
    let may_be_told = toml::from_slice(input).is_ok_and(|table| is_a_name(&table));
    for environment in [Environment::default(), Environment::from_pairs([("VMEDIA_PROFILE", "a")])] {
        match Resolver::new(flags, &environment) {
            Ok(resolver) => assert!(!resolver.output(None).value.as_os_str().is_empty() || input.windows(6).any(|word| word == b"output")),
            Err(error) => {
                assert_eq!(error.kind(), vmedia::error::ErrorKind::Configuration);
                assert!(!error.hint().is_empty());
                assert!(error.what().len() <= 2000 + path.as_os_str().len(), "{} bytes", error.what().len());
                assert!(may_be_told || !error.what().contains(SECRET), "the words of an error hold a value: {error}");
            }
        }
    }
    for line in String::from_utf8_lossy(input).lines().take(20) {
        is_an_address(line);
    }
}

/// A URL that is taken has no credentials, is taken the same way again, and is private unless it is of this machine.
fn is_an_address(line: &str) {
    match parse_base_url(line, false) {
        Ok(base) => {
            assert_eq!(parse_base_url(&base, false).as_deref(), Ok(base.as_str()), "{line:?}");
            let authority = base.split('/').nth(2).unwrap_or_default();
            assert!(!base.ends_with('/') && !authority.contains('@') && !base.contains(['?', '#']), "{base:?}");
            let is_local = ["http://localhost", "http://127.", "http://[::1]"].iter().any(|start| base.starts_with(start));
            assert!(base.starts_with("https://") || is_local || base.contains(".localhost"), "{base:?}");
        }
        Err(reason) => is_bounded_line(&reason.replace(line, "")),
    }
    if let Ok(address) = Address::parse_public(line) {
        assert!(address.target.starts_with('/') && !address.base_url.ends_with('/') && !address.base_url.contains('@'), "{address:?}");
        let again = Address::parse_public(&format!("{}{}", address.base_url, address.target));
        assert_eq!(again, Ok(address));
    }
}
