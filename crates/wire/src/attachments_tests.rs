//! Messages with files, with files in files, and such as are made to keep a reader busy.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::attachment::FileKind;

use super::*;
use crate::damage::mutate;
use crate::zip::tests::zipped;

fn rules() -> AttachmentRules {
    AttachmentRules {
        blocked_extensions: vec!["exe".into(), "js".into()],
        blocked_kinds: vec![FileKind::Script, FileKind::LinuxProgram],
        archive_depth: 2,
        files: 20,
        unpacked_mib: 4,
        locked_archives: true,
    }
}

fn base64(bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    let lines = text.as_bytes().chunks(76).flat_map(|line| line.iter().chain(b"\r\n"));
    lines.map(|byte| char::from(*byte)).collect()
}

fn part(headers: &str, bytes: &[u8]) -> String {
    format!("{headers}\r\nContent-Transfer-Encoding: base64\r\n\r\n{}", base64(bytes))
}

/// A message with a text and some parts.
fn message(parts: &[String]) -> Vec<u8> {
    let mut all =
        "From: a@b.example\r\nSubject: x\r\nContent-Type: multipart/mixed; boundary=\"=b\"\r\n\r\n--=b\r\n\r\ntext\r\n"
            .to_owned();
    all.extend(parts.iter().flat_map(|part| ["--=b\r\n", part, "\r\n"]));
    (all + "--=b--\r\n").into_bytes()
}

fn told(bytes: &[u8]) -> String {
    blocked(bytes, &rules()).map_or_else(String::new, |why| format!("{why:?}"))
}

const OCTETS: &str = "Content-Type: application/octet-stream";

// Proves: LIM-01
#[test]
fn a_file_is_refused_by_its_name_wherever_it_stands() {
    for (headers, expected) in [
        ("Content-Type: application/pdf; name=\"a.pdf\"", ""),
        ("Content-Type: application/pdf; name=\"a.exe\"", "Extension(\"exe\")"),
        ("Content-Type: application/pdf; name=a.EXE", "Extension(\"exe\")"),
        ("Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"a.js\"", "Extension(\"js\")"),
        ("Content-Type: x/y; name=a.pdf\r\nContent-Disposition: attachment; filename=a.exe", "Extension(\"exe\")"),
        ("Content-Type: x/y; name=a.exe\r\nContent-Disposition: attachment; filename=a.pdf", "Extension(\"exe\")"),
        ("Content-Type: x/y; name*0=\"a.e\"; name*1=\"xe\"", "Extension(\"exe\")"),
        ("Content-Type: x/y; name*=UTF-8''a%2Eexe", "Extension(\"exe\")"),
        ("Content-Type: x/y;\r\n name=\"=?UTF-8?B?YS5leGU=?=\"", "Extension(\"exe\")"),
        ("Content-Disposition: inline; filename=a.exe", "Extension(\"exe\")"),
        ("Content-Type: text/plain; name=a.exe", "Extension(\"exe\")"),
        ("Content-Type: text/plain; charset=utf-8", ""),
    ] {
        assert_eq!(told(&message(&[part(headers, b"x")])), expected, "{headers}");
    }
    assert_eq!(told(b"Content-Type: x/y; name=a.exe\r\n\r\nx"), "Extension(\"exe\")", "a message that is the file");
    assert_eq!(told(b"Subject: a.exe\r\n\r\na.exe"), "");
    assert_eq!(told(b""), "");
}

// Proves: LIM-01
#[test]
fn a_file_is_refused_by_what_it_is_whatever_it_is_called() {
    let script = b"#!/bin/sh\necho\n";
    for (part, expected) in [
        (part(OCTETS, script), "Kind(Script)"),
        (part("Content-Type: text/plain", script), "Kind(Script)"),
        (part("Content-Type: image/png; name=a.png", b"\x7fELF"), "Kind(LinuxProgram)"),
        (part("Content-Type: image/png; name=a.png", b"\x89PNG"), ""),
        (format!("{OCTETS}\r\n\r\n#!/bin/sh\n"), "Kind(Script)"),
        (format!("{OCTETS}\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=23!/bin/sh\n"), "Kind(Script)"),
        (format!("{OCTETS}\r\nContent-Transfer-Encoding:  BASE64 \r\n\r\n{}", base64(script)), "Kind(Script)"),
    ] {
        assert_eq!(told(&message(std::slice::from_ref(&part))), expected, "{part}");
    }
}

// Proves: LIM-01
#[test]
fn archives_are_looked_into_up_to_the_policys_depth() {
    let plain = |name: &str, bytes: &[u8]| zipped(&[(name, bytes, true, false)]);
    let script = plain("run.txt", b"#!/bin/sh\n");
    for (zip, expected) in [
        (plain("a.txt", b"text"), ""),
        (plain("a.exe", b"text"), "Extension(\"exe\")"),
        (plain("a/b.EXE", b"text"), "Extension(\"exe\")"),
        (script.clone(), "Kind(Script)"),
        (plain("in.dat", &script), "Kind(Script)"),
        (plain("in.zip", &plain("in.zip", b"text")), ""),
        (plain("in.zip", &plain("in.txt", b"text")), ""),
        (plain("in.zip", &plain("in.zip", &plain("in.txt", b"text"))), "TooMuch"),
        (zipped(&[("a.txt", b"?", false, true)]), ""),
        (zipped(&[("a.exe", b"?", false, true)]), "Extension(\"exe\")"),
        (b"PK\x03\x04 and no more".to_vec(), "Damaged"),
        ([b"a text before it".as_slice(), &plain("a.exe", b"text")].concat(), "Extension(\"exe\")"),
    ] {
        assert_eq!(told(&message(&[part(OCTETS, &zip)])), expected, "{:?}", String::from_utf8_lossy(&zip));
    }
    let locked = message(&[part(OCTETS, &zipped(&[("a.txt", b"?", false, true)]))]);
    let strict = AttachmentRules { locked_archives: false, ..rules() };
    assert_eq!(blocked(&locked, &strict), Some(Blocked::Locked));
}

// Proves: LIM-01
#[test]
fn messages_in_messages_are_looked_into() {
    let inner = message(&[part(OCTETS, b"#!/bin/sh\n")]);
    let text = String::from_utf8(inner.clone()).unwrap().replace("=b", "=c");
    let plain = format!("Content-Type: message/rfc822\r\n\r\n{text}");
    assert_eq!(told(&message(&[plain])), "Kind(Script)");
    let mut encoded = inner;
    for depth in 1..=4 {
        encoded = message(&[part("Content-Type: message/rfc822", &encoded)]);
        let expected = if depth <= 3 { "Kind(Script)" } else { "TooMuch" };
        assert_eq!(told(&encoded), expected, "{depth}");
    }
}

// Proves: LIM-01
#[test]
fn a_message_that_is_made_to_keep_us_busy_is_refused() {
    let deep = "Content-Type: message/rfc822\r\n\r\n";
    assert_eq!(told(deep.repeat(NESTED).as_bytes()), "");
    assert_eq!(told(deep.repeat(400_000).as_bytes()), "TooMuch", "messages in messages");
    let encoded = message(&[part("Content-Type: message/rfc822", deep.repeat(400_000).as_bytes())]);
    let roomy = AttachmentRules { unpacked_mib: 100, ..rules() };
    assert_eq!(blocked(&encoded, &roomy), Some(Blocked::TooMuch), "the same, encoded");
    let digests = "Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\n".repeat(100_000);
    assert_eq!(told(digests.as_bytes()), "TooMuch");
    let endless = "--=b\r\nContent-Type: multipart/mixed; boundary=none\r\n\r\n\r\n".repeat(40_000);
    assert_eq!(told(&message(&[endless])), "TooMuch", "parts without an end");
    let many = vec![part(OCTETS, b"x"); 21];
    assert_eq!(told(&message(&many)), "TooMuch", "files");
    let listed: Vec<String> = (0..21).map(|n| format!("{n}.txt")).collect();
    let listed: Vec<(&str, &[u8], bool, bool)> =
        listed.iter().map(|name| (name.as_str(), &b"x"[..], false, false)).collect();
    assert_eq!(told(&message(&[part(OCTETS, &zipped(&listed))])), "TooMuch", "files in an archive");
    let zeros = vec![0; 8 * 1024 * 1024];
    let bomb = zipped(&[("in.zip", &zeros, true, false)]);
    assert!(bomb.len() < 20_000);
    assert_eq!(told(&message(&[part(OCTETS, &bomb)])), "TooMuch", "what unpacks to more than is looked at");
    let small = zipped(&[("in.dat", &zeros, true, false)]);
    assert_eq!(told(&message(&[part(OCTETS, &small)])), "", "of any other file only the beginning is unpacked");
}

#[test]
fn a_broken_message_is_judged_too() {
    let zip =
        zipped(&[("a.txt", &[b'a'; 300], true, false), ("b.zip", &zipped(&[("c", b"d", false, false)]), false, false)]);
    let whole = message(&[part(OCTETS, &zip), part("Content-Type: message/rfc822", &message(&[]))]);
    for seed in 0..3_000 {
        // What it says is of no account: it ends, and does not fall over.
        drop(told(&mutate(&whole, seed)));
    }
}

#[test]
fn a_subject_is_decoded() {
    for (text, expected) in [
        (" [secure] a", "[secure] a"),
        (" =?UTF-8?B?W3NlY3VyZV0gw6k=?=", "[secure] \u{e9}"),
        (" =?utf-8?q?=5Bse?=\r\n =?utf-8?q?cure=5D?=", "[secure]"),
        ("x", "x"),
        ("", ""),
    ] {
        assert_eq!(subject_of(text.as_bytes()), expected, "{text}");
    }
}
