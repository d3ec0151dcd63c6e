//! What will happen to an organisation's accounts (RUN-07).

use askama::Template;
use service::account::list::Foreseen;

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::visit::Visit;
use crate::web::words;

/// Days that are looked ahead when nothing else is said, and at most.
const DAYS: (u16, u16) = (30, 400);

#[derive(Template)]
#[template(path = "forecast.html")]
struct ForecastPage {
    frame: Frame,
    organisation: String,
    mine: Vec<String>,
    days: u16,
    asked: bool,
    problem: String,
    rows: Vec<Row>,
    weeks: Vec<Week>,
}

struct Row {
    address: String,
    from: &'static str,
    to: &'static str,
    on: String,
    rule: &'static str,
    why: String,
    notice: String,
}

/// A bar of the picture.
struct Week {
    from: String,
    count: usize,
    /// In thousandths of the highest.
    height: usize,
}

/// The list, by date.
pub(crate) fn list(visit: &Visit) -> Result<Answer, Trouble> {
    let mine = visit.almoner.organisations_held(&visit.ctx);
    let asked = visit.query("organisation").trim().to_ascii_uppercase();
    let organisation = if asked.is_empty() { mine.first().cloned().unwrap_or_default() } else { asked };
    let days = visit.number::<u16>("days").unwrap_or(DAYS.0).clamp(1, DAYS.1);
    let mut problem = String::new();
    let foreseen = if organisation.is_empty() {
        Vec::new()
    } else {
        match visit.almoner.forecast(&visit.ctx, &organisation, days) {
            Ok(found) => found,
            Err(service::error::Error::Input(what)) => {
                problem = what;
                Vec::new()
            }
            Err(other) => return Err(other.into()),
        }
    };
    let weeks = weeks(visit, &foreseen, days);
    let page = ForecastPage {
        frame: Frame::new(visit, "Forecast"),
        asked: !organisation.is_empty(),
        weeks,
        rows: foreseen.iter().map(row).collect(),
        organisation,
        mine,
        days,
        problem,
    };
    Answer::page(&page)
}

fn row(foreseen: &Foreseen) -> Row {
    let e = &foreseen.expected;
    Row {
        address: foreseen.account.address.to_string(),
        from: e.from.as_str(),
        to: e.to.as_str(),
        on: words::day(e.on),
        rule: e.rule.as_str(),
        why: e.why.clone(),
        notice: match (e.notice_sent_on, e.notice_on) {
            (Some(on), _) => format!("sent on {}", words::day(on)),
            (None, Some(on)) => format!("on {}", words::day(on)),
            (None, None) => "none owed".to_owned(),
        },
    }
}

/// How many changes each week brings.
fn weeks(visit: &Visit, foreseen: &[Foreseen], days: u16) -> Vec<Week> {
    let today = visit.almoner.today(&visit.ctx);
    let weeks = usize::from(days) / 7 + 1;
    let mut counts = vec![0_usize; weeks];
    for one in foreseen {
        let ahead = usize::try_from(one.expected.on.number() - today.number()).unwrap_or(0) / 7;
        if let Some(count) = counts.get_mut(ahead) {
            *count += 1;
        }
    }
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let from = |week: usize| today.plus_days(i32::try_from(week * 7).unwrap_or(0));
    let bar = |(week, count): (usize, usize)| Week { from: words::day(from(week)), count, height: count * 1000 / most };
    counts.into_iter().enumerate().map(bar).collect()
}
