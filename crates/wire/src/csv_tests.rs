use super::*;

/// Gives its bytes one at a time, so that every state meets the end of a buffer.
struct Drip<'a>(&'a [u8]);

impl io::Read for Drip<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let Some((first, rest)) = self.0.split_first() else { return Ok(0) };
        into[0] = *first;
        self.0 = rest;
        Ok(1)
    }
}

fn all(input: impl io::Read, limits: Limits) -> Result<Vec<(u64, Vec<String>)>, String> {
    let mut reader = Reader::new(input, limits);
    let mut record = Record::default();
    let mut found = Vec::new();
    while reader.read(&mut record).map_err(|e| e.to_string())? {
        assert_eq!(record.iter().count(), record.len());
        found.push((record.line(), record.iter().map(str::to_owned).collect()));
    }
    assert!(!reader.read(&mut record).unwrap() && record.is_empty());
    Ok(found)
}

fn rows(input: &[u8]) -> Result<Vec<(u64, Vec<String>)>, String> {
    let whole = all(input, Limits::default());
    assert_eq!(whole, all(Drip(input), Limits::default()), "the same in small pieces");
    whole
}

#[test]
fn fields_are_kept_exact_and_records_know_their_line() {
    let text = b"\xef\xbb\xbfa, b ,\"c\"\"d,\r\ne\"\r\n\n\r\n\"\"\n=1+1,\n\xc3\xa9";
    let expected: Vec<(u64, &[&str])> =
        vec![(1, &["a", " b ", "c\"d,\r\ne"]), (5, &[""]), (6, &["=1+1", ""]), (7, &["\u{e9}"])];
    let found = rows(text).unwrap();
    assert_eq!(found.len(), expected.len());
    for ((line, fields), (expected_line, expected_fields)) in found.iter().zip(expected) {
        assert_eq!(
            (*line, fields.as_slice()),
            (expected_line, &expected_fields.iter().map(ToString::to_string).collect::<Vec<_>>()[..])
        );
    }
}

#[test]
fn what_is_not_csv_is_refused_with_its_place_and_advice() {
    for (input, expected) in [
        (
            &b"a,b\nc,d\"e\n"[..],
            "line 2, column 2: a quote stands inside an unquoted field, quote the field and double it",
        ),
        (b"a,\"b\" ,c", "line 1, column 2: text follows the closing quote, double the quotes inside the field"),
        (
            b"a\nb,\"c\n\n",
            "line 2, column 2: the quote that opens here is never closed, close it or send the whole file",
        ),
        (b"a\rb\r", "line 1, column 1: a carriage return stands alone, end lines with LF or CRLF"),
        (b"a,b\r", "line 1, column 2: a carriage return stands alone, end lines with LF or CRLF"),
        (b"\"a\"\rb", "line 1, column 1: a carriage return stands alone, end lines with LF or CRLF"),
        (
            b"abcde\n\"a\nb\",c\0\n",
            "line 3, column 2: there is a NUL byte, remove it or save the file as \"CSV UTF-8\"",
        ),
        (b"abcd,\xe9\n", "line 1, column 2: the text is not UTF-8, save the file as \"CSV UTF-8\""),
        (b"\xc3,\xa9\n", "line 1, column 1: the text is not UTF-8, save the file as \"CSV UTF-8\""),
        (b"\xff\xfea\0,\0", "line 1: the file is UTF-16, save it as \"CSV UTF-8\""),
        (b"\xfe\xff\0a\0,", "line 1: the file is UTF-16, save it as \"CSV UTF-8\""),
        (b"\"\0a\0", "line 1: the file is UTF-16, save it as \"CSV UTF-8\""),
        (b"\0a", "line 1: the file is UTF-16, save it as \"CSV UTF-8\""),
    ] {
        assert_eq!(rows(input), Err(expected.to_owned()), "{}", String::from_utf8_lossy(input));
    }
}

#[test]
fn nothing_is_read_after_an_error() {
    let mut reader = Reader::new(&b"a\n\"b\"c\nd\n"[..], Limits::default());
    let mut record = Record::default();
    assert!(reader.read(&mut record).unwrap());
    assert!(reader.read(&mut record).is_err());
    assert!(!reader.read(&mut record).unwrap() && record.is_empty());
}

#[test]
fn limits_are_inclusive() {
    let limits = Limits { max_record_bytes: 4, max_bytes: 12, max_lines: 3 };
    let refused = |text: &str| all(text.as_bytes(), limits).unwrap_err();
    assert_eq!(all(&b"abc\na,b\nx\n"[..], limits).unwrap().len(), 3);
    assert_eq!(
        refused("abcd\n"),
        "line 1: the record that begins here is longer than 4 bytes, shorten it or close its quotes"
    );
    assert_eq!(
        refused("\n\"\n\n\n\n\"\n"),
        "line 2: the record that begins here is longer than 4 bytes, shorten it or close its quotes"
    );
    assert_eq!(refused("\n\n\na\n"), "line 4: the file has more than 3 lines, split it");
    assert_eq!(all(&b"abc\nabc\nabc\n"[..], limits).unwrap().len(), 3);
    assert_eq!(refused("abc\nabc\nabc\n\n"), "line 1: the file is larger than 12 bytes, split it");
}

#[test]
fn a_line_of_a_gibibyte_is_refused_without_growing() {
    for start in ["", "\""] {
        let input = io::Read::chain(start.as_bytes(), io::Read::take(io::repeat(b'x'), 1 << 30));
        let mut reader = Reader::new(input, Limits::default());
        let mut record = Record::default();
        assert!(matches!(reader.read(&mut record), Err(Error::RecordTooLong { line: 1, limit: 65_536 })));
        assert!(reader.total <= 3 * 65_536, "stops as soon as it is too long");
        assert!(record.text.capacity() <= 128 * 1024);
    }
}

#[test]
fn a_source_that_fails_is_an_error_not_an_end() {
    struct Broken;
    impl io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::ConnectionReset.into())
        }
    }
    let found = all(io::Read::chain(&b"a\nbcd"[..], Broken), Limits::default());
    assert_eq!(found.unwrap_err(), "line 2: the file could not be read further, send it again");
}

#[test]
fn whether_the_last_line_was_ended_is_known() {
    for (text, expected) in
        [("", false), ("a", false), ("a\n", true), ("a\r\n", true), ("a\n\n", true), ("a\n\"b\"", false)]
    {
        let mut reader = Reader::new(text.as_bytes(), Limits::default());
        let mut record = Record::default();
        while reader.read(&mut record).unwrap() {}
        assert_eq!(reader.ended_with_newline(), expected, "{text:?}");
    }
}

#[test]
fn what_is_written_reads_back_the_same() {
    const PIECES: &[&str] =
        &["a", "Zo\u{eb}", ",", "\"", "\n", "\r", "\r\n", " ", "", "\u{feff}", "=SUM(A1)", "\u{1f600}"];
    for seed in 0..2_000 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut writer = Writer::new(Vec::new());
        let mut expected: Vec<Vec<String>> = Vec::new();
        for _ in 0..random.usize(0..6) {
            let record: Vec<String> = (0..random.usize(1..6))
                .map(|_| (0..random.usize(0..5)).map(|_| PIECES[random.usize(0..PIECES.len())]).collect())
                .collect();
            writer.write_record(record.iter().map(String::as_str)).unwrap();
            expected.push(record);
        }
        writer.flush().unwrap();
        let found = rows(&writer.into_inner()).unwrap();
        assert_eq!(found.into_iter().map(|(_, fields)| fields).collect::<Vec<_>>(), expected, "seed {seed}");
    }
}

#[test]
fn random_damage_never_panics_and_what_is_accepted_reads_back() {
    let valid = b"\xef\xbb\xbfID,Name,\"Notes\"\r\n1,\"O\"\"Neil, Zo\xc3\xab\",\"two\nlines\"\n\n2,,\"\"\n";
    let mut accepted = 0;
    for seed in 0..20_000 {
        let damaged = crate::damage::mutate(valid, seed);
        let Ok(found) = rows(&damaged) else { continue };
        accepted += 1;
        let mut writer = Writer::new(Vec::new());
        for (_, fields) in &found {
            writer.write_record(fields.iter().map(String::as_str)).unwrap();
        }
        let again = rows(&writer.into_inner()).unwrap();
        assert!(found.iter().map(|(_, f)| f).eq(again.iter().map(|(_, f)| f)), "seed {seed}");
    }
    assert!(accepted > 500, "{accepted}");
}
