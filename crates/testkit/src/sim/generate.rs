//! Making up what happens, from a seed: each seed has its own temper (how often people ask, files come, runs are missed).

use domain::rights::Role;
use domain::signal::Signal;
use domain::status::Kind;
use fastrand::Rng;

use crate::sim::op::{Ask, Known, Number, Op, Organisation, Plain, Sent, Terms};

/// How often things happen, of a thousand.
struct Temper {
    missed: u16,
    jumps: u16,
    killed: u16,
    adopts: u16,
    closes: u16,
    files: u16,
    busy: usize,
}

/// How large a life is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Accounts at the beginning.
    pub accounts: Number,
    /// Operations, those that make the accounts aside.
    pub ops: usize,
}

/// The operations of a seed.
pub fn generate(seed: u64, shape: Shape) -> Vec<Op> {
    let mut rng = Rng::with_seed(seed);
    let temper = temper(&mut rng);
    let mut ops = population(&mut rng, shape.accounts);
    let end = ops.len() + shape.ops;
    let admins =
        ops.iter().filter_map(|op| if let Op::Grant(number, ..) = op { Some(*number) } else { None }).collect();
    let mut source = Source { rng, temper, people: shape.accounts, admins };
    if source.chance(700) {
        ops.push(Op::Adopt(source.policy(), 0));
    }
    while ops.len() < end {
        source.day(&mut ops);
    }
    ops
}

fn temper(rng: &mut Rng) -> Temper {
    Temper {
        missed: rng.u16(0..250),
        jumps: rng.u16(0..50),
        killed: rng.u16(0..300),
        adopts: rng.u16(0..50),
        closes: rng.u16(0..20),
        files: rng.u16(20..200),
        busy: rng.usize(2..7),
    }
}

fn population(rng: &mut Rng, accounts: Number) -> Vec<Op> {
    let mut ops = Vec::new();
    for number in 0..accounts {
        let home = rng.u8(1..4);
        ops.push(match rng.u8(0..20) {
            0 | 1 => Op::User(number, home, Terms::Open),
            2 | 3 => {
                let owners = (0..rng.usize(0..3)).map(|_| rng.u32(0..accounts)).collect();
                let kind = if rng.u8(0..4) == 0 { Kind::Resource } else { Kind::Shared };
                Op::Mailbox(number, kind, home, owners)
            }
            4 => Op::Mailbox(number, Kind::Application, home, Vec::new()),
            _ => Op::User(number, home, Terms::Accepted),
        });
        if rng.u8(0..10) == 0 {
            ops.push(Op::Grant(number, Role::LocalAdmin, home));
        }
    }
    ops
}

struct Source {
    rng: Rng,
    temper: Temper,
    people: Number,
    /// Who was given a role at the beginning.
    admins: Vec<Number>,
}

impl Source {
    fn chance(&mut self, of_thousand: u16) -> bool {
        self.rng.u16(0..1000) < of_thousand
    }

    fn someone(&mut self) -> Number {
        self.rng.u32(0..self.people)
    }

    /// The closed practice too, sometimes: what is asked of it is refused.
    fn organisation(&mut self) -> Organisation {
        if self.chance(50) { 4 } else { self.rng.u8(1..4) }
    }

    /// Often one under which much happens in little time.
    fn policy(&mut self) -> Known {
        let all =
            if self.chance(500) { &[Known::Short, Known::Capped, Known::Sector, Known::Wide] } else { Known::ALL };
        all.get(self.rng.usize(0..all.len())).copied().unwrap_or(Known::Short)
    }

    /// A day: the clock, people, the run (or not), people again.
    fn day(&mut self, ops: &mut Vec<Op>) {
        let jumps = self.temper.jumps;
        ops.push(Op::Wait(if self.chance(jumps) { self.rng.u16(8..41) } else { 1 }));
        for _ in 0..self.rng.usize(0..self.temper.busy) {
            self.happening(ops);
        }
        let missed = self.temper.missed;
        if !self.chance(missed) {
            self.run(ops);
        }
        for _ in 0..self.rng.usize(0..3) {
            self.happening(ops);
        }
        ops.push(Op::Explain(self.someone()));
        match self.rng.u8(0..50) {
            2 => ops.push(Op::Refuse(self.rng.u8(1..4), Some(self.someone()))),
            3..=14 => self.release(ops),
            15 => ops.push(Op::Verify),
            16..=17 => ops.push(Op::Resend(self.rng.u8(0..3))),
            18..=21 => self.rollback(ops),
            22..=23 => self.foresee(ops),
            0 => ops.push(Op::Seal),
            _ => {}
        }
    }

    /// A run's part takes two: mostly the operator, and an administrator who may be of another organisation.
    fn release(&mut self, ops: &mut Vec<Op>) {
        let part = self.rng.u8(1..4);
        let admins = self.admins.len();
        let by = if admins > 0 { self.admins.get(self.rng.usize(0..admins)).copied() } else { None };
        ops.push(Op::Release(part, None));
        if self.chance(800) {
            ops.push(Op::Release(part, by));
        }
    }

    /// Mostly of the newest: what stands before it has been changed since by more and more.
    fn rollback(&mut self, ops: &mut Vec<Op>) {
        let place = if self.chance(600) { 1 } else { self.rng.u8(1..5) };
        let home = self.chance(300).then(|| self.rng.u8(1..4));
        let killed = self.chance(200).then(|| self.rng.u16(0..12));
        ops.push(Op::Rollback(place, home, killed));
        if self.chance(400) {
            ops.push(Op::Rollback(1, None, None));
        }
    }

    /// A policy is asked about and adopted; mostly little else happens then.
    fn foresee(&mut self, ops: &mut Vec<Op>) {
        let days = self.rng.u16(2..31);
        ops.push(Op::WhatIf(self.policy(), days));
        if self.chance(300) {
            return;
        }
        for _ in 0..days {
            ops.push(Op::Wait(1));
            if self.chance(100) {
                self.happening(ops);
            }
            ops.push(Op::Run);
        }
    }

    fn run(&mut self, ops: &mut Vec<Op>) {
        let killed = self.temper.killed;
        if self.chance(killed) {
            ops.push(Op::Killed(self.rng.u16(0..40)));
            // Taken up later that day, after people did something, or the day after.
            match self.rng.u8(0..4) {
                0 => return,
                1 => self.happening(ops),
                _ => {}
            }
        }
        ops.push(if self.chance(60) { Op::Again } else { Op::Run });
    }

    fn happening(&mut self, ops: &mut Vec<Op>) {
        let (files, adopts, closes) = (self.temper.files, self.temper.adopts, self.temper.closes);
        if self.chance(files) {
            return ops.push(self.file());
        }
        if self.chance(adopts) {
            return ops.push(Op::Adopt(self.policy(), self.rng.u16(0..9)));
        }
        if self.chance(closes) {
            let home = self.rng.u8(1..4);
            return ops.push(if self.chance(400) { Op::Close(home) } else { Op::Reopen(home) });
        }
        let number = self.someone();
        ops.push(match self.rng.u8(0..40) {
            0..=1 => Op::Grant(number, self.role(), self.organisation()),
            2..=3 => {
                self.people += 1;
                Op::User(self.people - 1, self.organisation(), Terms::Accepted)
            }
            4 => {
                self.people += 1;
                Op::Mailbox(self.people - 1, Kind::Shared, self.organisation(), vec![number])
            }
            5..=14 => Op::Signals(vec![self.sighting()]),
            _ => {
                let by = self.chance(150).then(|| self.someone());
                Op::Ask(number, self.asked(), by)
            }
        });
    }

    fn role(&mut self) -> Role {
        [Role::LocalAdmin, Role::PrimaryLocalAdmin, Role::Helpdesk]
            .get(self.rng.usize(0..3))
            .copied()
            .unwrap_or(Role::Auditor)
    }

    fn sighting(&mut self) -> (Number, Signal, u16) {
        let signal = Signal::ALL.get(self.rng.usize(0..Signal::ALL.len())).copied().unwrap_or(Signal::MailSent);
        let ago = if self.chance(300) { self.rng.u16(0..60) } else { 0 };
        (self.someone(), signal, ago)
    }

    fn file(&mut self) -> Op {
        let lines = self.rng.usize(2..9);
        match self.rng.u8(0..4) {
            0 => Op::Feed(
                (0..lines)
                    .map(|_| {
                        // Mostly known people; sometimes somebody new.
                        self.people += u32::from(self.chance(100));
                        (self.someone(), self.rng.u8(1..4))
                    })
                    .collect(),
            ),
            1 => {
                let sent = if self.chance(400) { Sent::Twice } else { Sent::Once };
                let mut people: Vec<Number> = (0..lines).map(|_| self.someone()).collect();
                people.sort_unstable();
                people.dedup();
                Op::Bulk(people.into_iter().map(|number| (number, self.asked())).collect(), sent)
            }
            _ => Op::Signals((0..lines * 3).map(|_| self.sighting()).collect()),
        }
    }

    fn asked(&mut self) -> Ask {
        let plain = match self.rng.u8(0..40) {
            0..=8 => Plain::Leaver,
            9..=10 => Plain::CancelLeaver,
            11..=14 => return Ask::Join(self.organisation()),
            15..=16 => return Ask::Transfer(self.organisation()),
            17..=18 => Plain::Disable,
            19..=20 => Plain::Enable,
            21..=22 => Plain::Delete,
            23..=26 => Plain::Restore,
            27..=29 => Plain::Hold,
            30..=33 => Plain::ReleaseHold,
            34 => Plain::Confirm,
            35 => Plain::AcceptTerms,
            36 => Plain::Hide,
            37 => Plain::Show,
            38 => Plain::Licence,
            _ => Plain::ServiceOff,
        };
        Ask::Plain(plain)
    }
}
