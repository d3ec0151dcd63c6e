//! Accounts of an organisation, and what will happen to them (RUN-07).

use std::collections::HashMap;

use domain::account::Account;
use domain::ctx::Ctx;
use domain::explain;
use domain::ids::AccountId;
use domain::lifecycle::timeline::Timeline;
use domain::profile::Profile;
use domain::rights::Action;
use domain::status::Status;
use domain::time::Day;
use store::account::due_of_organisation;

use crate::error::Error;
use crate::federation::Almoner;
use crate::outlook::{self, Expected};

/// An account that something will happen to.
#[derive(Debug, Clone)]
pub struct Foreseen {
    /// The account as it is today.
    pub account: Account,
    /// What will happen, if nothing else does.
    pub expected: Expected,
    /// What would change it, as sentences.
    pub would_change: Vec<String>,
}

impl Almoner {
    /// A page of an organisation's accounts, by id, with their directory data; of one status, if told.
    pub fn list_accounts(
        &self,
        ctx: &Ctx,
        organisation: &str,
        status: Option<Status>,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Vec<(Account, Profile)>, Error> {
        let mut db = self.store.reader()?;
        let organisation = Self::may_in(&mut db, ctx, Action::SeeAccount, organisation)?;
        let mut page: Vec<Account> = Vec::new();
        let mut last = AccountId(after.unwrap_or(0));
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        while page.len() < wanted {
            let batch = store::account::of_organisation(&mut db, &organisation.code, last, limit.clamp(100, 5_000))?;
            let Some(end) = batch.last() else { break };
            last = end.id;
            page.extend(batch.into_iter().filter(|a| status.is_none_or(|s| a.status() == s)));
        }
        page.truncate(wanted);
        let ids: Vec<AccountId> = page.iter().map(|a| a.id).collect();
        let mut profiles: HashMap<AccountId, Profile> = store::profile::by_ids(&mut db, &ids)?.into_iter().collect();
        Ok(page.into_iter().map(|a| (profiles.remove(&a.id).unwrap_or_default(), a)).map(|(p, a)| (a, p)).collect())
    }

    /// What will happen to an organisation's accounts in the next days, today included, by date.
    /// Cost: the accounts of the organisation that have something due in that time, an index range.
    pub fn forecast(&self, ctx: &Ctx, organisation: &str, days: u16) -> Result<Vec<Foreseen>, Error> {
        let mut db = self.store.reader()?;
        let organisation = Self::may_in(&mut db, ctx, Action::Report, organisation)?;
        let today = self.today(ctx);
        let until = today.plus_days(i32::from(days));
        let mut foreseen = Vec::new();
        for account in due_of_organisation(&mut db, &organisation.code, until)? {
            let timeline = self.timeline(account.kind, organisation.sector, today, until)?;
            let (_, expected) = outlook::play(&account, &timeline, today, until);
            for (nth, expected) in expected.into_iter().enumerate() {
                let would_change = ways(&account, &timeline, (today, nth), &expected);
                foreseen.push(Foreseen { account: account.clone(), expected, would_change });
            }
        }
        foreseen.sort_by(|a, b| {
            (a.expected.on, a.account.address.as_str()).cmp(&(b.expected.on, b.account.address.as_str()))
        });
        Ok(foreseen)
    }
}

/// What would change a step: the first one seen from today, a later one from the day before it.
fn ways(account: &Account, timeline: &Timeline<'_>, (today, nth): (Day, usize), expected: &Expected) -> Vec<String> {
    let day = if nth == 0 { today } else { expected.on.plus_days(-1).max(today) };
    let terms = timeline.on(day);
    let ways = |account: &Account| terms.map_or_else(Vec::new, |terms| explain::ways(account, terms, day));
    if nth == 0 { ways(account) } else { ways(&outlook::play(account, timeline, today, day).0) }
}
