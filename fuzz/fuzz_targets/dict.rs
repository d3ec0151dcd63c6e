//! A dict command that is taken is one line, none of its beginnings is taken, and an answer is one line whatever it says.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::engine::dict::{Reply, take};

fuzz_target!(|bytes: &[u8]| {
    let mut rest = bytes;
    while let Ok(Some((_, used))) = take(rest) {
        let (line, more) = rest.split_at(used);
        assert!(line.ends_with(b"\n") && !line[..used - 1].contains(&b'\n'));
        assert_eq!(take(&line[..used - 1]), Ok(None));
        rest = more;
    }
    let text = String::from_utf8_lossy(bytes);
    for reply in [
        Reply::Found(&[&text]),
        Reply::Found(&[&text, &text]),
        Reply::Failed(&text),
        Reply::Item { key: &text, value: &text },
        Reply::NotCommitted { id: 1, reason: &text },
    ] {
        let mut written = Vec::new();
        reply.write(&mut written);
        let line = written.strip_suffix(b"\n").unwrap();
        assert!(!line.is_empty() && !line.contains(&b'\n') && !line.contains(&0));
    }
});
