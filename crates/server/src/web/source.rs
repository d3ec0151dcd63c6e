//! Where a request comes from: whoever speaks to us, or whom a trusted proxy speaks for.

use std::net::IpAddr;

use axum::http::HeaderMap;

use crate::config::net::Networks;

const FORWARDED: &str = "x-forwarded-for";

/// The source. Each proxy adds at the right whom it heard; what a stranger wrote before that is not believed.
pub(crate) fn of(peer: IpAddr, headers: &HeaderMap, trusted: &Networks) -> IpAddr {
    let lines: Vec<&str> = headers.get_all(FORWARDED).iter().filter_map(|line| line.to_str().ok()).collect();
    let told = lines.iter().rev().flat_map(|line| line.rsplit(','));
    let mut source = peer.to_canonical();
    for one in told {
        if !trusted.has(source) {
            break;
        }
        let Ok(before) = one.trim().parse::<IpAddr>() else { break };
        source = before.to_canonical();
    }
    source
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_trusted_proxies_say_is_believed() {
        let trusted = Networks::parse("10.0.0.0/8").unwrap();
        let cases: [(&str, &[&str], &str); 9] = [
            ("192.0.2.1", &[], "192.0.2.1"),
            ("192.0.2.1", &["198.51.100.9"], "192.0.2.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.9"], "198.51.100.9"),
            ("10.0.0.1", &["203.0.113.5, 198.51.100.9"], "198.51.100.9"),
            ("10.0.0.1", &["203.0.113.5, 198.51.100.9, 10.0.0.2"], "198.51.100.9"),
            ("10.0.0.1", &["203.0.113.5", "198.51.100.9"], "198.51.100.9"),
            ("10.0.0.1", &["203.0.113.5, unknown"], "10.0.0.1"),
            ("::ffff:10.0.0.1", &["2001:db8::7"], "2001:db8::7"),
        ];
        for (peer, lines, source) in cases {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(FORWARDED, line.parse().unwrap());
            }
            assert_eq!(of(peer.parse().unwrap(), &headers, &trusted).to_string(), source, "{peer} {lines:?}");
        }
        let mut headers = HeaderMap::new();
        headers.append(FORWARDED, "198.51.100.9".parse().unwrap());
        assert_eq!(of("10.0.0.1".parse().unwrap(), &headers, &Networks::default()).to_string(), "10.0.0.1");
    }
}
