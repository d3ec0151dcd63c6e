//! The accounts file: a line that matches an account changes its directory data, any other line makes an account.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use domain::account::{Account, State};
use domain::ctx::Ctx;
use domain::ids::{AccountId, OdsCode};
use domain::lifecycle::change::{Action as Happened, Change};
use domain::lifecycle::task::next_task;
use domain::org::Sector;
use domain::policy::Policy;
use domain::profile::Profile;
use domain::rights::Action;
use domain::rule::Rule;
use domain::signal::Signals;
use domain::status::{Kind, Status};
use store::event::NewEvent;
use store::tx::WriteTx;
use wire::files::Problem;
use wire::files::accounts::AccountLine;

use crate::account::create::{self, New};
use crate::account::decided::{Decided, line};
use crate::account::mobile::{self, Numbers};
use crate::account::naming::Base;
use crate::account::save;
use crate::error::Error;
use crate::federation::Almoner;
use crate::import::FileReport;
use crate::import::job::{Applied, Job, Sent, problem};
use crate::import::outcome::{Outcome, Word};
use crate::import::registry::Registry;
use crate::import::send::{Sending, send};
use crate::progress::Progress;

const RIGHTS: &[Action] = &[Action::Create, Action::Bulk];

struct AccountJob<'a> {
    almoner: &'a Almoner,
    ctx: &'a Ctx,
    registry: Registry,
    policy: &'a Policy,
}

impl Almoner {
    /// Makes and changes the accounts of a file (CSV-01, CSV-02, LC-13).
    pub fn import_accounts(
        &self,
        ctx: &Ctx,
        file: &Path,
        out: Option<&Path>,
        check_only: bool,
        progress: &dyn Progress,
    ) -> Result<FileReport, Error> {
        let policy = self.policy_on(self.today(ctx))?;
        let job = AccountJob { almoner: self, ctx, registry: Registry::read(self, ctx)?, policy };
        send(self, &job, &Sending { file, out, check_only }, progress)
    }
}

/// What a line is about to do.
enum Meant {
    Make(Box<Draft>),
    /// The same, and the purged account whose number it takes.
    Replace(Box<Draft>, Box<Account>),
    Change(Box<Decided>),
    Nothing(Outcome),
}

/// A new account that has no address yet: a batch's addresses are given out together.
struct Draft {
    base: Base,
    organisation: OdsCode,
    sector: Sector,
    profile: Profile,
    grant: Option<i64>,
}

/// The accounts that a batch's lines name, with their directory data.
struct Known {
    by_id: HashMap<AccountId, Account>,
    by_number: HashMap<(OdsCode, String), AccountId>,
    profiles: HashMap<AccountId, Profile>,
}

impl Job for AccountJob<'_> {
    type Line = AccountLine;
    // Lines of a file are scattered over organisations; a transaction writes every index page that it touches once, so a
    // large one writes far fewer: 10,000 lines took 0.55 times the time of 2,000 on a store of a million accounts.
    const BATCH: usize = 10_000;

    fn check(&self, number: u64, line: &AccountLine) -> Vec<Problem> {
        let code = &line.organisation;
        let mut found = Vec::new();
        match self.registry.allowed(code, &line.unit, RIGHTS) {
            Err(why) => found.push(problem(number, "OrganisationODS", code, why)),
            Ok(_) if line.id.is_none() => {
                let refused = self.registry.takes_accounts(code).err();
                found.extend(refused.map(|why| problem(number, "OrganisationODS", code, why)));
            }
            Ok(_) => {}
        }
        if let Some(mobile) = &line.mobile
            && let Err(why) = mobile::plain(mobile, self.policy)
        {
            found.push(problem(number, "Mobile", mobile, why));
        }
        if line.id.is_none() && Base::of(&self.policy.addresses.pattern, &line.first_name, &line.last_name).is_none() {
            let name = format!("{} {}", line.first_name, line.last_name);
            found.push(problem(
                number,
                "LastName",
                &name,
                "no address can be made of this name: write it with letters",
            ));
        }
        found
    }

    fn keys(&self, line: &AccountLine) -> Vec<String> {
        let number = (!line.local_id.is_empty()).then(|| format!("{} {}", line.organisation, line.local_id));
        number.into_iter().chain(line.id.map(|id| id.to_string())).collect()
    }

    fn name<'l>(&self, line: &'l AccountLine) -> &'l str {
        if line.local_id.is_empty() { &line.last_name } else { &line.local_id }
    }

    fn apply(&self, tx: &mut WriteTx<'_>, _: &str, lines: &[Sent<'_, AccountLine>]) -> Result<Applied, Error> {
        let known = known(tx, lines)?;
        let wanted: Vec<String> = lines.iter().map(|sent| self.mobile(sent.line)).collect();
        let asked: Vec<&str> = wanted.iter().map(String::as_str).collect();
        let mut numbers = Numbers::in_turn(tx, &asked)?;
        let mut meant = Vec::with_capacity(lines.len());
        let mut touched = HashSet::new();
        for sent in lines {
            let next = self.meant(sent.line, &known)?;
            if let Meant::Change(decided) = &next
                && !touched.insert(decided.before.id)
            {
                break;
            }
            meant.push(numbered(next, &mut numbers));
        }
        self.keep(tx, meant)
    }
}

fn known(tx: &mut WriteTx<'_>, lines: &[Sent<'_, AccountLine>]) -> Result<Known, Error> {
    let ids: Vec<AccountId> = lines.iter().filter_map(|sent| sent.line.id).collect();
    let numbers: Vec<(&OdsCode, &str)> = lines
        .iter()
        .filter(|sent| !sent.line.local_id.is_empty())
        .map(|sent| (&sent.line.organisation, sent.line.local_id.as_str()))
        .collect();
    let mut by_number = HashMap::new();
    let mut by_id: HashMap<AccountId, Account> =
        store::account::by_ids(tx, &ids)?.into_iter().map(|account| (account.id, account)).collect();
    for (local_id, account) in store::account::by_numbers(tx, &numbers)? {
        by_number.insert((account.organisation.clone(), local_id), account.id);
        by_id.insert(account.id, account);
    }
    let all: Vec<AccountId> = by_id.keys().copied().collect();
    let profiles = store::profile::by_ids(tx, &all)?.into_iter().collect();
    Ok(Known { by_id, by_number, profiles })
}

/// What a line is about to do, if the mobile number that it brings is no other account's. One that was there stays.
fn numbered(meant: Meant, numbers: &mut Numbers) -> Meant {
    let free = match &meant {
        Meant::Make(draft) | Meant::Replace(draft, _) => numbers.take(&draft.profile.mobile, None),
        Meant::Change(decided) => decided
            .profile
            .as_ref()
            .is_none_or(|(was, is)| was.mobile == is.mobile || numbers.take(&is.mobile, Some(decided.before.id))),
        Meant::Nothing(_) => true,
    };
    if free { meant } else { Meant::Nothing(Outcome::rejected("Mobile", mobile::TAKEN)) }
}

impl AccountJob<'_> {
    /// The line's mobile number as it is kept; what could not be read was told before.
    fn mobile(&self, line: &AccountLine) -> String {
        line.mobile.as_ref().and_then(|text| mobile::plain(text, self.policy).ok()).unwrap_or_default()
    }

    fn meant(&self, line: &AccountLine, known: &Known) -> Result<Meant, Error> {
        let number = (line.organisation.clone(), line.local_id.clone());
        let numbered = known.by_number.get(&number).and_then(|id| known.by_id.get(id));
        let Some(id) = line.id else {
            return match numbered {
                // LC-11: its person needs a new account; the number goes with the person.
                Some(gone) if gone.status() == Status::Purged => Ok(match self.make(line)? {
                    Meant::Make(draft) => Meant::Replace(draft, Box::new(gone.clone())),
                    other @ (Meant::Replace(..) | Meant::Change(_) | Meant::Nothing(_)) => other,
                }),
                Some(account) => self.change(line, account, known),
                None => self.make(line),
            };
        };
        let named = known.by_id.get(&id).filter(|account| account.organisation == line.organisation);
        Ok(match (named, numbered) {
            (None, _) => {
                let why = format!("{} has no account {id}: correct the ID, or leave it out", line.organisation);
                Meant::Nothing(Outcome::rejected("ID", why))
            }
            (Some(account), Some(other)) if other.id != account.id => {
                let why = format!("{} has the LocalId already: correct the ID or the LocalId", other.address);
                Meant::Nothing(Outcome::rejected("LocalId", why))
            }
            (Some(account), _) => self.change(line, account, known)?,
        })
    }

    fn make(&self, line: &AccountLine) -> Result<Meant, Error> {
        let code = &line.organisation;
        let refused = |why| Ok(Meant::Nothing(Outcome::rejected("OrganisationODS", why)));
        let organisation = match self.registry.takes_accounts(code) {
            Ok(organisation) => organisation,
            Err(why) => return refused(why),
        };
        let grant = match self.registry.allowed(code, &line.unit, RIGHTS) {
            Ok(grant) => grant,
            Err(why) => return refused(why),
        };
        let Some(base) = Base::of(&self.policy.addresses.pattern, &line.first_name, &line.last_name) else {
            return Ok(Meant::Nothing(Outcome::rejected("LastName", "no address can be made of this name")));
        };
        let entitlement = &self.policy.entitlement;
        let fresh =
            Profile { licence: entitlement.licence.clone(), quota_mib: entitlement.quota_mib, ..Profile::default() };
        let (organisation, sector) = (code.clone(), organisation.sector);
        let profile = filled(&fresh, line, self.mobile(line));
        Ok(Meant::Make(Box::new(Draft { base, organisation, sector, profile, grant })))
    }

    fn change(&self, line: &AccountLine, account: &Account, known: &Known) -> Result<Meant, Error> {
        let was = known.profiles.get(&account.id).ok_or(store::error::Error::Corrupt("profile.account_id"))?;
        // Whoever holds one unit only may not take an account out of another.
        let grant = match self.registry.allowed(&account.organisation, &was.unit, RIGHTS) {
            Ok(grant) => grant,
            Err(why) => return Ok(Meant::Nothing(Outcome::rejected("OrganisationODS", why))),
        };
        let is = filled(was, line, self.mobile(line));
        if is == *was {
            return Ok(Meant::Nothing(Outcome::new(Word::Unchanged, found(account))));
        }
        let home = self.registry.get(&account.organisation);
        let sector = home.ok_or(store::error::Error::Corrupt("account.organisation"))?.sector;
        let terms = self.almoner.terms(account.kind, sector, self.registry.today())?;
        let change = Change::plain(account.clone(), account.status(), Happened::Edited, Rule::Csv01);
        let next = next_task(account, &terms);
        let (reason, profile) = (String::new(), Some((was.clone(), is)));
        let before = account.clone();
        Ok(Meant::Change(Box::new(Decided {
            before,
            change,
            next,
            grant,
            reason,
            request_key: None,
            profile,
            released_by: None,
            belongings: Vec::new(),
        })))
    }

    /// Makes and changes what the lines mean, in bulk.
    fn keep(&self, tx: &mut WriteTx<'_>, meant: Vec<Meant>) -> Result<Applied, Error> {
        let (mut drafts, mut changed, mut forgotten) = (Vec::new(), Vec::new(), Vec::new());
        let mut outcomes = Vec::with_capacity(meant.len());
        for one in meant {
            outcomes.push(match one {
                Meant::Make(draft) => {
                    drafts.push(*draft);
                    Outcome::new(Word::Created, "")
                }
                Meant::Replace(draft, gone) => {
                    store::account::forget_local_id(tx, gone.id)?;
                    let number = ("local_id".into(), Some(draft.profile.local_id.clone()), None);
                    forgotten.push(line(self.ctx, &gone, Happened::Edited, Rule::Lc11, None, &[number]));
                    drafts.push(*draft);
                    Outcome::new(Word::Created, "")
                }
                Meant::Change(decided) => {
                    let told = found(&decided.before);
                    changed.push(*decided);
                    Outcome::new(Word::Updated, told)
                }
                Meant::Nothing(outcome) => outcome,
            });
        }
        // First: a changed account may give up the number that a new one takes.
        let mut events = save::save(self.almoner, tx, self.ctx, &mut changed, None)?;
        let (new, mut made) = self.create(tx, drafts)?;
        events.append(&mut forgotten);
        events.append(&mut made);
        let created = outcomes.iter_mut().filter(|outcome| outcome.word == Word::Created);
        for (outcome, account) in created.zip(&new) {
            account.address.as_str().clone_into(&mut outcome.detail);
        }
        Ok(Applied { outcomes, events })
    }

    /// LC-13: pending until the terms of use are accepted.
    fn create(&self, tx: &mut WriteTx<'_>, drafts: Vec<Draft>) -> Result<(Vec<New>, Vec<NewEvent>), Error> {
        if drafts.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let bases: Vec<Base> = drafts.iter().map(|draft| draft.base.clone()).collect();
        let addresses = create::allocate(self.almoner, tx, self.ctx, &bases)?;
        let grants: Vec<Option<i64>> = drafts.iter().map(|draft| draft.grant).collect();
        let now = self.ctx.now;
        let new: Vec<New> = drafts
            .into_iter()
            .zip(addresses)
            .map(|(draft, address)| New {
                kind: Kind::User,
                address,
                organisation: draft.organisation,
                sector: draft.sector,
                state: State::Pending { since: now },
                signals: Signals::default(),
                created_at: now,
                terms_at: None,
                profile: draft.profile,
            })
            .collect();
        let (_, mut events) =
            create::create(self.almoner, tx, self.ctx, &new, Happened::Created, None, |_| Vec::new())?;
        for (event, grant) in events.iter_mut().zip(grants) {
            event.grant_id = grant;
        }
        Ok((new, events))
    }
}

/// The account that a line was found to mean, and where it stands when it is not in use.
fn found(account: &Account) -> String {
    match account.status() {
        Status::Pending | Status::Active | Status::Inactive => account.address.to_string(),
        status @ (Status::Leaver | Status::Disabled | Status::Deleted | Status::Purged) => {
            format!("{} is {status}", account.address)
        }
    }
}

/// Directory data as the line has it. An empty number or licence leaves what is there; notes are added to, because the
/// system's own lines stand among them.
fn filled(was: &Profile, line: &AccountLine, mobile: String) -> Profile {
    let or = |given: &str, kept: &str| if given.is_empty() { kept.to_owned() } else { given.to_owned() };
    Profile {
        local_id: or(&line.local_id, &was.local_id),
        title: line.title.clone(),
        first_name: line.first_name.clone(),
        last_name: line.last_name.clone(),
        display_name: line.display_name.clone(),
        mobile,
        hide_mobile: line.hide_mobile,
        telephone: line.telephone.clone(),
        job_title: line.job_title.clone(),
        unit: line.unit.clone(),
        licence: or(&line.licence, &was.licence),
        quota_mib: was.quota_mib,
        services_off: was.services_off.clone(),
        hidden: was.hidden,
        notes: noted(&was.notes, &line.notes),
    }
}

/// Notes with a text added, unless it stands there.
pub(super) fn noted(was: &str, text: &str) -> String {
    let text = text.trim_end_matches('\n');
    if text.is_empty() || format!("\n{was}").contains(&format!("\n{text}\n")) {
        return was.to_owned();
    }
    format!("{was}{text}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_grow_by_what_they_do_not_hold() {
        for (was, text, expected) in [
            ("", "", ""),
            ("", "starts in May", "starts in May\n"),
            ("starts in May\n", "starts in May", "starts in May\n"),
            ("2018-09-01 inactive\n", "late\nshift\n", "2018-09-01 inactive\nlate\nshift\n"),
            ("a\nlate\nshift\n", "late\nshift", "a\nlate\nshift\n"),
            ("starts in May 2018\n", "starts in May", "starts in May 2018\nstarts in May\n"),
        ] {
            assert_eq!(noted(was, text), expected, "{was:?} + {text:?}");
        }
    }
}
