//! Changes of policy: they move due dates, never accounts; the next run acts on them, with notice.

use domain::status::Status;
use expect_test::expect;
use service::account::act::Request;
use service::policy::shipped;
use testkit::world::{World, on_both_stores, told_on_both_stores};

/// The policy of 2018 with some lines changed.
fn changed(changes: &[(&str, &str)]) -> String {
    let mut text = shipped("2018-09").unwrap().to_owned();
    for (old, new) in changes {
        assert!(text.contains(old), "{old}");
        text = text.replace(old, new);
    }
    text
}

fn stand(world: &World, addresses: &[String]) -> String {
    let words = addresses.iter().map(|address| {
        let account = world.account(address);
        let due = world.almoner.explain(&world.operator(), address, None).unwrap().explanation.next;
        let due = due.map_or_else(|| "nothing next".to_owned(), |step| format!("{} on {}", step.to, step.on));
        format!("{address}: {}, {due}", account.status())
    });
    words.collect::<Vec<_>>().join("\n")
}

// Proves: LC-18, LC-19, NTC-01
#[test]
fn a_new_policy_moves_nobody_and_the_next_run_moves_with_notice() {
    let told = told_on_both_stores(|world| {
        let people = ["Ann", "Ben"].map(|first| world.user("RX1", first, "Lee"));
        world.days_pass(60);
        world.signal(&people[1], "mail_sent");
        let mut told = vec![format!("before\n{}", stand(world, &people))];
        // As if it had been written now: its automation begins in 2022.
        let monthly = shipped("2022-12").unwrap().replace("\"2022-12-01\"", "\"2018-12-01\"");
        let world = world.adopt(&monthly, None);
        told.push(format!("adopted\n{}", stand(&world, &people)));
        assert!(people.iter().all(|one| world.status(one) == Status::Active));
        world.wait(1);
        let report = world.run();
        told.push(format!("rescheduled {}, done {:?}\n{}", report.rescheduled, report.done, stand(&world, &people)));
        world.days_pass(30);
        told.push(format!("later\n{}", stand(&world, &people)));
        told.extend(people.iter().map(|one| world.story_of(one)));
        told.join("\n\n")
    });
    expect![[r#"
        before
        ann.lee@mail.example: active, inactive on 2019-04-01
        ben.lee@mail.example: active, inactive on 2019-05-31

        adopted
        ann.lee@mail.example: active, inactive on 2019-03-02
        ben.lee@mail.example: active, inactive on 2019-04-01

        rescheduled 2, done {"active->inactive": 1}
        ann.lee@mail.example: inactive, deleted on 2019-04-02
        ben.lee@mail.example: active, inactive on 2019-04-01

        later
        ann.lee@mail.example: deleted, purged on 2019-05-02
        ben.lee@mail.example: inactive, deleted on 2019-05-01

        0 created (ORG-01) by operator
        0 accepted_terms (LC-13) by operator
        61 inactivated (LC-01) by system
        77 deletion_announced (NTC-01) by system
        84 reminded (NTC-03) by system
        90 reminded (NTC-03) by system
        91 deleted (LC-04) by system

        0 created (ORG-01) by operator
        0 accepted_terms (LC-13) by operator
        60 signalled (LC-02) by operator
        90 inactivated (LC-01) by system"#]]
    .assert_eq(&told);
}

// Proves: LC-19
#[test]
fn a_run_that_is_taken_up_knows_how_many_dates_were_computed_anew_before_it_was_killed() {
    on_both_stores(|world| {
        let people = ["Ann", "Ben", "Cy"].map(|first| world.user("RX1", first, "Lee"));
        world.days_pass(60);
        let monthly = shipped("2022-12").unwrap().replace("\"2022-12-01\"", "\"2018-12-01\"");
        let world = world.adopt(&monthly, None);
        world.wait(1);
        let mut kills = 0;
        while world.killed_run(kills) {
            kills += 1;
        }
        assert!(kills > 3, "{kills}");
        let report = world.run();
        assert_eq!((report.already, report.rescheduled), (true, 3), "{report:?}");
        let moved = people.iter().filter(|one| world.status(one) == Status::Inactive).count();
        assert_eq!(moved, 3);
        let scored = report.forecast.unwrap();
        let why = "its due day was counted anew, by a change of policy (LC-19)";
        assert_eq!(scored.differences.iter().map(|one| one.why.as_str()).collect::<Vec<_>>(), [why; 3]);
    });
}

// Proves: LC-19
#[test]
fn a_revision_under_the_same_name_counts_as_a_change() {
    let told = told_on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        world.days_pass(40);
        let shorter = changed(&[("idle = \"90 days\"", "idle = \"30 days\"")]);
        let world = world.adopt(&shorter, None);
        world.days_pass(1);
        assert_eq!(world.status(&ann), Status::Inactive);
        world.story_of(&ann)
    });
    expect![[r#"
        0 created (ORG-01) by operator
        0 accepted_terms (LC-13) by operator
        41 inactivated (LC-01) by system"#]]
    .assert_eq(&told);
}

// Proves: LC-16, RUN-04
#[test]
fn a_backlog_is_worked_off_over_days_oldest_eligibility_first() {
    let told = told_on_both_stores(|world| {
        let mut names = Vec::new();
        for (organisation, first) in [("RX1", "Ann"), ("RX1", "Ben"), ("RX1", "Cy"), ("RX2", "Dee"), ("A81001", "Eve")]
        {
            names.push(world.user(organisation, first, "Old"));
            names.push(world.user(organisation, first, "New"));
        }
        let leave = |world: &World, last: &str| {
            for name in names.iter().filter(|name| name.contains(last)) {
                world.ask(name, &Request::MarkLeaver).unwrap();
            }
        };
        leave(world, "old");
        world.wait(1);
        leave(world, "new");
        let capped = changed(&[
            ("deletions_per_day = 20000", "deletions_per_day = 3"),
            ("deletions_per_organisation_per_day = 500", "deletions_per_organisation_per_day = 2"),
        ]);
        let world = world.adopt(&capped, None);
        world.days_pass(28);
        let mut lines = Vec::new();
        for day in 1..=7 {
            world.wait(1);
            let deferred = world.run().deferred;
            let gone = names.iter().filter(|n| world.story_of(n).contains(&format!("{} deleted", day + 29)));
            let gone: Vec<_> = gone.map(|n| n.trim_end_matches("@mail.example")).collect();
            lines.push(format!("{}: {} (wait: {deferred})", day + 29, gone.join(", ")));
        }
        lines.join("\n")
    });
    expect![[r#"
        30: ann.old, ben.old, dee.old (wait: 2)
        31: ann.new, cy.old, eve.old (wait: 4)
        32: ben.new, cy.new, dee.new (wait: 1)
        33: eve.new (wait: 0)
        34:  (wait: 0)
        35:  (wait: 0)
        36:  (wait: 0)"#]]
    .assert_eq(&told);
}

// Proves: LC-18
#[test]
fn whoever_opened_the_federation_before_a_policy_was_adopted_may_not_overlap_it() {
    let told = told_on_both_stores(|world| {
        let before = world.again();
        let from = Some(world.today().plus_days(10));
        let _after = world.adopt(shipped("2021-02").unwrap(), from);
        let late = before.almoner.adopt_policy(&before.operator(), shipped("2022-12").unwrap(), from);
        late.unwrap_err().to_string().replace("2019-01-11", "that day")
    });
    let overlap =
        "2021-02 is in force from that day for good, which overlaps 2022-12 from that day: choose another day";
    assert!(told.starts_with(overlap), "{told}");
}
