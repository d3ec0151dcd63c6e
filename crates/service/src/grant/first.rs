//! The first primary administrator of an organisation: by the federation, with the confirmation of its head of HR or IT
//! (ROLE-04). It stands in the audit line of the grant, which nobody changes.

use domain::confirmation::{Confirmation, Confirmer};
use domain::ctx::Ctx;
use domain::rights::{Action, Role, Scope};
use domain::time::Day;
use serde_json::{Value, json};
use store::audit::Line;
use store::event::NewEvent;
use store::tx::Reader;

use crate::error::Error;
use crate::federation::Almoner;

/// The confirmation to be recorded with a grant; none is where none is needed.
pub(super) fn confirmed<'c>(
    db: &mut Reader<'_>,
    ctx: &Ctx,
    (role, scope): (Role, &Scope),
    confirmation: Option<&'c Confirmation>,
) -> Result<Option<&'c Confirmation>, Error> {
    let (Role::PrimaryLocalAdmin, Scope::Organisation(code)) = (role, scope) else { return Ok(None) };
    let given = store::grant::over(db, scope)?;
    if given.iter().any(|given| given.grant.role == Role::PrimaryLocalAdmin) {
        return Ok(None);
    }
    Almoner::may_federation(&ctx.actor, Action::GrantNational)?;
    let needed = || {
        Error::input(format!(
            "the first primary administrator of {code} needs a confirmation (ROLE-04): say which head, of HR or IT, gave it, \
             and when"
        ))
    };
    confirmation.map(Some).ok_or_else(needed)
}

/// The line of a grant with its confirmation.
pub(super) fn told(line: NewEvent, confirmation: Option<&Confirmation>) -> NewEvent {
    let Some(Confirmation { by, name, on }) = confirmation else { return line };
    let confirmed = json!({ "as": by.as_str(), "name": name, "on": on.to_string() });
    let begun = line.detail.strip_suffix('}').unwrap_or(&line.detail);
    NewEvent {
        detail: format!("{begun},\"confirmed\":{confirmed}}}"),
        rule: Some(domain::rule::Rule::Role04.as_str()),
        ..line
    }
}

/// The confirmation that stands in the line of a grant.
pub(super) fn of_line(line: &Line) -> Option<Confirmation> {
    let detail: Value = serde_json::from_str(&line.detail).ok()?;
    let text = |name: &str| detail.get("confirmed")?.get(name)?.as_str();
    let (by, on) = (Confirmer::parse(text("as")?)?, Day::parse(text("on")?)?);
    Some(Confirmation { by, name: text("name")?.to_owned(), on })
}
