//! What one signs in with, changed in a browser; and an administrator who helps (MFA-01).

use axum::http::StatusCode;
use domain::rights::Role;

use crate::web::tests::browser::{Browser, PASSWORD, Site, code, code_in};

/// How an administrator made sure that it is the person.
const SURE: [(&str, &str); 1] = [("statement", "met on the ward, badge seen")];

/// A browser that has said the password, and nothing more.
fn half_in<'s>(site: &'s Site, address: &str) -> Browser<'s> {
    let mut browser = site.browser();
    browser.post("/sign-in", &[("address", address), ("password", PASSWORD)]);
    browser.get("/sign-in/code");
    browser
}

/// A code that was not used: that of the next half minute is right too.
fn next_code(secret: &str) -> String {
    code_in(secret, 30)
}

// Proves: MFA-01
#[test]
fn a_telephone_whose_clock_is_off_is_told_so_and_does_not_come_in() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let secret = site.signed_in(&ann).enrol();
    let mut browser = half_in(&site, &ann);
    let page = browser.post("/sign-in/code", &[("code", &code_in(&secret, 300))]);
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("5 minutes ahead of"), "{}", page.text);
    assert!(browser.get("/").goes_to().starts_with("/sign-in/code"));
    let page = browser.post("/sign-in/code", &[("code", &next_code(&secret))]);
    assert_eq!(page.goes_to(), "/");
}

// Proves: MFA-01
#[test]
fn one_changes_what_one_signs_in_with_by_saying_the_password() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let mut browser = site.signed_in(&ann);
    assert!(browser.get("/").text.contains("href=\"/security\""));
    let page = browser.get("/security");
    assert!(page.text.contains("Set up an authenticator") && !page.text.contains("Remove it"), "{}", page.text);
    let fresh = browser.get("/sign-in/authenticator").field("secret");
    for password in ["", "wrong"] {
        let form = [("secret", fresh.as_str()), ("code", &code(&fresh)), ("password", password)];
        let page = browser.post("/sign-in/authenticator", &form);
        assert_eq!((page.status, page.field("secret")), (StatusCode::UNPROCESSABLE_ENTITY, fresh.clone()));
        assert!(page.text.contains("password is not right"), "{}", page.text);
    }
    browser.enrol();
    let page = browser.get("/security");
    assert!(page.text.contains("You have 10 left") && page.text.contains("Remove it"), "{}", page.text);
    for path in ["/security/recovery-codes", "/security/authenticator/remove", "/security/recovery-codes"] {
        assert_eq!(browser.post(path, &[("password", "wrong")]).status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
    }
    let page = browser.post("/security/recovery-codes", &[("password", PASSWORD)]);
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "the fourth try waits");
    assert!(page.text.contains("Too many tries"), "{}", page.text);
}

// Proves: MFA-01
#[test]
fn recovery_codes_are_renewed_and_the_authenticator_removed() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let mut browser = site.signed_in(&ann);
    browser.enrol();
    let page = browser.post("/security/recovery-codes", &[("password", PASSWORD)]);
    let new = page.text.split("class=\"codes\"><li>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert_eq!(new.len(), 29, "{}", page.text);
    let mut again = half_in(&site, &ann);
    assert_eq!(again.post("/sign-in/code", &[("code", &new)]).goes_to(), "/", "a new code lets in");
    let page = again.post("/security/authenticator/remove", &[("password", PASSWORD)]);
    assert_eq!(page.goes_to(), "", "the token of the page before");
    again.get("/security");
    let page = again.post("/security/authenticator/remove", &[("password", PASSWORD)]);
    assert_eq!(page.goes_to(), "/security?done=authenticator", "{}", page.text);
    let page = again.get(page.goes_to());
    assert!(page.text.contains("is removed") && page.text.contains("You have none"), "{}", page.text);
}

// Proves: ROLE-07
#[test]
fn an_administrator_is_not_offered_to_remove_the_last_and_cannot() {
    let site = Site::new();
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    let page = browser.get("/security");
    assert!(page.text.contains("ROLE-07") && !page.text.contains("Remove it"), "{}", page.text);
    let page = browser.post("/security/authenticator/remove", &[("password", PASSWORD)]);
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("keeps a second factor"), "{}", page.text);
    let page = browser.get("/sign-in/authenticator");
    assert!(page.text.contains("Replace your authenticator"), "{}", page.text);
}

// Proves: MFA-01, ROLE-09
#[test]
fn an_administrator_sees_it_lets_in_for_a_day_and_takes_a_lost_one_away() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    let path = format!("/accounts/{ann}/second-factor");
    assert!(browser.get(&format!("/accounts/{ann}")).text.contains(">None<"));
    assert!(!browser.get(&path).text.contains("Take it away"), "there is none");
    let mut of_ann = site.signed_in(&ann);
    let secret = of_ann.enrol();
    let shown = browser.get(&format!("/accounts/{ann}"));
    assert!(shown.text.contains(">Authenticator<"), "{}", shown.text);
    let page = browser.get(&path);
    assert!(page.text.contains("for 24 hours") && !page.text.contains("name=\"days\""), "{}", page.text);
    for action in ["except", "reset"] {
        let page = browser.post(&format!("{path}/{action}"), &[("statement", "yes")]);
        assert!(page.text.contains("ROLE-08") && page.field("statement") == "yes", "{action}: {}", page.text);
    }
    browser.get(&path);
    let done = browser.post(&format!("{path}/except"), &SURE);
    assert!(done.goes_to().ends_with("second-factor?done=except"), "{}", done.text);
    assert!(browser.get(done.goes_to()).text.contains(&format!("by {admin}")), "who gave it is shown");
    assert!(browser.get(&format!("/accounts/{ann}")).text.contains("exception until"));
    let mut without = half_in(&site, &ann);
    assert_eq!(without.get("/").status, StatusCode::OK, "in without it");
    assert!(without.get("/security").text.contains("without your second factor"));
    assert!(browser.post(&format!("{path}/end"), &[]).goes_to().ends_with("done=end"));
    assert!(without.get("/").goes_to().starts_with("/sign-in/code"), "not any more");
    let late = browser.post(&format!("{path}/end"), &[]);
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY, "there is none");
    assert!(browser.post(&format!("{path}/reset"), &SURE).goes_to().ends_with("done=reset"));
    assert!(of_ann.get("/").goes_to().starts_with("/sign-in"), "signed out");
    let mut again = half_in(&site, &ann);
    assert_eq!(again.get("/").status, StatusCode::OK, "the password alone, as before");
    assert_ne!(code(&secret), "");
    let page = browser.get(&format!("/accounts/{admin}/second-factor"));
    assert!(page.text.contains("This is your own") && !page.text.contains("/except"), "{}", page.text);
    let page = browser.post(&format!("/accounts/{admin}/second-factor/except"), &SURE);
    assert!(page.text.contains("nobody does this for themselves"), "{}", page.text);
}

#[test]
fn the_operator_names_days_and_a_helpdesk_only_looks() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    site.signed_in(&ann).enrol();
    let path = format!("/accounts/{ann}/second-factor");
    let desk = site.world.admin(Role::Helpdesk, "RX1", "Desk");
    let mut browser = site.signed_in(&desk);
    let page = browser.get(&path);
    assert!(page.text.contains("Authenticator") && !page.text.contains("/except"), "{}", page.text);
    for action in ["except", "reset"] {
        assert_eq!(browser.post(&format!("{path}/{action}"), &[]).status, StatusCode::FORBIDDEN, "{action}");
    }
    let operator = site.world.user("RX2", "Olga", "Perator");
    let everywhere = domain::rights::Scope::Federation;
    site.world.almoner.grant(&site.world.operator(), &operator, Role::Operator, &everywhere).unwrap();
    let mut browser = site.signed_in(&operator);
    assert!(browser.get(&path).text.contains("At most 30 days"));
    for days in ["31", "0", "many"] {
        let page = browser.post(&format!("{path}/except"), &[("days", days), SURE[0]]);
        assert_eq!((page.status, page.field("days")), (StatusCode::UNPROCESSABLE_ENTITY, days.to_owned()));
    }
    assert!(browser.post(&format!("{path}/except"), &[("days", "7"), SURE[0]]).goes_to().ends_with("done=except"));
    let auditor = site.world.user("RX2", "Otto", "Ditor");
    site.world.almoner.grant(&site.world.operator(), &auditor, Role::Auditor, &everywhere).unwrap();
    let mut browser = site.signed_in(&auditor);
    assert!(
        !browser.get(&format!("/accounts/{ann}")).text.contains("<dt>Second factor"),
        "who helps nobody sees nothing"
    );
    assert_eq!(browser.get(&path).status, StatusCode::FORBIDDEN);
}

#[test]
fn each_step_up_gives_the_session_another_secret_and_the_old_ones_are_dead() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let secret = site.signed_in(&ann).enrol();
    let mut browser = site.browser();
    let planted = "a".repeat(64);
    browser.cookies.insert("almoner".into(), planted.clone());
    let mut seen = vec![planted];
    let mut stepped = |browser: &Browser<'_>, step: &str| {
        let now = browser.cookies["almoner"].clone();
        assert!(!seen.contains(&now), "{step} gives a new one");
        for old in &seen {
            let mut thief = site.browser();
            thief.cookies.insert("almoner".into(), old.clone());
            assert!(thief.get("/security").goes_to().starts_with("/sign-in?"), "{step}: an old one is dead");
        }
        seen.push(now);
    };
    browser.post("/sign-in", &[("address", &ann), ("password", PASSWORD)]);
    stepped(&browser, "the password");
    browser.get("/sign-in/code");
    assert_eq!(browser.post("/sign-in/code", &[("code", &next_code(&secret))]).goes_to(), "/");
    stepped(&browser, "the second factor");
    browser.enrol();
    stepped(&browser, "another second factor");
    let last = browser.cookies["almoner"].clone();
    browser.post("/sign-out", &[]);
    browser.cookies.insert("almoner".into(), last);
    assert!(browser.get("/").goes_to().starts_with("/sign-in"), "signed out is over");
}
