//! A policy request that is taken ends with an empty line, none of its beginnings is taken, and an answer is one line.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::engine::policy::{Action, take};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(Some((_, used))) = take(bytes) {
        assert!(bytes[..used].ends_with(b"\n"));
        for end in (0..used).rev().take(64) {
            assert_eq!(take(&bytes[..end]), Ok(None));
        }
    }
    let text = String::from_utf8_lossy(bytes);
    for action in [Action::Defer(&text), Action::Reject { code: 550, enhanced: &text, text: &text }] {
        let mut written = Vec::new();
        action.write(&mut written);
        let line = written.strip_suffix(b"\n\n").unwrap();
        assert!(line.starts_with(b"action=") && line.iter().all(|byte| (b' '..=b'~').contains(byte)));
    }
});
