//! Being somebody of a demonstration; and that nobody is anybody elsewhere.

use axum::http::StatusCode;
use domain::rights::Role;
use service::demo::cast::Part;
use service::federation::{Almoner, Founding};
use service::identity::Key;
use testkit::databases::Database;

use crate::config::net::Networks;
use crate::web::key::System;
use crate::web::tests::browser::{Browser, ORIGIN, Page, Site};

fn play(browser: &mut Browser<'_>, part: &str, source: &str) -> Page {
    let headers =
        [("origin", ORIGIN), ("content-type", "application/x-www-form-urlencoded"), ("x-forwarded-for", source)];
    browser.send("POST", "/play", &headers, format!("part={part}"))
}

/// A federation of some people, and who of them can be played.
fn staged() -> Site {
    Site::prepared(
        |config| config.proxies = Networks::parse("192.0.2.7").unwrap(),
        |world, portal| {
            for number in 0..9 {
                world.user("RX1", "Ann", &format!("Lee{}", char::from(b'a' + number)));
            }
            world.admin(Role::LocalAdmin, "RX1", "Admin");
            portal.cast = world.almoner.cast(&world.operator(), "RX1", &Key([5; 32]), &System).unwrap();
        },
    )
}

#[test]
fn one_click_makes_each_kind_of_person_who_is_in_at_once() {
    let site = staged();
    let cast = site.portal().cast.clone();
    let kinds: Vec<_> = cast.iter().map(|part| part.kind).collect();
    assert_eq!(
        kinds,
        [
            "A user",
            "Helpdesk",
            "Local administrator",
            "Primary local administrator",
            "Sector team",
            "National helpdesk",
            "Auditor",
            "Operator",
            "Second operator"
        ]
    );
    let page = site.browser().get("/sign-in");
    for Part { kind, address, .. } in &cast {
        assert!(page.text.contains(kind) && page.text.contains(address), "{kind}: {}", page.text);
    }
    assert!(page.text.contains("anybody here signs in as anybody"), "loudly marked");
    for (number, part) in cast.iter().enumerate() {
        let mut browser = site.browser();
        assert_eq!(play(&mut browser, &number.to_string(), "127.0.0.1").goes_to(), "/", "{}", part.kind);
        let home = browser.get("/");
        assert_eq!(home.status, StatusCode::OK, "{}: {}", part.kind, home.goes_to());
        assert!(home.text.contains(&part.address) && home.text.contains("anybody here signs in as anybody"));
        let admin = if part.kind == "A user" { StatusCode::NOT_FOUND } else { StatusCode::OK };
        assert_eq!(browser.get("/accounts").status, admin, "{}", part.kind);
    }
}

#[test]
fn nobody_is_played_from_elsewhere_or_who_is_not_in_the_cast() {
    let site = staged();
    for (part, source) in
        [("0", "192.0.2.8"), ("0", "2001:db8::1"), ("9", "127.0.0.1"), ("-1", "::1"), ("", "::1"), ("ann", "::1")]
    {
        let mut browser = site.browser();
        assert_eq!(play(&mut browser, part, source).status, StatusCode::NOT_FOUND, "{part} from {source}");
        assert!(browser.cookies.is_empty());
    }
    let mut browser = site.browser();
    let headers = [("origin", "http://evil.example"), ("x-forwarded-for", "127.0.0.1")];
    assert_eq!(browser.send("POST", "/play", &headers, "part=0".to_owned()).status, StatusCode::FORBIDDEN);
}

#[test]
fn a_portal_that_made_no_demonstration_plays_nobody_also_of_a_rehearsal() {
    let site = Site::with(|config| config.proxies = Networks::parse("192.0.2.7").unwrap());
    site.world.user("RX1", "Ann", "Lee");
    assert!(site.world.almoner.rehearsal());
    let mut browser = site.browser();
    assert_eq!(play(&mut browser, "0", "127.0.0.1").status, StatusCode::NOT_FOUND);
    let page = browser.get("/sign-in");
    assert!(!page.text.contains("Or be somebody") && !page.text.contains("signs in as anybody"), "{}", page.text);
}

#[test]
fn a_real_federation_has_no_cast_and_lets_nobody_be_played() {
    let database = Database::sqlite();
    let policy = service::policy::shipped("2018-09").unwrap().to_owned();
    let founding = Founding { domain: "mail.example".into(), zone: "Europe/London".into(), policy, rehearsal: false };
    let now = crate::clock::wall();
    let ctx = domain::ctx::Ctx { actor: domain::rights::Actor::Console, now, wall: now };
    let almoner = Almoner::found(database.url(), &founding, &ctx).unwrap();
    let told = almoner.cast(&ctx, "RX1", &Key([5; 32]), &System).unwrap_err().to_string();
    assert!(told.contains("nobody is played"), "{told}");
    assert!(
        almoner.play(&ctx, "ann.lee@mail.example", "", &System).unwrap_err().to_string().contains("nobody is played")
    );
}
