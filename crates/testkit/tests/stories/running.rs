//! The run itself: previewed, interrupted, raced, missed, dated wrongly.

use std::cell::Cell;

use domain::status::Status;
use domain::time::Timestamp;
use expect_test::expect;
use service::account::act::Request;
use service::progress::{Progress, Silent};
use service::run::report::RunReport;
use store::audit::Search;
use testkit::world::{World, on_both_stores, told_on_both_stores};

/// People in every situation, some of them due on day 30.
fn crowd(world: &World) -> Vec<String> {
    let names = ["Ann", "Ben", "Cy", "Dee", "Eve", "Flo"].map(|first| world.user("RX1", first, "Lee"));
    world.ask(&names[0], &Request::MarkLeaver).unwrap();
    world.ask(&names[1], &Request::MarkLeaver).unwrap();
    world.ask(&names[1], &Request::Hold).unwrap();
    world.ask(&names[2], &Request::Disable).unwrap();
    world.ask(&names[3], &Request::Delete).unwrap();
    let mut all = names.to_vec();
    all.push(world.try_user("RX2", "Gus", "Lee").unwrap());
    all.push(world.shared("RX2", "Ward 2", &[&all[5]]));
    all
}

/// Does something when the run comes to a stage.
struct Meanwhile<'a> {
    stage: &'static str,
    what: &'a dyn Fn(),
    done: Cell<bool>,
}

impl<'a> Meanwhile<'a> {
    /// When it has its plan.
    fn new(what: &'a dyn Fn()) -> Self {
        Self::at("run", what)
    }

    fn at(stage: &'static str, what: &'a dyn Fn()) -> Self {
        Self { stage, what, done: Cell::new(false) }
    }
}

impl Progress for Meanwhile<'_> {
    fn stage(&self, name: &str, _: Option<u64>) {
        if name == self.stage && !self.done.replace(true) {
            (self.what)();
        }
    }

    fn advance(&self, _: u64) {}

    fn finish(&self) {}
}

// Proves: RUN-01
#[test]
fn a_preview_changes_nothing_and_the_run_does_what_it_said() {
    on_both_stores(|world| {
        crowd(world);
        for day in 1..=40 {
            world.wait(1);
            let before = world.everything();
            let preview = world.almoner.preview(&world.operator(), None, &Silent).unwrap();
            let later = world.almoner.preview(&world.operator(), Some(world.today().plus_days(20)), &Silent).unwrap();
            assert_eq!(world.everything(), before, "day {day}");
            assert_eq!(later.day, Some(world.today().plus_days(20)));
            let run = world.run();
            assert_eq!((&preview.planned, preview.notices), (&run.done, run.notices), "day {day}");
            assert_eq!((&run.planned, preview.refused), (&run.done, run.refused), "day {day}");
        }
    });
}

// Proves: RUN-01
#[test]
fn a_preview_of_a_later_day_is_what_then_happens() {
    on_both_stores(|world| {
        crowd(world);
        world.days_pass(10);
        let previews: Vec<RunReport> = (1..=175)
            .map(|days| world.almoner.preview(&world.operator(), Some(world.today().plus_days(days)), &Silent).unwrap())
            .collect();
        for preview in previews {
            world.wait(1);
            let run = world.run();
            assert_eq!(preview.day, run.day);
            assert_eq!((&preview.planned, preview.notices), (&run.done, run.notices), "{:?}", run.day);
        }
    });
}

// Proves: RUN-02
#[test]
fn a_second_run_of_the_day_changes_nothing() {
    on_both_stores(|world| {
        crowd(world);
        world.days_pass(29);
        world.wait(1);
        let first = world.run();
        assert!(first.finished && !first.already);
        assert_eq!(first.done.get("leaver->deleted"), Some(&1));
        let after = world.everything();
        let second = world.run();
        assert!(second.already);
        assert_eq!((second.run, &second.done, second.notices), (first.run, &first.done, first.notices));
        assert_eq!(world.everything(), after);
    });
}

// Proves: RUN-02
#[test]
fn two_runs_at_once_are_one_too_many_and_a_dead_holder_is_taken_over() {
    let told = told_on_both_stores(|world| {
        crowd(world);
        world.wait(30);
        let said = Cell::new(String::new());
        let other = world.again();
        let come_second = || said.set(other.run_as("second", true, &Silent).unwrap_err().to_string());
        world.run_as("first", true, &Meanwhile::new(&come_second)).unwrap();
        // The first one is dead in the eyes of the next: it is taken over, and finds out.
        world.wait(7);
        let take_over = || drop(world.again().run_as("second", false, &Silent).unwrap());
        let lost = world.run_as("first", true, &Meanwhile::new(&take_over)).map(|report| report.already);
        let lost = lost.map_or_else(|error| error.to_string(), |already| format!("already: {already}"));
        let runs = world.almoner.run_list(&world.operator(), 9).unwrap();
        assert!(runs.iter().all(|run| run.finished) && runs.len() == 2, "{runs:?}");
        format!("{}\n{lost}", said.take())
    });
    expect![[r#"
        `the run` is being done by first: wait until it ends
        the lease was taken over by another process: nothing was changed; start again"#]]
    .assert_eq(&told);
}

// Proves: RUN-02
#[test]
fn a_run_that_was_taken_over_before_its_plan_or_its_end_keeps_nothing_of_either() {
    for stage in ["plan", "forecast"] {
        on_both_stores(|world| {
            crowd(world);
            world.days_pass(2);
            world.wait(28);
            let take_over = || drop(world.again().run_as("second", false, &Silent).unwrap());
            let lost = world.run_as("first", true, &Meanwhile::at(stage, &take_over)).unwrap_err().to_string();
            assert!(lost.starts_with("the lease was taken over"), "{stage}: {lost}");
            for action in ["planned", "finished"] {
                let search = Search { action: action.into(), ..everything() };
                let lines = world.almoner.search_audit(&world.operator(), &search).unwrap();
                assert_eq!(lines.len(), 3, "{stage}: each run is {action} once");
            }
            let runs = world.almoner.run_list(&world.operator(), 9).unwrap();
            assert!(runs.iter().all(|run| run.finished) && runs.len() == 3, "{stage}: {runs:?}");
        });
    }
}

fn everything() -> Search {
    let any = String::new;
    let (from, until) = (Timestamp::from_second(0), Timestamp::from_second(i64::MAX));
    let (actor, object, organisation, action, rule) = (any(), any(), any(), any(), any());
    Search { actor, object, organisation, action, rule, from, until, before: i64::MAX, limit: 100 }
}

// Proves: RUN-02
#[test]
fn people_change_accounts_while_a_run_goes_on() {
    on_both_stores(|world| {
        let names = crowd(world);
        world.wait(16);
        world.run();
        world.weeks_pass(7);
        world.wait(7);
        let other = world.again();
        // The run has its plan when another process cancels one leaver and marks another account.
        let meanwhile = || {
            other.ask(&names[0], &Request::CancelLeaver).unwrap();
            other.ask(&names[4], &Request::MarkLeaver).unwrap();
        };
        let report = world.run_as("first", true, &Meanwhile::new(&meanwhile)).unwrap();
        assert_eq!(report.planned.get("leaver->deleted"), Some(&1));
        assert_eq!(report.done.get("leaver->deleted"), None);
        assert_eq!((world.status(&names[0]), world.status(&names[4])), (Status::Active, Status::Leaver));
        let scored = world.almoner.run_show(&world.operator(), report.run.unwrap()).unwrap().forecast;
        assert!(scored.is_none_or(|scored| scored.differences.iter().all(|d| !d.why.is_empty())));
    });
}

// Proves: RUN-03, NTC-01
#[test]
fn what_fell_due_while_runs_were_missed_still_gets_its_notice() {
    let told = told_on_both_stores(|world| {
        let [ann, ben] = ["Ann", "Ben"].map(|first| world.user("RX1", first, "Lee"));
        world.ask(&ann, &Request::MarkLeaver).unwrap();
        world.ask(&ben, &Request::MarkLeaver).unwrap();
        world.days_pass(20);
        world.wait(60);
        let early = world.ask(&ann, &Request::CancelLeaver).map(|account| account.status().to_string());
        world.run();
        assert_eq!(world.status(&ben), Status::Leaver, "it was told, but the clock jumped (RUN-06)");
        let cy = world.user("RX1", "Cy", "Lee");
        world.ask(&cy, &Request::MarkLeaver).unwrap();
        world.wait(60);
        world.run();
        assert_eq!(world.status(&cy), Status::Leaver, "it was never told");
        world.days_pass(14);
        assert_eq!(world.status(&cy), Status::Deleted);
        format!("{early:?}\n\n{}\n\n{}\n\n{}", world.story_of(&ben), world.story_of(&cy), world.notices_of(&cy))
    });
    expect![[r#"
        Ok("active")

        0 created (ORG-01) by operator
        0 accepted_terms (LC-13) by operator
        0 marked_leaver (JML-01) by operator
        16 deletion_announced (NTC-01) by system
        80 held (RUN-06) by system
        140 held (RUN-06) by system
        154 deleted (LC-06) by system

        80 created (ORG-01) by operator
        80 accepted_terms (LC-13) by operator
        80 marked_leaver (JML-01) by operator
        140 deletion_announced (NTC-01) by system
        147 reminded (NTC-03) by system
        153 reminded (NTC-03) by system
        154 deleted (LC-06) by system

        80 leaver_marked -> cy.lee@mail.example
        140 deletion_announced -> cy.lee@mail.example
        147 deletion_reminder -> cy.lee@mail.example
        153 deletion_reminder -> cy.lee@mail.example"#]]
    .assert_eq(&told);
}

// Proves: RUN-01, RUN-03
#[test]
fn a_run_never_goes_back() {
    let told = told_on_both_stores(|world| {
        crowd(world);
        world.wait(3);
        world.run();
        world.wait(-1);
        let before = world.everything();
        let answer = world.try_run().unwrap_err().to_string();
        assert_eq!(world.everything(), before);
        let past = world.almoner.preview(&world.operator(), Some(world.today().plus_days(-1)), &Silent).unwrap_err();
        format!("{answer}\n{past}")
    });
    expect![[r#"
        the last run was of 2019-01-04, which is after 2019-01-03: a run never goes back; run on 2019-01-04 or later
        2019-01-02 is past: a preview is of today (2019-01-03) or a later day"#]]
    .assert_eq(&told);
}

// Proves: RUN-02
#[test]
fn a_run_killed_at_any_moment_and_started_again_ends_the_same() {
    on_both_stores(|world| {
        crowd(world);
        world.wait(16);
        world.run();
        let mut kills = 0;
        for day in 17..=46 {
            world.wait(1);
            let preview = world.almoner.preview(&world.operator(), None, &Silent).unwrap();
            // Each start gets a little further than the one before.
            for at in 0.. {
                if !world.killed_run(at) {
                    break;
                }
                kills += 1;
                let next = world.run_as("next", true, &Silent).unwrap_err().to_string();
                assert_eq!(next, "`the run` is being done by killed: wait until it ends", "day {day}");
            }
            let report = world.run_as("last", false, &Silent).unwrap();
            assert_eq!((&preview.planned, preview.notices), (&report.done, report.notices), "day {day}");
            assert_eq!(report.planned, report.done, "day {day}");
            assert!(report.finished);
        }
        assert!(kills >= 100, "{kills}");
        assert_eq!(world.almoner.run_list(&world.operator(), 99).unwrap().len(), 31);
    });
}
