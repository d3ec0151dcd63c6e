//! The audit search, in the browser and as a file.

use axum::http::StatusCode;
use domain::rights::Role;
use service::account::act::Request;

use crate::web::tests::browser::Site;

// Proves: AUD-01
#[test]
fn what_was_done_just_now_is_found_by_whatever_is_known_of_it() {
    let site = Site::new();
    let (ann, bob) = (site.world.user("RX1", "Ann", "Lee"), site.world.user("RX1", "Bob", "Ray"));
    let far = site.world.user("RX2", "Far", "Away");
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    browser.get(&format!("/accounts/{ann}/disable"));
    browser.post(&format!("/accounts/{ann}/disable"), &[]);
    site.world.ask(&bob, &Request::Delete).unwrap();
    site.world.ask(&far, &Request::Disable).unwrap();
    let escaped = |text: &str| text.replace('@', "%40");
    for (query, found, missing) in [
        (String::new(), "Disabled", "far.away"),
        (format!("actor={}", escaped(&admin)), "Disabled", "Deleted"),
        (format!("object={}", escaped(&bob)), "Deleted", "Disabled"),
        ("group=delete&organisation=RX1".to_owned(), "Deleted", "Disabled"),
        ("group=create&organisation=RX1".to_owned(), "Created", "Disabled"),
        ("action=disabled&organisation=RX1".to_owned(), "Disabled", "Deleted"),
        ("type=grant&organisation=RX1".to_owned(), "Granted", "Disabled"),
        ("actor=operator".to_owned(), "Deleted", "far.away"),
        ("from=2019-01-01&until=2019-01-01&organisation=RX1".to_owned(), "Disabled", "far.away"),
        ("from=2019-01-02&organisation=RX1".to_owned(), "No line matches", "Disabled"),
        ("by=system&organisation=RX1".to_owned(), "No line matches", "Disabled"),
    ] {
        let page = browser.get(&format!("/audit?{query}"));
        assert_eq!(page.status, StatusCode::OK, "{query}");
        let (_, table) = page.text.split_once("</form>").unwrap();
        assert!(table.contains(found), "{query} finds {found}:\n{table}");
        assert!(!table.contains(missing), "{query} leaves {missing} out:\n{table}");
        let file = browser.get(&format!("/audit/csv?{query}"));
        assert!(file.text.starts_with("line,time,performer,target,"), "{query}: {}", file.text);
        assert!(!file.text.contains("far.away"), "{query}");
    }
    let page = browser.get(&format!("/audit?object={}", escaped(&ann)));
    assert!(page.text.contains("Status from active to disabled"), "{}", page.text);
}

// Proves: AUD-01, ROLE-02
#[test]
fn the_trail_of_others_is_not_there() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let stranger = site.world.admin(Role::LocalAdmin, "RX2", "Stranger");
    let mut browser = site.signed_in(&stranger);
    for path in ["/audit?organisation=RX1", "/audit/csv?organisation=RX1", "/audit?organisation=RX7"] {
        assert_eq!(browser.get(path).status, StatusCode::NOT_FOUND, "{path}");
    }
    for query in [format!("object={}", ann.replace('@', "%40")), "actor=operator".to_owned()] {
        assert!(!browser.get(&format!("/audit?{query}")).text.contains("Ann"), "{query}");
        assert!(!browser.get(&format!("/audit/csv?{query}")).text.contains("ann.lee"), "{query}");
    }
    let helpdesk = site.world.admin(Role::Helpdesk, "RX1", "Desk");
    assert_eq!(site.signed_in(&helpdesk).get("/audit").status, StatusCode::FORBIDDEN);
}
