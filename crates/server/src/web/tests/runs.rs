//! Runs from the portal: previewed, begun, looked through, rolled back; and the waves of deletions.

use axum::http::StatusCode;
use domain::rights::{Role, Scope};
use domain::status::Status;
use service::account::act::Request;
use service::policy::shipped;
use testkit::world::World;

use crate::web::tests::browser::{Browser, Page, Site};

fn central<'s>(site: &'s Site, role: Role, first: &str) -> Browser<'s> {
    let address = site.world.user("RX1", first, "Central");
    site.world.almoner.grant(&site.world.operator(), &address, role, &Scope::Federation).unwrap();
    site.signed_in(&address)
}

/// Follows to the work that was begun, and looks until it is done.
fn followed(browser: &mut Browser<'_>, sent: &Page) -> Page {
    let mut to = sent.goes_to().to_owned();
    assert!(to.starts_with("/runs/at-work/"), "{}", sent.text);
    loop {
        let page = browser.get(&to);
        if page.status == StatusCode::SEE_OTHER {
            page.goes_to().clone_into(&mut to);
        } else if !page.text.contains("Look again") {
            return page;
        }
    }
}

/// A leaver who is deleted by the run of the portal's day.
fn leaver_of_yesterday() -> (Site, String) {
    let address = std::cell::RefCell::new(String::new());
    let site = Site::after(|world: &World| {
        let ann = world.user("RX1", "Ann", "Lee");
        world.ask(&ann, &Request::MarkLeaver).unwrap();
        world.days_pass(29);
        world.wait(1);
        *address.borrow_mut() = ann;
    });
    (site, address.into_inner())
}

// Proves: RUN-01, RUN-08, ROLE-02
#[test]
fn an_operator_previews_runs_and_rolls_back_and_sees_it_account_by_account() {
    let (site, ann) = leaver_of_yesterday();
    let mut browser = central(&site, Role::Operator, "One");
    browser.get("/runs");
    let sent = browser.post("/runs/preview", &[("on", "")]);
    let preview = followed(&mut browser, &sent);
    assert!(
        preview.text.contains("leaver to deleted") && preview.text.contains("Nothing was changed"),
        "{}",
        preview.text
    );
    assert_eq!(site.world.status(&ann), Status::Leaver);
    let wrong = browser.post("/runs/preview", &[("on", "soon")]);
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.text);
    let sent = browser.post("/runs/today", &[]);
    let run = followed(&mut browser, &sent);
    assert!(run.text.contains("leaver to deleted") && run.text.contains("came as forecast"), "{}", run.text);
    assert_eq!(site.world.status(&ann), Status::Deleted);
    let id = site.world.almoner.run_list(&site.world.operator(), 1).unwrap()[0].run.unwrap();
    let steps = browser.get(&format!("/runs/{id}/accounts"));
    assert!(steps.text.contains(&ann) && steps.text.contains("tag deleted"), "{}", steps.text);
    let asked = browser.get(&format!("/runs/{id}/rollback"));
    assert!(asked.text.contains("stay as they are"), "{}", asked.text);
    for (code, told) in [("RX9", StatusCode::NOT_FOUND), ("no code", StatusCode::UNPROCESSABLE_ENTITY)] {
        let page = browser.post(&format!("/runs/{id}/rollback/preview"), &[("organisation", code)]);
        assert_eq!(page.status, told, "{code}: {}", page.text);
    }
    let sent = browser.post(&format!("/runs/{id}/rollback/preview"), &[("organisation", "RX2")]);
    assert!(followed(&mut browser, &sent).text.contains("0 accounts would go back"));
    let sent = browser.post(&format!("/runs/{id}/rollback/preview"), &[("organisation", "rx1")]);
    let foretold = followed(&mut browser, &sent);
    assert!(foretold.text.contains("1 accounts would go back, 0 would stay"), "{}", foretold.text);
    assert_eq!(site.world.status(&ann), Status::Deleted, "a preview changes nothing");
    let sent = browser.post(&format!("/runs/{id}/rollback"), &[("organisation", &foretold.field("organisation"))]);
    let undone = followed(&mut browser, &sent);
    assert!(undone.text.contains(&format!("Rollback of {id} in RX1")), "{}", undone.text);
    assert_eq!(site.world.status(&ann), Status::Leaver);
    let back = site.world.almoner.run_list(&site.world.operator(), 1).unwrap()[0].run.unwrap();
    assert!(browser.get(&format!("/runs/{back}/accounts")).text.contains(&ann));
    let sent = browser.post(&format!("/runs/{back}/rollback"), &[("organisation", "")]);
    followed(&mut browser, &sent);
    assert_eq!(site.world.status(&ann), Status::Deleted, "a rollback is rolled back");
}

// Proves: ROLE-02
#[test]
fn only_an_operator_runs_and_rolls_back() {
    let (site, ann) = leaver_of_yesterday();
    let local = site.world.admin(Role::PrimaryLocalAdmin, "RX1", "Local");
    for mut browser in [central(&site, Role::Auditor, "Au"), site.signed_in(&local)] {
        browser.get("/");
        for path in ["/runs/preview", "/runs/today", "/runs/1/rollback", "/runs/1/rollback/preview"] {
            let page = browser.post(path, &[]);
            assert!(page.status.is_client_error(), "{path}: {}", page.status);
        }
        assert!(browser.get("/runs/1/rollback").status.is_client_error());
    }
    assert_eq!(site.world.status(&ann), Status::Leaver);
    let mut auditor = central(&site, Role::Auditor, "Second");
    assert!(!auditor.get("/runs").text.contains("Run today"));
    assert_eq!(auditor.get("/waves").status, StatusCode::OK);
}

// Proves: LC-16, RUN-04
#[test]
fn the_backlog_is_shown_with_its_days_under_the_caps() {
    let site = Site::after(|world: &World| {
        let text = shipped("2018-09").unwrap();
        let text = text.replace("deletions_per_organisation_per_day = 500", "deletions_per_organisation_per_day = 1");
        let people = ["Ann", "Ben", "Cy"].map(|first| world.user("RX1", first, "Lee"));
        let slow = world.adopt(&text.replace("\"2018-09\"", "\"slow\""), None);
        for one in &people {
            slow.ask(one, &Request::MarkLeaver).unwrap();
        }
        slow.days_pass(29);
        world.wait(30);
    });
    let mut browser = central(&site, Role::Operator, "One");
    let page = browser.get("/waves");
    for part in ["<dd>3</dd>", "1 in one organisation", "Days until all are done</dt><dd>3</dd>", "RX1", "role=\"img\""]
    {
        assert!(page.text.contains(part), "{part}:\n{}", page.text);
    }
    let none = Site::new();
    assert!(central(&none, Role::Operator, "One").get("/waves").text.contains("Nothing waits"));
}
