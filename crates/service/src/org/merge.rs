//! Compares what a file publishes with what is loaded: what is new, what changed, and the audit of each.

use domain::ctx::Ctx;
use domain::org::{Legal, Organisation, Sector, Support, proposed_short_name};
use std::collections::HashSet;
use store::event::NewEvent;
use store::organisation::Listed;

use super::BY_HAND;
use super::file::Published;
use super::import::ImportReport;
use super::judge::Loaded;
use super::sector;
use crate::federation::plain_event;
use crate::fields::{between, says_nothing, sides};

/// The circumstances of a load.
pub(super) struct Load<'a> {
    pub ctx: &'a Ctx,
    pub grant: Option<i64>,
    pub series: &'a str,
    pub edition: &'a str,
    /// What the file lists, where its name or series says.
    pub sector: Option<Sector>,
}

/// What is to be saved.
#[derive(Default)]
pub(super) struct Changes {
    pub new: Vec<Listed>,
    pub changed: Vec<Listed>,
    pub events: Vec<NewEvent>,
}

/// Compares every line and counts it in the report.
pub(super) fn merge(rows: &[Published], loaded: &Loaded, load: &Load<'_>, report: &mut ImportReport) -> Changes {
    let mut changes = Changes::default();
    let taken: HashSet<_> = loaded.values().filter_map(|listed| listed.organisation.short_name.as_deref()).collect();
    for row in rows {
        match loaded.get(&row.code) {
            None => {
                let new = Listed { organisation: create(row, &taken, load), series: load.series.to_owned() };
                report.new += 1;
                changes.events.push(organisation_event(load.ctx, load.grant, (None, &new), "created"));
                changes.new.push(new);
            }
            Some(old) => {
                let organisation = update(row, &old.organisation, load, report);
                let counted = count(&old.organisation, &organisation, report);
                let new = Listed { organisation, series: old.series.clone() };
                if new != *old {
                    // Listed once more, unchanged: only its edition is another.
                    let action = counted.unwrap_or("listed");
                    changes.events.push(organisation_event(load.ctx, load.grant, (Some(old), &new), action));
                    changes.changed.push(new);
                }
            }
        }
    }
    changes
}

fn create(row: &Published, taken: &HashSet<&str>, load: &Load<'_>) -> Organisation {
    let proposed = proposed_short_name(&row.code);
    Organisation {
        code: row.code.clone(),
        name: row.name.clone(),
        short_name: Some(proposed).filter(|name| !taken.contains(name.as_str())),
        sector: row.sector.or(load.sector).unwrap_or_else(|| sector::of_code(&row.code)),
        legal: row.legal,
        opened_on: row.opened_on,
        closed_on: row.closed_on,
        parent: row.parent.clone(),
        successor: None,
        postal: row.postal.clone(),
        telephone: row.telephone.clone(),
        support: Support::default(),
        edition: load.edition.to_owned(),
        version: 0,
    }
}

/// What the registry says replaces what it said before. What a person decided stays: short name and successor always,
/// an opening or closing until the registry says the same.
fn update(row: &Published, old: &Organisation, load: &Load<'_>, report: &mut ImportReport) -> Organisation {
    let published = Organisation {
        name: row.name.clone(),
        sector: row.sector.or(load.sector).unwrap_or(old.sector),
        legal: row.legal,
        opened_on: row.opened_on,
        closed_on: row.closed_on,
        parent: row.parent.clone(),
        postal: row.postal.clone(),
        telephone: row.telephone.clone(),
        edition: load.edition.to_owned(),
        ..old.clone()
    };
    if old.edition == BY_HAND && is_closed(old) != is_closed(&published) {
        report.by_hand.push(old.code.as_str().to_owned());
        return Organisation { legal: old.legal, closed_on: old.closed_on, edition: BY_HAND.to_owned(), ..published };
    }
    published
}

fn is_closed(organisation: &Organisation) -> bool {
    organisation.legal == Legal::Closed
}

/// Counts what changed; the most important of it names the audit event, if there is one.
fn count(old: &Organisation, new: &Organisation, report: &mut ImportReport) -> Option<&'static str> {
    let renamed = old.name != new.name;
    let reparented = old.parent != new.parent;
    let closed = !is_closed(old) && is_closed(new);
    let reopened = is_closed(old) && !is_closed(new);
    report.renamed += u64::from(renamed);
    report.reparented += u64::from(reparented);
    report.reopened += u64::from(reopened);
    if closed {
        match old.legal {
            Legal::Active => report.closed += 1,
            Legal::Dormant | Legal::Proposed | Legal::Closed => report.dormant_closed += 1,
        }
    }
    if let Some((_, action)) =
        [(closed, "closed"), (reopened, "reopened"), (renamed, "renamed"), (reparented, "reparented")]
            .into_iter()
            .find(|(is, _)| *is)
    {
        return Some(action);
    }
    report.unchanged += 1;
    let amended = Organisation { edition: old.edition.clone(), ..new.clone() } != *old;
    report.amended += u64::from(amended);
    amended.then_some("amended")
}

/// What the audit tells of an organisation, by name: all that is kept of it.
pub(crate) fn facts(listed: &Listed) -> Vec<(&'static str, String)> {
    let o = &listed.organisation;
    let mut facts = vec![("name", o.name.clone()), ("sector", o.sector.to_string()), ("legal", o.legal.to_string())];
    let mut put = |name, value: Option<String>| facts.extend(value.map(|value| (name, value)));
    put("short_name", o.short_name.clone());
    put("opened_on", o.opened_on.map(|day| day.to_string()));
    put("closed_on", o.closed_on.map(|day| day.to_string()));
    put("parent", o.parent.as_ref().map(ToString::to_string));
    put("successor", o.successor.as_ref().map(ToString::to_string));
    put("postal", Some(o.postal.clone()));
    put("telephone", Some(o.telephone.clone()));
    put("support_telephone", Some(o.support.telephone.clone()));
    put("support_page", Some(o.support.page.clone()));
    put("series", Some(listed.series.clone()));
    put("edition", Some(o.edition.clone()));
    facts.retain(|(name, text)| !says_nothing(name, text));
    facts
}

/// The audit event of one organisation: the facts that changed, before and after; of a new one those it has.
pub(crate) fn organisation_event(
    ctx: &Ctx,
    grant: Option<i64>,
    (old, new): (Option<&Listed>, &Listed),
    action: &'static str,
) -> NewEvent {
    let detail = format!("{{{}}}", sides(&between(&old.map(facts).unwrap_or_default(), &facts(new))));
    let code = new.organisation.code.as_str();
    let plain = plain_event(ctx, "organisation", code, action, &detail);
    NewEvent { grant_id: grant, organisation: Some(code.to_owned()), ..plain }
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
