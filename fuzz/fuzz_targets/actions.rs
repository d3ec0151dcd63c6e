//! A line of the actions file is taken or refused with a problem, and what is taken reads back the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::csv::{Limits, Writer};
use wire::files::actions::ActionLine;
use wire::files::{Line, Lines};

fuzz_target!(|bytes: &[u8]| {
    let headings = ActionLine::HEADINGS.join(",") + "\n";
    let whole = [headings.as_bytes(), bytes].concat();
    let Ok(mut lines) = Lines::<_, ActionLine>::open(whole.as_slice(), Limits::default()) else { return };
    while let Ok(Some(parsed)) = lines.next_line() {
        match parsed.outcome {
            Err(problems) => assert!(!problems.is_empty()),
            Ok(line) => {
                let mut writer = Writer::new(headings.clone().into_bytes());
                writer.write_record(parsed.record.iter()).unwrap();
                let again = writer.into_inner();
                let mut lines = Lines::<_, ActionLine>::open(again.as_slice(), Limits::default()).unwrap();
                assert_eq!(lines.next_line().unwrap().unwrap().outcome, Ok(line));
            }
        }
    }
});
