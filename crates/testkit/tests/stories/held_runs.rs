//! Brakes of a run: what is too much for an organisation waits for persons, and the rest goes on.

use std::collections::BTreeSet;

use domain::brake::{Brake, Stand};
use domain::notice::NoticeKind;
use domain::rights::Role;
use domain::status::Status;
use domain::time::Timestamp;
use service::account::act::Request;
use service::account::setting::Setting;
use service::brake::choice::Choice;
use service::progress::Silent;
use store::audit::Search;
use store::brake::{Part, Which};
use store::tx::Audit;
use testkit::world::{World, on_both_stores};

fn people(world: &World, organisation: &str, count: usize) -> Vec<String> {
    (0..count).map(|n| world.user(organisation, &format!("P{n}"), organisation)).collect()
}

/// How many of them stand so.
fn count(world: &World, people: &[String], status: Status) -> usize {
    people.iter().filter(|address| world.status(address) == status).count()
}

/// All parts, oldest first, with the addresses of those who are in them.
fn parts(world: &World) -> Vec<(Part, BTreeSet<String>)> {
    let store = store::db::Store::open(world.url()).unwrap();
    let mut db = store.reader().unwrap();
    let mut parts = store::brake::list(&mut db, Which::All, i64::MAX, 100).unwrap();
    parts.reverse();
    let with_items = parts.into_iter().map(|part| {
        let items = store::brake::items(&mut db, part.id, 0, 1000).unwrap();
        (part, items.into_iter().map(|item| item.held.address).collect())
    });
    with_items.collect()
}

/// A write of the test itself, past all use cases.
fn directly(world: &World, what: impl Fn(&mut store::tx::WriteTx<'_>)) {
    let event = store::event::NewEvent {
        at: world.operator().now.second(),
        actor: "story".into(),
        grant_id: None,
        object_type: "brake",
        object: "story".into(),
        account_id: None,
        organisation: None,
        action: "released",
        rule: None,
        detail: "{}".into(),
        run_id: None,
        request_key: None,
    };
    let store = store::db::Store::open(world.url()).unwrap();
    let written = store.write("story", |tx| {
        what(tx);
        Ok::<_, store::error::Error>(((), Audit::events(vec![event.clone()])?))
    });
    written.unwrap();
}

/// Releases the first accounts of a part, as two persons would.
fn release(world: &World, part: i64, first: usize) {
    directly(world, |tx| {
        let items = store::brake::held_items(tx, part, 0, 1000).unwrap();
        let some: Vec<i64> = items.iter().take(first).map(|item| item.id).collect();
        store::brake::set_items(tx, &some, Stand::Released).unwrap();
        store::brake::settle(tx, part, Stand::Done, "story", world.operator().now).unwrap();
    });
}

/// The audit lines about parts, oldest first, with their rules.
fn told_of_parts(world: &World) -> String {
    let search = Search {
        actor: String::new(),
        object: String::new(),
        organisation: String::new(),
        action: String::new(),
        rule: String::new(),
        from: Timestamp::from_second(0),
        until: Timestamp::from_second(i64::MAX),
        before: i64::MAX,
        limit: 500,
    };
    let lines = world.almoner.search_audit(&world.operator(), &search).unwrap();
    let told = lines.iter().rev().filter(|line| line.object_type == "brake");
    let told = told.map(|line| format!("{} {} {}", line.object, line.action, line.rule.as_deref().unwrap_or("")));
    told.collect::<Vec<_>>().join(", ")
}

/// The rules of the notices about an account that a brake holds.
fn rules_of_notices(world: &World, address: &str) -> Vec<&'static str> {
    let notices = world.almoner.notices(&world.operator(), Some(address), None, 100).unwrap();
    let held = notices.iter().filter(|one| one.notice.kind == NoticeKind::HeldByBrake);
    held.map(|one| one.notice.rule.as_str()).collect()
}

// Proves: RUN-05
#[test]
fn a_feed_that_fails_for_a_whole_practice_is_held_and_the_others_go_on() {
    on_both_stores(|world| {
        let practice = people(world, "A81001", 40);
        let trust = people(world, "RX1", 5);
        world.wait(90);
        let preview = world.almoner.preview(&world.operator(), None, &Silent).unwrap();
        let run = world.run();
        assert_eq!((count(world, &practice, Status::Active), count(world, &trust, Status::Inactive)), (40, 5));
        assert_eq!(run.done.get("active->inactive"), Some(&5));
        assert_eq!((&preview.planned, preview.notices), (&run.done, run.notices));
        let [held] = &run.held[..] else { panic!("{:?}", run.held) };
        let why = "40 of 40 users of A81001 would become inactive (LC-01) today; the brake allows 8 (20 % of 40, at \
                   least 5)";
        assert_eq!((held.brake, held.count, held.state, held.why.as_str()), (Brake::Share, 40, Stand::Held, why));
        assert_eq!(preview.held.len(), 1);
        assert_eq!((preview.held[0].id, &preview.held[0].why), (None, &held.why));
        let [(part, addresses)] = &parts(world)[..] else { panic!("one part") };
        assert_eq!((part.held.run, part.held.expires_on), (run.run, world.today().plus_days(14)));
        assert_eq!(addresses, &practice.iter().cloned().collect());

        // The same day and the next: nothing new, nothing twice.
        let before = world.everything();
        assert!(world.run().already);
        assert_eq!(world.everything(), before);
        world.wait(1);
        assert!(world.run().held.is_empty());
        assert_eq!((parts(world).len(), count(world, &practice, Status::Active)), (1, 40));
    });
}

// Proves: RUN-05
#[test]
fn what_was_released_goes_with_the_next_run_and_the_rest_waits() {
    on_both_stores(|world| {
        let practice = people(world, "A81001", 40);
        world.wait(90);
        world.run();
        let part = parts(world)[0].0.id;
        release(world, part, 15);
        world.wait(1);
        let run = world.run();
        assert_eq!((run.done.get("active->inactive"), run.held.len()), (Some(&15), 0));
        assert_eq!(count(world, &practice, Status::Inactive), 15);
        assert_eq!(parts(world)[0].0.state, Stand::Held);
        release(world, part, 1000);
        assert_eq!(
            world.run().done.get("active->inactive"),
            Some(&40),
            "released on the day of a run, by its second call"
        );
        assert_eq!((count(world, &practice, Status::Inactive), parts(world)[0].0.state), (40, Stand::Done));
    });
}

// Proves: RUN-05
#[test]
fn a_part_that_nobody_released_lapses_and_its_accounts_are_measured_anew() {
    on_both_stores(|world| {
        let practice = people(world, "A81001", 40);
        world.wait(90);
        world.run();
        world.days_pass(13);
        assert_eq!(parts(world).len(), 1);
        // Most of them came back meanwhile: what is left passes.
        for address in practice.iter().skip(4) {
            world.signal(address, "mail_sent");
        }
        world.days_pass(1);
        assert_eq!(parts(world)[0].0.state, Stand::Lapsed);
        assert_eq!((parts(world).len(), count(world, &practice, Status::Inactive)), (1, 4));
    });
}

// Proves: RUN-05
#[test]
fn a_part_that_is_still_too_large_when_it_lapses_is_held_anew() {
    on_both_stores(|world| {
        let practice = people(world, "A81001", 40);
        world.wait(90);
        world.run();
        world.wait(14);
        let run = world.run();
        let states: Vec<Stand> = parts(world).iter().map(|(part, _)| part.state).collect();
        assert_eq!((states, run.held.len()), (vec![Stand::Lapsed, Stand::Held], 1));
        assert_eq!(count(world, &practice, Status::Active), 40);
    });
}

// Proves: RUN-02, RUN-05
#[test]
fn a_run_killed_at_any_moment_holds_the_same_accounts() {
    on_both_stores(|world| {
        let practice = people(world, "A81001", 12);
        let trust = people(world, "RX1", 5);
        world.wait(90);
        let mut kills = 0;
        while world.killed_run(kills) {
            kills += 1;
        }
        let run = world.run_as("last", false, &Silent).unwrap();
        assert!(kills >= 6, "{kills}");
        let [(part, addresses)] = &parts(world)[..] else { panic!("one part") };
        assert_eq!((part.held.measure.planned, addresses), (12, &practice.iter().cloned().collect()));
        assert_eq!((run.done.get("active->inactive"), run.held.len()), (Some(&5), 1));
        assert_eq!(count(world, &trust, Status::Inactive), 5);
    });
}

// Proves: RUN-05
#[test]
fn what_was_forecast_passes_and_what_was_not_is_held() {
    on_both_stores(|world| {
        for forecast in [true, false] {
            let name = if forecast { "RX1" } else { "RX2" };
            let idle = people(world, name, 10);
            world.wait(30);
            people(world, name, 40);
            world.wait(59);
            world.run();
            world.wait(1);
            if !forecast {
                let (today, any) = (world.today(), 1);
                directly(world, |tx| store::run::keep_forecast(tx, today, any, &[]).unwrap());
            }
            let run = world.run();
            assert_eq!(count(world, &idle, Status::Inactive), if forecast { 10 } else { 0 });
            let brakes: Vec<Brake> =
                run.held.iter().filter(|h| h.group.organisation.as_str() == name).map(|h| h.brake).collect();
            assert_eq!(brakes, if forecast { vec![] } else { vec![Brake::Forecast] });
        }
    });
}

// Proves: RUN-06
#[test]
fn after_a_jump_of_the_clock_nothing_is_destroyed_unseen() {
    for (jump, held) in [(7, false), (8, true)] {
        on_both_stores(|world| {
            let [ann, ben] = ["Ann", "Ben"].map(|first| world.user("RX1", first, "Lee"));
            world.ask(&ann, &Request::MarkLeaver).unwrap();
            world.days_pass(30 - jump);
            world.wait(jump);
            let run = world.run();
            assert_eq!((world.status(&ann) == Status::Leaver, run.held.len()), (held, usize::from(held)), "{jump}");
            if !held {
                return;
            }
            assert_eq!(run.held[0].brake, Brake::Clock);
            let why = "1 of 2 users of RX1 would be deleted (LC-06) today; the brake allows 0 (RUN-06: 8 days since \
                       the last run, at most 7)";
            assert_eq!(run.held[0].why, why);
            let part = run.held[0].id.unwrap();
            let asked = world.almoner.release_brake(&world.operator(), part, &Choice::All, &Silent).unwrap();
            assert!(asked.first_only, "it takes two persons");
            assert_eq!(told_of_parts(world), "1 held RUN-06, 1 release_asked RUN-06");
            assert_eq!(rules_of_notices(world, &ann), ["RUN-06"], "the operator is told why");
            // The next day the clock is right, but nobody has said yes; then somebody has.
            world.days_pass(1);
            assert_eq!(world.status(&ann), Status::Leaver);
            release(world, part, 1);
            world.days_pass(1);
            assert_eq!((world.status(&ann), world.status(&ben)), (Status::Deleted, Status::Active));
        });
    }
}

// Proves: RUN-06
#[test]
fn the_first_run_of_a_federation_knows_of_no_jump() {
    on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        world.ask(&ann, &Request::Delete).unwrap();
        world.wait(365);
        let run = world.run();
        assert_eq!((world.status(&ann), run.held.len()), (Status::Purged, 0));
    });
}

// Proves: RUN-07, RUN-05
#[test]
fn what_a_brake_holds_is_why_the_forecast_did_not_come_true() {
    on_both_stores(|world| {
        people(world, "A81001", 12);
        world.wait(89);
        world.run();
        world.wait(1);
        let scored = world.run().forecast.unwrap();
        assert_eq!((scored.expected, scored.matched, scored.differences.len()), (12, 0, 12));
        let part = parts(world)[0].0.id;
        assert!(scored.differences.iter().all(|d| d.why == format!("held by brake {part} (RUN-05)")));
    });
}

// Proves: RUN-07, RUN-06
#[test]
fn what_a_jump_of_the_clock_holds_carries_its_rule_wherever_it_is_told() {
    on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        world.ask(&ann, &Request::MarkLeaver).unwrap();
        world.days_pass(21);
        world.wait(8);
        world.run();
        world.wait(8);
        let run = world.run();
        let held = run.held[0].clone();
        assert_eq!((held.brake, held.why.contains("(RUN-06: 8 days since")), (Brake::Clock, true), "{}", held.why);
        let part = world.almoner.brake(&world.operator(), held.id.unwrap(), 0, 10).unwrap().0;
        assert!(service::brake::see::why(&part).contains("RUN-06"), "brake list and show");
        let shown = world.almoner.run_show(&world.operator(), run.run.unwrap()).unwrap();
        assert!(shown.held[0].why.contains("RUN-06"), "run show");
        let facts = world.almoner.explain(&world.operator(), &ann, None).unwrap().explanation.facts;
        let fact = facts.iter().find(|fact| fact.name == "brake").unwrap();
        assert!(fact.value.contains("RUN-06"), "explain: {}", fact.value);
        assert_eq!(rules_of_notices(world, &ann), ["RUN-06"]);
        world.days_pass(1);
        let part = part.id;
        let first = world.admin(Role::PrimaryLocalAdmin, "RX1", "One");
        world.almoner.release_brake(&world.person(&first), part, &Choice::All, &Silent).unwrap();
        world.almoner.release_brake(&world.operator(), part, &Choice::All, &Silent).unwrap();
        assert_eq!(
            told_of_parts(world),
            format!("{part} held RUN-06, {part} release_asked RUN-06, {part} released RUN-06")
        );
        world.wait(1);
        let scored = world.run().forecast.unwrap();
        let why: Vec<&str> = scored.differences.iter().map(|one| one.why.as_str()).collect();
        assert_eq!(why, [format!("held by brake {part} when it was foreseen, and released since (RUN-06)")]);
    });
}

// Proves: RUN-07, RUN-05
#[test]
fn what_a_brake_let_go_after_the_forecast_is_told_with_its_part_and_how() {
    for end in [Stand::Released, Stand::Refused] {
        on_both_stores(|world| {
            let practice = people(world, "A81001", 12);
            world.wait(1);
            let late = world.user("RX1", "Late", "Lee");
            world.wait(89);
            let part = world.run().held[0].id.unwrap();
            let (console, second) =
                (world.operator(), world.person(&world.admin(Role::PrimaryLocalAdmin, "A81001", "Two")));
            // A request of somebody else changes nothing of the reason.
            world.ask(&practice[0], &Request::Set(Setting::Hidden(true))).unwrap();
            // Done before the release: that the release has a line of the run's makes it no older than the forecast.
            world.signal(&late, "mail_sent");
            if end == Stand::Released {
                world.almoner.release_brake(&console, part, &Choice::All, &Silent).unwrap();
                world.almoner.release_brake(&second, part, &Choice::All, &Silent).unwrap();
            } else {
                world.almoner.refuse_brake(&console, part).unwrap();
            }
            // In use again, so that what is left is small enough to pass when it is measured anew.
            if end == Stand::Refused {
                practice[3..].iter().for_each(|one| world.signal(one, "mail_sent"));
            }
            world.wait(1);
            let scored = world.run().forecast.unwrap();
            let (of_late, others): (Vec<_>, Vec<_>) = scored.differences.into_iter().partition(|d| d.address == late);
            assert_eq!(
                of_late.iter().map(|d| d.why.as_str()).collect::<Vec<_>>(),
                ["signalled on 2019-04-01 by operator"]
            );
            let told = format!("held by brake {part} when it was foreseen, and {end} since (RUN-05)");
            assert_eq!(
                others.iter().map(|d| &d.why).collect::<Vec<_>>(),
                vec![&told; if end == Stand::Released { 12 } else { 3 }]
            );
        });
    }
}

// Proves: RUN-05, NTC-01
#[test]
fn a_part_holds_what_it_was_made_for_and_nothing_else() {
    on_both_stores(|world| {
        let patient = service::policy::shipped("2018-09").unwrap().replace("held_days = 14", "held_days = 28");
        let world = world.adopt(&patient, Some(world.today()));
        let practice = people(&world, "A81001", 40);
        world.wait(90);
        assert_eq!(world.run().held.len(), 1);
        let leaver = &practice[7];
        world.ask(leaver, &Request::MarkLeaver).unwrap();
        world.days_pass(15);
        assert!(world.account(leaver).announced.is_none());
        world.days_pass(1);
        let told = world.account(leaver).announced.expect("14 days before the end of its 30");
        assert_eq!(told.effective_on, world.today().plus_days(14));
        assert_eq!((parts(&world)[0].0.state, count(&world, &practice, Status::Active)), (Stand::Held, 39));
    });
}
