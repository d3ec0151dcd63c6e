//! Bulk files, joiners and selections in a browser.

use axum::http::StatusCode;
use domain::ctx::Ctx;
use domain::ids::OdsCode;
use domain::rights::Role;
use domain::status::Status;
use service::account::act::Request;
use service::import::kept::Places;
use store::file_job::{FileKind, FileState};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::web::jobs;
use crate::web::portal::UPLOADS;
use crate::web::tests::browser::{Browser, ORIGIN, Page, Site};
use crate::web::tests::net;

pub(super) const ACTIONS: &str = "Address,Action,Argument,Reason\n";
pub(super) const ACCOUNTS: &str = "ID,LocalId,Title,FirstName,LastName,DisplayName,Mobile,HideMobile,Telephone,JobTitle,OrganisationODS,Unit,Licence,Notes\n";

/// A form with a file, as a browser sends it.
pub(super) fn form(token: &str, kind: &str, name: &str, file: &str) -> String {
    let field = |name: &str, value: &str| {
        format!("--xYz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let head = "Content-Type: text/csv\r\n\r\n";
    let file =
        format!("--xYz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n{head}{file}\r\n");
    format!("{}{}{file}--xYz--\r\n", field("token", token), field("kind", kind))
}

pub(super) const MULTIPART: [(&str, &str); 2] =
    [("origin", ORIGIN), ("content-type", "multipart/form-data; boundary=xYz")];

pub(super) fn upload(browser: &mut Browser<'_>, kind: &str, name: &str, file: &str) -> Page {
    browser.get("/files");
    let body = form(&browser.token, kind, name, file);
    browser.send("POST", "/files", &MULTIPART, body)
}

/// The page of a file when nothing is at it any more.
pub(super) fn settled(site: &Site, browser: &mut Browser<'_>, path: &str) -> Page {
    site.portal().jobs.wait();
    browser.get(path)
}

// Proves: CSV-01, CSV-02, NTC-05
#[test]
fn a_file_is_checked_then_applied_and_every_line_comes_back_with_its_outcome() {
    let site = Site::new();
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    let file = format!("{ACCOUNTS},1,,Bea,Moss,,,,,,RX1,,,\n,2,,Cy,Dee,,ring me,,,,RX1,,,\n,3,,Dot,Fay,,,,,,RX2,,,\n");
    let sent = upload(&mut browser, "accounts", "new people.csv", &file);
    assert_eq!((sent.status, sent.goes_to()), (StatusCode::SEE_OTHER, "/files/1"), "{}", sent.text);
    let page = settled(&site, &mut browser, "/files/1");
    for told in
        ["new people.csv", "Apply 1 line<", "Mobile", "ring me", "7 to 15 digits", "RX2", "Nothing is changed yet"]
    {
        assert!(page.text.contains(told), "{told}:\n{}", page.text);
    }
    let checked = browser.get("/files/1/checked");
    assert!(checked.text.contains(",rejected,") && checked.text.contains(",good,"), "{}", checked.text);
    assert!(checked.headers["content-disposition"].to_str().unwrap().contains("new_people-checked.csv"));
    assert_eq!(browser.get("/files/1/outcome").status, StatusCode::NOT_FOUND, "it was not applied yet");
    assert!(!browser.get("/accounts?q=moss").text.contains("bea.moss"), "nothing was changed");
    browser.get("/files/1");
    assert_eq!(browser.post("/files/1", &[("do", "apply")]).goes_to(), "/files/1");
    let page = settled(&site, &mut browser, "/files/1");
    assert!(page.text.contains("It is applied") && page.text.contains("Created"), "{}", page.text);
    assert!(browser.get("/files/1/outcome").text.contains("created,bea.moss@mail.example"));
    let told = site.world.almoner.notices(&site.world.operator(), Some(&admin), None, 10).unwrap();
    let [told] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(told.notice.details[..3], ["File: new people.csv", "Lines: 3", "Created: 1"]);
    let notice = browser.get(&format!("/notices/{}", told.id));
    assert!(
        notice.text.contains("Your file was worked off") && notice.text.contains("- Rejected: 2"),
        "{}",
        notice.text
    );
    assert_eq!(site.world.status("bea.moss@mail.example"), Status::Pending);
    let twice = browser.post("/files/1", &[("do", "apply")]);
    assert!(twice.status == StatusCode::UNPROCESSABLE_ENTITY && twice.text.contains("not waiting"), "{}", twice.text);
    assert_eq!(upload(&mut browser, "accounts", "again.csv", &file).goes_to(), "/files/2");
    site.portal().jobs.wait();
    browser.get("/files/2");
    browser.post("/files/2", &[("do", "apply")]);
    assert!(settled(&site, &mut browser, "/files/2").text.contains("Unchanged"), "nobody is made twice");
    assert!(browser.get("/files").text.contains("again.csv"));
    site.world.verify();
}

#[test]
fn a_file_that_is_not_what_it_says_is_told_so() {
    let site = Site::new();
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    for (kind, name, file, told) in [
        ("actions", "book.csv", "PK\x03\x04rest", "a spreadsheet or an archive"),
        ("actions", "page.csv", "%PDF-1.7", "a PDF"),
        ("actions", "book.xlsx", ACTIONS, "is not called .csv"),
        ("actions", "csv", ACTIONS, "is not called .csv"),
        ("actions", "a.csv.exe", ACTIONS, "is not called .csv"),
        ("actions", "empty.csv", "", "is empty"),
        ("actions", "", ACTIONS, "Choose a file"),
        ("poems", "poem.csv", "roses", "Say what the file holds"),
    ] {
        let page = upload(&mut browser, kind, name, file);
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(page.text.contains(told) && page.text.contains("role=\"alert\""), "{name}:\n{}", page.text);
    }
    for (file, told) in [
        ("<html>", "the first line must be Address,Action,Argument,Reason"),
        (ACCOUNTS, "the first line must be Address,Action,Argument,Reason"),
        ("Address,Action,Argument,Reason\n\"never ends", "line 2"),
    ] {
        let sent = upload(&mut browser, "actions", "x.csv", file);
        let path = sent.goes_to().to_owned();
        let page = settled(&site, &mut browser, &path);
        assert!(page.text.contains(told) && page.text.contains("It was not done"), "{file}:\n{}", page.text);
        assert!(!page.text.contains(site.world.url().trim_start_matches("sqlite:")), "no path of the machine");
    }
    assert_eq!(pieces(&site).iter().filter(|name| name.starts_with("part-")).count(), 0);
}

/// What lies in the folder.
pub(super) fn pieces(site: &Site) -> Vec<String> {
    let Places { file, .. } = site.portal().spool.places(1);
    let all = std::fs::read_dir(file.parent().unwrap());
    all.into_iter().flatten().map(|one| one.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_file_that_is_too_long_is_told_the_limit() {
    let site = Site::with(|config| config.limits.upload = 2 * 1024 * 1024);
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    assert!(browser.get("/files").text.contains("2 MiB"), "it is told before");
    let page = upload(&mut browser, "actions", "x.csv", &"x".repeat(2 * 1024 * 1024 + 1));
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(page.text.contains("at most 2 MiB") && page.text.contains("Split it"), "{}", page.text);
    let huge = [MULTIPART[0], MULTIPART[1], ("content-length", "999999999")];
    let page = browser.send("POST", "/files", &huge, form(&browser.token, "actions", "x.csv", ACTIONS));
    assert!(page.text.contains("at most 2 MiB"), "{}", page.text);
    let page = upload(&mut browser, "actions", "x.csv", &"x".repeat(2 * 1024 * 1024));
    assert_eq!(page.status, StatusCode::SEE_OTHER, "the longest that may come");
}

/// The head of a form with a file, as it comes through a socket, and the form up to the file's first line.
fn begun(browser: &Browser<'_>, length: usize) -> String {
    let cookies: Vec<String> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let whole = form(&browser.token, "actions", "x.csv", ACTIONS);
    let (before, _) = whole.split_once("\r\n--xYz--").unwrap();
    format!(
        "POST /files HTTP/1.1\r\nhost: portal.test\r\norigin: {ORIGIN}\r\ncookie: {}\r\n\
         content-type: multipart/form-data; boundary=xYz\r\ncontent-length: {length}\r\n\r\n{before}",
        cookies.join("; ")
    )
}

/// Looks until it is so, as long as anything here may take.
async fn until(so: impl Fn() -> bool) {
    let looking = async {
        while !so() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(net::LONG, looking).await.expect("it comes to be so");
}

// Proves: CSV-02
#[test]
fn a_browser_that_closes_in_the_middle_of_two_million_lines_leaves_nothing() {
    const LINE: &str = "somebody.with.a.name@mail.example,disable,,\n";
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    browser.get("/files");
    let head = begun(&browser, 2_000_000 * LINE.len());
    // The portal goes on until the end: it is told to stop when this is dropped.
    let _portal = site.wait(async {
        let portal = net::running(&site, net::limits(), None).await;
        let mut stream = TcpStream::connect(portal.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        let some = LINE.repeat(10_000);
        for _ in 0..10 {
            stream.write_all(some.as_bytes()).await.unwrap();
        }
        until(|| pieces(&site).iter().any(|name| name.starts_with("part-"))).await;
        drop(stream);
        until(|| pieces(&site).is_empty()).await;
        until(|| site.portal().uploads.available_permits() == UPLOADS).await;
        portal
    });
    assert!(site.world.almoner.open_files().unwrap().is_empty(), "it is no file");
    let page = upload(&mut browser, "actions", "x.csv", &format!("{ACTIONS}{ann},disable,,\n"));
    assert_eq!(page.goes_to(), "/files/1", "the next one is the first");
    assert!(settled(&site, &mut browser, "/files/1").text.contains("Apply 1 line"));
}

#[test]
fn a_file_that_is_not_here_in_time_is_told_so_and_leaves_nothing() {
    let site = Site::with(|config| config.limits.upload_seconds = 1);
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    browser.get("/files");
    let head = begun(&browser, 100_000);
    site.wait(async {
        let portal = net::running(&site, net::limits(), None).await;
        let mut stream = TcpStream::connect(portal.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut said = vec![0; 64];
        let count = tokio::time::timeout(net::LONG, stream.read(&mut said)).await.unwrap().unwrap();
        let said = String::from_utf8(said[..count].to_vec()).unwrap();
        assert!(said.starts_with("HTTP/1.1 408"), "{said}");
    });
    assert!(pieces(&site).is_empty());
}

// Proves: CSV-02
#[test]
fn a_stop_leaves_a_file_between_two_batches_and_the_next_process_need_not_wait() {
    let site = Site::new();
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let (ctx, almoner) = (site.world.person(&admin), &site.world.almoner);
    let id = almoner.keep_file(&ctx, FileKind::Actions, "x.csv", 1).unwrap();
    let lines = "nobody@mail.example,disable,,\n".repeat(400_000);
    site.portal().spool.write(id, format!("{ACTIONS}{lines}").as_bytes()).unwrap();
    jobs::start(&site.portal(), id);
    while almoner.file_of(&ctx, id).unwrap().stage.is_empty() {
        std::thread::yield_now();
    }
    site.portal().settle();
    let next = almoner.take_file(id, "the next", crate::clock::wall(), 60).unwrap();
    assert_eq!(next.map(|job| job.state), Some(FileState::Checking));
    jobs::start(&site.portal(), id);
    site.portal().jobs.wait();
    assert_eq!(almoner.file_of(&ctx, id).unwrap().holder, "the next", "whoever was told to stop begins nothing");
}

#[test]
fn files_are_kept_for_two_weeks_also_by_a_process_that_never_ends() {
    let site = Site::new();
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let (ctx, almoner) = (site.world.person(&admin), &site.world.almoner);
    let now = site.portal().times().0;
    for (days, name) in [(13, "young.csv"), (15, "old.csv")] {
        let ctx = Ctx { now: now.plus_seconds(-days * 24 * 60 * 60), ..ctx.clone() };
        let id = almoner.keep_file(&ctx, FileKind::Actions, name, 1).unwrap();
        site.portal().spool.write(id, ACTIONS.as_bytes()).unwrap();
    }
    jobs::tidy(&site.portal());
    let left: Vec<String> = almoner.files_of(&ctx, 9).unwrap().into_iter().map(|job| job.name).collect();
    assert_eq!((left.as_slice(), pieces(&site)), (&["young.csv".to_owned()][..], vec!["1.csv".to_owned()]));
}

#[test]
fn a_form_from_elsewhere_too_long_cut_or_packed_leaves_nothing() {
    let site = Site::with_files_of(1_000);
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    browser.get("/files");
    let good = form(&browser.token, "actions", "x.csv", ACTIONS);
    let long = form(&browser.token, "actions", "x.csv", &"x".repeat(1_001));
    let zip = [MULTIPART[0], MULTIPART[1], ("content-encoding", "gzip")];
    let stranger = [("origin", "https://evil.example"), MULTIPART[1]];
    let huge = [MULTIPART[0], MULTIPART[1], ("content-length", "999999999")];
    for (headers, body, status) in [
        (&MULTIPART[..], form("0000", "actions", "x.csv", ACTIONS), StatusCode::FORBIDDEN),
        (&stranger, good.clone(), StatusCode::FORBIDDEN),
        (&MULTIPART, long, StatusCode::PAYLOAD_TOO_LARGE),
        (&huge, good.clone(), StatusCode::PAYLOAD_TOO_LARGE),
        (&zip, good.clone(), StatusCode::UNPROCESSABLE_ENTITY),
        (&MULTIPART, good[..good.len() - 9].to_owned(), StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let page = browser.send("POST", "/files", headers, body.clone());
        assert_eq!(page.status, status, "{headers:?} {}", page.text);
        assert!(pieces(&site).is_empty(), "{headers:?}: {:?}", pieces(&site));
    }
    let page = site.browser().send("POST", "/files", &MULTIPART, good);
    assert!(page.goes_to().starts_with("/sign-in") && pieces(&site).is_empty(), "nobody's file is read");
}

// Proves: ROLE-02
#[test]
fn files_are_their_senders_and_a_helpdesk_sends_none() {
    let site = Site::new();
    let ann = site.world.user("RX2", "Ann", "Lee");
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let other = site.world.admin(Role::PrimaryLocalAdmin, "RX1", "Other");
    let desk = site.world.admin(Role::Helpdesk, "RX1", "Desk");
    let mut browser = site.signed_in(&admin);
    assert_eq!(upload(&mut browser, "actions", "x.csv", &format!("{ACTIONS}{ann},disable,,\n")).goes_to(), "/files/1");
    site.portal().jobs.wait();
    browser.get("/files/1");
    browser.post("/files/1", &[("do", "apply")]);
    let page = settled(&site, &mut browser, "/files/1");
    assert!(page.text.contains("or you may not see it"), "an account of others is as absent:\n{}", page.text);
    assert_eq!(site.world.status(&ann), Status::Active);
    let mut of_other = site.signed_in(&other);
    for path in ["/files/1", "/files/1/outcome", "/files/99", "/files/x"] {
        assert_eq!(of_other.get(path).status, StatusCode::NOT_FOUND, "{path}");
    }
    of_other.get("/files");
    assert_eq!(of_other.post("/files/1", &[("do", "apply")]).status, StatusCode::NOT_FOUND);
    let mut of_desk = site.signed_in(&desk);
    assert_ne!(of_desk.get("/files").status, StatusCode::OK);
    let signals = upload(&mut browser, "signals", "x.csv", "Address,Signal,Time\n");
    assert_ne!(signals.status, StatusCode::SEE_OTHER, "only for the federation");
}

// Proves: CSV-02, RUN-10
#[test]
fn a_file_that_was_killed_is_gone_on_with() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let ctx = site.world.person(&admin);
    let almoner = &site.world.almoner;
    let id = almoner.keep_file(&ctx, FileKind::Actions, "x.csv", 1).unwrap();
    site.portal().spool.write(id, format!("{ACTIONS}{ann},disable,,\n").as_bytes()).unwrap();
    // A process took it, and was killed a minute ago.
    let wall = crate::clock::wall();
    almoner.take_file(id, "dead", wall.plus_seconds(-61), 60).unwrap();
    jobs::resume(&site.portal());
    site.portal().jobs.wait();
    almoner.apply_file(&ctx, id).unwrap();
    jobs::resume(&site.portal());
    site.portal().jobs.wait();
    assert_eq!(site.world.status(&ann), Status::Disabled);
    assert!(site.signed_in(&admin).get(&format!("/files/{id}")).text.contains("It is applied"));
    // After its time it is gone, with its pieces.
    assert!(!pieces(&site).is_empty());
    assert_eq!(almoner.old_files(ctx.now.plus_seconds(1)).unwrap().len(), 1);
    site.portal().spool.remove(id);
    assert!(pieces(&site).is_empty());
}

// Proves: JML-03
#[test]
fn several_joiners_are_looked_at_then_taken_in() {
    let site = Site::new();
    let (ann, ben) = (site.world.user("RX2", "Ann", "Lee"), site.world.user("RX2", "Ben", "Ash"));
    let twin = site.world.user("RX1", "Ann", "Lee");
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    site.world.ask(&ann, &Request::MarkLeaver).unwrap();
    let mut browser = site.signed_in(&admin);
    browser.get("/joiners");
    let named = format!("{ann}, {ben}\r\nno.body@mail.example");
    let page = browser.post("/joiners", &[("organisation", "RX1"), ("addresses", &named)]);
    for told in ["1 of 3 can be done", "It goes from RX2 to RX1", &twin, "the same name", "or you may not see it"] {
        assert!(page.text.contains(told), "{told}:\n{}", page.text);
    }
    assert!(!page.text.contains("Ben Ash"), "who is no leaver is not shown to others");
    assert_eq!(site.world.status(&ann), Status::Leaver, "nothing is done yet");
    let sent = browser.post("/joiners", &[("organisation", "RX1"), ("addresses", &named), ("do", "yes")]);
    assert_eq!(sent.goes_to(), "/files/1", "{}", sent.text);
    let page = settled(&site, &mut browser, "/files/1");
    assert!(page.text.contains("It is applied"), "{}", page.text);
    assert_eq!(site.world.account(&ann).organisation, OdsCode::parse("RX1").unwrap());
    let wrong = browser.post("/joiners", &[("organisation", "RX2"), ("addresses", &named)]);
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY || wrong.text.contains("0 of 3"), "{}", wrong.text);
    site.world.verify();
}

// Proves: RUN-05
#[test]
fn a_selection_is_changed_as_one_and_what_is_too_much_is_held() {
    let site = Site::new();
    let all: Vec<String> = (0..9).map(|n| site.world.user("RX1", "Ann", &format!("Lee{}", "x".repeat(n)))).collect();
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    browser.get("/accounts?q=lee");
    let some: Vec<(&str, &str)> = all.iter().take(2).map(|one| ("account", one.as_str())).collect();
    let page = browser.post("/selection", &some);
    assert!(page.text.contains("What is to be done") && page.text.contains(&all[0]), "{}", page.text);
    let both = all[..2].join("\n");
    let page = browser.post("/selection", &[("action", "disable"), ("addresses", &both)]);
    assert!(page.text.contains("2 of 2 can be done") && page.text.contains("Becomes disabled"), "{}", page.text);
    let sent = browser.post("/selection", &[("action", "disable"), ("addresses", &both), ("do", "yes")]);
    assert!(settled(&site, &mut browser, sent.goes_to()).text.contains("It is applied"));
    assert_eq!(site.world.status(&all[0]), Status::Disabled);
    for (action, reason, told) in [("delete", "", "needs a reason"), ("licence", "", "name it"), ("explode", "", "")] {
        let page = browser.post("/selection", &[("action", action), ("addresses", &both), ("reason", reason)]);
        assert!(page.status.is_client_error() && page.text.contains(told), "{action}: {}", page.text);
    }
    let rest = all.join("\n");
    let fields = [("action", "delete"), ("addresses", rest.as_str()), ("reason", "a test"), ("do", "yes")];
    let sent = browser.post("/selection", &fields);
    let page = settled(&site, &mut browser, sent.goes_to());
    assert!(page.text.contains("A brake holds some of it"), "{}", page.text);
    assert_eq!(site.world.status(&all[8]), Status::Active);
    site.world.verify();
}
