//! The search page, and what an account's page says of it: columns, kept searches, files, consequences, who has left.

use axum::http::StatusCode;
use domain::ids::OdsCode;
use domain::rights::Role;
use service::account::act::Request;

use crate::web::tests::browser::Site;

#[test]
fn columns_and_filters_are_chosen_and_a_search_is_kept_under_a_name() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let ward = site.world.shared("RX1", "Ward Lee", &[&ann]);
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    for (query, found, not) in [
        ("q=lee", &ann, ""),
        ("q=lee&kind=user", &ann, ward.as_str()),
        ("q=lee&kind=shared", &ward, ann.as_str()),
        ("q=lee&status=active", &ward, "no such thing"),
    ] {
        let page = browser.get(&format!("/accounts?{query}"));
        assert!(page.text.contains(&format!(">{found}</a>")), "{query}:\n{}", page.text);
        assert!(not.is_empty() || !page.text.contains(&format!(">{not}</a>")), "{query}");
    }
    assert!(browser.get("/accounts?q=lee&unit=ward").text.contains("Nothing was found"));
    let page = browser.get("/accounts?q=lee&col=unit&col=licence&col=nonsense");
    assert!(page.text.contains("<th scope=\"col\">Licence</th>") && !page.text.contains("<th scope=\"col\">Kind</th>"));
    assert_eq!(page.field("query"), "q=lee&#38;col=unit&#38;col=licence");
    let query = "q=lee&col=unit&col=licence";
    let kept = browser.post("/accounts/searches", &[("name", "the <Lees>"), ("query", query)]);
    assert_eq!(kept.goes_to(), format!("/accounts?{query}"), "{}", kept.text);
    let page = browser.get("/accounts");
    assert!(page.text.contains("the &#60;Lees&#62;") && page.text.contains("q=lee&#38;col=unit"), "{}", page.text);
    let other = site.world.admin(Role::LocalAdmin, "RX1", "Other");
    assert!(!site.signed_in(&other).get("/accounts").text.contains("Lees"), "they are one's own");
    for (name, told) in [("", "has a name"), ("a\u{202e}b", "control character"), (&"x".repeat(65), "too many")] {
        let page = browser.post("/accounts/searches", &[("name", name), ("query", query)]);
        assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.text.contains(told), "{name:?} {}", page.text);
    }
    browser.post("/accounts/searches", &[("name", "the <Lees>"), ("do", "forget")]);
    assert!(!browser.get("/accounts").text.contains("Lees"));
    let elsewhere = browser.post("/accounts/searches", &[("name", "x"), ("query", "//evil.example\r\nx: y")]);
    assert!(elsewhere.goes_to().starts_with("/accounts?"), "{}", elsewhere.goes_to());
}

#[test]
fn all_that_is_found_is_downloaded_with_the_columns_that_are_shown() {
    let site = Site::new();
    for n in 0..120 {
        site.world.try_user("RX1", "Ann", &format!("Lee{}", "x".repeat(n % 20))).unwrap();
    }
    site.world.user("RX2", "Ann", "Lee");
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    let file = browser.get("/accounts.csv?q=ann&col=name&col=status");
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    let lines: Vec<&str> = file.text.lines().collect();
    assert!(lines[0].ends_with("Address,Name,Status") && lines.len() == 121, "{} lines, {}", lines.len(), lines[0]);
    assert!(file.text.contains("ann.lee@mail.example,Ann Lee,pending"), "{}", lines[1]);
    assert_eq!(browser.get("/accounts.csv?organisation=RX2").text.lines().count(), 1, "not of others");
    assert_eq!(browser.get("/accounts.csv?organisation=%3F%3F").status, StatusCode::UNPROCESSABLE_ENTITY);
}

// Proves: JML-01, JML-02, ROLE-06
#[test]
fn the_page_before_an_action_says_what_it_does_to_this_account() {
    let site = Site::new();
    let ann = site.world.admin(Role::Helpdesk, "RX1", "Lee");
    let ward = site.world.shared("RX1", "Ward 2", &[&ann]);
    let admin = site.world.admin(Role::PrimaryLocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    let page = browser.get(&format!("/accounts/{ann}/leaver"));
    for told in [
        "Ends: helpdesk over RX1 (ROLE-06)",
        &format!("It stays an owner of Ward 2 ({ward})"),
        // 1 January and 30 days.
        "it is deleted on 31 January 2019 (LC-06), unless",
    ] {
        assert!(page.text.contains(told), "{told}:\n{}", page.text);
    }
    let page = browser.get(&format!("/accounts/{ann}/delete"));
    assert!(page.text.contains("a restore brings that back") && page.text.contains("it is purged on"), "{}", page.text);
    let ben = site.world.user("RX1", "Ben", "Ash");
    let page = browser.get(&format!("/accounts/{ben}/leaver"));
    assert!(page.text.contains("holds no administration rights"), "{}", page.text);
    site.world.ask(&ben, &Request::Hold).unwrap();
    let page = browser.get(&format!("/accounts/{ben}/delete"));
    assert!(page.text.contains("As things stand it would be refused: a legal hold"), "{}", page.text);
}

// Proves: JML-08
#[test]
fn the_old_organisation_still_sees_what_happened_until_the_account_left() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let (old, new) =
        (site.world.admin(Role::LocalAdmin, "RX1", "Old"), site.world.admin(Role::LocalAdmin, "RX2", "New"));
    site.world.ask(&ann, &Request::MarkLeaver).unwrap();
    site.world.ask(&ann, &Request::Join(OdsCode::parse("RX2").unwrap())).unwrap();
    site.world.ask(&ann, &Request::Disable).unwrap();
    let path = format!("/accounts/{ann}");
    let page = site.signed_in(&old).get(&path);
    assert!(page.text.contains("has left your organisations") && page.text.contains("Marked leaver"), "{}", page.text);
    assert!(page.text.contains("Joined") && !page.text.contains("Disabled"), "and nothing behind it:\n{}", page.text);
    let page = site.signed_in(&new).get(&path);
    for told in ["Marked leaver", "RX1", "Disabled", "Last seen", "Leaver marked"] {
        assert!(page.text.contains(told), "{told}:\n{}", page.text);
    }
}

#[test]
fn each_column_shows_what_it_is_called_after() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    let path = format!("/accounts/{ann}/edit");
    let form = browser.get(&path);
    let seen = ["first_name", "last_name", "licence", "quota_mib"].map(|name| format!("was-{name}"));
    let mut fields: Vec<(&str, String)> = seen.iter().map(|name| (name.as_str(), form.field(name))).collect();
    fields.extend([
        ("version", form.field("version")),
        ("first_name", "Ann".to_owned()),
        ("last_name", "Lee".to_owned()),
        ("unit", "Ward 2".to_owned()),
        ("job_title", "Nurse".to_owned()),
        ("telephone", "0131 496 0000".to_owned()),
        ("mobile", "07700 900123".to_owned()),
        ("local_id", "4711".to_owned()),
        ("licence", "gold".to_owned()),
        ("hidden", "yes".to_owned()),
    ]);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(browser.post(&path, &fields).status, StatusCode::SEE_OTHER);
    for (word, heading, shown) in [
        ("name", "Name", "Ann Lee"),
        ("organisation", "Organisation", "ORGANISATION RX1"),
        ("unit", "Unit", "Ward 2"),
        ("kind", "Kind", "user"),
        ("status", "Status", "active"),
        ("next", "Next", "inactive on 1 April 2019"),
        ("job", "Job title", "Nurse"),
        ("telephone", "Telephone", "0131 496 0000"),
        ("mobile", "Mobile", "+447700900123"),
        ("number", "Local id", "4711"),
        ("licence", "Licence", "gold"),
        ("quota", "Quota in MiB", "4096"),
        ("hidden", "Hidden", "yes"),
        ("created", "Created", "1 January 2019"),
        ("since", "Status since", "1 January 2019"),
    ] {
        let page = browser.get(&format!("/accounts?q=ann.lee%40mail.example&col={word}"));
        assert!(page.text.contains(&format!("<th scope=\"col\">{heading}</th>")), "{word}");
        assert!(page.text.contains(&format!("<td>{shown}</td>")), "{word}:\n{}", page.text);
    }
    assert!(browser.get("/accounts?q=lee&unit=ward+2").text.contains(&ann));
    assert!(!browser.get("/accounts?q=lee&unit=ward+3").text.contains(&format!(">{ann}</a>")));
}

#[test]
fn a_long_result_goes_on_by_key_with_the_same_question() {
    let site = Site::new();
    for n in 0..60 {
        site.world.try_user("RX1", "Ann", &format!("Lee{}", "x".repeat(n % 20))).unwrap();
    }
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    let rows = |text: &str| text.matches("name=\"account\"").count();
    let page = browser.get("/accounts?q=ann&col=unit");
    assert_eq!(rows(&page.text), 50);
    let (_, behind) = page.text.split_once("href=\"/accounts?q=ann&#38;col=unit&#38;after=").unwrap();
    let next = format!("/accounts?q=ann&col=unit&after={}", behind.split('"').next().unwrap());
    let page = browser.get(&next);
    assert_eq!(rows(&page.text), 10, "{}", page.text);
    assert!(page.text.contains("<th scope=\"col\">Unit</th>") && !page.text.contains("Further accounts"));
}

#[test]
fn every_action_that_is_offered_has_a_page_that_says_what_it_does() {
    let site = Site::new();
    let admin = site.world.admin(Role::PrimaryLocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    for (request, actions) in [
        (None, &["leaver", "transfer", "disable", "password", "hide", "delete"][..]),
        (Some(Request::MarkLeaver), &["cancel-leaver", "join", "disable", "delete"]),
        (Some(Request::Disable), &["enable", "transfer", "delete"]),
        (Some(Request::Delete), &["restore"]),
    ] {
        let ann = site.world.user("RX1", "Ann", "Lee");
        if let Some(request) = &request {
            site.world.ask(&ann, request).unwrap();
        }
        let shown = browser.get(&format!("/accounts/{ann}"));
        for action in actions {
            let link = format!("href=\"/accounts/{}/{action}\"", ann.replace('@', "%40"));
            assert!(shown.text.contains(&link), "{request:?} offers {action}:\n{}", shown.text);
            let page = browser.get(&format!("/accounts/{ann}/{action}"));
            assert_eq!(page.status, StatusCode::OK, "{request:?} {action}");
            assert!(page.text.contains("What happens"), "{request:?} {action}");
            assert!(!page.text.contains("it would be refused"), "{request:?} {action}:\n{}", page.text);
        }
    }
}
