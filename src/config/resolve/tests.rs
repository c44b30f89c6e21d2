//! The order of the sources, and the errors when none has a value.

#![allow(clippy::disallowed_methods, reason = "tests prepare and damage files by hand")]

#[cfg(unix)]
use super::YotiAccess;
use super::{ProviderAccess, ProviderSettings, Resolver};
use crate::cli::Flags;
use crate::config::Environment;
use std::path::PathBuf;

const FILE: &str = r#"
default_profile = "eu"
[profiles.eu]
base_url = "https://eu.example/v1"
api_key = "key-eu"
secret_env = "EU_SECRET"
output = "/srv/eu"
[profiles.us]
base_url = "https://us.example"
api_key = "key-us"
secret_command = ["printf", "from-command\n"]
"#;

fn with_file(text: &str) -> (tempfile::TempDir, Flags) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("config.toml");
    std::fs::write(&path, text).expect("a file");
    (folder, Flags::of_profile(&path, None))
}

/// The secret that signs, and how many others verify.
fn shared_secrets(settings: &ProviderSettings) -> (&[u8], usize) {
    match &settings.access {
        ProviderAccess::Veriff { signing, others, .. } => (signing.expose(), others.len()),
        ProviderAccess::Yoti(_) => panic!("Veriff was asked for"),
    }
}

fn refused(flags: &Flags, environment: &Environment) -> (u8, String) {
    let outcome = Resolver::new(flags, environment).and_then(|resolver| resolver.provider_settings());
    outcome.map(|_| (0, String::new())).unwrap_or_else(|error| (crate::exit::Exit::of(&error).code(), error.what().to_owned()))
}

#[test]
fn flag_beats_environment_beats_profile_beats_default() {
    let (_folder, mut flags) = with_file(FILE);
    let base_url = |flags: &Flags, pairs: &[(&str, &str)]| {
        let environment = Environment::from_pairs([("EU_SECRET", "s")].iter().chain(pairs).copied());
        Resolver::new(flags, &environment).and_then(|resolver| resolver.provider_settings()).expect("settings").base_url
    };
    assert_eq!(base_url(&flags, &[]), "https://eu.example");
    assert_eq!(base_url(&flags, &[("VMEDIA_BASE_URL", "https://env.example/v1/")]), "https://env.example");
    flags.connection.base_url = Some("https://flag.example".to_owned());
    assert_eq!(base_url(&flags, &[("VMEDIA_BASE_URL", "https://env.example")]), "https://flag.example");
    let output = |flag: Option<&str>, pairs: &[(&str, &str)]| {
        let environment = Environment::from_pairs(pairs.iter().copied());
        Resolver::new(&flags, &environment).expect("a resolver").output(flag.map(PathBuf::from)).value
    };
    assert_eq!(output(None, &[]), PathBuf::from("/srv/eu"));
    assert_eq!(output(None, &[("VMEDIA_OUTPUT", "/env")]), PathBuf::from("/env"));
    assert_eq!(output(Some("/flag"), &[("VMEDIA_OUTPUT", "/env")]), PathBuf::from("/flag"));
}

#[test]
fn several_secrets_are_for_a_rotation_and_sources_are_named_without_them() {
    let environment =
        Environment::from_pairs([("VMEDIA_API_KEY", "key"), ("VMEDIA_API_SECRET", "new, old"), ("VMEDIA_BASE_URL", "https://x.example")]);
    let (_folder, flags) = with_file("");
    let settings = Resolver::new(&flags, &environment).and_then(|resolver| resolver.provider_settings()).expect("settings");
    assert_eq!(shared_secrets(&settings), (&b"new"[..], 1));
    assert_eq!(
        settings.credentials,
        "the API key from the environment (VMEDIA_API_KEY) and the secret from the environment (VMEDIA_API_SECRET) (no profile)"
    );
}

#[test]
fn a_host_that_was_pasted_without_a_scheme_gets_https() {
    let all = [("VMEDIA_API_KEY", "key"), ("VMEDIA_API_SECRET", "secret")];
    let base_url = |flags: &Flags, written: &str| {
        let environment = Environment::from_pairs(all.into_iter().chain([("VMEDIA_BASE_URL", written)]));
        Resolver::new(flags, &environment).and_then(|resolver| resolver.provider_settings()).expect("settings").base_url
    };
    for (written, expected) in [
        ("stationapi.veriff.com", "https://stationapi.veriff.com"),
        ("stationapi.veriff.com/v1", "https://stationapi.veriff.com"),
        ("localhost:8443", "https://localhost:8443"),
        ("http://127.0.0.1:9", "http://127.0.0.1:9"),
    ] {
        let (_folder, flags) = with_file("");
        assert_eq!(base_url(&flags, written), expected, "{written}");
    }
    for wrong in ["veriff", "ftp://x.example", "mailto:a@x.example", "/etc/x.toml", "a b.example"] {
        let (_folder, flags) = with_file("");
        let (code, what) = refused(&flags, &Environment::from_pairs(all.into_iter().chain([("VMEDIA_BASE_URL", wrong)])));
        assert!(code == 3 && what.contains("cannot be used"), "{what}");
    }
}

#[cfg(unix)]
#[test]
fn a_secret_comes_from_a_command_or_a_private_file() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, mut flags) = with_file(FILE);
    flags.connection.profile.name = Some("us".to_owned());
    let settings = Resolver::new(&flags, &Environment::default()).and_then(|resolver| resolver.provider_settings()).expect("settings");
    assert_eq!(shared_secrets(&settings).0, b"from-command");
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "from-file\n").expect("a file");
    let text = format!("[profiles.x]\nbase_url = \"https://x.example\"\napi_key = \"k\"\nsecret_file = {secret:?}\n");
    let (_folder, mut flags) = with_file(&text);
    flags.connection.profile.name = Some("x".to_owned());
    std::fs::set_permissions(&secret, PermissionsExt::from_mode(0o644)).expect("a mode");
    let (code, what) = refused(&flags, &Environment::default());
    assert!(code == 3 && what.contains("can be read by others (mode 644)"), "{what}");
    std::fs::set_permissions(&secret, PermissionsExt::from_mode(0o600)).expect("a mode");
    let settings = Resolver::new(&flags, &Environment::default()).and_then(|resolver| resolver.provider_settings()).expect("settings");
    assert_eq!(shared_secrets(&settings).0, b"from-file");
}

#[test]
fn what_is_missing_or_wrong_is_named() {
    let (_folder, flags) = with_file("");
    let all = [("VMEDIA_API_KEY", "key"), ("VMEDIA_API_SECRET", "secret"), ("VMEDIA_BASE_URL", "https://x.example")];
    for (index, missing) in ["API key", "API secret", "base URL"].into_iter().enumerate() {
        let pairs = all.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, pair)| *pair);
        let (code, what) = refused(&flags, &Environment::from_pairs(pairs));
        assert!(code == 3 && what.contains(missing), "{what}");
    }
    for (variable, value, word) in [
        ("VMEDIA_PROVIDER", "onfido", "onfido"),
        ("VMEDIA_API_KEY", "a b", "characters"),
        ("VMEDIA_API_SECRET", ",", "empty"),
        ("VMEDIA_BASE_URL", "http://api.example", "plain http"),
        ("VMEDIA_PROFILE", "nowhere", "no profile nowhere"),
    ] {
        let pairs = all.iter().copied().filter(|(name, _)| *name != variable).chain([(variable, value)]);
        let (code, what) = refused(&flags, &Environment::from_pairs(pairs));
        assert!(code == 3 && what.contains(word), "{code} {what}");
    }
    for (text, word) in [("[profiles.x]\nbase_ulr = 1", "line 2"), ("profiles = 1", "line 1"), ("[", "line 1")] {
        let (_folder, flags) = with_file(text);
        let (code, what) = refused(&flags, &Environment::default());
        assert!(code == 3 && what.contains(word), "{what}");
    }
    let absent = Flags::of_profile("/nowhere/config.toml".as_ref(), None);
    assert_eq!(refused(&absent, &Environment::default()).0, 3);
}

/// A file with a key that its owner alone can read.
#[cfg(unix)]
fn key_file(folder: &std::path::Path) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join("key.pem");
    std::fs::write(&path, include_str!("../../../tests/fixtures/yoti/published-test-key.pem")).expect("a file");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).expect("a mode");
    path
}

#[cfg(unix)]
#[test]
fn yoti_is_asked_with_an_id_and_its_key_or_with_a_token() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, _) = with_file("");
    let key = key_file(folder.path());
    let token = folder.path().join("token");
    std::fs::write(&token, "t0ken\n").expect("a file");
    std::fs::set_permissions(&token, PermissionsExt::from_mode(0o600)).expect("a mode");
    let text = format!("[profiles.y]\nprovider = \"yoti\"\nsdk_id = \"sdk/id\"\nkey_file = {key:?}\nprovider_days = 30\n");
    let (_folder, mut flags) = with_file(&text);
    flags.connection.profile.name = Some("y".to_owned());
    let settings = |pairs: &[(&str, &str)]| {
        let environment = Environment::from_pairs(pairs.iter().copied());
        let resolver = Resolver::new(&flags, &environment).expect("a resolver");
        assert_eq!([None, Some(3)].map(|flag| resolver.provider_days(flag).map(|days| days.value)), [Some(30), Some(3)]);
        resolver.provider_settings().expect("settings")
    };
    let signed = settings(&[]);
    assert_eq!(signed.base_url, "https://api.yoti.com/idverify/v1");
    assert!(matches!(&signed.access, ProviderAccess::Yoti(YotiAccess::Signed { sdk_id, .. }) if sdk_id == "sdk%2Fid"));
    let bearer = settings(&[("VMEDIA_YOTI_BEARER_FILE", &token.display().to_string()), ("VMEDIA_BASE_URL", "https://x.example/")]);
    assert_eq!(bearer.base_url, "https://x.example/idverify/v1");
    assert!(matches!(&bearer.access, ProviderAccess::Yoti(YotiAccess::Bearer(secret)) if secret.expose() == b"t0ken"));
    assert!(!bearer.credentials.contains("t0ken"), "{}", bearer.credentials);
}

#[cfg(unix)]
#[test]
fn what_yoti_lacks_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, flags) = with_file("");
    let key = key_file(folder.path()).display().to_string();
    let of = |pairs: &[(&str, &str)]| refused(&flags, &Environment::from_pairs([("VMEDIA_PROVIDER", "yoti")].iter().chain(pairs).copied()));
    assert_eq!(of(&[]), (3, "there is no SDK id".to_owned()));
    assert_eq!(of(&[("VMEDIA_YOTI_SDK_ID", "id")]), (3, "there is no key file".to_owned()));
    assert_eq!(of(&[("VMEDIA_YOTI_SDK_ID", "i d"), ("VMEDIA_YOTI_KEY_FILE", &key)]).0, 3);
    std::fs::set_permissions(&key, PermissionsExt::from_mode(0o640)).expect("a mode");
    let (code, what) = of(&[("VMEDIA_YOTI_SDK_ID", "id"), ("VMEDIA_YOTI_KEY_FILE", &key)]);
    assert!(code == 3 && what.contains("the key file") && what.contains("can be read by others (mode 640)"), "{what}");
}

#[cfg(unix)]
#[test]
fn a_token_comes_from_a_command_unless_the_environment_has_a_key() {
    let (folder, _) = with_file("");
    let key = key_file(folder.path()).display().to_string();
    let profile = "[profiles.y]\nprovider = \"yoti\"\nsdk_id = \"id\"\nbearer_command = [\"printf\", \"t0ken\\n\"]\n";
    let (_folder, mut flags) = with_file(profile);
    flags.connection.profile.name = Some("y".to_owned());
    let access = |pairs: &[(&str, &str)]| {
        let environment = Environment::from_pairs(pairs.iter().copied());
        Resolver::new(&flags, &environment).and_then(|resolver| resolver.provider_settings()).expect("settings").access
    };
    assert!(matches!(access(&[]), ProviderAccess::Yoti(YotiAccess::Bearer(secret)) if secret.expose() == b"t0ken"));
    assert!(matches!(access(&[("VMEDIA_YOTI_KEY_FILE", &key)]), ProviderAccess::Yoti(YotiAccess::Signed { .. })));
    for (line, words) in [("bearer_file = \"/t\"\n", "both bearer_file and bearer_command"), ("", "gives no valid bearer token")] {
        let text = format!("{profile}{line}").replace("t0ken", if line.is_empty() { "two words" } else { "t0ken" });
        let (_folder, mut flags) = with_file(&text);
        flags.connection.profile.name = Some("y".to_owned());
        let (code, what) = refused(&flags, &Environment::default());
        assert!(code == 3 && what.contains(words) && !what.contains("two words"), "{what}");
    }
}

#[test]
fn processes_share_the_limits_of_a_profile() {
    let (_folder, mut flags) = with_file(&FILE.replace("[profiles.us]", "max_rate = \"600/m\"\nlimit_rate = \"1M\"\n[profiles.us]"));
    let limits = |flags: &Flags| Resolver::new(flags, &Environment::from_pairs([])).expect("a resolver").network().limits;
    assert_eq!((limits(&flags).requests, limits(&flags).bytes), (Some(10.0), Some(1_000_000)));
    flags.limits.share_of = Some(50);
    assert_eq!((limits(&flags).requests, limits(&flags).bytes), (Some(0.2), Some(20_000)));
}
