//! What every test stands on: a folder of its own, a sandbox of its own, the real program with a clean environment.

mod judges;
#[cfg(unix)]
mod object_server;
mod run;

use assert_cmd::Command;
#[cfg(target_os = "linux")]
pub use judges::can_trace;
pub use judges::{cannot, lacks, others_accept};
#[cfg(unix)]
pub use object_server::{ADMIN, Keeps, ObjectServer, READER};
pub use run::{Run, event};
use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use vmedia::sandbox::fixture::{Attempt, Media, Session};
use vmedia::sandbox::{Fault, Options, Sandbox, YotiSession, parse_faults};

/// The smallest bytes that their magic calls a JPEG, made different by `seed`.
pub fn jpeg(seed: &str) -> Vec<u8> {
    [&[0xff, 0xd8, 0xff, 0xe0, 0, 0x10][..], b"JFIF\0", seed.as_bytes(), &[0xff, 0xd9]].concat()
}

/// The smallest bytes that their magic calls an MP4 file.
pub fn mp4(seed: &str) -> Vec<u8> {
    [&[0, 0, 0, 0x18][..], b"ftypisom\0\0\x02\0isomiso2", seed.as_bytes()].concat()
}

/// NFC data as the provider hands it out.
pub fn nfc(seed: &str) -> Vec<u8> {
    format!(r#"{{"com":"{seed}","sod":"AA==","dg1":"AA==","dg2":"AA=="}}"#).into_bytes()
}

/// The session that most tests use.
pub const SESSION: &str = "f04bdb47-d3be-4b28-b028-a652feb060b5";
/// Its newest attempt.
pub const NEWEST: &str = "a1c68aea-7f4d-478d-80ab-ca9356074f69";
/// Its first attempt.
pub const FIRST: &str = "f2270684-8c51-4d03-88eb-dafd43e8b486";

/// Two attempts: front, selfie, video and NFC data in the newest, a front in the first.
pub fn session() -> Session {
    session_named(SESSION, NEWEST, FIRST)
}

/// The same under other ids; media ids are made of them.
pub fn session_named(session: &str, newest: &str, first: &str) -> Session {
    let id = |what: &str| format!("{what}-{session}");
    Session::new(session)
        .attempt(
            Attempt::new(newest, "approved")
                .media(Media::image(id("front"), "document-front", "image/jpeg", jpeg("front")))
                .media(Media::image(id("face"), "face", "image/jpeg", jpeg("face")))
                .media(Media::video(id("video"), "selfid_video", "video/mp4", mp4("video")))
                .media(Media::nfc(id("nfc"), nfc("nfc"))),
        )
        .attempt(Attempt::new(first, "resubmission_requested").media(Media::image(id("old"), "document-front", "image/jpeg", jpeg("old"))))
}

/// The provider whose account the program uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account {
    Veriff,
    Yoti,
}

/// A test's folder, its sandbox, and an account there.
pub struct World {
    folder: tempfile::TempDir,
    /// Both providers.
    pub sandbox: Sandbox,
    /// The one that the program uses.
    pub account: Account,
}

impl World {
    /// A sandbox with these sessions alone.
    pub fn with(sessions: Vec<Session>) -> Self {
        Self::start(Options { samples: false, sessions, ..Options::default() })
    }

    /// A sandbox with the usual session.
    pub fn new() -> Self {
        Self::with(vec![session()])
    }

    /// A sandbox with these sessions at Yoti alone, and an account there.
    pub fn with_yoti(sessions: Vec<YotiSession>) -> Self {
        Self::start(Options { samples: false, yoti_sessions: sessions, ..Options::default() }).of(Account::Yoti)
    }

    /// A sandbox of these options.
    pub fn start(options: Options) -> Self {
        // Where a link leads to the system's folder for temporary files, the program shows where that is.
        let temporary = std::env::temp_dir();
        let temporary = if cfg!(unix) { temporary.canonicalize().expect("a folder") } else { temporary };
        let folder = tempfile::tempdir_in(temporary).expect("a folder");
        Self { folder, sandbox: Sandbox::start(options).expect("a sandbox"), account: Account::Veriff }
    }

    /// The same with an account at this provider.
    pub fn of(self, account: Account) -> Self {
        Self { account, ..self }
    }

    /// The variables that the program needs for the account.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let sandbox = &self.sandbox;
        match self.account {
            Account::Veriff => vec![
                ("VMEDIA_BASE_URL", sandbox.base_url()),
                ("VMEDIA_API_KEY", sandbox.api_key().to_owned()),
                ("VMEDIA_API_SECRET", sandbox.api_secret().to_owned()),
            ],
            Account::Yoti => vec![
                ("VMEDIA_PROVIDER", "yoti".to_owned()),
                ("VMEDIA_BASE_URL", sandbox.yoti_base_url()),
                ("VMEDIA_YOTI_SDK_ID", sandbox.yoti_sdk_id().to_owned()),
                ("VMEDIA_YOTI_KEY_FILE", sandbox.yoti_key_file().expect("a file").display().to_string()),
            ],
        }
    }

    /// The test's folder, where the program runs.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The archive that a run without `-o` makes.
    pub fn archive(&self) -> PathBuf {
        self.folder().join("vmedia-archive")
    }

    /// A file below the usual session's folder.
    pub fn file(&self, below: &str) -> PathBuf {
        self.archive().join(SESSION).join(below)
    }

    /// Scripts faults, as `--faults` takes them.
    pub fn faults(&self, script: &str) {
        let faults: Vec<Fault> = parse_faults(script).expect(script);
        self.sandbox.set_faults(faults);
    }

    /// The program with the sandbox's credentials, in the test's folder, with a clean environment and short waits.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = bare(self.folder());
        command.envs(self.environment()).args(words).args(short_waits(words));
        command
    }

    /// The same as a process that can be started and left alone for a while.
    pub fn process(&self, words: &[&str]) -> std::process::Command {
        let mut process = std::process::Command::new(env!("CARGO_BIN_EXE_vmedia"));
        process.current_dir(self.folder()).env_clear().envs(of_windows());
        process.env("HOME", self.folder()).env("XDG_CONFIG_HOME", self.folder().join("config"));
        process.envs(self.environment()).args(words).args(short_waits(words));
        process
    }

    /// Runs it with a clock that `faketime` sets as these words say, and with further variables; `None` if that is missing.
    #[cfg(unix)]
    pub fn run_at<Value: AsRef<OsStr>>(&self, clock: &[&str], words: &[&str], further: &[(&str, Value)]) -> Option<Run> {
        let run = self.process(words);
        let mut command = std::process::Command::new("faketime");
        command.args(clock).arg(run.get_program()).args(run.get_args()).current_dir(self.folder()).env_clear();
        command
            .envs(run.get_envs().filter_map(|(name, value)| Some((name, value?))))
            .envs(further.iter().map(|(name, value)| (name, value)));
        let output = command.env("PATH", "/usr/bin:/bin").env("TZ", "UTC").output();
        if output.is_err() {
            lacks("faketime");
        }
        output.ok().map(|output| Run::of(&output))
    }

    /// Runs it.
    pub fn run(&self, words: &[&str]) -> Run {
        self.run_with::<&str>(words, &[])
    }

    /// Runs it with further variables.
    pub fn run_with<Value: AsRef<OsStr>>(&self, words: &[&str], further: &[(&str, Value)]) -> Run {
        Run::of(&self.command(words).envs(further.iter().map(|(name, value)| (name, value))).output().expect("a run"))
    }

    /// The folder of a session.
    pub fn bag(&self, session: &str) -> PathBuf {
        self.archive().join(session)
    }

    /// A session's media files, by path below `data/`.
    pub fn payload(&self, session: &str) -> BTreeMap<String, Vec<u8>> {
        tree(&self.bag(session).join("data"))
    }

    /// Every file of the archive with its bytes, by path below it; locks, the journal and the like left out.
    pub fn tree(&self) -> BTreeMap<String, Vec<u8>> {
        tree(&self.archive())
    }

    /// How many requests for media there were so far.
    pub fn media_requests(&self) -> usize {
        self.sandbox.exchanges().iter().filter(|exchange| exchange.path.contains("/media/")).count()
    }

    /// How many requests there were for the attempts (`attempts`) or the own listings (`media`) of sessions.
    pub fn listed(&self, what: &str) -> usize {
        let is_one = |path: &str| path.starts_with("/v1/sessions/") && path.ends_with(&format!("/{what}"));
        self.sandbox.exchanges().iter().filter(|exchange| is_one(&exchange.path)).count()
    }

    /// How many requests there were for one of the usual session's media, such as `front`.
    pub fn asked(&self, what: &str) -> usize {
        let path = format!("/v1/media/{what}-{SESSION}");
        self.sandbox.exchanges().iter().filter(|exchange| exchange.path == path).count()
    }

    /// Which of the usual session's media are archived. Fails the test if any of them has other bytes than the provider,
    /// or if there is any other file in the payload.
    #[track_caller]
    pub fn held(&self) -> Vec<&'static str> {
        let expected = [
            (NEWEST, "face", "face", "jpg", jpeg("face")),
            (NEWEST, "front", "document-front", "jpg", jpeg("front")),
            (NEWEST, "nfc", "nfc", "json", nfc("nfc")),
            (FIRST, "old", "document-front", "jpg", jpeg("old")),
            (NEWEST, "video", "selfid_video", "mp4", mp4("video")),
        ];
        let mut files = tree(&self.file("data"));
        let held = expected.into_iter().filter_map(|(attempt, what, context, extension, bytes)| {
            let path = format!("{attempt}/{context}_{what}-{SESSION}.{extension}");
            let found = files.remove(&path)?;
            assert!(found == bytes, "{path} is not what the provider has: {:?}", String::from_utf8_lossy(&found));
            Some(what)
        });
        let held = held.collect();
        assert!(files.is_empty(), "unexpected files: {:?}", files.keys());
        held
    }

    /// What the record says of one of the usual session's media, such as `front`.
    #[track_caller]
    pub fn recorded(&self, what: &str) -> Value {
        let record = self.record();
        let id = format!("{what}-{SESSION}");
        let found = record["media"].as_array().expect("media").iter().find(|medium| medium["id"] == *id);
        found.unwrap_or_else(|| panic!("no {id} in {record:#}")).clone()
    }

    /// The record of the usual session.
    pub fn record(&self) -> Value {
        self.record_of(SESSION)
    }

    /// The record of a session.
    pub fn record_of(&self, session: &str) -> Value {
        serde_json::from_slice(&std::fs::read(self.bag(session).join("archive.json")).expect("a record")).expect("JSON")
    }
}

/// What [`World::held`] gives when nothing is missing.
pub const ALL: [&str; 5] = ["face", "front", "nfc", "old", "video"];

/// The same without one.
pub fn all_but(what: &str) -> Vec<&'static str> {
    ALL.into_iter().filter(|known| *known != what).collect()
}

/// A folder in which a sync costs nothing, where there is one: for tests that make thousands of them.
pub fn in_memory() -> tempfile::TempDir {
    let folder = Path::new("/dev/shm");
    let made = if folder.is_dir() { tempfile::tempdir_in(folder).ok() } else { None };
    made.unwrap_or_else(|| tempfile::tempdir().expect("a folder"))
}

/// Waits until something is so; fails the test when it is not so after a time that nothing here takes.
#[track_caller]
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = std::time::Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < std::time::Duration::from_secs(60), "{what}: not so after a minute");
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
}

/// The flag for short waits, for a command that has it.
pub fn short_waits(words: &[&str]) -> &'static [&'static str] {
    let is_for_it = matches!(words, ["download" | "repair" | "list" | "attempts", ..] | ["config", "check" | "show", ..]);
    if is_for_it { &["--retry-delay", "0.01"] } else { &[] }
}

/// The variables without which Windows starts no program, or looks for temporary files in its own folder; none elsewhere.
pub fn of_windows() -> Vec<(&'static str, OsString)> {
    let names: &[&str] = if cfg!(windows) { &["SystemRoot", "TEMP", "TMP"] } else { &[] };
    names.iter().filter_map(|name| Some((*name, std::env::var_os(name)?))).collect()
}

/// Sets a file's length, with a hole where it has no bytes: far more than a disk has room for.
#[track_caller]
pub fn set_length(path: &Path, length: u64) {
    if cfg!(windows) {
        // NTFS has holes in files that are marked so; Wine has no such program and needs none.
        let _ = std::process::Command::new("fsutil").args(["sparse", "setflag"]).arg(path).output();
    }
    std::fs::File::options().write(true).open(path).and_then(|file| file.set_len(length)).expect("a length");
}

/// The program in a folder with nothing in its environment.
pub fn bare(folder: &Path) -> Command {
    let mut command = Command::cargo_bin("vmedia").expect("the program");
    command.current_dir(folder).env_clear().envs(of_windows()).env("HOME", folder).env("XDG_CONFIG_HOME", folder.join("config"));
    command.timeout(std::time::Duration::from_secs(120));
    command
}

/// Every file below a folder with its bytes; `.vmedia` and the journal, which every run adds to, left out.
pub fn tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.expect("an entry").path();
            if path.ends_with(".vmedia") || path.ends_with("_journal") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).expect("below").to_string_lossy().replace('\\', "/");
                files.insert(name, std::fs::read(&path).expect("readable"));
            }
        }
    }
    files
}

/// Fails the test unless the folder is a bag that vmedia's own check finds sound.
#[track_caller]
pub fn is_sound(world: &World) {
    let run = Run::of(&bare(world.folder()).args(["verify", "vmedia-archive"]).output().expect("a run"));
    assert_eq!(run.code, 0, "--- stdout\n{}\n--- stderr\n{}", run.stdout, run.stderr);
}

/// Returns the signature over a message with this secret, by the published recipe.
pub fn signature(secret: &str, message: &[u8]) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let mut hmac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length");
    hmac.update(message);
    hex::encode(hmac.finalize().into_bytes())
}
