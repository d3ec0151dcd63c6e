//! Making failures short: of lists that only look at themselves, and of a fault planted in a real life.

use domain::time::Day;
use store::audit::Line;
use testkit::databases::Database;
use testkit::sim::failure::Promise;
use testkit::sim::generate::{Shape, generate};
use testkit::sim::op::Op;
use testkit::sim::play::play_with;
use testkit::sim::shrink::shrink;
use testkit::sim::text::{parse, print};

/// Shrinks a text with a rule for when it fails, and gives back the shortest text.
fn shortest(text: &str, most: usize, fails: impl Fn(&[Op]) -> Option<usize>) -> String {
    print(&shrink(&parse(text).unwrap(), most, fails))
}

fn at(ops: &[Op], line: &str) -> Option<usize> {
    ops.iter().position(|op| op.to_string() == line)
}

#[test]
fn what_is_not_needed_is_left_out() {
    let text = "user 1 1\nuser 2 1\nwait 1\nask 1 leaver\nrun\nclose 2\nwait 1\nrun\nreopen 2\nexplain 1\n";
    let needs_both = |ops: &[Op]| at(ops, "close 2").and_then(|_| at(ops, "user 2 1")?.max(at(ops, "close 2")?).into());
    assert_eq!(shortest(text, 1000, needs_both), "user 2 1\nclose 2\n");
}

#[test]
fn what_comes_after_the_failure_is_dropped_at_once() {
    let text = "run\nclose 1\nwait 1\nwait 2\nwait 3\nrun\nrun\n";
    assert_eq!(shortest(text, 1, |ops| at(ops, "close 1")), "run\nclose 1\n");
}

#[test]
fn lines_of_files_are_left_out_and_days_are_joined() {
    let text = "bulk 1 leaver, 2 leaver, 3 leaver\nwait 1\nwait 1\nwait 3\nask 4 disable by 5\n";
    let fails = |ops: &[Op]| {
        let days: u16 = ops.iter().map(|op| if let Op::Wait(days) = op { *days } else { 0 }).sum();
        let all = print(ops);
        (days >= 5 && all.contains("2 leaver") && all.contains("ask 4 disable")).then_some(ops.len() - 1)
    };
    assert_eq!(shortest(text, 1000, fails), "bulk 2 leaver\nwait 5\nask 4 disable\n");
}

#[test]
fn attempts_are_limited() {
    let mut tried = 0;
    let ops = generate(1, Shape { accounts: 10, ops: 100 });
    let short = shrink(&ops, 7, |ops| {
        tried += 1;
        assert!(ops.len() > 50);
        None
    });
    assert_eq!((tried, short), (7, ops));
}

/// A promise that nobody gives.
fn disabled_on_a_tuesday(line: &Line, day: Day) -> bool {
    // 1 January 2019 was a Tuesday.
    line.action == "disabled" && (day.number() - Day::parse("2019-01-01").unwrap().number()) % 7 == 0
}

#[test]
fn a_fault_planted_in_a_life_comes_out_in_a_few_operations() {
    let failing = |ops: &[Op]| {
        let failure = play_with(&Database::sqlite(), ops, Some(disabled_on_a_tuesday), &mut |_| {}).err()?;
        assert_eq!(failure.broken.promise, Promise::Planted, "{failure}");
        Some(failure.at)
    };
    let mut lives = (1..40).map(|seed| generate(seed, Shape { accounts: 20, ops: 250 }));
    let (ops, end) = lives.find_map(|ops| failing(&ops).map(|end| (ops, end))).expect("no Tuesday in 39 lives");
    let short = shrink(&ops[..=end], 200, failing);
    assert!(short.len() <= 5, "{}", print(&short));
    assert!(print(&short).contains("disable"), "{}", print(&short));
}
