//! `grant add|end|list`: roles over organisations, sectors or the federation.

use domain::confirmation::Confirmation;
use domain::rights::Scope;
use domain::time::Day;
use serde::Serialize;
use service::error::Error;
use service::grant::scope_text;
use store::grant::Given;

use crate::cli::answer::Answer;
use crate::cli::args::control::{Grant, Over};
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::table::{self, Align};

#[derive(Serialize)]
struct GrantJson {
    id: i64,
    address: Option<String>,
    role: &'static str,
    scope: String,
    by: String,
    at: String,
}

/// Gives, ends and lists grants.
pub(crate) fn grant(s: &Session, what: &Grant) -> Result<Answer, Failure> {
    match what {
        Grant::Add { address, role, over, unit, confirmed_by, confirmed_as, confirmed_on } => {
            let today = s.almoner.today(&s.ctx);
            let confirmed = confirmed_by.as_ref().zip(*confirmed_as);
            let confirmed =
                confirmed.map(|(name, by)| Confirmation::new(by, name, confirmed_on.unwrap_or(today), today));
            let confirmed = confirmed.transpose().map_err(|wrong| Error::Input(wrong.to_owned()))?;
            let scope = scope(over, unit.as_deref());
            let given = s.almoner.grant_confirmed(&s.ctx, address, *role, &scope, confirmed.as_ref())?;
            let text =
                format!("{address} is {} over {} (grant {}).", given.grant.role, over_text(&given), given.grant.id);
            Ok(Answer::new(grant_json(&given, Some(address)), text))
        }
        Grant::End { id } => {
            let given = s.almoner.end_grant(&s.ctx, *id)?;
            let text = format!("Grant {id} has ended: {} over {}.", given.grant.role, over_text(&given));
            Ok(Answer::new(grant_json(&given, None), text))
        }
        Grant::List { address: Some(address), on, .. } => {
            let found = match past(s, *on) {
                Some(day) => s.almoner.grants_of_on(&s.ctx, address, day)?,
                None => s.almoner.grants_of(&s.ctx, address)?,
            };
            let found: Vec<_> = found.iter().map(|given| grant_json(given, Some(address))).collect();
            Ok(list(&found, &format!("{address} holds no grant.")))
        }
        Grant::List { address: None, organisation, on } => {
            let over = organisation.clone().map_or(Scope::Federation, Scope::Organisation);
            let found = match (organisation, past(s, *on)) {
                (Some(code), Some(day)) => s.almoner.grants_over_on(&s.ctx, code, day)?,
                (Some(_) | None, _) => s.almoner.grants_over(&s.ctx, &over)?,
            };
            let found: Vec<_> = found.iter().map(|(given, holder)| grant_json(given, Some(holder))).collect();
            Ok(list(&found, &format!("Nobody holds a grant over {}.", scope_text(&over))))
        }
    }
}

/// A day that is over; grants have no day of their own to come.
fn past(s: &Session, on: Option<Day>) -> Option<Day> {
    on.filter(|day| *day < s.almoner.today(&s.ctx))
}

fn scope(over: &Over, unit: Option<&str>) -> Scope {
    match (&over.organisation, unit) {
        (Some(code), Some(unit)) => Scope::Unit(code.clone(), unit.to_owned()),
        (Some(code), None) => Scope::Organisation(code.clone()),
        (None, _) => over.sector.map_or(Scope::Federation, Scope::Sector),
    }
}

fn over_text(given: &Given) -> String {
    match &given.grant.scope {
        Scope::Federation => "the federation".to_owned(),
        scope @ (Scope::Organisation(_) | Scope::Unit(..) | Scope::Sector(_)) => scope_text(scope),
    }
}

fn grant_json(given: &Given, address: Option<&str>) -> GrantJson {
    GrantJson {
        id: given.grant.id,
        address: address.map(str::to_ascii_lowercase),
        role: given.grant.role.as_str(),
        scope: scope_text(&given.grant.scope),
        by: given.by.clone(),
        at: given.at.to_string(),
    }
}

fn list(found: &[GrantJson], none: &str) -> Answer {
    let headings = [
        ("grant", Align::Right),
        ("who", Align::Left),
        ("role", Align::Left),
        ("over", Align::Left),
        ("given by", Align::Left),
    ];
    let rows = found.iter().map(|g| {
        let who = g.address.clone().unwrap_or_default();
        vec![g.id.to_string(), who, g.role.to_owned(), g.scope.clone(), g.by.clone()]
    });
    let text = table::render(&headings, rows.collect(), none);
    Answer::new(found, text)
}
