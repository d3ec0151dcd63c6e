//! The page of secure domains.

use axum::http::StatusCode;
use domain::rights::{Role, Scope};

use crate::web::tests::browser::Site;

// Proves: SEM-01
#[test]
fn everybody_asks_whether_an_address_is_safe() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let mut browser = site.signed_in(&ann);
    for (address, told) in [
        ("bo@firm.cjsm.net", "Yes, bo@firm.cjsm.net is safe"),
        ("bo@mail.example", "inside the federation"),
        ("bo@elsewhere.example", "No, bo@elsewhere.example is not safe"),
        ("bo@cjsm.net", "Nobody vouches for cjsm.net"),
    ] {
        let page = browser.get(&format!("/secure?address={}", address.replace('@', "%40")));
        assert!(page.status == StatusCode::OK && page.text.contains(told), "{address}:\n{}", page.text);
    }
    let page = browser.get("/secure?address=bo");
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("write one as ann.lee@trust.example"), "{}", page.text);
    let list = browser.get("/secure");
    assert!(list.text.contains("*.gsi.gov.uk") && !list.text.contains("Add a domain"), "{}", list.text);
}

// Proves: SEM-01
#[test]
fn the_operator_adds_renews_and_takes_off_by_forms() {
    let site = Site::new();
    let chief = site.world.user("RX1", "Chief", "Lee");
    site.world.give(&chief, Role::Operator, &Scope::Federation).unwrap();
    let mut browser = site.signed_in(&chief);
    assert!(browser.get("/secure").text.contains("Add a domain"));
    let bad = browser.post("/secure/add", &[("domain", "*.uk"), ("on", "2019-01-01"), ("reference", "kept")]);
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bad.text.contains("is no domain") && bad.text.contains("value=\"kept\""), "{}", bad.text);
    let day = browser.post("/secure/add", &[("domain", "a.example"), ("on", "soon")]);
    assert!(day.text.contains("soon is no day"), "{}", day.text);
    let added = browser.post("/secure/add", &[("domain", "trust.example"), ("on", ""), ("reference", "<b>7</b>")]);
    assert_eq!(added.goes_to(), "/secure?done=added");
    let list = browser.get("/secure?done=added");
    assert!(list.text.contains("&#60;b&#62;7&#60;/b&#62;") && list.text.contains("Added"), "{}", list.text);
    let renewed = browser.post("/secure/renew", &[("domain", "trust.example"), ("on", ""), ("reference", "8")]);
    assert_eq!(renewed.goes_to(), "/secure?done=renewed");
    let removed = browser.post("/secure/remove", &[("domain", "trust.example")]);
    assert_eq!(removed.goes_to(), "/secure?done=removed");
    assert_eq!(browser.post("/secure/remove", &[("domain", "trust.example")]).status, StatusCode::NOT_FOUND);
    let admin = site.world.admin(Role::PrimaryLocalAdmin, "RX1", "Admin");
    let page = site.signed_in(&admin).post("/secure/add", &[("domain", "b.example")]);
    assert_eq!(page.status, StatusCode::FORBIDDEN, "{}", page.text);
}
