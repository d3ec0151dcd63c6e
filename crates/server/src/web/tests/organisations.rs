//! Organisations: found by everybody, changed by those who may.

use axum::http::StatusCode;
use domain::rights::{Role, Scope};

use crate::web::tests::browser::Site;

// Proves: DIR-04
#[test]
fn a_primary_administrator_says_where_help_is_found_and_everybody_finds_it() {
    let site = Site::new();
    let primary = site.world.admin(Role::PrimaryLocalAdmin, "RX1", "Primary");
    let mut browser = site.signed_in(&primary);
    let old = browser.get("/organisations/RX1");
    let version = old.field("version");
    for (telephone, page, told) in [
        ("ring me", "", "telephone number"),
        ("", "javascript:alert(1)", "begins with https://"),
        ("", "http://a b", "no spaces"),
    ] {
        let fields = [("version", version.as_str()), ("telephone", telephone), ("page", page)];
        let wrong = browser.post("/organisations/RX1/support", &fields);
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text.contains(told), "{}", wrong.text);
        assert_eq!((wrong.field("telephone"), wrong.field("page")), (telephone.to_owned(), page.to_owned()));
    }
    let fields = [("version", version.as_str()), ("telephone", "01632 960001"), ("page", "https://help.example")];
    let done = browser.post("/organisations/RX1/support", &fields);
    assert_eq!(done.goes_to(), "/organisations/RX1?done=support", "{}", done.text);
    let late = browser.post("/organisations/RX1/support", &fields);
    assert_eq!(late.status, StatusCode::CONFLICT, "somebody else was faster");
    let mut anybody = site.signed_in(&site.world.user("RX2", "Any", "Body"));
    let page = anybody.get("/organisations/RX1");
    for shown in ["01632 960001", "https://help.example", "Admin Primary", "(Primary administrator)"] {
        assert!(page.text.contains(shown), "{shown}:\n{}", page.text);
    }
    assert!(!page.text.contains("<form class=\"card\""), "and changes nothing");
    assert!(!page.text.contains("Mailbox report"), "nor sees how many accounts there are");
    let lines = site.world.almoner.search_audit(&site.world.operator(), &search("support_set")).unwrap();
    assert_eq!((lines.len(), lines[0].actor.as_str()), (1, primary.as_str()));
    assert!(lines[0].grant.is_some());
    site.world.verify();
}

fn search(action: &str) -> store::audit::Search {
    let time = domain::time::Timestamp::from_second;
    store::audit::Search {
        actor: String::new(),
        object: String::new(),
        organisation: String::new(),
        action: action.to_owned(),
        rule: String::new(),
        from: time(0),
        until: time(i64::MAX),
        before: i64::MAX,
        limit: 9,
    }
}

// Proves: ROLE-02
#[test]
fn others_change_nothing() {
    let site = Site::new();
    let (local, elsewhere) =
        (site.world.admin(Role::LocalAdmin, "RX1", "Local"), site.world.admin(Role::PrimaryLocalAdmin, "RX2", "Two"));
    for (who, support) in [(&local, StatusCode::FORBIDDEN), (&elsewhere, StatusCode::NOT_FOUND)] {
        let mut browser = site.signed_in(who);
        assert!(!browser.get("/organisations/RX1").text.contains("Change where"));
        let status = browser.post("/organisations/RX1/support", &[("telephone", "1")]).status;
        assert_eq!(status, support, "{who}");
        for change in ["close", "open", "short-name", "successor"] {
            let status = browser.post(&format!("/organisations/RX1/{change}"), &[("short_name", "xx")]).status;
            assert_eq!(status, StatusCode::FORBIDDEN, "{who} {change}");
        }
        assert_eq!(browser.post("/organisations/RX1/explode", &[]).status, StatusCode::NOT_FOUND);
    }
    let mut browser = site.signed_in(&site.world.user("RX2", "Any", "Body"));
    assert_eq!(browser.get("/organisations/RX7").status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/organisations/%3Cb%3E").status, StatusCode::NOT_FOUND);
}

// Proves: ORG-02
#[test]
fn organisations_are_found_with_typing_errors_and_the_operator_records_what_becomes_of_them() {
    let site = Site::new();
    let operator = site.world.admin(Role::LocalAdmin, "RX1", "Operator");
    site.world.almoner.grant(&site.world.operator(), &operator, Role::Operator, &Scope::Federation).unwrap();
    let mut browser = site.signed_in(&operator);
    for (query, found, missing) in [
        ("q=a81", "A81001", ">RX1<"),
        ("q=organisation+rx1", ">RX1<", ">RX2<"),
        ("q=orgnisation", ">RX1<", "nothing at all"),
        ("sector=gp", "A81001", ">RX1<"),
        ("open=closed", "A81002", "A81001"),
        ("open=open", "A81001", "A81002"),
        ("q=nowhere", "None was found", ">RX1<"),
        ("after=RX1", ">RX2<", ">RX1<"),
    ] {
        let page = browser.get(&format!("/organisations?{query}"));
        assert!(page.text.contains(found) && !page.text.contains(missing), "{query}:\n{}", page.text);
    }
    for (code, change, fields, shown) in [
        ("RX2", "short-name", &[("short_name", "solent")][..], "solent"),
        ("RX2", "close", &[("on", "2019-01-01")], "closed"),
        ("RX2", "successor", &[("successor", "rx1")], "Followed by"),
        ("RX2", "open", &[], ">open<"),
    ] {
        browser.get(&format!("/organisations/{code}"));
        let done = browser.post(&format!("/organisations/{code}/{change}"), fields);
        assert_eq!(done.goes_to(), format!("/organisations/{code}?done={change}"), "{}", done.text);
        let page = browser.get(done.goes_to());
        assert!(page.text.contains(shown) && page.text.contains("role=\"status\""), "{change}:\n{}", page.text);
    }
    for (change, fields, told) in [
        ("short-name", &[("short_name", "X Y")][..], "small letters"),
        ("close", &[("on", "2019-02-31")], "does not exist"),
        ("successor", &[("successor", "RX2")], "own successor"),
    ] {
        let wrong = browser.post(&format!("/organisations/RX2/{change}"), fields);
        assert!(
            wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.text.contains(told),
            "{change}: {}",
            wrong.text
        );
        assert_eq!(wrong.field(fields[0].0), fields[0].1, "what was typed stays");
    }
    site.world.verify();
}
