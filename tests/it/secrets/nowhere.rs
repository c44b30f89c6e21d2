//! A search of everything that runs print and write, for secrets and for the signatures that they make, however they are
//! spelled. What is planted is found.

use super::{mode, private, profile, run, yoti_profile};
use crate::harness::{FIRST, NEWEST, Run, SESSION, World, signature};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::path::{Path, PathBuf};

/// A text in every spelling in which it could stand somewhere.
fn spellings(text: &str) -> Vec<Vec<u8>> {
    let hex = hex::encode(text);
    let percent: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let escaped: String = text.bytes().map(|byte| format!("\\u{byte:04x}")).collect();
    let mut all = vec![text.to_owned(), hex.to_uppercase(), hex, percent.to_lowercase(), percent, escaped];
    let reserved = percent_encoding::NON_ALPHANUMERIC;
    all.push(percent_encoding::utf8_percent_encode(text, reserved).to_string());
    // Base64 of a longer text, in which it begins at any place: without the letters that its neighbours have a part in.
    for before in 0..3 {
        let encoded = STANDARD.encode([vec![0; before], text.as_bytes().to_vec()].concat());
        let whole = (before + text.len()) * 8 / 6;
        all.push(encoded[[0, 2, 3][before]..whole].to_owned());
    }
    let mut bytes: Vec<Vec<u8>> = all.into_iter().map(String::into_bytes).collect();
    bytes.push(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
    bytes
}

/// Every file below a folder, locks and journals too.
fn files(folder: &Path) -> Vec<PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files
}

/// Where one of these words stands, in what was said or in a file; files of these names are where secrets belong.
fn found(world: &World, said: &[String], words: &[String], belong: &[&str]) -> Vec<String> {
    let mut texts: Vec<(String, Vec<u8>)> = said.iter().map(|text| ("what was said".to_owned(), text.clone().into_bytes())).collect();
    for path in files(world.folder()).into_iter().filter(|path| !belong.iter().any(|name| path.ends_with(name))) {
        texts.push((path.display().to_string(), std::fs::read(&path).expect("readable")));
    }
    assert!(texts.len() > said.len() + 10, "runs have written files: {}", texts.len());
    let mut found = Vec::new();
    for word in words {
        for spelling in spellings(word) {
            let finder = memchr::memmem::Finder::new(&spelling);
            found.extend(
                texts
                    .iter()
                    .filter(|(_, text)| finder.find(text).is_some())
                    .map(|(place, _)| format!("{} in {place}", String::from_utf8_lossy(&spelling))),
            );
        }
    }
    found
}

/// Everything that runs in this world say, whether they succeed or fail.
struct Heard(Vec<String>);

impl Heard {
    fn add(&mut self, run: Run) {
        self.0.extend([run.stdout, run.stderr]);
    }
}

/// Plants each spelling in the archive, in turn, and expects the search to find it.
fn the_search_finds(world: &World, words: &[String], belong: &[&str]) {
    let path = world.archive().join(".vmedia").join("planted");
    for word in words {
        for spelling in spellings(word) {
            std::fs::write(&path, [&b"...."[..], &spelling, b"...."].concat()).expect("written");
            assert!(!found(world, &[], words, belong).is_empty(), "not found: {}", String::from_utf8_lossy(&spelling));
        }
    }
    std::fs::remove_file(path).expect("removed");
    for before in ["", "x", "xy"] {
        assert!(!found(world, &[STANDARD.encode(format!("{before}{}{before}", words[0]))], words, belong).is_empty());
    }
}

#[test]
fn the_shared_secret_and_its_signatures_are_nowhere() {
    let world = World::new();
    let secret = world.sandbox.api_secret().to_owned();
    let wrong = "Horse/Battery+Staple 77".to_owned();
    let media = ["front", "face", "video", "nfc", "old"].map(|id| format!("{id}-{SESSION}"));
    let ids = [SESSION, NEWEST, FIRST].map(str::to_owned).into_iter().chain(media);
    let signatures: Vec<String> = ids.flat_map(|id| [signature(&secret, id.as_bytes()), signature(&wrong, id.as_bytes())]).collect();
    let folder = world.folder().to_str().expect("text").to_owned();
    let mut heard = Heard(Vec::new());
    let sources: &[(&str, &[(&str, &str)])] = &[
        ("", &[("VMEDIA_API_SECRET", "SECRET")]),
        ("secret_env = 'OURS'", &[("OURS", "SECRET")]),
        ("secret_file = 'secret'", &[]),
        ("secret_credential = 'secret'", &[("CREDENTIALS_DIRECTORY", "FOLDER")]),
        ("secret_command = ['cat', 'secret']", &[("PATH", "/usr/bin:/bin")]),
    ];
    let sources = if cfg!(unix) { sources } else { &sources[..4] };
    for (lines, variables) in sources {
        profile(&world, lines);
        for (secret, is_right) in [(&secret, true), (&wrong, false)] {
            private(&world.folder().join("secret"), secret);
            let variables: Vec<(&str, &str)> = variables
                .iter()
                .map(|(name, value)| {
                    (
                        *name,
                        match *value {
                            "SECRET" => secret,
                            "FOLDER" => &folder,
                            other => other,
                        },
                    )
                })
                .collect();
            world.faults(&format!("media:face-{SESSION}=bad-signature,media:old-{SESSION}=503"));
            for (words, code) in [
                (&["download", SESSION, "-vv", "--format", "json", "--failed-to", "failed.txt"][..], 7),
                (&["download", SESSION, "-vv", "--failed-to", "failed.txt"], 7),
                (&["download", SESSION, "-vv", "--dry-run"], 0),
                (&["list", SESSION, "-vv"], 0),
                (&["attempts", SESSION, "-vv"], 0),
                (&["config", "check"], 0),
            ] {
                let run = run(&world, &variables, &[words, &["--log-file", "run.log", "--retries", "1"]].concat());
                assert_eq!(run.code, if is_right { code } else { 4 }, "{lines} {words:?}\n{}", run.stderr);
                heard.add(run);
            }
            for words in [
                &["config", "show"][..],
                &["config", "show", "--format", "json"],
                &["config", "path"],
                &["verify", "vmedia-archive", "--authenticate", "-vv", "--log-file", "run.log"],
                &["catalog", "vmedia-archive", "-vv", "--log-file", "run.log"],
            ] {
                heard.add(run(&world, &variables, words));
            }
        }
    }
    let hidden: Vec<String> = [secret, wrong].into_iter().chain(signatures).collect();
    let belong = ["secret"];
    assert_eq!(found(&world, &heard.0, &hidden, &belong), Vec::<String>::new());
    assert!(heard.0.iter().any(|text| text.contains(" answered 200 ")), "there was something to look at");
    assert!(["run.log", "failed.txt"].iter().all(|name| world.folder().join(name).is_file()));
    the_search_finds(&world, &hidden[..2], &belong);
}

/// Secrets written where the name of their place belongs.
const LIKELY: [&str; 3] = ["0b6f7a52-50d1-4c1e-9d39-5a7be40f3c11", "a4db0c500004000800000000005ec2e7", "3q2+7wABAgMEBQYH/CAkKCwwNDg8Q=="];

#[test]
fn mistakes_in_the_configuration_do_not_show_what_stands_there() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    let secret = "0b6f7a52-horse-4c1e-9d39-5a7be40f3c11".to_owned();
    let mut heard = Heard(Vec::new());
    for lines in [
        format!("api_secret = '{secret}'"),
        format!("secret = '{secret}'"),
        format!("secret_command = '{secret}'"),
        format!("secret_keyring = '{secret}'"),
        format!("secret_env = '{secret}'"),
        format!("secret_file = ['{secret}']"),
        format!("secret_file = '{secret}\n"),
        format!("timestamp = 'http://me:{secret}@tsa.example'\nsecret_env = 'OURS'"),
        format!("secret_command = ['sh', '-c', 'echo {secret}; exit 1']"),
        format!("secret_command = ['sh', '-c', 'echo one; echo {secret}']"),
    ] {
        profile(&world, &lines);
        for words in [&["download", SESSION, "-vv"][..], &["config", "check"], &["config", "show"]] {
            let run = run(&world, &[("PATH", "/usr/bin:/bin"), ("OURS", world.sandbox.api_secret())], words);
            assert!(run.code != 1, "{lines}: {}", run.stderr);
            heard.add(run);
        }
    }
    for secret in LIKELY {
        for key in ["secret_env", "secret_file", "secret_credential"] {
            profile(&world, &format!("{key} = '{secret}'"));
            for words in
                [&["download", SESSION, "-vv", "--on-failure", "cat > summary.json"][..], &["config", "check"], &["config", "show"]]
            {
                for folder in [None, Some(("CREDENTIALS_DIRECTORY", "/nowhere"))] {
                    let variables = [("PATH", "/usr/bin:/bin")].into_iter().chain(folder).collect::<Vec<_>>();
                    let run = run(&world, &variables, words);
                    assert!(run.code == 3 || words[1] == "show", "{key} {words:?}: {}", run.stderr);
                    heard.add(run);
                }
            }
        }
        profile(&world, &format!("secret_command = ['{secret}']"));
        heard.add(run(&world, &[], &["download", SESSION, "-vv"]).ends_with(3));
        heard.add(run(&world, &[], &["config", "show"]));
    }
    for content in [format!("{secret}\nanother line"), format!("{secret}\u{0}"), format!("{secret}{}", "x".repeat(70_000))] {
        private(&world.folder().join("secret"), content);
        profile(&world, "secret_file = 'secret'");
        heard.add(run(&world, &[], &["download", SESSION, "-vv"]).ends_with(3));
    }
    private(&world.folder().join("secret"), &secret);
    mode(&world.folder().join("secret"), 0o644);
    let open = run(&world, &[], &["download", SESSION, "-vv"]);
    assert!(!cfg!(unix) || open.code == 3);
    heard.add(open);
    let belong = ["secret", "vmedia.toml"];
    let hidden: Vec<String> = LIKELY.into_iter().chain([secret.as_str()]).map(str::to_owned).collect();
    assert_eq!(found(&world, &heard.0, &hidden, &belong), Vec::<String>::new());
    the_search_finds(&world, &[secret], &belong);
}

#[test]
fn the_key_and_the_token_of_yoti_are_nowhere() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    let pem = std::fs::read_to_string(world.sandbox.yoti_key_file().expect("a file")).expect("a key");
    let token = "a-token-of-its-own".to_owned();
    private(&world.folder().join("key"), &pem);
    private(&world.folder().join("token"), &token);
    let mut heard = Heard(Vec::new());
    let id = world.sandbox.yoti_sdk_id().to_owned();
    for (lines, code) in [
        (format!("sdk_id = '{id}'\nkey_file = 'key'"), 9),
        ("sdk_id = 'another'\nkey_file = 'key'".to_owned(), 4),
        ("bearer_file = 'token'".to_owned(), 4),
        (format!("sdk_id = '{id}'\nkey_file = 'token'"), 3),
        ("bearer_file = 'key'".to_owned(), 3),
    ] {
        yoti_profile(&world, &lines);
        heard.add(run(&world, &[], &["download", SESSION, "-vv", "--log-file", "run.log", "-o", "other"]).ends_with(code));
        for words in [&["list", SESSION, "-vv"][..], &["config", "check"], &["config", "show"]] {
            heard.add(run(&world, &[], words));
        }
    }
    let lines = pem.lines().filter(|line| line.len() >= 60 && !line.starts_with('-')).map(str::to_owned);
    let hidden: Vec<String> = std::iter::once(token).chain(lines).collect();
    assert!(hidden.len() > 10);
    let belong = ["key", "token"];
    assert_eq!(found(&world, &heard.0, &hidden, &belong), Vec::<String>::new());
    the_search_finds(&world, &hidden[..2], &belong);
}
