//! Leavers, joiners and transfers: what stays, what goes, who may.

use domain::ids::OdsCode;
use domain::org::{Legal, Sector};
use domain::rights::{Role, Scope};
use domain::status::Status;
use expect_test::expect;
use service::account::act::Request;
use service::account::setting::Setting;
use testkit::world::{World, told_on_both_stores};

fn code(text: &str) -> OdsCode {
    OdsCode::parse(text).unwrap()
}

fn join(text: &str) -> Request {
    Request::Join(code(text))
}

fn transfer(text: &str) -> Request {
    Request::Transfer(code(text))
}

/// What belongs to a person besides the status.
fn belongings(world: &World, address: &str) -> String {
    let shown = world.almoner.show(&world.operator(), address).unwrap();
    let p = shown.profile;
    let grants = world.almoner.grants_of(&world.operator(), address).unwrap().len();
    let (organisation, status) = (shown.account.organisation.clone(), shown.account.status());
    format!(
        "{organisation} {status}: licence {} of {} MiB, off [{}], unit [{}], number [{}], shown as [{}], {grants} grants",
        p.licence, p.quota_mib, p.services_off, p.unit, p.local_id, p.display_name
    )
}

// Proves: JML-01, JML-02, JML-03, JML-04, ROLE-06, NTC-02
#[test]
fn a_leaver_keeps_everything_but_grants_until_joined() {
    let told = told_on_both_stores(|world| {
        let ann = world.admin(Role::LocalAdmin, "RX1", "Lee");
        let ward = world.shared("RX1", "Ward 2", &[&ann]);
        world.ask(&ann, &Request::Set(Setting::Licence("premium".into()))).unwrap();
        world.ask(&ann, &Request::Set(Setting::Service { name: "audio".into(), on: false })).unwrap();
        let mut lines = vec![belongings(world, &ann)];
        world.ask(&ann, &Request::MarkLeaver).unwrap();
        lines.push(belongings(world, &ann));
        world.days_pass(10);
        world.ask(&ann, &join("RX2")).unwrap();
        lines.push(belongings(world, &ann));
        let members = world.almoner.show(&world.operator(), &ward).unwrap().members;
        assert_eq!(members, [(ann.clone(), domain::mailbox::Standing::OWNER)], "shared mailbox membership stays");
        world.days_pass(30);
        assert_eq!(world.status(&ann), Status::Active, "joining cancels the deletion");
        format!("{}\n\n{}\n\n{}", lines.join("\n"), world.story_of(&ann), world.notices_of(&ann))
    });
    expect![[r#"
        RX1 active: licence premium of 4096 MiB, off [audio], unit [], number [], shown as [], 1 grants
        RX1 leaver: licence premium of 4096 MiB, off [audio], unit [], number [], shown as [], 0 grants
        RX2 active: licence standard of 4096 MiB, off [], unit [], number [], shown as [], 0 grants

        0 created (ORG-01) by operator
        0 accepted_terms (LC-13) by operator
        0 granted (ROLE-01) by operator
        0 edited (ROLE-09) by operator
        0 edited (ROLE-09) by operator
        0 marked_leaver (JML-01) by operator
        0 grant_ended (ROLE-06) by operator
        10 joined (JML-03) by operator

        0 leaver_marked -> admin.lee@mail.example
        10 joined -> admin.lee@mail.example"#]]
    .assert_eq(&told);
}

// Proves: JML-03, JML-07, LC-06, ORG-02
#[test]
fn a_leaver_can_be_joined_or_cancelled_until_the_last_day() {
    let told = told_on_both_stores(|world| {
        let [ann, ben, cy] = ["Ann", "Ben", "Cy"].map(|first| world.user("RX1", first, "Lee"));
        for one in [&ann, &ben, &cy] {
            world.ask(one, &Request::MarkLeaver).unwrap();
        }
        let closed = world.refusal(&ann, &join("A81002"));
        world.days_pass(29);
        world.ask(&ann, &join("RX2")).unwrap();
        world.ask(&ben, &Request::CancelLeaver).unwrap();
        world.wait(1);
        let late = world.refusal(&cy, &join("RX2"));
        world.run();
        assert_eq!(world.status(&cy), Status::Deleted);
        let deleted = world.refusal(&cy, &join("RX2"));
        let active = world.refusal(&ben, &join("RX2"));
        format!("{closed}\n{late}\n{deleted}\n{active}\n\n{}\n\n{}", world.story_of(&ann), world.story_of(&ben))
    });
    expect![[r#"
        organisation A81002 is closed: it takes no accounts (ORG-02)
        the time to join ended on 2019-01-31: the account is to be deleted; restore it then, or cancel the leaver (LC-06)
        the account is deleted: restore it, then transfer it (LC-08)
        the account is active: its organisation must mark it as a leaver, or someone who holds both must transfer it (LC-08)

        0 created (ORG-01) by operator
        0 accepted_terms (LC-13) by operator
        0 marked_leaver (JML-01) by operator
        16 deletion_announced (NTC-01) by system
        23 reminded (NTC-03) by system
        29 reminded (NTC-03) by system
        29 joined (JML-03) by operator

        0 created (ORG-01) by operator
        0 accepted_terms (LC-13) by operator
        0 marked_leaver (JML-01) by operator
        16 deletion_announced (NTC-01) by system
        23 reminded (NTC-03) by system
        29 reminded (NTC-03) by system
        29 cancelled_leaver (JML-07) by operator"#]].assert_eq(&told);
}

// Proves: JML-06, ROLE-06
#[test]
fn a_transfer_is_one_step_by_someone_who_holds_both() {
    let told = told_on_both_stores(|world| {
        let ann = world.admin(Role::LocalAdmin, "RX1", "Lee");
        let ben = world.user("RX1", "Ben", "Lee");
        world.ask(&ben, &Request::Disable).unwrap();
        let ward = world.shared("RX1", "Ward 2", &[&ben]);
        let one = world.person(&world.admin(Role::LocalAdmin, "RX1", "One"));
        let refused = world.almoner.act(&one, &ben, &transfer("RX2"), "").unwrap_err();
        let both = world.admin(Role::LocalAdmin, "RX1", "Both");
        world.almoner.grant(&world.operator(), &both, Role::LocalAdmin, &Scope::Organisation(code("RX2"))).unwrap();
        let both = world.person(&both);
        let mut lines = vec![refused.to_string()];
        for address in [&ann, &ben, &ward] {
            world.almoner.act(&both, address, &transfer("RX2"), "").unwrap();
            lines.push(belongings(world, address));
        }
        let shown = world.almoner.show(&world.operator(), &ward).unwrap();
        for taken in shown.addresses {
            lines.push(format!("{} {}", taken.address, taken.kind));
        }
        let members: Vec<_> =
            shown.members.iter().map(|(member, standing)| (member.as_str(), standing.owner)).collect();
        lines.push(format!("{members:?}"));
        format!("{}\n\n{}\n\n{}", lines.join("\n"), world.story_of(&ben), world.notices_of(&ward))
    });
    expect![[r#"
        there is no organisation RX2, or you may not see it
        RX2 active: licence standard of 4096 MiB, off [], unit [], number [], shown as [], 0 grants
        RX2 disabled: licence standard of 4096 MiB, off [], unit [], number [], shown as [], 0 grants
        RX2 active: licence standard of 4096 MiB, off [], unit [], number [], shown as [Ward 2], 0 grants
        rx1.ward-2@mail.example old_name
        rx2.ward-2@mail.example primary
        [("ben.lee@mail.example", true)]

        0 created (ORG-01) by operator
        0 accepted_terms (LC-13) by operator
        0 disabled (LC-08) by operator
        0 transferred (JML-06) by admin.both@mail.example

        0 moved -> ben.lee@mail.example"#]]
    .assert_eq(&told);
}

// Proves: JML-05
#[test]
fn both_addresses_of_a_moved_mailbox_find_it() {
    let told = told_on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        let ward = world.shared("RX1", "Ward 2", &[&ann]);
        world.ask(&ward, &transfer("RX2")).unwrap();
        let found = world.account(&ward).address.to_string();
        assert_eq!(world.account(&found).id, world.account(&ward).id);
        format!("{ward} -> {found}")
    });
    expect!["rx1.ward-2@mail.example -> rx2.ward-2@mail.example"].assert_eq(&told);
}

// Proves: ORG-02, JML-07
#[test]
fn what_was_deleted_in_a_closed_organisation_comes_back_by_a_join() {
    let told = told_on_both_stores(|world| {
        world.organisation("RX9", Sector::Trust, Legal::Active);
        let ann = world.user("RX9", "Ann", "Lee");
        world.ask(&ann, &Request::Delete).unwrap();
        let instead = world.refusal(&ann, &join("RX2"));
        world.almoner.close_organisation(&world.operator(), "RX9", None).unwrap();
        let restore = world.refusal(&ann, &Request::Restore);
        let created = world.try_user("RX9", "Ben", "Lee").unwrap_err();
        world.ask(&ann, &join("RX2")).unwrap();
        format!("{instead}\n{restore}\n{created}\n\n{}\n\n{}", belongings(world, &ann), world.story_of(&ann))
    });
    expect![[r#"
        the account is deleted: restore it, then transfer it (LC-08)
        organisation RX9 is closed: it takes no accounts (ORG-02)
        organisation RX9 is closed: it takes no accounts (ORG-02)

        RX2 active: licence standard of 4096 MiB, off [], unit [], number [], shown as [], 0 grants

        0 created (ORG-01) by operator
        0 accepted_terms (LC-13) by operator
        0 deleted (LC-12) by operator
        0 joined (JML-03) by operator"#]]
    .assert_eq(&told);
}

// Proves: JML-08
#[test]
fn both_organisations_see_the_timeline_each_up_to_its_own_end() {
    let told = told_on_both_stores(|world| {
        let [old, middle, new, other] =
            ["RX1", "RX2", "A81001", "RX1"].map(|of| world.person(&world.admin(Role::LocalAdmin, of, of)));
        let ann = world.user("RX1", "Ann", "Lee");
        world.ask(&ann, &transfer("RX2")).unwrap();
        world.ask(&ann, &Request::MarkLeaver).unwrap();
        world.ask(&ann, &join("A81001")).unwrap();
        world.ask(&ann, &Request::Disable).unwrap();
        let never = world.user("RX2", "Ben", "Lee");
        assert!(world.almoner.history(&other, &never).is_err(), "it never was theirs");
        assert!(world.almoner.account(&old, &ann).is_err(), "the past is seen, not the account");
        assert!(world.almoner.explain(&old, &ann, None).is_err());
        assert!(world.almoner.history(&world.person(&never), &ann).is_err(), "who holds no grant sees nothing");
        let seen = |who| {
            let lines = world.almoner.history(who, &ann).unwrap();
            lines.into_iter().map(|line| line.action).collect::<Vec<_>>().join(", ")
        };
        [seen(&old), seen(&middle), seen(&new)].join("\n")
    });
    expect![[r#"
        created, accepted_terms, transferred
        created, accepted_terms, transferred, marked_leaver, joined
        created, accepted_terms, transferred, marked_leaver, joined, disabled"#]]
    .assert_eq(&told);
}
