//! Roles given, seen and ended in the browser.

use axum::http::StatusCode;
use domain::rights::{Role, Scope};

use crate::web::tests::browser::Site;

// Proves: ROLE-03, ROLE-09
#[test]
fn an_administrator_gives_and_ends_what_they_may() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let far = site.world.user("RX2", "Far", "Away");
    let local = site.world.admin(Role::LocalAdmin, "RX1", "Local");
    let mut browser = site.signed_in(&local);
    assert!(browser.get("/grants/give?organisation=RX1").text.contains("value=\"RX1\""));
    for (role, organisation, who, status) in [
        ("local_admin", "RX1", &ann, StatusCode::FORBIDDEN),
        ("primary_local_admin", "RX1", &ann, StatusCode::FORBIDDEN),
        ("operator", "RX1", &ann, StatusCode::UNPROCESSABLE_ENTITY),
        ("helpdesk", "RX2", &far, StatusCode::UNPROCESSABLE_ENTITY),
        ("helpdesk", "rx", &ann, StatusCode::UNPROCESSABLE_ENTITY),
        ("helpdesk", "RX1", &"no.such@mail.example".to_owned(), StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let page = browser.post("/grants/give", &[("address", who), ("role", role), ("organisation", organisation)]);
        assert_eq!(page.status, status, "{role} over {organisation}:\n{}", page.text);
        if status == StatusCode::UNPROCESSABLE_ENTITY {
            assert_eq!(page.field("address"), *who, "what was typed stays");
        }
    }
    let done = browser.post("/grants/give", &[("address", &ann), ("role", "helpdesk"), ("organisation", "rx1")]);
    let grant = done.goes_to().split('?').next().unwrap().to_owned();
    let page = browser.get(done.goes_to());
    assert!(page.text.contains("The role is given") && page.text.contains("Reset password"), "{}", page.text);
    let over = browser.get("/grants?over=rx1");
    assert!(over.text.contains(&ann) && over.text.contains(&local), "{}", over.text);
    let who = browser.get(&format!("/grants?who={}", ann.replace('@', "%40")));
    assert!(who.text.contains("the organisation RX1") && who.text.contains("never"), "{}", who.text);
    let about = browser.get(&format!("/grants?over={}", ann.replace('@', "%40")));
    assert!(about.text.contains(&local), "who may touch Ann: {}", about.text);
    let ended = browser.post(&format!("{grant}/end"), &[]);
    assert!(ended.goes_to().contains("done=ended"), "{}", ended.text);
    assert_eq!(browser.get(&grant).status, StatusCode::NOT_FOUND);
    let lines = site.world.almoner.history(&site.world.operator(), &ann).unwrap();
    let told: Vec<_> = lines.iter().filter(|line| line.object_type == "grant").collect();
    assert!(told.len() == 2 && told.iter().all(|line| line.actor == local && line.grant.is_some()), "{told:?}");
    site.world.verify();
}

// Proves: ROLE-04
#[test]
fn the_first_primary_administrator_is_appointed_with_a_confirmation_that_is_kept() {
    let site = Site::new();
    let ann = site.world.user("RX2", "Ann", "Lee");
    let operator = site.world.admin(Role::Helpdesk, "RX1", "Operator");
    site.world.almoner.grant(&site.world.operator(), &operator, Role::Operator, &Scope::Federation).unwrap();
    let mut browser = site.signed_in(&operator);
    let asked = [("address", ann.as_str()), ("role", "primary_local_admin"), ("organisation", "RX2")];
    let with = |more: &[(&'static str, &'static str)]| [&asked[..], more].concat();
    browser.get("/grants/give");
    for (more, told) in [
        (&[][..], "needs a confirmation (ROLE-04)"),
        (&[("name", "Pat Low"), ("office", "friend")], "choose who confirmed it"),
        (&[("name", "Pat Low"), ("office", "head_of_it"), ("on", "2019-02-30")], "does not exist"),
        (&[("name", "Pat Low"), ("office", "head_of_it"), ("on", "2019-01-02")], "today or a day before"),
    ] {
        let page = browser.post("/grants/give", &with(more));
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{more:?}");
        assert!(page.text.contains(told), "{more:?}:\n{}", page.text);
    }
    let done =
        browser.post("/grants/give", &with(&[("name", "Pat Low"), ("office", "head_of_hr"), ("on", "2018-12-31")]));
    let page = browser.get(done.goes_to());
    assert!(page.text.contains("Pat Low, head of hr, on 31 December 2018"), "{}", page.text);
    site.world.verify();
}

// Proves: ROLE-02
#[test]
fn grants_of_others_are_not_there() {
    let site = Site::new();
    let local = site.world.admin(Role::LocalAdmin, "RX1", "Local");
    let stranger = site.world.admin(Role::PrimaryLocalAdmin, "RX2", "Stranger");
    let id = site.world.almoner.grants_of(&site.world.operator(), &local).unwrap()[0].grant.id;
    let mut browser = site.signed_in(&stranger);
    for id in [id, 999] {
        assert_eq!(browser.get(&format!("/grants/{id}")).status, StatusCode::NOT_FOUND);
        assert_eq!(browser.post(&format!("/grants/{id}/end"), &[]).status, StatusCode::NOT_FOUND);
    }
    for query in ["over=RX1", "over=RX7", &format!("over={local}"), &format!("who={local}"), "who=no.such@mail.example"]
    {
        let page = browser.get(&format!("/grants?{query}"));
        assert!(page.text.contains("or you may not see it"), "{query}:\n{}", page.text);
    }
    let mut local = site.signed_in(&local);
    let page = local.get("/grants?over=RX1");
    assert!(!page.text.contains("operator@"), "national roles are counted, not named");
    let roles = local.get("/roles");
    assert!(roles.text.contains("Grant national") && roles.text.contains("Primary local admin"), "{}", roles.text);
}
