//! Whoever knows the password and has not done the rest: at each step, every page and form there is.

use axum::http::StatusCode;
use domain::rights::Role;

use crate::web::key::System;
use crate::web::routes::{Door, ROUTES};
use crate::web::tests::browser::{Browser, PASSWORD, Site};
use crate::web::tests::doors::{call, path};

/// Signs in with a temporary password; the password.
fn with_temporary<'s>(site: &'s Site, address: &str) -> (Browser<'s>, String) {
    let temporary = site.world.almoner.reset_password(&site.world.operator(), address, &System).unwrap();
    let mut browser = site.browser();
    browser.post("/sign-in", &[("address", address), ("password", &temporary)]);
    (browser, temporary)
}

/// The same, who then chose a password of their own.
fn with_own<'s>(site: &'s Site, address: &str) -> Browser<'s> {
    let (mut browser, temporary) = with_temporary(site, address);
    browser.get("/sign-in/password");
    browser.post("/sign-in/password", &[("current", &temporary), ("new", PASSWORD), ("again", PASSWORD)]);
    browser
}

/// Asks for everything, and gets nowhere but to the step that is next. Whoever has shown who they are may choose another
/// password meanwhile.
fn stays(site: &Site, mut browser: Browser<'_>, step: &str, steps: &[&str]) {
    let ann = site.world.user("RX1", "Ann", "Lee");
    let own = browser.get(step);
    assert_eq!(own.status, StatusCode::OK, "{step}: {}", own.text);
    let before = site.world.everything();
    for route in ROUTES.iter().filter(|route| route.path != "/sign-out") {
        let own = steps.contains(&route.path);
        if own && route.writes && route.path == "/sign-in/terms" {
            // Sent, it would be the step itself.
            continue;
        }
        let page = call(&mut browser, route, &ann);
        let what = format!("{step}: {} {}", if route.writes { "POST" } else { "GET" }, path(route, &ann));
        match route.door {
            Door::In | Door::Admin => {
                assert_eq!(page.status, StatusCode::SEE_OTHER, "{what}");
                assert!(page.goes_to().starts_with(step), "{what} goes to {}", page.goes_to());
            }
            Door::HalfIn if own => assert_ne!(page.status, StatusCode::SEE_OTHER, "{what}: {}", page.goes_to()),
            Door::HalfIn => {
                let back = page.status == StatusCode::SEE_OTHER && page.goes_to() == "/";
                assert!(back || page.status == StatusCode::NOT_FOUND, "{what}: {}\n{}", page.status, page.text);
            }
            Door::Nobody | Door::Anyone => {}
        }
        assert!(!page.text.contains("Ann Lee"), "{what}");
    }
    assert_eq!(site.world.everything(), before, "{step}: nothing was done");
    assert!(browser.get("/").goes_to().starts_with(step), "{step}: still there");
    assert!(browser.get("/accounts").goes_to().starts_with(step), "{step}: still there");
}

// Proves: MFA-01, ROLE-07
#[test]
fn before_the_second_factor_there_is_nothing_but_the_second_factor() {
    let site = Site::new();
    let admin = site.world.admin(Role::PrimaryLocalAdmin, "RX1", "Second");
    drop(site.signed_in(&admin));
    let mut browser = site.browser();
    browser.post("/sign-in", &[("address", &admin), ("password", PASSWORD)]);
    stays(&site, browser, "/sign-in/code", &["/sign-in/code", "/sign-in/code/passkey"]);
}

// Proves: PWD-03
#[test]
fn before_a_password_of_ones_own_there_is_nothing_but_the_password() {
    let site = Site::new();
    let ben = site.world.user("RX1", "Ben", "Ash");
    let (browser, _) = with_temporary(&site, &ben);
    stays(&site, browser, "/sign-in/password", &["/sign-in/password"]);
}

// Proves: ROLE-07
#[test]
fn before_a_grant_has_its_second_factor_there_is_nothing_but_to_set_it_up() {
    let site = Site::new();
    let admin = site.world.admin(Role::PrimaryLocalAdmin, "RX1", "Enrol");
    let browser = with_own(&site, &admin);
    stays(
        &site,
        browser,
        "/sign-in/authenticator",
        &["/sign-in/authenticator", "/security/passkeys", "/sign-in/password"],
    );
}

// Proves: LC-13
#[test]
fn before_the_terms_are_accepted_there_is_nothing_but_the_terms() {
    let site = Site::new();
    let new = site.world.try_user("RX1", "Cy", "Dee").unwrap();
    let browser = with_own(&site, &new);
    stays(&site, browser, "/sign-in/terms", &["/sign-in/terms", "/sign-in/password"]);
}

#[test]
fn an_administrator_with_a_temporary_password_shows_the_second_factor_first_and_then_chooses() {
    let site = Site::new();
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Both");
    drop(site.signed_in(&admin));
    let (browser, _) = with_temporary(&site, &admin);
    stays(&site, browser, "/sign-in/code", &["/sign-in/code", "/sign-in/code/passkey"]);
}
