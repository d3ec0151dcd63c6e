//! A warning at the beginning of a message, in its text and in its HTML. What is signed or encrypted stays as it is: a warning
//! would break the one, and nobody would see it in the other.

use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_parser::decoders::base64::base64_decode;
use mail_parser::{Encoding, Message, MessageParser, MessagePart, MimeHeaders, PartType};

/// Characters of base64 in a line (RFC 2045).
const LINE: usize = 76;

/// The body of a message with a warning before it: sentences in ASCII, without signs that HTML or quoted-printable know.
/// None where the message must stay as it is, or has no text.
pub fn with_warning(bytes: &[u8], body_at: usize, sentences: &[&str]) -> Option<Vec<u8>> {
    let message = MessageParser::new().parse(bytes)?;
    if is_sealed(&message, bytes) {
        return None;
    }
    let first = |parts: &[u32]| parts.first().copied();
    let mut shown = vec![first(&message.text_body), first(&message.html_body)];
    shown.dedup();
    let mut edits: Vec<(Range<usize>, Vec<u8>)> = shown
        .into_iter()
        .flatten()
        .filter_map(|part| message.parts.get(usize::try_from(part).ok()?))
        .filter_map(|part| edit(bytes, part, sentences))
        .filter(|(place, _)| place.start >= body_at && place.end <= bytes.len())
        .collect();
    edits.sort_by_key(|(place, _)| place.start);
    edits.dedup_by_key(|(place, _)| place.start);
    if edits.is_empty() {
        return None;
    }
    let (mut body, mut at) = (Vec::with_capacity(bytes.len()), body_at);
    for (place, text) in edits {
        body.extend_from_slice(bytes.get(at..place.start)?);
        body.extend(text);
        at = place.end;
    }
    body.extend_from_slice(bytes.get(at..)?);
    Some(body)
}

fn is_sealed(message: &Message<'_>, bytes: &[u8]) -> bool {
    let sealed = |part: &MessagePart<'_>| {
        part.content_type().is_some_and(|kind| {
            let (kind, sub) = (kind.ctype(), kind.subtype().unwrap_or_default().to_ascii_lowercase());
            let multipart = kind.eq_ignore_ascii_case("multipart") && matches!(sub.as_str(), "signed" | "encrypted");
            multipart || matches!(sub.as_str(), "pkcs7-mime" | "x-pkcs7-mime" | "pgp-encrypted")
        })
    };
    let inline = || bytes.windows(b"-----BEGIN PGP ".len()).any(|window| window == b"-----BEGIN PGP ");
    message.parts.iter().any(sealed) || inline()
}

/// What is put in which place of the message.
fn edit(bytes: &[u8], part: &MessagePart<'_>, sentences: &[&str]) -> Option<(Range<usize>, Vec<u8>)> {
    let is_html = match part.body {
        PartType::Text(_) => false,
        PartType::Html(_) => true,
        PartType::Binary(_) | PartType::InlineBinary(_) | PartType::Message(_) | PartType::Multipart(_) => return None,
    };
    let charset = part.content_type().and_then(|kind| kind.attribute("charset")).unwrap_or_default();
    // A letter is more than a byte there.
    if ["utf-16", "utf-32", "ucs-"].iter().any(|wide| charset.to_ascii_lowercase().starts_with(wide)) {
        return None;
    }
    let whole = usize::try_from(part.raw_body_offset()).ok()?..usize::try_from(part.raw_end_offset()).ok()?;
    let raw = bytes.get(whole.clone())?;
    let text = warning(sentences, is_html);
    match part.encoding {
        Encoding::None | Encoding::QuotedPrintable => {
            let at = whole.start.checked_add(if is_html { behind_body_tag(raw) } else { 0 })?;
            Some((at..at, text))
        }
        Encoding::Base64 => {
            let mut decoded = base64_decode(raw)?;
            let at = if is_html { behind_body_tag(&decoded) } else { 0 };
            decoded.splice(at..at, text);
            let mut encoded = Vec::new();
            for line in STANDARD.encode(decoded).as_bytes().chunks(LINE) {
                encoded.extend_from_slice(line);
                encoded.extend_from_slice(b"\r\n");
            }
            Some((whole, encoded))
        }
    }
}

fn warning(sentences: &[&str], is_html: bool) -> Vec<u8> {
    let text = if is_html {
        format!("<p><strong>\r\n{}\r\n</strong></p>\r\n", sentences.join("<br>\r\n"))
    } else {
        format!("{}\r\n\r\n", sentences.join("\r\n"))
    };
    text.into_bytes()
}

/// Where the text of a page begins; at its very beginning where nothing says so.
fn behind_body_tag(html: &[u8]) -> usize {
    let tag = html.windows(5).position(|window| window.eq_ignore_ascii_case(b"<body"));
    let end = tag.and_then(|tag| html.get(tag..)?.iter().position(|byte| *byte == b'>')?.checked_add(tag));
    end.and_then(|end| end.checked_add(1)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::damage;

    const WARNING: [&str; 2] = ["Nobody here sent this.", "Take care."];

    fn warned(message: &str) -> Option<String> {
        let at = message.find("\r\n\r\n").unwrap() + 4;
        with_warning(message.as_bytes(), at, &WARNING).map(|body| String::from_utf8(body).unwrap())
    }

    #[test]
    fn a_text_begins_with_the_warning() {
        let expected = Some("Nobody here sent this.\r\nTake care.\r\n\r\nHello\r\n".to_owned());
        assert_eq!(warned("From: a@b\r\n\r\nHello\r\n"), expected);
        assert_eq!(warned("Content-Type: text/plain; charset=iso-2022-jp\r\n\r\nHello\r\n"), expected);
        assert_eq!(warned("Content-Transfer-Encoding: quoted-printable\r\n\r\nHello\r\n"), expected);
    }

    #[test]
    fn a_page_begins_with_it_behind_its_head() {
        let html = warned("Content-Type: text/html\r\n\r\n<html><BODY class=x><p>Hello</p></body>\r\n").unwrap();
        let expected =
            "<BODY class=x><p><strong>\r\nNobody here sent this.<br>\r\nTake care.\r\n</strong></p>\r\n<p>Hello</p>";
        assert!(html.contains(expected), "{html}");
        let bare = warned("Content-Type: text/html\r\n\r\nHello\r\n").unwrap();
        assert!(bare.starts_with("<p><strong>") && bare.ends_with("</p>\r\nHello\r\n"), "{bare}");
    }

    #[test]
    fn both_forms_of_a_message_have_it_and_what_is_attached_stays() {
        let encoded = STANDARD.encode("<body>Hello");
        let message = format!(
            "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n\
             Content-Type: multipart/alternative; boundary=a\r\n\r\n\
             --a\r\nContent-Type: text/plain\r\n\r\nHello\r\n\
             --a\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n{encoded}\r\n--a--\r\n\
             --m\r\nContent-Type: text/plain\r\nContent-Disposition: attachment\r\n\r\nFile\r\n--m--\r\n"
        );
        let body = warned(&message).unwrap();
        assert_eq!(body.matches("Nobody here sent this.").count(), 1, "{body}");
        assert!(body.contains("\r\n\r\nFile\r\n--m--"), "{body}");
        let whole = format!("MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n{body}");
        let again = MessageParser::new().parse(whole.as_bytes()).unwrap();
        assert!(again.body_text(0).unwrap().starts_with("Nobody here"));
        assert!(again.body_html(0).unwrap().starts_with("<body><p><strong>\r\nNobody here"));
        assert_eq!(again.attachment_count(), 1);
    }

    #[test]
    fn what_is_signed_or_encrypted_or_no_text_stays_as_it_is() {
        for message in [
            "Content-Type: multipart/signed; boundary=s\r\n\r\n--s\r\n\r\nHello\r\n--s--\r\n",
            "Content-Type: multipart/encrypted; boundary=s\r\n\r\n--s\r\n\r\nHello\r\n--s--\r\n",
            "Content-Type: application/pkcs7-mime; smime-type=signed-data\r\n\r\nMIIB\r\n",
            "From: a@b\r\n\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\n",
            "Content-Type: text/plain; charset=utf-16le\r\n\r\nH\u{0}\r\n",
            "Content-Type: application/pdf\r\n\r\n%PDF\r\n",
        ] {
            assert_eq!(warned(message), None, "{message}");
        }
    }

    #[test]
    fn random_damage_never_panics_and_keeps_what_was_sent() {
        let valid =
            b"Content-Type: multipart/alternative; boundary=a\r\n\r\n--a\r\nContent-Type: text/plain\r\n\r\nHello\r\n\
                      --a\r\nContent-Type: text/html\r\n\r\n<body>Hello\r\n--a--\r\n";
        let mut warned = 0;
        for seed in 0..20_000 {
            let damaged = damage::mutate(valid, seed);
            for at in [0, 51, damaged.len()] {
                if let Some(body) = with_warning(&damaged, at, &WARNING) {
                    assert!(body.len() > damaged.len() - at, "seed {seed}");
                    warned += 1;
                }
            }
        }
        assert!(warned > 5_000, "{warned}");
    }
}
