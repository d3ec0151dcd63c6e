//! The reader of published files never panics, counts every line, and never takes a code twice.
#![no_main]

use std::collections::HashSet;

use libfuzzer_sys::fuzz_target;
use wire::ods::Reader;

fuzz_target!(|bytes: &[u8]| {
    let mut reader = Reader::new(bytes);
    let mut codes = HashSet::new();
    let mut lines = 0;
    while let Ok(Some(line)) = reader.next_line() {
        lines += 1;
        if let Ok(row) = line {
            assert!(codes.insert(row.code) && !row.name.is_empty());
        }
        assert_eq!(reader.lines_read(), lines);
    }
});
