//! What happened to an account, and the account of a past day as its audit lines tell it (EXP-02, JML-08).

use std::collections::HashMap;

use domain::account::Account;
use domain::ctx::Ctx;
use domain::ids::{AccountId, OdsCode};
use domain::lifecycle::change::Action as Happened;
use domain::rights::{Action, Place, may};
use domain::time::Timestamp;
use serde_json::Value;
use store::audit::Line;
use store::tx::Reader;

use crate::account::see::knows_holds;
use crate::error::Error;
use crate::federation::Almoner;
use crate::history::stream::{self, ALWAYS};

/// What lines of a history name by a code or a number.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Named {
    /// Organisations: their names by code.
    pub organisations: HashMap<String, String>,
    /// Accounts: their addresses by id.
    pub accounts: HashMap<i64, String>,
}

impl Almoner {
    /// The names of what stands in some lines, for whoever was given the lines. Cost: two reads by keys.
    pub fn named(&self, lines: &[Line]) -> Result<Named, Error> {
        let (mut codes, mut ids): (Vec<String>, Vec<AccountId>) = (Vec::new(), Vec::new());
        for line in lines {
            codes.extend(line.organisation.clone());
            let Ok(detail) = serde_json::from_str::<Value>(&line.detail) else { continue };
            let sides = [Some(&detail), detail.get("before"), detail.get("after")];
            for (name, value) in sides.into_iter().flatten().filter_map(Value::as_object).flatten() {
                match (name.as_str(), value.as_str()) {
                    ("organisation", Some(code)) => codes.push(code.to_owned()),
                    ("scope", Some(scope)) => codes.extend(scope.split('/').next().map(str::to_owned)),
                    (name, _) => ids.extend(name.strip_prefix("member:").and_then(|id| id.parse().ok()).map(AccountId)),
                }
            }
        }
        codes.sort_unstable();
        codes.dedup();
        ids.sort_unstable();
        ids.dedup();
        let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        let mut db = self.store.reader()?;
        let organisations =
            store::organisation::by_codes(&mut db, &codes)?.into_iter().map(|listed| listed.organisation);
        let accounts = store::account::by_ids(&mut db, &ids)?;
        Ok(Named {
            organisations: organisations.map(|one| (one.code.to_string(), one.name)).collect(),
            accounts: accounts.into_iter().map(|account| (account.id.0, account.address.to_string())).collect(),
        })
    }

    /// What happened to an account, oldest first. Whoever may see the account sees all of it; an administrator of an
    /// organisation that it left sees it up to the step by which it left (JML-08).
    pub fn history(&self, ctx: &Ctx, address: &str) -> Result<Vec<Line>, Error> {
        let mut db = self.store.reader()?;
        match Self::find(&mut db, ctx, address) {
            Ok((account, organisation)) => {
                let all = lines(&mut db, account.id, ALWAYS)?;
                Ok(if knows_holds(ctx, &organisation) { all } else { without_reasons(all) })
            }
            Err(unseen @ Error::NotFound { .. }) => until_left(&mut db, ctx, address)?.ok_or(unseen),
            Err(error) => Err(error),
        }
    }
}

/// The lines up to the last step by which the account left an organisation that the actor may see; none without one.
/// A grant over a unit does not reach here: a unit is not kept once its account has left.
fn until_left(db: &mut Reader<'_>, ctx: &Ctx, address: &str) -> Result<Option<Vec<Line>>, Error> {
    let address = address.trim().to_ascii_lowercase();
    let Some(account) = store::account::by_address(db, &address)? else { return Ok(None) };
    let mut all = lines(db, account.id, ALWAYS)?;
    for at in (0..all.len()).rev() {
        let Some(code) = all.get(at).map(left).transpose()?.flatten() else { continue };
        let Some(home) = store::organisation::get(db, &code)? else { continue };
        let place = Place::Organisation { code: &home.code, sector: home.sector, unit: "" };
        if may(&ctx.actor, Action::SeeAccount, place).is_ok() {
            all.truncate(at + 1);
            return Ok(Some(if knows_holds(ctx, &home) { all } else { without_reasons(all) }));
        }
    }
    Ok(None)
}

/// The same lines without what a hold is for: that it was placed and released stays.
pub(crate) fn without_reasons(lines: Vec<Line>) -> Vec<Line> {
    let holds = [Happened::HoldPlaced.as_str(), Happened::HoldReleased.as_str()];
    let told = |line: Line| {
        if holds.contains(&line.action.as_str()) { Line { detail: "{}".to_owned(), ..line } } else { line }
    };
    lines.into_iter().map(told).collect()
}

/// The organisation that an account left by a step, if it left one.
fn left(line: &Line) -> Result<Option<OdsCode>, Error> {
    if line.object_type == "grant" {
        return Ok(None);
    }
    let detail: Value = serde_json::from_str(&line.detail).map_err(|_| corrupt())?;
    let code = |side: &str| detail.get(side).and_then(|facts| facts.get("organisation")).and_then(Value::as_str);
    let (from, to) = (code("before"), code("after"));
    Ok(from.filter(|_| to.is_some() && from != to).and_then(|from| OdsCode::parse(from).ok()))
}

/// The lines that the system added to an account's notes (LC-17): they stand in the audit lines of what it did.
pub(crate) fn system_notes(db: &mut Reader<'_>, id: AccountId) -> Result<Vec<String>, Error> {
    let mut notes = Vec::new();
    for line in lines(db, id, ALWAYS)? {
        let detail: Value = serde_json::from_str(&line.detail).map_err(|_| corrupt())?;
        notes.extend(detail.get("note").and_then(Value::as_str).map(|note| note.trim_end().to_owned()));
    }
    Ok(notes)
}

/// All audit lines of one account before an instant; an account has tens, rarely hundreds.
pub(crate) fn lines(db: &mut Reader<'_>, id: AccountId, until: Timestamp) -> Result<Vec<Line>, Error> {
    let mut all: Vec<Line> = Vec::new();
    loop {
        let page = store::audit::of_account(db, id, all.last().map_or(0, |line| line.id), until, 1000)?;
        let last = page.len() < 1000;
        all.extend(page);
        if last {
            return Ok(all);
        }
    }
}

/// The account as its audit lines tell it, up to an instant. `None`: it did not exist yet.
pub(crate) fn rebuilt(db: &mut Reader<'_>, id: AccountId, until: Timestamp) -> Result<Option<Account>, Error> {
    let Some(told) = stream::of_account(db, id, until)? else { return Ok(None) };
    told.account().map(Some).ok_or_else(corrupt)
}

fn corrupt() -> Error {
    store::error::Error::Corrupt("event.detail").into()
}
