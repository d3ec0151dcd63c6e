//! A milter command that is taken has the length that it said, none of its beginnings is taken, and an answer is whole packets
//! whatever it says.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::engine::milter::{LIMIT, Reply, take};

fuzz_target!(|bytes: &[u8]| {
    let mut rest = bytes;
    while let Ok(Some((_, used))) = take(rest) {
        let (packet, more) = rest.split_at(used);
        assert!((5..=LIMIT + 4).contains(&used));
        assert_eq!(take(&packet[..used - 1]), Ok(None));
        rest = more;
    }
    let text = String::from_utf8_lossy(bytes);
    for reply in [
        Reply::Refuse { code: 550, enhanced: "5.7.1", text: &text },
        Reply::Insert { name: "X-Name", value: &text },
        Reply::Insert { name: &text, value: "x" },
        Reply::Remove { name: &text, nth: 1 },
        Reply::Body(bytes),
    ] {
        let mut written = Vec::new();
        reply.write(&mut written);
        let mut rest = written.as_slice();
        while let Some((length, more)) = rest.split_first_chunk::<4>() {
            rest = &more[usize::try_from(u32::from_be_bytes(*length)).unwrap()..];
        }
        assert!(rest.is_empty());
    }
});
