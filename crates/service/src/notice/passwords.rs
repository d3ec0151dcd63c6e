//! Reminders before a password expires (NTC-04): one for each account and day.

use std::collections::HashMap;

use domain::account::Account;
use domain::ids::AccountId;
use domain::notice::NoticeKind;
use domain::reminder::{Owed, expires_on, is_reminded};
use domain::rule::Rule;
use domain::status::Kind;
use domain::time::{Day, Period, Timestamp};
use store::notice::NewNotice;
use store::pass::Pass;
use store::tx::{Reader, WriteTx};

use crate::error::Error;
use crate::federation::Almoner;
use crate::grouped::grouped;
use crate::notice::remind::{AtWork, Step};

/// The pass, in the store.
const NAME: &str = "passwords";

/// What is reminded of.
struct Reminder<'a> {
    owed: Owed,
    expiry: Period,
    days: &'a [u16],
    /// Who is told again today is not told for a day before.
    again: Option<Owed>,
}

impl Almoner {
    pub(super) fn remind_of_passwords(&self, at: &AtWork<'_>) -> Result<usize, Error> {
        let first = Pass { day: at.today, done_on: at.today.plus_days(-1), place: String::new(), id: 0 };
        let mut pass = self.pass_so_far(NAME)?.unwrap_or(first);
        let mut told = 0;
        if pass.done_on < pass.day && pass.day < at.today {
            // One of another day was killed: those whom it had not come to are told now.
            let again = Owed { done: pass.day, today: at.today };
            told += self.remind_of_day(at, &mut pass, Some(again))?;
        }
        if pass.done_on < at.today {
            if pass.day < at.today {
                pass = Pass { day: at.today, place: String::new(), id: 0, ..pass };
            }
            told += self.remind_of_day(at, &mut pass, None)?;
        }
        Ok(told)
    }

    fn remind_of_day(&self, at: &AtWork<'_>, pass: &mut Pass, again: Option<Owed>) -> Result<usize, Error> {
        let policy = self.policy_on(pass.day)?;
        let (owed, days) =
            (Owed { done: pass.done_on, today: pass.day }, policy.notice.password_reminder_days.as_slice());
        let mut told = 0;
        if let Some(expiry) = policy.identity.as_ref().and_then(|rules| rules.password_expiry) {
            let reminder = Reminder { owed, expiry, days, again };
            for range in owed.set(days, expiry, self.calendar()) {
                loop {
                    let so_far = pass.clone();
                    let (count, next) = self.step(at, (NAME, Rule::Ntc04), |tx| {
                        self.remind_some(tx, at, &so_far, &reminder, (range.start, range.end))
                    })?;
                    told += count;
                    let went_on = (next.id, &next.place) != (pass.id, &pass.place);
                    *pass = next;
                    if !went_on {
                        break;
                    }
                }
            }
        }
        let whole = Pass { done_on: pass.day, place: String::new(), id: 0, ..pass.clone() };
        *pass = self.step(at, (NAME, Rule::Ntc04), |_| Ok(Step { notices: Vec::new(), pass: whole.clone() }))?.1;
        Ok(told)
    }

    /// The next passwords that were set between two instants, behind the place where the pass is; where there are none it
    /// stays.
    fn remind_some(
        &self,
        tx: &mut WriteTx<'_>,
        at: &AtWork<'_>,
        pass: &Pass,
        reminder: &Reminder<'_>,
        (start, end): (Timestamp, Timestamp),
    ) -> Result<Step, Error> {
        let begin = (start.plus_seconds(-1), AccountId(i64::MAX));
        let behind = pass.place.parse().map_or(begin, |at| begin.max((Timestamp::from_second(at), AccountId(pass.id))));
        let set = store::credential::set_before(tx, end, behind, at.batch)?;
        let Some((last, last_at)) = set.last().copied() else {
            return Ok(Step { notices: Vec::new(), pass: pass.clone() });
        };
        let due = |set_at| {
            let expires = expires_on(set_at, reminder.expiry, self.calendar());
            let holds = expires > at.today && reminder.owed.has(expires, reminder.days);
            (holds && !reminder.again.is_some_and(|again| again.has(expires, reminder.days))).then_some(expires)
        };
        let due: HashMap<AccountId, Day> =
            set.into_iter().filter_map(|(id, set_at)| Some((id, due(set_at)?))).collect();
        let mut ids: Vec<AccountId> = due.keys().copied().collect();
        ids.sort_unstable();
        let mut accounts = store::account::by_ids(tx, &ids)?;
        accounts.retain(is_reminded);
        accounts.sort_by_key(|account| account.id);
        let owners = owners(tx, &accounts)?;
        let notices = accounts.iter().flat_map(|account| {
            let own = [account.id];
            let others = owners.get(&account.id).map_or(&[][..], Vec::as_slice);
            let about = due.get(&account.id).copied();
            own.into_iter().chain(others.iter().copied()).map(move |to| notice(account, to, about)).collect::<Vec<_>>()
        });
        let next = Pass { place: last_at.second().to_string(), id: last.0, ..pass.clone() };
        Ok(Step { notices: notices.collect(), pass: next })
    }
}

/// The owners of application accounts: nobody reads what such an account gets.
fn owners(db: &mut Reader<'_>, accounts: &[Account]) -> Result<HashMap<AccountId, Vec<AccountId>>, Error> {
    let owned: Vec<AccountId> = accounts.iter().filter(|a| a.kind == Kind::Application).map(|a| a.id).collect();
    if owned.is_empty() { Ok(HashMap::new()) } else { Ok(grouped(store::member::owners(db, &owned)?)) }
}

fn notice(account: &Account, to: AccountId, about: Option<Day>) -> NewNotice {
    NewNotice {
        account: account.id,
        organisation: account.organisation.to_string(),
        kind: NoticeKind::PasswordExpires,
        rule: Rule::Ntc04,
        recipient: Some(to),
        about,
        details: Vec::new(),
    }
}
