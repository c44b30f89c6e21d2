//! What an archive proves: that whatever was done to its files afterwards is found, by `verify`, in its right place and
//! under its right name, and that nothing else is.
//!
//! Everything here forges with its own hands: bags and journals are rewritten by the published formats, never by the
//! program's own code, which would forgive its own mistakes.

mod authentic;
mod commitments;
mod concurrent;
mod forger;
mod forgery;
mod journal;
mod killed;
mod lacking;
mod laundered;
mod long;
mod newer;
mod outputs;
mod partial;
mod places;
mod random;
mod superseded;
mod tampering;
mod torn;

use crate::harness::{Run, World, bare, jpeg, mp4, nfc, tree};
use forger::Bag;
use sha2::Digest as _;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use vmedia::archive::verify::{Aspect, Finding, JournalMissing, JournalReport, SessionReport};
use vmedia::engine::Event;
use vmedia::sandbox::fixture::{Attempt, Media, Session};

/// The session that is tampered with.
pub const ALPHA: &str = "alpha";
/// The session that gains an attempt in the second run.
pub const BETA: &str = "beta";
/// The session that is never touched.
pub const GAMMA: &str = "gamma";

/// A picture of the session's, below its folder.
pub fn face(session: &str) -> String {
    format!("data/{session}-new/face_face-{session}.jpg")
}

/// Another, as long as the first.
pub fn front(session: &str) -> String {
    format!("data/{session}-new/document-front_back-{session}.jpg")
}

/// The session's own listing of its media.
pub const LISTING: &str = "metadata/media.json";
/// What vouches for everything in a bag.
pub const TAGS: &str = "tagmanifest-sha256.txt";

/// Two attempts with four media, each different from those of every other session.
pub fn session(id: &str) -> Session {
    let of = |what: &str| format!("{what}-{id}");
    Session::new(id)
        .attempt(
            Attempt::new(of_attempt(id, "new"), "approved")
                .media(Media::image(of("face"), "face", "image/jpeg", jpeg(&of("face"))))
                .media(Media::image(of("back"), "document-front", "image/jpeg", jpeg(&of("back"))))
                .media(Media::video(of("video"), "selfid_video", "video/mp4", mp4(&of("video"))))
                .media(Media::nfc(of("nfc"), nfc(&of("nfc")))),
        )
        .attempt(Attempt::new(of_attempt(id, "old"), "resubmission_requested").media(Media::image(
            of("old"),
            "document-front",
            "image/jpeg",
            jpeg(&of("old")),
        )))
}

fn of_attempt(session: &str, which: &str) -> String {
    format!("{session}-{which}")
}

/// The same with an attempt that was made since.
pub fn grown(id: &str) -> Session {
    let mut session = session(id);
    let latest = Media::image(format!("latest-{id}"), "face", "image/jpeg", jpeg(&format!("latest-{id}")));
    session.attempts.insert(0, Attempt::new(of_attempt(id, "latest"), "approved").media(latest));
    session
}

/// A provider, and an archive of three of its sessions.
pub struct Evidence {
    /// The provider, and the folder in which everything happens.
    pub world: World,
}

impl Evidence {
    /// Three sessions, archived by one run.
    pub fn young() -> Self {
        let evidence = Self::unarchived();
        evidence.world.run(&["download", ALPHA, BETA, GAMMA]).ends_with(0);
        evidence
    }

    /// Three sessions at the provider.
    pub fn unarchived() -> Self {
        Self { world: World::with([ALPHA, BETA, GAMMA].map(session).to_vec()) }
    }

    /// The same after a second run, in which one session gained an attempt, and a verification that was written down.
    pub fn new() -> Self {
        let evidence = Self::young();
        evidence.world.sandbox.put_session(grown(BETA));
        evidence.world.run(&["download", ALPHA, BETA, GAMMA]).ends_with(0).says("1 file fetched");
        evidence.world.run(&["verify", "vmedia-archive"]).ends_with(0);
        evidence
    }

    /// The archive itself.
    pub fn archive(&self) -> Archive {
        Archive { root: self.world.archive() }
    }

    /// A copy of the archive under this name, which stands for it from now on and may be tampered with.
    #[track_caller]
    pub fn copy(&self, name: &str) -> Archive {
        let root = self.world.folder().join(name);
        let _ = std::fs::remove_dir_all(&root);
        copy(&self.world.archive(), &root);
        Archive { root }
    }
}

/// Copies a folder with everything in it.
#[track_caller]
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("copied");
        }
    }
}

/// Every file below a folder with its bytes, the journal and the locks too.
pub fn whole_tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = tree(root);
    for house in ["_journal", ".vmedia"] {
        files.extend(tree(&root.join(house)).into_iter().map(|(path, bytes)| (format!("{house}/{path}"), bytes)));
        // A folder that is there and empty counts as well.
        if root.join(house).exists() {
            files.insert(format!("{house}/"), Vec::new());
        }
    }
    files
}

/// An archive in the hands of a forger who may write all of it.
pub struct Archive {
    /// Its folder.
    pub root: PathBuf,
}

impl Archive {
    /// A session's folder.
    pub fn bag(&self, session: &str) -> Bag {
        Bag(self.root.join(session))
    }

    /// A file of the archive.
    pub fn file(&self, below: &str) -> PathBuf {
        self.root.join(below)
    }

    /// What is found where the run is missing that archived a session first.
    pub fn missing_run(&self, session: &str) -> String {
        let record = self.bag(session).record();
        format!("journal: journal: {}", record["journal"][0]["segment"].as_str().expect("a run"))
    }

    /// The digest of the newest line of the journal.
    pub fn head(&self) -> String {
        let newest = self.segments().pop().expect("a segment");
        hex::encode(sha2::Sha256::digest(self.lines(&newest).last().expect("a line")))
    }

    /// Verifies it and leaves no trace of that.
    #[track_caller]
    pub fn verify(&self, words: &[&str]) -> Verdict {
        verify(&self.root, &[&[".", "--read-only"], words].concat())
    }

    /// Fails the test unless exactly these things are found, each as `session: aspect: path`, or `journal: journal:
    /// segment`.
    #[track_caller]
    pub fn finds(&self, what: &str, expected: &[&str]) -> Verdict {
        let verdict = self.verify(&[]);
        let expected: BTreeSet<String> = expected.iter().map(|&line| line.to_owned()).collect();
        assert_eq!(verdict.found(), expected, "{what}: {:#?}", verdict.findings());
        assert_eq!(verdict.code, if expected.is_empty() { 0 } else { 8 }, "{what}");
        verdict
    }

    /// Fails the test unless nothing is found.
    #[track_caller]
    pub fn is_sound(&self, what: &str) -> Verdict {
        self.finds(what, &[])
    }
}

/// Verifies in a folder, as events.
#[track_caller]
pub fn verify(folder: &Path, words: &[&str]) -> Verdict {
    let words = [&["verify", "--format", "json"], words].concat();
    Verdict::of(&Run::of(&bare(folder).args(words).output().expect("a run")))
}

/// What a verification said.
pub struct Verdict {
    /// Its exit status.
    pub code: i32,
    /// All its events.
    pub events: Vec<Event>,
}

impl Verdict {
    #[track_caller]
    fn of(run: &Run) -> Self {
        assert!(matches!(run.code, 0 | 8), "status {}\n{}\n{}", run.code, run.stdout, run.stderr);
        let verdict = Self { code: run.code, events: run.events() };
        let Some(Event::VerifyFinished { code, .. }) = verdict.events.last() else { panic!("no end: {:?}", verdict.events) };
        assert_eq!(i32::from(*code), verdict.code);
        verdict
    }

    /// Everything that was found, by the name of the session's folder or `journal`.
    pub fn findings(&self) -> Vec<(String, Finding)> {
        let mut found = Vec::new();
        for event in &self.events {
            let (place, findings) = match event {
                Event::JournalVerified(JournalReport { findings, .. }) => ("journal".to_owned(), findings.as_slice()),
                Event::JournalMissing(JournalMissing { finding, .. }) => ("journal".to_owned(), std::slice::from_ref(finding)),
                Event::BagVerified(SessionReport { folder, findings, .. }) => (name(folder), findings.as_slice()),
                _ => continue,
            };
            found.extend(findings.iter().map(|finding| (place.clone(), finding.clone())));
        }
        found
    }

    /// The same as `place: aspect: path`.
    pub fn found(&self) -> BTreeSet<String> {
        let line = |(place, Finding { aspect, path, .. }): (String, Finding)| format!("{place}: {}: {path}", aspect.as_str());
        self.findings().into_iter().map(line).collect()
    }

    /// Why it says nothing of the whole.
    pub fn partial(&self) -> Option<&str> {
        self.events.iter().find_map(|event| match event {
            Event::VerifyFinished { partial, .. } => partial.as_deref(),
            _ => None,
        })
    }

    /// The sessions of which nothing was found.
    pub fn sound(&self) -> Vec<String> {
        let sound = self.events.iter().filter_map(|event| match event {
            Event::BagVerified(SessionReport { folder, findings, .. }) if findings.is_empty() => Some(name(folder)),
            _ => None,
        });
        sound.collect()
    }

    /// What a person should know and what is no damage.
    pub fn notes(&self) -> Vec<String> {
        let notes = self.events.iter().filter_map(|event| match event {
            Event::JournalVerified(JournalReport { notes, .. }) | Event::BagVerified(SessionReport { notes, .. }) => Some(notes.clone()),
            _ => None,
        });
        notes.flatten().collect()
    }

    /// The ends of the journal.
    pub fn heads(&self) -> Vec<String> {
        let heads = self.events.iter().filter_map(|event| match event {
            Event::JournalVerified(JournalReport { heads, .. }) => Some(heads.clone()),
            _ => None,
        });
        heads.flatten().collect()
    }

    /// What was looked for in a session.
    #[track_caller]
    pub fn checked(&self, session: &str) -> Vec<Aspect> {
        let checked = self.events.iter().find_map(|event| match event {
            Event::BagVerified(SessionReport { folder, checked, .. }) if name(folder) == session => Some(checked.clone()),
            _ => None,
        });
        checked.unwrap_or_else(|| panic!("no {session} in {:?}", self.events))
    }
}

fn name(folder: &str) -> String {
    Path::new(folder).file_name().map_or_else(|| folder.to_owned(), |name| name.to_string_lossy().into_owned())
}
