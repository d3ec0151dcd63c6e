//! Shared mailboxes: their owners are asked, and told; ownerless ones are never unannounced.

use domain::rights::Role;
use domain::status::Status;
use expect_test::expect;
use service::account::act::Request;
use testkit::world::told_on_both_stores;

// Proves: LC-14, NTC-01, NTC-03
#[test]
fn owners_who_do_not_answer_lose_the_mailbox_and_those_who_do_keep_it() {
    let told = told_on_both_stores(|world| {
        let (ann, ben) = (world.user("RX1", "Ann", "Lee"), world.user("RX1", "Ben", "Lee"));
        let lost = world.shared("RX1", "Ward 2", &[&ann, &ben]);
        let kept = world.shared("RX1", "Ward 3", &[&ben]);
        let used = world.shared("RX1", "Ward 4", &[&ben]);
        let early = world.refusal(&kept, &Request::Confirm);
        // 1 January and 6 months are 181 days.
        world.wait(178);
        world.days_pass(10);
        world.ask(&kept, &Request::Confirm).unwrap();
        world.signal(&used, "mail_sent");
        world.days_pass(30);
        assert_eq!(world.status(&lost), Status::Deleted);
        assert_eq!((world.status(&kept), world.status(&used)), (Status::Active, Status::Active));
        world.days_pass(30);
        assert_eq!(world.status(&lost), Status::Purged, "30 days for shared mailboxes");
        let stories = [&lost, &kept, &used].map(|one| world.story_of(one)).join("\n\n");
        format!("{early}\n\n{stories}\n\n{}", world.notices_of(&lost))
    });
    expect![[r#"
        the owners were not asked: nothing is to be confirmed (LC-14)

        0 created (ORG-01) by operator
        181 owners_asked (LC-14) by system
        197 deletion_announced (NTC-01) by system
        204 reminded (NTC-03) by system
        210 reminded (NTC-03) by system
        211 deleted (LC-14) by system
        234 reminded (NTC-03) by system
        240 reminded (NTC-03) by system
        241 purged (LC-11) by system

        0 created (ORG-01) by operator
        181 owners_asked (LC-14) by system
        188 confirmed (LC-14) by operator

        0 created (ORG-01) by operator
        181 owners_asked (LC-14) by system
        188 signalled (LC-14) by operator

        181 owners_asked -> ann.lee@mail.example
        181 owners_asked -> ben.lee@mail.example
        197 deletion_announced -> ann.lee@mail.example
        197 deletion_announced -> ben.lee@mail.example
        204 deletion_reminder -> ann.lee@mail.example
        204 deletion_reminder -> ben.lee@mail.example
        210 deletion_reminder -> ann.lee@mail.example
        210 deletion_reminder -> ben.lee@mail.example
        234 restore_ending -> the operator
        240 restore_ending -> the operator"#]]
    .assert_eq(&told);
}

// Proves: NTC-01, NTC-03
#[test]
fn ownerless_mailboxes_are_answered_for_by_administrators_else_by_the_operator() {
    let told = told_on_both_stores(|world| {
        world.admin(Role::LocalAdmin, "RX1", "One");
        world.admin(Role::PrimaryLocalAdmin, "RX1", "Two");
        world.admin(Role::Helpdesk, "RX1", "Three");
        let there = world.shared("RX1", "Ward 2", &[]);
        let nowhere = world.shared("RX2", "Ward 2", &[]);
        world.wait(181);
        world.days_pass(17);
        format!("{}\n\n{}", world.notices_of(&there), world.notices_of(&nowhere))
    });
    expect![[r#"
        182 owners_asked -> admin.one@mail.example
        182 owners_asked -> admin.two@mail.example
        198 deletion_announced -> admin.one@mail.example
        198 deletion_announced -> admin.two@mail.example

        182 owners_asked -> the operator
        198 deletion_announced -> the operator"#]]
    .assert_eq(&told);
}

// Proves: LC-14
#[test]
fn an_owner_confirms_without_any_role_and_nobody_else_does() {
    told_on_both_stores(|world| {
        let [ann, ben] = ["Ann", "Ben"].map(|first| world.user("RX1", first, "Lee"));
        let ward = world.shared("RX1", "Ward 2", &[&ann]);
        world.wait(182);
        world.run();
        let confirm = |who: &str| world.almoner.act(&world.person(who), &ward, &Request::Confirm, "");
        assert!(confirm(&ben).is_err());
        confirm(&ann).unwrap();
        assert!(world.almoner.act(&world.person(&ann), &ward, &Request::Delete, "not hers alone").is_err());
        world.story_of(&ward).lines().last().unwrap().to_owned()
    });
}

// Proves: LC-14, NTC-01
#[test]
fn a_deleted_owner_answers_for_nothing() {
    let told = told_on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        let ward = world.shared("RX1", "Ward 2", &[&ann]);
        let admin = world.admin(Role::LocalAdmin, "RX1", "One");
        world.ask(&ann, &Request::Delete).unwrap();
        world.wait(182);
        world.run();
        world.notices_of(&ward).replace(&admin, "the administrator")
    });
    expect!["182 owners_asked -> the administrator"].assert_eq(&told);
}
