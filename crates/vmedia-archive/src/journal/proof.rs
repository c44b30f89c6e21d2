//! Proves the lines about some sessions without the lines about others: each with the digests that lead from it to the root of its run's
//! tree. Must not judge what the lines say.

use super::chain::Chain;
use super::index;
use super::place::Place;
use super::segment::{self, Lines, RawLine};
use super::tree::{Hash, leaf, path, root};
use crate::error::{Error, ErrorKind, Result};
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
    /// Their segments, each with the number of its lines and the root of the tree over them if it was read by an index.
    pub(crate) segments: BTreeMap<String, Option<(u64, Hash)>>,
}

/// Returns the lines of the journal about the bags of these folders. Reads each segment with such a line once, or its index.
pub(crate) fn proofs<'a>(chain: &Chain, store: &dyn ReadStore, folders: impl Iterator<Item = &'a str>) -> Result<Proofs> {
    let mut wanted: BTreeMap<u32, Vec<(&str, &Place)>> = BTreeMap::new();
    for folder in folders {
        chain.bags.of(folder).for_each(|place| wanted.entry(place.segment).or_default().push((folder, place)));
    }
    let mut proofs = Proofs::default();
    let mut dated: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for (number, places) in wanted {
        let name = chain.names.get(number as usize).map(String::as_str).unwrap_or_default();
        let indexed = index::leaves(store, name);
        proofs.segments.insert(name.to_owned(), indexed.as_ref().map(|leaves| (leaves.len() as u64, root(leaves))));
        let (leaves, lines) = match indexed {
            Some(leaves) => (leaves, find(store, name, &places)?),
            None => read(store, name, &places)?,
        };
        for (folder, place) in places {
            let line = lines.get(&place.offset).ok_or_else(|| changed(name))?;
            let leaf = leaf(line.as_bytes());
            let index = leaves.iter().position(|known| *known == leaf).ok_or_else(|| changed(name))?;
            let proof = LineProof { segment: name.to_owned(), index: index as u64, line: line.clone(), path: path(&leaves, index) };
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

/// Lines by their offsets.
type Found = BTreeMap<u64, String>;

/// Returns the lines of a segment that stand at these places.
fn find(store: &dyn ReadStore, name: &str, places: &[(&str, &Place)]) -> Result<Found> {
    let mut lines = Found::new();
    for (_, place) in places {
        let bytes = store.read_range(&segment::path(name), place.offset, place.length.into())?;
        lines.insert(place.offset, text(&RawLine { bytes, is_whole: true }, place, name)?);
    }
    Ok(lines)
}

/// Returns the digests of all lines of a segment, and those lines that stand at these places.
fn read(store: &dyn ReadStore, name: &str, places: &[(&str, &Place)]) -> Result<(Vec<Hash>, Found)> {
    let known: BTreeMap<u64, &Place> = places.iter().map(|(_, place)| (place.offset, *place)).collect();
    let (mut leaves, mut lines, mut offset) = (Vec::new(), Found::new(), 0);
    for line in Lines::open(store, name)?.into_iter().flatten() {
        let line = line.map_err(|_| changed(name))?;
        if let Some(place) = known.get(&offset) {
            lines.insert(offset, text(&line, place, name)?);
        }
        offset += line.bytes.len() as u64 + 1;
        leaves.push(leaf(&line.bytes));
    }
    Ok((leaves, lines))
}

/// Returns the text of a line, which is still the one that was read before.
fn text(line: &RawLine, place: &Place, name: &str) -> Result<String> {
    let text = std::str::from_utf8(&line.bytes).ok().filter(|_| line.sha256() == place.sha256);
    text.map(str::to_owned).ok_or_else(|| changed(name))
}

fn changed(name: &str) -> Error {
    let what = format!("{name} changed while it was read");
    Error::new(ErrorKind::Damaged, what, "run the same command again; if it stays so, restore the journal from a backup")
}
