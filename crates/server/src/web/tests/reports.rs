//! Reports in the browser and as files.

use axum::http::StatusCode;
use domain::rights::Role;
use service::report::Report;

use crate::web::tests::browser::Site;

// Proves: REP-01, ROLE-02
#[test]
fn each_report_is_shown_sorted_filtered_and_taken_away_within_the_scope() {
    let site = Site::new();
    site.world.user("RX1", "Ann", "Lee");
    site.world.user("RX1", "Zoe", "Abel");
    site.world.user("RX2", "Far", "Away");
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    for report in Report::ALL.iter().filter(|report| !report.is_federal()) {
        for path in [format!("/reports/{report}"), format!("/reports/{report}?organisation=RX1&sort=-organisation")] {
            let page = browser.get(&path);
            assert_eq!(page.status, StatusCode::OK, "{path}:\n{}", page.text);
            assert!(!page.text.contains("far.away"), "{path} shows another's");
        }
        let file = browser.get(&format!("/reports/{report}/csv"));
        assert_eq!(
            (file.status, &file.headers["content-type"]),
            (StatusCode::OK, &"text/csv; charset=utf-8".parse().unwrap())
        );
        let heading: Vec<&str> = report.columns().iter().map(|column| column.name).collect();
        assert_eq!(file.text.lines().next(), Some(heading.join(",").as_str()), "{report}");
        assert!(!file.text.contains("far.away"), "{report}");
    }
    let at = |text: &str, what: &str| text.find(what).unwrap_or_else(|| panic!("{what} is missing:\n{text}"));
    let page = browser.get("/reports/mailbox?sort=-name").text;
    assert!(at(&page, "zoe.abel@") < at(&page, "ann.lee@"), "sorted downwards");
    assert!(page.contains("aria-sort=\"descending\""));
    let page = browser.get("/reports/mailbox?q=zoe").text;
    assert!(page.contains("zoe.abel@") && !page.contains("ann.lee@"));
    assert!(browser.get("/reports/mailbox?status=deleted").text.contains("No line matches"));
    let file = browser.get("/reports/mailbox/csv?q=zoe");
    assert_eq!(file.headers["content-disposition"], "attachment; filename=\"mailbox-2019-01-01.csv\"");
    assert_eq!(file.text.lines().count(), 2, "{}", file.text);
}

// Proves: ROLE-02
#[test]
fn a_report_of_others_or_of_nothing_is_not_there() {
    let site = Site::new();
    let admin = site.world.admin(Role::PrimaryLocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    for path in [
        "/reports/nothing",
        "/reports/nothing/csv",
        "/reports/mailbox?organisation=RX2",
        "/reports/mailbox/csv?organisation=RX2",
        "/reports/forecast?organisation=RX7",
    ] {
        assert_eq!(browser.get(path).status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(browser.get("/reports/run").status, StatusCode::FORBIDDEN);
    let page = browser.get("/reports/mailbox?organisation=%3Cb%3E");
    assert!(page.text.contains("ODS code") && !page.text.contains("<b>"), "{}", page.text);
    let operator = site.world.admin(Role::LocalAdmin, "RX1", "Operator");
    site.world
        .almoner
        .grant(&site.world.operator(), &operator, Role::Operator, &domain::rights::Scope::Federation)
        .unwrap();
    let mut browser = site.signed_in(&operator);
    assert_eq!(browser.get("/reports/run").status, StatusCode::OK);
    assert!(browser.get("/reports/administrators").text.contains("federation"));
}

#[test]
fn a_cell_that_a_spreadsheet_would_run_is_made_text() {
    let site = Site::new();
    site.world.user("RX1", "=cmd()", "Lee");
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let file = site.signed_in(&admin).get("/reports/mailbox/csv");
    assert!(file.text.contains(",'=cmd() Lee,"), "{}", file.text);
}
