//! `report NAME`: a page of a report on the terminal or as JSON, or all of it as a file.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde_json::{Map, Value, json};
use service::report::cell::{Cell, Line};
use service::report::screen::{Sort, Which};
use service::report::{Asked, Column, Key};

use crate::cli::answer::Answer;
use crate::cli::args::control::Report;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::table::{self, Align};
use crate::sheet;

/// Shows a report.
pub(crate) fn report(s: &Session, args: &Report) -> Result<Answer, Failure> {
    let organisation = args.organisation.as_ref().map(ToString::to_string).unwrap_or_default();
    let words = args.words.clone().unwrap_or_default();
    let asked = Asked { organisation, days: args.days, words, ..Asked::all(args.name) };
    if let Some(place) = &args.csv {
        return file(s, &asked, place);
    }
    let columns = args.name.columns();
    let which = Which {
        sort: args.sort.as_deref().map(|by| sort(by, columns)).transpose()?,
        after: args.after.as_deref().map(key).transpose()?,
        before: 0,
        limit: usize::try_from(args.limit).unwrap_or(usize::MAX),
    };
    let page = s.almoner.report_page(&s.ctx, &asked, &which)?;
    let lines: Vec<Value> = page.lines.iter().map(|line| object(columns, line)).collect();
    let next = page.next.as_ref().map(ToString::to_string);
    let mut text = screen(columns, &page.lines);
    if page.too_long {
        text += "\n\nIt is too long to be sorted: name an organisation, or sort the file that --csv writes.";
    }
    if let Some(next) = &next {
        text.extend(["\n\nThere may be more: add --after ", next]);
    }
    Ok(Answer::new(json!({ "report": args.name.as_str(), "lines": lines, "next": next, "of": page.of }), text))
}

fn key(text: &str) -> Result<Key, Failure> {
    Key::parse(text)
        .ok_or_else(|| Failure::wrong_use(format!("{text:?} is no place in a report"), "copy it from the page before"))
}

fn sort(by: &str, columns: &[Column]) -> Result<Sort, Failure> {
    let name = by.strip_prefix('-').unwrap_or(by);
    let column = columns.iter().position(|column| column.name == name);
    let known = || columns.iter().map(|column| column.name).collect::<Vec<_>>().join(", ");
    let unknown =
        || Failure::wrong_use(format!("this report has no column {name:?}"), format!("its columns: {}", known()));
    Ok(Sort { column: column.ok_or_else(unknown)?, descending: by.starts_with('-') })
}

fn object(columns: &[Column], line: &Line) -> Value {
    let value = |cell: &Cell| match cell {
        Cell::Nothing => Value::Null,
        Cell::Number(number) => json!(number),
        Cell::Text(_) | Cell::Day(_) => Value::String(cell.text()),
    };
    let fields = columns.iter().zip(line).map(|(column, cell)| (column.name.to_owned(), value(cell)));
    Value::Object(fields.collect::<Map<_, _>>())
}

/// The columns that say something on this page.
fn screen(columns: &[Column], lines: &[Line]) -> String {
    let says = |at: usize| lines.iter().any(|line| line.get(at).is_some_and(|cell| *cell != Cell::Nothing));
    let shown: Vec<usize> = (0..columns.len()).filter(|at| says(*at)).collect();
    let align = |column: &Column| match column.name {
        _ if column.number => Align::Right,
        "reason" | "what_would_change_it" | "held_by" | "refused_why" | "matching_facts" | "missing" => Align::Wrap,
        _ => Align::Left,
    };
    let named = shown.iter().filter_map(|at| columns.get(*at)).map(|c| (c.name.replace('_', " "), align(c)));
    let named: Vec<(String, Align)> = named.collect();
    let headings: Vec<(&str, Align)> = named.iter().map(|(name, align)| (name.as_str(), *align)).collect();
    let cells = |line: &Line| shown.iter().filter_map(|at| line.get(*at)).map(Cell::text).collect();
    table::render(&headings, lines.iter().map(cells).collect(), "No line matches.")
}

fn file(s: &Session, asked: &Asked, place: &Path) -> Result<Answer, Failure> {
    s.almoner.check_report(&s.ctx, asked)?;
    if place == Path::new("-") {
        let mut out = BufWriter::new(io::stdout().lock());
        let written = sheet::report(&s.almoner, &s.ctx, asked, &mut out).and_then(|()| out.flush());
        return match written {
            // A reader who has seen enough is no failure.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::file(place, &error)),
            _ => Ok(Answer::silent()),
        };
    }
    // Written beside its place and moved there when it is whole.
    let mut name = place.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = place.with_file_name(name);
    let write = |file| sheet::report(&s.almoner, &s.ctx, asked, BufWriter::new(file));
    let made = fs::File::create(&part).and_then(write).and_then(|()| fs::rename(&part, place));
    if let Err(error) = made {
        // Nothing is left to remove when it could not be made.
        drop(fs::remove_file(&part));
        return Err(Failure::file(place, &error));
    }
    let file = place.display().to_string();
    Ok(Answer::new(json!({ "report": asked.report.as_str(), "file": file }), format!("The report is in {file}.")))
}
