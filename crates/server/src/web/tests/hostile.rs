//! What comes from those who mean harm, and from those who are only unlucky.

use axum::http::StatusCode;
use domain::rights::Role;
use domain::status::Status;

use crate::web::tests::browser::{ORIGIN, PASSWORD, Site};

#[test]
fn a_form_from_elsewhere_or_of_another_session_does_nothing() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    let path = format!("/accounts/{ann}/disable");
    browser.get(&path);
    let right = format!("token={}", browser.token);
    let form = ("content-type", "application/x-www-form-urlencoded");
    for (headers, body) in [
        (vec![form, ("origin", "https://evil.example")], right.clone()),
        (vec![form, ("origin", "null")], right.clone()),
        (vec![form], right.clone()),
        (vec![form, ("origin", ORIGIN)], String::new()),
        (vec![form, ("origin", ORIGIN)], format!("token={}", "0".repeat(32))),
    ] {
        let page = browser.send("POST", &path, &headers, body.clone());
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{headers:?} {body}");
        assert_eq!(site.world.status(&ann), Status::Active);
    }
    let page = browser.send("POST", &path, &[form, ("origin", ORIGIN)], right);
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
}

#[test]
fn names_and_searches_with_markup_are_text() {
    let site = Site::new();
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "<b>Bold</b>");
    let mut browser = site.signed_in(&admin);
    for path in ["/", "/accounts?q=bold", "/accounts?q=%3Cscript%3Ealert(1)%3C/script%3E&organisation=%22%3E%3Cb%3E"] {
        let page = browser.get(path);
        for markup in ["<b>Bold", "<script>", "\"><b>"] {
            assert!(!page.text.contains(markup), "{path}: {markup}");
        }
    }
}

#[test]
fn what_is_too_long_or_broken_gets_an_answer_and_changes_nothing() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let mut browser = site.signed_in(&ann);
    let form = [("origin", ORIGIN), ("content-type", "application/x-www-form-urlencoded")];
    let long = browser.send("POST", "/sign-in", &form, "a".repeat(70_000));
    assert_eq!(long.status, StatusCode::PAYLOAD_TOO_LARGE);
    for path in
        ["/%00", "/accounts/%ff%fe", "/../../etc/passwd", "/static/../portal.css", "/static/%2e%2e%2fkey", "/sign-in/"]
    {
        let page = browser.get(path);
        assert!(page.status.is_client_error() || page.status == StatusCode::SEE_OTHER, "{path}: {}", page.status);
        assert!(!page.text.contains("root:"), "{path}");
    }
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
        let page = browser.send(method, "/", &[("origin", ORIGIN)], String::new());
        assert!(page.status.is_client_error(), "{method}: {}", page.status);
    }
    let names = ["a%00b", "%E2%80%AEevil", &"x".repeat(4_000), "%F0%9F%A6%80", "'%20OR%201=1--"];
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    for name in names {
        let found = browser.get(&format!("/accounts?q={name}"));
        assert_eq!(found.status, StatusCode::OK, "{name}:\n{}", found.text);
        assert_eq!(browser.get(&format!("/accounts/{name}")).status, StatusCode::NOT_FOUND, "{name}");
    }
    let page = browser.post("/sign-in", &[("address", "a\0b@mail.example"), ("password", "x\0y")]);
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.text);
}

#[test]
fn a_header_cannot_be_put_into_an_answer() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    drop(site.signed_in(&ann));
    let mut browser = site.browser();
    let to = "/\r\nset-cookie: almoner=stolen";
    let page = browser.post("/sign-in", &[("to", to), ("address", &ann), ("password", PASSWORD)]);
    assert_eq!(page.goes_to(), "/");
    assert!(page.headers.get_all("set-cookie").iter().all(|line| !line.to_str().unwrap().contains("stolen")));
}

#[test]
fn a_source_that_fails_a_hundred_times_waits_and_a_known_device_does_not() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let known = site.signed_in(&ann).cookies;
    let mut stranger = site.browser();
    for number in 0..100 {
        let page = stranger.post("/sign-in", &[("address", &format!("a{number}@mail.example")), ("password", "x")]);
        assert!(page.text.contains("do not go together"), "{number}");
    }
    let page = stranger.post("/sign-in", &[("address", &ann), ("password", PASSWORD)]);
    assert!(page.text.contains("from your network"), "{}", page.text);
    let mut ward = site.browser();
    ward.cookies.insert("almoner-device".into(), known["almoner-device"].clone());
    assert_eq!(ward.post("/sign-in", &[("address", &ann), ("password", PASSWORD)]).status, StatusCode::SEE_OTHER);
}
