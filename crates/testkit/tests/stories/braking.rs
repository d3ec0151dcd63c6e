//! What brakes count and what they leave alone; who is told, who may refuse, and what the audit says of it (RUN-05).
#![expect(clippy::unwrap_used, reason = "what cannot be prepared fails the story")]

use domain::brake::Stand;
use domain::ids::OdsCode;
use domain::rights::{Role, Scope};
use domain::status::{Kind, Status};
use domain::time::Timestamp;
use expect_test::expect;
use service::account::act::Request;
use service::brake::choice::Choice;
use service::error::Error;
use service::progress::Silent;
use store::audit::Search;
use testkit::world::{World, on_both_stores};

use crate::brakes::{HEADINGS, held, leavers, planned_by_run, release, send, staff, status_count};

fn lines(people: &[String], action: &str) -> String {
    let lines: Vec<String> = people.iter().map(|address| format!("{address},{action}\n")).collect();
    format!("{HEADINGS}{}", lines.concat())
}

/// The federation with room for everything, opened anew.
fn roomy(world: &World) -> World {
    let policy = service::policy::shipped("2018-09").unwrap().replace("floor = 5", "floor = 1000");
    world.adopt(&policy, None)
}

// Proves: RUN-05
#[test]
fn each_organisation_kind_and_cause_has_its_own_limit() {
    on_both_stores(|world| {
        let practice = staff(world, "A81001", 10);
        let trust = staff(world, "RX1", 10);
        let wards: Vec<String> =
            (0..5).map(|n| world.shared("RX1", &format!("Ward {n}"), &[trust[0].as_str()])).collect();
        let five_each = [
            lines(&practice[..5], "leaver,,"),
            lines(&practice[5..], "disable,,").replace(HEADINGS, ""),
            lines(&trust[..5], "leaver,,").replace(HEADINGS, ""),
            lines(&wards, "delete,,closing").replace(HEADINGS, ""),
        ];
        let (report, told) = send(world, &world.operator(), &five_each.concat());
        assert_eq!((report.done, report.held), (20, 0), "{told}");
        let (report, _) = send(world, &world.operator(), &lines(&trust[5..6], "leaver,,"));
        assert_eq!((report.done, report.held), (0, 1), "the sixth of the trust");
        let (report, _) = send(world, &world.operator(), &lines(&trust[6..7], "disable,,"));
        assert_eq!((report.done, report.held), (1, 0), "of another cause");
        let [part] = &held(world)[..] else { panic!("{:?}", held(world)) };
        let group = &part.held.group;
        assert_eq!((group.organisation.as_str(), group.kind, group.rule.as_str()), ("RX1", Kind::User, "JML-01"));
    });
}

// Proves: RUN-05
#[test]
fn a_share_counts_accounts_in_use_of_that_kind() {
    on_both_stores(|world| {
        let practice = staff(world, "A81001", 31);
        for address in &practice[..2] {
            world.ask(address, &Request::Delete).unwrap();
        }
        world.wait(1);
        for n in 0..20 {
            world.shared("A81001", &format!("Room {n}"), &[practice[30].as_str()]);
        }
        // 29 users are in use; a fifth of them are 5, and of 30 would be 6.
        let (report, _) = send(world, &world.operator(), &leavers(&practice[2..8]));
        assert_eq!((report.done, report.held), (0, 6));
        assert_eq!(held(world)[0].held.measure.population, 29);
        world.user("A81001", "One", "More");
        world.almoner.refuse_brake(&world.operator(), held(world)[0].id).unwrap();
        let (report, _) = send(world, &world.operator(), &leavers(&practice[2..8]));
        assert_eq!((report.done, report.held), (6, 0));
    });
}

#[test]
fn a_population_is_counted_only_as_far_as_it_matters() {
    on_both_stores(|world| {
        staff(world, "A81001", 4);
        let code = OdsCode::parse("A81001").unwrap();
        let store = store::db::Store::open(world.url()).unwrap();
        let counted = |enough| {
            let asked = [(&code, Kind::User), (&code, Kind::Shared)];
            let found = store::brake_count::in_use(&mut store.reader().unwrap(), &asked, enough).unwrap();
            let mut counts: Vec<(Kind, i64)> = found.into_iter().map(|(_, kind, count)| (kind, count)).collect();
            counts.sort_unstable();
            counts
        };
        assert_eq!(counted(3), [(Kind::User, 3), (Kind::Shared, 0)]);
        assert_eq!(counted(100), [(Kind::User, 4), (Kind::Shared, 0)]);
    });
}

// Proves: RUN-05
#[test]
fn what_gives_back_is_never_held() {
    on_both_stores(|world| {
        let people = staff(world, "A81001", 12);
        let roomy = roomy(world);
        assert_eq!(send(&roomy, &roomy.operator(), &leavers(&people)).0.done, 12);
        for (action, status) in
            [("cancel-leaver,,", Status::Active), ("hide,,", Status::Active), ("licence,premium,", Status::Active)]
        {
            let (report, told) = send(world, &world.operator(), &lines(&people, action));
            assert_eq!((report.done, report.held), (12, 0), "{action}: {told}");
            assert_eq!(status_count(world, &people, status), 12, "{action}");
        }
        assert_eq!(send(&roomy, &roomy.operator(), &lines(&people, "disable,,")).0.done, 12);
        assert_eq!(send(world, &world.operator(), &lines(&people, "enable,,")).0.done, 12);
        assert_eq!(send(&roomy, &roomy.operator(), &lines(&people, "delete,,closing")).0.done, 12);
        assert_eq!(send(world, &world.operator(), &lines(&people, "restore,,")).0.done, 12);
    });
}

// Proves: RUN-05
#[test]
fn a_day_begins_anew_and_what_was_released_does_not_count() {
    on_both_stores(|world| {
        let people = staff(world, "A81001", 20);
        let admin = world.person(&world.admin(Role::PrimaryLocalAdmin, "A81001", "Low"));
        assert_eq!(send(world, &world.operator(), &leavers(&people[..5])).0.done, 5);
        assert_eq!(send(world, &world.operator(), &leavers(&people[5..6])).0.held, 1);
        world.wait(1);
        assert_eq!(send(world, &world.operator(), &leavers(&people[6..11])).0.done, 5, "the next day");
        world.wait(1);
        assert_eq!(send(world, &world.operator(), &leavers(&people[11..18])).0.held, 7);
        let newest = held(world)[0].id;
        assert_eq!(release(world, &admin, newest, &Choice::All).map(|r| r.done), Ok(7));
        world.ask(&people[18], &Request::MarkLeaver).unwrap();
    });
}

#[test]
fn a_held_transfer_takes_no_address_until_it_is_released() {
    on_both_stores(|world| {
        let owner = world.user("A81001", "Ann", "Lee");
        let rooms: Vec<String> =
            (0..6).map(|n| world.shared("A81001", &format!("Room {n}"), &[owner.as_str()])).collect();
        let (report, _) = send(world, &world.operator(), &lines(&rooms, "transfer,RX1,"));
        assert_eq!(report.held, 6);
        assert_eq!(world.account(&rooms[0]).address.as_str(), rooms[0]);
        let admin = world.user("RX2", "Sam", "Team");
        world.almoner.grant(&world.operator(), &admin, Role::Operator, &Scope::Federation).unwrap();
        let released = release(world, &world.person(&admin), held(world)[0].id, &Choice::All).unwrap();
        assert_eq!(released.done, 6);
        let moved = world.account(&rooms[0]);
        assert!(moved.address.as_str().starts_with("rx1."), "{}", moved.address);
    });
}

// Proves: RUN-05
#[test]
fn the_administrators_are_told_once_of_a_part_and_without_any_the_operator() {
    on_both_stores(|world| {
        let people = staff(world, "A81001", 16);
        send(world, &world.operator(), &leavers(&people[..8]));
        send(world, &world.operator(), &leavers(&people[8..]));
        assert_eq!(held(world).len(), 1, "one part for the day's asker");
        assert_eq!(world.notices_of(&people[0]), "0 held_by_brake -> the operator");
        assert_eq!(world.notices_of(&people[8]), "");
        let trust = staff(world, "RX1", 8);
        let [one, two] = ["Low", "Roe"].map(|last| world.admin(Role::LocalAdmin, "RX1", last));
        send(world, &world.operator(), &leavers(&trust));
        let told = world.notices_of(&trust[0]);
        assert!(told.contains(&one) && told.contains(&two) && told.lines().count() == 2, "{told}");
    });
}

// Proves: RUN-05
#[test]
fn whoever_asked_or_may_release_may_refuse_and_nobody_else() {
    on_both_stores(|world| {
        let people = staff(world, "A81001", 30);
        let [asks, other] = ["Low", "Roe"].map(|last| world.admin(Role::LocalAdmin, "A81001", last));
        let primary = world.admin(Role::PrimaryLocalAdmin, "A81001", "May");
        let elsewhere = world.admin(Role::PrimaryLocalAdmin, "RX1", "Far");
        let refuse = |who: &str, part| world.almoner.refuse_brake(&world.person(who), part);
        send(world, &world.person(&asks), &leavers(&people[..12]));
        let part = held(world)[0].id;
        assert!(matches!(refuse(&other, part).unwrap_err(), Error::NotAllowed("release_brake")));
        assert!(matches!(refuse(&elsewhere, part).unwrap_err(), Error::NotFound { .. }));
        assert_eq!(refuse(&asks, part).unwrap(), 12);
        assert!(refuse(&asks, part).unwrap_err().to_string().contains("is refused already"));
        send(world, &world.person(&asks), &leavers(&people[12..24]));
        assert_eq!(refuse(&primary, held(world)[0].id).unwrap(), 12);
        assert_eq!(status_count(world, &people, Status::Leaver), 0);
    });
}

// Proves: RUN-05
#[test]
fn every_step_of_a_part_is_in_the_audit() {
    on_both_stores(|world| {
        let people = staff(world, "A81001", 20);
        let [one, two] = ["Low", "Roe"].map(|last| world.person(&world.admin(Role::PrimaryLocalAdmin, "A81001", last)));
        send(world, &one, &leavers(&people[..9]));
        let part = held(world)[0].id;
        release(world, &two, part, &Choice::Count(4)).unwrap();
        world.almoner.refuse_brake(&two, part).unwrap();
        let planned = planned_by_run(world, &people);
        release(world, &one, planned, &Choice::All).unwrap();
        world.wait(14);
        world.run();
        let search = Search {
            actor: String::new(),
            object: String::new(),
            organisation: "A81001".into(),
            action: String::new(),
            rule: "RUN-05".into(),
            from: Timestamp::from_second(0),
            until: Timestamp::from_second(i64::MAX),
            before: i64::MAX,
            limit: 500,
        };
        let lines = world.almoner.search_audit(&one, &search).unwrap();
        let told: Vec<String> = lines
            .iter()
            .rev()
            .filter(|line| line.object_type == "brake")
            .map(|line| format!("part {} {} by {} {}", line.object, line.action, line.actor, line.detail))
            .collect();
        expect![[r#"
            part 1 held by admin.low@mail.example {"accounts":9,"action":"marked_leaver","cause":"JML-01","kind":"user","brake":"share","allowed":5}
            part 1 released by admin.roe@mail.example {"done":4,"for_run":0,"refused":0}
            part 1 refused by admin.roe@mail.example {"accounts":5}
            part 2 release_asked by admin.low@mail.example {"accounts":20}
            part 2 lapsed by system {"accounts":20}"#]].assert_eq(&told.join("\n"));
    });
}

// Proves: RUN-05, ROLE-02
#[test]
fn a_runs_parts_are_released_together_as_far_as_one_may() {
    on_both_stores(|world| {
        let people = staff(world, "A81001", 12);
        let part = planned_by_run(world, &people);
        let far = world.person(&world.admin(Role::PrimaryLocalAdmin, "RX1", "Far"));
        let local = world.person(&world.admin(Role::LocalAdmin, "A81001", "May"));
        let one = world.person(&world.admin(Role::PrimaryLocalAdmin, "A81001", "Low"));
        let unseen = world.almoner.release_run(&far, 7, &Silent).unwrap_err();
        assert!(matches!(unseen, Error::NotFound { .. }), "{unseen}");
        let not_allowed = world.almoner.release_run(&local, 7, &Silent).unwrap_err();
        assert!(matches!(not_allowed, Error::NotAllowed(_)), "{not_allowed}");
        let first = world.almoner.release_run(&one, 7, &Silent).unwrap();
        assert_eq!((first.len(), first[0].first_only), (1, true));
        let again = world.almoner.release_run(&one, 7, &Silent).unwrap_err().to_string();
        assert!(again.contains("you released it first"), "{again}");
        let console = world.almoner.release_run(&world.operator(), 7, &Silent).unwrap();
        assert_eq!((console[0].for_run, console[0].part.state), (12, Stand::Released));
        assert_eq!(console[0].part.id, part);
    });
}

#[test]
fn the_past_is_explained_without_what_is_held_today() {
    on_both_stores(|world| {
        let people = staff(world, "A81001", 12);
        world.wait(3);
        send(world, &world.operator(), &leavers(&people));
        let says = |on| {
            let explained = world.almoner.explain(&world.operator(), &people[0], on).unwrap();
            explained.explanation.facts.iter().any(|fact| fact.name == "brake")
        };
        assert_eq!((says(None), says(Some(world.today().plus_days(-1)))), (true, false));
        world.almoner.refuse_brake(&world.operator(), held(world)[0].id).unwrap();
        assert!(!says(None));
        assert!(world.almoner.show(&world.operator(), &people[0]).unwrap().brakes.is_empty());
    });
}

// Proves: RUN-05
#[test]
fn two_persons_who_release_at_once_do_each_request_once() {
    on_both_stores(|world| {
        let people = staff(world, "A81001", 30);
        let admins = ["Low", "Roe"].map(|last| world.admin(Role::PrimaryLocalAdmin, "A81001", last));
        send(world, &world.operator(), &leavers(&people));
        let part = held(world)[0].id;
        let done: u64 = std::thread::scope(|scope| {
            let both = admins.each_ref().map(|who| {
                let other = world.again();
                scope.spawn(move || release(&other, &other.person(who), part, &Choice::Count(15)))
            });
            both.into_iter().map(|thread| thread.join().unwrap().unwrap().done).sum()
        });
        assert_eq!((done, status_count(world, &people, Status::Leaver)), (30, 30));
        let marked = |address: &String| world.story_of(address).matches("marked_leaver").count();
        assert!(people.iter().all(|address| marked(address) == 1));
        assert_eq!(held(world), []);
    });
}

// Proves: RUN-05
#[test]
fn single_actions_from_two_places_at_once_stop_at_the_limit() {
    on_both_stores(|world| {
        let people = staff(world, "A81001", 12);
        let done: usize = std::thread::scope(|scope| {
            let both: Vec<_> = people
                .chunks(6)
                .map(|some| {
                    let other = world.again();
                    scope.spawn(move || some.iter().filter(|one| other.ask(one, &Request::Disable).is_ok()).count())
                })
                .collect();
            both.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!((done, status_count(world, &people, Status::Disabled)), (5, 5));
        let inside: i64 = held(world).iter().map(|part| part.held.measure.planned).sum();
        assert_eq!(inside, 7);
    });
}
