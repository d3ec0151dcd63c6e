//! Loads an edition of a published file (ORG-01): read whole, judged, then applied in one transaction with its audit.

use std::io::Read;
use std::path::Path;

use domain::ctx::Ctx;
use domain::rights::Action;
use store::event::NewEvent;
use store::organisation::Edition;
use store::tx::Audit;
use wire::ods::Rejected;

use super::file::{self, Content};
use super::judge::{self, Loaded, Verdict};
use super::merge::{self, Changes, Load};
use super::sector;
use crate::error::Error;
use crate::federation::{Almoner, plain_event};
use crate::progress::Progress;

/// The longest name of an edition.
const MAX_EDITION: usize = 80;

/// What the sender says about a file.
#[derive(Debug, Clone, Copy, Default)]
pub struct ImportOptions {
    /// It has so many lines; any other number refuses it, and the right one vouches that it is not cut.
    pub lines: Option<u64>,
    /// That many organisations are missing is right.
    pub accept_missing: bool,
}

/// What a load did. One organisation may count as renamed, reparented and closed at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// The edition's name.
    pub edition: String,
    /// The series it belongs to, as `epraccur`.
    pub series: String,
    /// Lines of the file, taken or rejected.
    pub lines: u64,
    /// Codes that were not loaded before.
    pub new: u64,
    /// With another name.
    pub renamed: u64,
    /// With another parent, or one where none was, or none where one was.
    pub reparented: u64,
    /// At work before, closed now.
    pub closed: u64,
    /// Dormant or proposed before, closed now; not counted in `closed`, as they were not at work.
    pub dormant_closed: u64,
    /// Closed before, not closed now.
    pub reopened: u64,
    /// Loaded before, and nothing of the above.
    pub unchanged: u64,
    /// Those of the unchanged whose address, telephone or other facts were brought up to date.
    pub amended: u64,
    /// Codes of the series that the file no longer lists; they are kept as they are.
    pub gone: Vec<String>,
    /// Codes that a person opened or closed and of which the file says the opposite; the person's word holds.
    pub by_hand: Vec<String>,
    /// Lines that could not be taken; what was loaded of them before stays.
    pub rejected: Vec<Rejected>,
    /// The same file was loaded under this name before: nothing was done.
    pub repeated: bool,
}

impl Almoner {
    /// Loads an edition of a published file. It is kept in memory (up to 100,000 lines) and applied only when the whole
    /// of it was read and judged; a file that is damaged, cut or misses many organisations is refused whole. Order is
    /// not required. The same file under the same name again does nothing; other content needs another name. Closing
    /// an organisation does nothing to its accounts. Cost: 3 s for 17,000 lines, not optimised.
    pub fn import_organisations(
        &self,
        ctx: &Ctx,
        input: impl Read,
        file_name: &str,
        edition: &str,
        options: ImportOptions,
        progress: &dyn Progress,
    ) -> Result<ImportReport, Error> {
        let grant = Self::may_federation(&ctx.actor, Action::Organisations)?.grant;
        check_name(edition)?;
        progress.stage("reading the file", options.lines);
        let content = file::read(input, progress)?;
        judge::check_alone(&content, options)?;
        progress.stage("saving", None);
        let request = Request { ctx, grant, file_name, edition, options };
        let report = self.store.write("import_organisations", |tx| {
            if let Some(known) = store::organisation::edition(tx, edition)? {
                return Ok((repeat(&content, known)?, Audit::nothing_changed()));
            }
            let loaded: Loaded = store::organisation::all(tx)?
                .into_iter()
                .map(|listed| (listed.organisation.code.clone(), listed))
                .collect();
            let (report, Changes { new, changed, mut events }) = request.compare(&content, &loaded)?;
            store::organisation::insert(tx, &new)?;
            store::organisation::update(tx, &changed)?;
            store::organisation::add_edition(tx, &request.record(&content, &report.series))?;
            events.push(request.event(&content, &report));
            Ok::<_, Error>((report, Audit::events(events)?))
        })?;
        progress.finish();
        Ok(report)
    }
}

fn check_name(edition: &str) -> Result<(), Error> {
    let good = (1..=MAX_EDITION).contains(&edition.chars().count())
        && edition.trim() == edition
        && !edition.starts_with('(')
        && !edition.chars().any(char::is_control);
    let advice = "is no name for an edition: write one as epraccur-2025-08, at most 80 characters";
    if good { Ok(()) } else { Err(Error::input(format!("{edition:?} {advice}"))) }
}

/// The name was used before: fine for the same file, else a mistake.
fn repeat(content: &Content, known: Edition) -> Result<ImportReport, Error> {
    if known.digest != content.seen.digest {
        return Err(Error::File(format!(
            "edition {} was loaded before with {} lines from another file, and this one has {}: give it another --edition",
            known.name, known.lines, content.lines
        )));
    }
    Ok(ImportReport {
        edition: known.name,
        series: known.series,
        lines: content.lines,
        unchanged: count(content.rows.len()),
        rejected: content.rejected.clone(),
        repeated: true,
        ..ImportReport::default()
    })
}

fn count(items: usize) -> u64 {
    u64::try_from(items).unwrap_or(u64::MAX)
}

/// A load that was asked for.
struct Request<'a> {
    ctx: &'a Ctx,
    grant: Option<i64>,
    file_name: &'a str,
    edition: &'a str,
    options: ImportOptions,
}

impl Request<'_> {
    fn compare(&self, content: &Content, loaded: &Loaded) -> Result<(ImportReport, Changes), Error> {
        let Verdict { series, gone } = judge::judge(content, loaded, (self.file_name, self.edition), self.options)?;
        let file = Path::new(self.file_name).file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let load = Load {
            ctx: self.ctx,
            grant: self.grant,
            series: &series,
            edition: self.edition,
            sector: sector::of_file(&[&series, file, self.edition]),
        };
        let mut report = ImportReport {
            edition: self.edition.to_owned(),
            series: series.clone(),
            lines: content.lines,
            gone,
            rejected: content.rejected.clone(),
            ..ImportReport::default()
        };
        let changes = merge::merge(&content.rows, loaded, &load, &mut report);
        Ok((report, changes))
    }

    fn record(&self, content: &Content, series: &str) -> Edition {
        Edition {
            name: self.edition.to_owned(),
            series: series.to_owned(),
            digest: content.seen.digest.clone(),
            lines: i64::try_from(content.lines).unwrap_or(i64::MAX),
            loaded_at: self.ctx.now,
            loaded_by: self.ctx.actor.name().to_owned(),
        }
    }

    fn event(&self, content: &Content, report: &ImportReport) -> NewEvent {
        let detail = serde_json::json!({
            "series": report.series,
            "lines": report.lines,
            "new": report.new,
            "renamed": report.renamed,
            "reparented": report.reparented,
            "closed": report.closed,
            "dormant_closed": report.dormant_closed,
            "reopened": report.reopened,
            "amended": report.amended,
            "gone": report.gone.len(),
            "rejected": report.rejected.len(),
            "sha256": content.seen.digest,
        });
        let plain = plain_event(self.ctx, "edition", self.edition, "loaded", &detail.to_string());
        NewEvent { grant_id: self.grant, ..plain }
    }
}
