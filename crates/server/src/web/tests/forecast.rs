//! The forecast of one's organisations: calendar, list, file.

use axum::http::StatusCode;
use domain::ids::OdsCode;
use domain::rights::{Role, Scope};
use service::account::act::Request;

use crate::web::tests::browser::{Page, Site};

fn codes_of(page: &Page) -> Vec<String> {
    let rows = page.text.lines().skip(1);
    let mut codes: Vec<String> = rows.map(|line| line.split(',').nth(1).unwrap().to_owned()).collect();
    codes.dedup();
    codes
}

/// Two trusts with a leaver each, one of whom is disabled too, and an administrator of both.
fn two_trusts(site: &Site) -> String {
    for (code, first) in [("RX1", "Ann"), ("RX2", "Ben"), ("A81001", "Cy")] {
        let address = site.world.user(code, first, "Lee");
        site.world.ask(&address, &Request::MarkLeaver).unwrap();
    }
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let also = Scope::Organisation(OdsCode::parse("RX2").unwrap());
    site.world.almoner.grant(&site.world.operator(), &admin, Role::LocalAdmin, &also).unwrap();
    admin
}

// Proves: RUN-07, ROLE-02
#[test]
fn an_administrator_sees_the_days_of_all_their_organisations_and_no_other() {
    let site = Site::new();
    let admin = two_trusts(&site);
    let mut browser = site.signed_in(&admin);
    let page = browser.get("/forecast");
    assert_eq!(page.status, StatusCode::OK);
    for part in ["ann.lee", "ben.lee", "January 2019", "type=\"checkbox\"", "role=\"img\"", "leaver since", "Becomes"] {
        assert!(page.text.contains(part), "{part}:\n{}", page.text);
    }
    assert!(!page.text.contains("cy.lee"));
    let (_, behind) = page.text.split_once("&#38;on=").unwrap();
    let day = behind.split('"').next().unwrap();
    let list = browser.get(&format!("/forecast?organisation=RX1&days=30&on={day}"));
    assert!(list.text.contains("ann.lee") && !list.text.contains("ben.lee"), "{}", list.text);
    assert!(list.text.contains("joins it before"), "what would change it:\n{}", list.text);
    assert!(browser.get("/forecast?organisation=RX1&on=2019-01-02").text.contains("Nothing of that happens then"));
    let none = browser.get("/forecast?organisation=RX1+RX2&step=inactive-%3Edeleted&days=30");
    assert!(none.text.contains("nothing of that happens by itself"), "{}", none.text);
    assert_eq!(none.field("days"), "30");
    assert_eq!(browser.get("/forecast?organisation=RX1&organisation=A81001").status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/forecast/file?organisation=A81001").status, StatusCode::NOT_FOUND);
}

// Proves: RUN-07
#[test]
fn the_file_has_a_row_for_each_change_with_what_would_change_it() {
    let site = Site::new();
    let admin = two_trusts(&site);
    let mut browser = site.signed_in(&admin);
    let file = browser.get("/forecast/file?days=40");
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(file.headers["content-disposition"], "attachment; filename=\"forecast.csv\"");
    assert!(file.text.starts_with("address,organisation,step,on,rule,reason,notice sent on,what would change it\n"));
    let ann = file.text.lines().find(|line| line.starts_with("ann.lee")).unwrap();
    for part in [",RX1,leaver > deleted,2019-01-31,LC-06,", "another organisation joins it", "a legal hold"] {
        assert!(ann.contains(part), "{part}: {ann}");
    }
    let mut codes = codes_of(&file);
    codes.sort();
    assert_eq!(codes, ["RX1", "RX2"]);
    let one = browser.get("/forecast/file?organisation=rx2&days=40&step=leaver-%3Edeleted");
    assert_eq!(codes_of(&one), ["RX2"]);
    let wrong = browser.get("/forecast/file?organisation=..%2F..");
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.text);
}

#[test]
fn a_long_list_goes_on_where_it_ended() {
    let site = Site::new();
    for n in 0..70 {
        site.world.user("RX1", "Ann", &format!("Lee{n}"));
    }
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    let first = browser.get("/forecast?days=120");
    let (_, behind) = first.text.split_once("class=\"button second\" href=\"/forecast?").unwrap();
    let second = browser.get(&format!("/forecast?{}", behind.split('"').next().unwrap().replace("&#38;", "&")));
    let rows = |page: &Page| page.text.matches("<td class=\"when\">").count();
    let file = browser.get("/forecast/file?days=120");
    assert_eq!(rows(&first) + rows(&second), file.text.lines().count() - 1);
    assert_eq!(rows(&first), 50);
}
