//! What nobody may ever read in a log, an event or a page: passwords, codes, tokens, cookies, and whose they are.

use axum::http::StatusCode;
use domain::rights::Role;

use crate::config;
use crate::config::secret::{Hidden, Secret};
use crate::config::{Level, Sms, SmsKind};
use crate::log::Log;
use crate::sms::tests::Server;
use crate::web::key::System;
use crate::web::tests::browser::{Browser, PASSWORD, Site, code_in};
use crate::web::tests::files::{ACTIONS, settled, upload};
use crate::web::tests::recovering::{NEW, answer_questions, confirm_mobile, told};
use crate::web::tests::watching::Paper;

/// Everything that a person and an administrator do with secrets; each of those.
fn lived(site: &Site, server: &Server) -> Vec<String> {
    let ann = site.world.user("RX1", "Ann", "Lee");
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut secrets = vec![ann.clone(), admin.clone(), PASSWORD.to_owned(), NEW.to_owned()];
    let keep = |browser: &Browser<'_>, secrets: &mut Vec<String>| {
        secrets.extend(browser.cookies.values().cloned());
        secrets.push(browser.token.split('.').next().unwrap().to_owned());
    };
    let temporary = site.world.almoner.reset_password(&site.world.operator(), &ann, &System).unwrap();
    secrets.push(temporary);
    let mut of_ann = site.signed_in(&ann);
    keep(&of_ann, &mut secrets);
    answer_questions(&mut of_ann);
    confirm_mobile(&mut of_ann, server);
    secrets.extend(["Captain Flint", "captainflint", "northernstar", "+447700900123", "7700900123"].map(str::to_owned));
    let secret = of_ann.enrol();
    secrets.extend([secret.clone(), of_ann.shown.clone()]);
    keep(&of_ann, &mut secrets);
    let mut wrong = site.browser();
    wrong.post("/sign-in", &[("address", &ann), ("password", "a wrong password of mine")]);
    secrets.push("a wrong password of mine".to_owned());
    wrong.post("/sign-in", &[("address", &ann), ("password", PASSWORD)]);
    keep(&wrong, &mut secrets);
    wrong.get("/sign-in/code");
    let code = code_in(&secret, 30);
    assert_eq!(wrong.post("/sign-in/code", &[("code", &code)]).goes_to(), "/");
    secrets.push(code);
    keep(&wrong, &mut secrets);
    // A forgotten password.
    let mut forgot = site.browser();
    forgot.get("/recover");
    let attempt = forgot.post("/recover", &[("address", &ann)]).field("attempt");
    let code = server.code();
    let asked = forgot.post("/recover/codes", &[("attempt", &attempt), ("code", &code)]);
    let characters = told(&asked);
    forgot.post("/recover/answer", &[("attempt", &attempt), ("characters", &characters)]);
    let done = forgot.post("/recover/password", &[("attempt", &attempt), ("new", NEW), ("again", NEW)]);
    assert!(done.text.contains("holds from now on"), "{}", done.text);
    secrets.extend([attempt, code]);
    // An administrator, who also sends a file.
    let mut of_admin = site.signed_in(&admin);
    let path = format!("/accounts/{ann}/password");
    let asked = of_admin.get(&path);
    let given = of_admin.post(&path, &[("characters", &told(&asked))]);
    let (_, behind) = given.text.split_once("class=\"secret\">").unwrap();
    secrets.push(behind.split('<').next().unwrap().to_owned());
    let file = format!("{ACTIONS}{ann},disable,,because of her illness\n");
    let sent = upload(&mut of_admin, "actions", "people.csv", &file);
    let path = sent.goes_to().to_owned();
    assert_eq!(settled(site, &mut of_admin, &path).status, StatusCode::OK);
    of_admin.post(&path, &[("do", "apply")]);
    settled(site, &mut of_admin, &path);
    secrets.extend(["illness", "people.csv", "192.0.2.7"].map(str::to_owned));
    keep(&of_admin, &mut secrets);
    secrets
}

#[test]
fn whatever_people_do_the_log_holds_no_secret_and_nobody_at_any_level() {
    for json in [false, true] {
        let (paper, server) = (Paper::default(), Server::new(&["200 OK", "200 OK"]));
        let out = Box::new(paper.clone());
        let how = config::Log { json, level: Level::Debug };
        let url = server.url.clone();
        let with_sms = move |config: &mut config::Config| {
            let (template, sender) = (String::new(), "Example".to_owned());
            let key = Secret::Told(Hidden::new("secret of ours"));
            config.sms = Some(Sms { kind: SmsKind::Webhook, url, key, template, sender });
        };
        let site = Site::built(with_sms, |portal| portal.log = Log::to(how, out));
        let secrets = lived(&site, &server);
        let text = String::from_utf8(paper.0.lock().unwrap().clone()).unwrap();
        assert!(text.lines().count() > 30 && text.contains("/recover/password"), "{text}");
        for secret in secrets.iter().chain(&["secret of ours".to_owned(), "@".to_owned()]) {
            assert!(secret.is_empty() || !text.contains(secret.as_str()), "{secret} in\n{text}");
        }
    }
}

/// The templates of all pages.
fn pages() -> impl Iterator<Item = (std::path::PathBuf, String)> {
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/templates")).unwrap();
    let pages = files.map(|file| file.unwrap().path()).filter(|file| file.extension().is_some_and(|end| end == "html"));
    pages.map(|file| (file.clone(), std::fs::read_to_string(file).unwrap()))
}

#[test]
fn no_page_repeats_a_password_and_no_address_of_a_page_holds_a_secret() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let mut browser = site.signed_in(&ann);
    browser.get("/security");
    for (path, fields) in [
        ("/sign-in", vec![("address", ann.as_str()), ("password", "typed by mistake")]),
        ("/security/recovery-codes", vec![("password", "typed by mistake")]),
        ("/security/mobile", vec![("number", "x"), ("password", "typed by mistake")]),
        ("/security/answers", vec![("answer1", "x"), ("password", "typed by mistake")]),
    ] {
        let page = browser.post(path, &fields);
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert!(!page.text.contains("typed by mistake"), "{path}");
    }
    // Forms that hold secrets are posted: a secret in a query would stand in histories and logs.
    for (file, text) in pages() {
        for form in text.split("<form").skip(1) {
            let (form, _) = form.split_once("</form>").unwrap_or((form, ""));
            let secret = form.contains("type=\"password\"") || form.contains("name=\"code\"");
            assert!(!secret || form.contains("method=\"post\""), "{}: {form}", file.display());
        }
        assert!(!text.contains("onpaste") && !text.contains("user-select"), "{}: pasting is allowed", file.display());
    }
}

#[test]
fn every_password_that_is_typed_is_masked_and_offered_to_a_password_manager() {
    let mut fields = 0;
    for (_, text) in pages() {
        for input in text.split("<input").skip(1).filter_map(|rest| rest.split('>').next()) {
            let named =
                ["password", "current", "new", "again"].iter().any(|name| input.contains(&format!("name=\"{name}\"")));
            if !named || input.contains("type=\"hidden\"") {
                continue;
            }
            fields += 1;
            assert!(input.contains("type=\"password\""), "{input}");
            assert!(
                input.contains("autocomplete=\"current-password\"") || input.contains("autocomplete=\"new-password\""),
                "{input}"
            );
            assert!(!input.contains("maxlength"), "{input}: what is pasted is not cut");
            assert!(!input.contains("value="), "{input}");
        }
    }
    assert!(fields >= 8, "{fields}");
}

#[test]
fn the_page_of_the_mobile_says_what_is_safer() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let page = site.signed_in(&ann).get("/security/mobile");
    assert!(page.text.contains("an authenticator is safer"), "{}", page.text);
}
