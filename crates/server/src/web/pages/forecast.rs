//! What will happen to the accounts of one's organisations (RUN-07): by day, by week, as a list, as a file.

pub(crate) mod asked;
mod calendar;
mod rows;

use askama::Template;
use domain::time::Day;
use service::account::list::Foreseen;
use service::error::Error;
use service::what_if::report::Turn;

use crate::web::answer::{Answer, Trouble};
use crate::web::chart::{self, Chart};
use crate::web::frame::Frame;
use crate::web::link;
use crate::web::pages::forecast::asked::Asked;
use crate::web::pages::forecast::calendar::{Month, months};
use crate::web::pages::forecast::rows::{Row, row};
use crate::web::visit::Visit;
use crate::web::words;

/// Rows of a page.
const PAGE: usize = 50;
/// More organisations than this are named, not ticked.
const TICKS: usize = 12;

#[derive(Template)]
#[template(path = "forecast.html")]
struct ForecastPage {
    frame: Frame,
    asked: Asked,
    /// Organisations to tick, and whether they are; empty where they are typed.
    ticks: Vec<(String, bool)>,
    typed: String,
    steps: Vec<(&'static str, String)>,
    problem: String,
    as_of: String,
    /// The one day that is shown, or nothing.
    on: String,
    all: usize,
    months: Vec<Month>,
    weekdays: &'static [(&'static str, &'static str)],
    weeks: Vec<(String, u64)>,
    chart: Chart,
    rows: Vec<Row>,
    next: String,
}

/// The days of a week, short and long.
const WEEKDAYS: &[(&str, &str)] = &[
    ("Mon", "Monday"),
    ("Tue", "Tuesday"),
    ("Wed", "Wednesday"),
    ("Thu", "Thursday"),
    ("Fri", "Friday"),
    ("Sat", "Saturday"),
    ("Sun", "Sunday"),
];

/// A turn as people read it: `active to inactive`.
pub(crate) fn step_words(turn: Turn) -> String {
    turn.as_str().replace("->", " to ")
}

/// Everything that was asked for, by date; or what is wrong with the question.
fn foreseen(visit: &Visit, asked: &Asked) -> Result<Result<Vec<Foreseen>, String>, Trouble> {
    let mut all = Vec::new();
    for code in &asked.codes {
        match visit.almoner.forecast(&visit.ctx, code, asked.days) {
            Ok(found) => all.extend(found.into_iter().filter(|one| asked.keeps(one))),
            Err(Error::Input(what)) => return Ok(Err(what)),
            Err(other) => return Err(other.into()),
        }
    }
    all.sort_by(|a, b| (a.expected.on, a.account.address.as_str()).cmp(&(b.expected.on, b.account.address.as_str())));
    Ok(Ok(all))
}

/// The page.
pub(crate) fn list(visit: &Visit) -> Result<Answer, Trouble> {
    let mine = visit.almoner.organisations_held(&visit.ctx);
    let asked = Asked::read(visit, &mine);
    let (all, problem) = match foreseen(visit, &asked)? {
        Ok(all) => (all, String::new()),
        Err(problem) => (Vec::new(), problem),
    };
    let today = visit.almoner.today(&visit.ctx);
    let (weeks, chart) = by_week(&all, today, asked.days);
    let shown: Vec<&Foreseen> = all.iter().filter(|one| asked.shows(one)).collect();
    let (page, next) = cut(&shown);
    let ticked = |code: &String| (code.clone(), asked.codes.contains(code));
    let ticks = if (2..=TICKS).contains(&mine.len()) { mine.iter().map(ticked).collect() } else { Vec::new() };
    let page = ForecastPage {
        frame: Frame::new(visit, "Forecast"),
        typed: asked.codes.join(" "),
        steps: Turn::ALL.iter().filter(|turn| **turn != Turn::Notice).map(|t| (t.as_str(), step_words(*t))).collect(),
        as_of: words::day(today),
        on: asked.on.map(words::day).unwrap_or_default(),
        months: if asked.on.is_none() { months(&asked, &all, today) } else { Vec::new() },
        weekdays: WEEKDAYS,
        weeks,
        chart,
        rows: page.iter().map(|one| row(one)).collect(),
        next: next.map(|key| format!("/forecast?{}&{key}", asked.query())).unwrap_or_default(),
        all: all.len(),
        ticks,
        problem,
        asked,
    };
    Answer::page(&page)
}

/// The first rows, and the key behind which the others are. The steps of one account on one day stay together.
fn cut<'f>(shown: &[&'f Foreseen]) -> (Vec<&'f Foreseen>, Option<String>) {
    let key = |one: &Foreseen| (one.expected.on, one.account.address.clone());
    let Some(last) = shown.get(PAGE.saturating_sub(1)).filter(|_| shown.len() > PAGE) else {
        return (shown.to_vec(), None);
    };
    let end = shown.iter().skip(PAGE).take_while(|one| key(one) == key(last)).count() + PAGE;
    let address = link::part(last.account.address.as_str());
    let more = (end < shown.len()).then(|| format!("behind={}&after={address}", last.expected.on));
    (shown.iter().take(end).copied().collect(), more)
}

/// How many changes each week brings.
fn by_week(all: &[Foreseen], today: Day, days: u16) -> (Vec<(String, u64)>, Chart) {
    let mut counts = vec![0_u64; usize::from(days) / 7 + 1];
    for one in all {
        let ahead = usize::try_from(one.expected.on.number() - today.number()).unwrap_or(0) / 7;
        counts.get_mut(ahead).into_iter().for_each(|count| *count += 1);
    }
    let from = |week: usize| words::day(today.plus_days(i32::try_from(week * 7).unwrap_or(0)));
    let below = vec![from(0), from(counts.len().saturating_sub(1))];
    let told = "The table below the picture says the same.";
    let chart = chart::bars("weeks", "Changes of status by week", told, &counts, below);
    (counts.into_iter().enumerate().map(|(week, count)| (from(week), count)).collect(), chart)
}

/// The same as a file.
pub(crate) fn file(visit: &Visit) -> Result<Answer, Trouble> {
    let mine = visit.almoner.organisations_held(&visit.ctx);
    let asked = Asked::read(visit, &mine);
    let all = foreseen(visit, &asked)?.map_err(|what| Trouble::Refused(Error::Input(what)))?;
    Ok(rows::file(all.into_iter().filter(|one| asked.shows(one)).collect()))
}
