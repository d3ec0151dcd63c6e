//! Brakes: what is too much for an organisation waits for a second person, and the rest goes on (RUN-05).
#![expect(clippy::unwrap_used, reason = "what cannot be prepared fails the story")]

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use domain::brake::{Brake, Group, Measure, Source, Stand, Tripped};
use domain::ctx::Ctx;
use domain::ids::OdsCode;
use domain::lifecycle::change::Action;
use domain::org::Sector;
use domain::rights::{Role, Scope};
use domain::rule::Rule;
use domain::status::{Kind, Status};
use expect_test::expect;
use service::account::act::Request;
use service::brake::choice::Choice;
use service::brake::release::Release;
use service::brake::see::why;
use service::error::Error;
use service::import::FileReport;
use service::progress::{Progress, Silent};
use store::brake::{NewItem, NewPart, Part};
use store::tx::Audit;
use tempfile::TempDir;
use testkit::world::{World, on_both_stores};

pub(crate) const HEADINGS: &str = "Address,Action,Argument,Reason\n";

pub(crate) fn staff(world: &World, organisation: &str, count: usize) -> Vec<String> {
    (0..count).map(|_| world.user(organisation, "Ann", "Lee")).collect()
}

pub(crate) fn leavers(people: &[String]) -> String {
    people.iter().fold(HEADINGS.to_owned(), |mut text, address| {
        writeln!(text, "{address},leaver,,moved").unwrap();
        text
    })
}

fn send_with(world: &World, ctx: &Ctx, text: &str, progress: &dyn Progress) -> (FileReport, String) {
    let folder = TempDir::new().unwrap();
    let (file, out) = (folder.path().join("sent.csv"), folder.path().join("out.csv"));
    fs::write(&file, text).unwrap();
    let report = world.almoner.bulk(ctx, &file, Some(&out), false, progress).unwrap();
    (report, fs::read_to_string(out).unwrap())
}

pub(crate) fn send(world: &World, ctx: &Ctx, text: &str) -> (FileReport, String) {
    send_with(world, ctx, text, &Silent)
}

pub(crate) fn held(world: &World) -> Vec<Part> {
    world.almoner.brakes(&world.operator(), None, false, 100).unwrap()
}

pub(crate) fn release(world: &World, who: &Ctx, part: i64, choice: &Choice) -> Result<Release, String> {
    world.almoner.release_brake(who, part, choice, &Silent).map_err(|error| error.to_string())
}

pub(crate) fn status_count(world: &World, people: &[String], status: Status) -> usize {
    people.iter().filter(|address| world.status(address) == status).count()
}

// Proves: RUN-05
#[test]
fn a_leaver_of_a_two_person_practice_passes() {
    on_both_stores(|world| {
        let both = staff(world, "A81001", 2);
        for address in &both {
            assert_eq!(world.ask(address, &Request::MarkLeaver).unwrap().status(), Status::Leaver);
        }
        assert_eq!(held(world), []);
    });
}

// Proves: RUN-05
#[test]
fn a_file_that_empties_a_practice_is_held_whole_and_the_rest_of_it_goes_on() {
    on_both_stores(|world| {
        let practice = staff(world, "A81001", 40);
        let trust = staff(world, "RX1", 3);
        let admin = world.admin(Role::PrimaryLocalAdmin, "A81001", "Low");
        let sent = [&practice[..38], &trust[..2]].concat();
        let (report, told) = send(world, &world.operator(), &leavers(&sent));
        assert_eq!((report.done, report.held, report.effective()), (2, 38, 2));
        let [part] = &held(world)[..] else { panic!("one part: {:?}", held(world)) };
        expect![[
            r"38 of 41 users of A81001 would become leavers (JML-01) today; the brake allows 8 (20 % of 41, at least 5)"
        ]]
        .assert_eq(&why(part));
        let line = format!(
            "{},leaver,,moved,held,held in part {id}: a second person releases it with `almoner brake release {id}`",
            practice[0],
            id = part.id
        );
        assert!(told.contains(&line), "{told}");
        assert_eq!(status_count(world, &practice, Status::Leaver), 0);
        assert_eq!(status_count(world, &trust, Status::Leaver), 2);
        let notices = world.notices_of(&practice[0]);
        assert_eq!(notices, format!("0 held_by_brake -> {admin}"));
        // The same file again holds nothing twice and counts nothing twice.
        let (again, _) = send(world, &world.operator(), &leavers(&sent));
        assert_eq!((again.done, again.already, again.held), (0, 2, 38));
        assert_eq!(held(world), std::slice::from_ref(part));
        let facts = world.almoner.explain(&world.operator(), &practice[0], None).unwrap().explanation.facts;
        let fact = facts.iter().find(|fact| fact.name == "brake").unwrap();
        assert!(fact.value.starts_with(&format!("held as part {}: 38 of 41 users", part.id)), "{}", fact.value);
        assert_eq!(world.almoner.show(&world.operator(), &practice[0]).unwrap().brakes, std::slice::from_ref(part));
    });
}

// Proves: RUN-05
#[test]
fn a_second_person_releases_in_part_and_hears_what_no_longer_applies() {
    on_both_stores(|world| {
        let practice = staff(world, "A81001", 40);
        let admin = world.person(&world.admin(Role::PrimaryLocalAdmin, "A81001", "Low"));
        send(world, &world.operator(), &leavers(&practice[..38]));
        let part = held(world)[0].id;
        let ten = release(world, &admin, part, &Choice::Count(10)).unwrap();
        assert_eq!((ten.done, ten.left, ten.part.state), (10, 28, Stand::Held));
        assert_eq!(status_count(world, &practice[..10], Status::Leaver), 10, "those held first");
        world.ask(&practice[30], &Request::Disable).unwrap();
        world.ask(&practice[31], &Request::MarkLeaver).unwrap();
        let some = Choice::Accounts(vec![practice[30].to_uppercase(), practice[20].clone()]);
        let some = release(world, &admin, part, &some).unwrap();
        assert_eq!((some.done, some.left), (1, 26));
        let why_not = "the account is disabled: enable it first, then mark it as a leaver (LC-09)";
        assert_eq!(some.refused, [(practice[30].clone(), why_not.to_owned())]);
        let not_there = release(world, &admin, part, &Choice::Accounts(vec![practice[20].clone()])).unwrap_err();
        assert!(not_there.contains("is not held in part"), "{not_there}");
        let rest = release(world, &admin, part, &Choice::All).unwrap();
        assert_eq!((rest.done, rest.left, rest.part.state), (25, 0, Stand::Done));
        assert_eq!(rest.refused, [(practice[31].clone(), "the account is a leaver already (LC-08)".to_owned())]);
        assert_eq!(status_count(world, &practice[..38], Status::Leaver), 37);
        let over = release(world, &admin, part, &Choice::All).unwrap_err();
        assert!(over.contains("is done already"), "{over}");
        let line = world.almoner.history(&world.operator(), &practice[0]).unwrap().pop().unwrap();
        assert_eq!((line.actor.as_str(), line.action.as_str()), ("operator", "marked_leaver"));
        assert!(line.detail.contains("\"released_by\":\"admin.low@mail.example\""), "{}", line.detail);
        let (again, _) = send(world, &world.operator(), &leavers(&practice[..38]));
        assert_eq!((again.already, again.held, again.done), (38, 0, 0));
    });
}

// Proves: RUN-05, ROLE-02
#[test]
fn nobody_releases_what_they_asked_for_whatever_they_hold() {
    on_both_stores(|world| {
        let practice = staff(world, "A81001", 20);
        let sender = world.admin(Role::PrimaryLocalAdmin, "A81001", "Low");
        let other = world.admin(Role::PrimaryLocalAdmin, "A81001", "Roe");
        let local = world.admin(Role::LocalAdmin, "A81001", "May");
        let elsewhere = world.admin(Role::PrimaryLocalAdmin, "RX1", "Far");
        send(world, &world.person(&sender), &leavers(&practice));
        let part = held(world)[0].id;
        let says = |who: &str| release(world, &world.person(who), part, &Choice::All).map(|r| r.done);
        let own = Err("you asked for it: a second person must release it (RUN-05)".to_owned());
        assert_eq!(says(&sender), own);
        world.almoner.grant(&world.operator(), &sender, Role::Operator, &Scope::Federation).unwrap();
        assert_eq!(says(&sender), own, "by another role");
        assert_eq!(says(&local), Err("your roles do not allow that here (release_brake)".to_owned()));
        assert_eq!(says(&elsewhere), Err(format!("there is no part {part}, or you may not see it")));
        let far = world.person(&elsewhere);
        let unseen = world.almoner.brake(&far, part, 0, 10).unwrap_err();
        assert!(matches!(unseen, Error::NotFound { .. }), "{unseen}");
        assert!(world.almoner.brakes(&far, Some("A81001"), false, 10).is_err());
        assert!(world.almoner.brakes(&far, None, false, 10).is_err());
        let (shown, accounts) = world.almoner.brake(&world.person(&local), part, 0, 3).unwrap();
        assert_eq!(
            (shown.id, accounts.len(), accounts[0].asked.clone()),
            (part, 3, Some(("leaver", "moved".to_owned())))
        );
        assert_eq!(says(&other), Ok(20));
        // The console is one person, too; a sector's team may release for its organisations.
        let more = staff(world, "A81001", 30);
        send(world, &world.operator(), &leavers(&more));
        let part = held(world)[0].id;
        assert_eq!(release(world, &world.operator(), part, &Choice::All).map(|r| r.done), own);
        let team = world.user("RX2", "Sam", "Team");
        world.almoner.grant(&world.operator(), &team, Role::SectorAdmin, &Scope::Sector(Sector::Gp)).unwrap();
        assert_eq!(release(world, &world.person(&team), part, &Choice::All).map(|r| r.done), Ok(30));
    });
}

// Proves: RUN-05
#[test]
fn single_actions_pass_until_the_day_has_had_enough() {
    on_both_stores(|world| {
        let practice = staff(world, "A81001", 8);
        for address in &practice[..5] {
            world.ask(address, &Request::Delete).unwrap();
        }
        let refused = world.ask(&practice[5], &Request::Delete).unwrap_err();
        let Error::Held(request) = &refused else { panic!("{refused}") };
        assert_eq!(world.status(&practice[5]), Status::Active);
        expect!["1 of 8 users of A81001 would be deleted (LC-12) today besides 5 before; the brake allows 5 (20 % of 8, at least 5)"]
            .assert_eq(&request.why);
        let more = world.ask(&practice[6], &Request::Delete).unwrap_err();
        let Error::Held(more) = more else { panic!("{more}") };
        assert_eq!((more.part, &more.why[..6]), (request.part, "2 of 8"), "kept beside the first");
        world.ask(&practice[6], &Request::Delete).unwrap_err();
        assert_eq!(held(world)[0].held.measure.planned, 2, "asked twice, held once");
        world.ask(&practice[7], &Request::Disable).unwrap();
        world.ask(&practice[0], &Request::Restore).unwrap();
        world.wait(1);
        world.ask(&practice[7], &Request::Delete).unwrap();
        // Whoever asked may take it back, and then it may be asked anew.
        assert_eq!(world.almoner.refuse_brake(&world.operator(), request.part).unwrap(), 2);
        assert_eq!(held(world), []);
        world.ask(&practice[6], &Request::Delete).unwrap();
    });
}

// Proves: RUN-05
#[test]
fn the_organisation_that_loses_by_a_transfer_is_the_one_that_counts() {
    on_both_stores(|world| {
        let practice = staff(world, "A81001", 12);
        let to: Vec<String> = practice.iter().map(|address| format!("{address},transfer,RX1,\n")).collect();
        let (report, _) = send(world, &world.operator(), &format!("{HEADINGS}{}", to.concat()));
        assert_eq!((report.done, report.held), (0, 12));
        let admin = world.person(&world.admin(Role::PrimaryLocalAdmin, "A81001", "Low"));
        let released = release(world, &admin, held(world)[0].id, &Choice::All).unwrap();
        assert_eq!(released.done, 12);
        assert_eq!(world.account(&practice[0]).organisation.as_str(), "RX1");
    });
}

// Proves: RUN-05
#[test]
fn what_nobody_released_lapses_with_the_run_of_its_day() {
    on_both_stores(|world| {
        let practice = staff(world, "A81001", 20);
        send(world, &world.operator(), &leavers(&practice));
        let part = held(world)[0].clone();
        world.wait(13);
        world.run();
        assert_eq!(held(world), std::slice::from_ref(&part));
        world.wait(1);
        world.run();
        assert_eq!(held(world), []);
        let all = world.almoner.brakes(&world.operator(), Some("A81001"), true, 10).unwrap();
        assert_eq!((all[0].id, all[0].state), (part.id, Stand::Lapsed));
        assert_eq!(status_count(world, &practice, Status::Leaver), 0);
        // The file is weighed anew, as it was the first time.
        let (again, _) = send(world, &world.operator(), &leavers(&practice));
        assert_eq!((again.held, held(world)[0].id == part.id), (20, false));
    });
}

// Proves: RUN-05
#[test]
fn two_senders_at_once_do_together_no_more_than_one_may() {
    on_both_stores(|world| {
        let practice = staff(world, "A81001", 10);
        let files = [leavers(&practice[..5]), leavers(&practice[5..])];
        let reports = std::thread::scope(|scope| {
            let both = files.each_ref().map(|text| {
                let other = world.again();
                scope.spawn(move || send(&other, &other.operator(), text).0)
            });
            both.map(|thread| thread.join().unwrap())
        });
        assert_eq!(reports.iter().map(|r| r.done).sum::<u64>(), 5);
        assert_eq!(reports.iter().map(|r| r.held).sum::<u64>(), 5);
        assert_eq!(status_count(world, &practice, Status::Leaver), 5);
        let inside: i64 = held(world).iter().map(|part| part.held.measure.planned).sum();
        assert_eq!(inside, 5);
    });
}

// Proves: RUN-05
#[test]
fn accounts_that_a_file_changes_twice_cannot_slip_through() {
    on_both_stores(|world| {
        let practice = staff(world, "A81001", 10);
        for address in &practice {
            // Disabled by the day before, or the brake would hold that as well.
            if world.ask(address, &Request::Disable).is_err() {
                world.wait(1);
                world.ask(address, &Request::Disable).unwrap();
            }
        }
        let lines: Vec<String> =
            practice.iter().map(|address| format!("{address},enable,,\n{address},leaver,,\n")).collect();
        let (report, told) = send(world, &world.operator(), &format!("{HEADINGS}{}", lines.concat()));
        assert_eq!((report.done, report.held), (15, 5), "{told}");
        assert_eq!(status_count(world, &practice, Status::Leaver), 5);
    });
}

/// A trust of 1,200, made from one file.
fn large(world: &World) -> Vec<String> {
    let mut text =
        "ID,LocalId,Title,FirstName,LastName,DisplayName,Mobile,HideMobile,Telephone,JobTitle,OrganisationODS,\
                    Unit,Licence,Notes\n"
            .to_owned();
    for n in 0..1_200 {
        writeln!(text, ",{n},,Ann,Lee,,,,,,RX1,,,").unwrap();
    }
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("people.csv");
    fs::write(&file, text).unwrap();
    let report = world.almoner.import_accounts(&world.operator(), &file, None, false, &Silent).unwrap();
    assert_eq!(report.created, 1_200, "{:?}", report.problems.first());
    let (mut people, mut after) = (Vec::new(), 0);
    loop {
        let page = world.almoner.list_accounts(&world.operator(), "RX1", None, Some(after), 500).unwrap();
        let Some((last, _)) = page.last() else { return people };
        after = last.id.0;
        people.extend(page.iter().map(|(account, _)| account.address.to_string()));
    }
}

/// Ends the process, as far as a test can, at a call of `advance`.
struct Killer(Cell<usize>);

impl Progress for Killer {
    fn stage(&self, _: &str, _: Option<u64>) {}

    fn advance(&self, n: u64) {
        // Of a stage that counts whole batches.
        if n > 1 {
            match self.0.get() {
                0 => resume_unwind(Box::new("killed")),
                left => self.0.set(left - 1),
            }
        }
    }

    fn finish(&self) {}
}

// Proves: RUN-05, CSV-02
#[test]
fn a_sender_and_a_releaser_that_are_killed_go_on_where_they_were() {
    on_both_stores(|world| {
        let people = large(world);
        let admin = world.person(&world.admin(Role::PrimaryLocalAdmin, "RX1", "Low"));
        let text = leavers(&people);
        let killed =
            catch_unwind(AssertUnwindSafe(|| send_with(world, &world.operator(), &text, &Killer(Cell::new(0)))));
        assert!(killed.is_err());
        let part = held(world)[0].clone();
        assert_eq!(part.held.measure.planned, 1_000);
        let (report, _) = send(world, &world.operator(), &text);
        assert_eq!((report.held, report.done), (1_200, 0));
        assert_eq!(held(world)[0].held.measure.planned, 1_200);
        let killed = catch_unwind(AssertUnwindSafe(|| {
            world.almoner.release_brake(&admin, part.id, &Choice::All, &Killer(Cell::new(0)))
        }));
        assert!(killed.is_err());
        assert_eq!(release(world, &admin, part.id, &Choice::All).map(|r| (r.done, r.left)), Ok((700, 0)));
        let gone = world.almoner.list_accounts(&world.operator(), "RX1", Some(Status::Leaver), None, 5_000).unwrap();
        assert_eq!(gone.len(), 1_200);
        let marked = |address: &String| world.story_of(address).matches("marked_leaver").count();
        assert!(people.iter().step_by(97).all(|address| marked(address) == 1));
    });
}

/// A part as a run would hold it.
pub(crate) fn planned_by_run(world: &World, people: &[String]) -> i64 {
    let organisation = OdsCode::parse("A81001").unwrap();
    let group = Group { organisation, kind: Kind::User, action: Action::Inactivated, rule: Rule::Lc01 };
    let part = NewPart {
        day: world.today(),
        group,
        source: Source::Run,
        tripped: Tripped { brake: Brake::Share, limit: 5, why: "20 % of 12, at least 5".to_owned() },
        measure: Measure { planned: 0, done_today: 0, forecast: Some(0), population: 12 },
        run: Some(7),
        asked_by: String::new(),
        asked_id: None,
        asked_in: String::new(),
        budget: None,
        made_at: world.operator().now,
        expires_on: world.today().plus_days(14),
    };
    let items: Vec<NewItem> = people
        .iter()
        .map(|address| NewItem {
            account: world.account(address).id,
            address: address.clone(),
            request: None,
            request_key: None,
        })
        .collect();
    let store = store::db::Store::open(world.url()).unwrap();
    store
        .write("story", |tx| {
            let (id, _) = store::brake::open(tx, &part)?;
            store::brake::hold(tx, id, &items)?;
            let event = store::event::NewEvent {
                at: part.made_at.second(),
                actor: "system".into(),
                grant_id: None,
                object_type: "brake",
                object: id.to_string(),
                account_id: None,
                organisation: None,
                action: "held",
                rule: None,
                detail: "{}".into(),
                run_id: Some(7),
                request_key: None,
            };
            Ok::<_, store::error::Error>((id, Audit::events(vec![event])?))
        })
        .unwrap()
}

// Proves: RUN-05
#[test]
fn a_runs_part_takes_two_persons() {
    on_both_stores(|world| {
        let people = staff(world, "A81001", 12);
        let part = planned_by_run(world, &people);
        let [one, two] = ["Low", "Roe"].map(|last| world.person(&world.admin(Role::PrimaryLocalAdmin, "A81001", last)));
        let first = release(world, &one, part, &Choice::All).unwrap();
        assert_eq!((first.first_only, first.for_run, first.left), (true, 0, 12));
        let again = release(world, &one, part, &Choice::All).unwrap_err();
        assert_eq!(again, "you released it first: a second person must release it (RUN-05)");
        let three = release(world, &two, part, &Choice::Count(3)).unwrap();
        assert_eq!((three.first_only, three.for_run, three.left, three.part.state), (false, 3, 9, Stand::Held));
        let all = world.almoner.release_run(&two, 7, &Silent).unwrap();
        assert_eq!((all.len(), all[0].for_run, all[0].part.state), (1, 9, Stand::Released));
        let none = world.almoner.release_run(&two, 7, &Silent).unwrap_err();
        assert!(matches!(none, Error::NotFound { .. }), "{none}");
        let released: BTreeSet<Stand> =
            world.almoner.brake(&two, part, 0, 50).unwrap().1.into_iter().map(|item| item.state).collect();
        assert_eq!(released, BTreeSet::from([Stand::Released]));
    });
}

#[test]
fn requests_of_somebody_who_is_gone_are_told_and_not_done() {
    on_both_stores(|world| {
        let practice = staff(world, "A81001", 20);
        let sender = world.admin(Role::LocalAdmin, "A81001", "Low");
        let other = world.person(&world.admin(Role::PrimaryLocalAdmin, "A81001", "Roe"));
        send(world, &world.person(&sender), &leavers(&practice));
        world.ask(&sender, &Request::Disable).unwrap();
        let released = release(world, &other, held(world)[0].id, &Choice::All).unwrap();
        assert_eq!((released.done, released.refused.len(), released.left), (0, 20, 0));
        assert_eq!(released.refused[0].1, format!("{sender} may no longer act"));
        assert_eq!(status_count(world, &practice, Status::Leaver), 0);
    });
}

#[test]
fn a_policy_from_before_brakes_gets_the_shipped_figures() {
    let migration = include_str!("../../../store/migrations/0006_brake.sql");
    let added = migration.split('\'').rev().nth(1).unwrap();
    let shipped = service::policy::shipped("2018-09").unwrap();
    let (head, rest) = shipped.split_once("[brakes]").unwrap();
    let (_, tail) = rest.split_once("\n[").unwrap();
    let before = format!("{head}[{tail}");
    assert!(service::policy::parse(&before).is_err());
    assert_eq!(service::policy::parse(&format!("{before}{added}")).unwrap(), service::policy::parse(shipped).unwrap());
}
