//! What authenticators send, and what others might.

use super::*;

fn es256() -> PublicKey {
    PublicKey::Es256([&[4][..], &[0x11; 32], &[0x22; 32]].concat())
}

fn data(flags: u8, rest: &[u8]) -> Vec<u8> {
    [&[9; 32][..], &[flags], &7_u32.to_be_bytes(), rest].concat()
}

fn made(id: &[u8], key: &[u8]) -> Vec<u8> {
    let length = u16::try_from(id.len()).unwrap().to_be_bytes();
    [&[0; 16][..], &length, id, key].concat()
}

#[test]
fn client_data_is_read_with_its_four_fields() {
    let text = |s: &str| ClientData::parse(s.as_bytes());
    let read =
        text(r#"{"type":"webauthn.get","challenge":"abc","origin":"https://a.example","more":{"x":1}}"#).unwrap();
    assert_eq!((read.kind.as_str(), read.challenge.as_str(), read.framed), ("webauthn.get", "abc", false));
    assert_eq!(read.origin, "https://a.example");
    assert!(text(r#"{"type":"t","challenge":"c","origin":"o","crossOrigin":true}"#).unwrap().framed);
    for broken in [
        "",
        "[]",
        "null",
        r#"{"type":"t","challenge":"c"}"#,
        r#"{"type":1,"challenge":"c","origin":"o"}"#,
        r#"{"type":"t","challenge":"c","origin":"o","crossOrigin":"no"}"#,
        r#"{"type":"t","challenge":"c","origin":"o""#,
    ] {
        assert_eq!(text(broken), Err(Unreadable::Client), "{broken}");
    }
    let long = format!(r#"{{"type":"t","challenge":"c","origin":"{}"}}"#, "o".repeat(5_000));
    assert_eq!(text(&long), Err(Unreadable::Client));
}

#[test]
fn what_an_authenticator_signs_is_read_to_its_end() {
    let read = AuthenticatorData::parse(&data(0x05, &[])).unwrap();
    assert_eq!((read.present, read.verified, read.counter, read.made), (true, true, 7, None));
    let read = AuthenticatorData::parse(&data(0x00, &[])).unwrap();
    assert_eq!((read.party, read.present, read.verified), ([9; 32], false, false));
    let key = es256().bytes();
    let read = AuthenticatorData::parse(&data(0x41, &made(b"an id", &key))).unwrap();
    assert_eq!(read.made, Some((b"an id".to_vec(), es256())));
    let more = [made(b"an id", &key), vec![0xa0]].concat();
    assert!(AuthenticatorData::parse(&data(0xc1, &more)).is_ok(), "extensions are passed over");
    for (broken, why) in [
        (data(0x41, &more), "more than is said"),
        (data(0x01, &[0]), "more than is said"),
        (data(0x41, &[]), "a passkey is said to be made"),
        (data(0x41, &made(b"", &key)), "no id"),
        (data(0x41, &made(&[1; 1024], &key)), "a long id"),
        (data(0x41, &made(b"an id", &key[..40])), "half a key"),
        (data(0x05, &[])[..36].to_vec(), "cut"),
        (vec![0; 5_000], "long"),
        (Vec::new(), "nothing"),
    ] {
        assert!(AuthenticatorData::parse(&broken).is_err(), "{why}");
    }
}

#[test]
fn keys_of_three_kinds_are_read_and_written_the_same() {
    for key in [es256(), PublicKey::Ed25519(vec![3; 32]), PublicKey::Rs256(vec![0x81; 256], vec![1, 0, 1])] {
        assert_eq!(PublicKey::parse(&key.bytes()), Ok(key.clone()), "{key:?}");
        let and_more = [key.bytes(), vec![0]].concat();
        assert_eq!(PublicKey::parse(&and_more), Err(Unreadable::Key));
        for cut in 0..key.bytes().len() {
            assert!(PublicKey::parse(&key.bytes()[..cut]).is_err(), "{key:?} cut at {cut}");
        }
    }
}

#[test]
fn keys_of_other_kinds_are_not_taken() {
    let good = es256().bytes();
    let with = |at: usize, byte: u8| {
        let mut key = good.clone();
        key[at] = byte;
        key
    };
    for (broken, why) in [
        (with(0, 0xa4), "a pair less"),
        (with(0, 0xbf), "a map without an end"),
        (with(0, 0x85), "a list"),
        (with(2, 0x03), "another kind"),
        (with(4, 0x25), "another algorithm"),
        (with(6, 0x02), "another curve"),
        (with(3, 0x01), "a label twice"),
        (with(8, 0x78), "text for bytes"),
        (PublicKey::Ed25519(vec![3; 31]).bytes(), "short"),
        (PublicKey::Rs256(vec![0x81; 128], vec![1, 0, 1]).bytes(), "an RSA key of 1024 bits"),
        (PublicKey::Rs256(vec![0x81; 256], vec![1; 5]).bytes(), "a long exponent"),
        (vec![0xa0], "nothing"),
        (vec![0xb9, 0xff, 0xff], "very many"),
    ] {
        assert!(PublicKey::parse(&broken).is_err(), "{why}");
    }
}

#[test]
fn whatever_is_sent_is_read_or_refused() {
    let mut rng = fastrand::Rng::with_seed(7);
    let seeds = [data(0x41, &made(b"an id", &es256().bytes())), data(0x05, &[]), vec![0xa4; 40]];
    for round in 0..20_000 {
        let mut bytes = seeds[round % seeds.len()].clone();
        for _ in 0..rng.usize(0..6) {
            let at = rng.usize(0..bytes.len());
            bytes[at] = rng.u8(..);
        }
        bytes.truncate(rng.usize(0..=bytes.len()));
        drop(AuthenticatorData::parse(&bytes));
        drop(PublicKey::parse(&bytes));
        drop(ClientData::parse(&bytes));
    }
}

#[test]
fn a_key_is_kept_in_the_bytes_of_cose() {
    let expected = [&[0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32][..], &[3; 32]].concat();
    assert_eq!(PublicKey::Ed25519(vec![3; 32]).bytes(), expected);
    let rsa = PublicKey::Rs256(vec![0x81; 512], vec![1, 0, 1]).bytes();
    assert_eq!(rsa[..10], [0xa4, 1, 3, 3, 0x39, 1, 0, 0x20, 0x59, 2]);
    assert_eq!(rsa[rsa.len() - 5..], [0x21, 0x43, 1, 0, 1]);
}

#[test]
fn the_pairs_of_a_key_come_in_any_order_with_up_to_three_others() {
    let y = [&[0x22, 0x58, 32][..], &[0x22; 32]].concat();
    let x = [&[0x21, 0x58, 32][..], &[0x11; 32]].concat();
    let turned = [&[0xa5][..], &y, &x, &[0x20, 1, 3, 0x26, 1, 2]].concat();
    assert_eq!(PublicKey::parse(&turned), Ok(es256()));
    let more = |head: u8, others: &[u8]| PublicKey::parse(&[&[head], &es256().bytes()[1..], others].concat());
    assert_eq!(more(0xa8, &[10, 0, 11, 0, 12, 0x41, 9]), Ok(es256()));
    assert_eq!(more(0xa9, &[10, 0, 11, 0, 12, 0, 13, 0]), Err(Unreadable::Key));
    assert_eq!(more(0xa6, &[10, 0xf5]), Err(Unreadable::Key), "truth is neither number nor bytes");
}

#[test]
fn rsa_keys_have_2048_to_4096_bits() {
    for (bytes, taken) in [(255, false), (256, true), (512, true), (513, false)] {
        let key = PublicKey::Rs256(vec![0x81; bytes], vec![1, 0, 0, 1]);
        assert_eq!(PublicKey::parse(&key.bytes()).is_ok(), taken, "{bytes}");
    }
}

#[test]
fn the_longest_answers_are_read_and_a_byte_more_is_not() {
    let client = |length: usize| {
        let text = r#"{"type":"t","challenge":"c","origin":"o"}"#;
        ClientData::parse(format!("{text:length$}").as_bytes()).map(|read| read.origin)
    };
    assert_eq!((client(4096), client(4097)), (Ok("o".to_owned()), Err(Unreadable::Client)));
    let more = |length: usize| AuthenticatorData::parse(&data(0x84, &vec![0; length - 37])).map(|read| read.verified);
    assert_eq!((more(4096), more(4097)), (Ok(true), Err(Unreadable::Data)));
    let id = |length: usize| AuthenticatorData::parse(&data(0x40, &made(&vec![1; length], &es256().bytes())));
    assert_eq!(id(1023).unwrap().made.map(|(id, _)| id.len()), Some(1023));
    assert_eq!((id(0), id(1024)), (Err(Unreadable::Data), Err(Unreadable::Data)));
}
