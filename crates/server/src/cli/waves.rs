//! `waves`: the backlog of deletions, and on how many days the caps let it be worked off.

use serde_json::json;
use service::run::waves::Waves;

use crate::cli::answer::Answer;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::table::{self, Align};
use crate::cli::text::wrapped;
use crate::figure::{count, thousands};

/// Organisations that people are shown; JSON has all.
const SHOWN: usize = 20;
/// Days that take longer to be told than anybody waits.
const LONG: &str = "more than ten years";

/// Counts it, from the next run on. Nothing is changed.
pub(crate) fn waves(s: &Session) -> Result<Answer, Failure> {
    let waves = s.almoner.waves(&s.ctx, &s.bars)?;
    let by_organisation = waves.organisations.iter().map(|one| {
        json!({
            "organisation": one.organisation.as_str(), "eligible": one.eligible,
            "oldest": one.oldest.to_string(), "days": one.days,
        })
    });
    let json = json!({
        "eligible": waves.eligible, "held": waves.held,
        "deletions_per_day": waves.caps.0, "deletions_per_organisation_per_day": waves.caps.1,
        "by_day": waves.by_day, "by_organisation": by_organisation.collect::<Vec<_>>(),
    });
    Ok(Answer::new(json, screen(&waves)))
}

fn number(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn screen(waves: &Waves) -> String {
    let ends = waves.organisations.iter().all(|one| one.days.is_some());
    let days = if ends { count(number(waves.by_day.len()), "day") } else { LONG.to_owned() };
    let told = if waves.eligible == 0 {
        "Nobody waits to be deleted.".to_owned()
    } else {
        format!(
            "{} may be deleted. At most {} a day, and {} of one organisation, they take {days}, those first who waited longest.",
            count(number(waves.eligible), "account"),
            thousands(waves.caps.0.into()),
            thousands(waves.caps.1.into()),
        )
    };
    let held = match waves.held {
        0 => String::new(),
        held => wrapped(&format!("Besides, a brake holds {}: almoner brake list", count(number(held), "account"))),
    };
    let headings = [
        ("organisation", Align::Left),
        ("accounts", Align::Right),
        ("waiting since", Align::Left),
        ("days", Align::Right),
    ];
    let rows = waves.organisations.iter().take(SHOWN).map(|one| {
        let days = one.days.map_or_else(|| LONG.to_owned(), |days| thousands(number(days)));
        vec![one.organisation.to_string(), thousands(number(one.eligible)), one.oldest.to_string(), days]
    });
    let rows: Vec<_> = rows.collect();
    let table = if rows.is_empty() { String::new() } else { format!("\n{}\n", table::render(&headings, rows, "")) };
    let more = match waves.organisations.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!("\nAnd {} more: --json has all.\n", thousands(number(more))),
    };
    format!("{}{held}{table}{more}", wrapped(&told))
}
