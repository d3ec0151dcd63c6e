//! Creating and editing accounts, their addresses and their members, in a browser.

use axum::http::StatusCode;
use domain::rights::Role;
use domain::status::Status;

use crate::web::tests::browser::{Browser, Page, Site};

const NEW: &str = "/accounts/new";

fn create(browser: &mut Browser<'_>, fields: &[(&str, &str)]) -> Page {
    browser.get(NEW);
    browser.post(NEW, fields)
}

// Proves: JML-03
#[test]
fn the_person_is_looked_for_before_an_account_is_made() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Featherstone");
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    let typed = [("kind", "user"), ("organisation", "RX1"), ("first_name", "Ann"), ("last_name", "Fetherstone")];
    let page = create(&mut browser, &typed);
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains(&ann) && page.text.contains("a name that differs by little"), "{}", page.text);
    assert!(page.text.contains("ann.fetherstone@mail.example") && page.text.contains("Create anyway"));
    assert_eq!(page.field("last_name"), "Fetherstone", "what was typed stays");
    let looked = page.field("looked");
    // Another name than the one that was looked for is looked for again.
    let other =
        [("kind", "user"), ("organisation", "RX1"), ("first_name", "Bea"), ("last_name", "Moss"), ("looked", &looked)];
    let page = create(&mut browser, &other);
    assert!(
        page.text.contains("Nobody alike was found") && page.text.contains("bea.moss@mail.example"),
        "{}",
        page.text
    );
    let fields: Vec<(&str, &str)> = typed.iter().copied().chain([("looked", looked.as_str())]).collect();
    let made = browser.post(NEW, &fields);
    assert_eq!(made.goes_to(), "/accounts/ann.fetherstone%40mail.example?done=created", "{}", made.text);
    assert_eq!(site.world.status("ann.fetherstone@mail.example"), Status::Pending);
    assert!(browser.get(made.goes_to()).text.contains("Created."));
    site.world.verify();
}

#[test]
fn hostile_names_are_refused_or_text_and_what_was_typed_stays() {
    let site = Site::new();
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    let long = "x".repeat(300);
    for (name, told) in [
        (long.as_str(), "300 characters are too many: shorten it to 64"),
        ("Lee\u{202e}gnp.exe", "control character (U+202E)"),
        ("Lee\u{200f}", "control character (U+200F)"),
        ("Lee\0Lee", "could not be read"),
        ("", "Last name: write one"),
        ("!!!", "no letter that an address can hold"),
    ] {
        let typed = [("kind", "user"), ("organisation", "RX1"), ("first_name", "Ann"), ("last_name", name)];
        let page = create(&mut browser, &typed);
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{name:?}");
        assert!(page.text.contains(told) && page.text.contains("role=\"alert\""), "{name:?}:\n{}", page.text);
        assert_eq!(page.field("first_name"), "Ann");
    }
    let script = "<script>alert(1)</script>";
    let typed = [("kind", "user"), ("organisation", "RX1"), ("first_name", "Ann"), ("last_name", script)];
    let page = create(&mut browser, &typed);
    let looked = page.field("looked").replace("&#60;", "<").replace("&#62;", ">");
    let fields: Vec<(&str, &str)> = typed.iter().copied().chain([("looked", looked.as_str())]).collect();
    let made = browser.post(NEW, &fields);
    assert!(made.goes_to().starts_with("/accounts/ann.script-alert-1-script%40"), "{} {}", made.status, made.text);
    let path = made.goes_to().split('?').next().unwrap().to_owned();
    for page in [browser.get(&path), browser.get(&format!("{path}/edit")), browser.get("/accounts?q=script")] {
        assert!(!page.text.contains("<script>") && page.status == StatusCode::OK, "{}", page.text);
    }
}

// Proves: SM-01, ORG-02
#[test]
fn a_mailbox_is_made_with_its_owners_and_what_is_wrong_is_told() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    for (organisation, name, owners, told) in [
        ("RX2", "Ward 2", "", "you do not administer it"),
        ("what?", "Ward 2", "", "ODS code"),
        ("RX1", "Ward <2>", "", "SM-01"),
        ("RX1", "Ward 2", "no.body@mail.example", "nobody has the address no.body@mail.example"),
    ] {
        let typed = [("kind", "shared"), ("organisation", organisation), ("display_name", name), ("owners", owners)];
        let page = create(&mut browser, &typed);
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{organisation} {name}");
        assert!(page.text.contains(told), "{organisation} {name} {owners}:\n{}", page.text);
    }
    let owners = format!("{}\r\n{admin}", ann.to_uppercase());
    let typed = [("kind", "shared"), ("organisation", "RX1"), ("display_name", "Ward 2"), ("owners", owners.as_str())];
    let page = create(&mut browser, &typed);
    assert!(page.text.contains("rx1.ward-2@mail.example"), "{}", page.text);
    let looked = page.field("looked");
    let fields: Vec<(&str, &str)> = typed.iter().copied().chain([("looked", looked.as_str())]).collect();
    assert_eq!(browser.post(NEW, &fields).goes_to(), "/accounts/rx1.ward-2%40mail.example?done=made");
    let page = browser.get("/mailboxes/rx1.ward-2@mail.example");
    assert!(page.text.contains(&ann) && page.text.contains(&admin), "{}", page.text);
}

// Proves: ROLE-05
#[test]
fn a_helpdesk_edits_and_does_not_create() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let desk = site.world.admin(Role::Helpdesk, "RX1", "Desk");
    let mut browser = site.signed_in(&desk);
    let typed = [("kind", "user"), ("organisation", "RX1"), ("first_name", "Bea"), ("last_name", "Moss")];
    let page = create(&mut browser, &typed);
    assert!(page.status == StatusCode::FORBIDDEN || page.text.contains("roles do not allow"), "{}", page.text);
    let page = browser.get(&format!("/accounts/{ann}/edit"));
    assert!(page.text.contains("name=\"job_title\"") && !page.text.contains("name=\"licence\""), "{}", page.text);
}

/// Sends an edit form as it stands, with some fields typed over.
fn edit(browser: &mut Browser<'_>, page: &Page, path: &str, typed: &[(&str, &str)]) -> Page {
    let names = ["title", "first_name", "last_name", "job_title", "telephone", "mobile", "unit", "local_id", "licence"];
    let mut fields: Vec<(String, String)> = vec![("version".into(), page.field("version"))];
    for name in names {
        let was = format!("was-{name}");
        fields.push((was.clone(), page.field(&was)));
        fields.push((name.into(), page.field(name)));
    }
    fields.push(("was-quota_mib".into(), page.field("was-quota_mib")));
    for (name, value) in typed {
        fields.retain(|(known, _)| known != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post(path, &fields)
}

#[test]
fn two_administrators_who_edit_one_account_see_what_changed_in_between() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let (one, two) =
        (site.world.admin(Role::LocalAdmin, "RX1", "One"), site.world.admin(Role::LocalAdmin, "RX1", "Two"));
    let (mut of_one, mut of_two) = (site.signed_in(&one), site.signed_in(&two));
    let path = format!("/accounts/{ann}/edit");
    let (first, second) = (of_one.get(&path), of_two.get(&path));
    let saved = edit(&mut of_one, &first, &path, &[("job_title", "Nurse"), ("note", "rang")]);
    assert_eq!(saved.goes_to(), "/accounts/ann.lee%40mail.example?done=edited", "{}", saved.text);
    let typed = [("job_title", "Matron"), ("telephone", "0131 496 0000")];
    let met = edit(&mut of_two, &second, &path, &typed);
    assert_eq!(met.status, StatusCode::CONFLICT);
    for told in ["Somebody changed it meanwhile", &one, "Nurse", "Job title"] {
        assert!(met.text.contains(told), "{told}:\n{}", met.text);
    }
    assert_eq!((met.field("job_title").as_str(), met.field("telephone").as_str()), ("Matron", "0131 496 0000"));
    assert_eq!(edit(&mut of_two, &met, &path, &[]).status, StatusCode::SEE_OTHER, "looked over and sent again");
    let page = of_one.get(&format!("/accounts/{ann}"));
    assert!(
        page.text.contains("Matron") && page.text.contains("0131 496 0000") && page.text.contains("rang"),
        "{}",
        page.text
    );
    let form = of_one.get(&path);
    let bad = edit(&mut of_one, &form, &path, &[("mobile", "ring me"), ("last_name", "")]);
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        bad.text.contains("Mobile: ") && bad.text.contains("Last name: ") && bad.field("mobile") == "ring me",
        "{}",
        bad.text
    );
    site.world.verify();
}

#[test]
fn services_are_switched_by_their_boxes() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    let path = format!("/accounts/{ann}/edit");
    for (on, off) in
        [(&["web", "meetings"][..], "audio"), (&["web", "meetings", "audio"], ""), (&[], "audio meetings web")]
    {
        let page = browser.get(&path);
        let mut typed = vec![("services-shown", "yes")];
        typed.extend(on.iter().map(|word| ("service", *word)));
        // The helper sends a field once; boxes come several times.
        let mut fields = vec![("version".to_owned(), page.field("version"))];
        for name in ["first_name", "last_name", "licence", "quota_mib", "services_off"] {
            fields.push((format!("was-{name}"), page.field(&format!("was-{name}"))));
        }
        let mut all: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        all.extend(typed);
        assert_eq!(browser.post(&path, &all).status, StatusCode::SEE_OTHER);
        assert_eq!(site.world.almoner.show(&site.world.operator(), &ann).unwrap().profile.services_off, off);
    }
}

#[test]
fn addresses_are_given_and_taken_away() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    let path = format!("/accounts/{ann}/addresses");
    browser.get(&path);
    let given = browser.post(&path, &[("alias", "annie")]);
    assert_eq!(given.goes_to(), "/accounts/ann.lee%40mail.example/addresses?done=added", "{}", given.text);
    assert!(browser.get(given.goes_to()).text.contains("annie@mail.example"));
    let again = browser.post(&path, &[("alias", "annie")]);
    assert!(
        again.status == StatusCode::UNPROCESSABLE_ENTITY && again.text.contains("value=\"annie\""),
        "{}",
        again.text
    );
    let taken = browser.post(&path, &[("alias", "annie@mail.example"), ("do", "remove")]);
    assert!(taken.goes_to().ends_with("done=removed"));
    assert!(browser.get(&path).text.contains("nobody else gets it"));
}

// Proves: SM-02, SM-06
#[test]
fn an_owner_manages_members_without_any_role() {
    let site = Site::new();
    let (ann, ben) = (site.world.user("RX1", "Ann", "Lee"), site.world.user("RX1", "Ben", "Ash"));
    let ward = site.world.shared("RX1", "Ward 2", &[&ann]);
    let mut browser = site.signed_in(&ann);
    assert!(browser.get("/mailboxes").text.contains(&ward));
    let path = format!("/mailboxes/{ward}");
    browser.get(&path);
    let added = browser.post(&path, &[("member", &ben), ("right", "send_as")]);
    assert!(added.goes_to().ends_with("done=set"), "{}", added.text);
    site.world.ask(&ben, &service::account::act::Request::MarkLeaver).unwrap();
    let page = browser.get(&path);
    assert!(
        page.text.contains("is leaving, and keeps access") && page.text.contains("send as the mailbox"),
        "{}",
        page.text
    );
    let nobody = browser.post(&path, &[("member", "no.body@mail.example")]);
    assert!(
        nobody.text.contains("Nobody who could be a member") && nobody.text.contains("value=\"no.body@mail.example\"")
    );
    let last = browser.post(&path, &[("member", &ann), ("do", "end")]);
    assert!(last.text.contains("name another owner first"), "{}", last.text);
    let mut of_ben = site.signed_in(&ben);
    assert!(of_ben.get(&path).text.contains("administrators, change the members"));
    assert!(browser.post(&path, &[("member", &ben), ("do", "end")]).goes_to().ends_with("done=ended"));
    assert_eq!(of_ben.get(&path).status, StatusCode::NOT_FOUND);
    site.world.verify();
}

#[test]
fn a_link_to_what_was_deleted_says_how_it_stands_and_to_what_never_was_that_it_is_not_there() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    site.world.ask(&ann, &service::account::act::Request::Delete).unwrap();
    let page = browser.get(&format!("/accounts/{ann}"));
    assert!(
        page.status == StatusCode::OK && page.text.contains("deleted") && page.text.contains("Restore"),
        "{}",
        page.text
    );
    browser.get(&format!("/accounts/{ann}"));
    assert_eq!(browser.post(&format!("/accounts/{ann}/disable"), &[]).status, StatusCode::NOT_FOUND);
    for path in
        ["/accounts/no.one@mail.example", "/accounts/no.one@mail.example/edit", "/mailboxes/no.one@mail.example"]
    {
        let page = browser.get(path);
        assert!(page.status == StatusCode::NOT_FOUND && page.text.contains("Page not found"), "{path}");
    }
}

#[test]
fn a_room_is_made_by_a_form_of_its_own_and_an_application_is_not() {
    let site = Site::new();
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    for (kind, field, not) in [
        ("user", "last_name", "owners"),
        ("shared", "owners", "last_name"),
        ("resource", "display_name", "first_name"),
        ("application", "last_name", "owners"),
        ("nonsense", "last_name", "owners"),
    ] {
        let page = browser.get(&format!("{NEW}?kind={kind}&organisation=RX1"));
        assert!(page.text.contains(&format!("name=\"{field}\"")), "{kind}:\n{}", page.text);
        assert!(!page.text.contains(&format!("name=\"{not}\"")), "{kind}");
    }
    let typed = [("kind", "resource"), ("organisation", "RX1"), ("display_name", "Seminar Room 3"), ("owners", "")];
    let page = create(&mut browser, &typed);
    assert!(page.text.contains("rx1.seminar-room-3@mail.example"), "{}", page.text);
    let looked = page.field("looked");
    let fields: Vec<(&str, &str)> = typed.iter().copied().chain([("looked", looked.as_str())]).collect();
    let made = browser.post(NEW, &fields);
    assert_eq!(made.goes_to(), "/accounts/rx1.seminar-room-3%40mail.example?done=made", "{}", made.text);
    let page = browser.get("/mailboxes/rx1.seminar-room-3@mail.example");
    assert!(page.text.contains("Nobody in use owns it"), "{}", page.text);
}

#[test]
fn a_mailbox_is_edited_by_its_name_and_a_helpdesk_does_not() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let ward = site.world.shared("RX1", "Ward 2", &[&ann]);
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let desk = site.world.admin(Role::Helpdesk, "RX1", "Desk");
    let path = format!("/accounts/{ward}/edit");
    let mut browser = site.signed_in(&admin);
    let page = browser.get(&path);
    for (name, shown) in [("display_name", true), ("licence", true), ("first_name", false), ("quota_mib", false)] {
        assert_eq!(page.text.contains(&format!(" name=\"{name}\"")), shown, "{name}:\n{}", page.text);
    }
    let sent = |browser: &mut Browser<'_>, page: &Page, name: &str| {
        let was = page.field("was-display_name");
        let version = page.field("version");
        let fields = [("version", version.as_str()), ("was-display_name", was.as_str()), ("display_name", name)];
        browser.post(&path, &fields)
    };
    let bad = sent(&mut browser, &page, "Ward <2>");
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bad.text.contains("SM-01") && bad.text.contains("Ward &#60;2&#62;"), "{}", bad.text);
    assert_eq!(sent(&mut browser, &page, "Ward 3").status, StatusCode::SEE_OTHER);
    assert!(browser.get(&format!("/accounts/{ward}")).text.contains("Ward 3"));
    let mut of_desk = site.signed_in(&desk);
    assert_ne!(of_desk.get(&path).status, StatusCode::OK);
    let shown = of_desk.get(&format!("/accounts/{ward}"));
    assert!(!shown.text.contains(">Edit</a>") && shown.text.contains(">Members</a>"), "{}", shown.text);
    assert!(of_desk.get(&format!("/mailboxes/{ward}")).text.contains("Add a member"), "but names its members");
}

#[test]
fn a_new_name_with_a_new_address_leads_to_the_account_under_it() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    let path = format!("/accounts/{ann}/edit");
    let page = browser.get(&path);
    assert!(page.text.contains("LEE, Ann (ORGANISATION RX1)"), "the generated name is shown:\n{}", page.text);
    let saved = edit(&mut browser, &page, &path, &[("last_name", "Ash"), ("new_address", "yes")]);
    assert_eq!(saved.goes_to(), "/accounts/ann.ash%40mail.example?done=edited", "{}", saved.text);
    let page = browser.get("/accounts/ann.ash@mail.example/addresses");
    for told in ["What the account is known by", "Of a former name; kept for good"] {
        assert!(page.text.contains(told), "{told}:\n{}", page.text);
    }
    assert!(!page.text.contains("Take away</button>"), "neither can be taken away:\n{}", page.text);
    assert_eq!(browser.get(&format!("/accounts/{ann}")).status, StatusCode::OK, "an old link still leads there");
    let nothing = browser.get("/accounts/ann.ash@mail.example/edit");
    let same = edit(&mut browser, &nothing, "/accounts/ann.ash@mail.example/edit", &[]);
    assert!(same.goes_to().ends_with("done=unchanged"), "{}", same.text);
}

// Proves: ROLE-01, ROLE-02
#[test]
fn an_administrator_of_a_unit_creates_and_edits_there_alone() {
    let site = Site::new();
    let una = site.world.user("RX1", "Una", "Unit");
    let code = domain::ids::OdsCode::parse("RX1").unwrap();
    let over = domain::rights::Scope::Unit(code, "Ward 2".into());
    site.world.almoner.grant(&site.world.operator(), &una, Role::LocalAdmin, &over).unwrap();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let mut browser = site.signed_in(&una);
    assert_eq!(browser.get(&format!("/accounts/{ann}/edit")).status, StatusCode::NOT_FOUND);
    for (unit, good) in [("", false), ("Ward 3", false), ("Ward 2", true)] {
        let typed =
            [("kind", "user"), ("organisation", "RX1"), ("first_name", "Bea"), ("last_name", "Moss"), ("unit", unit)];
        let page = create(&mut browser, &typed);
        assert_eq!(page.status == StatusCode::OK, good, "{unit}:\n{}", page.text);
        if good {
            let looked = page.field("looked");
            let fields: Vec<(&str, &str)> = typed.iter().copied().chain([("looked", looked.as_str())]).collect();
            assert_eq!(browser.post(NEW, &fields).status, StatusCode::SEE_OTHER);
        }
    }
    let path = "/accounts/bea.moss@mail.example/edit";
    let page = browser.get(path);
    let moved = edit(&mut browser, &page, path, &[("unit", "Ward 3")]);
    assert_eq!(moved.status, StatusCode::NOT_FOUND, "out of one's unit:\n{}", moved.text);
    let saved = edit(&mut browser, &page, path, &[("job_title", "Nurse")]);
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
}
