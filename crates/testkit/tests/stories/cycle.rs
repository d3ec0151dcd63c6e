//! What is looked at before it is done: the rollback that is foretold, what a run did account by account, the backlog of
//! deletions and the days that it takes, the policies that were adopted.

use std::collections::BTreeMap;

use domain::ids::OdsCode;
use domain::rights::{Role, Scope};
use domain::status::Status;
use service::account::act::Request;
use service::error::Error;
use service::policy::kept::Standing;
use service::policy::shipped;
use service::progress::Silent;
use service::run::foretold::Foretold;
use service::run::waves::Waves;
use testkit::world::{World, on_both_stores, told_on_both_stores};

/// Leavers of both trusts whose 30 days end today.
fn leavers(world: &World) -> Vec<String> {
    let people = [("RX1", "Ann"), ("RX1", "Ben"), ("RX2", "Cy")];
    let people: Vec<String> = people.iter().map(|(code, first)| world.user(code, first, "Lee")).collect();
    for one in &people {
        world.ask(one, &Request::MarkLeaver).unwrap();
    }
    world.days_pass(29);
    world.wait(1);
    people
}

fn foretold(world: &World, run: Option<i64>, organisation: Option<&str>) -> Foretold {
    let code = organisation.map(|code| OdsCode::parse(code).unwrap());
    world.almoner.foretell_rollback(&world.operator(), run.unwrap(), code.as_ref(), &Silent).unwrap()
}

// Proves: RUN-08
#[test]
fn what_is_foretold_of_a_rollback_is_what_it_then_does() {
    on_both_stores(|world| {
        let people = leavers(world);
        let run = world.run().run;
        world.ask(&people[0], &Request::Restore).unwrap();
        let before = world.state();
        let all = foretold(world, run, None);
        assert_eq!(world.state(), before, "it changes nothing");
        let one = foretold(world, run, Some("RX2"));
        assert_eq!((one.back.values().sum::<i64>(), one.stays), (1, 0));
        let report = world.rollback(run, None).unwrap();
        assert_eq!(all.back, report.done);
        assert_eq!(all.stays, report.refused.len() as u64);
        assert_eq!(all.why, report.refused);
        let waits: i64 = report.held.iter().map(|part| part.count).sum();
        assert_eq!(i64::try_from(all.waits).unwrap(), waits);
        let again = foretold(world, run, Some("RX1"));
        assert_eq!((again.already, again.back.len()), (report.run, 0));
        let redone = foretold(world, report.run, None);
        assert_eq!(redone.back, BTreeMap::from([("leaver->deleted".to_owned(), 2)]));
        assert_eq!(redone.waits, 0, "what is done again waits for nobody");
    });
}

// Proves: RUN-08, ROLE-02
#[test]
fn a_rollback_is_foretold_to_operators_and_of_runs_and_organisations_that_exist() {
    on_both_stores(|world| {
        leavers(world);
        let run = world.run().run.unwrap();
        let ask = |ctx, run, code: Option<&str>| {
            let code = code.map(|code| OdsCode::parse(code).unwrap());
            world.almoner.foretell_rollback(ctx, run, code.as_ref(), &Silent).unwrap_err()
        };
        let operator = world.operator();
        assert!(matches!(ask(&operator, 999, None), Error::NotFound { what: "run", .. }));
        assert!(matches!(ask(&operator, run, Some("RX7")), Error::NotFound { what: "organisation", .. }));
        let local = world.person(&world.admin(Role::PrimaryLocalAdmin, "RX1", "Chief"));
        assert!(matches!(ask(&local, run, Some("RX1")), Error::NotAllowed(_)));
        for (name, refused) in [
            ("steps", world.almoner.run_steps(&local, run, 0, 9).unwrap_err()),
            ("waves", world.almoner.waves(&local, &Silent).unwrap_err()),
            ("run", world.almoner.may_run(&local).unwrap_err()),
            ("report", world.almoner.may_report(&local).unwrap_err()),
        ] {
            assert!(matches!(refused, Error::NotAllowed(_)), "{name}: {refused}");
        }
        let auditor = world.user("RX1", "Au", "Ditor");
        world.almoner.grant(&operator, &auditor, Role::Auditor, &Scope::Federation).unwrap();
        let auditor = world.person(&auditor);
        assert!(world.almoner.run_steps(&auditor, run, 0, 9).is_ok());
        assert!(world.almoner.waves(&auditor, &Silent).is_ok());
        assert!(world.almoner.may_run(&auditor).is_err() && world.almoner.may_report(&auditor).is_ok());
        let known = |code: &str| world.almoner.organisation_exists(&auditor, &OdsCode::parse(code).unwrap()).is_ok();
        assert_eq!(["RX1", "A81002", "RX7"].map(known), [true, true, false]);
    });
}

// Proves: RUN-01, RUN-08
#[test]
fn what_a_run_did_is_told_account_by_account_page_by_page() {
    let told = told_on_both_stores(|world| {
        leavers(world);
        let run = world.run().run.unwrap();
        let back = world.rollback(Some(run), Some("RX1")).unwrap().run.unwrap();
        let mut lines = Vec::new();
        for (name, id) in [("run", run), ("rollback", back)] {
            let mut after = 0;
            loop {
                let (steps, next) = world.almoner.run_steps(&world.operator(), id, after, 2).unwrap();
                assert!(steps.len() <= 2);
                let told = steps
                    .iter()
                    .map(|step| format!("{} of {} {} > {}", step.address, step.organisation, step.from, step.to));
                lines.push(format!("{name}: {}", told.collect::<Vec<_>>().join(", ")));
                let Some(line) = next else { break };
                after = line;
            }
        }
        let unknown = world.almoner.run_steps(&world.operator(), 999, 0, 2).unwrap_err();
        lines.push(unknown.to_string());
        lines.join("\n").replace("@mail.example", "")
    });
    let expected = [
        "run: ann.lee of RX1 leaver > deleted, ben.lee of RX1 leaver > deleted",
        "run: cy.lee of RX2 leaver > deleted",
        "rollback: ann.lee of RX1 deleted > leaver, ben.lee of RX1 deleted > leaver",
        "there is no run 999, or you may not see it",
    ];
    assert_eq!(told, expected.join("\n"));
}

fn capped(world: &World, all: u32, each: u32) -> World {
    let text = shipped("2018-09").unwrap();
    let text = text.replace("\"2018-09\"", "\"slow\"");
    let text = text.replace("deletions_per_day = 20000", &format!("deletions_per_day = {all}"));
    let old = "deletions_per_organisation_per_day = 500";
    world.adopt(&text.replace(old, &format!("deletions_per_organisation_per_day = {each}")), None)
}

fn waves(world: &World) -> Waves {
    world.almoner.waves(&world.operator(), &Silent).unwrap()
}

// Proves: LC-16, RUN-04
#[test]
fn the_backlog_takes_as_many_days_as_the_waves_say() {
    for (all, each) in [(1, 1), (2, 1), (2, 2), (9, 1)] {
        on_both_stores(|world| {
            let people = [("RX1", "Ann"), ("RX1", "Ben"), ("RX1", "Cy"), ("RX2", "Dee")];
            let people: Vec<String> = people.iter().map(|(code, first)| world.user(code, first, "Lee")).collect();
            let slow = capped(world, all, each);
            for one in &people {
                slow.ask(one, &Request::MarkLeaver).unwrap();
            }
            slow.days_pass(29);
            slow.wait(1);
            let found = waves(&slow);
            assert_eq!((found.eligible, found.held, found.caps), (4, 0, (all, each)));
            assert_eq!(found.by_day.iter().sum::<u64>(), 4);
            let of = |code: &str| found.organisations.iter().find(|one| one.organisation.as_str() == code).unwrap();
            assert_eq!((of("RX1").eligible, of("RX2").eligible), (3, 1), "{all} {each}");
            let longest = found.organisations.iter().filter_map(|one| one.days).max();
            assert_eq!((longest, found.organisations[0].days), (Some(found.by_day.len()), longest), "{all} {each}");
            let mut days = Vec::new();
            while days.len() < found.by_day.len() {
                let deleted = slow.run().done.get("leaver->deleted").copied().unwrap_or(0);
                days.push(u64::try_from(deleted).unwrap());
                slow.wait(1);
            }
            assert_eq!(days, found.by_day, "{all} {each}");
            assert!(people.iter().all(|one| slow.status(one) == Status::Deleted), "{all} {each}");
            assert_eq!(waves(&slow).eligible, 0);
        });
    }
}

// Proves: LC-18
#[test]
fn adopted_policies_are_told_with_where_they_stand_on_a_day() {
    let told = told_on_both_stores(|world| {
        let begins = |days: i32| Some(world.today().plus_days(days));
        let second = world.adopt(shipped("2021-02").unwrap(), begins(10));
        let third = second.adopt(shipped("2022-12").unwrap(), begins(20));
        let mut lines = Vec::new();
        for day in [0, 9, 10, 19, 20, 300] {
            let later = third.again();
            later.wait(day);
            let kept = later.almoner.kept_policies(&later.operator()).unwrap();
            let words = kept.iter().map(|one| {
                let word = match one.standing {
                    Standing::InForce => "in force",
                    Standing::Coming => "coming",
                    Standing::Past => "past",
                };
                let last = one.last.map_or_else(|| "open".to_owned(), |last| last.to_string());
                format!("{} {word} to {last}", one.policy.name)
            });
            lines.push(format!("{day}: {}", words.collect::<Vec<_>>().join(", ")));
        }
        lines.join("\n")
    });
    let expected = [
        "0: 2022-12 coming to open, 2021-02 coming to 2019-01-20, 2018-09 in force to 2019-01-10",
        "9: 2022-12 coming to open, 2021-02 coming to 2019-01-20, 2018-09 in force to 2019-01-10",
        "10: 2022-12 coming to open, 2021-02 in force to 2019-01-20, 2018-09 past to 2019-01-10",
        "19: 2022-12 coming to open, 2021-02 in force to 2019-01-20, 2018-09 past to 2019-01-10",
        "20: 2022-12 in force to open, 2021-02 past to 2019-01-20, 2018-09 past to 2019-01-10",
        "300: 2022-12 in force to open, 2021-02 past to 2019-01-20, 2018-09 past to 2019-01-10",
    ];
    assert_eq!(told, expected.join("\n"));
}

// Proves: RUN-07, EXP-01
#[test]
fn each_change_of_the_forecast_says_what_would_change_it() {
    on_both_stores(|world| {
        let (ann, ben) = (world.user("RX1", "Ann", "Lee"), world.user("RX1", "Ben", "Lee"));
        world.ask(&ben, &Request::MarkLeaver).unwrap();
        let admin = world.person(&world.admin(Role::LocalAdmin, "RX1", "One"));
        let foreseen = world.almoner.forecast(&admin, "RX1", 400).unwrap();
        let ways = |address: &str, to: Status| {
            let mut found = foreseen.iter().filter(|one| one.account.address.as_str() == address);
            found.find(|one| one.expected.to == to).unwrap().would_change.join("; ")
        };
        for (address, to, part) in [
            (&ann, Status::Inactive, "it stays active and the clock restarts"),
            (&ann, Status::Deleted, "active at once (LC-05)"),
            (&ann, Status::Purged, "an administrator restores it"),
            (&ben, Status::Deleted, "another organisation joins it before 2019-01-31"),
            (&ben, Status::Deleted, "RX1 cancels the leaver before 2019-01-31"),
            (&ben, Status::Purged, "an administrator restores it"),
        ] {
            let found = ways(address, to);
            assert!(found.contains(part), "{address} {to}: {part}: {found}");
        }
    });
}

// Proves: RUN-09
#[test]
fn the_summary_of_a_comparison_has_its_figures() {
    on_both_stores(|world| {
        for first in ["Ann", "Ben"] {
            world.user("RX1", first, "Lee");
        }
        world.user("RX2", "Cy", "Lee");
        let text = shipped("2018-09").unwrap().replace("\"2018-09\"", "\"quick\"");
        let policy = service::policy::parse(&text.replace("idle = \"90 days\"", "idle = \"60 days\"")).unwrap();
        let question =
            service::what_if::Question { policy, from: None, begins: None, days: 80, organisations: Vec::new() };
        let report = world.almoner.what_if(&world.operator(), &question, &Silent).unwrap();
        let summary = report.summary();
        assert_eq!(summary.accounts, report.accounts);
        assert_eq!(summary.days, (report.from.to_string(), report.to.to_string()));
        assert_eq!(summary.total, [("active->inactive".to_owned(), 0, 3)]);
        assert_eq!(summary.worst, Some(("2019-03-02".to_owned(), 3)));
        let most: Vec<(&str, u32, u32)> = summary.most.iter().map(|one| (one.0.as_str(), one.2, one.3)).collect();
        assert_eq!(most, [("RX1", 0, 2), ("RX2", 0, 1)]);
        assert_eq!(summary.held, (0, 0));
    });
}

// Proves: RUN-09, ROLE-02
#[test]
fn a_question_that_cannot_be_answered_is_refused_before_anything_is_counted() {
    on_both_stores(|world| {
        let policy = service::policy::parse(shipped("2021-02").unwrap()).unwrap();
        let asked = |codes: &[&str], days: u16, begins: Option<i32>| service::what_if::Question {
            policy: policy.clone(),
            from: None,
            begins: begins.map(|ahead| world.today().plus_days(ahead)),
            days,
            organisations: codes.iter().map(|code| (*code).to_owned()).collect(),
        };
        let local = world.person(&world.admin(Role::LocalAdmin, "RX1", "Local"));
        let desk = world.person(&world.admin(Role::Helpdesk, "RX1", "Desk"));
        let operator = world.operator();
        for (ctx, codes, days, begins, told) in [
            (&operator, &[][..], 30, None, ""),
            (&operator, &["RX1", "RX2"][..], 30, Some(0), ""),
            (&local, &["RX1"][..], 3650, Some(5), ""),
            (&local, &[][..], 30, None, "your roles do not allow that here (what_if)"),
            (&local, &["RX1", "RX2"][..], 30, None, "there is no organisation RX2, or you may not see it"),
            (&local, &["RX7"][..], 30, None, "there is no organisation RX7, or you may not see it"),
            (&desk, &["RX1"][..], 30, None, "your roles do not allow that here (what_if)"),
            (&local, &["RX1"][..], 0, None, "--days takes 1 to 3650"),
            (&local, &["RX1"][..], 3651, None, "--days takes 1 to 3650"),
            (&local, &["RX1"][..], 30, Some(-1), "2018-12-31 is past: a policy begins today (2019-01-01) or later"),
        ] {
            let question = asked(codes, days, begins);
            let refused = world.almoner.may_ask(ctx, &question).err().map(|error| error.to_string());
            assert_eq!(refused.unwrap_or_default(), told, "{codes:?} {days} {begins:?}");
            let answered = world.almoner.what_if(ctx, &question, &Silent);
            assert_eq!(answered.err().map(|error| error.to_string()).unwrap_or_default(), told, "{codes:?} {days}");
        }
    });
}
