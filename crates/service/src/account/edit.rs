//! Editing an account by hand. The form carries what its editor saw: what somebody else changed meanwhile is shown, field
//! by field, and never written over.

use domain::account::Account;
use domain::ctx::Ctx;
use domain::ids::OdsCode;
use domain::lifecycle::change::{Action as Happened, Change};
use domain::lifecycle::task::next_task;
use domain::org::Organisation;
use domain::profile::Profile;
use domain::refusal::Refusal;
use domain::rights::{Action, Place};
use domain::rule::Rule;
use domain::status::{Kind, Status};
use domain::time::Timestamp;
use store::event::NewEvent;
use store::tx::{Audit, Reader, WriteTx};

use crate::account::act::Acted;
use crate::account::create::allocate;
use crate::account::decided::{Decided, line};
use crate::account::naming::Base;
use crate::account::{history, mobile, moving, save, wording};
use crate::error::Error;
use crate::federation::Almoner;
use crate::fields::{self, Fields};
use crate::history::stream::ALWAYS;

/// So many characters of notes are kept of an account; what the system adds stands elsewhere.
const ALL_NOTES: usize = 20_000;

/// The services that an administrator switches for a person (ENT-02): the word in files, and what people call it.
pub const SERVICES: &[(&str, &str)] =
    &[("audio", "Audio dial-in"), ("meetings", "Online meetings"), ("web", "Web access")];

/// What somebody wants to change of an account.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    /// The version of the account that they saw.
    pub version: i64,
    /// The directory data that they saw; the notes are not compared.
    pub seen: Profile,
    /// What it is to be.
    pub wanted: Profile,
    /// A line for the notes, or nothing.
    pub note: String,
    /// A person whose name changes gets an address of the new name; the old one stays for good.
    pub new_address: bool,
}

/// What came of it.
#[derive(Debug, Clone)]
pub enum Edited {
    /// It was changed.
    Saved(Box<Acted>),
    /// It was so already.
    Unchanged(Box<Account>),
    /// Somebody else changed it since it was looked at; nothing was written.
    Overtaken(Box<Overtaken>),
}

/// What changed since somebody looked.
#[derive(Debug, Clone)]
pub struct Overtaken {
    /// The account as it is.
    pub account: Account,
    /// Its directory data as it is.
    pub now: Profile,
    /// As it is, but for what the editor typed.
    pub wanted: Profile,
    /// Field, what the editor saw, what stands there now.
    pub changed: Vec<(String, String, String)>,
    /// Who changed it last, and when.
    pub by: Option<(String, Timestamp)>,
}

impl Almoner {
    /// Changes directory data, licence, services and quota, and adds a dated line to the notes. Cost: one transaction.
    pub fn edit_account(&self, ctx: &Ctx, address: &str, edit: &Edit) -> Result<Edited, Error> {
        self.store.write("edit_account", |tx| {
            let ctx = &Ctx { actor: Self::actor_now(tx, &ctx.actor)?, ..ctx.clone() };
            let (account, home) = Self::find(tx, ctx, address)?;
            let now = store::profile::get(tx, account.id)?;
            if account.status() == Status::Purged {
                let instead = "its mailbox is gone";
                return Err(Refusal::WrongStatus { status: Status::Purged, instead }.into());
            }
            may_edit(ctx, &account, &home, &now, &merged(&now, &edit.seen, &edit.wanted))?;
            if let Some(overtaken) = overtaken(tx, &account, &now, edit)? {
                return Ok((Edited::Overtaken(Box::new(overtaken)), Audit::nothing_changed()));
            }
            let rules = self.policy_on(self.today(ctx))?.mailboxes;
            let is = wording::cleaned(account.kind, &merged(&now, &edit.seen, &edit.wanted), rules)?;
            let mobile = self.mobile(tx, ctx, &account, (&now, &is))?;
            let is = Profile { notes: self.noted(ctx, &now.notes, &edit.note)?, mobile, ..is };
            let grant = may_edit(ctx, &account, &home, &now, &is)?;
            let base = if edit.new_address { self.new_base(ctx, account.kind, &now, &is)? } else { None };
            if is == now && base.is_none() {
                return Ok((Edited::Unchanged(Box::new(account)), Audit::nothing_changed()));
            }
            let mut events = Vec::new();
            if is.local_id != now.local_id {
                events.extend(take_number(tx, ctx, &home.code, &is.local_id, Some(&account))?);
            }
            let terms = self.terms(account.kind, home.sector, self.today(ctx))?;
            let change = Change::plain(account.clone(), account.status(), Happened::Edited, Rule::Role09);
            let mut decided = Decided::by_system(account.clone(), change, next_task(&account, &terms));
            decided.grant = grant;
            decided.profile = Some((now, is));
            if let Some(base) = base {
                let address = allocate(self, tx, ctx, &[base])?.pop();
                moving::rename(tx, &mut decided, address.ok_or(store::error::Error::Corrupt("address_counter"))?)?;
            }
            let mut decided = [decided];
            events.extend(save::save(self, tx, ctx, &mut decided, None)?);
            let [decided] = decided;
            let acted = Acted { before: decided.before, change: decided.change };
            Ok((Edited::Saved(Box::new(acted)), Audit::events(events)?))
        })
    }

    /// A new mobile number in the one form, if it is no other account's (SSPR-02); one that was there stays as it is.
    fn mobile(
        &self,
        tx: &mut WriteTx<'_>,
        ctx: &Ctx,
        account: &Account,
        (now, is): (&Profile, &Profile),
    ) -> Result<String, Error> {
        if is.mobile == now.mobile {
            return Ok(now.mobile.clone());
        }
        mobile::given(tx, self.policy_on(self.today(ctx))?, &is.mobile, Some(account.id))
    }

    fn noted(&self, ctx: &Ctx, notes: &str, typed: &str) -> Result<String, Error> {
        let text = wording::note(typed)?;
        if text.is_empty() {
            return Ok(notes.to_owned());
        }
        let begun = if notes.is_empty() || notes.ends_with('\n') { "" } else { "\n" };
        let all = format!("{notes}{begun}{} {text} ({})", self.today(ctx), ctx.actor.name());
        if all.chars().count() > ALL_NOTES {
            return Err(Error::input(format!(
                "Note: the notes are full, they hold {ALL_NOTES} characters: keep this one elsewhere"
            )));
        }
        Ok(all)
    }

    /// What the address of the new name begins with; none where the old one begins alike.
    fn new_base(&self, ctx: &Ctx, kind: Kind, was: &Profile, is: &Profile) -> Result<Option<Base>, Error> {
        let pattern = &self.policy_on(self.today(ctx))?.addresses.pattern;
        let of = |p: &Profile| Base::of(pattern, &p.first_name, &p.last_name);
        if kind != Kind::User || of(was) == of(is) {
            return Ok(None);
        }
        let none = || Error::input("Last name: no address can be made of this name: write it with letters");
        of(is).map(Some).ok_or_else(none)
    }
}

/// The right to change what differs, and by which grant: over the unit that it is in and the one that it comes to.
fn may_edit(
    ctx: &Ctx,
    account: &Account,
    home: &Organisation,
    was: &Profile,
    is: &Profile,
) -> Result<Option<i64>, Error> {
    let general = general(account.kind);
    let mut needed: Vec<Action> = fields::profile_difference(was, is)
        .iter()
        .map(|(name, ..)| match name.as_ref() {
            "licence" | "services_off" => Action::Services,
            "quota_mib" => Action::Quota,
            _ => general,
        })
        .collect();
    if needed.is_empty() {
        needed.push(general);
    }
    let mut grant = None;
    for (unit, action) in needed.iter().flat_map(|action| [(&was.unit, *action), (&is.unit, *action)]) {
        let place = Place::Organisation { code: &home.code, sector: home.sector, unit };
        let unseen = || Error::not_found("account", &account.address);
        let allowed = Almoner::may(&ctx.actor, action, place, unseen)?;
        grant = grant.or(allowed.grant);
    }
    Ok(grant)
}

/// The right that most changes need: a mailbox without a person has its own (SM-02).
pub(crate) const fn general(kind: Kind) -> Action {
    match kind {
        Kind::User => Action::Edit,
        Kind::Shared | Kind::Application | Kind::Resource => Action::Mailbox,
    }
}

/// What is so now, with what an editor changed of what they saw.
fn merged(now: &Profile, seen: &Profile, wanted: &Profile) -> Profile {
    let mut all: Fields = fields::of_profile(now).into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
    for (name, _, is) in fields::profile_difference(seen, wanted).into_iter().filter(|(name, ..)| name != "notes") {
        match is {
            Some(text) => all.insert(name.into_owned(), text),
            None => all.remove(name.as_ref()),
        };
    }
    fields::profile(&all)
}

fn overtaken(db: &mut Reader<'_>, account: &Account, now: &Profile, edit: &Edit) -> Result<Option<Overtaken>, Error> {
    // A sign-in counts the version up as well, and changes nothing that was on the form; what both want is no difference.
    let left = fields::profile_difference(&edit.wanted, now);
    let differs = |name: &str| left.iter().any(|(other, ..)| other == name);
    let changed: Vec<(String, String, String)> = fields::profile_difference(&edit.seen, now)
        .into_iter()
        .filter(|(name, ..)| name != "notes" && account.version != edit.version && differs(name))
        .map(|(name, was, is)| (name.into_owned(), was.unwrap_or_default(), is.unwrap_or_default()))
        .collect();
    if changed.is_empty() {
        return Ok(None);
    }
    let last =
        history::lines(db, account.id, ALWAYS)?.into_iter().rev().find(|l| l.action == Happened::Edited.as_str());
    let wanted = merged(now, &edit.seen, &edit.wanted);
    let by = last.map(|line| (line.actor, line.at));
    Ok(Some(Overtaken { account: account.clone(), now: now.clone(), wanted, changed, by }))
}

/// Takes an organisation's number for an account. A purged one that has it still gives it up, told by the line that is
/// given back: the number goes with the person (LC-11).
pub(crate) fn take_number(
    tx: &mut WriteTx<'_>,
    ctx: &Ctx,
    code: &OdsCode,
    number: &str,
    own: Option<&Account>,
) -> Result<Option<NewEvent>, Error> {
    if number.is_empty() {
        return Ok(None);
    }
    match store::account::by_local_id(tx, code, number)? {
        Some(gone) if gone.status() == Status::Purged => {
            store::account::forget_local_id(tx, gone.id)?;
            let number = ("local_id".into(), Some(number.to_owned()), None);
            Ok(Some(line(ctx, &gone, Happened::Edited, Rule::Lc11, None, &[number])))
        }
        Some(other) if own.is_none_or(|own| own.id != other.id) => {
            Err(Error::input(format!("Local id: another account of {code} has this number: correct it")))
        }
        Some(_) | None => Ok(None),
    }
}
