//! Rollbacks: what a run did to accounts is undone exactly, or refused account by account; and the rollback can be undone.

use domain::rights::Role;
use domain::signal::Signal;
use domain::status::Status;
use expect_test::expect;
use service::account::act::Request;
use service::run::report::RunReport;
use testkit::world::{World, on_both_stores, told_on_both_stores};

fn counts(report: &RunReport) -> String {
    let counts: Vec<String> = report.done.iter().map(|(what, count)| format!("{what} {count}")).collect();
    counts.join(", ")
}

fn refusals(report: &RunReport) -> String {
    let told: Vec<String> = report.refused.iter().map(|one| format!("{}: {}", one.address, one.why)).collect();
    told.join("\n")
}

/// Two administrators who never came back: on the 180th day the run deletes them, ends their grants and frees an alias.
fn two_gone(world: &World) -> [String; 2] {
    let [ann, ben] = ["RX1", "RX2"].map(|code| world.admin(Role::LocalAdmin, code, code));
    world.alias(&ann, "ann.old@mail.example", Some(world.today().plus_days(180)));
    world.alias(&ben, "ben.old@mail.example", Some(world.today().plus_days(200)));
    world.days_pass(179);
    world.wait(1);
    [ann, ben]
}

// Proves: RUN-08
#[test]
fn a_run_is_undone_exactly_and_so_is_its_rollback() {
    on_both_stores(|world| {
        let [ann, ben] = two_gone(world);
        let before = world.state();
        let run = world.run();
        assert_eq!(counts(&run), "inactive->deleted 2");
        let after = world.state();
        let undone = world.rollback(run.run, None).unwrap();
        assert_eq!((counts(&undone).as_str(), refusals(&undone).as_str()), ("deleted->inactive 2", ""));
        assert_eq!(world.state(), before);
        world.verify();
        assert_eq!(
            world.almoner.grants_of(&world.operator(), &ann).unwrap().len(),
            1,
            "the same grant, in force again"
        );
        let notes = world.almoner.show(&world.operator(), &ben).unwrap().notes;
        assert_eq!(notes.len(), 3, "both steps of the run's and the rollback's own stay: {notes:?}");
        let again = world.rollback(run.run, None).unwrap();
        assert!(again.already && again.run == undone.run, "{again:?}");
        let redone = world.rollback(undone.run, None).unwrap();
        assert_eq!((counts(&redone).as_str(), refusals(&redone).as_str()), ("inactive->deleted 2", ""));
        assert_eq!(world.state(), after);
        let listed = world.almoner.run_list(&world.operator(), 3).unwrap();
        let told: Vec<_> = listed.iter().map(|r| (r.undoes, r.undone_by.clone())).collect();
        let id = |report: &RunReport| report.run.unwrap();
        assert_eq!(told, [(undone.run, vec![]), (run.run, vec![id(&redone)]), (None, vec![id(&undone)])]);
    });
}

// Proves: RUN-08
#[test]
fn one_organisation_is_undone_alone_and_the_rest_later() {
    let told = told_on_both_stores(|world| {
        let [ann, ben] = two_gone(world);
        let before = world.state();
        let run = world.run();
        let part = world.rollback(run.run, Some("RX1")).unwrap();
        assert_eq!([world.status(&ann), world.status(&ben)], [Status::Inactive, Status::Deleted]);
        let rest = world.rollback(run.run, None).unwrap();
        assert_eq!(world.state(), before);
        let unknown = world.rollback(run.run, Some("RX7")).unwrap_err();
        let nothing = world.rollback(Some(999), None).unwrap_err();
        let who = world.person(&world.admin(Role::PrimaryLocalAdmin, "RX1", "Chief"));
        let wall = || who.now;
        let holder =
            service::run::Holder { name: "x".into(), is_alive: &|_| false, wall: &wall, workers: None, batch: None };
        let silent = service::progress::Silent;
        let denied = world.almoner.rollback(&who, run.run.unwrap(), None, &holder, &silent).unwrap_err();
        format!(
            "{}\n{}\n{}\n{}\n{nothing}\n{unknown}\n{denied}",
            counts(&part),
            counts(&rest),
            refusals(&rest).replace(&part.run.unwrap().to_string(), "PART"),
            rest.organisation.is_none()
        )
    });
    expect![[r#"
        deleted->inactive 1
        deleted->inactive 1
        admin.rx1@mail.example: rolled back already, by PART
        true
        there is no run 999, or you may not see it
        there is no organisation RX7, or you may not see it
        your roles do not allow that here (run)"#]]
    .assert_eq(&told);
}

// Proves: RUN-08
#[test]
fn what_changed_since_is_told_and_stays_but_signals_are_kept() {
    let told = told_on_both_stores(|world| {
        let names = ["Ann", "Ben", "Cy", "Dee", "Ed"];
        // Six in one organisation would be held by a brake.
        let [ann, ben, cy, dee, ed] = names.map(|first| world.user("RX1", first, "Lee"));
        let gone = world.user("RX2", "Flo", "Lee");
        let free = world.today().plus_days(90);
        world.alias(&dee, "dee.old@mail.example", Some(free));
        world.wait(1);
        let new = world.user("RX1", "Gil", "Lee");
        world.days_pass(88);
        world.wait(1);
        let run = world.run();
        assert_eq!(counts(&run), "active->inactive 6");
        world.wait(1);
        world.ask(&ben, &Request::MarkLeaver).unwrap();
        world.signal(&cy, "mail_sent");
        world.alias(&new, "dee.old@mail.example", None);
        world.ask(&gone, &Request::Hold).unwrap();
        let undone = world.rollback(run.run, None).unwrap();
        let stand = [&ann, &ben, &cy, &dee, &ed].map(|address| world.status(address).to_string()).join(" ");
        let seen = world.account(&cy).signals.newest(Signal::ALL).map(|(_, seen)| world.day_of_story(seen.at));
        assert_eq!(world.account(&cy).state.since(), world.account(&ann).state.since(), "as before the run");
        format!("{}\n{}\n{stand}\nsignal of day {seen:?}", counts(&undone), refusals(&undone))
    });
    expect![[r#"
        inactive->active 2
        ben.lee@mail.example: changed since: marked_leaver on 2019-04-02 by operator; its status is leaver now
        dee.lee@mail.example: its address dee.old@mail.example was taken since by gil.lee@mail.example
        flo.lee@mail.example: changed since: hold_placed on 2019-04-02 by operator; its status is inactive now
        active leaver active inactive active
        signal of day Some(91)"#]]
    .assert_eq(&told);
}

// Proves: RUN-05, RUN-08
#[test]
fn the_next_run_does_not_do_again_what_was_undone() {
    on_both_stores(|world| {
        let [ann, ben] = two_gone(world);
        let run = world.run();
        let undone = world.rollback(run.run, None).unwrap();
        let parts = |undone: &RunReport| {
            let shown = world.almoner.run_show(&world.operator(), undone.run.unwrap()).unwrap();
            let told = shown.held.iter().map(|part| format!("{} {}: {}", part.brake, part.state, part.why));
            told.collect::<Vec<_>>().join("\n")
        };
        let why = |code: &str, state: &str| {
            let run = run.run.unwrap();
            format!(
                "rollback {state}: users of {code} put back by the rollback of run {run}: 1; released, they would be \
                 deleted again (LC-04)"
            )
        };
        assert_eq!(parts(&undone), [why("RX2", "held"), why("RX1", "held")].join("\n"));
        world.wait(1);
        let next = world.run();
        assert_eq!((counts(&next).as_str(), world.status(&ann)), ("", Status::Inactive), "{next:?}");
        let redone = world.rollback(undone.run, None).unwrap();
        assert_eq!((counts(&redone).as_str(), world.status(&ben)), ("inactive->deleted 2", Status::Deleted));
        assert_eq!(parts(&undone), [why("RX2", "lapsed"), why("RX1", "lapsed")].join("\n"));
        assert_eq!(parts(&redone), "", "what is deleted again waits for nobody");
    });
}

// Proves: RUN-08
#[test]
fn a_purged_mailbox_does_not_come_back() {
    on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        world.ask(&ann, &Request::Delete).unwrap();
        world.days_pass(179);
        world.wait(1);
        let run = world.run();
        assert_eq!(counts(&run), "deleted->purged 1");
        let after = world.state();
        let undone = world.rollback(run.run, None).unwrap();
        assert_eq!(refusals(&undone), "ann.lee@mail.example: purged: its mailbox is gone (LC-11)");
        assert_eq!((counts(&undone).as_str(), world.state()), ("", after));
    });
}

// Proves: RUN-08
#[test]
fn a_rollback_killed_at_any_moment_and_asked_for_again_ends_the_same() {
    on_both_stores(|world| {
        let [ann, ben] = two_gone(world);
        let before = world.state();
        let run = world.run();
        let mut kills = 0;
        while world.killed_rollback(run.run, kills) {
            kills += 1;
        }
        assert!(kills > 2, "{kills}");
        assert_eq!(world.state(), before);
        let undone = world.rollback(run.run, None).unwrap();
        assert!(undone.already && counts(&undone) == "deleted->inactive 2", "{undone:?}");
        for address in [ann, ben] {
            assert_eq!(world.story_of(&address).matches("rolled_back").count(), 1);
        }
    });
}
