//! What becomes of each class: played once, through the same `next_task` and `apply` that the run uses.

use std::collections::HashMap;
use std::mem::size_of;

use domain::account::Account;
use domain::lifecycle::change::Action as Happened;
use domain::lifecycle::class::{Class, Lens};
use domain::lifecycle::timeline::Timeline;
use domain::status::Status;
use domain::time::{Calendar, Day};

use crate::outlook::MOST_CHANGES;
use crate::what_if::population::Side;
use crate::what_if::report::Turn;

/// A turn, and so many days after the first on which it is taken.
pub(crate) type Step = (u16, Turn);

/// The steps of every class, by its number.
pub(crate) struct Futures {
    /// Where the steps of each class begin in `steps`, and where the last one's end.
    starts: Vec<u32>,
    steps: Vec<Step>,
    /// It is held, and would be deleted or purged but for the hold.
    kept: Vec<bool>,
}

impl Futures {
    /// Plays every class of a side.
    pub(crate) fn of(side: &Side<'_>, calendar: &Calendar, days: (Day, Day)) -> Self {
        let mut classes: Vec<(u32, u16, Class)> =
            side.classes.iter().map(|((timeline, class), number)| (*number, *timeline, *class)).collect();
        classes.sort_unstable_by_key(|(number, ..)| *number);
        let mut futures = Self { starts: vec![0], steps: Vec::new(), kept: Vec::with_capacity(classes.len()) };
        let mut plays: Vec<Play<'_>> =
            side.timelines.iter().map(|(timeline, lens)| Play::new(timeline, lens, calendar, days)).collect();
        for (_, timeline, class) in classes {
            let Some(play) = plays.get_mut(usize::from(timeline)) else { continue };
            futures.steps.extend(play.of(class));
            futures.starts.push(u32::try_from(futures.steps.len()).unwrap_or(u32::MAX));
            futures.kept.push(class.is_held() && play.of(class.free()).iter().any(|(_, turn)| destroys(*turn)));
        }
        futures
    }

    /// The steps of a class, by day.
    pub(crate) fn steps(&self, class: u32) -> &[Step] {
        let class = class as usize;
        let bounds = self.starts.get(class).zip(self.starts.get(class + 1));
        bounds.and_then(|(from, to)| self.steps.get(*from as usize..*to as usize)).unwrap_or(&[])
    }

    /// Whether only a hold keeps a class from being deleted or purged.
    pub(crate) fn is_kept(&self, class: u32) -> bool {
        self.kept.get(class as usize).copied().unwrap_or(false)
    }

    /// How many classes there are.
    pub(crate) fn len(&self) -> usize {
        self.kept.len()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.starts.capacity() * size_of::<u32>() + self.steps.capacity() * size_of::<Step>() + self.kept.capacity()
    }
}

const fn destroys(turn: Turn) -> bool {
    match turn {
        Turn::Notice | Turn::Lapse | Turn::Idle => false,
        Turn::Unconfirmed | Turn::Expire | Turn::Unjoined | Turn::Disabled | Turn::Purge => true,
    }
}

/// A play of many classes under one timeline. Most come to the same: whoever becomes inactive on a day has the same
/// future from there on, so that is played once.
struct Play<'a> {
    timeline: &'a Timeline<'a>,
    lens: &'a Lens,
    calendar: &'a Calendar,
    from: Day,
    until: Day,
    /// What becomes of a class on the day on which it is entered.
    known: HashMap<Class, Vec<Step>>,
}

impl<'a> Play<'a> {
    fn new(timeline: &'a Timeline<'a>, lens: &'a Lens, calendar: &'a Calendar, (from, until): (Day, Day)) -> Self {
        Self { timeline, lens, calendar, from, until, known: HashMap::new() }
    }

    fn of(&mut self, class: Class) -> Vec<Step> {
        class.representative(self.calendar).map_or_else(Vec::new, |account| self.steps(account, self.from))
    }

    /// The steps from a day on, up to the next change of status played here, beyond it known or played once.
    fn steps(&mut self, account: Account, day: Day) -> Vec<Step> {
        let (mut account, mut day, mut steps) = (account, day, Vec::new());
        for _ in 0..MOST_CHANGES {
            let Some((on, change)) = self.timeline.next_change(&account, day, self.until) else { break };
            (account, day) = (change.account, on);
            let after = u16::try_from(on.days_since(self.from)).unwrap_or(u16::MAX);
            if change.action == Happened::Announced {
                steps.push((after, Turn::Notice));
            }
            if change.from != account.status() {
                steps.extend(Turn::of(change.from, account.status()).map(|turn| (after, turn)));
                steps.extend(self.entered(account, day));
                break;
            }
        }
        steps
    }

    /// What becomes of an account that changed its status on this day.
    fn entered(&mut self, account: Account, day: Day) -> Vec<Step> {
        if account.status() == Status::Purged {
            return Vec::new();
        }
        let class = self.lens.see(Class::of(&account, self.calendar));
        if let Some(known) = self.known.get(&class) {
            return known.clone();
        }
        let steps = self.steps(account, day);
        self.known.insert(class, steps.clone());
        steps
    }
}
