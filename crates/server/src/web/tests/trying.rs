//! What somebody meets who tries policies and looks after runs: work of others, wrong numbers, hostile texts, proposals
//! that end, and what each page offers to whom.

use axum::http::StatusCode;
use domain::rights::{Role, Scope};
use service::account::act::Request;
use service::policy::proposal::Draft;
use service::policy::shipped;

use crate::web::tests::browser::{Browser, ORIGIN, Site};

fn central<'s>(site: &'s Site, role: Role, first: &str) -> Browser<'s> {
    let address = site.world.user("RX1", first, "Central");
    site.world.almoner.grant(&site.world.operator(), &address, role, &Scope::Federation).unwrap();
    site.signed_in(&address)
}

fn proposed(site: &Site, note: &str) -> i64 {
    let draft = Draft { text: shipped("2021-02").unwrap().to_owned(), note: note.to_owned(), ..Draft::default() };
    site.world.almoner.propose_policy(&site.world.operator(), &draft).unwrap()
}

// Proves: LC-18
#[test]
fn a_proposal_is_refused_by_another_and_taken_back_by_its_own() {
    let site = Site::new();
    let mut one = central(&site, Role::Operator, "One");
    let id = proposed(&site, "<script>alert(1)</script>\nsecond line");
    let page = one.get(&format!("/policies/proposals/{id}"));
    for part in ["second line", "Refuse it", "Put it in force", "No figures were kept with it", "1 February 2021"] {
        assert!(page.text.contains(part), "{part}:\n{}", page.text);
    }
    assert!(!page.text.contains("<script>"), "a note is text");
    let refused = one.post(&format!("/policies/proposals/{id}/end"), &[]);
    assert_eq!(refused.goes_to(), "/policies?done=refused", "{}", refused.text);
    let list = one.get("/policies?done=refused");
    assert!(list.text.contains("The proposal is refused.") && list.text.contains("refused</span>"), "{}", list.text);
    let ended = one.get(&format!("/policies/proposals/{id}"));
    assert!(!ended.text.contains("<h2>Decide") && ended.text.contains("by one.central@mail.example"), "{}", ended.text);
    let late = one.post(&format!("/policies/proposals/{id}/adopt"), &[]);
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(late.text.contains("is refused already"), "{}", late.text);
    for path in ["/policies/proposals/99", "/policies/proposals/x", "/policies/proposals/-1"] {
        assert_eq!(one.get(path).status, StatusCode::NOT_FOUND, "{path}");
        assert!(!one.post(&format!("{path}/adopt"), &[]).status.is_success(), "{path}");
    }
    assert_eq!(one.get("/policies?done=%3Cb%3E").text.matches("<b>").count(), 0);
}

#[test]
fn a_proposal_of_a_day_that_is_past_is_told_so_and_stays_open() {
    let site = Site::new();
    let text = shipped("2021-02").unwrap().to_owned();
    let from = Some(site.world.today().plus_days(1));
    let draft = Draft { text, from, ..Draft::default() };
    let id = site.world.almoner.propose_policy(&site.world.operator(), &draft).unwrap();
    let address = site.world.user("RX1", "One", "Central");
    site.world.almoner.grant(&site.world.operator(), &address, Role::Operator, &Scope::Federation).unwrap();
    let ctx = site.world.person(&address);
    site.world.wait(2);
    let late = domain::ctx::Ctx { now: site.world.operator().now, ..ctx };
    let told = site.world.almoner.adopt_proposal(&late, id).unwrap_err().to_string();
    assert!(told.contains("is past"), "{told}");
    let kept = site.world.almoner.proposal(&late, id).unwrap();
    assert_eq!(kept.stage, store::proposal::Stage::Open);
}

// Proves: ROLE-02
#[test]
fn work_and_its_results_are_found_by_whoever_asked_alone() {
    let site = Site::new();
    let (mut one, mut two) = (central(&site, Role::Operator, "One"), central(&site, Role::Operator, "Two"));
    one.get("/runs");
    let sent = one.post("/runs/preview", &[("on", "2019-01-05")]);
    let work = sent.goes_to().to_owned();
    assert!(work.starts_with("/runs/at-work/"), "{}", sent.text);
    two.get("/runs");
    assert_eq!(two.get(&work).status, StatusCode::NOT_FOUND);
    let page = loop {
        let page = one.get(&work);
        if !page.text.contains("Look again") {
            break page;
        }
    };
    assert!(page.text.contains("What a run of 5 January 2019 would do"), "{}", page.text);
    let number = work.rsplit('/').next().unwrap();
    for path in [
        format!("/policies/what-if/{number}"),
        format!("/policies/what-if/{number}/file"),
        "/runs/at-work/999".to_owned(),
        "/policies/what-if/999".to_owned(),
        "/runs/at-work/x".to_owned(),
        "/policies/what-if/-1".to_owned(),
    ] {
        assert_eq!(one.get(&path).status, StatusCode::NOT_FOUND, "{path}: other work than that");
    }
    for path in ["/runs/at-work/999", "/policies/what-if/999", "/policies/what-if/999/file"] {
        let page = one.get(path);
        assert!(page.text.contains("Not here any more") && page.text.contains("the portal was started anew"), "{path}");
        assert!(page.text.contains("Begin it again where you began it"), "{path}: {}", page.text);
    }
    let past = one.post("/runs/preview", &[("on", "2018-01-05")]);
    let told = loop {
        let page = one.get(past.goes_to());
        if !page.text.contains("Look again") {
            break page;
        }
    };
    assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(told.text.contains("is past"), "{}", told.text);
}

#[test]
fn a_policy_comes_as_a_file_and_what_was_typed_stays_whatever_is_wrong_with_it() {
    let site = Site::new();
    let mut one = central(&site, Role::Operator, "One");
    let shipped = shipped("2022-12").unwrap();
    let asked = |browser: &mut Browser<'_>, file: &str, days: &str| {
        browser.get("/policies/what-if");
        let field = |name: &str, value: &str| {
            format!("--xYz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let head = "Content-Disposition: form-data; name=\"file\"; filename=\"ours.toml\"\r\n\r\n";
        let fields = [("token", &*browser.token), ("policy", "2018-09"), ("text", ""), ("days", days), ("begins", "")];
        let fields: String = fields.map(|(name, value)| field(name, value)).concat();
        let body = format!("{fields}--xYz\r\n{head}{file}\r\n--xYz--\r\n");
        let headers = [("origin", ORIGIN), ("content-type", "multipart/form-data; boundary=xYz")];
        browser.send("POST", "/policies/what-if", &headers, body)
    };
    let page = asked(&mut one, &shipped.replace("pending = \"30 days\"", "pending = \"30 dyas\""), "42");
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for told in ["<strong>Line ", "user.pending", "30 dyas", "value=\"42\"", "name = &#34;2022-12&#34;"] {
        assert!(page.text.contains(told), "{told}:\n{}", page.text);
    }
    let page = asked(&mut one, shipped, "none");
    assert!(page.text.contains("is no number of days") && page.text.contains("name = &#34;2022-12&#34;"));
    let page = asked(&mut one, "PK\u{3}\u{4}\u{0}", "42");
    assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.text.contains("<strong>Line 1"), "{}", page.text);
    let page = asked(&mut one, &"# long\n".repeat(20_000), "42");
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE, "a file is no longer than a form");
    let sent = asked(&mut one, shipped, "42");
    assert!(sent.goes_to().starts_with("/policies/what-if/"), "{}", sent.text);
    let path = sent.goes_to().to_owned();
    let answered = loop {
        let page = one.get(&path);
        if !page.text.contains("Look again") {
            break page;
        }
    };
    assert!(answered.text.contains("2022-12"), "{}", answered.text);
    let page = asked(&mut one, "", "42");
    assert!(page.goes_to().starts_with("/policies/what-if/"), "no file was chosen: the policy of the list is meant");
}

#[test]
fn hostile_texts_in_a_policy_are_told_as_mistakes_and_shown_as_text() {
    let site = Site::new();
    let mut one = central(&site, Role::Operator, "One");
    one.get("/policies/what-if");
    for text in [
        "</textarea><script>alert(1)</script>",
        "name = \"<b>\"",
        "\u{202E}\u{0000}\u{FEFF}",
        "[[[[",
        &"a = 1\n".repeat(3_000),
        &"[".repeat(2_000),
    ] {
        let page = one.post("/policies/what-if", &[("text", text), ("days", "30")]);
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{text:.40}");
        assert!(page.text.contains("<strong>Line "), "{text:.40}:\n{:.3000}", page.text);
        for markup in ["<script>", "<b>"] {
            assert!(!page.text.contains(markup), "{text:.40}: {markup}");
        }
    }
    let long = "x".repeat(70_000);
    let page = one.post("/policies/what-if", &[("text", &long)]);
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[test]
fn pages_offer_each_role_what_it_may_do() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    site.world.ask(&ann, &Request::MarkLeaver).unwrap();
    for (role, runs, tries) in
        [(Role::Operator, true, true), (Role::Auditor, false, false), (Role::NationalHelpdesk, false, false)]
    {
        let mut browser = central(&site, role, role.as_str());
        let (list, policies) = (browser.get("/runs"), browser.get("/policies"));
        assert_eq!(list.text.contains("Run today"), runs, "{role}");
        assert_eq!(policies.text.contains("href=\"/policies/what-if\""), tries, "{role}");
        assert!(list.text.contains("href=\"/waves\""), "{role}");
        assert_eq!(browser.get("/policies/2021-02").text.contains("Change a copy"), tries, "{role}");
    }
    let mut local = site.signed_in(&site.world.admin(Role::LocalAdmin, "RX1", "Local"));
    let page = local.get("/policies");
    assert!(page.text.contains("href=\"/policies/what-if\"") && !page.text.contains("<h2>Proposals"), "{}", page.text);
    let copy = local.get("/policies/what-if?copy=2021-02");
    assert!(copy.text.contains("leaver = &#34;30 days&#34;"), "{}", copy.text);
    assert_eq!(local.get("/policies/what-if?copy=none").status, StatusCode::NOT_FOUND);
}
