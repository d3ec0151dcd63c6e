//! The backlog of deletions, and how the daily caps spread it (LC-16, RUN-04).

use std::sync::Arc;

use askama::Template;
use service::run::waves::Waves;

use crate::web::answer::{Answer, Trouble};
use crate::web::chart::{self, Chart};
use crate::web::errands::{Job, Outcome, Task};
use crate::web::frame::Frame;
use crate::web::pages::waiting;
use crate::web::pages::what_if::owner;
use crate::web::visit::Visit;
use crate::web::words;

/// Organisations that are listed.
const LISTED: usize = 100;
/// Days of the chart and its table.
const DAYS: usize = 60;

struct Row {
    organisation: String,
    eligible: String,
    oldest: String,
    days: String,
}

#[derive(Template)]
#[template(path = "waves.html")]
struct WavesPage {
    frame: Frame,
    caps: (String, String),
    eligible: String,
    held: String,
    none: bool,
    days: String,
    each: usize,
    chart: Chart,
    by_day: Vec<(usize, String)>,
    rows: Vec<Row>,
    others: usize,
}

/// Counts, and shows it; a backlog so large that it takes a while is looked at again.
pub(crate) fn show(visit: &Visit) -> Result<Answer, Trouble> {
    let known = visit.number("job").and_then(|id| visit.portal.errands.get(owner(visit), id));
    let job = known.map_or_else(|| count(visit), Ok)?;
    let found = job.look(|outcome| match outcome {
        Ok(Outcome::Counted(waves)) => Ok(Waves::clone(waves)),
        Ok(Outcome::Compared(_) | Outcome::Ran(_) | Outcome::Foretold(_)) => Err(Trouble::NotFound),
        Err(error) => Err(waiting::failed(error)),
    });
    match found {
        Ok(waves) => page(visit, &waves?),
        Err(far) => waiting::page(visit, "Waves of deletions", &far, &format!("/waves?job={}", job.id)),
    }
}

/// Begins to count.
fn count(visit: &Visit) -> Result<Arc<Job>, Trouble> {
    visit.almoner.may_report(&visit.ctx)?;
    let (almoner, ctx) = (Arc::clone(&visit.almoner), visit.ctx.clone());
    let work = move |job: &Job| Ok(Outcome::Counted(Box::new(almoner.waves(&ctx, job)?)));
    visit.portal.errands.start(owner(visit), Task::Waves, work).ok_or(Trouble::Busy)
}

fn page(visit: &Visit, waves: &Waves) -> Result<Answer, Trouble> {
    let number = |n: usize| words::number(i64::try_from(n).unwrap_or(i64::MAX));
    let (sums, each) = chart::gathered(&waves.by_day, DAYS);
    let days = |days: Option<usize>| days.map_or_else(|| "more than ten years".to_owned(), number);
    let rows = waves.organisations.iter().take(LISTED).map(|one| Row {
        organisation: one.organisation.to_string(),
        eligible: number(one.eligible),
        oldest: words::day(one.oldest),
        days: days(one.days),
    });
    let told = "The table below the picture says the same.";
    let below = vec!["the next run".to_owned(), format!("after {} days", waves.by_day.len())];
    let page = WavesPage {
        frame: Frame::new(visit, "Waves of deletions"),
        caps: (words::number(waves.caps.0.into()), words::number(waves.caps.1.into())),
        eligible: number(waves.eligible),
        held: number(waves.held),
        none: waves.eligible == 0,
        days: days(waves.organisations.iter().all(|one| one.days.is_some()).then_some(waves.by_day.len())),
        each,
        chart: chart::bars("waves", "Deletions over the days to come", told, &sums, below),
        by_day: sums
            .iter()
            .zip(0..)
            .map(|(sum, at)| (at * each + 1, words::number(i64::try_from(*sum).unwrap_or(0))))
            .collect(),
        rows: rows.collect(),
        others: waves.organisations.len().saturating_sub(LISTED),
    };
    Answer::page(&page)
}
