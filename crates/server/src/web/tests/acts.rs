//! What an administrator does with an account, page by page.

use axum::http::StatusCode;
use domain::rights::Role;
use domain::status::Status;

use crate::web::tests::browser::Site;

// Proves: ROLE-09
#[test]
fn each_action_states_what_happens_then_does_it() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    for (action, fields, told, status) in [
        ("disable", &[][..], "cannot sign in", Status::Disabled),
        ("enable", &[], "can sign in again", Status::Active),
        ("leaver", &[], "told at once", Status::Leaver),
        ("cancel-leaver", &[], "active again", Status::Active),
        ("hide", &[], "no longer found", Status::Active),
        ("show", &[], "found in the directory again", Status::Active),
        ("delete", &[("reason", "a duplicate")], "without notice", Status::Deleted),
        ("restore", &[], "active again", Status::Active),
    ] {
        let path = format!("/accounts/{ann}/{action}");
        let page = browser.get(&path);
        assert!(page.text.contains(told), "{action} says {told}:\n{}", page.text);
        let done = browser.post(&path, fields);
        assert_eq!(done.goes_to(), format!("/accounts/{}?done={action}", ann.replace('@', "%40")), "{}", done.text);
        assert_eq!(site.world.status(&ann), status, "{action}");
        let shown = browser.get(done.goes_to());
        assert!(shown.text.contains("role=\"status\""), "{action} is said to be done");
    }
    let lines = site.world.almoner.history(&site.world.operator(), &ann).unwrap();
    let by_admin = lines.iter().filter(|line| line.actor == admin);
    assert!(by_admin.clone().count() >= 8 && by_admin.into_iter().all(|line| line.grant.is_some()), "{lines:?}");
}

#[test]
fn what_a_rule_refuses_is_told_where_it_was_typed() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let admin = site.world.admin(Role::PrimaryLocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    for (action, field, value, told) in [
        ("delete", "reason", "", "reason"),
        ("transfer", "organisation", "not a code", "ODS code"),
        ("transfer", "organisation", "RX9", "RX9"),
        ("transfer", "organisation", "RX2", "RX2"),
    ] {
        let path = format!("/accounts/{ann}/{action}");
        browser.get(&path);
        let page = browser.post(&path, &[(field, value)]);
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{action} {value:?}");
        assert!(page.text.contains(told) && page.text.contains("role=\"alert\""), "{action} {value}:\n{}", page.text);
        assert_eq!(page.field(field), value, "what was typed stays");
    }
    assert_eq!(site.world.status(&ann), Status::Active);
    assert_eq!(browser.get(&format!("/accounts/{ann}/restore")).status, StatusCode::NOT_FOUND, "it is not deleted");
    assert_eq!(browser.get(&format!("/accounts/{ann}/explode")).status, StatusCode::NOT_FOUND);
}

// Proves: PWD-03
#[test]
fn a_temporary_password_is_shown_once_and_ends_the_sessions() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let desk = site.world.admin(Role::Helpdesk, "RX1", "Desk");
    let mut of_ann = site.signed_in(&ann);
    let mut browser = site.signed_in(&desk);
    let path = format!("/accounts/{ann}/password");
    assert!(browser.get(&path).text.contains("Make sure that you are talking to the person"));
    assert!(browser.post(&path, &[]).text.contains("ROLE-08"), "not without a word on who it is");
    let page = browser.post(&path, &[("statement", "met her on the ward")]);
    let (_, behind) = page.text.split_once("class=\"secret\">").unwrap();
    let temporary = behind.split('<').next().unwrap();
    assert!(of_ann.get("/").goes_to().starts_with("/sign-in"), "signed out");
    assert!(!browser.get(&format!("/accounts/{ann}")).text.contains(temporary), "never again");
    let mut fresh = site.browser();
    fresh.post("/sign-in", &[("address", &ann), ("password", temporary)]);
    assert_eq!(fresh.get("/").goes_to(), "/sign-in/password");
}
