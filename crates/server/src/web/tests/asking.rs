//! What is asked of the forecast and of policies in odd ways, and what every such question gets.

use axum::http::StatusCode;
use domain::rights::Role;
use service::account::act::Request;

use crate::web::tests::browser::Site;

/// An organisation with something of each kind ahead.
fn varied() -> Site {
    let site = Site::new();
    let world = &site.world;
    let [ann, ben, cy] = ["Ann", "Ben", "Cy"].map(|first| world.user("RX1", first, "Lee"));
    world.ask(&ann, &Request::MarkLeaver).unwrap();
    world.ask(&ben, &Request::Disable).unwrap();
    world.ask(&cy, &Request::Delete).unwrap();
    world.user("RX1", "Dee", "Lee");
    site
}

// Proves: RUN-07
#[test]
fn each_step_is_shown_alone_and_together_they_are_all() {
    let site = varied();
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    let rows = |text: &str| text.lines().skip(1).count();
    let all = rows(&browser.get("/forecast/file?days=400").text);
    let mut together = 0;
    for (step, words, who) in [
        ("pending->inactive", "pending > inactive", None),
        ("active->inactive", "active > inactive", Some("dee.lee")),
        ("active->deleted", "active > deleted", None),
        ("inactive->deleted", "inactive > deleted", Some("dee.lee")),
        ("leaver->deleted", "leaver > deleted", Some("ann.lee")),
        ("disabled->deleted", "disabled > deleted", None),
        ("deleted->purged", "deleted > purged", Some("cy.lee")),
    ] {
        let step = step.replace('>', "%3E");
        let file = browser.get(&format!("/forecast/file?days=400&step={step}"));
        assert!(file.text.lines().skip(1).all(|line| line.contains(words)), "{step}:\n{}", file.text);
        assert_eq!(file.text.contains("@mail.example"), who.is_some(), "{step}:\n{}", file.text);
        assert!(who.is_none_or(|who| file.text.contains(who)), "{step}:\n{}", file.text);
        let page = browser.get(&format!("/forecast?days=400&step={step}"));
        assert_eq!(page.status, StatusCode::OK, "{step}");
        assert_eq!(page.text.contains("nothing of that happens"), who.is_none(), "{step}");
        together += rows(&file.text);
    }
    assert_eq!(together, all);
}

#[test]
fn odd_questions_get_an_answer_that_says_what_was_understood() {
    let site = varied();
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    for (query, days) in [
        ("", "30"),
        ("days=0", "1"),
        ("days=1", "1"),
        ("days=400", "400"),
        ("days=401", "400"),
        ("days=-5", "30"),
        ("days=many", "30"),
        ("days=70000", "30"),
        ("step=notice", "30"),
        ("step=nonsense", "30"),
        ("on=2019-02-30", "30"),
        ("behind=x&after=y", "30"),
        ("organisation=&organisation=", "30"),
    ] {
        let page = browser.get(&format!("/forecast?{query}"));
        assert_eq!(page.status, StatusCode::OK, "{query}");
        assert_eq!(page.field("days"), days, "{query}");
        assert!(page.text.contains("RX1"), "{query}");
    }
    let wrong = browser.get("/forecast?organisation=%3Cb%3E");
    assert!(wrong.text.contains("role=\"alert\"") && !wrong.text.contains("<b>"), "{}", wrong.text);
    let before = browser.get("/forecast?days=60&behind=2019-01-31&after=zzz");
    assert!(!before.text.contains("leaver since"), "what comes before the key is not shown again");
    let many: Vec<String> = (0..60).map(|n| format!("organisation=RX{n}")).collect();
    assert_eq!(browser.get(&format!("/forecast?{}", many.join("&"))).status, StatusCode::NOT_FOUND);
}

// Proves: LC-18
#[test]
fn the_shipped_policies_are_told_in_words_with_their_own_values() {
    let site = Site::new();
    let desk = site.world.admin(Role::Helpdesk, "RX1", "Desk");
    let mut browser = site.signed_in(&desk);
    for (name, parts) in [
        ("2018-09", &["90 days", "18 months", "180 days", "mailbox login"][..]),
        ("2021-02", &["365 days", "A password older than this: inactive", "30 days"][..]),
        ("2022-12", &["portal login", "app use", "30 days"][..]),
    ] {
        let page = browser.get(&format!("/policies/{name}"));
        for part in parts {
            assert!(page.text.contains(part), "{name}: {part}:\n{}", page.text);
        }
        for heading in ["Accounts by kind", "Notices", "The daily run", "Brakes", "Signing in", "Addresses"] {
            assert!(page.text.contains(&format!("<h2>{heading}</h2>")), "{name}: {heading}");
        }
        for kind in ["user", "shared", "application", "resource"] {
            assert!(page.text.contains(&format!("<th scope=\"col\">{kind}</th>")), "{name}: {kind}");
        }
        assert!(page.text.contains("It holds only once it is adopted"), "{name}");
        assert!(page.text.contains("name = &#34;"), "{name}: its file");
    }
    for (one, other, key) in [
        ("2018-09", "2021-02", "user.password_age"),
        ("2021-02", "2022-12", "user.signals"),
        ("2022-12", "2018-09", "user.idle"),
    ] {
        let page = browser.get(&format!("/policies/diff?one={one}&other={other}"));
        assert!(page.text.contains(&format!("<code class=\"quiet\">{key}</code>")), "{one} {other}:\n{}", page.text);
        for (side, chosen) in [("one", one), ("other", other)] {
            let (_, select) = page.text.split_once(&format!("id=\"{side}\"")).unwrap();
            let (_, behind) = select.split_once(" selected>").unwrap();
            assert!(behind.starts_with(chosen), "{side} {chosen}");
        }
    }
}
