//! Requests that are not what they seem: forms from elsewhere for every form there is, other methods, another host, paths
//! that are none, and ways out of the portal.

use axum::http::StatusCode;
use domain::rights::{Role, Scope};

use crate::config::Rate;
use crate::web::routes::{Door, ROUTES};
use crate::web::tests::browser::{Browser, ORIGIN, PASSWORD, Page, Site, code_in};
use crate::web::tests::doors::{call, path};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const HERE: (&str, &str) = ("origin", ORIGIN);

/// A site whose people ask for every page there is.
fn site() -> Site {
    let often = Rate { per_second: 10_000, burst: 100_000 };
    Site::with(|config| (config.limits.account, config.limits.source) = (often, often))
}

/// Somebody who may do everything, and the account that is asked about.
fn everything(site: &Site) -> (Browser<'_>, String) {
    let ann = site.world.user("RX1", "Ann", "Lee");
    let all = site.world.admin(Role::PrimaryLocalAdmin, "RX1", "All");
    site.world.give(&all, Role::Operator, &Scope::Federation).unwrap();
    (site.signed_in(&all), ann)
}

#[test]
fn every_form_is_refused_that_comes_from_elsewhere_or_says_so() {
    let site = site();
    let (mut browser, ann) = everything(&site);
    browser.get("/sessions");
    let right = format!("token={}", browser.token);
    let before = site.world.everything();
    for route in ROUTES.iter().filter(|route| route.writes) {
        let path = path(route, &ann);
        for headers in [
            vec![FORM],
            vec![FORM, ("origin", "https://evil.example")],
            vec![FORM, ("origin", "null")],
            vec![FORM, ("origin", "https://portal.test")],
            vec![FORM, ("origin", "http://portal.test.evil.example")],
            vec![FORM, ("origin", "http://portal.test:81")],
            vec![FORM, HERE, ("sec-fetch-site", "cross-site")],
            vec![FORM, HERE, ("sec-fetch-site", "same-site")],
            vec![FORM, HERE, ("host", "evil.example")],
            vec![("content-type", "text/plain"), ("referer", "http://portal.test/")],
        ] {
            let page = browser.send("POST", &path, &headers, right.clone());
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{path} {headers:?}");
            assert!(page.text.contains("Not sent from here"), "{path} {headers:?}:\n{}", page.text);
        }
    }
    assert_eq!(site.world.everything(), before, "nothing was done");
    let ours = [FORM, HERE, ("sec-fetch-site", "same-origin")];
    assert_eq!(browser.send("POST", "/sessions/end-others", &ours, right).status, StatusCode::SEE_OTHER);
}

#[test]
fn every_form_of_somebody_signed_in_needs_the_token_of_their_own_session() {
    let site = site();
    let ben = site.world.user("RX1", "Ben", "Ash");
    let (mut browser, ann) = everything(&site);
    let mut of_ben = site.signed_in(&ben);
    of_ben.get("/sessions");
    browser.get("/sessions");
    let (whole, short) = (browser.token.clone(), browser.token.split('.').next().unwrap().to_owned());
    let before = site.world.everything();
    for route in ROUTES.iter().filter(|route| route.writes && route.door != Door::Nobody) {
        for token in ["", &"0".repeat(32), &of_ben.token, &short[1..], &format!("{short}x"), &whole.to_uppercase()] {
            let page = browser.send("POST", &path(route, &ann), &[FORM, HERE], format!("token={token}"));
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{} {token}", route.path);
            assert!(page.text.contains("This page is old"), "{} {token}:\n{}", route.path, page.text);
        }
    }
    assert_eq!(site.world.everything(), before, "nothing was done");
    let page = browser.send("POST", "/sessions/end-others", &[FORM, HERE], format!("token={whole}"));
    assert_eq!(page.status, StatusCode::SEE_OTHER, "its own");
}

#[test]
fn looking_at_pages_changes_nothing() {
    let site = site();
    let (mut browser, ann) = everything(&site);
    browser.get("/");
    let before = site.world.everything();
    for route in ROUTES.iter().filter(|route| !route.writes) {
        call(&mut browser, route, &ann);
        browser.send("HEAD", &path(route, &ann), &[], String::new());
    }
    assert_eq!(site.world.everything(), before);
}

fn guarded(page: &Page, what: &str) {
    let header = |name: &str| page.headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    assert!(header("content-security-policy").starts_with("default-src 'none'; object-src 'none'"), "{what}");
    assert_eq!(header("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(header("cache-control"), "no-store", "{what}");
    assert_eq!(header("referrer-policy"), "same-origin", "{what}");
    assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{what}");
    assert_eq!(header("cross-origin-resource-policy"), "same-origin", "{what}");
    for told in ["server", "x-powered-by", "access-control-allow-origin", "access-control-allow-credentials"] {
        assert!(!page.headers.contains_key(told), "{what}: {told}");
    }
    let charset = header("content-type").ends_with("charset=utf-8");
    assert!(charset || page.text.is_empty(), "{what}: {}", header("content-type"));
}

#[test]
fn other_methods_are_answered_alike_on_every_path_and_repeat_nothing() {
    let site = site();
    let (mut browser, ann) = everything(&site);
    let before = site.world.everything();
    for route in ROUTES {
        let path = format!("{}?marked=words", path(route, &ann));
        for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"] {
            let from_elsewhere = [("x-marked", "words"), ("origin", "https://evil.example")];
            let asks = [("x-marked", "words"), HERE, ("access-control-request-method", "POST")];
            for (headers, status) in [(&from_elsewhere[..], StatusCode::FORBIDDEN), (&asks, StatusCode::NOT_FOUND)] {
                let page = browser.send(method, &path, headers, String::new());
                assert_eq!(page.status, status, "{method} {path}");
                assert!(!page.text.contains("marked") && !page.text.contains("words"), "{method} {path}");
                guarded(&page, &format!("{method} {path}"));
            }
        }
    }
    assert_eq!(site.world.everything(), before);
}

#[test]
fn every_answer_to_nonsense_has_the_headers_too() {
    let site = site();
    let mut browser = site.browser();
    for path in [
        "/nowhere",
        "/accounts/%ff%fe",
        "/static/%ff",
        "/accounts/%00",
        "/people/%c3%28",
        "/a%2fb/%2e%2e",
        "//evil.example/x",
        "/static/..%2f..%2fkey",
        "/files/1/%80",
    ] {
        for method in ["GET", "HEAD", "POST", "TRACE"] {
            let page = browser.send(method, path, &[HERE], String::new());
            let refused = page.status.is_client_error() || page.status == StatusCode::SEE_OTHER;
            assert!(refused, "{method} {path}: {}", page.status);
            guarded(&page, &format!("{method} {path}"));
            assert!(page.headers.contains_key("x-request-id"), "{method} {path}");
        }
    }
    let large = browser.send("POST", "/sign-in", &[FORM, HERE], "a".repeat(70_000));
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    guarded(&large, "too large");
}

/// Paths that a browser would take for somebody else's, or that break a header.
const ELSEWHERE: [&str; 18] = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "https:/evil.example",
    "HTTP://evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/\t/evil.example",
    "/\n/evil.example",
    "\u{1}//evil.example",
    " //evil.example",
    "/\u{e9}",
    "/\r\nset-cookie: almoner=stolen",
    "evil.example",
    "/a b",
];

#[test]
fn nobody_is_led_out_of_the_portal_however_the_way_is_written() {
    let site = site();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let mut inside = site.signed_in(&ann);
    let escaped = |to: &str| form_urlencoded::byte_serialize(to.as_bytes()).collect::<String>();
    for to in ELSEWHERE {
        let mut browser = site.browser();
        let page = browser.post("/sign-in", &[("to", to), ("address", &ann), ("password", PASSWORD)]);
        assert_eq!(page.goes_to(), "/", "{to:?}");
        assert!(!page.headers.get_all("set-cookie").iter().any(|line| line.to_str().unwrap().contains("stolen")));
        assert_eq!(inside.get(&format!("/sign-in?to={}", escaped(to))).goes_to(), "/", "{to:?}");
        assert_eq!(inside.get(&format!("/sign-in/passkey?to={}", escaped(to))).goes_to(), "/", "{to:?}");
        assert_eq!(inside.get(&format!("/sign-in/code?to={}", escaped(to))).goes_to(), "/", "{to:?}");
    }
    let secret = inside.enrol();
    for to in ["//evil.example", "/\\evil.example"] {
        let mut browser = site.browser();
        browser.post("/sign-in", &[("address", &ann), ("password", PASSWORD)]);
        let asked = browser.get(&format!("/sign-in/code?to={}", escaped(to)));
        assert_eq!(asked.field("to"), "/");
        let page = browser.post("/sign-in/code", &[("to", to), ("code", &code_in(&secret, 30))]);
        // The second of them is used up: the way that was asked for is lost all the same.
        assert!(page.goes_to() == "/" || page.field("to") == "/", "{to}: {}", page.text);
    }
}

#[test]
fn every_way_that_an_answer_names_is_a_path_of_ours() {
    let site = site();
    let (mut browser, ann) = everything(&site);
    for route in ROUTES.iter().filter(|route| route.path != "/sign-out") {
        for page in [call(&mut browser, route, &ann), call(&mut site.browser(), route, &ann)] {
            let to = page.goes_to();
            assert!(to.is_empty() || (to.starts_with('/') && !to.starts_with("//")), "{}: {to}", route.path);
            assert_eq!(to.is_empty(), page.status != StatusCode::SEE_OTHER, "{}", route.path);
        }
    }
}

#[test]
fn no_answer_depends_on_what_a_request_calls_this_host() {
    let site = site();
    let (mut browser, ann) = everything(&site);
    for path in ["/", "/sign-in", "/accounts", &format!("/accounts/{ann}"), "/nowhere", "/recover"] {
        let headers = [
            ("host", "evil.example"),
            ("x-forwarded-host", "evil.example"),
            ("x-forwarded-proto", "https"),
            ("forwarded", "host=evil.example;proto=https"),
            ("x-original-url", "/health/live"),
            ("x-rewrite-url", "/health/live"),
        ];
        let (theirs, ours) = (browser.send("GET", path, &headers, String::new()), browser.get(path));
        assert_eq!((theirs.status, &theirs.text), (ours.status, &ours.text), "{path}");
        assert!(!theirs.text.contains("evil.example"), "{path}");
        assert!(!theirs.headers.contains_key("strict-transport-security"), "{path}: the proxy's word is not taken");
    }
    let page = site.browser().send("GET", "/accounts", &[("host", "evil.example")], String::new());
    assert_eq!(page.goes_to(), "/sign-in?to=%2Faccounts");
}
