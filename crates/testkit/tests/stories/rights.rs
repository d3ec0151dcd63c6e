//! Who may: scopes, refusals that reveal nothing, grants that end with their holder.

use domain::ids::OdsCode;
use domain::rights::{Role, Scope};
use expect_test::expect;
use service::account::act::Request;
use service::account::setting::Setting;
use testkit::world::told_on_both_stores;

fn code(text: &str) -> OdsCode {
    OdsCode::parse(text).unwrap()
}

// Proves: ROLE-02
#[test]
fn a_refusal_does_not_reveal_whether_the_account_exists() {
    told_on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        let nobody = "nobody.lee@mail.example";
        let admin = world.person(&world.admin(Role::LocalAdmin, "RX2", "Two"));
        let requests = [
            Request::MarkLeaver,
            Request::CancelLeaver,
            Request::Transfer(code("RX2")),
            Request::Disable,
            Request::Delete,
            Request::Restore,
            Request::Hold,
            Request::Set(Setting::Hidden(true)),
            Request::Set(Setting::Licence("premium".into())),
        ];
        for request in requests {
            let answer = |address: &str| world.almoner.act(&admin, address, &request, "why").unwrap_err().to_string();
            assert_eq!(answer(&ann), answer(nobody).replace(nobody, &ann), "{request:?}");
        }
        let unseen = |address: &str| {
            let almoner = &world.almoner;
            let yesterday = Some(world.today().plus_days(-1));
            let answers = [
                almoner.account(&admin, address).unwrap_err(),
                almoner.show(&admin, address).unwrap_err(),
                almoner.explain(&admin, address, None).unwrap_err(),
                almoner.explain(&admin, address, yesterday).unwrap_err(),
                almoner.history(&admin, address).unwrap_err(),
                almoner.notices(&admin, Some(address), None, 9).unwrap_err(),
                almoner.grants_of(&admin, address).unwrap_err(),
            ];
            answers.map(|error| error.to_string().replace(address, "X"))
        };
        assert_eq!(unseen(&ann), unseen(nobody));
        let organisation = |code: &str| world.almoner.forecast(&admin, code, 9).unwrap_err().to_string();
        assert_eq!(organisation("RX1").replace("RX1", "RX7"), organisation("RX7"));
        // Joining reaches the leavers of others (JML-03), and tells nothing of anybody else.
        for (who, target) in [(&admin, "RX2"), (&admin, "RX1"), (&admin, "RX7"), (&world.person(&ann), "RX2")] {
            let answer = |address: &str| {
                world.almoner.act(who, address, &Request::Join(code(target)), "").unwrap_err().to_string()
            };
            let dee = world.user("A81001", "Dee", "Lee");
            assert_eq!(answer(&dee), answer(nobody).replace(nobody, &dee), "to {target}");
        }
        let counted = |who| world.almoner.show_organisation(who, "RX1").unwrap().accounts.len();
        assert_eq!((counted(&admin), counted(&world.operator())), (0, 1), "how many it has is its own affair");
        String::new()
    });
}

// Proves: ROLE-01, ROLE-09
#[test]
fn an_action_records_the_grant_that_allowed_it() {
    told_on_both_stores(|world| {
        let (ann, dee) = (world.user("RX1", "Ann", "Lee"), world.user("A81001", "Dee", "Lee"));
        let holder = world.admin(Role::Helpdesk, "RX1", "One");
        let give = |role, scope| world.almoner.grant(&world.operator(), &holder, role, &scope).unwrap().grant.id;
        let local = give(Role::LocalAdmin, Scope::Organisation(code("RX1")));
        let sector = give(Role::SectorAdmin, Scope::Sector(domain::org::Sector::Gp));
        let admin = world.person(&holder);
        world.almoner.act(&admin, &ann, &Request::Delete, "created in error").unwrap();
        world.almoner.act(&admin, &dee, &Request::Delete, "created in error").unwrap();
        let last = |of: &str| world.almoner.history(&world.operator(), of).unwrap().pop().unwrap();
        assert_eq!((last(&ann).grant, last(&ann).actor.as_str()), (Some(local), holder.as_str()));
        assert_eq!(last(&dee).grant, Some(sector));
        let not = world.almoner.run(
            &admin,
            &service::run::Holder {
                name: "story".into(),
                is_alive: &|_| true,
                wall: &|| world.operator().now,
                workers: None,
                batch: None,
            },
            &service::progress::Silent,
        );
        assert_eq!(not.unwrap_err().to_string(), "your roles do not allow that here (run)");
        String::new()
    });
}

// Proves: ROLE-09
#[test]
fn what_somebody_may_touch_and_who_may_touch_something_can_be_asked() {
    told_on_both_stores(|world| {
        let one = world.admin(Role::LocalAdmin, "RX1", "One");
        let two = world.admin(Role::Helpdesk, "RX1", "Two");
        world.almoner.grant(&world.operator(), &one, Role::LocalAdmin, &Scope::Organisation(code("RX2"))).unwrap();
        let scopes = world.almoner.grants_of(&world.operator(), &one).unwrap();
        let scopes: Vec<_> = scopes.into_iter().map(|given| given.grant.scope).collect();
        assert_eq!(scopes, ["RX1", "RX2"].map(|of| Scope::Organisation(code(of))));
        let over = world.almoner.grants_over(&world.operator(), &Scope::Organisation(code("RX1"))).unwrap();
        let mut over: Vec<_> = over.into_iter().map(|(given, who)| (who, given.grant.role)).collect();
        over.sort();
        assert_eq!(over, [(one, Role::LocalAdmin), (two, Role::Helpdesk)]);
        String::new()
    });
}

// Proves: ROLE-01
#[test]
fn roles_are_given_by_those_who_may_and_do_what_they_may() {
    let told = told_on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        let here = Scope::Organisation(code("RX1"));
        let mut lines = Vec::new();
        for role in [Role::PrimaryLocalAdmin, Role::LocalAdmin, Role::Helpdesk] {
            let admin = world.person(&world.admin(role, "RX1", role.as_str()));
            for given in [Role::PrimaryLocalAdmin, Role::LocalAdmin, Role::Helpdesk, Role::Auditor] {
                let answer = world.almoner.grant(&admin, &ann, given, &here).map(|given| given.grant.role.to_string());
                lines.push(format!("{role} gives {given}: {}", answer.unwrap_or_else(|error| error.to_string())));
            }
            let deletes = world.almoner.act(&admin, &ann, &Request::Delete, "").map(|_| ()).unwrap_err();
            lines.push(format!("{role} deletes: {deletes}"));
        }
        lines.join("\n")
    });
    expect![[r#"
        primary_local_admin gives primary_local_admin: primary_local_admin
        primary_local_admin gives local_admin: local_admin
        primary_local_admin gives helpdesk: helpdesk
        primary_local_admin gives auditor: your roles do not allow that here (grant_national)
        primary_local_admin deletes: a deletion needs a reason: say why, for example "duplicate of ann.lee2" (LC-12)
        local_admin gives primary_local_admin: your roles do not allow that here (grant_admin)
        local_admin gives local_admin: your roles do not allow that here (grant_admin)
        local_admin gives helpdesk: helpdesk
        local_admin gives auditor: your roles do not allow that here (grant_national)
        local_admin deletes: a deletion needs a reason: say why, for example "duplicate of ann.lee2" (LC-12)
        helpdesk gives primary_local_admin: your roles do not allow that here (grant_admin)
        helpdesk gives local_admin: your roles do not allow that here (grant_admin)
        helpdesk gives helpdesk: your roles do not allow that here (grant_helpdesk)
        helpdesk gives auditor: your roles do not allow that here (grant_national)
        helpdesk deletes: your roles do not allow that here (delete)"#]]
    .assert_eq(&told);
}

// Proves: ROLE-06
#[test]
fn grants_end_with_their_holder_and_nobody_elses_do() {
    let told = told_on_both_stores(|world| {
        let holders = ["Leaver", "Moved", "Gone", "Stays"].map(|last| world.admin(Role::LocalAdmin, "RX1", last));
        for holder in &holders {
            world
                .almoner
                .grant(&world.operator(), holder, Role::LocalAdmin, &Scope::Organisation(code("RX2")))
                .unwrap();
        }
        let [leaver, moved, gone, stays] = &holders;
        world.ask(leaver, &Request::MarkLeaver).unwrap();
        world.ask(moved, &Request::Transfer(code("RX2"))).unwrap();
        world.ask(gone, &Request::Delete).unwrap();
        world.ask(gone, &Request::Restore).unwrap();
        let held = |of: &str| world.almoner.grants_of(&world.operator(), of).unwrap();
        assert!(held(leaver).is_empty() && held(moved).is_empty() && held(gone).is_empty());
        // One grant rescinded leaves the other.
        let first = held(stays)[0].grant.id;
        world.almoner.end_grant(&world.operator(), first).unwrap();
        assert_eq!(held(stays).len(), 1);
        // An account that time deletes loses its grants too.
        let idle = world.admin(Role::LocalAdmin, "RX1", "Idle");
        world.wait(90);
        world.run();
        world.weeks_pass(75);
        world.days_pass(15);
        assert!(held(&idle).is_empty());
        [leaver, moved, &idle].map(|one| world.story_of(one)).join("\n\n")
    });
    expect![[r#"
        0 created (ORG-01) by operator
        0 accepted_terms (LC-13) by operator
        0 granted (ROLE-01) by operator
        0 granted (ROLE-01) by operator
        0 marked_leaver (JML-01) by operator
        0 grant_ended (ROLE-06) by operator
        0 grant_ended (ROLE-06) by operator
        90 deletion_announced (NTC-01) by system
        97 reminded (NTC-03) by system
        104 deleted (LC-06) by system

        0 created (ORG-01) by operator
        0 accepted_terms (LC-13) by operator
        0 granted (ROLE-01) by operator
        0 granted (ROLE-01) by operator
        0 transferred (JML-06) by operator
        0 grant_ended (ROLE-06) by operator
        0 grant_ended (ROLE-06) by operator
        90 inactivated (LC-01) by system
        166 deletion_announced (NTC-01) by system
        173 reminded (NTC-03) by system
        179 reminded (NTC-03) by system
        180 deleted (LC-04) by system

        0 created (ORG-01) by operator
        0 accepted_terms (LC-13) by operator
        0 granted (ROLE-01) by operator
        90 inactivated (LC-01) by system
        166 deletion_announced (NTC-01) by system
        173 reminded (NTC-03) by system
        179 reminded (NTC-03) by system
        180 deleted (LC-04) by system
        180 grant_ended (ROLE-06) by system"#]]
    .assert_eq(&told);
}

// Proves: ROLE-01
#[test]
fn a_grant_over_a_unit_creates_and_appoints_there_and_nowhere_else() {
    told_on_both_stores(|world| {
        let head = world.user("RX1", "Una", "Head");
        let ward = Scope::Unit(code("RX1"), "Ward 2".into());
        world.almoner.grant(&world.operator(), &head, Role::LocalAdmin, &ward).unwrap();
        let head = world.person(&head);
        let create = |unit: &str| {
            let profile = domain::profile::Profile {
                first_name: "Ann".into(),
                last_name: "Lee".into(),
                unit: unit.into(),
                ..domain::profile::Profile::default()
            };
            let (kind, organisation) = (domain::status::Kind::User, "RX1".to_owned());
            let draft = service::account::draft::Draft { kind, organisation, profile, owners: Vec::new() };
            world.almoner.create_account(&head, &draft).map(|account| account.address.to_string())
        };
        let ann = create("Ward 2").unwrap();
        assert!(create("Ward 3").is_err() && create("").is_err());
        world.almoner.grant(&head, &ann, Role::Helpdesk, &ward).unwrap();
        assert!(world.almoner.grant(&head, &ann, Role::Helpdesk, &Scope::Organisation(code("RX1"))).is_err());
        assert!(world.almoner.list_accounts(&head, "RX1", None, None, 9).is_err());
        let nameless = Scope::Unit(code("RX1"), String::new());
        let refused = world.almoner.grant(&world.operator(), &ann, Role::Helpdesk, &nameless).unwrap_err();
        refused.to_string()
    });
}

// Proves: LC-08, LC-09
#[test]
fn a_leaver_acts_until_disabled() {
    told_on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        world.ask(&ann, &Request::MarkLeaver).unwrap();
        assert!(world.almoner.actor(&ann).is_ok());
        world.ask(&ann, &Request::Disable).unwrap();
        world.almoner.actor(&ann).unwrap_err().to_string()
    });
}

// Proves: ROLE-06
#[test]
fn a_grant_outdates_every_decision_that_did_not_know_of_it() {
    told_on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        let before = world.account(&ann).version;
        world.almoner.grant(&world.operator(), &ann, Role::Helpdesk, &Scope::Organisation(code("RX1"))).unwrap();
        assert_eq!(world.account(&ann).version, before + 1);
        String::new()
    });
}

// Proves: ROLE-06, ROLE-09
#[test]
fn a_right_that_ended_after_somebody_began_allows_nothing_more() {
    let told = told_on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        let [one, two] = ["One", "Two"].map(|last| world.admin(Role::LocalAdmin, "RX1", last));
        let [first, second] = [&one, &two].map(|who| world.person(who));
        let grant = world.almoner.grants_of(&world.operator(), &one).unwrap()[0].grant.id;
        world.almoner.end_grant(&world.operator(), grant).unwrap();
        world.ask(&two, &Request::Disable).unwrap();
        let refused = |who| world.almoner.act(who, &ann, &Request::Disable, "").unwrap_err().to_string();
        [refused(&first), refused(&second)].join("\n")
    });
    expect![[r#"
        there is no account ann.lee@mail.example, or you may not see it
        there is no person admin.two@mail.example, or you may not see it"#]]
    .assert_eq(&told);
}
