use super::*;
use crate::damage;

fn told(letter: u8, data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    packet(&mut bytes, letter, &[data]);
    bytes
}

fn written(reply: Reply<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    reply.write(&mut bytes);
    bytes
}

/// A message as Postfix tells it.
fn conversation() -> Vec<u8> {
    [
        told(b'O', &[0, 0, 0, 6, 0, 0, 1, 0xff, 0, 0x1f, 0xff, 0xff]),
        told(b'D', b"C{daemon_name}\0mx\0j\0mail.example\0"),
        told(b'C', b"there.example\x004\x1f\x90192.0.2.1\0"),
        told(b'H', b"there.example\0"),
        told(b'D', b"Mi\0ABC\0{auth_authen}\0\0"),
        told(b'M', b"<a@there.example>\0SIZE=10\0"),
        told(b'R', b"<b@mail.example>\0"),
        told(b'L', b"From\0 a@there.example\n\t(A)\0"),
        told(b'L', b"Subject\0\0"),
        told(b'N', b""),
        told(b'B', b"one\r\ntwo\0\xff\r\n"),
        told(b'E', b""),
        told(b'A', b""),
        told(b'K', b""),
        told(b'Q', b""),
    ]
    .concat()
}

fn all(mut buffer: &[u8]) -> Result<Vec<Command<'_>>, Bad> {
    let mut found = Vec::new();
    while let Some((command, used)) = take(buffer)? {
        found.push(command);
        buffer = &buffer[used..];
    }
    Ok(found)
}

#[test]
fn a_message_is_read_as_postfix_tells_it() {
    let bytes = conversation();
    let expected = vec![
        Command::Offer { version: 6, actions: 0x1ff, steps: 0x1f_ffff },
        Command::Macros(b'C', vec![(&b"{daemon_name}"[..], &b"mx"[..]), (b"j", b"mail.example")]),
        Command::Connect(Some("192.0.2.1".parse().unwrap())),
        Command::Helo(b"there.example"),
        Command::Macros(b'M', vec![(b"i", b"ABC"), (b"{auth_authen}", b"")]),
        Command::Sender(b"<a@there.example>"),
        Command::Recipient(b"<b@mail.example>"),
        Command::Header { name: b"From", value: b" a@there.example\n\t(A)" },
        Command::Header { name: b"Subject", value: b"" },
        Command::EndOfHeader,
        Command::Body(b"one\r\ntwo\0\xff\r\n"),
        Command::EndOfBody(b""),
        Command::Abort,
        Command::NextClient,
        Command::Quit,
    ];
    assert_eq!(all(&bytes), Ok(expected));
}

#[test]
fn where_somebody_comes_from_is_read_of_each_family() {
    for (data, expected) in [
        (&b"x\x004\0\x19192.0.2.1\0"[..], Some("192.0.2.1")),
        (b"[2001:db8::1]\x006\0\x19IPv6:2001:db8::1\0", Some("2001:db8::1")),
        (b"x\x006\0\x192001:db8::1\0", Some("2001:db8::1")),
        (b"x\x006\0\x19::ffff:192.0.2.1\0", Some("192.0.2.1")),
        (b"x\x004\0\x19nonsense\0", None),
        (b"localhost\0U", None),
        (b"localhost\0L\0\0/run/x\0", None),
    ] {
        let bytes = told(b'C', data);
        let expected = expected.map(|text| text.parse().unwrap());
        assert_eq!(take(&bytes), Ok(Some((Command::Connect(expected), bytes.len()))), "{}", data.escape_ascii());
    }
}

#[test]
fn what_is_no_command_is_refused() {
    for (bytes, bad) in [
        (vec![0, 0, 0, 0], Bad::Empty),
        (vec![0, 4, 0, 1], Bad::TooLong),
        (vec![0xff; 4], Bad::TooLong),
        (told(b'O', &[0; 11]), Bad::Short),
        (told(b'D', b""), Bad::Short),
        (told(b'D', b"Ma"), Bad::Short),
        (told(b'D', b"Ma\0"), Bad::Short),
        (told(b'D', b"Ma\0b\0c\0"), Bad::Short),
        (told(b'C', b"x"), Bad::Short),
        (told(b'C', b"x\0"), Bad::Short),
        (told(b'C', b"x\x004\0"), Bad::Short),
        (told(b'C', b"x\x004\0\x19192.0.2.1"), Bad::Short),
        (told(b'C', b"x\x004\0\x19\xff\0"), Bad::Short),
        (told(b'H', b"x"), Bad::Short),
        (told(b'M', b""), Bad::Short),
        (told(b'R', b"<a>"), Bad::Short),
        (told(b'L', b"From\0"), Bad::Short),
        (told(b'L', b"\0x\0"), Bad::Short),
        (told(b'L', b"From\0x"), Bad::Short),
    ] {
        assert_eq!(take(&bytes), Err(bad), "{}", bytes.escape_ascii());
    }
    let other = told(b'U', b"FOO\0");
    assert_eq!(take(&other), Ok(Some((Command::Other(b'U'), other.len()))));
}

#[test]
fn a_packet_may_have_so_many_bytes_and_not_one_more() {
    let of = |length: usize| told(b'B', &vec![b'x'; length - 1]);
    assert!(matches!(take(&of(LIMIT)), Ok(Some((Command::Body(body), _))) if body.len() == LIMIT - 1));
    assert_eq!(take(&of(LIMIT + 1)), Err(Bad::TooLong));
    assert_eq!(take(&of(LIMIT + 1)[..4]), Err(Bad::TooLong), "before it is read");
}

#[test]
fn every_beginning_waits_for_more_and_is_no_error() {
    let stream = conversation();
    let whole = all(&stream).unwrap();
    for end in 0..=stream.len() {
        let found = all(&stream[..end]).unwrap();
        assert_eq!(found, whole[..found.len()]);
    }
}

#[test]
fn answers_are_written_as_postfix_reads_them() {
    let steps = Step::SILENT | Step::LEADING_SPACE;
    for (reply, expected) in [
        (Reply::Wanted { actions: 0x13, steps }, &b"\0\0\0\x0dO\0\0\0\x06\0\0\0\x13\0\x1c\xf0\x80"[..]),
        (Reply::Continue, b"\0\0\0\x01c"),
        (Reply::Refuse { code: 550, enhanced: "5.7.1", text: "100% no" }, b"\0\0\0\x14y550 5.7.1 100%% no\0"),
        (Reply::Insert { name: "A", value: "b\n\tc" }, b"\0\0\0\x0di\0\0\0\0A\0 b\n\tc\0"),
        (Reply::Remove { name: "A", nth: 2 }, b"\0\0\0\x08m\0\0\0\x02A\0\0"),
        (Reply::Recipient("a@b"), b"\0\0\0\x07+<a@b>\0"),
        (Reply::NoRecipient("a@b"), b"\0\0\0\x07-<a@b>\0"),
        (Reply::Body(b"x\r\n"), b"\0\0\0\x04bx\r\n"),
        (Reply::Body(b""), b"\0\0\0\x03b\r\n"),
    ] {
        assert_eq!(written(reply), expected, "{reply:?}");
    }
}

#[test]
fn an_answer_that_would_be_read_as_another_is_a_temporary_failure() {
    let insert = |name, value| Reply::Insert { name, value };
    for reply in [
        Reply::Refuse { code: 250, enhanced: "2.0.0", text: "yes" },
        Reply::Refuse { code: 550, enhanced: "4.7.1", text: "no" },
        insert("", "x"),
        insert("A b", "x"),
        insert("A:", "x"),
        insert("\u{e9}", "x"),
        insert("A", "x\nB: y"),
        insert("A", "x\n\n y"),
        insert("A", "x\n \n y"),
        insert("A", "x\r\n y"),
        insert("A", "x\0"),
        insert("A", "x\n"),
        Reply::Remove { name: "A", nth: 0 },
        Reply::Remove { name: "", nth: 1 },
        Reply::Recipient("a"),
        Reply::Recipient("a@b>\0<c@d"),
        Reply::NoRecipient("a @b"),
    ] {
        assert_eq!(written(reply), b"\0\0\0\x01t", "{reply:?}");
    }
}

#[test]
fn a_long_body_goes_in_pieces() {
    for (length, pieces) in
        [(65_535, vec![65_536]), (65_536, vec![65_536, 2]), (200_000, vec![65_536, 65_536, 65_536, 3_396])]
    {
        let bytes = written(Reply::Body(&vec![b'x'; length]));
        let (mut rest, mut lengths) = (bytes.as_slice(), Vec::new());
        while let Some((length, more)) = rest.split_first_chunk::<4>() {
            let length = usize::try_from(u32::from_be_bytes(*length)).unwrap();
            lengths.push(length);
            rest = &more[length..];
        }
        assert_eq!((lengths, rest.len()), (pieces, 0), "{length}");
    }
}

#[test]
fn random_damage_never_panics() {
    let valid = conversation();
    let (mut read, mut refused) = (0, 0);
    for seed in 0..20_000 {
        match all(&damage::mutate(&valid, seed)) {
            Ok(_) => read += 1,
            Err(_) => refused += 1,
        }
    }
    assert!(read > 2_000 && refused > 2_000, "{read} {refused}");
}
