//! A session that ends in the middle of a form: nothing typed is lost, and nobody else finds it.

use axum::http::StatusCode;
use domain::rights::Role;
use domain::status::Status;

use crate::web::tests::browser::{Browser, PASSWORD, Page, Site, code_in};

const REASON: &str = "a duplicate of \"ann\" & <co>";

/// An administrator whose session ends while they fill in a form; what the form meets.
fn late<'s>(site: &'s Site, admin: &str, path: &str, fields: &[(&str, &str)]) -> (Browser<'s>, Page) {
    let mut browser = site.signed_in(admin);
    browser.get(path);
    site.world.almoner.end_sessions(site.world.account(admin).id).unwrap();
    let page = browser.post(path, fields);
    (browser, page)
}

fn sign_in(browser: &mut Browser<'_>, address: &str, kept: &str, password: &str) -> Page {
    let form = [("to", "/kept"), ("kept", kept), ("address", address), ("password", password)];
    browser.post("/sign-in", &form)
}

/// The fields of the form that is offered again.
fn offered(page: &Page) -> Vec<(String, String)> {
    let form = page.text.split("<form").find(|form| form.contains("name=\"kept\"")).unwrap();
    let hidden = form.split("<input type=\"hidden\" name=\"").skip(1).map(|tag| {
        let (name, rest) = tag.split_once("\" value=\"").unwrap();
        let value = rest.split_once("\">").unwrap().0;
        let plain = value.replace("&#34;", "\"").replace("&#60;", "<").replace("&#62;", ">").replace("&#38;", "&");
        (name.to_owned(), plain)
    });
    hidden.collect()
}

#[test]
fn what_was_typed_is_offered_again_and_sent_by_its_person_only() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut first = site.signed_in(&admin);
    let secret = first.enrol();
    let path = format!("/accounts/{ann}/delete");
    first.get(&path);
    site.world.almoner.end_sessions(site.world.account(&admin).id).unwrap();
    let mut browser = first;
    let page = browser.post(&path, &[("reason", REASON)]);
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.text.contains("session has ended") && !page.text.contains("duplicate"), "{}", page.text);
    let page = sign_in(&mut browser, &admin, &page.field("kept"), "wrong");
    assert!(!page.field("kept").is_empty(), "a wrong password loses nothing");
    let page = sign_in(&mut browser, &admin, &page.field("kept"), PASSWORD);
    assert_eq!(page.goes_to(), "/kept");
    assert_eq!(browser.get("/kept").goes_to(), "/sign-in/code?to=%2Fkept", "the second factor comes first");
    let page = browser.get("/sign-in/code?to=%2Fkept");
    let to = page.field("to");
    let page = browser.post("/sign-in/code", &[("to", &to), ("code", &code_in(&secret, 30))]);
    assert_eq!(page.goes_to(), "/kept", "{}", page.text);
    assert!(browser.get("/").text.contains("href=\"/kept\""), "the first page says so too");
    let page = browser.get("/kept");
    assert!(page.text.contains("duplicate of") && page.text.contains(&format!("action=\"/accounts/{ann}/delete\"")));
    assert_eq!(site.world.status(&ann), Status::Active, "nothing was done by itself");
    let fields = offered(&page);
    assert!(fields.contains(&("reason".to_owned(), REASON.to_owned())), "{fields:?}");
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let done = browser.post(&path, fields.get(1..).unwrap());
    assert!(done.goes_to().ends_with("done=delete"), "{}", done.text);
    assert_eq!(site.world.status(&ann), Status::Deleted);
    assert_eq!(browser.get("/kept").status, StatusCode::NOT_FOUND, "once");
}

#[test]
fn another_person_who_signs_in_there_does_not_get_it() {
    let site = Site::new();
    let (ann, ben) = (site.world.user("RX1", "Ann", "Lee"), site.world.user("RX1", "Ben", "Ash"));
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    drop(site.signed_in(&ben));
    let (mut browser, page) = late(&site, &admin, &format!("/accounts/{ann}/delete"), &[("reason", REASON)]);
    let kept = page.field("kept");
    assert_eq!(sign_in(&mut browser, &ben, &kept, PASSWORD).goes_to(), "/kept");
    let page = browser.get("/kept");
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(!page.text.contains("duplicate"), "{}", page.text);
    for broken in [kept.replace('a', "b"), kept[2..].to_owned(), "00".repeat(80), "x".to_owned()] {
        assert_eq!(sign_in(&mut site.browser(), &admin, &broken, PASSWORD).goes_to(), "/kept", "{broken}");
    }
    let temporary = site.world.almoner.reset_password(&site.world.operator(), &ann, &crate::web::key::System).unwrap();
    assert_eq!(sign_in(&mut site.browser(), &ann, &kept, &temporary).goes_to(), "/kept", "a temporary password");
    assert_eq!(site.world.status(&ann), Status::Active);
}

#[test]
fn passwords_codes_and_answers_are_not_kept_nor_forms_of_nobody_nor_very_long_ones() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let path = "/sessions/end";
    let secrets = [("session", "x"), ("password", "open sesame"), ("code", "123456"), ("answer-1", "rosebud")];
    let mut browser = site.signed_in(&ann);
    browser.get("/sessions");
    site.world.almoner.end_sessions(site.world.account(&ann).id).unwrap();
    let page = browser.post(path, &secrets);
    sign_in(&mut browser, &ann, &page.field("kept"), PASSWORD);
    let page = browser.get("/kept");
    assert!(page.text.contains("are not kept"), "{}", page.text);
    for (_, secret) in &secrets[1..] {
        assert!(!page.text.contains(secret), "{secret}");
    }
    let page = browser.post("/kept/drop", &[]);
    assert_eq!(page.goes_to(), "/");
    assert_eq!(browser.get("/kept").status, StatusCode::NOT_FOUND, "thrown away");

    site.world.almoner.end_sessions(site.world.account(&ann).id).unwrap();
    let long = browser.post(path, &[("session", &"x".repeat(20_000))]);
    assert_eq!(long.goes_to(), "/sign-in", "longer than what is kept");
    for path in ["/security/recovery-codes", "/sign-out"] {
        assert_eq!(browser.post(path, &[("password", PASSWORD)]).goes_to(), "/sign-in", "{path}");
    }
    browser.token = format!("{}.{}", "0".repeat(32), "00".repeat(60));
    assert_eq!(browser.post(path, &[("session", "x")]).goes_to(), "/sign-in", "a form that is not ours");
}

#[test]
fn a_form_of_the_session_before_is_offered_again_to_the_same_person() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let mut browser = site.signed_in(&ann);
    browser.get("/sessions");
    let old = browser.token.clone();
    browser.post("/sign-in", &[("address", &ann), ("password", PASSWORD)]);
    browser.token = old.clone();
    let page = browser.post("/sessions/end", &[("session", "another")]);
    assert_eq!(page.goes_to(), "/kept", "{}", page.text);
    assert!(browser.get("/kept").text.contains("another"));
    let ben = site.world.user("RX1", "Ben", "Ash");
    let mut of_ben = site.signed_in(&ben);
    of_ben.token = old;
    let page = of_ben.post("/sessions/end", &[("session", "another")]);
    assert_eq!(page.status, StatusCode::FORBIDDEN, "a form of somebody else's page");
    assert!(page.text.contains("This page is old"), "{}", page.text);
    assert_eq!(of_ben.get("/kept").status, StatusCode::NOT_FOUND);
}
