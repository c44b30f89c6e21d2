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

/// Returns the digests that lead from a line to the root, the line's neighbour first (RFC 6962, 2.1.1).
pub(super) fn path(leaves: &[Hash], index: usize) -> Vec<Hash> {
    let (mut leaves, mut index, mut path) = (leaves, index, Vec::new());
    while leaves.len() > 1 {
        let middle = leaves.len().next_power_of_two() / 2;
        let (left, right) = leaves.split_at(middle);
        let (own, other) = if index < middle { (left, right) } else { (right, left) };
        path.push(root(other));
        (leaves, index) = (own, if index < middle { index } else { index - middle });
    }
    path.reverse();
    path
}

pub(super) fn root(leaves: &[Hash]) -> Hash {
    let mut tree = Tree::default();
    leaves.iter().for_each(|leaf| tree.add(*leaf));
    tree.root()
}

#[cfg(test)]
mod tests {
    use super::{Hash, Tree, leaf, path};
    use ct_merkle::mem_backed_tree::MemoryBackedTree;
    use ct_merkle::{InclusionProof, RootHash};
    use sha2::Sha256;

    #[test]
    fn another_implementation_accepts_the_root_and_the_path_of_every_line() {
        let random: Vec<usize> = (0..3).map(|_| fastrand::usize(65..500)).collect();
        for size in (1..=64).chain(random) {
            let lines: Vec<Vec<u8>> = (0..size).map(|number| format!("{{\"line\":{number}}}").into_bytes()).collect();
            let (mut judge, mut tree) = (MemoryBackedTree::<Sha256, Vec<u8>>::new(), Tree::default());
            for line in &lines {
                judge.push(line.clone());
                tree.add(leaf(line));
            }
            let root = RootHash::<Sha256>::new(tree.root().into(), tree.size());
            assert_eq!(judge.root(), root, "{size} lines");
            let leaves: Vec<Hash> = lines.iter().map(|line| leaf(line)).collect();
            for (index, line) in lines.iter().enumerate() {
                let path = path(&leaves, index);
                let proof = InclusionProof::<Sha256>::from_digests(path.iter().map(Into::into));
                assert!(root.verify_inclusion(line, index as u64, &proof).is_ok(), "line {index} of {size}");
                let other = (index + 1) % size;
                assert!(
                    size == 1 || root.verify_inclusion(line, other as u64, &proof).is_err(),
                    "line {index} is not line {other} of {size}"
                );
            }
        }
    }

    #[test]
    fn a_tree_without_lines_has_the_root_that_the_standard_gives_it() {
        assert_eq!(hex::encode(Tree::default().root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
