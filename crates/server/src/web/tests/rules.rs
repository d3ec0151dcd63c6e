//! The page of out of office and forwarding: one's own, and somebody's.

use axum::http::StatusCode;
use domain::rights::Role;

use crate::web::tests::browser::{PASSWORD, Site};

// Proves: OOO-01
#[test]
fn a_person_sets_out_of_office_and_forwarding_on_one_page() {
    let site = Site::new();
    let (ann, ben) = (site.world.user("RX1", "Ann", "Lee"), site.world.user("RX1", "Ben", "Ash"));
    let mut browser = site.signed_in(&ann);
    assert!(browser.get("/").text.contains("href=\"/rules\""));
    let page = browser.get("/rules");
    assert_eq!(page.text.matches("It is off.").count(), 2, "{}", page.text);
    let away = |text: &'static str, until: &'static str| {
        [("do", "away"), ("text", text), ("outside", ""), ("from", ""), ("until", until), ("days", "5")]
    };
    let page = browser.post("/rules", &away("I am <b>away", "2001-01-01"));
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("has passed") && page.text.contains("I am &#60;b&#62;away"), "{}", page.text);
    assert!(browser.post("/rules", &away("x", "soon")).text.contains("soon is no day"));
    assert_eq!(browser.post("/rules", &away("I am <b>away\r\nuntil then", "")).goes_to(), "/rules?done=away");
    let page = browser.get("/rules?done=away");
    assert!(page.text.contains("Whoever writes is answered, until this is switched off"), "{}", page.text);
    assert!(page.text.contains("I am &#60;b&#62;away\nuntil then") && page.text.contains(&ann), "{}", page.text);
    let forward = |to: &str, password: &str| {
        [("do", "forward"), ("to", to), ("keep", "yes"), ("password", password)].map(|(a, b)| (a, b.to_owned()))
    };
    let mut send = |to: &str, password: &str| {
        let fields = forward(to, password);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browser.post("/rules", &fields)
    };
    assert!(send(&ben, "wrong").text.contains("The password is not right"));
    assert!(send("x@elsewhere.example", PASSWORD).text.contains("not forwarded to elsewhere.example"));
    assert_eq!(send(&ben, PASSWORD).goes_to(), "/rules?done=forward");
    let page = browser.get("/rules");
    assert!(page.text.contains(&format!("Mail goes on to {ben}; a copy stays here")), "{}", page.text);
    assert_eq!(browser.post("/rules", &[("do", "forward-off")]).goes_to(), "/rules?done=forward-off");
    assert_eq!(browser.post("/rules", &[("do", "away-off")]).goes_to(), "/rules?done=away-off");
    assert_eq!(browser.get("/rules").text.matches("It is off.").count(), 2);
}

// Proves: OOO-01, ROLE-02
#[test]
fn an_administrator_sets_it_for_somebody_who_sees_by_whom() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let desk = site.world.admin(Role::Helpdesk, "RX1", "Desk");
    let mut browser = site.signed_in(&desk);
    let path = format!("/accounts/{}/rules", ann.replace('@', "%40"));
    assert!(browser.get(&format!("/accounts/{ann}")).text.contains(&path));
    let fields = [("do", "away"), ("text", "Away."), ("outside", ""), ("from", ""), ("until", ""), ("days", "7")];
    assert_eq!(browser.get(&path).status, StatusCode::OK);
    assert_eq!(browser.post(&path, &fields).goes_to(), format!("{path}?done=away"));
    let page = site.signed_in(&ann).get("/rules");
    assert!(page.text.contains(&format!("Set by {desk}")), "{}", page.text);
}
