//! Puts accounts back to what they were before a run: fields, addresses, grants.

use std::collections::{BTreeMap, HashMap};

use domain::account::Account;
use domain::brake::Group;
use domain::ctx::Ctx;
use domain::ids::AccountId;
use domain::lifecycle::change::{Action, Change};
use domain::lifecycle::task::next_task;
use domain::profile::Profile;
use domain::rule::Rule;
use domain::status::Status;
use domain::time::Timestamp;
use serde_json::Value;
use store::address::Taken;
use store::audit::Line;
use store::event::NewEvent;
use store::grant::Ending;
use store::rollback::Rollback;
use store::tx::{Reader, WriteTx};

use crate::account::belongings::{address_changed, taken};
use crate::account::decided::Decided;
use crate::account::save::save;
use crate::error::Error;
use crate::federation::{Almoner, plain_event};
use crate::fields::{self, Difference, Fields};
use crate::run::day::RunDay;
use crate::run::rollback::{rollbacks_of, why_not};
use crate::run::undo::{Before, Changed, Verdict, put_back, undo};
use crate::run::waits::group_of;

/// What a rollback works with.
pub(super) struct Restoring<'a> {
    pub(super) almoner: &'a Almoner,
    pub(super) ctx: &'a Ctx,
    pub(super) day: &'a RunDay<'a>,
    pub(super) rollback: &'a Rollback,
    /// The first line of what is undone.
    pub(super) first: i64,
}

/// An account as it is put back.
pub(super) struct Restored {
    pub(super) decided: Decided,
    claims: Vec<Taken>,
    frees: Vec<Taken>,
    grants: BTreeMap<i64, (Line, Changed)>,
    /// What is undone, as brakes count it; none where a rollback is.
    pub(super) group: Option<Group>,
}

/// Accounts that stay as they are, with their addresses and why.
#[derive(Default)]
pub(super) struct Refusals(pub(super) Vec<(AccountId, String, String)>);

impl Restoring<'_> {
    /// Decides some accounts, each as it is now.
    pub(super) fn decide(&self, tx: &mut Reader<'_>, ids: &[AccountId]) -> Result<(Vec<Restored>, Refusals), Error> {
        let mut accounts = store::account::by_ids(tx, ids)?;
        accounts.sort_unstable_by_key(|account| account.id);
        let profiles: HashMap<AccountId, Profile> = store::profile::by_ids(tx, ids)?.into_iter().collect();
        let lines = store::rollback::lines_since(tx, ids, self.first)?;
        let mut lines_of: HashMap<AccountId, Vec<Line>> = HashMap::new();
        for line in lines {
            if let Some(id) = line.account {
                lines_of.entry(id).or_default().push(line);
            }
        }
        let others = rollbacks_of(tx, self.rollback.run)?;
        let (mut restored, mut refused) = (Vec::with_capacity(accounts.len()), Refusals::default());
        for account in accounts {
            let lines = lines_of.remove(&account.id).unwrap_or_default();
            let gone = account.status() == Status::Purged;
            let why = match undo(&lines, self.rollback.run, self.rollback.id)? {
                Verdict::Done => continue,
                Verdict::Changed(_) | Verdict::Back(_) if gone => "purged: its mailbox is gone (LC-11)".to_owned(),
                Verdict::Changed(line) => why_not(&account, &line, &others, self.day.calendar.day_of(line.at)),
                Verdict::Back(before) => {
                    let profile =
                        profiles.get(&account.id).ok_or(store::error::Error::Corrupt("profile.account_id"))?;
                    match self.back(tx, &account, profile, before)? {
                        Ok(one) => {
                            let group = group_of(&account, &lines, self.rollback.run)?;
                            restored.push(Restored { group, ..one });
                            continue;
                        }
                        Err(why) => why,
                    }
                }
            };
            refused.0.push((account.id, account.address.to_string(), why));
        }
        Ok((restored, refused))
    }

    /// One account as it was; or why it cannot be.
    fn back(
        &self,
        db: &mut Reader<'_>,
        account: &Account,
        profile: &Profile,
        (changed, grants): Before,
    ) -> Result<Result<Restored, String>, Error> {
        let (addresses, changed): (Changed, Changed) =
            changed.into_iter().partition(|(name, _)| name.starts_with("address:"));
        let now: Fields = fields::of(account)
            .into_iter()
            .chain(fields::of_profile(profile))
            .map(|(name, text)| (name.to_owned(), text))
            .collect();
        let then = put_back(&now, &changed);
        let corrupt = store::error::Error::Corrupt("event.detail");
        let was = Account { version: account.version, ..fields::account(account.id, &then).ok_or(corrupt)? };
        let was_shown = fields::profile(&then);
        let (mut claims, mut frees, mut belongings) = (Vec::new(), Vec::new(), Vec::new());
        for (name, (before, _)) in addresses {
            let address = name.trim_start_matches("address:");
            let stands = store::address::taken(db, &[address])?.pop();
            if let Some(other) = stands.as_ref().filter(|other| other.account != account.id) {
                let holder =
                    store::account::get(db, other.account)?.map_or_else(String::new, |a| a.address.to_string());
                return Ok(Err(format!("its address {address} was taken since by {holder}")));
            }
            let wanted = before.as_deref().and_then(|text| taken(account.id, &name, text));
            if stands == wanted {
                continue;
            }
            if let Some(known) = stands.as_ref().or(wanted.as_ref()) {
                let is = wanted.as_ref().map(|taken| (taken.kind, taken.until));
                belongings.push(address_changed(&known.address, stands.as_ref(), is));
            }
            frees.extend(stands);
            claims.extend(wanted);
        }
        let change = Change::plain(was, account.status(), Action::RolledBack, Rule::Run08);
        let note = format!("again {}: run {} was rolled back", change.account.status(), self.rollback.run);
        let change = Change { note: Some(note), ..change };
        let next = next_task(&change.account, &self.day.terms(&change.account));
        let profile = (was_shown != *profile).then(|| (profile.clone(), was_shown));
        let decided = Decided { profile, belongings, ..Decided::by_system(account.clone(), change, next) };
        Ok(Ok(Restored { decided, claims, frees, grants, group: None }))
    }

    /// Keeps what was decided, and gives back its lines.
    pub(super) fn keep(&self, tx: &mut WriteTx<'_>, restored: &[Restored]) -> Result<Vec<NewEvent>, Error> {
        for one in restored {
            store::address::free(tx, &one.frees)?;
            store::address::claim(tx, &one.claims)?;
        }
        let mut decided: Vec<Decided> = restored.iter().map(|one| one.decided.clone()).collect();
        let mut events = save(self.almoner, tx, self.ctx, &mut decided, Some(self.rollback.id))?;
        let mut endings = Vec::new();
        for (number, (line, changed)) in restored.iter().flat_map(|one| &one.grants) {
            let text = |name: &str| changed.get(name).and_then(|(was, _)| was.as_deref());
            let at = text("ended_at").and_then(Timestamp::parse);
            endings.push(Ending { grant: *number, at, rule: text("ended_rule").and_then(Rule::parse) });
            events.push(self.grant_event(line, changed, at.is_some())?);
        }
        store::grant::set_ended(tx, &endings)?;
        Ok(events)
    }

    /// A grant is in force again, or, where a rollback is undone, has ended as before.
    fn grant_event(&self, line: &Line, changed: &Changed, ended: bool) -> Result<NewEvent, Error> {
        let detail: Value =
            serde_json::from_str(&line.detail).map_err(|_| store::error::Error::Corrupt("event.detail"))?;
        let text = |name: &str| detail.get(name).and_then(Value::as_str);
        let which = fields::object(["role", "scope", "given_by"].into_iter().map(|name| (name, text(name))));
        let back: Vec<Difference> =
            changed.iter().map(|(name, (was, is))| (name.clone().into(), is.clone(), was.clone())).collect();
        let detail = format!("{},{}}}", which.trim_end_matches('}'), fields::sides(&back));
        let action = if ended { "grant_ended" } else { "grant_restored" };
        Ok(NewEvent {
            account_id: line.account.map(|id| id.0),
            organisation: line.organisation.clone(),
            rule: Some(Rule::Run08.as_str()),
            run_id: Some(self.rollback.id),
            ..plain_event(self.ctx, "grant", &line.object, action, &detail)
        })
    }
}
