//! Lists of operations as text, and how they are made up.

use domain::rights::Role;
use domain::signal::Signal;
use domain::status::Kind;
use testkit::sim::generate::{Shape, generate};
use testkit::sim::op::{Ask, Known, Op, Plain, Sent, Terms};
use testkit::sim::text::{parse, print};

const SHAPE: Shape = Shape { accounts: 30, ops: 300 };

#[test]
fn every_operation_has_one_line() {
    let leaver = Ask::Plain(Plain::Leaver);
    let table = [
        (Op::User(17, 2, Terms::Accepted), "user 17 2"),
        (Op::User(17, 2, Terms::Open), "newcomer 17 2"),
        (Op::Mailbox(60, Kind::Shared, 3, vec![1, 2]), "mailbox 60 shared 3 1 2"),
        (Op::Mailbox(60, Kind::Application, 3, vec![]), "mailbox 60 application 3"),
        (Op::Ask(17, leaver, None), "ask 17 leaver"),
        (Op::Ask(17, Ask::Join(4), Some(3)), "ask 17 join 4 by 3"),
        (Op::Ask(17, Ask::Transfer(1), None), "ask 17 transfer 1"),
        (Op::Grant(17, Role::LocalAdmin, 2), "grant 17 local_admin 2"),
        (Op::Bulk(vec![(1, leaver), (2, Ask::Join(2))], Sent::Once), "bulk 1 leaver, 2 join 2"),
        (Op::Bulk(vec![(1, leaver)], Sent::Twice), "bulk-twice 1 leaver"),
        (Op::Feed(vec![(1, 2), (70, 1)]), "feed 1 2, 70 1"),
        (Op::Signals(vec![(1, Signal::MailSent, 3)]), "signals 1 mail_sent 3"),
        (Op::Close(2), "close 2"),
        (Op::Reopen(2), "reopen 2"),
        (Op::Adopt(Known::Short, 5), "adopt short 5"),
        (Op::Wait(8), "wait 8"),
        (Op::Run, "run"),
        (Op::Killed(4), "killed 4"),
        (Op::Again, "again"),
        (Op::Release(1, None), "release 1"),
        (Op::Release(2, Some(17)), "release 2 by 17"),
        (Op::Refuse(1, Some(17)), "refuse 1 by 17"),
        (Op::Resend(1), "resend 1"),
        (Op::Rollback(1, None, None), "rollback 1"),
        (Op::Rollback(2, Some(3), None), "rollback 2 of 3"),
        (Op::Rollback(1, None, Some(7)), "rollback 1 killed 7"),
        (Op::Rollback(4, Some(1), Some(0)), "rollback 4 of 1 killed 0"),
        (Op::WhatIf(Known::Short, 30), "what-if short 30"),
        (Op::Seal, "seal"),
        (Op::Verify, "verify"),
        (Op::Explain(17), "explain 17"),
    ];
    for (op, line) in table {
        assert_eq!(op.to_string(), line);
        assert_eq!(parse(line).unwrap(), [op], "{line}");
    }
}

#[test]
fn what_is_written_is_read_again() {
    for seed in 0..20 {
        let ops = generate(seed, SHAPE);
        assert_eq!(parse(&print(&ops)).unwrap(), ops, "seed {seed}");
    }
}

#[test]
fn notes_and_empty_lines_are_left_out_and_mistakes_are_named() {
    assert_eq!(parse("# why\n\n  run  \n").unwrap(), [Op::Run]);
    for bad in [
        "jump 3",
        "user 17",
        "user 17 9",
        "user x 1",
        "ask 17 fly",
        "adopt 2030 1",
        "wait",
        "run 2",
        "bulk 1",
        "rollback",
        "rollback 1 of 9",
        "rollback 1 in 2",
        "what-if short",
        "what-if 2030 1",
    ] {
        let told = parse(&format!("run\n{bad}\n")).unwrap_err();
        assert!(told.contains(&format!("line 2: `{bad}` is no operation")), "{told}");
    }
}

#[test]
fn a_seed_says_the_same_each_time_and_another_seed_something_else() {
    assert_eq!(generate(7, SHAPE), generate(7, SHAPE));
    assert_ne!(generate(7, SHAPE), generate(8, SHAPE));
}

/// What can happen happens: a generator that forgets an operation proves less than it says.
#[test]
fn some_seeds_together_do_everything() {
    let all: String = (0..40).map(|seed| print(&generate(seed, SHAPE))).collect();
    let verbs = [
        "user",
        "newcomer",
        "mailbox",
        "ask",
        "grant",
        "bulk",
        "bulk-twice",
        "feed",
        "signals",
        "close",
        "reopen",
        "adopt",
        "wait",
        "run",
        "killed",
        "again",
        "release",
        "resend",
        "refuse",
        "rollback",
        "what-if",
        "seal",
        "verify",
        "explain",
    ];
    for verb in verbs {
        assert!(all.lines().any(|line| line.split(' ').next() == Some(verb)), "{verb}");
    }
    for known in Known::ALL {
        assert!(all.contains(&format!("adopt {known} ")), "{known}");
    }
    for signal in Signal::ALL {
        assert!(all.contains(&format!(" {signal} ")), "{signal}");
    }
    for plain in ["leaver", "join 4", "transfer 2", "hold", "release-hold", "restore", "confirm", "service-off"] {
        assert!(all.contains(&format!(" {plain}")), "{plain}");
    }
}
