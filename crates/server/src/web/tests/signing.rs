//! Signing in and out with a browser.

use axum::http::StatusCode;

use crate::web::tests::browser::{PASSWORD, Site, code};

#[test]
fn a_person_signs_in_changes_the_password_and_sees_their_own_account() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let mut browser = site.signed_in(&ann);
    let home = browser.get("/");
    for part in ["Ann Lee", &ann, "The account is in use", "What comes next"] {
        assert!(home.text.contains(part), "{part}:\n{}", home.text);
    }
    assert!(!home.text.contains("/accounts"), "who administers nothing is offered nothing");
    assert!(browser.get("/sessions").text.contains("This one"));
    let out = browser.post("/sign-out", &[]);
    assert_eq!(out.goes_to(), "/sign-in?out=yes");
    assert!(browser.get("/").goes_to().starts_with("/sign-in"));
}

#[test]
fn what_was_typed_stays_but_the_password_and_the_way_back_is_kept() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    drop(site.signed_in(&ann));
    let mut browser = site.browser();
    assert_eq!(browser.get("/sessions").goes_to(), "/sign-in?to=%2Fsessions");
    let form = browser.get("/sign-in?to=%2Fsessions");
    assert_eq!(form.field("to"), "/sessions");
    let wrong = browser.post("/sign-in", &[("to", "/sessions"), ("address", &ann), ("password", "kettles, red")]);
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains(&ann) && !wrong.text.contains("kettles, red"), "{}", wrong.text);
    let right = browser.post("/sign-in", &[("to", "/sessions"), ("address", &ann), ("password", PASSWORD)]);
    assert_eq!(right.goes_to(), "/sessions");
    let mut browser = site.browser();
    let right = browser.post("/sign-in", &[("to", "//evil.example"), ("address", &ann), ("password", PASSWORD)]);
    assert_eq!(right.goes_to(), "/", "nowhere but here");
}

// Proves: MFA-01, ROLE-07
#[test]
fn an_administrator_sets_up_an_authenticator_and_shows_it_next_time() {
    let site = Site::new();
    let admin = site.world.admin(domain::rights::Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    assert!(browser.get("/accounts").text.contains("role=\"search\""));
    let mut again = site.browser();
    again.post("/sign-in", &[("address", &admin), ("password", PASSWORD)]);
    for path in ["/", "/accounts", "/sessions", "/forecast"] {
        let back = if path == "/" { String::new() } else { format!("?to={}", path.replace('/', "%2F")) };
        assert_eq!(again.get(path).goes_to(), format!("/sign-in/code{back}"));
    }
    for path in ["/sign-in/password", "/sign-in/authenticator"] {
        assert_eq!(again.get(path).status, StatusCode::NOT_FOUND, "{path}: nothing before the code");
    }
    again.get("/sign-in/code");
    assert_eq!(again.post("/sign-in/code", &[("code", "123456")]).status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[test]
fn a_session_gets_another_secret_when_it_may_do_more() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let mut browser = site.signed_in(&ann);
    let before = browser.cookies["almoner"].clone();
    let secret = browser.enrol();
    let after = browser.cookies["almoner"].clone();
    assert_ne!(before, after);
    let mut thief = site.browser();
    thief.cookies.insert("almoner".into(), before);
    assert!(thief.get("/").goes_to().starts_with("/sign-in"), "the secret from before is over");
    assert_ne!(code(&secret), "");
    let fixed = "a".repeat(64);
    let mut victim = site.browser();
    victim.cookies.insert("almoner".into(), fixed.clone());
    victim.post("/sign-in", &[("address", &ann), ("password", PASSWORD)]);
    assert_ne!(victim.cookies["almoner"], fixed, "nobody chooses another's secret");
}
