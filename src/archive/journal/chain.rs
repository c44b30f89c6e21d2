//! Reads the whole journal and checks that it is what was written: every line follows from the one before, every
//! segment from those before it, no line is missing that another vouches for.
//!
//! What the chain cannot show by itself: that the newest lines were cut off, or all of it written anew. Against that
//! help bags that the journal does not know, seals, time stamps, and a head that somebody keeps elsewhere. Must not
//! look at bags.

use super::entry::{Archived, Entry, Parent};
use super::segment::{self, Lines, RawLine};
use crate::error::Result;
use crate::media::SessionId;
use crate::store::{Store, Watch, sha256_bytes};
use jiff::Timestamp;
use std::collections::{BTreeMap, HashMap, HashSet};

/// A change of a bag, with what a verification needs of it: a large archive has a million files.
#[derive(Debug)]
pub(in crate::archive) struct BagChange {
    /// When it was.
    pub(in crate::archive) at: Timestamp,
    /// The session.
    pub(in crate::archive) session: SessionId,
    /// The bag's digest before and after, and that of its record.
    pub(in crate::archive) before: Option<String>,
    pub(in crate::archive) bag: String,
    pub(in crate::archive) record_before: Option<String>,
    pub(in crate::archive) record: String,
    /// Whether an earlier run was killed while it changed the bag.
    pub(in crate::archive) resumed: bool,
    /// The files that it did not hold before: path, SHA-256, whether the provider signed it.
    pub(in crate::archive) files: Vec<(Box<str>, Sha256, bool)>,
    /// The paths of files that it no longer vouches for.
    pub(in crate::archive) lost: Vec<Box<str>>,
}

/// A digest as bytes; none when it was no digest.
pub(in crate::archive) type Sha256 = Option<[u8; 32]>;

impl BagChange {
    fn new(at: Timestamp, archived: Archived) -> Self {
        Self {
            at,
            session: archived.session,
            before: archived.before,
            bag: archived.bag,
            record_before: archived.record_before,
            record: archived.record,
            resumed: archived.resumed,
            files: archived.files.into_iter().map(|file| (file.path.into(), sha256_bytes(&file.digest.sha256), file.signed)).collect(),
            lost: archived.lost.into_iter().map(|lost| lost.path.into()).collect(),
        }
    }
}

/// What the journal says, and what is wrong with it.
#[derive(Debug, Default)]
pub struct Chain {
    /// How many segments there are: one a run.
    pub segments: u64,
    /// How many lines.
    pub lines: u64,
    /// When its first run began.
    pub(in crate::archive) began: Option<Timestamp>,
    /// The ends that nothing follows yet: segment and SHA-256 of its last line.
    pub heads: Vec<(String, String)>,
    /// What is wrong: the segment, and what.
    pub findings: Vec<(String, String)>,
    /// What a person should know and what is no damage.
    pub notes: Vec<(String, String)>,
    /// The changes of each session's bag, in the order of their segments, by the folder's name.
    pub(in crate::archive) bags: BTreeMap<String, Vec<BagChange>>,
    /// Of the digests that were asked for, those that are the digest of a line: in which segment, and in which line.
    pub known_heads: HashMap<String, (String, u64)>,
    ends: HashMap<String, (u64, Option<String>)>,
    last_at: HashMap<String, Timestamp>,
    follows: HashMap<String, Vec<String>>,
}

impl Chain {
    /// Reads the journal. `heads` are digests of lines that somebody kept elsewhere. `watch` sees each line.
    pub fn read(store: &dyn Store, heads: &[String], watch: &mut Watch<'_>) -> Result<Self> {
        let mut chain = Self::default();
        let names = segment::names(store)?;
        let mut links: Vec<(String, Parent)> = Vec::new();
        for name in &names {
            links.extend(segment::parents(store, name)?.into_iter().map(|parent| (name.clone(), parent)));
        }
        // Only the digests that later segments and other people name are kept.
        let linked: HashSet<(&str, u64)> = links.iter().map(|(_, parent)| (parent.segment.as_str(), parent.lines)).collect();
        let mut digests: HashMap<(String, u64), String> = HashMap::new();
        let mut known_heads = HashMap::new();
        for name in &names {
            chain.read_segment(store, name, watch, &mut |number, sha256| {
                if linked.contains(&(name.as_str(), number)) {
                    digests.insert((name.clone(), number), sha256.to_owned());
                }
                if heads.iter().any(|head| head == sha256) {
                    known_heads.insert(sha256.to_owned(), (name.clone(), number));
                }
            })?;
        }
        chain.known_heads = known_heads;
        chain.check_links(&links, &digests);
        Ok(chain)
    }

    /// When a session's bag was changed last, by the folder's name.
    pub fn last_change(&self, folder: &str) -> Option<Timestamp> {
        self.bags.get(folder)?.iter().map(|change| change.at).max()
    }

    /// Whether a session's folder is in it.
    pub fn knows(&self, folder: &str) -> bool {
        self.bags.contains_key(folder)
    }

    /// When the last line of a segment was written.
    pub fn ended_at(&self, segment: &str) -> Option<Timestamp> {
        self.last_at.get(segment).copied()
    }

    /// Returns the number of segments that are not among these.
    pub fn not_among(&self, segments: &HashSet<String>) -> u64 {
        self.ends.keys().filter(|segment| !segments.contains(*segment)).count() as u64
    }

    /// These segments and those behind them: named as a whole, through however many others, by their links.
    pub fn behind<'a>(&'a self, segments: impl Iterator<Item = &'a str>) -> HashSet<&'a str> {
        let mut behind = HashSet::new();
        let mut left: Vec<&str> = segments.collect();
        while let Some(segment) = left.pop() {
            if behind.insert(segment) {
                left.extend(self.follows.get(segment).into_iter().flatten().map(String::as_str));
            }
        }
        behind
    }

    /// The segments that stand as a whole at or behind the digests that were asked for.
    pub fn behind_heads(&self) -> HashSet<&str> {
        let mut behind = HashSet::new();
        for (segment, number) in self.known_heads.values() {
            let is_last = self.ends.get(segment).is_some_and(|(length, _)| length == number);
            let mut here = self.behind(std::iter::once(segment.as_str()));
            // What was added to a segment after that line is not behind it.
            if !is_last {
                here.remove(segment.as_str());
            }
            behind.extend(here);
        }
        behind
    }

    fn finding(&mut self, segment: &str, what: impl Into<String>) {
        self.findings.push((segment.to_owned(), what.into()));
    }

    /// Checks the lines of one segment. `seen` is told the number and digest of each whole line.
    fn read_segment(&mut self, store: &dyn Store, name: &str, watch: &mut Watch<'_>, seen: &mut dyn FnMut(u64, &str)) -> Result<()> {
        self.segments += 1;
        let mut previous: Option<String> = None;
        let mut number = 0;
        let mut is_closed = false;
        let Some(lines) = Lines::open(store, name)? else { return Ok(()) };
        for line in lines {
            let line = match line {
                Ok(line) => line,
                Err(error) => {
                    self.finding(name, format!("cannot be read after line {number}: {error}"));
                    break;
                }
            };
            if watch(&line.bytes).is_err() {
                return Err(stopped());
            }
            if !line.is_whole {
                let what = format!("line {} breaks off: its run was killed while it wrote; what it told of is done again", number + 1);
                self.notes.push((name.to_owned(), what));
                break;
            }
            number += 1;
            self.lines += 1;
            if is_closed {
                self.finding(name, format!("line {number} was added after the run had ended"));
            }
            is_closed = self.read_line(name, number, &line, previous.as_deref());
            let sha256 = line.sha256();
            seen(number, &sha256);
            previous = Some(sha256);
        }
        if !is_closed {
            let what = match segment::is_at_work(store, name) {
                Ok(true) => "its run is still at work",
                _ => "its run has no end: it was killed, or the end was removed",
            };
            self.notes.push((name.to_owned(), what.to_owned()));
        }
        self.ends.insert(name.to_owned(), (number, previous));
        Ok(())
    }

    /// Checks a line against the one before and takes over what it says; tells whether it is the end of its run.
    fn read_line(&mut self, name: &str, number: u64, raw: &RawLine, previous: Option<&str>) -> bool {
        let Some(line) = raw.read() else {
            self.finding(name, format!("line {number} is not a line of a journal"));
            return false;
        };
        if line.previous.as_deref() != previous {
            self.finding(name, format!("line {number} does not follow from the line before it: one was altered, added or removed"));
        }
        self.last_at.insert(name.to_owned(), line.at);
        let is_first = matches!(line.entry, Entry::Opened(_));
        if is_first {
            self.began = Some(self.began.map_or(line.at, |began| began.min(line.at)));
        }
        if is_first != (number == 1) {
            self.finding(name, format!("line {number} is out of place: a segment begins with its run, and only once"));
        }
        match line.entry {
            Entry::Archived(archived) => {
                self.bags.entry(archived.folder.clone()).or_default().push(BagChange::new(line.at, *archived));
            }
            Entry::Closed { .. } => return true,
            _ => {}
        }
        false
    }

    /// Checks what segments say of the ends of earlier ones, and finds the ends that nothing follows.
    fn check_links(&mut self, links: &[(String, Parent)], digests: &HashMap<(String, u64), String>) {
        let mut followed = HashSet::new();
        for (name, parent) in links {
            let Parent { segment, lines, sha256, ended } = parent;
            // Of a run that was still at work, the link names a part only.
            if *ended {
                self.follows.entry(name.clone()).or_default().push(segment.clone());
            }
            let Some((length, _)) = self.ends.get(segment) else {
                self.finding(segment, format!("is missing: {name} follows it"));
                continue;
            };
            if length < lines {
                self.finding(segment, format!("had {lines} lines when {name} began and has {length} now"));
            } else if digests.get(&(segment.clone(), *lines)) != sha256.as_ref() {
                self.finding(segment, format!("is not what it was when {name} began: a line up to line {lines} was altered"));
            } else if *ended && length > lines {
                self.finding(segment, format!("has lines after line {lines}, which was its last when {name} began"));
            }
            if *ended {
                followed.insert(segment.clone());
            }
        }
        let mut heads: Vec<(String, String)> = self
            .ends
            .iter()
            .filter(|(name, _)| !followed.contains(*name))
            .filter_map(|(name, (_, last))| Some((name.clone(), last.clone()?)))
            .collect();
        heads.sort();
        self.heads = heads;
    }
}

/// Somebody asked to stop.
pub(in crate::archive) fn stopped() -> crate::error::Error {
    crate::error::Error::new(crate::exit::Exit::Interrupted, "interrupted; the verification is not complete", "run the same command again")
}

/// When a session was last verified as a whole and found sound.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LastVerified {
    /// At all.
    pub at: Option<Timestamp>,
    /// With the provider's signatures computed again, which held.
    pub authenticated: Option<Timestamp>,
}

/// When each session was last verified as a whole and found sound.
pub(in crate::archive) fn last_verified(store: &dyn Store) -> Result<HashMap<String, LastVerified>> {
    let mut last: HashMap<String, LastVerified> = HashMap::new();
    for name in segment::names(store)? {
        for line in Lines::open(store, &name)?.into_iter().flatten().map_while(std::result::Result::ok) {
            // Reading every line as JSON would take ten times as long; what has the word by chance is read in vain.
            if !line.contains("\"verified\"") {
                continue;
            }
            let Some(line) = line.read() else { continue };
            if let Entry::Verified { sessions, sample: None, authenticated } = line.entry {
                for session in sessions {
                    let known = last.entry(session.to_string()).or_default();
                    known.at = known.at.max(Some(line.at));
                    known.authenticated = known.authenticated.max(authenticated.map(|_| line.at));
                }
            }
        }
    }
    Ok(last)
}
