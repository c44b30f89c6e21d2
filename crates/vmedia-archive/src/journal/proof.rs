//! Proves the lines about some sessions without the lines about others: each with the digests that lead from it to the root of its run's
//! tree. Must not judge what the lines say.

use super::chain::Chain;
use super::checkpoint::Checkpoint;
use super::place::Place;
use super::segment::{self, Lines};
use super::tree::{Hash, leaf, path};
use crate::error::{Error, ErrorKind, Result, plain};
use crate::store::ReadStore;
use std::collections::BTreeMap;

/// A line and its way to the root.
#[derive(Debug)]
pub(crate) struct LineProof {
    /// The segment's file name.
    pub(crate) segment: String,
    /// The number of the line, from 0.
    pub(crate) index: u64,
    /// The line without its line break.
    pub(crate) line: String,
    /// The digests beside the way from the line to the root, the first beside the line.
    pub(crate) path: Vec<Hash>,
}

/// The lines about the bags of some sessions.
#[derive(Debug, Default)]
pub(crate) struct Proofs {
    /// The lines of each session by its folder, the oldest first.
    pub(crate) lines: BTreeMap<String, Vec<LineProof>>,
    /// The checkpoints of their segments as they are now, by the segments' names.
    pub(crate) checkpoints: BTreeMap<String, Checkpoint>,
}

/// Returns the lines of the journal about the bags of these folders. Reads each segment with such a line once.
pub(crate) fn proofs<'a>(chain: &Chain, store: &dyn ReadStore, folders: impl Iterator<Item = &'a str>) -> Result<Proofs> {
    let mut wanted: BTreeMap<u32, Vec<(&str, &Place)>> = BTreeMap::new();
    for folder in folders {
        chain.bags.of(folder).for_each(|place| wanted.entry(place.segment).or_default().push((folder, place)));
    }
    let mut proofs = Proofs::default();
    let mut dated: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for (number, places) in wanted {
        let name = chain.names.get(number as usize).map(String::as_str).unwrap_or_default();
        let (leaves, lines) = read(store, name, &places)?;
        let stream = store.open(&segment::path(name))?.ok_or_else(|| changed(name))?;
        let checkpoint = Checkpoint::of(name, stream);
        let checkpoint = checkpoint.map_err(|error| {
            let what = format!("cannot read {name}: {}", plain(&error));
            Error::new(ErrorKind::Local, what, "check the disk, then run the same command again")
        })?;
        proofs.checkpoints.insert(name.to_owned(), checkpoint);
        for (folder, place) in places {
            let (index, line) = lines.get(&place.offset).ok_or_else(|| changed(name))?;
            let proof = LineProof { segment: name.to_owned(), index: *index as u64, line: line.clone(), path: path(&leaves, *index) };
            dated.entry(folder.to_owned()).or_default().push((place.at, proof));
        }
    }
    for (folder, mut lines) in dated {
        // Runs on several machines may overlap.
        lines.sort_by_key(|(at, _)| *at);
        proofs.lines.insert(folder, lines.into_iter().map(|(_, proof)| proof).collect());
    }
    Ok(proofs)
}

/// Lines by their offsets, each with its number.
type Found = BTreeMap<u64, (usize, String)>;

/// Returns the digests of all lines of a segment, and those lines that stand at these places.
fn read(store: &dyn ReadStore, name: &str, places: &[(&str, &Place)]) -> Result<(Vec<Hash>, Found)> {
    let known: BTreeMap<u64, &Place> = places.iter().map(|(_, place)| (place.offset, *place)).collect();
    let (mut leaves, mut lines, mut offset) = (Vec::new(), BTreeMap::new(), 0);
    for line in Lines::open(store, name)?.into_iter().flatten() {
        let line = line.map_err(|_| changed(name))?;
        if let Some(place) = known.get(&offset) {
            let is_same = line.sha256() == place.sha256;
            let text = String::from_utf8(line.bytes.clone()).ok().filter(|_| is_same).ok_or_else(|| changed(name))?;
            lines.insert(offset, (leaves.len(), text));
        }
        offset += line.bytes.len() as u64 + 1;
        leaves.push(leaf(&line.bytes));
    }
    Ok((leaves, lines))
}

fn changed(name: &str) -> Error {
    let what = format!("{name} changed while it was read");
    Error::new(ErrorKind::Damaged, what, "run the same command again; if it stays so, restore the journal from a backup")
}
