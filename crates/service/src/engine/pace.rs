//! How much an account sends in a day and gets in an hour (LIM-01). Counted in memory. What a day's heavy senders named is
//! kept in the store, added up over all nodes: a restart forgets at most what light senders named, and the last seconds.

use std::collections::HashMap;

use domain::delivery::{Reply, pace_of_arrival, pace_of_sending};
use domain::ids::AccountId;
use domain::policy::MailRules;
use domain::time::{Day, Timestamp};
use store::tx::Reader;

use crate::engine::{Engine, of};
use crate::error::Error;
use crate::federation::Almoner;

/// Who named less than this part of a day's recipients is not written down: of two million, few send so much.
const LIGHT: u32 = 20;
const HOUR: i64 = 3600;

/// What one account named today.
#[derive(Debug, Default, Clone, Copy)]
struct Sent {
    /// On all nodes, as far as they told.
    total: u32,
    /// Of these, not told to the store yet.
    untold: u32,
}

/// What was counted.
#[derive(Debug, Default)]
pub(crate) struct Paces {
    day: Option<Day>,
    sent: HashMap<AccountId, Sent>,
    hour: i64,
    received: HashMap<AccountId, u32>,
}

impl Paces {
    /// What was named already on a day.
    pub(crate) fn read(db: &mut Reader<'_>, today: Day) -> Result<Self, Error> {
        let known = store::mail_sent::of_day(db, today)?.into_iter();
        let sent = known.map(|(id, total)| (id, Sent { total, untold: 0 })).collect();
        Ok(Self { day: Some(today), sent, ..Self::default() })
    }

    fn turn(&mut self, today: Day) {
        if self.day != Some(today) {
            self.sent.clear();
            self.day = Some(today);
        }
    }

    /// Whether a sender may name one more.
    pub(crate) fn may_name(&mut self, id: AccountId, today: Day, a_day: u32) -> Result<(), Reply> {
        self.turn(today);
        pace_of_sending(self.sent.get(&id).map_or(0, |sent| sent.total), 1, a_day)
    }

    /// Takes note of a message's recipients, if there may be so many.
    pub(crate) fn names(&mut self, id: AccountId, more: u32, today: Day, a_day: u32) -> Result<(), Reply> {
        self.turn(today);
        let sent = self.sent.entry(id).or_default();
        pace_of_sending(sent.total, more, a_day)?;
        sent.total = sent.total.saturating_add(more);
        sent.untold = sent.untold.saturating_add(more);
        Ok(())
    }

    /// Takes note of a message that came for a mailbox, if it may.
    pub(crate) fn arrives(&mut self, id: AccountId, now: Timestamp, an_hour: u32) -> Result<(), Reply> {
        let hour = now.second().div_euclid(HOUR);
        if self.hour != hour {
            self.received.clear();
            self.hour = hour;
        }
        let count = self.received.entry(id).or_default();
        pace_of_arrival(*count, an_hour)?;
        *count = count.saturating_add(1);
        Ok(())
    }

    /// What is to be told of those who named much.
    fn untold(&mut self, a_day: u32) -> (Option<Day>, Vec<(AccountId, u32)>) {
        let heavy = a_day / LIGHT;
        let much = self.sent.iter_mut().filter(|(_, sent)| sent.total >= heavy && sent.untold > 0);
        let all = much.map(|(id, sent)| (*id, std::mem::take(&mut sent.untold))).collect();
        (self.day, all)
    }
}

impl Engine {
    /// Tells the store what heavy senders named since the last time, and learns what they named on other nodes; how many
    /// these are. What cannot be told waits for the next time. Cost: one small write each.
    pub fn keep_paces(&self, almoner: &Almoner, rules: MailRules) -> Result<usize, Error> {
        let (day, told) = of(&self.paces).untold(rules.recipients_per_day);
        let Some(day) = day.filter(|_| !told.is_empty()) else { return Ok(0) };
        let totals = almoner.store.add_sent(day, &told);
        let mut paces = of(&self.paces);
        if paces.day != Some(day) {
            return Ok(totals?.len());
        }
        match totals {
            Ok(totals) => {
                for (id, total) in &totals {
                    let sent = paces.sent.entry(*id).or_default();
                    sent.total = total.saturating_add(sent.untold);
                }
                Ok(totals.len())
            }
            Err(error) => {
                for (id, untold) in told {
                    let sent = paces.sent.entry(id).or_default();
                    sent.untold = sent.untold.saturating_add(untold);
                }
                Err(error.into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: AccountId = AccountId(1);
    const DAY: Day = Day::from_number(20_000);

    // Proves: LIM-01
    #[test]
    fn a_sender_names_as_many_as_a_day_has_and_begins_anew_at_midnight() {
        let mut paces = Paces::default();
        assert_eq!(paces.names(ANN, 9_999, DAY, 10_000), Ok(()));
        assert_eq!(paces.may_name(ANN, DAY, 10_000), Ok(()));
        // Two would be one too many, and are not counted.
        assert!(paces.names(ANN, 2, DAY, 10_000).is_err());
        assert_eq!(paces.names(ANN, 1, DAY, 10_000), Ok(()));
        assert!(paces.may_name(ANN, DAY, 10_000).is_err());
        assert_eq!(paces.may_name(AccountId(2), DAY, 10_000), Ok(()));
        assert_eq!(paces.names(ANN, 10_000, Day::from_number(20_001), 10_000), Ok(()));
    }

    // Proves: LIM-01
    #[test]
    fn a_mailbox_gets_as_many_as_an_hour_has() {
        let mut paces = Paces::default();
        let at = Timestamp::from_second;
        for second in [7_200, 7_201, 10_799] {
            assert_eq!(paces.arrives(ANN, at(second), 3), Ok(()), "{second}");
        }
        assert!(paces.arrives(ANN, at(10_799), 3).is_err());
        assert_eq!(paces.arrives(AccountId(2), at(10_799), 3), Ok(()));
        assert_eq!(paces.arrives(ANN, at(10_800), 3), Ok(()));
    }

    #[test]
    fn only_those_who_name_much_are_written_down_and_each_recipient_once() {
        let mut paces = Paces::default();
        paces.names(ANN, 499, DAY, 10_000).unwrap();
        assert_eq!(paces.untold(10_000), (Some(DAY), vec![]));
        paces.names(ANN, 1, DAY, 10_000).unwrap();
        assert_eq!(paces.untold(10_000), (Some(DAY), vec![(ANN, 500)]));
        assert_eq!(paces.untold(10_000), (Some(DAY), vec![]));
        paces.names(ANN, 3, DAY, 10_000).unwrap();
        assert_eq!(paces.untold(10_000), (Some(DAY), vec![(ANN, 3)]));
    }
}
