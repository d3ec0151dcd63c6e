//! Policies: read, compared, tried, proposed, put in force by two persons.

use axum::http::StatusCode;
use domain::rights::{Role, Scope};
use service::policy::shipped;

use crate::web::tests::browser::{Browser, Page, Site};

/// Somebody with a role over the federation, signed in.
fn central<'s>(site: &'s Site, role: Role, first: &str) -> Browser<'s> {
    let address = site.world.user("RX1", first, "Central");
    site.world.almoner.grant(&site.world.operator(), &address, role, &Scope::Federation).unwrap();
    site.signed_in(&address)
}

/// Looks until the work is done.
fn answered(browser: &mut Browser<'_>, sent: &Page) -> Page {
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    loop {
        let page = browser.get(sent.goes_to());
        if !page.text.contains("Look again") {
            return page;
        }
    }
}

fn quick() -> String {
    shipped("2018-09").unwrap().replace("\"2018-09\"", "\"quick\"").replace("idle = \"90 days\"", "idle = \"60 days\"")
}

fn ask(browser: &mut Browser<'_>, fields: &[(&str, &str)]) -> Page {
    browser.get("/policies/what-if");
    browser.post("/policies/what-if", fields)
}

// Proves: LC-18
#[test]
fn a_policy_is_read_as_a_page_and_compared_with_another() {
    let site = Site::new();
    let desk = site.world.admin(Role::Helpdesk, "RX1", "Desk");
    let mut browser = site.signed_in(&desk);
    let list = browser.get("/policies");
    assert!(list.text.contains("in force") && list.text.contains("2022-12"), "{}", list.text);
    assert!(!list.text.contains("what-if"), "a helpdesk asks no what-if");
    let (_, behind) = list.text.split_once("href=\"/policies/20").unwrap();
    let adopted = format!("/policies/20{}", behind.split('"').next().unwrap());
    for path in [adopted.as_str(), "/policies/2021-02"] {
        let page = browser.get(path);
        for part in ["No such signal for so long: inactive", "Notice before an automatic deletion", "14 days", "LC-06"]
        {
            assert!(page.text.contains(part), "{path}: {part}:\n{}", page.text);
        }
    }
    let diff = browser.get("/policies/diff?one=2018-09&other=2021-02");
    assert!(diff.text.contains("user.password_age") && diff.text.contains("differences"), "{}", diff.text);
    assert!(browser.get("/policies/diff?one=2018-09&other=2018-09").text.contains("the same"));
    for path in ["/policies/2099-01", "/policies/2018-01-01", "/policies/diff?one=2018-09&other=x"] {
        assert_eq!(browser.get(path).status, StatusCode::NOT_FOUND, "{path}");
    }
    let asked = ask(&mut browser, &[("policy", "2021-02"), ("days", "30"), ("organisations", "RX1")]);
    assert_eq!(asked.status, StatusCode::FORBIDDEN, "{}", asked.text);
}

// Proves: RUN-09, ROLE-02
#[test]
fn an_administrator_tries_a_policy_on_their_own_organisations_and_no_other() {
    let site = Site::new();
    site.world.user("RX1", "Ann", "Lee");
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    assert_eq!(browser.get("/policies/what-if").field("organisations"), "RX1");
    let fields = |codes| [("text", quick()), ("days", "120".to_owned()), ("organisations", codes)];
    let sent = |browser: &mut Browser<'_>, codes: &str| {
        let all = fields(codes.to_owned());
        let all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (*name, value.as_str())).collect();
        ask(browser, &all)
    };
    let asked = sent(&mut browser, "rx1");
    let page = answered(&mut browser, &asked);
    for part in ["What if quick", "active to inactive", "role=\"img\"", "<polyline", "ORGANISATION RX1", "Worst day"] {
        assert!(page.text.contains(part), "{part}:\n{}", page.text);
    }
    assert!(!page.text.contains("Propose"), "an operator proposes");
    let shown = browser.get(&format!("{}?step=active-%3Einactive", asked.goes_to()));
    assert!(shown.text.contains("selected>active to inactive"), "{}", shown.text);
    let file = browser.get(&format!("{}/file", asked.goes_to()));
    assert!(file.text.starts_with("Organisation,Day,Transition,Before,After\n"), "{}", file.text);
    assert!(file.text.lines().skip(1).all(|line| line.starts_with("RX1,")) && file.text.lines().count() > 1);
    for codes in ["", "RX2", "RX1 A81001"] {
        let refused = sent(&mut browser, codes);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{codes:?}");
        assert!(refused.text.contains("that you administer") || refused.text.contains("do not administer"));
    }
    let other = site.world.admin(Role::LocalAdmin, "RX1", "Other");
    let mut browser = site.signed_in(&other);
    for path in [asked.goes_to().to_owned(), format!("{}/file", asked.goes_to())] {
        assert_eq!(browser.get(&path).status, StatusCode::NOT_FOUND, "{path} is another's");
    }
}

// Proves: LC-18
#[test]
fn a_mistake_is_told_by_its_line_and_what_was_typed_stays() {
    let site = Site::new();
    let mut browser = central(&site, Role::Operator, "One");
    let broken = quick().replace("leaver = \"30 days\"", "leaver = \"30 dys\"");
    let page = ask(&mut browser, &[("text", &broken), ("begins", "2019-02-01"), ("days", "77")]);
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in ["<code>user.leaver</code>", "<strong>Line ", "30 dys", "role=\"alert\""] {
        assert!(page.text.contains(part), "{part}:\n{}", page.text);
    }
    assert_eq!((page.field("begins").as_str(), page.field("days").as_str()), ("2019-02-01", "77"));
    for (field, value, told) in [
        ("days", "0", "1 to 3650"),
        ("days", "many", "no number of days"),
        ("begins", "tomorrow", "no day"),
        ("begins", "2018-01-01", "is past"),
        ("organisations", "RX7", "does not exist"),
    ] {
        let mut fields = vec![("policy", "2021-02"), ("days", "30"), ("begins", ""), ("organisations", "")];
        fields.iter_mut().find(|(name, _)| *name == field).unwrap().1 = value;
        let page = ask(&mut browser, &fields);
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} {value}");
        assert!(page.text.contains(told), "{field} {value}: {told}:\n{}", page.text);
        assert_eq!(page.field(field), value);
    }
}

// Proves: LC-18, LC-19, RUN-09
#[test]
fn what_one_operator_tried_and_proposed_another_puts_in_force() {
    let site = Site::new();
    site.world.user("RX1", "Ann", "Lee");
    let (mut one, mut two) = (central(&site, Role::Operator, "One"), central(&site, Role::Operator, "Two"));
    let asked = ask(&mut one, &[("text", &quick()), ("begins", "2019-01-10"), ("days", "90")]);
    let page = answered(&mut one, &asked);
    assert!(page.text.contains("Propose quick"), "{}", page.text);
    let proposed = one.post(&format!("{}/propose", asked.goes_to()), &[("note", "fewer idle mailboxes")]);
    let proposal = proposed.goes_to().to_owned();
    assert!(proposal.starts_with("/policies/proposals/"), "{}", proposed.text);
    let own = one.get(&proposal);
    assert!(own.text.contains("another operator must put it in force") && !own.text.contains("/adopt\""));
    let forced = one.post(&format!("{proposal}/adopt"), &[]);
    assert_eq!(forced.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", forced.text);
    let seen = two.get(&proposal);
    for part in ["fewer idle mailboxes", "10 January 2019", "active to inactive", "user.idle", "60 days", "RX1"] {
        assert!(seen.text.contains(part), "{part}:\n{}", seen.text);
    }
    let mut auditor = central(&site, Role::Auditor, "Au");
    assert!(!auditor.get(&proposal).text.contains("<h2>Decide"));
    assert_eq!(auditor.post(&format!("{proposal}/adopt"), &[]).status, StatusCode::FORBIDDEN);
    let done = two.post(&format!("{proposal}/adopt"), &[]);
    assert_eq!(done.goes_to(), "/policies?done=adopted", "{}", done.text);
    let list = two.get("/policies?done=adopted");
    for part in ["coming", "quick", "moves nobody by itself", "adopted"] {
        assert!(list.text.contains(part), "{part}: the portal reads the new policy:\n{}", list.text);
    }
    assert!(two.post(&format!("{proposal}/end"), &[]).text.contains("adopted already"));
    let local = site.world.admin(Role::LocalAdmin, "RX1", "Local");
    assert_ne!(site.signed_in(&local).get(&proposal).status, StatusCode::OK);
}
