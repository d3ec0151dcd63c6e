//! What comes from elsewhere is told from what is ours.

use super::*;

fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
}

#[test]
fn only_our_own_pages_may_send_forms() {
    let origin = "https://portal.example";
    for (pairs, ours) in [
        (&[("origin", "https://portal.example"), ("host", "portal.example")][..], true),
        (&[("origin", "https://evil.example"), ("host", "portal.example")], false),
        (&[("origin", "http://portal.example"), ("host", "portal.example")], false),
        (&[("origin", "https://portal.example"), ("host", "other.example")], false),
        (&[("origin", "null"), ("host", "portal.example")], false),
        (&[("host", "portal.example")], false),
        (&[("origin", "https://portal.example"), ("host", "portal.example"), ("sec-fetch-site", "same-origin")], true),
        (&[("origin", "https://portal.example"), ("host", "portal.example"), ("sec-fetch-site", "same-site")], false),
        (&[("origin", "https://portal.example"), ("host", "portal.example"), ("sec-fetch-site", "none")], false),
        (&[], false),
    ] {
        assert_eq!(is_ours(&headers(pairs), origin), ours, "{pairs:?}");
    }
}

#[test]
fn a_cookie_is_64_digits_or_nothing() {
    let digits = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    let kept = |line: String| {
        let mut map = HeaderMap::new();
        map.insert(COOKIE, line.parse().unwrap());
        cookie(&map, "almoner")
    };
    assert_eq!(kept(format!("almoner={digits}")), digits);
    assert_eq!(kept(format!("a=b; almoner={digits}; c=d")), digits);
    for line in [
        format!("almoner-device={digits}"),
        format!("xalmoner={digits}"),
        format!("almoner={}", &digits[1..]),
        format!("almoner={}g", &digits[1..]),
        "almoner=".to_owned(),
        "almoner".to_owned(),
    ] {
        assert_eq!(kept(line.clone()), "", "{line}");
    }
}

#[test]
fn nobody_is_sent_elsewhere_after_signing_in() {
    for (text, path) in [
        ("/", "/"),
        ("/accounts?q=smith", "/accounts?q=smith"),
        ("", "/"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/a\r\nSet-Cookie: x=y", "/"),
        ("/\t/evil.example", "/"),
        ("/sign-in", "/"),
        ("/sign-out", "/"),
        ("javascript:alert(1)", "/"),
        ("/people?q=%C3%A9", "/people?q=%C3%A9"),
        ("/people?q=\u{e9}", "/"),
        ("/a b", "/"),
        ("/\u{7f}", "/"),
    ] {
        assert_eq!(own_path(text), path, "{text:?}");
    }
}

#[test]
fn a_forms_token_belongs_to_its_session() {
    assert_eq!(form_token("a").len(), 32);
    assert_ne!(form_token("a"), form_token("b"));
}
