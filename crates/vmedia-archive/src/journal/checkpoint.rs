//! The checkpoint of a run: the size and root of the tree over its lines when it ended, in the form of C2SP tlog-checkpoint. The seals of
//! the run are made over it, so that one line is proven to be sealed without the others.
//!
//! Must not know what the lines say.

use super::index::{self, Indexed};
use super::segment::{self, Lines};
use super::tree::{Hash, Tree, leaf};
use crate::error::Result;
use crate::store::ReadStore;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::io::{self, Read};

/// The beginning of an origin; the segment's name, which no other run has, follows.
const ORIGIN: &str = "vmedia-journal/";

/// The checkpoint of one segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The segment's file name.
    segment: String,
    /// Number of lines.
    lines: u64,
    root: Hash,
    /// The SHA-256 of the whole segment.
    sha256: String,
}

/// A reason why a checkpoint is not that of its segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Misfit {
    /// It is not in this form.
    Malformed,
    /// It is the checkpoint of another segment.
    Foreign(String),
    /// It is over another number of lines than the segment has.
    Lines(u64, u64),
    /// The lines are others.
    Digest,
    /// The lines are the same, and the root is not theirs.
    Root,
}

impl fmt::Display for Misfit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => formatter.write_str("it is not a checkpoint"),
            Self::Foreign(segment) => write!(formatter, "it is the checkpoint of {segment}"),
            Self::Lines(known, lines) => write!(formatter, "it is over {known} lines, and the segment has {lines}"),
            Self::Digest => formatter.write_str("it is over other bytes than the segment's"),
            Self::Root => formatter.write_str("its root is not that of the segment's lines"),
        }
    }
}

impl Checkpoint {
    /// Reads the segment of this name to its end.
    pub fn of(segment: &str, stream: Box<dyn Read + Send>) -> io::Result<Self> {
        let (mut tree, mut whole) = (Tree::default(), Sha256::new());
        for line in Lines::of(stream) {
            let line = line?;
            tree.add(leaf(&line.bytes));
            whole.update(&line.bytes);
            whole.update(if line.is_whole { &b"\n"[..] } else { b"" });
        }
        let sha256 = hex::encode(whole.finalize());
        Ok(Self { segment: segment.to_owned(), lines: tree.size(), root: tree.root(), sha256 })
    }

    /// Returns its text. The last line is one that `sha256sum --check` reads.
    pub fn text(&self) -> String {
        let Self { segment, lines, root, sha256 } = self;
        format!("{ORIGIN}{segment}\n{lines}\n{}\n{sha256}  {segment}\n", STANDARD.encode(root))
    }

    /// Parses a text. Further lines are of a newer version.
    fn parse(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?.strip_suffix('\n')?;
        let mut lines = text.split('\n');
        let segment = lines.next()?.strip_prefix(ORIGIN)?;
        let size = lines.next()?;
        let root = Hash::try_from(STANDARD.decode(lines.next()?).ok()?).ok()?;
        let (sha256, name) = lines.next()?.split_once("  ")?;
        let parsed = Self { segment: segment.to_owned(), lines: size.parse().ok()?, root, sha256: sha256.to_owned() };
        // A number or a digest can be written in other ways, which other programs read as something else.
        let is_plain = name == segment && text.starts_with(parsed.text().trim_end()) && lines.all(|line| !line.is_empty());
        is_plain.then_some(parsed)
    }

    /// Compares the text of a checkpoint with the one of the segment as it is now.
    pub(crate) fn compare(&self, text: &[u8]) -> std::result::Result<(), Misfit> {
        let known = Self::parse(text).ok_or(Misfit::Malformed)?;
        if known.segment != self.segment {
            return Err(Misfit::Foreign(known.segment));
        }
        if known.lines != self.lines {
            return Err(Misfit::Lines(known.lines, self.lines));
        }
        match (known.sha256 == self.sha256, known.root == self.root) {
            (false, _) => Err(Misfit::Digest),
            (_, false) => Err(Misfit::Root),
            _ => Ok(()),
        }
    }

    /// Returns true if a text is the checkpoint of the segment as it is now.
    pub fn is(&self, text: &[u8]) -> bool {
        self.compare(text).is_ok()
    }

    /// Returns true if a text is the checkpoint of a segment with this tree: its lines can be no others, whatever else the text says.
    pub(crate) fn has_tree(text: &[u8], segment: &str, (lines, root): &(u64, Hash)) -> bool {
        Self::parse(text).is_some_and(|known| known.segment == segment && known.lines == *lines && known.root == *root)
    }

    /// Returns true if a text is the checkpoint of the segment of this name. Of a segment with an index, the lines are not read: they can be
    /// no others without a finding.
    ///
    /// # Errors
    /// The segment cannot be read.
    pub fn fits(store: &dyn ReadStore, segment: &str, text: &[u8]) -> Result<bool> {
        if let Some(Indexed { tree, .. }) = index::select(store, segment, &|_, _| false)
            && Self::has_tree(text, segment, &(tree.size(), tree.root()))
        {
            return Ok(true);
        }
        let stream = store.open(&segment::path(segment))?;
        Ok(stream.is_some_and(|stream| Self::of(segment, stream).is_ok_and(|checkpoint| checkpoint.is(text))))
    }
}

#[cfg(test)]
mod tests {
    use super::{Checkpoint, Misfit};
    use proptest::prelude::*;

    const LINES: &[u8] = b"{\"previous\":null}\n{\"previous\":\"a\"}\n";

    fn of(segment: &str, bytes: &[u8]) -> Checkpoint {
        Checkpoint::of(segment, Box::new(std::io::Cursor::new(bytes.to_vec()))).expect("read")
    }

    #[test]
    fn a_checkpoint_has_four_lines_and_fits_its_own_segment_alone() {
        let checkpoint = of("run.ndjson", LINES);
        let text = checkpoint.text();
        // Computed with Python: hashlib and base64.
        let expected = "vmedia-journal/run.ndjson\n2\nWRfyxxB8RsV6OfDQuCNgvMDNamxt8qmB/KzGJqX4uEQ=\n\
                        344df18671cc7407b5f9e56d0ba308a6f9c4e15af615a4ee92d95f621562467d  run.ndjson\n";
        assert_eq!(text, expected);
        assert_eq!(checkpoint.compare(text.as_bytes()), Ok(()));
        assert_eq!(checkpoint.compare(format!("{text}of a newer version\n").as_bytes()), Ok(()));
        let refused = |text: &str, misfit| assert_eq!(checkpoint.compare(text.as_bytes()), Err(misfit), "{text}");
        refused(&of("other.ndjson", LINES).text(), Misfit::Foreign("other.ndjson".to_owned()));
        refused(&of("run.ndjson", &LINES[..18]).text(), Misfit::Lines(1, 2));
        refused(&of("run.ndjson", b"x\ny\n").text(), Misfit::Digest);
        refused(&text.replacen("WRfy", "WRfz", 1), Misfit::Root);
        for (from, to) in [("\n2\n", "\n02\n"), ("\n2\n", "\n+2\n"), ("  run", " run"), ("  run.ndjson", "  x.ndjson"), ("vmedia", "other")]
        {
            refused(&text.replacen(from, to, 1), Misfit::Malformed);
        }
        refused(text.trim_end(), Misfit::Malformed);
        refused(&format!("{text}\nmore\n"), Misfit::Malformed);
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange_to_be_read(bytes: Vec<u8>, text in "(vmedia-journal/r\n[0-9]{0,3}\n[A-Za-z0-9+/=]{0,44}\n)?\\PC{0,80}\n?") {
            let checkpoint = of("r", b"");
            prop_assert!(!checkpoint.is(&bytes) && !checkpoint.is(text.as_bytes()));
        }
    }
}
