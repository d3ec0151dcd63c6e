//! A person's own mobile number: set, confirmed with a code that is sent to it, hidden, taken away (SSPR-02).

use domain::ctx::Ctx;
use domain::ids::AccountId;
use domain::lifecycle::change::{Action, Change};
use domain::lifecycle::task::next_task;
use domain::mobile::Mobile;
use domain::profile::Profile;
use domain::recovery::{Sending, Stage, attempt_over, sending};
use domain::rule::Rule;
use domain::time::Timestamp;
use store::event::NewEvent;
use store::recovery::Attempt;
use store::tx::{Audit, WriteTx};

use crate::account::decided::Decided;
use crate::account::{mobile, save};
use crate::error::Error;
use crate::federation::Almoner;
use crate::identity::drawn::{same, six_digits};
use crate::identity::own;
use crate::identity::seal::{seal, unseal};
use crate::identity::second::may_set_up;
use crate::identity::session::Me;
use crate::identity::{Dice, Key, digest};

/// A code on its way to a telephone. `Debug` shows neither.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Where to.
    pub to: Mobile,
    /// Six digits.
    pub code: String,
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Message")
    }
}

/// What came of a wish for a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// This is to be sent.
    Send(Message),
    /// The password was not right.
    WrongPassword,
    /// Nothing is looked at before this time.
    Wait(Timestamp),
}

/// What came of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmed {
    /// The number is theirs.
    Done,
    /// The code is not right.
    Wrong,
    /// Too late, or too many wrong ones: begin again.
    Over,
}

/// Each account confirms one number at a time.
fn id(account: AccountId) -> String {
    digest(&format!("mobile of {account}"))
}

/// So many codes a number gets in an hour, whoever asks for them.
pub(crate) fn sent_to(number: &str) -> String {
    digest(&format!("codes to {number}"))
}

impl Almoner {
    /// The number that counts for a reset: confirmed, and still the directory's.
    pub fn own_mobile(&self, me: &Me) -> Result<(Profile, bool), Error> {
        let mut db = self.store.reader()?;
        let profile = store::profile::get(&mut db, me.account.id)?;
        let confirmed = store::recovery::mobile(&mut db, me.account.id)?;
        let counts = confirmed.is_some_and(|number| number == profile.mobile);
        Ok((profile, counts))
    }

    /// A person wants a number: a code goes to it. Nothing changes before that code came back.
    pub fn want_mobile(
        &self,
        ctx: &Ctx,
        me: &Me,
        (password, number): (&str, &str),
        key: &Key,
        dice: &dyn Dice,
    ) -> Result<Wanted, Error> {
        let none = || Error::input("the policy confirms no mobile numbers: it has no section [recovery]");
        let rules = self.recovery_rules(ctx)?.ok_or_else(none)?;
        let number = Mobile::parse(number, rules.country_code).map_err(|error| Error::Input(error.to_string()))?;
        may_set_up(me)?;
        match self.confirm_password(ctx, me, password)? {
            own::Confirmed::Yes => {}
            own::Confirmed::No => return Ok(Wanted::WrongPassword),
            own::Confirmed::Wait(until) => return Ok(Wanted::Wait(until)),
        }
        let count = sent_to(number.as_str());
        let tries = {
            let mut db = self.store.reader()?;
            let policy = self.policy_on(self.today(ctx))?;
            mobile::wanted(&mut db, policy, number.as_str(), Some(me.account.id))?;
            store::session::tries(&mut db, &count)?
        };
        match sending(tries, rules, ctx.now) {
            Sending::Go => {}
            Sending::Anew => self.store.forgive(&count)?,
            Sending::Wait(until) => return Ok(Wanted::Wait(until)),
        }
        self.store.count_failure(&count, ctx.now)?;
        let (id, code) = (id(me.account.id), six_digits(dice));
        let sealed = seal(&format!("{} {code}", number.as_str()), key, id.as_bytes(), dice)?;
        let (account, made_at) = (Some(me.account.id), ctx.now);
        let attempt = Attempt { id, account, counted: count, made_at, stage: Stage::Codes, sealed, wrong: 0 };
        self.store.begin_recovery(&attempt, oldest(ctx))?;
        Ok(Wanted::Send(Message { to: number, code }))
    }

    /// The code that came: the number is theirs, and counts for a reset.
    pub fn confirm_mobile(&self, ctx: &Ctx, me: &Me, code: &str, key: &Key) -> Result<Confirmed, Error> {
        let Some(rules) = self.recovery_rules(ctx)? else { return Ok(Confirmed::Over) };
        let id = id(me.account.id);
        let Some(attempt) = store::recovery::get(&mut self.store.reader()?, &id)? else { return Ok(Confirmed::Over) };
        let sent = unseal(&attempt.sealed, key, id.as_bytes());
        let Some((number, right)) = sent.as_deref().and_then(|text| text.split_once(' ')) else {
            return Ok(Confirmed::Over);
        };
        if attempt_over(attempt.made_at, attempt.wrong, rules, ctx.now) {
            return Ok(Confirmed::Over);
        }
        let typed: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        if !same(&typed, right) {
            self.store.wrong_in_recovery(&id)?;
            return Ok(Confirmed::Wrong);
        }
        self.store.write("confirm_mobile", |tx| {
            if !store::recovery::use_up(tx, &id, Stage::Codes)? {
                return Ok((Confirmed::Over, Audit::nothing_changed()));
            }
            let events = self.keep_mobile(tx, ctx, me, number)?;
            Ok::<_, Error>((Confirmed::Done, Audit::if_any(events)))
        })
    }

    fn keep_mobile(&self, tx: &mut WriteTx<'_>, ctx: &Ctx, me: &Me, number: &str) -> Result<Vec<NewEvent>, Error> {
        let policy = self.policy_on(self.today(ctx))?;
        mobile::given(tx, policy, number, Some(me.account.id))?;
        // Whoever confirmed it before uses it no more: the number is another's today.
        if let Some(before) = store::recovery::holder(tx, number)?.filter(|holder| *holder != me.account.id) {
            store::recovery::remove_mobile(tx, before)?;
        }
        store::recovery::confirm(tx, me.account.id, number, ctx.now)?;
        let told = crate::identity::told(ctx, &me.account, "mobile_confirmed", "{}");
        let mut events = vec![NewEvent { rule: Some(Rule::Sspr02.as_str()), ..told }];
        events.extend(self.edit_own(tx, ctx, me, |profile| number.clone_into(&mut profile.mobile))?);
        Ok(events)
    }

    /// A person hides their number from the directory, or shows it.
    pub fn hide_own_mobile(&self, ctx: &Ctx, me: &Me, hide: bool) -> Result<(), Error> {
        self.store.write("hide_own_mobile", |tx| {
            let events = self.edit_own(tx, ctx, me, |profile| profile.hide_mobile = hide)?;
            Ok::<_, Error>(((), Audit::if_any(events)))
        })
    }

    /// A person takes their number away; it counts no more.
    pub fn remove_own_mobile(&self, ctx: &Ctx, me: &Me) -> Result<(), Error> {
        self.store.write("remove_own_mobile", |tx| {
            store::recovery::remove_mobile(tx, me.account.id)?;
            let events = self.edit_own(tx, ctx, me, |profile| profile.mobile.clear())?;
            Ok::<_, Error>(((), Audit::if_any(events)))
        })
    }

    /// One's own directory data changes; nothing else of the account does.
    fn edit_own(
        &self,
        tx: &mut WriteTx<'_>,
        ctx: &Ctx,
        me: &Me,
        edit: impl FnOnce(&mut Profile),
    ) -> Result<Vec<NewEvent>, Error> {
        let corrupt = |what| store::error::Error::Corrupt(what);
        let account = store::account::get(tx, me.account.id)?.ok_or_else(|| corrupt("session.account_id"))?;
        let home = store::organisation::get(tx, &account.organisation)?;
        let sector = home.ok_or_else(|| corrupt("account.organisation"))?.sector;
        let was = store::profile::get(tx, account.id)?;
        let mut is = was.clone();
        edit(&mut is);
        if is == was {
            return Ok(Vec::new());
        }
        let next = next_task(&account, &self.terms(account.kind, sector, self.today(ctx))?);
        let change = Change::plain(account.clone(), account.status(), Action::Edited, Rule::Sspr02);
        let decided = Decided { profile: Some((was, is)), ..Decided::by_system(account, change, next) };
        save::save(self, tx, ctx, &mut [decided], None)
    }
}

/// Attempts from before this time are removed: no policy lets one last longer than an hour.
pub(crate) fn oldest(ctx: &Ctx) -> Timestamp {
    ctx.now.plus_seconds(-3600)
}
