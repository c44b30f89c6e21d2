//! `vmedia config init` where there is something already: a profile, a secret, a file that others write, variables.

use super::{INIT, World, is_private, play, play_with, run};
use std::path::Path;

/// Veriff's questions up to that for the secret's place, for a profile that is new.
const NEW: [(&str, &str); 5] = [
    ("Name of the profile [live]: ", "\n"),
    ("[veriff]: ", "\n"),
    ("under API keys: ", "https://x.example\n"),
    ("API key: ", "key\n"),
    ("Number [", "1\n"),
];

/// Those that follow, until it is written.
const REST: [(&str, &str); 4] =
    [("is started: ", "\n"), ("for 90: ", "\n"), ("none is named? [yes]: ", "\n"), ("Write this? [yes]: ", "\n")];

const NOT_NOW: (&str, &str) = ("changes nothing? [yes]: ", "no\n");

fn write_secret(folder: &Path, text: &str) -> std::path::PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join("live.secret");
    std::fs::write(&path, text).expect("written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("set");
    path
}

#[test]
fn a_secret_that_is_there_is_never_lost_unasked() {
    for (becomes, typed, reported, after) in [
        ("\n", None, "the shared secret, which stays as it is.", "current,retired\n"),
        ("2\n", Some("new\n"), "the new shared secret, before what is there.", "new,current,retired"),
        ("3\n", Some("new\n"), "the new shared secret, in place of what is there.", "new"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let secret = write_secret(folder.path(), "current,retired\n");
        let mut steps = NEW.to_vec();
        steps.extend([("What becomes of it?", ""), ("Number [1]: ", becomes)]);
        steps.extend(typed.map(|typed| ("not shown): ", typed)));
        steps.extend(REST);
        steps.push(NOT_NOW);
        let Some(played) = play(folder.path(), &INIT, &steps) else { return };
        let played = played.ends_with(0);
        assert!(played.shown.contains(reported) && !played.shown.contains("retired"), "{}", played.shown);
        assert!(played.written().contains("live.secret"), "{}", played.written());
        assert_eq!(std::fs::read_to_string(&secret).expect("a secret"), after);
        is_private(&secret);
    }
}

const VERIFF: &str = "default_profile = 'live'\n[profiles.live]\nprovider = 'veriff'\nbase_url = 'https://stationapi.example'\n\
                      api_key = 'old-key'\nintegration_id = 'old-integration'\nsecret_env = 'X'\noutput = '/srv/old'\nprovider_days = 30\n\
                      max_rate = '20/s' # agreed\nping_url = 'https://hc.example/hunter2'\n";

#[test]
fn what_was_said_of_one_provider_is_not_offered_for_another() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("c.toml"), VERIFF).expect("written");
    std::fs::write(folder.path().join("key.pem"), include_str!("../../../fixtures/yoti/published-test-key.pem")).expect("written");
    crate::secrets::mode(&folder.path().join("key.pem"), 0o600);
    let steps = [
        ("Name of the profile [live]: ", "\n"),
        ("credentials and folder? [no]: ", "yes\n"),
        ("[veriff]: ", "yoti\n"),
        ("[https://api.yoti.com/idverify/v1]: ", "\n"),
        ("under Keys: ", "an-sdk-id\n"),
        ("(PEM): ", "key.pem\n"),
        ("is started: ", "\n"),
        ("Enter for 7: ", "\n"),
        ("Write this? [yes]: ", "\n"),
        NOT_NOW,
    ];
    let Some(played) = play(folder.path(), &INIT, &steps) else { return };
    let played = played.ends_with(0);
    let written = played.written();
    for gone in ["stationapi", "old-", "secret_env", "output", "provider_days", "30"] {
        assert!(!written.contains(gone), "{gone} in {written}");
    }
    assert!(written.contains("max_rate = '20/s' # agreed\nping_url = 'https://hc.example/hunter2'\n"), "{written}");
    // All that will stand there is shown, but for what may be a secret.
    let preview = "  [profiles.live]\r\n  max_rate = '20/s'\r\n  ping_url = (as before, not shown)\r\n  provider = \"yoti\"\r\n";
    assert!(played.shown.contains(preview) && !played.shown.contains("hunter2"), "{}", played.shown);
}

#[test]
fn enter_keeps_what_was_said_and_a_dash_takes_it_away() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("c.toml"), VERIFF).expect("written");
    let steps = |integration: &'static str, output: &'static str, days: &'static str| {
        [
            ("Name of the profile [live]: ", "\n"),
            ("credentials and folder? [no]: ", "yes\n"),
            ("[veriff]: ", "\n"),
            ("under API keys [https://stationapi.example]: ", "\n"),
            ("API key [old-key]: ", "\n"),
            ("- for none [old-integration]: ", integration),
            ("Number [", "3\n"),
            ("- for vmedia-archive in the folder where vmedia is started [/srv/old]: ", output),
            ("- for 90 [30]: ", days),
            ("Write this? [yes]: ", "\n"),
            NOT_NOW,
        ]
    };
    let Some(played) = play(folder.path(), &INIT, &steps("\n", "\n", "\n")) else { return };
    let written = played.ends_with(0).written();
    for kept in ["integration_id = \"old-integration\"\n", "output = \"/srv/old\"\n", "provider_days = 30\n"] {
        assert!(written.contains(kept), "no {kept} in {written}");
    }
    let written = play(folder.path(), &INIT, &steps("-\n", "-\n", "-\n")).expect("Python").ends_with(0).written();
    for gone in ["integration_id", "output", "provider_days"] {
        assert!(!written.contains(gone), "{gone} in {written}");
    }
}

#[test]
fn once_it_is_written_an_interruption_does_not_say_otherwise() {
    for (end, status) in [("\u{3}", 130), ("\u{4}", 2)] {
        let folder = tempfile::tempdir().expect("a folder");
        let mut steps = [&NEW[..], &[("not shown): ", "hunter2\n")], &REST].concat();
        steps.push(("changes nothing? [yes]: ", end));
        let Some(played) = play(folder.path(), &INIT, &steps) else { return };
        let played = played.ends_with(status);
        assert!(!played.shown.contains("nothing was written"), "{}", played.shown);
        assert!(played.shown.contains("all is written; to try it: vmedia config check --profile live --config c.toml"), "{}", played.shown);
        assert!(played.written().contains("[profiles.live]"));
    }
}

#[test]
fn what_goes_before_the_profile_is_said_before_it_is_tried() {
    let world = World::new();
    let (url, key) = (format!("{}\n", world.sandbox.base_url()), format!("{}\n", world.sandbox.api_key()));
    let secret = format!("{}\n", world.sandbox.api_secret());
    let steps = [
        ("Name of the profile [live]: ", "\n"),
        ("[veriff]: ", "\n"),
        // An answer that differs from the value of a flag is the one that is tried.
        ("under API keys [https://unknown.invalid]: ", url.as_str()),
        ("API key: ", key.as_str()),
        ("Number [", "1\n"),
        ("not shown): ", secret.as_str()),
        ("is started: ", "\n"),
        ("for 90: ", "\n"),
        ("none is named? [yes]: ", "\n"),
        ("Write this? [yes]: ", "\n"),
        ("note: VMEDIA_API_SECRET is set here and goes before what the profile says", ""),
        ("changes nothing? [yes]: ", "\n"),
        ("veriff refuses the credentials", ""),
    ];
    let words = [&[env!("CARGO_BIN_EXE_vmedia")], &INIT[..], &["--base-url", "https://unknown.invalid"]].concat();
    let Some(played) = play_with(world.folder(), &[("VMEDIA_API_SECRET", "another-secret")], &words, &steps) else { return };
    played.ends_with(4);
    run(world.folder(), &[], &["config", "check", "--config", "c.toml"]).ends_with(0);
}

#[test]
fn changes_by_another_program_are_not_lost() {
    for before in [Some("[profiles.other]\n"), None] {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("c.toml");
        if let Some(before) = before {
            std::fs::write(&file, before).expect("written");
        }
        let mut steps = NEW.to_vec();
        steps.extend([("not shown): ", "!printf '[profiles.colleague]\\n' >> c.toml"), ("", "hunter2\n")]);
        steps.extend(REST);
        let Some(played) = play(folder.path(), &INIT, &steps) else { return };
        let played = played.ends_with(6);
        assert!(played.shown.contains("was changed by another program meanwhile"), "{}", played.shown);
        assert_eq!(played.written(), format!("{}[profiles.colleague]\n", before.unwrap_or_default()));
        assert!(!folder.path().join("live.secret").exists(), "a secret was written");
    }
}

#[test]
fn a_link_that_leads_nowhere_is_not_replaced() {
    let folder = tempfile::tempdir().expect("a folder");
    let link = folder.path().join("c.toml");
    std::os::unix::fs::symlink("shared/settings.toml", &link).expect("a link");
    let Some(played) = play(folder.path(), &INIT, &[]) else { return };
    let played = played.ends_with(3);
    assert!(played.shown.contains("c.toml is a link, and what it leads to is not there"), "{}", played.shown);
    assert!(link.is_symlink());
}
