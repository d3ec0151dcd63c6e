//! Doing operations: each calls the use case that a person, a file or the clock would.

use domain::explain::Explanation;
use domain::ids::AccountId;
use domain::profile::Profile;
use domain::rights::{Role, Scope};
use domain::status::Kind;
use domain::time::Day;
use service::account::act::Request;
use service::account::draft::Draft;
use service::account::setting::Setting;
use service::audit::roots;
use service::error::Error;
use service::progress::Silent;

use crate::sim::failure::{Broken, Promise, keeps};
use crate::sim::life::{Life, Said, code, name};
use crate::sim::op::{Ask, Known, Number, Op, Organisation, Plain, Terms};
use crate::sim::policies;

/// Why, wherever a reason is asked for.
const REASON: &str = "it happens";

impl Life {
    /// Does one operation and checks what can be checked at once.
    pub(crate) fn step(&mut self, op: &Op) -> Result<(), Broken> {
        self.stats.ops += 1;
        match op {
            Op::User(number, home, terms) => self.user(*number, *home, *terms)?,
            Op::Mailbox(number, kind, home, owners) => self.mailbox(*number, *kind, *home, owners)?,
            Op::Ask(number, ask, by) => self.ask(*number, *ask, *by)?,
            Op::Grant(number, role, over) => self.grant(*number, *role, *over)?,
            Op::Bulk(lines, sent) => self.bulk(lines, *sent)?,
            Op::Resend(ago) => self.resend(*ago)?,
            Op::Feed(lines) => self.feed(lines)?,
            Op::Signals(lines) => self.signals(lines)?,
            Op::Close(home) => self.close(*home, true)?,
            Op::Reopen(home) => self.close(*home, false)?,
            Op::Adopt(policy, days) => self.adopt(*policy, *days)?,
            Op::Wait(days) => self.wait(*days),
            Op::Run => return self.run(),
            Op::Killed(at) => return self.run_killed(*at),
            Op::Again => return self.run_again(),
            Op::Release(part, by) => self.release(*part, *by, true)?,
            Op::Refuse(part, by) => self.release(*part, *by, false)?,
            Op::Rollback(place, home, killed) => self.rollback(*place, *home, *killed)?,
            Op::WhatIf(policy, days) => self.what_if(*policy, *days)?,
            Op::Seal => self.seal()?,
            Op::Verify => return self.verify(),
            Op::Explain(number) => return self.explain(*number),
        }
        let news = self.news()?;
        self.runs.disturbed |= self.runs.killed && news.lines > 0;
        self.check_some(&news.touched)
    }

    fn wait(&mut self, days: u16) {
        self.days_go(days);
        self.world.wait(i32::from(days));
        self.stats.days += u64::from(days);
        (self.runs.killed, self.runs.disturbed) = (false, false);
    }

    fn user(&mut self, number: Number, home: Organisation, terms: Terms) -> Result<(), Broken> {
        if self.account(number).is_some() {
            return Ok(());
        }
        let (first, last) = names(number);
        let profile =
            Profile { first_name: first.into(), last_name: last, local_id: name(number), ..Profile::default() };
        let Some(address) = self.make(Kind::User, home, profile, Vec::new())? else { return Ok(()) };
        if terms == Terms::Accepted {
            self.world.almoner.act(&self.world.operator(), &address, &Request::AcceptTerms, "")?;
        }
        Ok(())
    }

    fn mailbox(&mut self, number: Number, kind: Kind, home: Organisation, owners: &[Number]) -> Result<(), Broken> {
        if self.account(number).is_some() || kind == Kind::User {
            return Ok(());
        }
        let purged = |number: &&Number| self.account(**number).is_none_or(|id| self.status(id) == "purged");
        let owners = owners.iter().filter(|owner| !purged(owner)).filter_map(|owner| self.address(*owner)).collect();
        let profile = Profile { display_name: name(number), ..Profile::default() };
        self.make(kind, home, profile, owners).map(drop)
    }

    fn make(
        &mut self,
        kind: Kind,
        home: Organisation,
        profile: Profile,
        owners: Vec<String>,
    ) -> Result<Option<String>, Broken> {
        let Some(code) = code(home) else { return Ok(None) };
        let draft = Draft { kind, organisation: code.to_string(), profile, owners };
        match self.world.almoner.create_account(&self.world.operator(), &draft) {
            Ok(account) => Ok(Some(account.address.to_string())),
            // The organisation is closed, or one of the owners is a mailbox.
            Err(Error::Refused(_) | Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn ask(&mut self, number: Number, ask: Ask, by: Option<Number>) -> Result<(), Broken> {
        let (Some(id), Some(address)) = (self.account(number), self.address(number)) else { return Ok(()) };
        let (Some(ctx), Some(request)) = (self.actor(by), request(ask)) else { return Ok(()) };
        match self.world.almoner.act(&ctx, &address, &request, REASON) {
            Ok(_) => self.stats.done += 1,
            Err(Error::Held(_)) => return self.unchanged(id),
            Err(Error::Refused(_)) => self.stats.refused += 1,
            Err(Error::NotFound { .. } | Error::NotAllowed(_)) if by.is_some() => self.stats.refused += 1,
            Err(Error::NotFound { .. }) if self.status(id) == "purged" => {}
            Err(error) => return Err(Broken::new(Promise::Works, format!("{address}: {error:?}"))),
        }
        Ok(())
    }

    fn grant(&mut self, number: Number, role: Role, over: Organisation) -> Result<(), Broken> {
        let (Some(address), Some(code)) = (self.address(number), code(over)) else { return Ok(()) };
        match self.world.give(&address, role, &Scope::Organisation(code)) {
            // Only people in use can hold a role.
            Ok(_) | Err(Error::Input(_) | Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn close(&mut self, home: Organisation, close: bool) -> Result<(), Broken> {
        let Some(code) = code(home) else { return Ok(()) };
        let (almoner, ctx) = (&self.world.almoner, self.world.operator());
        let done = if close {
            almoner.close_organisation(&ctx, code.as_str(), None)
        } else {
            almoner.open_organisation(&ctx, code.as_str())
        };
        self.unsaid();
        match done {
            Ok(_) | Err(Error::Input(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    pub(crate) fn adopt(&mut self, policy: Known, days: u16) -> Result<(), Broken> {
        let from = self.world.today().plus_days(i32::from(days));
        match self.world.almoner.adopt_policy(&self.world.operator(), &policies::text(policy), Some(from)) {
            Ok(_) => {
                self.foreseen = None;
                self.world = self.world.again();
                self.unsaid();
                Ok(())
            }
            // Another one begins on that day.
            Err(Error::Input(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn seal(&mut self) -> Result<(), Broken> {
        let ctx = self.world.operator();
        self.world.almoner.seal(&ctx)?;
        let seals = self.world.almoner.audit_seals(&ctx)?;
        self.pinned = roots::read(&roots::write(&seals, self.world.almoner.domain()))?;
        Ok(())
    }

    /// AUD-02: the trail is as it was written, and agrees with what was pinned. EXP-02: the store is what it tells.
    pub(crate) fn verify(&self) -> Result<(), Broken> {
        let told = self.world.almoner.verify(&self.world.operator(), &Silent)?;
        keeps(told.differences == 0, Promise::History, || format!("verify names {:?}", told.told))?;
        let found = self.world.almoner.verify_audit(&self.world.operator(), Some(&self.pinned), &Silent)?;
        let agrees = found.agree == Some(self.pinned.len() as u64);
        keeps(found.findings.is_empty() && agrees, Promise::Trail, || format!("{found:?}"))
    }

    /// What was said of today is not the day's last word.
    fn unsaid(&mut self) {
        let today = self.world.today();
        self.said.retain(|said| said.on != today);
    }

    /// Explains an account, and looks whether what was said before is still said.
    fn explain(&mut self, number: Number) -> Result<(), Broken> {
        let today = self.world.today();
        let older =
            self.said.len().checked_sub(1).and_then(|n| self.said.get(usize::try_from(number).unwrap_or(0) % (n + 1)));
        if let Some(said) = older.filter(|said| said.on < today).cloned() {
            self.check_said(&said)?;
        }
        let Some(account) = self.account(number) else { return Ok(()) };
        if let Some(explanation) = self.explained(account, None)? {
            self.said.retain(|said| said.on != today || said.account != account);
            self.said.push(Said { on: today, account, explanation });
        }
        Ok(())
    }

    /// What was said on past days is said of them today.
    pub(crate) fn check_said(&self, said: &Said) -> Result<(), Broken> {
        let (Some(now), mut then) = (self.explained(said.account, Some(said.on))?, said.explanation.clone()) else {
            return Ok(());
        };
        keeps(now == then, Promise::Past, || {
            then.facts.retain(|fact| !now.facts.contains(fact));
            format!("account {} on {}: {then:?} was said, {now:?} is said today", said.account, said.on)
        })
    }

    /// An explanation without what is told of today only: the reason of a hold, and what a brake holds. `None`: the
    /// account is purged and its address free, so nobody can ask.
    pub(crate) fn explained(&self, account: AccountId, on: Option<Day>) -> Result<Option<Explanation>, Broken> {
        let Some(address) = self.mirror.facts.get(&account).and_then(|facts| facts.get("address")) else {
            return Ok(None);
        };
        match self.world.almoner.explain(&self.world.operator(), address, on) {
            Ok(explained) if explained.account.id != account => Ok(None),
            Ok(mut explained) => {
                explained.explanation.facts.retain(|fact| !matches!(fact.name, "hold_reason" | "brake"));
                Ok(Some(explained.explanation))
            }
            Err(Error::NotFound { .. }) if self.status(account) == "purged" => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// Few names, so that people share them and addresses get numbers.
pub(crate) fn names(number: Number) -> (&'static str, String) {
    let first = if number.is_multiple_of(2) { "Ann" } else { "Bo" };
    (first, format!("Lee{}", ["", "more", "ward"].get(number as usize % 3).copied().unwrap_or_default()))
}

/// A request as the use case takes it.
pub(crate) fn request(ask: Ask) -> Option<Request> {
    let plain = match ask {
        Ask::Join(to) => return code(to).map(Request::Join),
        Ask::Transfer(to) => return code(to).map(Request::Transfer),
        Ask::Plain(plain) => plain,
    };
    let service = |on| Request::Set(Setting::Service { name: "chat".into(), on });
    Some(match plain {
        Plain::Leaver => Request::MarkLeaver,
        Plain::CancelLeaver => Request::CancelLeaver,
        Plain::Disable => Request::Disable,
        Plain::Enable => Request::Enable,
        Plain::Delete => Request::Delete,
        Plain::Restore => Request::Restore,
        Plain::Hold => Request::Hold,
        Plain::ReleaseHold => Request::ReleaseHold,
        Plain::AcceptTerms => Request::AcceptTerms,
        Plain::Confirm => Request::Confirm,
        Plain::Hide => Request::Set(Setting::Hidden(true)),
        Plain::Show => Request::Set(Setting::Hidden(false)),
        Plain::Licence => Request::Set(Setting::Licence("plus".into())),
        Plain::ServiceOn => service(true),
        Plain::ServiceOff => service(false),
    })
}
