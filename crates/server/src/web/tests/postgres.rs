//! The portal of a federation that lives on a PostgreSQL server, whose driver must never wait on a thread that drives others.

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use domain::rights::Role;
use domain::status::Status;
use testkit::databases::Database;
use tower::ServiceExt;

use crate::web::measured;
use crate::web::routes::ROUTES;
use crate::web::tests::browser::{Browser, Site};
use crate::web::tests::doors::call;
use crate::web::tests::files::{ACCOUNTS, upload};

fn no_page_breaks(browser: &mut Browser<'_>, account: &str) {
    for route in ROUTES.iter().filter(|route| !route.path.starts_with("/sign-")) {
        let page = call(browser, route, account);
        assert!(!page.status.is_server_error(), "{}: {}", route.path, page.text);
    }
}

#[test]
fn every_page_and_form_answers_on_postgresql() {
    let site = Site::on(Database::postgres());
    let ann = site.world.user("RX1", "Ann", "Featherstone");
    no_page_breaks(&mut site.browser(), &ann);
    let admin = site.world.admin(Role::PrimaryLocalAdmin, "RX1", "Admin");
    no_page_breaks(&mut site.signed_in(&admin), &ann);
    assert_eq!(site.world.status(&ann), Status::Disabled, "the walk over the forms disabled it");
}

#[test]
fn a_day_of_an_administrator_is_done_on_postgresql() {
    let site = Site::on(Database::postgres());
    let ann = site.world.user("RX1", "Ann", "Featherstone");
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    assert!(browser.get("/accounts?q=fetherston+ann").text.contains(&ann));
    assert!(browser.get("/accounts.csv?q=ann").text.contains(&ann), "a file that is written while it is read");
    browser.get(&format!("/accounts/{ann}/leaver"));
    assert_eq!(browser.post(&format!("/accounts/{ann}/leaver"), &[("sure", "yes")]).status, StatusCode::SEE_OTHER);
    assert_eq!(site.world.status(&ann), Status::Leaver);
    let file = format!("{ACCOUNTS},1,,Bea,Moss,,,,,,RX1,,,\n");
    assert_eq!(upload(&mut browser, "accounts", "new.csv", &file).goes_to(), "/files/1");
    site.portal().jobs.wait();
    browser.get("/files/1");
    assert_eq!(browser.post("/files/1", &[("do", "apply")]).goes_to(), "/files/1");
    site.portal().jobs.wait();
    assert!(browser.get("/accounts?q=moss").text.contains("bea.moss"), "what a file made is found at once");
    site.world.verify();
}

#[test]
fn readiness_and_metrics_answer_on_postgresql() {
    let site = Site::on(Database::postgres());
    assert_eq!(site.browser().get("/health/ready").status, StatusCode::OK);
    let request = Request::builder().uri("/metrics").body(Body::empty()).unwrap();
    let app = measured::router(site.portal());
    let text = site.wait(async move {
        let answer = app.oneshot(request).await.unwrap();
        to_bytes(answer.into_body(), usize::MAX).await.unwrap()
    });
    assert!(String::from_utf8(text.to_vec()).unwrap().contains("almoner_store_idle_connections"));
}
