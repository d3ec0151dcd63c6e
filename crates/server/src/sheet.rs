//! Reports and the audit trail as files, for the command line and the portal alike.

use std::io::{self, Write};

use domain::ctx::Ctx;
use service::audit::search::Wanted;
use service::brake::see::Seen;
use service::error::Error;
use service::federation::Almoner;
use service::report::Asked;
use service::report::cell::Cell;
use store::audit::Line;
use wire::sheet::Sheet;

use crate::detail::{changes, detail};

/// Writes a report, line by line as it is read.
pub(crate) fn report(almoner: &Almoner, ctx: &Ctx, asked: &Asked, out: impl Write) -> io::Result<()> {
    pour(
        Sheet::new(out, asked.report.columns().iter().map(|column| column.name))?,
        |line: &Vec<Cell>| line.iter().map(Cell::text).collect::<Vec<_>>(),
        |each| almoner.stream_report(ctx, asked, each),
    )
}

/// Writes a line of cells for each thing that is read, and ends; a sheet that takes no more ends the reading.
fn pour<W: Write, T, C: AsRef<[String]>>(
    mut sheet: Sheet<W>,
    cells: impl Fn(&T) -> C,
    stream: impl FnOnce(&mut dyn FnMut(&T) -> bool) -> Result<(), Error>,
) -> io::Result<()> {
    let mut written = Ok(());
    let read = stream(&mut |one| {
        written = sheet.line(cells(one).as_ref());
        written.is_ok()
    });
    written?;
    read.map_err(|error| io::Error::other(error.to_string()))?;
    sheet.end()
}

/// The columns of the trail.
const TRAIL: [&str; 11] =
    ["line", "time", "performer", "target", "organisation", "type", "action", "rule", "grant", "run", "detail"];

/// Writes what was found in the audit trail, newest first, line by line as it is read.
pub(crate) fn audit(almoner: &Almoner, ctx: &Ctx, wanted: &Wanted, out: impl Write) -> io::Result<()> {
    pour(Sheet::new(out, TRAIL)?, cells, |each| almoner.stream_audit(ctx, wanted, each))
}

fn cells(line: &Line) -> [String; 11] {
    let number = |number: Option<i64>| number.map_or_else(String::new, |n| n.to_string());
    [
        line.id.to_string(),
        line.at.to_string(),
        line.actor.clone(),
        line.object.clone(),
        line.organisation.clone().unwrap_or_default(),
        line.object_type.clone(),
        line.action.clone(),
        line.rule.clone().unwrap_or_default(),
        number(line.grant),
        number(line.run),
        changes(&detail(line)),
    ]
}

/// The columns of what a brake holds.
const HELD: [&str; 8] = ["address", "asked", "to", "reason", "file", "line", "state", "first_released_by"];

/// Writes the accounts of a held part in the order in which they were held, line by line as they are read.
pub(crate) fn held(almoner: &Almoner, ctx: &Ctx, part: i64, out: impl Write) -> io::Result<()> {
    pour(Sheet::new(out, HELD)?, held_cells, |each| almoner.stream_brake(ctx, part, each))
}

fn held_cells(one: &Seen) -> [String; 8] {
    let (asked, reason) = one.asked.clone().unwrap_or_default();
    let (file, line) = one.origin.clone().map_or_else(Default::default, |(file, line)| (file, line.to_string()));
    [
        one.address.clone(),
        asked.to_owned(),
        one.to.clone().unwrap_or_default(),
        reason,
        file,
        line,
        one.state.to_string(),
        one.first.clone().unwrap_or_default(),
    ]
}
