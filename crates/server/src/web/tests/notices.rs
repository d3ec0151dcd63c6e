//! Notices in the portal: one's own, and those of an administrator's organisation.

use axum::http::StatusCode;
use domain::rights::Role;
use domain::time::Timestamp;
use service::account::act::Request;
use service::notice::letter::Sender;
use service::notice::send::{Post, Posted};
use service::run::Holder;

use crate::web::tests::browser::Site;

/// A pass in which a mail server answers so.
fn pass(site: &Site, posted: &Posted) {
    let portal = site.portal();
    let now = site.world.operator().now;
    let wall = || Timestamp::from_second(now.second() + 10);
    let holder = Holder { name: "test".into(), is_alive: &|_| true, wall: &wall, workers: None, batch: None };
    let sender = Sender { even_in_rehearsal: true, ..portal.look.sender.clone() };
    let post = Post { texts: &portal.look.texts, sender: &sender, holder: &holder, most: 100 };
    site.world.almoner.send_notices(&site.world.operator(), &post, &mut |_| posted.clone()).unwrap();
}

fn last_about(site: &Site, address: &str) -> i64 {
    site.world.almoner.notices(&site.world.operator(), Some(address), None, 1).unwrap()[0].id
}

// Proves: NTC-06
#[test]
fn a_person_reads_their_own_notices_and_nobody_else_s() {
    let site = Site::new();
    let [ann, ben] = ["Lee", "Ash"].map(|last| site.world.user("RX1", "Ann", last));
    let (mut anns, mut bens) = (site.signed_in(&ann), site.signed_in(&ben));
    assert!(anns.get("/notices").text.contains("There are none."));
    site.world.ask(&ann, &Request::MarkLeaver).unwrap();
    let id = last_about(&site, &ann);
    let home = anns.get("/");
    assert!(home.text.contains(&format!("href=\"/notices/{id}\"")) && home.text.contains(">new<"), "{}", home.text);
    let page = anns.get(&format!("/notices/{id}"));
    assert!(page.text.contains("You have been marked as leaving ORGANISATION RX1"), "{}", page.text);
    assert!(page.text.contains("Dear Ann Lee,") && page.text.contains("The helpdesk, 0300 1"), "{}", page.text);
    let list = anns.get("/notices");
    assert!(list.text.contains("Marked as a leaver") && !list.text.contains(">new<"), "it was opened:\n{}", list.text);
    assert_eq!(bens.get(&format!("/notices/{id}")).status, StatusCode::NOT_FOUND);
    assert!(bens.get("/notices").text.contains("There are none."));
    for odd in ["x", "0", "-1", "99999999999999999999"] {
        assert_eq!(anns.get(&format!("/notices/{odd}")).status, StatusCode::NOT_FOUND, "{odd}");
    }
}

// Proves: NTC-04
#[test]
fn a_person_sees_when_their_password_expires_and_is_reminded_in_the_portal() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let mut browser = site.signed_in(&ann);
    let home = browser.get("/");
    assert!(home.text.contains("Your password expires on 1 April 2019"), "{}", home.text);
    assert!(home.text.contains("Password expires"), "among the facts:\n{}", home.text);
    site.world.wait(72);
    let now = site.world.operator().now;
    let wall = || now;
    let holder = Holder { name: "test".into(), is_alive: &|_| true, wall: &wall, workers: None, batch: None };
    assert_eq!(site.world.almoner.remind(&site.world.operator(), &holder).unwrap().passwords, 1);
    // The portal's own clock stands still.
    assert!(browser.get("/").text.contains("The password expires"));
    let page = browser.get(&format!("/notices/{}", last_about(&site, &ann)));
    assert!(page.text.contains("Your password expires on Monday 1 April 2019"), "{}", page.text);
    assert!(page.text.contains("Dear Ann Lee,"), "{}", page.text);
}

// Proves: NTC-06, ROLE-02, ROLE-09
#[test]
fn an_administrator_sees_what_failed_and_why_and_sends_it_again() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let stranger = site.world.admin(Role::PrimaryLocalAdmin, "RX2", "Stranger");
    let (mut browser, mut theirs) = (site.signed_in(&admin), site.signed_in(&stranger));
    site.world.ask(&ann, &Request::MarkLeaver).unwrap();
    let id = last_about(&site, &ann);
    let (one, again) = (format!("/delivery/{id}"), format!("/delivery/{id}/retry"));
    assert!(browser.get(&one).text.contains("queued"));
    pass(&site, &Posted::Never("550 5.1.1, there is no such mailbox".into()));
    for query in ["", "?state=failed", "?kind=leaver_marked", "?organisation=rx1&day=2019-01-01"] {
        let list = browser.get(&format!("/delivery{query}")).text;
        assert!(list.contains(&one) && list.contains("550 5.1.1, there is no such mailbox"), "{query}:\n{list}");
    }
    for query in ["?state=sent", "?kind=moved", "?day=2019-01-02"] {
        assert!(browser.get(&format!("/delivery{query}")).text.contains("No notice matches"), "{query}");
    }
    assert!(browser.get(&format!("/accounts/{ann}")).text.contains("/delivery?account="));
    assert!(browser.get(&format!("/delivery?account={ann}")).text.contains(&one));
    let page = browser.get(&one).text;
    assert!(page.contains("Send it again") && page.contains("Dear Ann Lee,"), "{page}");
    assert_eq!(browser.post(&again, &[]).goes_to(), one);
    assert!(!browser.get(&one).text.contains("Send it again"));
    let refused = browser.post(&again, &[]);
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("only one that failed is sent again"), "{}", refused.text);
    pass(&site, &Posted::Accepted);
    assert!(browser.get(&one).text.contains("tag sent"));
    theirs.get("/delivery");
    let made_up = theirs.get("/delivery/4711");
    let real = theirs.get(&one);
    assert_eq!(
        (real.status, &real.text),
        (StatusCode::NOT_FOUND, &made_up.text),
        "it cannot be told from one that is not"
    );
    assert_eq!(theirs.post(&again, &[]).status, StatusCode::NOT_FOUND);
    for path in ["/delivery?organisation=RX1".to_owned(), format!("/delivery?account={ann}")] {
        assert_eq!(theirs.get(&path).status, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(!theirs.get("/delivery").text.contains(&ann));
    let auditor = site.world.admin(Role::Auditor, "RX1", "Auditor");
    let mut looks = site.signed_in(&auditor);
    assert_eq!(looks.get(&one).status, StatusCode::OK);
    assert_eq!(looks.post(&again, &[]).status, StatusCode::FORBIDDEN, "who only looks sends nothing");
}

#[test]
fn what_left_the_organisation_is_told_to_nobody_there() {
    let site = Site::new();
    let ann = site.world.user("RX1", "Ann", "Lee");
    let admin = site.world.admin(Role::LocalAdmin, "RX1", "Admin");
    let mut browser = site.signed_in(&admin);
    site.world.ask(&ann, &Request::MarkLeaver).unwrap();
    let id = last_about(&site, &ann);
    let rx2 = domain::ids::OdsCode::parse("RX2").unwrap();
    site.world.ask(&ann, &Request::Join(rx2)).unwrap();
    assert!(browser.get("/delivery").text.contains("No notice matches"));
    assert_eq!(browser.get(&format!("/delivery/{id}")).status, StatusCode::NOT_FOUND);
}
