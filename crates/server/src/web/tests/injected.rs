//! What people type goes into headers, files, log lines and pages: nowhere does it become more than the text that it is.

use axum::http::StatusCode;
use domain::rights::{Role, Scope};
use service::account::act::Request;

use crate::config;
use crate::config::Level;
use crate::log::Log;
use crate::web::tests::browser::{ORIGIN, Site};
use crate::web::tests::files::{ACTIONS, MULTIPART, form, settled, upload};
use crate::web::tests::watching::Paper;

/// Names of files that mean harm.
const NAMES: [&str; 10] = [
    "../../etc/passwd.csv",
    "..\\..\\boot.TXT",
    "a\u{0}.csv",
    "x%0d%0aset-cookie: almoner=stolen.csv",
    "x\u{202e}vsc.csv",
    "<script>alert(1)</script>.csv",
    "; rm -rf /.csv",
    "\u{e9}t\u{e9}.csv",
    ".csv",
    "'x'; filename*=UTF-8''evil.csv",
];

#[test]
fn a_files_name_is_text_wherever_it_is_shown_and_plain_in_the_header_of_its_download() {
    let site = Site::new();
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    let long = format!("{}.csv", "x".repeat(300));
    for name in NAMES.into_iter().chain([long.as_str()]) {
        let sent = upload(&mut browser, "actions", name, ACTIONS);
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{name}: {}", sent.text);
        let path = sent.goes_to().to_owned();
        let page = settled(&site, &mut browser, &path);
        assert!(!page.text.contains("<script>") && !page.text.contains('\u{0}'), "{name}");
        let file = browser.get(&format!("{path}/checked"));
        let told = file.headers["content-disposition"].to_str().unwrap();
        let inside = told.strip_prefix("attachment; filename=\"").and_then(|rest| rest.strip_suffix('"')).unwrap();
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        assert!(inside.chars().all(plain) && inside.len() < 200, "{name}: {told}");
        assert!(inside.ends_with("-checked.csv"), "{name}: {told}");
        assert!(!file.headers.contains_key("set-cookie"), "{name}");
        browser.get(&path);
        browser.post(&path, &[("do", "refuse")]);
    }
    let list = browser.get("/files");
    assert!(!list.text.contains("<script>alert"), "{}", list.text);
    let kept = crate::web::tests::files::pieces(&site);
    let numbered = |name: &String| name.split_once('.').is_some_and(|(number, _)| number.parse::<u32>().is_ok());
    assert!(kept.iter().all(numbered), "a file lies under its number, whatever it is called: {kept:?}");
}

#[test]
fn a_part_of_a_form_cannot_name_headers_or_other_fields() {
    let site = Site::new();
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    browser.get("/files");
    let right = form(&browser.token, "actions", "x.csv", ACTIONS);
    for (from, to) in [
        ("name=\"kind\"", "name=\"kind\"; name=\"token\""),
        ("filename=\"x.csv\"", "filename=\"x.csv\r\nset-cookie: a=b\""),
        ("filename=\"x.csv\"", "filename=\"x.csv\"\r\nset-cookie: a=b"),
        ("Content-Type: text/csv", "Content-Type: text/html\r\nContent-Disposition: form-data; name=\"do\""),
    ] {
        let page = browser.send("POST", "/files", &MULTIPART, right.replace(from, to));
        let good = page.status == StatusCode::SEE_OTHER || page.status == StatusCode::UNPROCESSABLE_ENTITY;
        assert!(good, "{to}: {}", page.status);
        assert!(!page.headers.contains_key("set-cookie"), "{to}");
        site.portal().jobs.wait();
        browser.get("/files");
    }
}

#[test]
fn no_cell_of_any_download_begins_like_a_formula() {
    let site = Site::new();
    for (first, last) in [("=1+1", "Lee"), ("+44", "Ash"), ("-1", "Moss"), ("@SUM(A1)", "Day")] {
        let address = site.world.user("RX1", first, last);
        site.world.almoner.act(&site.world.operator(), &address, &Request::MarkLeaver, "=HYPERLINK(1)").unwrap();
    }
    let admin = site.world.admin(Role::PrimaryLocalAdmin, "RX1", "Admin");
    site.world.give(&admin, Role::Operator, &Scope::Federation).unwrap();
    let mut browser = site.signed_in(&admin);
    let reports =
        ["mailbox", "forecast", "run", "possible-duplicates", "ownerless", "administrators", "closed-organisations"];
    let mut paths: Vec<String> = reports.map(|report| format!("/reports/{report}/csv")).to_vec();
    paths.push("/accounts.csv?q=&organisation=RX1&column=name&column=first_name".to_owned());
    paths.push("/audit/csv?organisation=RX1".to_owned());
    paths.push("/forecast/file?days=400".to_owned());
    let mut lines = 0;
    for path in &paths {
        let file = browser.get(path);
        assert_eq!(file.status, StatusCode::OK, "{path}");
        assert!(file.headers["content-disposition"].to_str().unwrap().starts_with("attachment; filename=\""), "{path}");
        assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8", "{path}");
        for line in file.text.lines() {
            lines += 1;
            let cells = line.split(',').map(|cell| cell.trim_start_matches('"'));
            // What stands between quotes may hold a comma; its parts may begin so where a cell does not.
            let quoted = line.contains('"');
            for cell in cells.filter(|_| !quoted) {
                assert!(!cell.starts_with(['=', '+', '-', '@', '\t']), "{path}: {line}");
            }
        }
    }
    assert!(lines > 20, "{lines} lines were looked at");
    let mailboxes = browser.get("/reports/mailbox/csv").text;
    for cell in [",'=1+1 Lee,", ",'+44 Ash,", ",'-1 Moss,", ",'@SUM(A1) Day,"] {
        assert!(mailboxes.contains(cell), "{cell}:\n{mailboxes}");
    }
}

#[test]
fn a_request_cannot_write_a_line_of_the_log() {
    for json in [false, true] {
        let paper = Paper::default();
        let out = Box::new(paper.clone());
        let how = config::Log { json, level: Level::Debug };
        let site = Site::built(|_| {}, |portal| portal.log = Log::to(how, out));
        let mut browser = site.browser();
        let form = ("content-type", "application/x-www-form-urlencoded");
        let forged = "%0a2019-01-01T00:00:00Z%20error%20forged";
        for (method, path, body) in [
            ("GET", format!("/{forged}"), String::new()),
            ("GET", format!("/accounts/{forged}?q={forged}"), String::new()),
            ("POST", "/sign-in".to_owned(), format!("address={forged}&password={forged}")),
            ("FORGED", "/".to_owned(), String::new()),
        ] {
            let headers = [("origin", ORIGIN), form, ("user-agent", "a\tforged"), ("x-request-id", "forged")];
            browser.send(method, &path, &headers, body);
        }
        let text = String::from_utf8(paper.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text.lines().count(), 4, "{text}");
        let begins = if json { "{\"at\":\"2" } else { "2" };
        assert!(text.lines().all(|line| line.starts_with(begins)), "{text}");
        assert!(!text.to_lowercase().contains("forged"), "{text}");
    }
}

#[test]
fn what_a_browser_calls_itself_is_one_short_text() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    drop(site.signed_in(&ann));
    let mut browser = site.browser();
    let agent = format!("<b>\t{}", "x".repeat(500));
    let mut fields = form_urlencoded::Serializer::new(String::new());
    fields.append_pair("address", &ann).append_pair("password", crate::web::tests::browser::PASSWORD);
    let headers =
        [("origin", ORIGIN), ("content-type", "application/x-www-form-urlencoded"), ("user-agent", agent.as_str())];
    browser.send("POST", "/sign-in", &headers, fields.finish());
    let page = browser.get("/sessions");
    assert!(page.text.contains("&#60;b&#62;xxx") && !page.text.contains("<b>"), "{}", page.text);
    assert!(!page.text.contains(&"x".repeat(200)), "{}", page.text);
}
