//! The division of sessions among processes that know nothing of each other.

use sha2::{Digest as _, Sha256};
use std::fmt;

/// The largest number of shards.
const MOST: u32 = 100_000;

/// One of several parts of all sessions. Each session is in one of them, by the SHA-256 of its folder's name: its first eight bytes as a
/// big-endian number, modulo the number of parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    index: u32,
    count: u32,
}

impl Shard {
    /// Parses `K/N`. The first part is 0, and so is N: schedulers count from 0 or from 1.
    pub fn parse(text: &str) -> Option<Self> {
        let (index, count) = text.split_once('/')?;
        let (index, count): (u32, u32) = (index.parse().ok()?, count.parse().ok()?);
        ((1..=MOST).contains(&count) && index <= count).then(|| Self { index: index % count, count })
    }

    /// Returns whether the session in a folder of this name is in this part.
    pub fn has(self, folder: &str) -> bool {
        let digest = Sha256::digest(folder.as_bytes());
        let first = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        first % u64::from(self.count) == u64::from(self.index)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.index, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::Shard;

    #[test]
    fn each_session_is_in_one_shard_and_all_shards_are_of_like_size() {
        let shards: Vec<Shard> = (1..=50).map(|index| Shard::parse(&format!("{index}/50")).expect("a shard")).collect();
        let mut sizes = [0_u32; 50];
        for number in 0..50_000 {
            let name = format!("session-{number}");
            let mut within = shards.iter().enumerate().filter(|(_, shard)| shard.has(&name));
            let (index, _) = within.next().expect("one has it");
            assert!(within.next().is_none(), "{name} is in two");
            sizes[index] += 1;
        }
        assert!(sizes.iter().all(|size| (850..1150).contains(size)), "{sizes:?}");
    }

    #[test]
    fn a_shard_is_found_with_other_tools() {
        // `printf %s ID | sha256sum | head -c 16`, as a decimal number: 7805832103710901567.
        let has = |text| Shard::parse(text).expect("a shard").has("7f6a3b1c-52d0-4a8e-9c41-0d5be8f2a610");
        assert!(has("67/100") && !has("68/100"));
        assert_eq!(Shard::parse("5/5"), Shard::parse("0/5"));
        for text in ["", "1", "/", "2/1", "1/0", "-1/2", "1/2/3", "1/100001", "a/b"] {
            assert_eq!(Shard::parse(text), None, "{text}");
        }
    }
}
