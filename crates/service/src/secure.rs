//! Domains that are safe for sensitive data: kept by the operator, listed and asked about by everybody (SEM-01).

use domain::ctx::Ctx;
use domain::ids::Address;
use domain::rights::Action;
use domain::rule::Rule;
use domain::secure::{self, NoAccreditation, Pattern, SafeUntil, Safety, SecureRules, Standing};
use domain::time::Day;
use serde_json::json;
use store::event::NewEvent;
use store::secure_domain::SecureDomain;
use store::tx::{Audit, Reader, WriteTx};

use crate::error::Error;
use crate::federation::{Almoner, plain_event};

/// Characters of a reference.
const REFERENCE: usize = 200;

/// What the events are about.
pub(crate) const OBJECT: &str = "secure_domain";

/// A domain that is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Which domains.
    pub pattern: String,
    /// Since when it is accredited; of a legacy one nobody knows.
    pub accredited: Option<Day>,
    /// The first day on which it is over.
    pub until: Day,
    /// Where that is written down.
    pub reference: String,
    /// How far it is from its end.
    pub standing: Standing,
}

/// An accreditation that somebody enters.
#[derive(Debug, Clone, Copy)]
pub struct Accreditation<'a> {
    /// Of which domains.
    pub pattern: &'a str,
    /// From this day; absent: today.
    pub on: Option<Day>,
    /// Where it is written down.
    pub reference: &'a str,
}

impl Almoner {
    /// Every domain that is, or was, safe for sensitive data: accredited ones by name, then legacy ones. Everybody may know.
    pub fn secure_domains(&self, ctx: &Ctx) -> Result<Vec<Listed>, Error> {
        let today = self.today(ctx);
        let policy = self.policy_on(today)?;
        let soon = policy.secure.as_ref().map_or(0, |rules| rules.soon_days);
        let standing = |until| secure::standing(until, soon, today);
        let accredited = store::secure_domain::all(&mut self.store.reader()?)?.into_iter().map(|one| Listed {
            standing: standing(one.until),
            pattern: one.pattern,
            accredited: Some(one.accredited),
            until: one.until,
            reference: one.reference,
        });
        let legacy = policy.secure.iter().flat_map(|rules| &rules.legacy).map(|one| Listed {
            pattern: one.pattern.to_string(),
            accredited: None,
            until: one.until,
            reference: format!("policy {}", policy.name),
            standing: standing(one.until),
        });
        Ok(accredited.chain(legacy).collect())
    }

    /// Whether an address is safe for sensitive data; everybody may ask. Cost: a read by key for each part of its domain.
    pub fn safety_of(&self, ctx: &Ctx, address: &str) -> Result<(Address, Safety), Error> {
        let address = Address::parse(address.trim()).ok_or_else(|| {
            Error::input(format!("{:?} is no address: write one as ann.lee@trust.example", address.trim()))
        })?;
        let safety = self.safety(ctx, &address)?;
        Ok((address, safety))
    }

    /// The same of an address that was read.
    pub(crate) fn safety(&self, ctx: &Ctx, address: &Address) -> Result<Safety, Error> {
        let today = self.today(ctx);
        let mut known = self.policy_on(today)?.secure.as_ref().map_or_else(Vec::new, |rules| rules.legacy.clone());
        let mut db = self.store.reader()?;
        for pattern in Pattern::over(address.domain()) {
            known.extend(store::secure_domain::get(&mut db, &pattern)?.map(|one| safe_until(&one)).transpose()?);
        }
        Ok(secure::safety(address, self.domain(), known, today))
    }

    /// Adds a domain that was accredited. It holds for as long as the policy says.
    pub fn add_secure_domain(&self, ctx: &Ctx, told: &Accreditation<'_>) -> Result<SecureDomain, Error> {
        Self::may_federation(&ctx.actor, Action::SecureDomains)?;
        let one = self.accredited(ctx, told)?;
        if one.pattern.strip_prefix("*.").unwrap_or(&one.pattern) == self.domain() {
            return Err(Error::input(format!("{} is the federation's own: it is safe as it is", one.pattern)));
        }
        self.change_secure(ctx, "add_secure_domain", |tx| {
            if store::secure_domain::get(tx, &one.pattern)?.is_some() {
                return Err(Error::input(format!("{0} is there already: renew it", one.pattern)));
            }
            store::secure_domain::add(tx, &one)?;
            Ok(("added", one.clone()))
        })
    }

    /// Accredits a domain of the list again: its period begins anew.
    pub fn renew_secure_domain(&self, ctx: &Ctx, told: &Accreditation<'_>) -> Result<SecureDomain, Error> {
        Self::may_federation(&ctx.actor, Action::SecureDomains)?;
        let one = self.accredited(ctx, told)?;
        self.change_secure(ctx, "renew_secure_domain", |tx| {
            let was = listed(tx, &one.pattern)?;
            if one.accredited < was.accredited {
                return Err(Error::input(format!(
                    "{} was accredited later, on {}: name a day after that",
                    one.pattern, was.accredited
                )));
            }
            let reference = if one.reference.is_empty() { was.reference } else { one.reference.clone() };
            let renewed = SecureDomain { reference, ..one.clone() };
            store::secure_domain::renew(tx, &renewed)?;
            Ok(("renewed", renewed))
        })
    }

    /// Takes a domain off the list: it is no longer safe at once.
    pub fn remove_secure_domain(&self, ctx: &Ctx, pattern: &str) -> Result<SecureDomain, Error> {
        Self::may_federation(&ctx.actor, Action::SecureDomains)?;
        let pattern = pattern.trim().to_ascii_lowercase();
        self.change_secure(ctx, "remove_secure_domain", |tx| {
            let was = listed(tx, &pattern)?;
            store::secure_domain::remove(tx, &pattern)?;
            Ok(("removed", was))
        })
    }

    fn change_secure(
        &self,
        ctx: &Ctx,
        name: &'static str,
        change: impl Fn(&mut WriteTx<'_>) -> Result<(&'static str, SecureDomain), Error>,
    ) -> Result<SecureDomain, Error> {
        self.store.write(name, |tx| {
            let ctx = &Ctx { actor: Self::actor_now(tx, &ctx.actor)?, ..ctx.clone() };
            let grant_id = Self::may_federation(&ctx.actor, Action::SecureDomains)?.grant;
            let (action, one) = change(tx)?;
            let detail = json!({ "accredited": one.accredited.to_string(), "until": one.until.to_string(),
                                 "reference": one.reference });
            let event = plain_event(ctx, OBJECT, &one.pattern, action, &detail.to_string());
            let event = NewEvent { grant_id, rule: Some(Rule::Sem01.as_str()), ..event };
            Ok((one, Audit::events(vec![event])?))
        })
    }

    /// What somebody entered, with the day of its end.
    fn accredited(&self, ctx: &Ctx, told: &Accreditation<'_>) -> Result<SecureDomain, Error> {
        let today = self.today(ctx);
        let rules = self.secure_rules(today)?;
        let pattern = Pattern::parse(told.pattern).ok_or_else(|| {
            Error::input(format!(
                "{:?} is no domain: write one as trust.example, or *.trust.example for all below it",
                told.pattern.trim()
            ))
        })?;
        let on = told.on.unwrap_or(today);
        let until = secure::accredited_until(on, rules, today).map_err(|wrong| {
            Error::input(match wrong {
                NoAccreditation::Ahead => format!("{on} is yet to come: name the day of the accreditation"),
                NoAccreditation::Over => {
                    format!("an accreditation of {on} is over after {}: it needs a new one", rules.accredited_for)
                }
            })
        })?;
        let reference = told.reference.trim();
        if reference.chars().count() > REFERENCE || reference.chars().any(char::is_control) {
            return Err(Error::input(format!("the reference is too long: write a line of {REFERENCE} characters")));
        }
        Ok(SecureDomain { pattern: pattern.to_string(), accredited: on, until, reference: reference.to_owned() })
    }

    fn secure_rules(&self, today: Day) -> Result<&SecureRules, Error> {
        self.policy_on(today)?.secure.as_ref().ok_or_else(|| {
            Error::input(
                "the policy does not say how long an accreditation holds: adopt one with a section [secure_domains]",
            )
        })
    }
}

fn listed(db: &mut Reader<'_>, pattern: &str) -> Result<SecureDomain, Error> {
    store::secure_domain::get(db, pattern)?.ok_or_else(|| Error::not_found("secure domain", pattern))
}

fn safe_until(one: &SecureDomain) -> Result<SafeUntil, Error> {
    let pattern = Pattern::parse(&one.pattern).ok_or(store::error::Error::Corrupt("secure_domain.pattern"))?;
    Ok(SafeUntil { pattern, until: one.until })
}
