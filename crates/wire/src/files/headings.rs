//! The first line of a bulk file: exact names in the exact order, and a sentence that finds the difference.

use crate::csv::Record;
use crate::text::shorten;

/// What differs from the headings wanted, if anything.
pub(crate) fn difference(found: &Record, wanted: &[&str]) -> Option<String> {
    if found.iter().eq(wanted.iter().copied()) {
        return None;
    }
    if let (Some(only), 1) = (found.get(0), found.len())
        && wanted.len() > 1
    {
        for (separator, name) in [(';', "semicolons"), ('\t', "tabs")] {
            if only.contains(separator) {
                return Some(format!("the columns are separated by {name}, save the file with commas"));
            }
        }
    }
    let mut parts: Vec<String> = Vec::new();
    for (index, heading) in found.iter().enumerate() {
        let here = index + 1;
        if wanted.get(index) == Some(&heading) {
            continue;
        }
        let shown = shorten(heading);
        if found.iter().take(index).any(|earlier| earlier == heading) {
            parts.push(format!("column {here} ({shown}) is there twice"));
        } else if let Some(place) = wanted.iter().position(|name| *name == heading) {
            parts.push(format!("column {here} ({shown}) belongs in column {}", place + 1));
        } else if let Some(name) = wanted.iter().find(|name| name.eq_ignore_ascii_case(heading.trim())) {
            parts.push(format!("column {here} ({shown}) is to be written {name}"));
        } else {
            parts.push(format!("column {here} ({shown}) is not known"));
        }
    }
    for (index, name) in wanted.iter().enumerate() {
        if !found.iter().any(|heading| heading.trim().eq_ignore_ascii_case(name)) {
            parts.push(format!("column {} ({name}) is missing", index + 1));
        }
    }
    Some(parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csv::{Limits, Reader};

    #[test]
    fn the_difference_is_found_column_by_column() {
        for (first_line, expected) in [
            ("Address,Signal,Time", None),
            ("Address,Time,Signal", Some("column 2 (Time) belongs in column 3, column 3 (Signal) belongs in column 2")),
            ("Address,Signal", Some("column 3 (Time) is missing")),
            ("Address,Signal,Time,Note", Some("column 4 (Note) is not known")),
            ("Address,Signal,Time,Time", Some("column 4 (Time) is there twice")),
            (
                "address,Signal,Time ",
                Some("column 1 (address) is to be written Address, column 3 (Time ) is to be written Time"),
            ),
            ("Address,,Time", Some("column 2 () is not known, column 2 (Signal) is missing")),
            ("Address;Signal;Time", Some("the columns are separated by semicolons, save the file with commas")),
            ("Address\tSignal\tTime", Some("the columns are separated by tabs, save the file with commas")),
        ] {
            let mut record = Record::default();
            assert!(Reader::new(first_line.as_bytes(), Limits::default()).read(&mut record).unwrap());
            assert_eq!(difference(&record, &["Address", "Signal", "Time"]).as_deref(), expected, "{first_line}");
        }
    }
}
