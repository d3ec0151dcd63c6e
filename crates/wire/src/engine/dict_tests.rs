use super::*;
use crate::damage;

/// What `doveadm dict` of Dovecot 2.3.19.1 sent: a lookup, an iteration, and a change.
const SENT: &[u8] = b"H3\t2\t0\t\tauth\nLshared/userdb/x y\x01tz\ta\x01tb@c\nI0\t0\tshared/it/\tu\nB1\tu\x01tx\nS1\tpriv/k\x01t1\tv\x01t2\x01n3\nC1\n";

fn text(plain: &str) -> Cow<'_, str> {
    Cow::Borrowed(plain)
}

fn one(line: &[u8]) -> Result<Command<'_>, Bad> {
    let (command, used) = take(line)?.expect("a whole line");
    assert_eq!(used, line.len());
    Ok(command)
}

/// All commands of a buffer, and what of it is left.
fn all(mut buffer: &[u8]) -> Result<(Vec<Command<'_>>, &[u8]), Bad> {
    let mut found = Vec::new();
    while let Some((command, used)) = take(buffer)? {
        found.push(command);
        buffer = &buffer[used..];
    }
    Ok((found, buffer))
}

fn written(reply: Reply<'_>) -> String {
    let mut bytes = Vec::new();
    reply.write(&mut bytes);
    String::from_utf8(bytes).unwrap()
}

#[test]
fn what_dovecot_sent_is_understood() {
    let expected = vec![
        Command::Hello { dict: text("auth") },
        Command::Lookup { key: text("shared/userdb/x y\tz"), user: text("a\tb@c") },
        Command::Iterate { flags: 0, max_rows: 0, path: text("shared/it/"), user: text("u") },
        Command::Begin { id: 1, user: text("u\tx") },
        Command::Set { id: 1, key: text("priv/k\t1"), value: text("v\t2\n3") },
        Command::Commit { id: 1 },
    ];
    assert_eq!(all(SENT), Ok((expected, &b""[..])));
}

#[test]
fn each_letter_is_a_command() {
    for (line, expected) in [
        (&b"H3\t0\t1\tsomebody\t\n"[..], Command::Hello { dict: text("") }),
        (b"Lshared/async\t\n", Command::Lookup { key: text("shared/async"), user: text("") }),
        (
            b"I25\t18446744073709551615\tshared/a/\tu\n",
            Command::Iterate { flags: 25, max_rows: u64::MAX, path: text("shared/a/"), user: text("u") },
        ),
        (b"B0\t\n", Command::Begin { id: 0, user: text("") }),
        (b"C4294967295\n", Command::Commit { id: u32::MAX }),
        (b"R7\n", Command::Rollback { id: 7 }),
        (b"S1\tk\t\n", Command::Set { id: 1, key: text("k"), value: text("") }),
        (b"U1\tpriv/k\n", Command::Unset { id: 1, key: text("priv/k") }),
        (b"A1\tpriv/k\t-5\n", Command::Add { id: 1, key: text("priv/k"), difference: -5 }),
        (
            b"T1\t-9223372036854775808\t999999999\n",
            Command::Timestamp { id: 1, seconds: i64::MIN, nanoseconds: 999_999_999 },
        ),
    ] {
        assert_eq!(one(line), Ok(expected), "{}", line.escape_ascii());
    }
}

#[test]
fn the_flags_are_those_of_dovecot() {
    // What `doveadm dict iter` sent.
    for (options, line, expected) in [
        ("", "I0\t0\tshared/it/\tu\n", 0),
        ("-R", "I1\t0\tshared/none/\tu\n", RECURSE),
        ("-R -V -1", "I25\t0\tshared/a/\tu\n", RECURSE | NO_VALUE | EXACT_KEY),
    ] {
        let Command::Iterate { flags, .. } = one(line.as_bytes()).unwrap() else { panic!("{options}") };
        assert_eq!(flags, expected, "{options}");
    }
}

#[test]
fn what_is_no_command_is_refused() {
    for (line, bad) in [
        (&b"\n"[..], Bad::Command),
        (b"X\n", Bad::Command),
        (b"D1\n", Bad::Command),
        (b"l\tk\n", Bad::Command),
        (b"\xff\n", Bad::Command),
        (b"\r\n", Bad::Command),
        (b"H2\t2\t0\t\tauth\n", Bad::Version),
        (b"H4\t0\t0\t\tauth\n", Bad::Version),
        (b"H\t0\t0\t\tauth\n", Bad::Number),
        (b"H3\t2\t0\tauth\n", Bad::Fields),
        (b"H3\t2\t0\t\tauth\tmore\n", Bad::Fields),
        (b"Lkey\n", Bad::Fields),
        (b"Lkey\tuser\tmore\n", Bad::Fields),
        (b"Lkey\tuser\t\n", Bad::Fields),
        (b"I0\t0\tpath\n", Bad::Fields),
        (b"I0\t0\tpath\tpath\tuser\n", Bad::Fields),
        (b"I-1\t0\tpath\tuser\n", Bad::Number),
        (b"I0\t18446744073709551616\tpath\tuser\n", Bad::Number),
        (b"B1\n", Bad::Fields),
        (b"B\tu\n", Bad::Number),
        (b"C\n", Bad::Number),
        (b"C4294967296\n", Bad::Number),
        (b"C-1\n", Bad::Number),
        (b"C+1\n", Bad::Number),
        (b"C 1\n", Bad::Number),
        (b"C1\r\n", Bad::Number),
        (b"C1\t\n", Bad::Fields),
        (b"C\xff\n", Bad::Number),
        (b"S1\tk\n", Bad::Fields),
        (b"S1\tk\tv\tw\n", Bad::Fields),
        (b"U1\n", Bad::Fields),
        (b"A1\tk\n", Bad::Fields),
        (b"A1\tk\t9223372036854775808\n", Bad::Number),
        (b"A1\tk\t1.5\n", Bad::Number),
        (b"T1\t1\n", Bad::Fields),
        (b"T1\t1\t-1\n", Bad::Number),
    ] {
        assert_eq!(take(line), Err(bad), "{}", line.escape_ascii());
    }
}

#[test]
fn escapes_are_read_as_dovecot_reads_them() {
    for (field, expected) in [
        (&b"plain"[..], "plain"),
        (b"\x010\x011\x01t\x01n\x01r", "\0\x01\t\n\r"),
        (b"\x011t", "\x01t"),
        (b"\x01x\x01", "x"),
        (b"\x01\x01", "\x01"),
        (b"z\xc3\xab", "z\u{eb}"),
        (b"a\xffb", "a\u{fffd}b"),
        (b"\xc3\x01t\xab", "\u{fffd}\t\u{fffd}"),
        (b"\xc3\x01\xab", "\u{eb}"),
    ] {
        let line = [b"L", field, b"\tu\n"].concat();
        assert_eq!(one(&line), Ok(Command::Lookup { key: text(expected), user: text("u") }));
    }
}

#[test]
fn a_text_without_escapes_is_not_copied() {
    let Command::Lookup { key, .. } = one(b"Lshared/a\tu\n").unwrap() else { panic!() };
    assert!(matches!(key, Cow::Borrowed("shared/a")));
}

#[test]
fn a_line_may_have_64_kib_and_not_one_byte_more() {
    for (length, expected) in [(65_535, true), (65_536, true), (65_537, false)] {
        let line = format!("L{}\tu\n", "k".repeat(length - 4));
        assert_eq!(line.len(), length);
        match take(line.as_bytes()) {
            Ok(Some((_, used))) => assert!(expected && used == length),
            other => assert!(!expected && other == Err(Bad::TooLong), "{length}"),
        }
    }
}

#[test]
fn a_line_without_end_is_refused_when_no_command_could_come_of_it() {
    for (length, expected) in [(65_535, Ok(None)), (65_536, Err(Bad::TooLong))] {
        assert_eq!(take(&vec![b'L'; length]), expected, "{length}");
    }
}

#[test]
fn every_beginning_of_commands_waits_for_more_and_is_no_error() {
    let (whole, _) = all(SENT).unwrap();
    for end in 0..=SENT.len() {
        let (found, rest) = all(&SENT[..end]).unwrap();
        assert_eq!(found, whole[..found.len()]);
        assert_eq!(found.len(), memchr::memchr_iter(b'\n', &SENT[..end]).count());
        assert!(!rest.contains(&b'\n') && SENT[..end].ends_with(rest));
    }
}

#[test]
fn answers_are_written_as_dovecot_reads_them() {
    for (reply, expected) in [
        (Reply::Found(&["value"]), "Ovalue\n"),
        (Reply::Found(&[""]), "O\n"),
        (Reply::Found(&["{\"a\":\"z\u{eb}\"}"]), "O{\"a\":\"z\u{eb}\"}\n"),
        (Reply::Found(&["a\tb\nc\x01d\re"]), "Oa\x01tb\x01nc\x011d\x01re\n"),
        (Reply::Found(&["one", "two"]), "Mone\x01ttwo\n"),
        (Reply::Found(&["one", "two\tthree"]), "Mone\x01ttwo\x011tthree\n"),
        (Reply::Found(&["", ""]), "M\x01t\n"),
        (Reply::Found(&[]), "N\n"),
        (Reply::NotFound, "N\n"),
        (Reply::Failed("the store is busy"), "Fthe store is busy\n"),
        (Reply::Failed("a\tb\nO1"), "Fa b O1\n"),
        (Reply::Failed(""), "F\n"),
        (Reply::Item { key: "shared/it/b", value: "v\tb" }, "Oshared/it/b\tv\x01tb\n"),
        (Reply::Item { key: "k\tk", value: "" }, "Ok\x01tk\t\n"),
        (Reply::End, "\n"),
        (Reply::Committed(1), "O1\n"),
        (Reply::Committed(u32::MAX), "O4294967295\n"),
        (Reply::NotCommitted { id: 1, reason: "no\tway" }, "F1\tno way\n"),
    ] {
        assert_eq!(written(reply), expected);
    }
}

#[test]
fn a_text_that_dovecot_would_cut_short_becomes_a_failure() {
    for reply in [
        Reply::Found(&["a\0b"]),
        Reply::Found(&["a", "b\0"]),
        Reply::Item { key: "a\0", value: "" },
        Reply::Item { key: "a", value: "\0" },
    ] {
        assert_eq!(written(reply), "Fthe answer has a NUL\n");
    }
}

#[test]
fn what_is_asked_reads_back_the_same() {
    const PIECES: &[&str] =
        &["a", "shared/", "\t", "\n", "\r", "\0", "\x01", "t", "n", "0", "1", " ", "\u{eb}", "\u{1f600}", ""];
    for seed in 0..3_000 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut word =
            || -> String { (0..random.usize(0..8)).map(|_| PIECES[random.usize(0..PIECES.len())]).collect() };
        let (key, user, value) = (word(), word(), word());
        let (id, difference) = (random.u32(..), random.i64(..));
        let [k, u, v] = [&key, &user, &value].map(|plain| escape(plain));
        let stream = format!("L{k}\t{u}\nB{id}\t{u}\nS{id}\t{k}\t{v}\nA{id}\t{k}\t{difference}\nU{id}\t{k}\n");
        let expected = vec![
            Command::Lookup { key: text(&key), user: text(&user) },
            Command::Begin { id, user: text(&user) },
            Command::Set { id, key: text(&key), value: text(&value) },
            Command::Add { id, key: text(&key), difference },
            Command::Unset { id, key: text(&key) },
        ];
        assert_eq!(all(stream.as_bytes()), Ok((expected, &b""[..])), "seed {seed}");
    }
}

#[test]
fn several_values_are_one_field_that_holds_them_all() {
    for seed in 0..2_000 {
        let mut random = fastrand::Rng::with_seed(seed);
        let values: Vec<String> = (0..random.usize(2..5))
            .map(|_| (0..random.usize(0..6)).map(|_| random.char('\x01'..'\x10')).collect())
            .collect();
        let borrowed: Vec<&str> = values.iter().map(String::as_str).collect();
        let line = written(Reply::Found(&borrowed));
        let field = line.strip_prefix('M').and_then(|rest| rest.strip_suffix('\n')).unwrap();
        assert!(!field.contains(['\t', '\n', '\r']), "seed {seed}");
        let once = unescape(field.as_bytes());
        let again: Vec<String> = once
            .split(|byte| *byte == b'\t')
            .map(|value| String::from_utf8(unescape(value).into_owned()).unwrap())
            .collect();
        assert_eq!(again, values, "seed {seed}");
    }
}

#[test]
fn random_damage_never_panics_and_what_is_taken_is_a_line() {
    let (mut taken, mut refused) = (0, 0);
    for seed in 0..20_000 {
        let damaged = damage::mutate(SENT, seed);
        let mut rest = damaged.as_slice();
        loop {
            match take(rest) {
                Ok(Some((_, used))) => {
                    assert_eq!(memchr::memchr(b'\n', rest), Some(used - 1), "seed {seed}");
                    rest = &rest[used..];
                    taken += 1;
                }
                Ok(None) => break,
                Err(_) => {
                    refused += 1;
                    break;
                }
            }
        }
    }
    assert!(taken > 20_000 && refused > 5_000, "{taken} {refused}");
}
