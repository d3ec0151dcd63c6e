//! Accounts of which time alone makes the same: what next_task and apply can see of one, at the precision of days, and
//! under what holds in some time. A federation of millions has some thousands of these.

use crate::account::{Account, Announced, Cause, Held, Question, State};
use crate::ids::{AccountId, Address, OdsCode};
use crate::lifecycle::timeline::Timeline;
use crate::rule::Rule;
use crate::signal::{Seen, Signal, Signals, Source};
use crate::status::Kind;
use crate::time::{Calendar, Day, Timestamp};

/// How many signals there are.
const SIGNALS: usize = Signal::ALL.len();

/// A status, with as much of its data as the future depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Stand {
    Pending,
    Active,
    /// Active, and its owners were asked on this day.
    Asked(Day),
    /// Active, and an owner confirmed it on this day.
    Confirmed(Day),
    Inactive,
    Leaver,
    Disabled,
    Deleted,
    Purged,
}

/// What the future of an account depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Class {
    kind: Kind,
    stand: Stand,
    since: Day,
    announced: Option<Announced>,
    held: bool,
    /// The day of each signal, or `since`: one that is not newer changes nothing.
    signals: [Day; SIGNALS],
}

impl Class {
    /// The class of an account, whatever holds. Cost: a look-up of a civil day for each time that it has.
    pub fn of(account: &Account, calendar: &Calendar) -> Self {
        let day = |at| calendar.day_of(at);
        let since = day(account.state.since());
        let mut signals = [since; SIGNALS];
        let stand = match account.state {
            State::Pending { .. } => Stand::Pending,
            State::Active { question, .. } => {
                for (slot, signal) in signals.iter_mut().zip(Signal::ALL) {
                    *slot = account.signals.get(*signal).map_or(since, |seen| day(seen.at).max(since));
                }
                match question {
                    Question::None => Stand::Active,
                    Question::Asked(on) => Stand::Asked(on),
                    Question::Confirmed(at) => Stand::Confirmed(day(at)),
                }
            }
            State::Inactive { .. } => Stand::Inactive,
            State::Leaver { .. } => Stand::Leaver,
            State::Disabled { .. } => Stand::Disabled,
            State::Deleted { .. } => Stand::Deleted,
            State::Purged { .. } => Stand::Purged,
        };
        Self { kind: account.kind, stand, since, announced: account.announced, held: account.held.is_some(), signals }
    }

    /// The same as if no hold covered it.
    #[must_use]
    pub const fn free(self) -> Self {
        Self { held: false, ..self }
    }

    /// Whether a hold covers it.
    pub const fn is_held(&self) -> bool {
        self.held
    }

    /// An account of this class, of nobody.
    pub fn representative(&self, calendar: &Calendar) -> Option<Account> {
        let at = |day| calendar.start_of(day);
        let since = at(self.since);
        let mut signals = Signals::default();
        for (day, signal) in self.signals.iter().zip(Signal::ALL).filter(|(day, _)| **day > self.since) {
            signals.see(*signal, Seen { at: at(*day), source: Source::Import });
        }
        Some(Account {
            id: AccountId(0),
            kind: self.kind,
            address: Address::parse("a@b.c")?,
            organisation: OdsCode::parse("AAA").ok()?,
            state: self.state(since, at),
            signals,
            announced: self.announced,
            held: self.held.then_some(Held { since, refused_on: None }),
            created_at: since,
            terms_at: None,
            version: 1,
        })
    }

    fn state(&self, since: Timestamp, at: impl Fn(Day) -> Timestamp) -> State {
        let active = |question| State::Active { since, question };
        match self.stand {
            Stand::Pending => State::Pending { since },
            Stand::Active => active(Question::None),
            Stand::Asked(on) => active(Question::Asked(on)),
            Stand::Confirmed(on) => active(Question::Confirmed(at(on))),
            Stand::Inactive => State::Inactive { since, rule: Rule::Lc01 },
            Stand::Leaver => State::Leaver { since, disabled_at: None },
            Stand::Disabled => State::Disabled { since },
            Stand::Deleted => State::Deleted { since, cause: Cause::Idle },
            Stand::Purged => State::Purged { since, cause: Cause::Idle },
        }
    }
}

/// What a timeline sees of an account: two that look the same through it have the same future.
#[derive(Debug, Clone)]
pub struct Lens {
    /// The sets of signals that keep an account active at some time.
    sets: Vec<[bool; SIGNALS]>,
    /// The age of a password matters at some time.
    passwords: bool,
    /// Owners are asked at some time.
    asks: bool,
    /// For each signal where it counts: a bit for each set, and one for passwords.
    counts: [u64; SIGNALS],
}

/// In `Lens::counts`: a change of password makes a password young. There are 63 sets of signals but the empty one.
const PASSWORDS: u64 = 1 << 63;

impl Lens {
    /// The lens of a timeline.
    pub fn new(timeline: &Timeline<'_>) -> Self {
        let mut lens = Self { sets: Vec::new(), passwords: false, asks: false, counts: [0; SIGNALS] };
        // Without a day from which a kind is automated nothing leads out of active (LC-15).
        for rules in timeline.all().map(|terms| terms.rules) {
            lens.asks |= rules.ask_owners.is_some();
            if rules.automation_from.is_none() {
                continue;
            }
            lens.passwords |= rules.password_age.is_some() && rules.ask_owners.is_none();
            let set: [bool; SIGNALS] =
                std::array::from_fn(|i| Signal::ALL.get(i).is_some_and(|s| rules.signals.contains(s)));
            if (rules.idle.is_some() || rules.ask_owners.is_some()) && !lens.sets.contains(&set) {
                lens.sets.push(set);
            }
        }
        for (i, (counts, signal)) in lens.counts.iter_mut().zip(Signal::ALL).enumerate() {
            let in_sets = lens.sets.iter().enumerate().filter(|(_, set)| set.get(i).is_some_and(|counts| *counts));
            *counts = in_sets.map(|(n, _)| 1 << n).sum();
            if lens.passwords && *signal == Signal::PasswordChange {
                *counts |= PASSWORDS;
            }
        }
        lens
    }

    /// What is left of a class when all that the timeline does not see is taken away.
    pub fn see(&self, class: Class) -> Class {
        let never = Day::from_number(0);
        match class.stand {
            Stand::Active | Stand::Asked(_) | Stand::Confirmed(_) => self.see_active(class),
            Stand::Pending => Class { announced: None, ..class },
            Stand::Inactive | Stand::Leaver | Stand::Disabled | Stand::Deleted => class,
            Stand::Purged => Class { since: never, announced: None, held: false, signals: [never; SIGNALS], ..class },
        }
    }

    /// An active account's clocks begin with the newest of what counts for each. The oldest of these days takes the place
    /// of `since`; what is not newer, counts nowhere, or is outdone wherever it counts, is dropped.
    fn see_active(&self, class: Class) -> Class {
        let newest = |set: &[bool; SIGNALS]| {
            let days = class.signals.iter().zip(set).filter(|(_, counts)| **counts).map(|(day, _)| *day);
            days.fold(class.since, Day::max)
        };
        let password = class.signals.get(Signal::PasswordChange as usize).copied();
        let clocks = self.sets.iter().map(newest).chain(password.filter(|_| self.passwords));
        let since = clocks.min().unwrap_or(Day::from_number(0));
        let stand = match class.stand {
            Stand::Asked(_) if self.asks => class.stand,
            Stand::Confirmed(on) if self.asks && on > since => class.stand,
            Stand::Pending
            | Stand::Active
            | Stand::Asked(_)
            | Stand::Confirmed(_)
            | Stand::Inactive
            | Stand::Leaver
            | Stand::Disabled
            | Stand::Deleted
            | Stand::Purged => Stand::Active,
        };
        let announced = class.announced.filter(|_| self.asks);
        Class { stand, since, announced, signals: self.telling(&class.signals, since), ..class }
    }

    /// The signals that tell something after a day, each in the place of the first that counts in the same sets.
    fn telling(&self, signals: &[Day; SIGNALS], since: Day) -> [Day; SIGNALS] {
        let mut merged = [since; SIGNALS];
        for (day, counts) in signals.iter().zip(self.counts).filter(|(day, counts)| **day > since && *counts != 0) {
            let place = self.counts.iter().position(|first| *first == counts);
            if let Some(slot) = place.and_then(|place| merged.get_mut(place)) {
                *slot = (*slot).max(*day);
            }
        }
        let outdone = |day: Day, counts: u64| {
            let others = merged.iter().zip(self.counts);
            others.filter(|(_, other)| *other != counts).any(|(newer, other)| *newer >= day && counts & !other == 0)
        };
        let mut told = [since; SIGNALS];
        for ((slot, day), counts) in told.iter_mut().zip(merged).zip(self.counts) {
            if day > since && !outdone(day, counts) {
                *slot = day;
            }
        }
        told
    }
}
