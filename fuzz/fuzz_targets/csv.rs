//! Whatever the CSV reader accepts, the writer writes so that it reads back the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::csv::{Error, Limits, Reader, Record, Writer};

fn read(bytes: &[u8]) -> Result<Vec<Vec<String>>, Error> {
    let limits = Limits { max_record_bytes: 4_096, ..Limits::default() };
    let mut reader = Reader::new(bytes, limits);
    let mut record = Record::default();
    let mut found = Vec::new();
    while reader.read(&mut record)? {
        found.push(record.iter().map(str::to_owned).collect());
    }
    Ok(found)
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(found) = read(bytes) else { return };
    let mut writer = Writer::new(Vec::new());
    for record in &found {
        writer.write_record(record.iter().map(String::as_str)).unwrap();
    }
    assert_eq!(read(&writer.into_inner()).unwrap(), found);
});
