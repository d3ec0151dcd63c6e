//! The addresses of a header field From, as a mail program will show them (RFC 5322 3.6.2).

use mail_parser::{HeaderName, MessageParser};

/// The addresses of a field From, in small letters, in their order: what stands behind its colon. Empty where it has none, or
/// where one of its members has none: nobody can say whose that is. Cost: one pass over the value.
pub fn addresses(value: &[u8]) -> Vec<String> {
    let parser = MessageParser::new().header_address(HeaderName::From).default_header_ignore();
    let header = [b"From:", value, b"\r\n\r\n"].concat();
    let Some(read) = parser.parse_headers(&header) else { return Vec::new() };
    let Some(from) = read.from() else { return Vec::new() };
    let all = from.iter().map(|member| member.address().map(str::to_ascii_lowercase));
    all.collect::<Option<Vec<_>>>().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::damage::mutate;

    #[test]
    fn every_address_is_found_whatever_stands_around_it() {
        let (ann, ben) = ("ann.lee@mail.example", "ben@mail.example");
        for (value, found) in [
            (" ann.lee@mail.example", vec![ann]),
            (" <Ann.Lee@Mail.example>", vec![ann]),
            (" Ann Lee <ann.lee@mail.example>", vec![ann]),
            (" \"Lee, Ann\" <ann.lee@mail.example>", vec![ann]),
            (" =?utf-8?Q?Ann_L=C3=A9e?= <ann.lee@mail.example>", vec![ann]),
            (" Ann\r\n <ann.lee@mail.example>", vec![ann]),
            (" \"ben@mail.example\" <ann.lee@mail.example>", vec![ann]),
            (" Ann <ann.lee@mail.example>, ben@mail.example", vec![ann, ben]),
            (" Both: Ann <ann.lee@mail.example>, ben@mail.example;", vec![ann, ben]),
            ("", vec![]),
            (" Ann Lee", vec![]),
            (" <>", vec![]),
        ] {
            assert_eq!(addresses(value.as_bytes()), found, "{value:?}");
        }
    }

    #[test]
    fn a_damaged_field_is_read_or_not_and_never_a_crash() {
        let whole = b" \"Lee, Ann\" <ann.lee@mail.example>, Both: b@c.example, =?utf-8?Q?x?= <d@e.example>;";
        for seed in 0..20_000 {
            let all = addresses(&mutate(whole, seed));
            assert!(all.iter().all(|address| !address.contains('\n')), "seed {seed}: {all:?}");
        }
    }
}
