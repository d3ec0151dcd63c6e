//! The way out: pending, leaver, inactive, disabled, deleted, purged, each with its notices.

use domain::status::Status;
use expect_test::expect;
use service::account::act::Request;
use testkit::world::told_on_both_stores;

// Proves: LC-06, LC-11, LC-17, NTC-01, NTC-02, NTC-03
#[test]
fn a_leaver_whom_nobody_joins_is_deleted_and_purged_with_notice() {
    let told = told_on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        world.ask(&ann, &Request::MarkLeaver).unwrap();
        world.days_pass(29);
        assert_eq!(world.status(&ann), Status::Leaver);
        world.days_pass(1);
        assert_eq!(world.status(&ann), Status::Deleted);
        world.days_pass(179);
        assert_eq!(world.status(&ann), Status::Deleted);
        world.days_pass(1);
        assert_eq!(world.status(&ann), Status::Purged);
        let notes = world.almoner.show(&world.operator(), &ann).unwrap().notes.join("\n");
        format!("{}\n\n{}\n\n{notes}", world.story_of(&ann), world.notices_of(&ann))
    });
    expect![[r#"
        0 created (ORG-01) by operator
        0 accepted_terms (LC-13) by operator
        0 marked_leaver (JML-01) by operator
        16 deletion_announced (NTC-01) by system
        23 reminded (NTC-03) by system
        29 reminded (NTC-03) by system
        30 deleted (LC-06) by system
        203 reminded (NTC-03) by system
        209 reminded (NTC-03) by system
        210 purged (LC-11) by system

        0 leaver_marked -> ann.lee@mail.example
        16 deletion_announced -> ann.lee@mail.example
        23 deletion_reminder -> ann.lee@mail.example
        29 deletion_reminder -> ann.lee@mail.example
        203 restore_ending -> the operator
        209 restore_ending -> the operator

        2019-01-31 leaver -> deleted by LC-06
        2019-07-30 deleted -> purged by LC-11"#]]
    .assert_eq(&told);
}

// Proves: LC-01, LC-04, LC-10, LC-17, NTC-01, NTC-03
#[test]
fn an_account_without_signals_is_inactive_on_day_90_and_deleted_90_days_later() {
    let told = told_on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        world.days_pass(89);
        assert_eq!(world.status(&ann), Status::Active);
        world.days_pass(1);
        assert_eq!(world.status(&ann), Status::Inactive);
        world.days_pass(89);
        assert_eq!(world.status(&ann), Status::Inactive);
        world.days_pass(1);
        assert_eq!(world.status(&ann), Status::Deleted);
        world.ask(&ann, &Request::Restore).unwrap();
        world.days_pass(89);
        assert_eq!(world.status(&ann), Status::Active, "the counters began anew");
        let notes = world.almoner.show(&world.operator(), &ann).unwrap().notes.join("\n");
        format!("{}\n\n{}\n\n{notes}", world.story_of(&ann), world.notices_of(&ann))
    });
    expect![[r#"
        0 created (ORG-01) by operator
        0 accepted_terms (LC-13) by operator
        90 inactivated (LC-01) by system
        166 deletion_announced (NTC-01) by system
        173 reminded (NTC-03) by system
        179 reminded (NTC-03) by system
        180 deleted (LC-04) by system
        180 restored (LC-10) by operator

        166 deletion_announced -> ann.lee@mail.example
        173 deletion_reminder -> ann.lee@mail.example
        179 deletion_reminder -> ann.lee@mail.example

        2019-04-01 active -> inactive by LC-01
        2019-06-30 inactive -> deleted by LC-04"#]]
    .assert_eq(&told);
}

// Proves: LC-01, LC-05
#[test]
fn a_signal_saves_on_the_last_day_and_revives_after_it() {
    let told = told_on_both_stores(|world| {
        let (ann, ben) = (world.user("RX1", "Ann", "Lee"), world.user("RX1", "Ben", "Lee"));
        world.days_pass(89);
        world.signal(&ann, "mail_sent");
        world.days_pass(1);
        assert_eq!((world.status(&ann), world.status(&ben)), (Status::Active, Status::Inactive));
        world.days_pass(80);
        world.signal(&ben, "portal_login");
        assert_eq!(world.status(&ben), Status::Inactive, "the policy of 2018 does not count it");
        world.signal(&ben, "mailbox_login");
        assert_eq!(world.status(&ben), Status::Active);
        world.days_pass(89);
        assert_eq!((world.status(&ann), world.status(&ben)), (Status::Inactive, Status::Active));
        format!("{}\n\n{}\n\n{}", world.story_of(&ann), world.story_of(&ben), world.notices_of(&ben))
    });
    expect![[r#"
        0 created (ORG-01) by operator
        0 accepted_terms (LC-13) by operator
        89 signalled (LC-02) by operator
        179 inactivated (LC-01) by system
        255 deletion_announced (NTC-01) by system

        0 created (ORG-01) by operator
        0 accepted_terms (LC-13) by operator
        90 inactivated (LC-01) by system
        166 deletion_announced (NTC-01) by system
        170 signalled (LC-02) by operator
        170 reactivated (LC-05) by operator

        166 deletion_announced -> ben.lee@mail.example"#]]
    .assert_eq(&told);
}

// Proves: LC-07, LC-08, LC-09
#[test]
fn a_disabled_account_may_be_enabled_for_18_months() {
    let told = told_on_both_stores(|world| {
        let (ann, ben, cy) =
            (world.user("RX1", "Ann", "Lee"), world.user("RX1", "Ben", "Lee"), world.user("RX1", "Cy", "Lee"));
        world.ask(&ann, &Request::Disable).unwrap();
        world.ask(&ben, &Request::Disable).unwrap();
        world.ask(&cy, &Request::MarkLeaver).unwrap();
        world.ask(&cy, &Request::Disable).unwrap();
        assert_eq!(world.status(&cy), Status::Leaver, "it stays on the leaver clock");
        let refusal = world.refusal(&ann, &Request::MarkLeaver);
        world.days_pass(30);
        assert_eq!(world.status(&cy), Status::Deleted);
        // 18 months end on 1 July 2020, which is day 547.
        world.weeks_pass(546 - 30 - 20);
        world.days_pass(19);
        world.ask(&ann, &Request::Enable).unwrap();
        assert_eq!((world.status(&ann), world.status(&ben)), (Status::Active, Status::Disabled));
        world.days_pass(2);
        format!("{refusal}\n\n{}\n\n{}\n\n{}", world.story_of(&ann), world.story_of(&ben), world.story_of(&cy))
    });
    expect![[r#"
        the account is disabled: enable it first, then mark it as a leaver (LC-09)

        0 created (ORG-01) by operator
        0 accepted_terms (LC-13) by operator
        0 disabled (LC-08) by operator
        533 deletion_announced (NTC-01) by system
        540 reminded (NTC-03) by system
        545 enabled (LC-08) by operator

        0 created (ORG-01) by operator
        0 accepted_terms (LC-13) by operator
        0 disabled (LC-08) by operator
        533 deletion_announced (NTC-01) by system
        540 reminded (NTC-03) by system
        546 reminded (NTC-03) by system
        547 deleted (LC-07) by system

        0 created (ORG-01) by operator
        0 accepted_terms (LC-13) by operator
        0 marked_leaver (JML-01) by operator
        0 disabled (LC-08) by operator
        16 deletion_announced (NTC-01) by system
        23 reminded (NTC-03) by system
        29 reminded (NTC-03) by system
        30 deleted (LC-06) by system
        205 reminded (NTC-03) by system
        212 purged (LC-11) by system"#]]
    .assert_eq(&told);
}

// Proves: LC-13
#[test]
fn an_account_whose_terms_nobody_accepts_is_inactive_after_30_days() {
    let told = told_on_both_stores(|world| {
        let ann = world.try_user("RX1", "Ann", "Lee").unwrap();
        world.days_pass(29);
        assert_eq!(world.status(&ann), Status::Pending);
        world.days_pass(1);
        assert_eq!(world.status(&ann), Status::Inactive);
        world.ask(&ann, &Request::AcceptTerms).unwrap();
        assert_eq!(world.status(&ann), Status::Active);
        world.story_of(&ann)
    });
    expect![[r#"
        0 created (ORG-01) by operator
        30 inactivated (LC-13) by system
        30 accepted_terms (LC-13) by operator"#]]
    .assert_eq(&told);
}

// Proves: LC-10, LC-11, LC-12
#[test]
fn a_deletion_at_once_keeps_its_reason_and_can_be_undone_in_the_window() {
    let told = told_on_both_stores(|world| {
        let (ann, ben) = (world.user("RX1", "Ann", "Lee"), world.user("RX1", "Ann", "Lee"));
        let bare = world.almoner.act(&world.operator(), &ben, &Request::Delete, " ").unwrap_err();
        world.ask(&ann, &Request::Delete).unwrap();
        world.ask(&ben, &Request::Delete).unwrap();
        assert_eq!(world.status(&ben), Status::Deleted);
        let reason = world.almoner.history(&world.operator(), &ben).unwrap().pop().unwrap().detail;
        assert!(reason.contains("\"reason\":\"asked in a story\""), "{reason}");
        world.wait(172);
        world.days_pass(7);
        world.ask(&ben, &Request::Restore).unwrap();
        world.days_pass(1);
        assert_eq!((world.status(&ann), world.status(&ben)), (Status::Purged, Status::Active));
        let late = world.refusal(&ann, &Request::Restore);
        format!("{bare}\n{late}\n\n{}\n\n{}", world.story_of(&ann), world.notices_of(&ann))
    });
    expect![[r#"
        a deletion needs a reason: say why, for example "duplicate of ann.lee2" (LC-12)
        the account is purged: its mailbox is gone; the person needs a new account (LC-08)

        0 created (ORG-01) by operator
        0 accepted_terms (LC-13) by operator
        0 deleted (LC-12) by operator
        173 reminded (NTC-03) by system
        179 reminded (NTC-03) by system
        180 purged (LC-11) by system

        173 restore_ending -> the operator
        179 restore_ending -> the operator"#]]
    .assert_eq(&told);
}

// Proves: LC-21
#[test]
fn an_address_stays_taken_after_the_purge() {
    let told = told_on_both_stores(|world| {
        let (ann, ben) = (world.user("RX1", "Ann", "Lee"), world.user("RX1", "Ben", "Lee"));
        world.ask(&ann, &Request::MarkLeaver).unwrap();
        world.ask(&ben, &Request::Delete).unwrap();
        world.wait(14);
        world.days_pass(16);
        world.weeks_pass(172);
        world.days_pass(8);
        assert_eq!((world.status(&ann), world.status(&ben)), (Status::Purged, Status::Purged));
        let addresses = |of: &str| world.almoner.show(&world.operator(), of).unwrap().addresses;
        let mut lines = Vec::new();
        for of in [&ann, &ben] {
            for taken in addresses(of) {
                let until = taken.until.map_or("for good".to_owned(), |day| format!("until {day}"));
                lines.push(format!("{} {} {until}", taken.address, taken.kind));
            }
        }
        // A namesake gets another.
        lines.push(world.user("RX2", "Ann", "Lee"));
        lines.push(world.user("RX2", "Ben", "Lee"));
        lines.join("\n")
    });
    expect![[r#"
        ann.lee@mail.example reserved for good
        ben.lee@mail.example reserved until 2021-07-04
        ann.lee1@mail.example
        ben.lee1@mail.example"#]]
    .assert_eq(&told);
}
