//! Legal holds: a veto on destroying anything they cover, recorded and shown.

use domain::rights::Role;
use domain::status::Status;
use expect_test::expect;
use service::account::act::Request;
use testkit::world::{on_both_stores, told_on_both_stores};

// Proves: LC-20, NTC-01
#[test]
fn what_a_hold_covers_is_never_deleted_and_waits_for_its_notice_after_the_release() {
    let told = told_on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        world.ask(&ann, &Request::MarkLeaver).unwrap();
        world.ask(&ann, &Request::Hold).unwrap();
        let refusal = world.refusal(&ann, &Request::Delete);
        let mut refused = Vec::new();
        for _ in 0..40 {
            world.wait(1);
            refused.extend(world.run().refused.into_iter().map(|r| format!("{}: {}", r.address, r.why)));
        }
        assert_eq!(world.status(&ann), Status::Leaver);
        world.ask(&ann, &Request::ReleaseHold).unwrap();
        let released = world.today();
        while world.status(&ann) == Status::Leaver {
            world.days_pass(1);
        }
        assert_eq!(world.today().days_since(released), 15, "the run that announced it came a day after the release");
        format!("{refusal}\n{}\n\n{}\n\n{}", refused.join("\n"), world.story_of(&ann), world.notices_of(&ann))
    });
    expect![[r#"
        a legal hold covers the account: release the hold first (LC-20)
        ann.lee@mail.example: LC-20: a legal hold covers it; it stays until the hold is released

        0 created (ORG-01) by operator
        0 accepted_terms (LC-13) by operator
        0 marked_leaver (JML-01) by operator
        0 hold_placed (LC-20) by operator
        30 deletion_refused (LC-20) by system
        40 hold_released (LC-20) by operator
        41 deletion_announced (NTC-01) by system
        48 reminded (NTC-03) by system
        54 reminded (NTC-03) by system
        55 deleted (LC-06) by system

        0 leaver_marked -> ann.lee@mail.example
        41 deletion_announced -> ann.lee@mail.example
        48 deletion_reminder -> ann.lee@mail.example
        54 deletion_reminder -> ann.lee@mail.example"#]]
    .assert_eq(&told);
}

// Proves: LC-20, LC-11
#[test]
fn a_deleted_account_under_hold_is_not_purged() {
    let told = told_on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        world.ask(&ann, &Request::Delete).unwrap();
        world.ask(&ann, &Request::Hold).unwrap();
        world.wait(175);
        world.days_pass(10);
        assert_eq!(world.status(&ann), Status::Deleted);
        world.ask(&ann, &Request::ReleaseHold).unwrap();
        world.days_pass(8);
        assert_eq!(world.status(&ann), Status::Purged);
        world.story_of(&ann)
    });
    expect![[r#"
        0 created (ORG-01) by operator
        0 accepted_terms (LC-13) by operator
        0 deleted (LC-12) by operator
        0 hold_placed (LC-20) by operator
        180 deletion_refused (LC-20) by system
        185 hold_released (LC-20) by operator
        191 reminded (NTC-03) by system
        192 purged (LC-11) by system"#]]
    .assert_eq(&told);
}

// Proves: LC-20, ROLE-02
#[test]
fn what_a_hold_is_for_is_told_only_to_those_who_may_place_one() {
    on_both_stores(|world| {
        let (ann, chief) = (world.user("RX1", "Ann", "Lee"), world.admin(Role::PrimaryLocalAdmin, "RX1", "Chief"));
        let operator = world.operator();
        world.almoner.act(&operator, &ann, &Request::Hold, "Inquiry 7").unwrap();
        for (who, knows) in [(operator, true), (world.person(&chief), false), (world.person(&ann), false)] {
            let shown = world.almoner.show(&who, &ann).unwrap();
            assert_eq!(shown.holds.iter().any(|hold| hold.reason == "Inquiry 7"), knows);
            assert!(shown.account.held.is_some(), "that there is one is no secret");
            let facts = world.almoner.explain(&who, &ann, None).unwrap().explanation.facts;
            assert_eq!(facts.iter().any(|fact| fact.value.contains("Inquiry 7")), knows);
            let history = world.almoner.history(&who, &ann).unwrap();
            assert_eq!(history.iter().any(|line| line.detail.contains("Inquiry 7")), knows);
            assert!(history.iter().any(|line| line.action == "hold_placed"));
        }
    });
}
