//! Forecasts: the list that an administrator sees is what then happens; each difference has its cause.

use std::collections::BTreeMap;

use domain::ids::OdsCode;
use domain::rights::Role;
use domain::status::Status;
use domain::time::Day;
use expect_test::expect;
use service::account::act::Request;
use testkit::world::{World, on_both_stores, told_on_both_stores};

/// What changed by time alone: `(day, address) -> status`.
type Changes = BTreeMap<(Day, String), Vec<Status>>;

fn trust(world: &World) -> Vec<String> {
    let names: Vec<String> = ["Ann", "Ben", "Cy", "Dee"].map(|first| world.user("RX1", first, "Lee")).to_vec();
    world.days_pass(5);
    world.ask(&names[0], &Request::MarkLeaver).unwrap();
    world.ask(&names[1], &Request::Disable).unwrap();
    world.ask(&names[2], &Request::Delete).unwrap();
    let ward = world.shared("RX1", "Ward 2", &[&names[3]]);
    world.days_pass(1);
    names.into_iter().chain([ward]).collect()
}

// Proves: RUN-07
#[test]
fn the_forecast_of_an_organisation_is_what_then_happens_day_by_day() {
    on_both_stores(|world| {
        let names = trust(world);
        let admin = world.person(&world.admin(Role::LocalAdmin, "RX1", "One"));
        let mut expected = Changes::new();
        for foreseen in world.almoner.forecast(&admin, "RX1", 280).unwrap() {
            let e = foreseen.expected;
            expected.entry((e.on, foreseen.account.address.to_string())).or_default().push(e.to);
            assert!(e.to != Status::Deleted || e.notice_on.or(e.notice_sent_on).is_some(), "{e:?}");
            assert!(!e.why.is_empty());
        }
        let mut happened = Changes::new();
        for _ in 0..280 {
            let all: Vec<&String> = names.iter().collect();
            let before: Vec<Status> = all.iter().map(|one| world.status(one)).collect();
            world.days_pass(1);
            for (one, was) in all.iter().zip(before) {
                let is = world.status(one);
                if is != was {
                    happened.entry((world.today(), (*one).clone())).or_default().push(is);
                }
            }
        }
        expected.retain(|(_, address), _| names.contains(address));
        assert_eq!(expected, happened);
        assert!(happened.len() >= 6, "{happened:?}");
    });
}

// Proves: RUN-07
#[test]
fn every_difference_between_forecast_and_run_is_explained() {
    let told = told_on_both_stores(|world| {
        let names: Vec<String> =
            ["Ann", "Ben", "Cy", "Dee", "Eve"].map(|first| world.user("RX1", first, "Lee")).to_vec();
        for name in &names {
            world.ask(name, &Request::MarkLeaver).unwrap();
        }
        world.days_pass(29);
        world.ask(&names[0], &Request::Hold).unwrap();
        world.ask(&names[1], &Request::Join(OdsCode::parse("RX2").unwrap())).unwrap();
        world.ask(&names[2], &Request::CancelLeaver).unwrap();
        world.wait(1);
        world.ask(&names[3], &Request::Delete).unwrap();
        let scored = world.run().forecast.unwrap();
        let mut lines = vec![format!("{} of {}", scored.matched, scored.expected)];
        lines.extend(
            scored
                .differences
                .iter()
                .map(|d| format!("{} expected {:?} happened {:?}: {}", d.address, d.expected, d.happened, d.why)),
        );
        lines.join("\n")
    });
    expect![[r#"
        1 of 5
        ann.lee@mail.example expected Some("deleted") happened None: a legal hold covers it (LC-20)
        ben.lee@mail.example expected Some("deleted") happened None: joined on 2019-01-30 by operator
        cy.lee@mail.example expected Some("deleted") happened None: cancelled_leaver on 2019-01-30 by operator
        dee.lee@mail.example expected Some("deleted") happened None: deleted on 2019-01-31 by operator"#]]
    .assert_eq(&told);
}

// Proves: RUN-07, RUN-03
#[test]
fn what_comes_late_because_no_run_came_by_says_so() {
    let told = told_on_both_stores(|world| {
        let ann = world.user("RX1", "Ann", "Lee");
        world.ask(&ann, &Request::MarkLeaver).unwrap();
        world.days_pass(28);
        world.wait(3);
        let score = world.run().forecast.unwrap();
        score
            .differences
            .iter()
            .map(|d| format!("{:?} {:?} {}", d.expected, d.happened, d.why))
            .collect::<Vec<_>>()
            .join("\n")
    });
    expect![[r#"None Some("deleted") no run came by since 2019-01-30, the day that was foreseen (RUN-03)"#]]
        .assert_eq(&told);
}
