//! Releasing a held part account by account, what is told of it for whoever decides, and its lapse (RUN-05, RUN-06).
#![expect(clippy::unwrap_used, reason = "what cannot be prepared fails the story")]

use domain::brake::{Brake, Budget, Source, Stand};
use domain::rights::{Role, Scope};
use domain::status::Status;
use domain::time::Timestamp;
use service::account::act::Request;
use service::brake::choice::Choice;
use service::brake::see::{Find, Offer};
use store::audit::{Line, Search};
use testkit::world::{World, on_both_stores};

use crate::brakes::{HEADINGS, held, leavers, planned_by_run, release, send, staff, status_count};

fn some(addresses: &[String]) -> Choice {
    Choice::Accounts(addresses.to_vec())
}

fn but(addresses: &[String]) -> Choice {
    Choice::AllBut(addresses.to_vec())
}

/// How the accounts of a part stand: `held 3, done 2`.
fn stands(world: &World, part: i64) -> String {
    let whole = world.almoner.brake_whole(&world.operator(), part).unwrap();
    let mut all: Vec<String> = whole.stands.iter().map(|(state, count)| format!("{state} {count}")).collect();
    all.sort();
    all.join(", ")
}

/// The audit lines about parts that say this, oldest first.
fn lines(world: &World, action: &str) -> Vec<Line> {
    let search = Search {
        actor: String::new(),
        object: String::new(),
        organisation: String::new(),
        action: action.to_owned(),
        rule: String::new(),
        from: Timestamp::from_second(0),
        until: Timestamp::from_second(i64::MAX),
        before: i64::MAX,
        limit: 500,
    };
    let mut lines = world.almoner.search_audit(&world.operator(), &search).unwrap();
    lines.retain(|line| line.object_type == "brake");
    lines.reverse();
    lines
}

// Proves: RUN-05, ROLE-09
#[test]
fn only_the_chosen_are_released_or_all_but_the_chosen_and_the_rest_stays_as_it_was() {
    on_both_stores(|world| {
        let practice = staff(world, "A81001", 20);
        let admin = world.person(&world.admin(Role::PrimaryLocalAdmin, "A81001", "Low"));
        send(world, &world.operator(), &leavers(&practice));
        let part = held(world)[0].clone();
        let only = release(world, &admin, part.id, &some(&practice[3..5])).unwrap();
        assert_eq!((only.done, only.left, only.noted), (2, 18, 0));
        assert_eq!(status_count(world, &practice[3..5], Status::Leaver), 2);
        let rest = release(world, &admin, part.id, &but(&practice[..3])).unwrap();
        assert_eq!((rest.done, rest.left), (15, 3));
        assert_eq!(status_count(world, &practice, Status::Leaver), 17);
        assert_eq!(status_count(world, &practice[..3], Status::Active), 3);
        let left = held(world)[0].clone();
        assert_eq!((left.id, left.state, &left.held), (part.id, Stand::Held, &part.held), "its number, its last day");
        assert_eq!(stands(world, part.id), "done 17, held 3");
        let told = lines(world, "released");
        let Some(grant) = told[0].grant else { panic!("by which grant: {:?}", told[0]) };
        assert_eq!(told.iter().filter_map(|line| line.grant).collect::<Vec<_>>(), [grant, grant]);
        let which = |at: usize| serde_json::from_str::<serde_json::Value>(&told[at].detail).unwrap()["which"].clone();
        let ids = |some: &[String]| some.iter().map(|one| world.account(one).id.0).collect::<Vec<i64>>();
        assert_eq!(which(0), serde_json::json!(ids(&practice[3..5])), "the trail says which");
        assert_eq!(which(1), serde_json::json!(ids(&[&practice[5..]].concat())));
        world.verify();
    });
}

// Proves: RUN-05
#[test]
fn an_address_that_is_not_held_releases_nobody() {
    on_both_stores(|world| {
        let practice = staff(world, "A81001", 20);
        let other = world.user("A81001", "Not", "Held");
        let admin = world.person(&world.admin(Role::PrimaryLocalAdmin, "A81001", "Low"));
        send(world, &world.operator(), &leavers(&practice));
        let part = held(world)[0].id;
        let typo = "nobody@mail.example".to_owned();
        let told = |choice: &Choice| release(world, &admin, part, choice).unwrap_err();
        let wrong = [practice[0].clone(), typo.clone(), other.clone()];
        for choice in [some(&wrong), but(&wrong)] {
            assert!(told(&choice).starts_with(&format!("{typo} and 1 more are not held in part {part}")), "{choice:?}");
        }
        assert!(told(&but(&wrong[1..2])).starts_with(&format!("{typo} is not held in part {part}")));
        assert!(told(&some(&[])).starts_with("no account is named"));
        assert_eq!(stands(world, part), "held 20");
        let all = [practice[1].to_uppercase(), format!(" {} ", practice[1])];
        assert_eq!(release(world, &admin, part, &some(&all)).unwrap().done, 1, "the same account twice");
        let none = release(world, &admin, part, &but(&[&practice[..1], &practice[2..]].concat())).unwrap();
        assert_eq!((none.done, none.left), (0, 19), "all but all of them");
    });
}

// Proves: RUN-05
#[test]
fn each_account_of_a_runs_part_takes_the_word_of_two_persons() {
    on_both_stores(|world| {
        let people = staff(world, "A81001", 12);
        let part = planned_by_run(world, &people);
        let [one, two] = ["Low", "Roe"].map(|last| world.person(&world.admin(Role::PrimaryLocalAdmin, "A81001", last)));
        let first = release(world, &one, part, &some(&people[..4])).unwrap();
        assert_eq!((first.first_only, first.noted, first.for_run, first.left), (true, 4, 0, 12));
        let again = release(world, &one, part, &some(&people[1..3])).unwrap_err();
        assert_eq!(again, "you released it first: a second person must release it (RUN-05)");
        // The word for four is no word for the others.
        let all = release(world, &two, part, &Choice::All).unwrap();
        assert_eq!((all.first_only, all.noted, all.for_run, all.left), (false, 8, 4, 8));
        let whole = world.almoner.brake_whole(&world.operator(), part).unwrap();
        let firsts: Vec<(&str, i64)> = whole.firsts.iter().map(|(by, count)| (by.name.as_str(), *count)).collect();
        assert_eq!(firsts, [("admin.roe@mail.example", 8)]);
        let rest = release(world, &one, part, &but(&people[10..])).unwrap();
        assert_eq!((rest.noted, rest.for_run, rest.left), (0, 6, 2));
        assert_eq!(stands(world, part), "held 2, released 10");
        let asked: Vec<String> = lines(world, "release_asked").iter().map(|line| line.detail.clone()).collect();
        let ids: Vec<i64> = people[..4].iter().map(|one| world.account(one).id.0).collect();
        assert_eq!(
            asked,
            [format!("{{\"accounts\":4,\"which\":{}}}", serde_json::json!(ids)), "{\"accounts\":8}".into()]
        );
        assert!(lines(world, "release_asked").iter().all(|line| line.grant.is_some()), "by their grants");
    });
}

// Proves: RUN-05, RUN-08
#[test]
fn what_is_released_of_a_run_is_done_by_the_next_and_can_be_rolled_back() {
    on_both_stores(|world| {
        let practice = staff(world, "A81001", 12);
        let second = world.person(&world.admin(Role::PrimaryLocalAdmin, "RX1", "Far"));
        world.wait(90);
        let part = world.run().held[0].id.unwrap();
        assert!(release(world, &second, part, &Choice::All).is_err(), "of another organisation");
        let two = world.person(&world.admin(Role::PrimaryLocalAdmin, "A81001", "Two"));
        for who in [&world.operator(), &two] {
            release(world, who, part, &some(&practice[..7])).unwrap();
        }
        let run = world.run();
        assert_eq!(status_count(world, &practice[..7], Status::Inactive), 7);
        assert_eq!(
            (status_count(world, &practice, Status::Inactive), stands(world, part).as_str()),
            (7, "done 7, held 5")
        );
        world.verify();
        world.rollback(run.run, None).unwrap();
        assert_eq!(status_count(world, &practice, Status::Active), 12);
        assert_eq!(stands(world, part), "done 7, held 5", "what waits still waits");
        world.verify();
    });
}

// Proves: RUN-05
#[test]
fn the_figures_stay_those_of_the_moment_when_it_was_held() {
    on_both_stores(|world| {
        let practice = staff(world, "A81001", 20);
        send(world, &world.operator(), &leavers(&practice));
        let before = held(world)[0].clone();
        let (policy, floor, share_percent, forecast_percent) = ("2018-09".to_owned(), 5, 20, 150);
        assert_eq!(before.held.budget, Some(Budget { policy, floor, share_percent, forecast_percent }));
        assert_eq!((before.held.measure.population, before.held.tripped.limit), (20, 5));
        let text = service::policy::shipped("2018-09").unwrap();
        let roomy = text.replace("floor = 5", "floor = 1000").replace("name = \"2018-09\"", "name = \"roomy\"");
        let world = world.adopt(&roomy, None);
        staff(&world, "A81001", 30);
        assert_eq!(held(&world)[0], before);
    });
}

// Proves: RUN-05
#[test]
fn each_account_says_what_asked_for_it_and_is_found_by_its_address() {
    on_both_stores(|world| {
        let practice = staff(world, "A81001", 12);
        let to: Vec<String> = practice.iter().map(|address| format!("{address},transfer,RX1,merged\n")).collect();
        send(world, &world.operator(), &format!("{HEADINGS}{}", to.concat()));
        let part = held(world)[0].clone();
        assert_eq!((part.held.source, part.held.asked_in.as_str()), (Source::File, "sent.csv"));
        let find = |text: &str, state, after, limit| {
            let find = Find { text, state, after, limit };
            world.almoner.brake_accounts(&world.operator(), part.id, &find).unwrap()
        };
        let all = find("", None, 0, 100);
        assert_eq!(all.len(), 12);
        assert_eq!(all[0].asked, Some(("transfer", "merged".to_owned())));
        assert_eq!((all[0].to.as_deref(), all[0].origin.clone()), (Some("RX1"), Some(("sent.csv".to_owned(), 2))));
        let page = find("", None, all[4].id, 3);
        assert_eq!(page, all[5..8]);
        let (name, _) = practice[7].split_once('@').unwrap();
        let one = find(&format!("{}@", name.to_uppercase()), Some(Stand::Held), 0, 100);
        assert_eq!(one.iter().map(|one| &one.address).collect::<Vec<_>>(), [&practice[7]]);
        for nothing in ["%", "_", "!", "a!", "nobody"] {
            assert_eq!(find(nothing, None, 0, 100), [], "{nothing} is what it is");
        }
        assert_eq!(find("", Some(Stand::Done), 0, 100), []);
        let mut told = Vec::new();
        let read = world.almoner.stream_brake(&world.operator(), part.id, &mut |one| {
            told.push(one.address.clone());
            told.len() < 5
        });
        assert_eq!((read.unwrap(), told.as_slice()), ((), &practice[..5]), "until there is enough");
        let local = world.person(&world.admin(Role::LocalAdmin, "RX1", "Far"));
        let nothing = Find { text: "", state: None, after: 0, limit: 1 };
        assert!(world.almoner.brake_accounts(&local, part.id, &nothing).is_err(), "not theirs");
        assert!(world.almoner.brake_whole(&local, part.id).is_err());
        assert!(world.almoner.stream_brake(&local, part.id, &mut |_| true).is_err());
    });
}

// Proves: RUN-05, ROLE-02
#[test]
fn a_part_says_who_may_decide_on_it() {
    on_both_stores(|world| {
        let practice = staff(world, "A81001", 12);
        let [asks, other] = ["Low", "Roe"].map(|last| world.admin(Role::LocalAdmin, "A81001", last));
        let primary = world.admin(Role::PrimaryLocalAdmin, "A81001", "May");
        send(world, &world.person(&asks), &leavers(&practice));
        let part = held(world)[0].id;
        let offered = |who: &str| world.almoner.brake_whole(&world.person(who), part).unwrap().offer;
        assert_eq!((offered(&asks), offered(&other), offered(&primary)), (Offer::TakeBack, Offer::Look, Offer::Decide));
        world.give(&asks, Role::Operator, &Scope::Federation).unwrap();
        assert_eq!(offered(&asks), Offer::TakeBack, "whatever they hold");
        world.wait(14);
        assert_eq!((offered(&asks), offered(&primary)), (Offer::Look, Offer::Look), "its last day is over");
    });
}

/// Lets something be held; gives the part.
type Hold = fn(&World) -> i64;

fn by_file(world: &World) -> i64 {
    send(world, &world.operator(), &leavers(&staff(world, "A81001", 20)));
    held(world)[0].id
}

fn by_person(world: &World) -> i64 {
    let people = staff(world, "A81001", 8);
    let held_ones = people.iter().filter(|one| world.ask(one, &Request::Delete).is_err()).count();
    assert_eq!(held_ones, 3);
    held(world)[0].id
}

fn by_run(world: &World) -> i64 {
    staff(world, "A81001", 20);
    world.wait(90);
    world.run().held[0].id.unwrap()
}

fn by_clock(world: &World) -> i64 {
    let ann = world.user("RX1", "Ann", "Lee");
    world.ask(&ann, &Request::MarkLeaver).unwrap();
    world.days_pass(22);
    world.wait(8);
    world.run().held[0].id.unwrap()
}

fn by_rollback(world: &World) -> i64 {
    staff(world, "A81001", 4);
    world.wait(90);
    let run = world.run();
    world.rollback(run.run, None).unwrap();
    held(world)[0].id
}

// Proves: RUN-05, RUN-06
#[test]
fn whatever_holds_a_part_it_lapses_on_its_day_and_not_before() {
    let kinds: [(Hold, Source, Brake); 5] = [
        (by_file, Source::File, Brake::Share),
        (by_person, Source::Person, Brake::Share),
        (by_run, Source::Run, Brake::Share),
        (by_clock, Source::Run, Brake::Clock),
        (by_rollback, Source::Run, Brake::Rollback),
    ];
    for (hold, source, brake) in kinds {
        on_both_stores(|world| {
            let part = hold(world);
            let is = || world.almoner.brake_whole(&world.operator(), part).unwrap();
            let kept = is().part.held;
            assert_eq!((kept.source, kept.tripped.brake), (source, brake));
            assert_eq!(kept.expires_on, world.today().plus_days(14));
            world.wait(13);
            world.run();
            assert_eq!((is().part.state, is().open), (Stand::Held, true), "{source} {brake} on the day before");
            world.wait(1);
            assert_eq!((is().part.state, is().open), (Stand::Held, false), "nobody may release it any more");
            world.run();
            let over = is();
            assert_eq!((over.part.state, over.left()), (Stand::Lapsed, 0), "{source} {brake}");
            assert_eq!(over.part.ended.as_ref().map(|(by, _)| by.as_str()), Some("system"));
            let told = lines(world, "lapsed");
            let [line] = &told[..] else { panic!("{source} {brake}: one line says so: {told:?}") };
            assert_eq!((line.object.clone(), line.actor.as_str()), (part.to_string(), "system"));
            assert_eq!(line.rule.as_deref(), Some(brake.rule().as_str()));
        });
    }
}

// Proves: RUN-05
#[test]
fn a_part_lapses_on_its_day_also_when_no_run_comes() {
    for (days, lapsed) in [(13, false), (14, true)] {
        on_both_stores(|world| {
            let part = by_file(world);
            let admin = world.admin(Role::PrimaryLocalAdmin, "A81001", "Low");
            world.wait(days);
            let admin = world.person(&admin);
            let told = release(world, &admin, part, &Choice::Count(1)).map(|released| released.done);
            if lapsed {
                let why = format!("part {part} has lapsed already: see what is held with `almoner brake list`");
                assert_eq!(told, Err(why));
                assert_eq!((stands(world, part).as_str(), lines(world, "lapsed").len()), ("lapsed 20", 1));
                assert!(world.almoner.refuse_brake(&admin, part).is_err());
            } else {
                assert_eq!((told, stands(world, part).as_str()), (Ok(1), "done 1, held 19"));
            }
        });
    }
}

// Proves: RUN-05, CSV-02
#[test]
fn a_file_that_is_sent_again_on_the_day_of_the_lapse_is_weighed_anew() {
    on_both_stores(|world| {
        let practice = staff(world, "A81001", 20);
        send(world, &world.operator(), &leavers(&practice));
        let part = held(world)[0].id;
        world.wait(14);
        let (again, _) = send(world, &world.operator(), &leavers(&practice));
        assert_eq!((again.held, stands(world, part).as_str()), (20, "lapsed 20"));
        assert_ne!(held(world)[0].id, part, "it has fourteen days of its own");
    });
}
