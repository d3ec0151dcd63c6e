//! A page of a report: filtered, and sorted by any column as long as few enough lines are looked at to sort them.

use domain::ctx::Ctx;

use crate::error::Error;
use crate::federation::Almoner;
use crate::report::cell::Line;
use crate::report::{Asked, Key};

/// Rows that are read in one go for a page, at most: as many as it has lines first, then more each time.
const READ: u32 = 1_000;
/// Rows that a page looks at before it says how to go on.
const LOOKED_AT: usize = 20_000;

/// How a page is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// The number of the column.
    pub column: usize,
    /// The last first.
    pub descending: bool,
}

/// Which page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Which {
    /// By a column; in the report's own order without.
    pub sort: Option<Sort>,
    /// Behind this line, in the report's own order.
    pub after: Option<Key>,
    /// So many lines are before it, in a sorted one.
    pub before: usize,
    /// At most so many lines.
    pub limit: usize,
}

/// A page.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// Its lines.
    pub lines: Vec<Line>,
    /// Where to go on, in the report's own order.
    pub next: Option<Key>,
    /// How many lines are before the next page of a sorted one, if there is one.
    pub next_before: Option<usize>,
    /// It was to be sorted, and is too long for that: it stands in the report's own order.
    pub too_long: bool,
    /// All lines that match, where they were counted.
    pub of: Option<usize>,
}

impl Almoner {
    /// A page of a report. Cost: rows are read until the page is full, at most 20,000 of them; sorted, all of them up to
    /// that number.
    pub fn report_page(&self, ctx: &Ctx, asked: &Asked, which: &Which) -> Result<Page, Error> {
        let work = self.begin_report(ctx, asked)?;
        let (mut page, mut looked) = (Page::default(), 0);
        let page_long = u32::try_from(which.limit + 1).unwrap_or(READ).min(READ);
        let mut size = if which.sort.is_some() { READ } else { page_long };
        let mut next = Some(which.after.clone().filter(|_| which.sort.is_none()).unwrap_or_default());
        while let Some(after) = next {
            let batch = self.batch(&work, &after, size)?;
            size = size.saturating_mul(4).min(READ);
            looked += batch.looked;
            next = batch.next;
            for (key, line) in batch.lines.into_iter().filter(|(_, line)| asked.has(line)) {
                // The lines of one account stay together: a page goes on behind an account.
                if which.sort.is_none() && page.lines.len() >= which.limit && page.next.as_ref() != Some(&key) {
                    return Ok(page);
                }
                page.lines.push(line);
                page.next = Some(key).filter(|_| which.sort.is_none() && page.lines.len() >= which.limit);
            }
            if looked >= LOOKED_AT && next.is_some() {
                if which.sort.is_some() {
                    let plain = Which { sort: None, after: None, ..which.clone() };
                    return Ok(Page { too_long: true, ..self.report_page(ctx, asked, &plain)? });
                }
                page.next = page.next.or(next);
                return Ok(page);
            }
        }
        if let Some(sort) = which.sort {
            sorted(&mut page, sort, which);
        } else if page.next.is_some() {
            // The last line of all filled the page.
            page.next = None;
        }
        Ok(page)
    }
}

fn sorted(page: &mut Page, sort: Sort, which: &Which) {
    let cell = |line: &Line| line.get(sort.column).cloned();
    page.lines.sort_by(|a, b| match (cell(a), cell(b)) {
        (Some(a), Some(b)) => a.compare(&b, sort.descending),
        (None, _) | (_, None) => std::cmp::Ordering::Equal,
    });
    let all = page.lines.len();
    page.of = Some(all);
    page.lines = std::mem::take(&mut page.lines).into_iter().skip(which.before).take(which.limit).collect();
    let seen = which.before + page.lines.len();
    page.next_before = (seen < all && !page.lines.is_empty()).then_some(seen);
}
