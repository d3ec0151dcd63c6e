//! Until when a certificate holds. Only that is read of it (RFC 5280, 4.1); whether it may be believed, browsers decide.

use domain::time::Timestamp;

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERAL_TIME: u8 = 0x18;

/// From when and until when, of a certificate in DER.
pub(crate) fn validity(certificate: &[u8]) -> Option<(Timestamp, Timestamp)> {
    let (_, inside, _) = part(certificate)?;
    let (_, mut fields, _) = part(inside)?;
    if fields.first() == Some(&VERSION) {
        fields = part(fields)?.2;
    }
    // The serial number, the algorithm, the issuer.
    for _ in 0..3 {
        fields = part(fields)?.2;
    }
    let (tag, dates, _) = part(fields)?;
    if tag != SEQUENCE {
        return None;
    }
    let (first, from, rest) = part(dates)?;
    let (second, until, _) = part(rest)?;
    Some((time(first, from)?, time(second, until)?))
}

/// The first thing of some bytes: its tag, its content, and what is behind it.
fn part(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (length, rest) = rest.split_first()?;
    let (length, rest) = if *length < 0x80 {
        (usize::from(*length), rest)
    } else {
        let (digits, rest) = rest.split_at_checked(usize::from(*length & 0x7f))?;
        let length =
            digits.iter().try_fold(0_usize, |all, digit| all.checked_mul(256)?.checked_add(usize::from(*digit)))?;
        (length, rest)
    };
    let (content, behind) = rest.split_at_checked(length)?;
    Some((*tag, content, behind))
}

/// `YYMMDDhhmmssZ` of the years 1950 to 2049, or the same with four digits.
fn time(tag: u8, text: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let text = match tag {
        UTC_TIME if text.len() == 12 => format!("{}{text}", if text < "50" { "20" } else { "19" }),
        GENERAL_TIME if text.len() == 14 => text.to_owned(),
        _ => return None,
    };
    let at = |from: usize, to: usize| text.get(from..to);
    Timestamp::parse(&format!(
        "{}-{}-{}T{}:{}:{}Z",
        at(0, 4)?,
        at(4, 6)?,
        at(6, 8)?,
        at(8, 10)?,
        at(10, 12)?,
        at(12, 14)?
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::tls::chain;

    fn of(name: &str) -> Option<(String, String)> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/");
        let all = chain(&std::path::PathBuf::from(format!("{path}{name}"))).unwrap();
        validity(&all[0]).map(|(from, until)| (from.to_string(), until.to_string()))
    }

    #[test]
    fn a_certificate_says_until_when_it_holds() {
        let told = |from: &str, until: &str| Some((from.to_owned(), until.to_owned()));
        assert_eq!(of("portal.pem"), told("2020-01-01T00:00:00Z", "2119-12-31T23:59:59Z"));
        assert_eq!(of("expired.pem"), told("2019-01-01T00:00:00Z", "2019-12-31T23:59:59Z"));
    }

    #[test]
    fn what_is_cut_or_is_no_certificate_says_nothing() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/portal.pem");
        let all = chain(std::path::Path::new(path)).unwrap();
        for length in 0..all[0].len() {
            assert_eq!(validity(&all[0][..length]), None, "{length}");
        }
        for bytes in [&[0x30, 0x80][..], &[0x30, 0xff, 0xff], &[0x30, 0x88, 255, 255, 255, 255, 255, 255, 255, 255, 0]]
        {
            assert_eq!(validity(bytes), None, "{bytes:?}");
        }
    }
}
