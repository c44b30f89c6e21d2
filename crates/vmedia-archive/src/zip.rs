//! ZIP files whose bytes follow from the names, lengths and checksums of their entries alone: uncompressed, because media are compressed
//! already, without dates, and one entry right behind the other (APPNOTE 6.3.10, with ZIP64 where a number needs it).
//!
//! A file that is read is one of ours if writing its entries again gives the same directory, which leaves nothing to hide in. Pure.

mod field;

pub(crate) use crc32fast::Hasher as Checksum;
use field::Fields;
use std::collections::HashSet;

/// What begins the header of an entry, and what the directory consists of.
const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const LARGE_END: u32 = 0x0606_4b50;
const LOCATOR: u32 = 0x0706_4b50;

/// The version of the format that plain entries need, and those with ZIP64.
const PLAIN: u16 = 10;
const LARGE: u16 = 45;
/// Made on Unix, by a program that knows ZIP64.
const MADE_BY: u16 = (3 << 8) | LARGE;
/// 1980-01-01, the first day that there is.
const DAY: u16 = 0x21;
/// The name is UTF-8.
const UTF8: u16 = 1 << 11;
/// A file that its owner alone may read, where it is unpacked.
const FILE_MODE: u32 = 0o100_600 << 16;
/// The number of the extra field of ZIP64.
const EXTRA: u16 = 1;

/// The length of a header without its name, of the end, and of the end with ZIP64.
const LOCAL_LENGTH: u64 = 30;
const CENTRAL_LENGTH: u64 = 46;
const END_LENGTH: usize = 22;
const LARGE_END_LENGTH: usize = 56;
const LOCATOR_LENGTH: usize = 20;

/// The numbers from which on a field needs ZIP64.
const MOST: u64 = u32::MAX as u64;
const MOST_ENTRIES: u64 = u16::MAX as u64;

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its name: the path where it is unpacked.
    pub(crate) name: String,
    /// The length of its bytes.
    pub(crate) bytes: u64,
    /// Their CRC-32.
    pub(crate) crc: u32,
}

/// An entry, and where its header begins.
pub(crate) type Placed = (Entry, u64);

impl Entry {
    /// Returns the length of an entry's header.
    fn header_length(name: &str, bytes: u64) -> u64 {
        LOCAL_LENGTH + name.len() as u64 + if bytes >= MOST { 20 } else { 0 }
    }

    /// Returns the bytes right before those of the entry.
    pub(crate) fn header(&self) -> Vec<u8> {
        let (is_large, mut fields) = (self.bytes >= MOST, Fields::default());
        fields.long(LOCAL).short(if is_large { LARGE } else { PLAIN });
        self.common(&mut fields, is_large, if is_large { 20 } else { 0 });
        fields.text(&self.name);
        if is_large {
            fields.short(EXTRA).short(16).quad(self.bytes).quad(self.bytes);
        }
        fields.0
    }

    /// Adds what both headers have: flags, method, time, checksum, lengths.
    fn common(&self, fields: &mut Fields, is_large: bool, extra: u16) {
        let length = if is_large { u32::MAX } else { low(self.bytes) };
        fields.short(if self.name.is_ascii() { 0 } else { UTF8 }).short(0).short(0).short(DAY).long(self.crc);
        fields.long(length).long(length).short(u16::try_from(self.name.len()).unwrap_or(u16::MAX)).short(extra);
    }

    /// Adds the directory's header of an entry that begins there.
    fn directory_header(&self, at: u64, fields: &mut Fields) {
        let (is_large, is_far) = (self.bytes >= MOST, at >= MOST);
        let extra = if is_large { 16 } else { 0 } + if is_far { 8 } else { 0 };
        fields.long(CENTRAL).short(MADE_BY).short(if extra > 0 { LARGE } else { PLAIN });
        self.common(fields, is_large, if extra > 0 { extra + 4 } else { 0 });
        fields.short(0).short(0).short(0).long(FILE_MODE).long(if is_far { u32::MAX } else { low(at) }).text(&self.name);
        if extra > 0 {
            fields.short(EXTRA).short(extra);
        }
        if is_large {
            fields.quad(self.bytes).quad(self.bytes);
        }
        if is_far {
            fields.quad(at);
        }
    }

    /// Reads an entry's header in the directory.
    fn parse(left: &mut &[u8]) -> Option<Self> {
        let number = |bytes: Option<&[u8]>| bytes.map(field::number);
        let header = field::take(left, CENTRAL_LENGTH)?;
        let (crc, bytes) = (number(header.get(16..20))?, number(header.get(24..28))?);
        let (name, extra) = (number(header.get(28..30))?, number(header.get(30..32))?);
        let name = std::str::from_utf8(field::take(left, name)?).ok()?.to_owned();
        let extra = field::take(left, extra)?;
        let bytes = if bytes == MOST { number(extra.get(4..12))? } else { bytes };
        Some(Self { name, bytes, crc: u32::try_from(crc).ok()? })
    }
}

/// Returns the low half of a number that fits into it.
fn low(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Returns where the header of each entry begins, and where the directory does.
pub(crate) fn placed(entries: Vec<Entry>) -> (Vec<Placed>, u64) {
    let mut at = 0_u64;
    let place = |entry: Entry| {
        let here = at;
        at = at.saturating_add(Entry::header_length(&entry.name, entry.bytes)).saturating_add(entry.bytes);
        (entry, here)
    };
    (entries.into_iter().map(place).collect(), at)
}

/// Returns the directory, which stands behind the entries and ends the file. `start` is where it begins.
pub(crate) fn directory(entries: &[Placed], start: u64) -> Vec<u8> {
    let mut fields = Fields::default();
    entries.iter().for_each(|(entry, at)| entry.directory_header(*at, &mut fields));
    let (count, length) = (entries.len() as u64, fields.0.len() as u64);
    if count >= MOST_ENTRIES || start >= MOST || length >= MOST {
        fields.long(LARGE_END).quad(LARGE_END_LENGTH as u64 - 12).short(MADE_BY).short(LARGE).long(0).long(0);
        fields.quad(count).quad(count).quad(length).quad(start);
        fields.long(LOCATOR).long(0).quad(start.saturating_add(length)).long(1);
    }
    let short = u16::try_from(count).unwrap_or(u16::MAX);
    fields.long(END).short(0).short(0).short(short).short(short).long(low(length)).long(low(start)).short(0);
    fields.0
}

/// Returns the length of a file with entries of these names and lengths.
pub(crate) fn length<'a>(entries: impl Iterator<Item = (&'a str, u64)>) -> u64 {
    let entries = entries.map(|(name, bytes)| Entry { name: name.to_owned(), bytes, crc: 0 }).collect();
    let (placed, start) = placed(entries);
    start.saturating_add(directory(&placed, start).len() as u64)
}

/// Returns where the directory begins, by the last bytes of a file; `None` if they are not those of a ZIP file of ours.
pub(crate) fn directory_start(tail: &[u8]) -> Option<u64> {
    let end = tail.len().checked_sub(END_LENGTH)?;
    let number = |from: usize, length: usize| tail.get(from..from.checked_add(length)?).map(field::number);
    if number(end, 4)? != u64::from(END) {
        return None;
    }
    let before = end.checked_sub(LOCATOR_LENGTH);
    match before.filter(|locator| number(*locator, 4) == Some(u64::from(LOCATOR))) {
        Some(locator) => number(locator.checked_sub(LARGE_END_LENGTH)?.checked_add(48)?, 8),
        None => number(end.checked_add(16)?, 4),
    }
}

/// Returns the entries of a file whose directory begins at `start`, by the bytes from there to the end; `None` if the directory is not the
/// one that is written of these entries, or two have one name.
pub(crate) fn entries(bytes: &[u8], start: u64) -> Option<Vec<Placed>> {
    let (mut left, mut entries) = (bytes, Vec::new());
    while left.starts_with(&CENTRAL.to_le_bytes()) {
        entries.push(Entry::parse(&mut left)?);
    }
    let (placed, end) = placed(entries);
    let mut names = HashSet::new();
    let is_ours = end == start && placed.iter().all(|(entry, _)| names.insert(entry.name.as_str())) && directory(&placed, start) == bytes;
    is_ours.then_some(placed)
}

#[cfg(test)]
mod tests {
    use super::{Entry, Placed, directory, directory_start, entries, length, placed};
    use proptest::prelude::*;

    fn file(of: &[(&str, u64)]) -> (Vec<Placed>, u64, Vec<u8>) {
        let list = of.iter().map(|(name, bytes)| Entry { name: (*name).to_owned(), bytes: *bytes, crc: 7 }).collect();
        let (placed, start) = placed(list);
        let directory = directory(&placed, start);
        (placed, start, directory)
    }

    #[test]
    fn what_is_written_is_read_also_where_numbers_need_more_room() {
        let many: Vec<String> = (0..70_000).map(|number| number.to_string()).collect();
        let many: Vec<(&str, u64)> = many.iter().map(|name| (name.as_str(), 1)).collect();
        let large = u64::from(u32::MAX);
        for of in [&[][..], &[("s/a", 0), ("s/ü", 3)], &[("s/a", large - 1), ("s/b", 1)], &[("s/a", large), ("s/b", 9 * large)], &many] {
            let (placed, start, directory) = file(of);
            let tail = directory.get(directory.len().saturating_sub(200)..).expect("a tail");
            assert_eq!(directory_start(tail), Some(start), "{:?}", of.first());
            assert_eq!(entries(&directory, start).as_deref(), Some(&*placed), "{:?}", of.first());
            assert_eq!(length(of.iter().copied()), start + directory.len() as u64);
            assert!(placed.iter().all(|(entry, _)| entry.header().len() as u64 == Entry::header_length(&entry.name, entry.bytes)));
        }
    }

    #[test]
    fn every_other_directory_is_refused() {
        let (_, start, good) = file(&[("s/a", 5), ("s/b", 6)]);
        assert!(entries(&good, start).is_some());
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x41;
            let read = entries(&bad, directory_start(&bad).unwrap_or(start));
            // Names and checksums are what they are; the entries themselves must fit them.
            assert!(read.is_none_or(|read| read.iter().map(|(_, at)| *at).eq([0, 38])), "{at}");
        }
        assert_eq!(entries(&good, start + 1), None, "a gap");
        assert_eq!(entries(&good[..good.len() - 1], start), None);
        assert_eq!(entries(&[&good[..], b"x"].concat(), start), None);
        let (_, start, twice) = file(&[("s/a", 5), ("s/a", 6)]);
        assert_eq!(entries(&twice, start), None);
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_much(bytes in prop::collection::vec(any::<u8>(), 0..400), cut in 0..200_usize, start in any::<u64>()) {
            let (_, _, mut forged) = file(&[("s/a", 5), ("s/b", u64::MAX)]);
            let at = cut.min(forged.len());
            forged.splice(at.., bytes);
            let _ = (directory_start(&forged), entries(&forged, start));
        }
    }
}
