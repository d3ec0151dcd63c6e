//! Passwords for mail programs, made and removed in a browser.

use axum::http::StatusCode;

use crate::web::tests::browser::{PASSWORD, Site};

// Proves: MFA-01
#[test]
fn a_password_for_a_mail_program_is_shown_once_and_removed_by_saying_ones_own() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let mut browser = site.signed_in(&ann);
    browser.enrol();
    assert!(browser.get("/security").text.contains("href=\"/security/mail\""));
    let page = browser.get("/security/mail");
    assert!(page.text.contains("There is none yet") && page.text.contains("second factor"), "{}", page.text);
    let page = browser.post("/security/mail", &[("name", "My <b>telephone"), ("password", "wrong")]);
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("value=\"My &#60;b&#62;telephone\""), "what was typed is kept: {}", page.text);
    let page = browser.post("/security/mail", &[("name", " "), ("password", PASSWORD)]);
    assert!(page.text.contains("for which program"), "{}", page.text);
    let page = browser.post("/security/mail", &[("name", "My <b>telephone"), ("password", PASSWORD)]);
    assert_eq!(page.status, StatusCode::OK);
    let secrets: Vec<&str> =
        page.text.split("class=\"secret\">").skip(1).map(|s| s.split('<').next().unwrap()).collect();
    let [address, password] = secrets[..] else { panic!("{}", page.text) };
    assert_eq!((address, password.len()), (ann.as_str(), 23));
    let page = browser.get("/security/mail");
    assert!(page.text.contains("My &#60;b&#62;telephone") && !page.text.contains(password), "{}", page.text);
    let id = page.field("id");
    let page = browser.post("/security/mail/remove", &[("id", "x"), ("password", PASSWORD)]);
    assert!(page.text.contains("Choose a password of the list"), "{}", page.text);
    let page = browser.post("/security/mail/remove", &[("id", &id), ("password", PASSWORD)]);
    assert_eq!(page.goes_to(), "/security/mail?done=removed");
    let page = browser.get("/security/mail?done=removed");
    assert!(page.text.contains("can no longer sign in") && page.text.contains("There is none yet"), "{}", page.text);
    let page = browser.post("/security/mail/remove", &[("id", &id), ("password", PASSWORD)]);
    assert!(page.text.contains("removed already"), "{}", page.text);
}

#[test]
fn nobody_removes_a_password_of_somebody_else() {
    let site = Site::new();
    let (ann, ben) = (site.world.user("RX1", "Ann", "Lee"), site.world.user("RX1", "Ben", "Ash"));
    let mut hers = site.signed_in(&ann);
    hers.get("/security/mail");
    hers.post("/security/mail", &[("name", "Telephone"), ("password", PASSWORD)]);
    let id = hers.get("/security/mail").field("id");
    let mut his = site.signed_in(&ben);
    his.get("/security/mail");
    let page = his.post("/security/mail/remove", &[("id", &id), ("password", PASSWORD)]);
    assert!(page.text.contains("removed already"), "{}", page.text);
    assert!(hers.get("/security/mail").text.contains("Telephone"));
}
