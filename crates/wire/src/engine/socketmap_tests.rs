use super::*;
use crate::damage;

fn netstring(data: &[u8]) -> Vec<u8> {
    [format!("{}:", data.len()).as_bytes(), data, b","].concat()
}

fn written(reply: Reply<'_>) -> String {
    let mut bytes = Vec::new();
    reply.write(&mut bytes);
    String::from_utf8(bytes).unwrap()
}

/// All requests of a buffer, and what of it is left.
fn all(mut buffer: &[u8]) -> Result<(Vec<Request<'_>>, &[u8]), Bad> {
    let mut found = Vec::new();
    while let Some((request, used)) = take(buffer)? {
        found.push(request);
        buffer = &buffer[used..];
    }
    Ok((found, buffer))
}

#[test]
fn a_request_is_a_map_and_a_key_of_any_bytes() {
    for (data, map, key) in [
        (&b"recipients zoe@example.org"[..], "recipients", &b"zoe@example.org"[..]),
        (b"aliases \"a b\"@example.org", "aliases", b"\"a b\"@example.org"),
        (b"m  two spaces ", "m", b" two spaces "),
        (b"m ", "m", b""),
        (b"m \0\xff\r\n,1:", "m", b"\0\xff\r\n,1:"),
        (b"a/b:c=! k", "a/b:c=!", b"k"),
    ] {
        let bytes = netstring(data);
        assert_eq!(take(&bytes), Ok(Some((Request { map, key }, bytes.len()))));
    }
}

#[test]
fn what_is_no_request_is_refused() {
    for (bytes, bad) in [
        (&b":"[..], Bad::Length),
        (b",", Bad::Length),
        (b"x", Bad::Length),
        (b"-1:", Bad::Length),
        (b"+3:a b,", Bad::Length),
        (b" 3:a b,", Bad::Length),
        (b"3 :a b,", Bad::Length),
        (b"03:a b,", Bad::Length),
        (b"00:", Bad::Length),
        (b"\n", Bad::Length),
        (b"100001", Bad::TooLong),
        (b"1000000", Bad::TooLong),
        (b"99999999999999999999999999999999", Bad::TooLong),
        (b"3:a b;", Bad::End),
        (b"3:a bc,", Bad::End),
        (b"2:a b,", Bad::End),
        (b"0:,", Bad::Map),
        (b"1:a,", Bad::Map),
        (b"1: ,", Bad::Map),
        (b"2: a,", Bad::Map),
        (b"4:a\tb ,", Bad::Map),
        (b"3:\xc3\xa9 ,", Bad::Map),
        (b"3:\xe9 k,", Bad::Map),
        (b"3:\x7f k,", Bad::Map),
    ] {
        assert_eq!(take(bytes), Err(bad), "{}", bytes.escape_ascii());
    }
}

#[test]
fn a_request_may_have_a_hundred_thousand_bytes_and_not_one_more() {
    for (length, expected) in [(99_999, true), (100_000, true), (100_001, false)] {
        let mut data = b"m ".to_vec();
        data.resize(length, b'k');
        let bytes = netstring(&data);
        match take(&bytes) {
            Ok(Some((request, used))) => assert!(expected && used == bytes.len() && request.key.len() == length - 2),
            Ok(None) => panic!("{length}"),
            Err(bad) => assert!(!expected && bad == Bad::TooLong, "{length}"),
        }
    }
}

#[test]
fn a_length_too_long_is_refused_before_its_data_is_read() {
    assert_eq!(take(b"100000"), Ok(None));
    assert_eq!(take(b"100000:"), Ok(None));
    assert_eq!(take(b"100001"), Err(Bad::TooLong));
}

#[test]
fn every_beginning_of_requests_waits_for_more_and_is_no_error() {
    let parts = [netstring(b"recipients zoe@example.org"), netstring(b"m "), netstring(b"m 0 0:,\0")];
    let stream = parts.concat();
    let (whole, rest) = all(&stream).unwrap();
    assert_eq!((whole.len(), rest), (3, &b""[..]));
    let mut seen = 0;
    for end in 0..=stream.len() {
        let (found, rest) = all(&stream[..end]).unwrap();
        assert_eq!(found, whole[..found.len()]);
        let used: usize = parts[..found.len()].iter().map(Vec::len).sum();
        assert_eq!(rest, &stream[used..end]);
        seen += found.len();
    }
    let expected: usize = (1..=3).map(|n| stream.len() + 1 - parts[..n].concat().len()).sum();
    assert_eq!(seen, expected, "a request is taken as soon as its comma is there");
}

#[test]
fn requests_before_a_broken_one_are_still_taken() {
    let stream = [netstring(b"m a"), b"x".to_vec()].concat();
    let (request, used) = take(&stream).unwrap().unwrap();
    assert_eq!((request.key, used), (&b"a"[..], 6));
    assert_eq!(take(&stream[used..]), Err(Bad::Length));
}

#[test]
fn answers_are_written_as_postfix_reads_them() {
    for (reply, expected) in [
        (Reply::Found("x"), "4:OK x,"),
        (Reply::Found("zo\u{eb}@example.org"), "19:OK zo\u{eb}@example.org,"),
        (Reply::Found(" a,b "), "8:OK  a,b ,"),
        (Reply::NotFound, "9:NOTFOUND ,"),
        (Reply::Temp("the store is busy"), "22:TEMP the store is busy,"),
        (Reply::Timeout("late"), "12:TIMEOUT late,"),
        (Reply::Perm("no such map"), "16:PERM no such map,"),
        (Reply::Perm(""), "5:PERM ,"),
        (Reply::Temp("a\r\nb\u{eb}"), "10:TEMP a  b?,"),
    ] {
        assert_eq!(written(reply), expected);
    }
}

#[test]
fn a_value_that_would_be_read_as_another_becomes_a_temporary_failure() {
    for value in ["a\nb", "a\r", "\0", "a\tb", "\x7f", "a\u{85}", "\n"] {
        assert_eq!(written(Reply::Found(value)), "39:TEMP the answer has a control character,", "{value:?}");
    }
    assert_eq!(written(Reply::Found("")), "24:TEMP the answer is empty,");
}

#[test]
fn an_answer_fits_what_postfix_takes() {
    for (length, expected) in [(99_996, "OK xx"), (99_997, "OK xx"), (99_998, "TEMP ")] {
        let reply = written(Reply::Found(&"x".repeat(length)));
        let (count, data) = reply.split_once(':').unwrap();
        assert_eq!(count.parse::<usize>().unwrap(), data.len() - 1);
        assert!(data.len() - 1 <= LIMIT && data.starts_with(expected), "{length}");
    }
    let reasons = "y".repeat(200_000);
    for reply in [Reply::Temp(&reasons), Reply::Timeout(&reasons), Reply::Perm(&reasons)] {
        assert!(written(reply).len() < 420);
    }
}

#[test]
fn answers_stand_one_behind_the_other() {
    let mut bytes = Vec::new();
    for reply in [Reply::Found("a"), Reply::NotFound, Reply::Found("b")] {
        reply.write(&mut bytes);
    }
    assert_eq!(bytes, b"4:OK a,9:NOTFOUND ,4:OK b,");
}

#[test]
fn what_is_asked_reads_back_the_same() {
    for seed in 0..2_000 {
        let mut random = fastrand::Rng::with_seed(seed);
        let maps: Vec<String> =
            (0..4).map(|_| (0..random.usize(1..9)).map(|_| random.char('!'..='~')).collect()).collect();
        let keys: Vec<Vec<u8>> = (0..4).map(|_| (0..random.usize(0..40)).map(|_| random.u8(..)).collect()).collect();
        let asked: Vec<Request<'_>> = maps.iter().zip(&keys).map(|(map, key)| Request { map, key }).collect();
        let stream: Vec<u8> = asked.iter().flat_map(|r| netstring(&[r.map.as_bytes(), b" ", r.key].concat())).collect();
        assert_eq!(all(&stream), Ok((asked, &b""[..])), "seed {seed}");
    }
}

#[test]
fn random_damage_never_panics_and_what_is_taken_lies_in_the_buffer() {
    let valid = [netstring(b"recipients zoe@example.org"), netstring(b"senders team@example.org")].concat();
    let (mut taken, mut refused) = (0, 0);
    for seed in 0..20_000 {
        let damaged = damage::mutate(&valid, seed);
        match take(&damaged) {
            Ok(Some((request, used))) => {
                let again = netstring(&[request.map.as_bytes(), b" ", request.key].concat());
                assert_eq!(again, damaged[..used], "seed {seed}");
                taken += 1;
            }
            Ok(None) => assert!(damaged.len() < LIMIT),
            Err(_) => refused += 1,
        }
    }
    assert!(taken > 2_000 && refused > 2_000, "{taken} {refused}");
}
