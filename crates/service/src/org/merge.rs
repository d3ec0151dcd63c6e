//! Compares what a file publishes with what is loaded: what is new, what changed, and the audit of each.

use domain::ctx::Ctx;
use domain::org::{Legal, Organisation, Sector, proposed_short_name};
use domain::time::Day;
use serde_json::{Map, Value};
use std::collections::HashSet;
use store::event::NewEvent;
use store::organisation::Listed;

use super::BY_HAND;
use super::file::Published;
use super::import::ImportReport;
use super::judge::Loaded;
use super::sector;
use crate::federation::plain_event;

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
                let organisation = create(row, &taken, load);
                report.new += 1;
                changes.events.push(event(load, None, &organisation, "created"));
                changes.new.push(Listed { organisation, series: load.series.to_owned() });
            }
            Some(old) => {
                let organisation = update(row, &old.organisation, load, report);
                if let Some(action) = count(&old.organisation, &organisation, report) {
                    changes.events.push(event(load, Some(&old.organisation), &organisation, action));
                }
                if organisation != old.organisation {
                    changes.changed.push(Listed { organisation, series: old.series.clone() });
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
    let amended = facts(old) != facts(new);
    report.amended += u64::from(amended);
    amended.then_some("amended")
}

/// What the audit tells of an organisation, by name.
pub(super) fn facts(organisation: &Organisation) -> [(&'static str, Value); 10] {
    let text = |text: Option<&str>| text.map_or(Value::Null, Value::from);
    let day = |day: Option<Day>| day.map_or(Value::Null, |day| Value::from(day.to_string()));
    let o = organisation;
    [
        ("name", o.name.as_str().into()),
        ("short_name", text(o.short_name.as_deref())),
        ("sector", o.sector.as_str().into()),
        ("legal", o.legal.as_str().into()),
        ("opened_on", day(o.opened_on)),
        ("closed_on", day(o.closed_on)),
        ("parent", text(o.parent.as_ref().map(domain::ids::OdsCode::as_str))),
        ("successor", text(o.successor.as_ref().map(domain::ids::OdsCode::as_str))),
        ("postal", o.postal.as_str().into()),
        ("telephone", o.telephone.as_str().into()),
    ]
}

fn event(load: &Load<'_>, old: Option<&Organisation>, new: &Organisation, action: &'static str) -> NewEvent {
    organisation_event(load.ctx, load.grant, (old, new), action)
}

/// The audit event of one organisation: the facts that changed, before and after; of a new one those it has.
pub(super) fn organisation_event(
    ctx: &Ctx,
    grant: Option<i64>,
    (old, new): (Option<&Organisation>, &Organisation),
    action: &'static str,
) -> NewEvent {
    let (mut before, mut after) = (Map::new(), Map::new());
    let old_facts = old.map(facts).map_or_else(Vec::new, Vec::from);
    for (index, (name, value)) in facts(new).into_iter().enumerate() {
        let earlier = old_facts.get(index).map_or(&Value::Null, |(_, value)| value);
        if *earlier != value {
            before.insert(name.to_owned(), earlier.clone());
            after.insert(name.to_owned(), value);
        }
    }
    let mut detail = Map::new();
    if old.is_some() {
        detail.insert("before".to_owned(), before.into());
    }
    detail.insert("after".to_owned(), after.into());
    let code = new.code.as_str();
    let plain = plain_event(ctx, "organisation", code, action, &Value::from(detail).to_string());
    NewEvent { grant_id: grant, organisation: Some(code.to_owned()), ..plain }
}
