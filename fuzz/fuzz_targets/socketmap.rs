//! A socketmap request that is taken is the bytes it was taken from, and an answer is one netstring whatever it says.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::engine::socketmap::{Reply, take};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(Some((request, used))) = take(bytes) {
        let data = [request.map.as_bytes(), b" ", request.key].concat();
        let again = [format!("{}:", data.len()).as_bytes(), &data, b","].concat();
        assert_eq!(again, bytes[..used]);
    }
    let text = String::from_utf8_lossy(bytes);
    for reply in [Reply::Found(&text), Reply::Temp(&text), Reply::Timeout(&text), Reply::Perm(&text)] {
        let mut written = Vec::new();
        reply.write(&mut written);
        let colon = written.iter().position(|byte| *byte == b':').unwrap();
        let length: usize = std::str::from_utf8(&written[..colon]).unwrap().parse().unwrap();
        assert_eq!(written.len(), colon + 1 + length + 1);
        assert!(written.ends_with(b",") && length <= 100_000);
        assert!(!String::from_utf8(written).unwrap().contains(char::is_control));
    }
});
