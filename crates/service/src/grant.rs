//! Grants: give, end, list (ROLE-01, ROLE-03, ROLE-09).

mod first;
pub mod touch;

use domain::account::State;
use domain::confirmation::Confirmation;
use domain::ctx::Ctx;
use domain::ids::{AccountId, OdsCode};
use domain::org::Sector;
use domain::rights::{Action, Actor, Grant, Role, Scope};
use domain::rule::Rule;
use domain::status::{Kind, Status};
use domain::time::Timestamp;
use store::event::NewEvent;
use store::grant::Given;
use store::tx::{Audit, Reader};

use crate::error::Error;
use crate::federation::{Almoner, plain_event};
use crate::fields::{self, Difference, between};

/// A scope in words, as people and audit lines see it.
pub fn scope_text(scope: &Scope) -> String {
    match scope {
        Scope::Organisation(code) => code.to_string(),
        Scope::Unit(code, unit) => format!("{code}/{unit}"),
        Scope::Sector(sector) => format!("sector {sector}"),
        Scope::Federation => "federation".to_owned(),
    }
}

/// The scope again, from its words.
pub(crate) fn scope_of(text: &str) -> Option<Scope> {
    if text == "federation" {
        return Some(Scope::Federation);
    }
    if let Some(sector) = text.strip_prefix("sector ") {
        return Sector::parse(sector).map(Scope::Sector);
    }
    let code = |text: &str| OdsCode::parse(text).ok();
    match text.split_once('/') {
        Some((of, unit)) => Some(Scope::Unit(code(of)?, unit.to_owned())),
        None => code(text).map(Scope::Organisation),
    }
}

/// The audit line of an ended grant.
pub(crate) fn ended_event(ctx: &Ctx, given: &Given, rule: Option<Rule>, run: Option<i64>) -> NewEvent {
    let changed = between(&[], &ended(ctx.now, rule));
    event(ctx, given, "grant_ended", &changed, rule, run)
}

/// The audit line of a new grant.
pub(crate) fn given_event(ctx: &Ctx, given: &Given) -> NewEvent {
    event(ctx, given, "granted", &between(&[], &facts(given)), Some(Rule::Role01), None)
}

/// A grant as named texts.
pub(crate) fn facts(given: &Given) -> Vec<(&'static str, String)> {
    vec![
        ("role", given.grant.role.to_string()),
        ("scope", scope_text(&given.grant.scope)),
        ("given_by", given.by.clone()),
        ("given_at", given.at.to_string()),
    ]
}

/// What a grant has besides once it has ended.
pub(crate) fn ended(at: Timestamp, rule: Option<Rule>) -> Vec<(&'static str, String)> {
    let rule = rule.map(|rule| ("ended_rule", rule.to_string()));
    std::iter::once(("ended_at", at.to_string())).chain(rule).collect()
}

/// An audit line about a grant: which it is, and what changed of it.
pub(crate) fn event(
    ctx: &Ctx,
    given: &Given,
    action: &'static str,
    changed: &[Difference],
    rule: Option<Rule>,
    run: Option<i64>,
) -> NewEvent {
    let grant = &given.grant;
    let which = facts(given);
    let which = fields::object(which.iter().take(3).map(|(name, text)| (*name, Some(text.as_str()))));
    let detail = format!("{},{}}}", which.trim_end_matches('}'), fields::sides(changed));
    let organisation = match &grant.scope {
        Scope::Organisation(code) | Scope::Unit(code, _) => Some(code.to_string()),
        Scope::Sector(_) | Scope::Federation => None,
    };
    NewEvent {
        account_id: Some(grant.holder.0),
        organisation,
        rule: rule.map(Rule::as_str),
        run_id: run,
        ..plain_event(ctx, "grant", &grant.id.to_string(), action, &detail)
    }
}

impl Almoner {
    /// Who acts, by address: an account in use, with its grants. `operator` is the person at the machine.
    pub fn actor(&self, who: &str) -> Result<Actor, Error> {
        if who.eq_ignore_ascii_case("operator") {
            return Ok(Actor::Console);
        }
        let mut db = self.store.reader()?;
        let account = store::account::by_address(&mut db, &who.to_ascii_lowercase())?
            .filter(|a| signs_in(a.state))
            .ok_or_else(|| Error::not_found("person", who))?;
        let grants = store::grant::of_accounts(&mut db, &[account.id])?.into_iter().map(|given| given.grant).collect();
        Ok(Actor::Person { id: account.id, address: account.address.to_string(), grants })
    }

    /// The same actor with the grants of this moment: a long file does not outlive the right to send it.
    pub(crate) fn actor_now(db: &mut Reader<'_>, actor: &Actor) -> Result<Actor, Error> {
        let Actor::Person { id, address, .. } = actor else { return Ok(actor.clone()) };
        let account = store::account::get(db, *id)?.filter(|a| signs_in(a.state));
        account.ok_or_else(|| Error::not_found("person", address))?;
        let grants = store::grant::of_accounts(db, &[*id])?.into_iter().map(|given| given.grant).collect();
        Ok(Actor::Person { id: *id, address: address.clone(), grants })
    }

    /// Gives a role over a scope. Giving the same twice gives the first.
    pub fn grant(&self, ctx: &Ctx, address: &str, role: Role, scope: &Scope) -> Result<Given, Error> {
        self.grant_confirmed(ctx, address, role, scope, None)
    }

    /// The same with the confirmation that the first primary administrator of an organisation needs (ROLE-04).
    pub fn grant_confirmed(
        &self,
        ctx: &Ctx,
        address: &str,
        role: Role,
        scope: &Scope,
        confirmation: Option<&Confirmation>,
    ) -> Result<Given, Error> {
        self.store.write("grant", |tx| {
            let by = Self::may_grant(tx, ctx, role, scope)?;
            let confirmation = first::confirmed(tx, ctx, (role, scope), confirmation)?;
            if matches!(scope, Scope::Unit(_, unit) if unit.is_empty()) {
                return Err(Error::input("a unit has a name: leave the unit out for the whole organisation"));
            }
            let holder = store::account::by_address(tx, &address.to_ascii_lowercase())?
                .filter(|a| a.kind == Kind::User)
                .ok_or_else(|| Error::not_found("user", address))?;
            if !matches!(holder.status(), Status::Active | Status::Pending) {
                let stands = holder.status();
                let what =
                    format!("{address} is not in use (its status is {stands}): only an account in use can hold a role");
                return Err(Error::input(what));
            }
            let held = store::grant::of_accounts(tx, &[holder.id])?;
            if let Some(same) = held.into_iter().find(|g| g.grant.role == role && g.grant.scope == *scope) {
                return Ok((same, Audit::nothing_changed()));
            }
            let grant = Grant { id: tx.next_ids("grant", 1)?, holder: holder.id, role, scope: scope.clone() };
            let given = Given { grant, by: ctx.actor.name().to_owned(), at: ctx.now };
            // Whoever marks the holder a leaver at this moment must see the grant, or this one must see the leaver.
            store::account::touch(tx, &holder)?;
            store::grant::insert(tx, std::slice::from_ref(&given))?;
            let line = first::told(NewEvent { grant_id: by, ..given_event(ctx, &given) }, confirmation);
            Ok((given, Audit::events(vec![line])?))
        })
    }

    /// Ends one grant; others of the same account stay (ROLE-06).
    pub fn end_grant(&self, ctx: &Ctx, id: i64) -> Result<Given, Error> {
        self.store.write("end_grant", |tx| {
            let given = store::grant::get(tx, id)?.ok_or_else(|| Error::not_found("grant", id))?;
            let by = Self::may_grant(tx, ctx, given.grant.role, &given.grant.scope)?;
            store::grant::end(tx, &[id], ctx.now, None)?;
            let line = NewEvent { grant_id: by, ..ended_event(ctx, &given, None, None) };
            Ok((given, Audit::events(vec![line])?))
        })
    }

    /// The grants in force that an account holds.
    pub fn grants_of(&self, ctx: &Ctx, address: &str) -> Result<Vec<Given>, Error> {
        let account = self.account(ctx, address)?;
        Ok(store::grant::of_accounts(&mut self.store.reader()?, &[account.id])?)
    }

    /// The grants in force over a scope, with their holders' addresses.
    pub fn grants_over(&self, ctx: &Ctx, scope: &Scope) -> Result<Vec<(Given, String)>, Error> {
        let mut db = self.store.reader()?;
        Self::may_see_scope(&mut db, ctx, scope)?;
        let given = store::grant::over(&mut db, scope)?;
        let ids: Vec<AccountId> = given.iter().map(|g| g.grant.holder).collect();
        let holders = store::account::by_ids(&mut db, &ids)?;
        let address = |id| holders.iter().find(|a| a.id == id).map_or_else(String::new, |a| a.address.to_string());
        Ok(given.into_iter().map(|g| (g.clone(), address(g.grant.holder))).collect())
    }

    fn may_see_scope(db: &mut Reader<'_>, ctx: &Ctx, scope: &Scope) -> Result<(), Error> {
        Self::over_scope(db, ctx, Action::Report, scope).map(drop)
    }

    /// ROLE-03: a helpdesk by administrators, administrators by a primary one, national roles by the operator.
    fn may_grant(db: &mut Reader<'_>, ctx: &Ctx, role: Role, scope: &Scope) -> Result<Option<i64>, Error> {
        let action = match role {
            Role::Helpdesk => Action::GrantHelpdesk,
            Role::LocalAdmin | Role::PrimaryLocalAdmin => Action::GrantAdmin,
            Role::Operator | Role::Auditor | Role::NationalHelpdesk | Role::SectorAdmin => Action::GrantNational,
        };
        Self::over_scope(db, ctx, action, scope)
    }

    /// Whether somebody may do something over a scope, and by which grant.
    fn over_scope(db: &mut Reader<'_>, ctx: &Ctx, action: Action, scope: &Scope) -> Result<Option<i64>, Error> {
        match scope {
            Scope::Organisation(code) => Ok(Self::may_at(db, ctx, action, code.as_str(), "")?.1),
            Scope::Unit(code, unit) => Ok(Self::may_at(db, ctx, action, code.as_str(), unit)?.1),
            Scope::Sector(_) | Scope::Federation => Ok(Self::may_federation(&ctx.actor, action)?.grant),
        }
    }
}

/// Who may act: inactive accounts sign in, which is what revives them; disabled ones do not, leavers or not (LC-08).
const fn signs_in(state: State) -> bool {
    match state {
        State::Active { .. } | State::Inactive { .. } | State::Leaver { disabled_at: None, .. } => true,
        State::Pending { .. }
        | State::Leaver { disabled_at: Some(_), .. }
        | State::Disabled { .. }
        | State::Deleted { .. }
        | State::Purged { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_told_and_read_again() {
        let code = || OdsCode::parse("RX1").unwrap();
        for scope in [
            Scope::Organisation(code()),
            Scope::Unit(code(), "Ward 2/a".into()),
            Scope::Sector(Sector::Gp),
            Scope::Federation,
        ] {
            assert_eq!(scope_of(&scope_text(&scope)), Some(scope));
        }
        assert_eq!(scope_of("sector nothing"), None);
        assert_eq!(scope_of("no code"), None);
    }

    // Proves: LC-08
    #[test]
    fn who_is_in_use_idle_or_leaving_signs_in_and_nobody_else() {
        use domain::account::{Cause, Question};
        let since = domain::time::Timestamp::from_second(0);
        let (cause, question) = (Cause::Idle, Question::None);
        for (state, expected) in [
            (State::Pending { since }, false),
            (State::Active { since, question }, true),
            (State::Inactive { since, rule: Rule::Lc01 }, true),
            (State::Leaver { since, disabled_at: None }, true),
            (State::Leaver { since, disabled_at: Some(since) }, false),
            (State::Disabled { since }, false),
            (State::Deleted { since, cause }, false),
            (State::Purged { since, cause }, false),
        ] {
            assert_eq!(signs_in(state), expected, "{state:?}");
        }
    }

    #[test]
    fn a_grant_is_told_of_its_organisation_and_a_national_one_of_none() {
        use domain::ids::OdsCode;
        use domain::org::Sector;
        let (code, now) = (OdsCode::parse("RX1").unwrap(), domain::time::Timestamp::from_second(60));
        let ctx = Ctx { actor: Actor::Console, now, wall: now };
        for (scope, text, organisation) in [
            (Scope::Organisation(code.clone()), "RX1", Some("RX1")),
            (Scope::Unit(code.clone(), "Ward 2".to_owned()), "RX1/Ward 2", Some("RX1")),
            (Scope::Sector(Sector::Gp), "sector gp", None),
            (Scope::Federation, "federation", None),
        ] {
            let grant = Grant { id: 7, holder: AccountId(3), role: Role::Helpdesk, scope: scope.clone() };
            let given = Given { grant, by: "ann@x.org".to_owned(), at: now };
            assert_eq!(scope_text(&scope), text);
            for (event, action, rule) in [
                (given_event(&ctx, &given), "granted", Some("ROLE-01")),
                (ended_event(&ctx, &given, Some(Rule::Role06), Some(9)), "grant_ended", Some("ROLE-06")),
            ] {
                assert_eq!((event.action, event.rule, event.object.as_str()), (action, rule, "7"));
                assert_eq!((event.organisation.as_deref(), event.account_id), (organisation, Some(3)));
                assert_eq!(event.run_id, (action == "grant_ended").then_some(9));
            }
        }
    }
}
