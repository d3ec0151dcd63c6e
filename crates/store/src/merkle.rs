//! Merkle trees as RFC 6962 defines them, over SHA-256: one root for a list, and short proofs that an item is in it.

use domain::hex::unhex;
use sha2::{Digest, Sha256};

/// A SHA-256 value.
pub type Hash = [u8; 32];

/// The hash of an item; the byte in front keeps an item from passing for two hashes.
pub fn leaf(item: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(item).finalize().into()
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root of a list that is given leaf by leaf; keeps one hash for each power of two.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    count: u64,
    /// The roots of the full subtrees, the largest first: one for each bit that is set in `count`.
    full: Vec<Hash>,
}

impl Tree {
    /// The next leaf.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for _ in 0..self.count.trailing_ones() {
            if let Some(left) = self.full.pop() {
                hash = node(&left, &hash);
            }
        }
        self.full.push(hash);
        self.count += 1;
    }

    /// How many leaves it has.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The root; of no leaves, the hash of nothing.
    pub fn root(&self) -> Hash {
        let mut subtrees = self.full.iter().rev();
        let Some(last) = subtrees.next() else { return Sha256::digest([]).into() };
        subtrees.fold(*last, |right, left| node(left, &right))
    }
}

/// The root of a list of leaves.
pub fn root(leaves: &[Hash]) -> Hash {
    let mut tree = Tree::default();
    for leaf in leaves {
        tree.push(*leaf);
    }
    tree.root()
}

/// All hashes of a tree, for the paths of many leaves. Cost: each hash once; a path is looked up.
#[derive(Debug, Clone)]
pub struct Levels(Vec<Vec<Hash>>);

impl Levels {
    /// The levels over these leaves, from the leaves up to the root.
    pub fn over(leaves: Vec<Hash>) -> Self {
        let mut levels = Vec::new();
        let mut level = leaves;
        while level.len() > 1 {
            // One without a sister goes up unchanged: that is where RFC 6962 splits a list.
            let up = level.chunks(2).map(|pair| match pair {
                [left, right] => node(left, right),
                alone => alone.first().copied().unwrap_or_default(),
            });
            let up = up.collect();
            levels.push(std::mem::replace(&mut level, up));
        }
        Self(levels)
    }

    /// The hashes beside the way from one leaf up to the root, the lowest first.
    pub fn path(&self, index: usize) -> Vec<Hash> {
        let beside = self.0.iter().enumerate().filter_map(|(height, level)| level.get((index >> height) ^ 1));
        beside.copied().collect()
    }
}

/// The root that a leaf and its path lead to; none when the path has another length than the list's.
pub fn root_by(leaf: Hash, index: u64, count: u64, path: &[Hash]) -> Option<Hash> {
    if index >= count {
        return None;
    }
    // As RFC 9162, 2.1.3.2: `at` and `last` are the positions of the leaf and of the last one on each level.
    let (mut hash, mut at, mut last) = (leaf, index, count - 1);
    for beside in path {
        if last == 0 {
            return None;
        }
        if at & 1 == 1 || at == last {
            hash = node(beside, &hash);
            // A subtree without a sister goes up unchanged.
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node(&hash, beside);
        }
        at >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(hash)
}

/// Reads what `hex` wrote.
pub fn from_hex(text: &str) -> Option<Hash> {
    // One hash has one spelling.
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    unhex(text)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::hex::hex;

    /// The inputs of the published test vectors of RFC 6962's first implementation, and the root of the first n of them.
    const ITEMS: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    const ROOTS: [&str; 9] = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    const PATH_OF_5_IN_8: [&str; 3] = [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ];

    fn leaves(count: usize) -> Vec<Hash> {
        (0..count).map(|n| leaf(&n.to_be_bytes())).collect()
    }

    #[test]
    fn roots_and_paths_are_those_of_rfc_6962() {
        let leaves: Vec<Hash> = ITEMS.iter().map(|item| leaf(item)).collect();
        for (count, expected) in ROOTS.iter().enumerate() {
            assert_eq!(hex(&root(&leaves[..count])), *expected, "of {count}");
        }
        let path = |count: usize, index| Levels::over(leaves[..count].to_vec()).path(index);
        let beside: Vec<String> = path(8, 5).iter().map(|hash| hex(hash)).collect();
        assert_eq!(beside, PATH_OF_5_IN_8);
        assert_eq!(path(3, 2), [root(&leaves[..2])]);
        assert_eq!(path(3, 1), [leaves[0], leaves[2]]);
        assert!(path(1, 0).is_empty() && path(0, 0).is_empty());
    }

    #[test]
    fn a_path_leads_to_the_root_and_any_flipped_bit_does_not() {
        for count in 1..=33 {
            let leaves = leaves(count);
            let (root, levels) = (root(&leaves), Levels::over(leaves.clone()));
            for (index, leaf) in leaves.iter().enumerate() {
                let path = levels.path(index);
                let led = |at: usize, of: usize, path: &[Hash]| root_by(*leaf, at as u64, of as u64, path);
                assert_eq!(led(index, count, &path), Some(root), "{index} of {count}");
                assert_ne!(led(index + 1, count, &path), Some(root), "another place");
                for (n, bit) in (0..path.len()).zip([0, 77, 255, 130, 8, 200].into_iter().cycle()) {
                    let mut flipped = path.clone();
                    flipped[n][bit / 8] ^= 1 << (bit % 8);
                    assert_ne!(led(index, count, &flipped), Some(root), "{index} of {count}, hash {n}, bit {bit}");
                }
                let longer: Vec<Hash> = path.iter().copied().chain([root]).collect();
                assert_eq!(led(index, count, &longer), None, "a path that is too long");
                assert_eq!(led(index, count, path.get(1..).unwrap_or(&longer)), None, "or too short");
            }
            assert_eq!(root_by(leaves[0], count as u64, count as u64, &[]), None, "behind the end");
        }
    }

    #[test]
    fn an_inner_hash_does_not_pass_for_an_item() {
        let pair = leaves(2);
        let written: Vec<u8> = pair.concat();
        assert_ne!(leaf(&written), root(&pair));
    }

    #[test]
    fn hex_is_read_as_it_was_written_and_nothing_else_is() {
        let hash = leaf(b"x");
        assert_eq!(from_hex(&hex(&hash)), Some(hash));
        for text in ["", "00", &hex(&hash).to_uppercase(), &"0g".repeat(32), &"é".repeat(32)] {
            assert_eq!(from_hex(text), None, "{text}");
        }
    }
}
