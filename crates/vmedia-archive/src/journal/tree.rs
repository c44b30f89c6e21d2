//! The Merkle tree over the lines of a run (RFC 6962, 2.1), by which one line is proven without the others. Pure.

use sha2::{Digest as _, Sha256};

/// A digest in the tree.
pub(crate) type Hash = [u8; 32];

/// Returns the digest of one line, without its line break.
pub(super) fn leaf(line: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(line).finalize().into()
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// A tree that grows line by line, in memory that grows with the logarithm of their number.
#[derive(Debug, Default)]
pub(super) struct Tree {
    size: u64,
    /// The roots of complete subtrees, the largest first: one for each bit of `size`.
    complete: Vec<Hash>,
}

impl Tree {
    pub(super) fn add(&mut self, leaf: Hash) {
        let mut last = leaf;
        // Two subtrees of the same size become one, as a carry in the sum `size + 1`.
        for _ in 0..self.size.trailing_ones() {
            last = self.complete.pop().map_or(last, |left| node(&left, &last));
        }
        self.complete.push(last);
        self.size += 1;
    }

    /// Returns the number of lines.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn root(&self) -> Hash {
        let root = self.complete.iter().rev().copied().reduce(|right, left| node(&left, &right));
        root.unwrap_or_else(|| Sha256::digest([]).into())
    }
}

#[cfg(test)]
mod tests {
    use super::{Tree, leaf};
    use ct_merkle::RootHash;
    use ct_merkle::mem_backed_tree::MemoryBackedTree;
    use sha2::Sha256;

    #[test]
    fn another_implementation_has_the_same_root() {
        let random: Vec<usize> = (0..6).map(|_| fastrand::usize(65..1500)).collect();
        for size in (0..=64).chain(random) {
            let (mut judge, mut tree) = (MemoryBackedTree::<Sha256, Vec<u8>>::new(), Tree::default());
            for number in 0..size {
                let line = format!("{{\"line\":{number}}}").into_bytes();
                tree.add(leaf(&line));
                judge.push(line);
            }
            assert_eq!(judge.root(), RootHash::<Sha256>::new(tree.root().into(), tree.size()), "{size} lines");
        }
    }
}
