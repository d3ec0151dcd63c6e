//! The people finder, as anybody meets it.

use axum::http::StatusCode;
use domain::rights::Role;
use service::account::act::Request;
use service::account::setting::Setting;

use crate::web::tests::browser::Site;

// Proves: DIR-01
#[test]
fn anybody_finds_people_by_parts_of_names_with_typing_errors() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Featherstone");
    site.world.user("RX2", "Zoe", "Feather");
    let mut browser = site.signed_in(&site.world.user("A81001", "Any", "Body"));
    for (query, found) in [
        ("name=featherstone", true),
        ("name=FEATHERS", true),
        ("name=ann", true),
        ("name=ann+feath", true),
        ("name=featherstone+ann", true),
        ("name=fetherstone", true),
        ("name=ann+feathrestone", true),
        ("name=ann.featherstone%40mail.example", true),
        ("name=ann&organisation=RX1", true),
        ("organisation=rx1", true),
        ("name=featherstone&organisation=RX2", false),
        ("name=featherstone&work=surgeon", false),
        ("name=xxatherstone", false),
        ("name=f", false),
        ("name=smith", false),
    ] {
        let page = browser.get(&format!("/people?{query}"));
        assert_eq!(page.status, StatusCode::OK, "{query}");
        assert_eq!(page.text.contains(&ann), found, "{query}:\n{}", page.text);
    }
    assert!(browser.get("/people?name=fetherstone").text.contains("are like it"));
    assert!(browser.get("/people?organisation=RX7").text.contains("no organisation RX7"));
    assert!(browser.get("/people").text.contains("Type a part of a name"));
}

// Proves: DIR-03
#[test]
fn who_is_hidden_by_status_or_by_hand_is_found_nowhere() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&site.world.user("RX1", "Any", "Body"));
    let paths = [
        "/people?name=lee".to_owned(),
        "/people?organisation=RX1".to_owned(),
        format!("/people?name={ann}"),
        format!("/people/{ann}"),
    ];
    let mut seen = |shown: bool, why: &str| {
        for path in &paths {
            assert_eq!(browser.get(path).text.contains("Ann Lee"), shown, "{path} {why}");
        }
    };
    seen(true, "at first");
    site.world.ask(&ann, &Request::Set(Setting::Hidden(true))).unwrap();
    seen(false, "hidden by hand");
    site.world.ask(&ann, &Request::Set(Setting::Hidden(false))).unwrap();
    seen(true, "shown again");
    site.world.ask(&ann, &Request::MarkLeaver).unwrap();
    seen(false, "a leaver");
    site.world.ask(&ann, &Request::CancelLeaver).unwrap();
    site.world.ask(&ann, &Request::Delete).unwrap();
    seen(false, "deleted");
    let page = site.signed_in(&admin).get("/organisations/RX1");
    assert!(page.text.contains("Admin Admin") && page.text.contains("(Administrator)"), "{}", page.text);
}
