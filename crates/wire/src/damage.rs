//! Seeded damage to valid files, for the tests of every codec.

const TROUBLE: &[&[u8]] =
    &[b"\"", b",", b"\n", b"\r", b"\r\n", b"\0", b"\xff", b"\xc3", b"\"\"", b"0", b"\xef\xbb\xbf", b"\xe2\x80\xae"];

/// One to four bytes changed, put in, cut out, or repeated; the same seed makes the same damage.
pub(crate) fn mutate(valid: &[u8], seed: u64) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut bytes = valid.to_vec();
    for _ in 0..random.usize(1..=4) {
        let at = random.usize(0..=bytes.len());
        let until = (at + random.usize(0..12)).min(bytes.len());
        match random.u8(0..5) {
            0 => drop(bytes.splice(at..at, TROUBLE[random.usize(0..TROUBLE.len())].iter().copied())),
            1 => drop(bytes.drain(at..until)),
            2 => bytes.truncate(at),
            3 => {
                let again = bytes[at..until].to_vec();
                drop(bytes.splice(at..at, again));
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = random.u8(..);
                }
            }
        }
    }
    bytes
}
