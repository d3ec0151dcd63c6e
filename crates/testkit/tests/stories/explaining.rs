//! Explanations: the same on the day and ever after; what comes next comes.

use domain::explain::Explanation;
use domain::ids::OdsCode;
use domain::time::Day;
use expect_test::expect;
use service::account::act::Request;
use store::db::Store;
use store::event::NewEvent;
use store::tx::Audit;
use testkit::world::{World, on_both_stores, told_on_both_stores};

fn explained(world: &World, address: &str, on: Option<Day>) -> Explanation {
    let mut explanation = world.almoner.explain(&world.operator(), address, on).unwrap().explanation;
    // Who placed a hold and why is told of holds that stand today.
    explanation.facts.retain(|fact| fact.name != "hold_reason");
    explanation
}

// Proves: EXP-01, EXP-02
#[test]
fn a_past_day_is_explained_as_it_was_explained_on_that_day() {
    on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        let ward = world.shared("RX1", "Ward 2", &[&ann]);
        let mut said = Vec::new();
        for day in 0..120 {
            match day {
                3 => drop(world.ask(&ann, &Request::Disable).unwrap()),
                6 => drop(world.ask(&ann, &Request::Enable).unwrap()),
                8 => world.signal(&ann, "mail_sent"),
                9 => drop(world.ask(&ann, &Request::MarkLeaver).unwrap()),
                12 => drop(world.ask(&ann, &Request::Hold).unwrap()),
                15 => drop(world.ask(&ward, &Request::Transfer(OdsCode::parse("A81001").unwrap())).unwrap()),
                50 => drop(world.ask(&ann, &Request::ReleaseHold).unwrap()),
                80 => drop(world.ask(&ann, &Request::Restore).unwrap()),
                85 => drop(world.ask(&ann, &Request::Transfer(OdsCode::parse("RX2").unwrap())).unwrap()),
                _ => {}
            }
            said.push((world.today(), [&ann, &ward].map(|one| explained(world, one, None))));
            world.days_pass(1);
        }
        for (day, then) in said {
            assert_eq!([&ann, &ward].map(|one| explained(world, one, Some(day))), then, "{day}");
        }
        let before = world.almoner.explain(&world.operator(), &ann, Some(world.today().plus_days(-121))).unwrap_err();
        assert!(before.to_string().contains("did not exist on 2018-12-31"), "{before}");
    });
}

/// The registry gives an organisation another name.
fn renamed(world: &World, code: &str, name: &str) {
    let event = NewEvent {
        at: world.operator().now.second(),
        actor: "story".into(),
        grant_id: None,
        object_type: "organisation",
        object: code.into(),
        account_id: None,
        organisation: Some(code.into()),
        action: "renamed",
        rule: None,
        detail: format!("{{\"after\":{{\"name\":\"{name}\"}}}}"),
        run_id: None,
        request_key: None,
    };
    let written = Store::open(world.url()).unwrap().write("story", |tx| {
        let mut listed = store::organisation::by_codes(tx, &[code])?;
        name.clone_into(&mut listed[0].organisation.name);
        store::organisation::update(tx, &listed)?;
        Ok::<_, store::error::Error>(((), Audit::events(vec![event.clone()])?))
    });
    written.unwrap();
}

// Proves: EXP-02
#[test]
fn the_organisation_of_a_past_day_is_shown_as_it_was_on_that_day() {
    on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        let organisation = |on| {
            let fact = explained(world, &ann, on).facts.into_iter().find(|fact| fact.name == "organisation");
            fact.unwrap().value
        };
        let first = world.today();
        for day in 0..6 {
            match day {
                1 => drop(world.almoner.close_organisation(&world.operator(), "RX1", None).unwrap()),
                // Closed from a day to come: open until then.
                3 => {
                    world.almoner.open_organisation(&world.operator(), "RX1").unwrap();
                    let later = first.plus_days(5);
                    world.almoner.close_organisation(&world.operator(), "RX1", Some(later)).unwrap();
                }
                4 => renamed(world, "RX1", "THE INFIRMARY"),
                _ => {}
            }
            world.days_pass(1);
        }
        let told: Vec<String> = (0..6).map(|n| organisation(Some(first.plus_days(n)))).collect();
        let expected = ["ORGANISATION RX1, open", "ORGANISATION RX1, closed", "ORGANISATION RX1, closed"];
        let later = ["ORGANISATION RX1, open", "THE INFIRMARY, open", "THE INFIRMARY, closed"];
        let expected: Vec<String> = expected.iter().chain(&later).map(|told| format!("RX1 {told}")).collect();
        assert_eq!(told, expected);
        assert_eq!(organisation(None), "RX1 THE INFIRMARY, closed", "and today");
    });
}

// Proves: EXP-01
#[test]
fn what_comes_next_comes_on_its_day() {
    on_both_stores(|world| {
        let [ann, ben, cy] = ["Ann", "Ben", "Cy"].map(|first| world.user("RX1", first, "Lee"));
        world.ask(&ben, &Request::MarkLeaver).unwrap();
        world.ask(&cy, &Request::Delete).unwrap();
        for address in [&ann, &ben, &cy] {
            while let Some(step) = explained(world, address, None).next {
                assert_eq!(explained(world, address, Some(step.on.plus_days(-1))).next.map(|s| s.on), Some(step.on));
                let there = explained(world, address, Some(step.on));
                while world.today() < step.on {
                    assert_ne!(world.status(address), step.to);
                    world.days_pass(1);
                }
                assert_eq!(world.status(address), step.to, "{step:?}");
                assert_eq!((there.status, there.rule), (step.to, step.rule), "foreseen");
                assert_eq!(explained(world, address, None).rule, step.rule);
            }
        }
    });
}

// Proves: EXP-01
#[test]
fn an_explanation_names_facts_rule_policy_and_ways_out() {
    let told = told_on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        world.days_pass(2);
        world.signal(&ann, "mailbox_login");
        world.ask(&ann, &Request::MarkLeaver).unwrap();
        world.ask(&ann, &Request::Hold).unwrap();
        let e = world.almoner.explain(&world.operator(), &ann, None).unwrap().explanation;
        let mut lines = vec![format!("{} since {} by {} under {}", e.status, e.since, e.rule, e.policy)];
        lines.extend(e.facts.iter().map(|f| format!("{} = {} ({})", f.name, f.value, f.source)));
        lines.extend(e.would_change);
        lines.join("\n")
    });
    expect![[r#"
        leaver since 2019-01-03T12:00:00Z by LC-06 under 2018-09
        organisation = RX1 ORGANISATION RX1, open (registry)
        kind = user (account)
        created = 2019-01-01 (account)
        password_change = never seen (account)
        mail_sent = never seen (account)
        mailbox_login = 2019-01-03 (signal_import)
        terms_accepted = 2019-01-01 (account)
        hold = 2019-01-03 (account)
        automation_from = 2018-09-01 (policy)
        hold_reason = asked in a story (by operator) (hold)
        releasing the hold: then deleted on 2019-02-02 (LC-06)
        another organisation joins it: active there (JML-03)
        RX1 cancels the leaver: active again (JML-07)"#]]
    .assert_eq(&told);
}
