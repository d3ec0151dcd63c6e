//! Decides to which series a file belongs, and whether it is whole: what looks cut is refused.

use std::collections::{BTreeMap, HashMap};

use domain::ids::OdsCode;
use store::organisation::Listed;

use super::BY_HAND;
use super::file::Content;
use super::import::ImportOptions;
use super::known;
use crate::error::Error;

/// So many of a hundred codes may be missing. From 2019 to 2025 not one left `epraccur`, nor from 2022 to 2024 `etr`;
/// a new form of a report may drop those closed long ago, and half of a file is never a new form.
const MAX_GONE_PERCENT: usize = 10;

/// Below so many missing codes a share says nothing: some series list a dozen organisations.
const MIN_GONE: usize = 5;

/// What is loaded, by code.
pub(super) type Loaded = HashMap<OdsCode, Listed>;

/// Where a file belongs and what it no longer lists.
#[derive(Debug)]
pub(super) struct Verdict {
    pub series: String,
    /// Codes of the series that the file does not list, in order.
    pub gone: Vec<String>,
}

/// Checks a file against what its sender says and against the editions that are known. Who states the right number of
/// lines vouches that it is not cut.
pub(super) fn check_alone(content: &Content, options: ImportOptions) -> Result<(), Error> {
    let have = content.lines;
    if let Some(stated) = options.lines.filter(|stated| *stated != have) {
        let what = format!("line {have}: it has {have} lines and not {stated} as stated, fetch it again");
        return Err(Error::File(what));
    }
    let Some(part) = known::part_of(&content.seen, MAX_GONE_PERCENT) else { return Ok(()) };
    let (of, lines) = (part.of, part.lines);
    if part.cut && options.lines.is_none() {
        return Err(Error::File(format!(
            "it is cut after line {have}: {of} goes on to line {lines}; fetch it again, or state --lines {have} if you mean \
             to load only these"
        )));
    }
    if !part.cut && !options.accept_missing {
        return Err(Error::File(format!(
            "it has {have} of the {lines} lines of {of}, the others are missing: fetch it again, or say --accept-missing"
        )));
    }
    Ok(())
}

/// Checks a file against what was loaded before.
pub(super) fn judge(
    content: &Content,
    loaded: &Loaded,
    (file_name, edition): (&str, &str),
    options: ImportOptions,
) -> Result<Verdict, Error> {
    let Some(series) = series_by_content(content, loaded) else {
        return Ok(Verdict { series: new_series(file_name, edition, loaded), gone: Vec::new() });
    };
    let mut gone: Vec<_> = of_series(loaded, &series).filter(|listed| !has(content, listed)).map(code).collect();
    gone.sort_unstable();
    if !options.accept_missing {
        check_missing(content, loaded, &series, options)?;
    }
    Ok(Verdict { series, gone })
}

fn check_missing(content: &Content, loaded: &Loaded, series: &str, options: ImportOptions) -> Result<(), Error> {
    let latest = latest_edition(loaded, series);
    // What an earlier edition dropped is not missed again.
    let expected: Vec<_> = of_series(loaded, series)
        .filter(|listed| Some(listed.organisation.edition.as_str()) == latest || is_by_hand(listed))
        .collect();
    let missing: Vec<_> = expected.iter().copied().filter(|listed| !has(content, listed)).collect();
    let have = content.lines;
    if let Some(last) = content.last.as_ref().filter(|_| content.sorted && options.lines.is_none()) {
        let behind = missing.iter().filter(|listed| listed.organisation.code > *last).count();
        if behind > 0 {
            return Err(Error::File(format!(
                "it looks cut after line {have} ({last}): {series} listed {behind} codes behind that one; fetch it again, or \
                 state --lines {have} if that is all"
            )));
        }
    }
    let (count, all) = (missing.len(), expected.len());
    if count >= MIN_GONE && count * 100 > all * MAX_GONE_PERCENT {
        return Err(Error::File(format!(
            "{count} of the {all} organisations of {series} are missing in its {have} lines, more than {MAX_GONE_PERCENT} in a \
             hundred: fetch it again, or say --accept-missing if they are gone"
        )));
    }
    Ok(())
}

fn has(content: &Content, listed: &Listed) -> bool {
    content.listed.contains(&listed.organisation.code)
}

fn code(listed: &Listed) -> String {
    listed.organisation.code.as_str().to_owned()
}

fn is_by_hand(listed: &Listed) -> bool {
    listed.organisation.edition == BY_HAND
}

fn of_series<'a>(loaded: &'a Loaded, series: &str) -> impl Iterator<Item = &'a Listed> {
    loaded.values().filter(move |listed| listed.series == series)
}

/// The edition that listed most of a series: the newest, as only what it dropped keeps an older one.
fn latest_edition<'a>(loaded: &'a Loaded, series: &str) -> Option<&'a str> {
    let mut sizes = BTreeMap::<&str, usize>::new();
    for listed in of_series(loaded, series).filter(|listed| !is_by_hand(listed)) {
        *sizes.entry(&listed.organisation.edition).or_default() += 1;
    }
    sizes.into_iter().max_by_key(|(_, size)| *size).map(|(edition, _)| edition)
}

/// The series that shares most codes with the file, if these are half of the smaller of both: names of files change.
fn series_by_content(content: &Content, loaded: &Loaded) -> Option<String> {
    let mut found = BTreeMap::<&str, (usize, usize)>::new();
    for listed in loaded.values() {
        let (size, common) = found.entry(&listed.series).or_default();
        *size += 1;
        *common += usize::from(has(content, listed));
    }
    let (series, (size, common)) = found.into_iter().max_by_key(|(_, (_, common))| *common)?;
    let smaller = size.min(content.listed.len());
    (common > 0 && common * 2 >= smaller).then(|| series.to_owned())
}

/// A name for a new series: the file's up to its first digit or divider, as `epraccur` of `epraccur_2019-10.csv`.
fn new_series(file_name: &str, edition: &str, loaded: &Loaded) -> String {
    let base = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = base.rsplit_once('.').map_or(base, |(stem, _)| stem);
    let word = stem.split(|c: char| c.is_ascii_digit() || "_- ".contains(c)).next().unwrap_or_default();
    let name = if word.is_empty() { edition.to_owned() } else { word.to_lowercase() };
    let mut free = name.clone();
    let mut number = 1;
    while of_series(loaded, &free).next().is_some() {
        number += 1;
        free = format!("{name}-{number}");
    }
    free
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
