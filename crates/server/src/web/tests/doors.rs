//! Every page and form: without a session, without rights, with rights over another organisation, with rights.

use axum::http::StatusCode;
use domain::rights::Role;

use crate::config::Rate;
use crate::web::routes::{Door, ROUTES, Route};
use crate::web::tests::browser::{Browser, Page, Site};

/// A path with its parts filled in.
pub(super) fn path(route: &Route, account: &str) -> String {
    let account = account.replace('@', "%40");
    let filled = route.path.replace("{address}", &account).replace("{action}", "disable").replace("{part}", "1");
    filled
        .replace("{run}", "1")
        .replace("{number}", "1")
        .replace("{piece}", "checked")
        .replace("{report}", "mailbox")
        .replace("{file}", "portal.css")
        .replace("{notice}", "1")
        .replace("{grant}", "1")
        .replace("{code}", "RX1")
        .replace("{change}", "support")
        .replace("{job}", "1")
        .replace("{policy}", "2018-09")
        .replace("{proposal}", "1")
}

pub(super) fn call(browser: &mut Browser<'_>, route: &Route, account: &str) -> Page {
    let path = path(route, account);
    if route.writes { browser.post(&path, &[]) } else { browser.get(&path) }
}

// Proves: ROLE-02
#[test]
fn nobody_comes_in_without_a_session() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    for route in ROUTES {
        let page = call(&mut site.browser(), route, &ann);
        match route.door {
            Door::Nobody | Door::Anyone => assert_ne!(page.status, StatusCode::SEE_OTHER, "{}", route.path),
            Door::HalfIn | Door::In | Door::Admin => {
                assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", route.path);
                assert!(page.goes_to().starts_with("/sign-in"), "{} goes to {}", route.path, page.goes_to());
                assert!(!page.text.contains("Ann"), "{}", route.path);
            }
        }
    }
}

// Proves: ROLE-02
#[test]
fn whoever_holds_no_grant_finds_no_page_of_administrators() {
    // More pages than one account asks for at once.
    let site = Site::with(|config| config.limits.account = Rate { per_second: 1_000, burst: 1_000 });
    let (ann, ben) = (site.world.user("RX1", "Ann", "Lee"), site.world.user("RX1", "Ben", "Ash"));
    let mut browser = site.signed_in(&ben);
    for route in ROUTES.iter().filter(|route| route.door == Door::Admin) {
        for account in [&ann, &ben, &"no.such@mail.example".to_owned()] {
            let page = call(&mut browser, route, account);
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{} about {account}", route.path);
        }
    }
    assert_eq!(site.world.status(&ann), domain::status::Status::Active);
}

// Proves: ROLE-02, ROLE-05
#[test]
fn an_administrator_of_elsewhere_cannot_tell_whether_an_account_exists() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let stranger = site.world.admin(Role::PrimaryLocalAdmin, "RX2", "Stranger");
    let mut browser = site.signed_in(&stranger);
    // What the directory shows, everybody may see.
    let about = ROUTES.iter().filter(|route| route.path.contains("{address}") && route.door == Door::Admin);
    for route in about {
        let (real, made_up) = (call(&mut browser, route, &ann), call(&mut browser, route, "no.such@mail.example"));
        assert_eq!(real.status, StatusCode::NOT_FOUND, "{}", route.path);
        let plain = |page: &Page| page.text.clone();
        assert_eq!((real.status, plain(&real)), (made_up.status, plain(&made_up)), "{}", route.path);
    }
    for path in ["/accounts?q=lee", "/accounts?q=ann.lee%40mail.example", "/accounts?q=lee&organisation=RX1"] {
        let page = browser.get(path);
        assert!(!page.text.contains("Ann"), "{path}:\n{}", page.text);
    }
    for path in [
        "/forecast?organisation=RX1",
        "/held?organisation=RX1",
        "/audit?organisation=RX1",
        "/delivery?organisation=RX1",
    ] {
        assert_eq!(browser.get(path).status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["/runs", "/runs/1", "/runs/1/accounts", "/runs/1/rollback", "/waves"] {
        assert_ne!(browser.get(path).status, StatusCode::OK, "{path}: the federation's");
    }
}

// Proves: ROLE-01
#[test]
fn an_administrator_finds_and_sees_their_own() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Featherstone");
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    for query in ["featherstone", "fetherston+ann", "ann.featherstone%40mail.example", "ann.fe"] {
        let page = browser.get(&format!("/accounts?q={query}"));
        assert!(page.text.contains(&ann), "{query}:\n{}", page.text);
    }
    assert!(browser.get("/accounts?q=nobody").text.contains("Nothing was found"));
    for path in ["/forecast", "/held", "/audit", &format!("/accounts/{ann}")] {
        assert_eq!(browser.get(path).status, StatusCode::OK, "{path}");
    }
    let helpdesk = site.world.admin(Role::Helpdesk, "RX1", "Desk");
    let page = site.signed_in(&helpdesk).get(&format!("/accounts/{ann}"));
    assert!(page.text.contains("Disable") && !page.text.contains("Delete now"), "a helpdesk deletes nothing");
}

#[test]
fn every_answer_has_the_headers_that_keep_others_out() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let mut browser = site.signed_in(&ann);
    for route in ROUTES.iter().filter(|route| !route.writes) {
        let page = call(&mut browser, route, &ann);
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{}", route.path);
        assert!(!policy.contains("unsafe"), "{}", route.path);
        assert_eq!(page.headers["x-content-type-options"], "nosniff", "{}", route.path);
        let kept = page.headers["cache-control"] == "no-store";
        assert_eq!(kept, !route.path.starts_with("/static/"), "{}", route.path);
        for script in page.text.split("<script").skip(1) {
            assert!(script.starts_with(" src=\"/static/"), "{}: {script}", route.path);
        }
        let inside = matches!(route.door, Door::In | Door::Admin) && page.text.starts_with("<!doctype");
        assert!(!inside || page.text.contains("action=\"/sign-out\""), "{}: the way out is on every page", route.path);
        for inline in ["style=", "onclick", "javascript:"] {
            assert!(!page.text.contains(inline), "{}: {inline}", route.path);
        }
    }
}
