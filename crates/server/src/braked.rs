//! What a brake holds, in words: for the command line and the portal alike.

use domain::brake::{Brake, Source, over};
use store::brake::Part;

use crate::figure::{count, thousands};

/// Which brake, and what it is for.
pub(crate) const fn which(brake: Brake) -> &'static str {
    match brake {
        Brake::Share => "too large a share of one organisation's accounts in one day (RUN-05)",
        Brake::Forecast => "far more than was forecast for the day (RUN-05)",
        Brake::Clock => "the clock jumped, or runs were missed: nothing is destroyed unseen (RUN-06)",
        Brake::Rollback => "a rollback put them back: a run would do again what was undone (RUN-05)",
    }
}

/// Who or what wanted it.
pub(crate) fn wanted_by(part: &Part) -> String {
    let held = &part.held;
    match (held.source, held.run) {
        (Source::Run, Some(run)) if held.tripped.brake == Brake::Rollback => format!("run {run}, a rollback"),
        (Source::Run | Source::Rollback, Some(run)) => format!("run {run}"),
        (Source::Run | Source::Rollback, None) => "a run".to_owned(),
        (Source::File, _) if held.asked_in.is_empty() => format!("{}, in a file", held.asked_by),
        (Source::File, _) => format!("{}, in the file {}", held.asked_by, held.asked_in),
        (Source::Person, _) => held.asked_by.clone(),
    }
}

/// What happens to it on the day on which it lapses.
pub(crate) const fn then(source: Source) -> &'static str {
    match source {
        Source::Run | Source::Rollback => {
            "the run of that day measures the accounts anew: what is little enough by then is done, the rest is held again"
        }
        Source::File | Source::Person => {
            "it is forgotten: nothing happens to the accounts, and it may be asked for again"
        }
    }
}

/// The figures that were true when it was held, each with its name.
pub(crate) fn figures(part: &Part) -> Vec<(&'static str, String)> {
    let (held, measure) = (&part.held, part.held.measure);
    let mut all = vec![
        ("Asked for", accounts(measure.planned)),
        ("Done before on that day", accounts(measure.done_today)),
        ("In use then", format!("{} of this organisation and kind", accounts(measure.population))),
    ];
    match (held.tripped.brake, held.source) {
        (Brake::Rollback, _) => all.push(("Allowed", format!("none: {} was undone", held.tripped.why))),
        (Brake::Share | Brake::Forecast | Brake::Clock, _) => {
            all.push(("Allowed", format!("{} ({})", accounts(held.tripped.limit), held.tripped.why)));
        }
    }
    all.push(("Over by", accounts(over(&held.tripped, measure))));
    let foreseen = match (measure.forecast, held.source) {
        (Some(number), _) => accounts(number),
        (None, Source::File | Source::Person) => "nobody foresees what people ask for".to_owned(),
        (None, Source::Run | Source::Rollback) => "no forecast of this day counts here".to_owned(),
    };
    all.push(("Forecast the day before", foreseen));
    if let Some(budget) = &held.budget {
        let of_forecast = match held.source {
            Source::Run | Source::Rollback => format!(", and {} % of the forecast", budget.forecast_percent),
            Source::File | Source::Person => String::new(),
        };
        let told = format!(
            "{}: up to {} a day pass always; beyond that at most {} % of those in use{of_forecast}",
            budget.policy,
            thousands(budget.floor),
            budget.share_percent
        );
        all.push(("The policy then", told));
    }
    all
}

fn accounts(number: i64) -> String {
    count(number, "account")
}

#[cfg(test)]
mod tests {
    use domain::brake::{Budget, Group, Measure, Stand, Tripped};
    use domain::ids::OdsCode;
    use domain::lifecycle::change::Action;
    use domain::rule::Rule;
    use domain::status::Kind;
    use domain::time::{Day, Timestamp};
    use store::brake::NewPart;

    use super::*;

    fn part(source: Source, brake: Brake) -> Part {
        let organisation = OdsCode::parse("A81001").unwrap();
        let group = Group { organisation, kind: Kind::User, action: Action::Deleted, rule: Rule::Lc04 };
        let is_run = source == Source::Run;
        let budget = Budget { policy: "2018-09".to_owned(), floor: 5, share_percent: 20, forecast_percent: 150 };
        let held = NewPart {
            day: Day::from_number(17_000),
            group,
            source,
            tripped: Tripped { brake, limit: 8, why: "20 % of 40, at least 5".to_owned() },
            measure: Measure { planned: 1_038, done_today: 1, forecast: is_run.then_some(3), population: 40 },
            run: is_run.then_some(7),
            asked_by: if is_run { String::new() } else { "ann@x.org".to_owned() },
            asked_id: None,
            asked_in: if source == Source::File { "ward.csv".to_owned() } else { String::new() },
            budget: Some(budget),
            made_at: Timestamp::from_second(0),
            expires_on: Day::from_number(17_014),
        };
        Part { id: 1, held, state: Stand::Held, first: None, ended: None }
    }

    fn told(part: &Part, name: &str) -> String {
        figures(part).into_iter().find(|(known, _)| *known == name).map_or_else(String::new, |(_, value)| value)
    }

    #[test]
    fn who_wanted_it_is_a_run_a_file_or_a_person() {
        for (source, brake, expected) in [
            (Source::Run, Brake::Share, "run 7"),
            (Source::Run, Brake::Rollback, "run 7, a rollback"),
            (Source::File, Brake::Share, "ann@x.org, in the file ward.csv"),
            (Source::Person, Brake::Share, "ann@x.org"),
        ] {
            assert_eq!(wanted_by(&part(source, brake)), expected);
        }
        let mut old = part(Source::File, Brake::Share);
        old.held.asked_in.clear();
        assert_eq!(wanted_by(&old), "ann@x.org, in a file");
    }

    #[test]
    fn the_figures_say_what_was_allowed_asked_and_foreseen() {
        let run = part(Source::Run, Brake::Forecast);
        for (name, expected) in [
            ("Asked for", "1,038 accounts"),
            ("Done before on that day", "1 account"),
            ("Allowed", "8 accounts (20 % of 40, at least 5)"),
            ("Over by", "1,031 accounts"),
            ("Forecast the day before", "3 accounts"),
            (
                "The policy then",
                "2018-09: up to 5 a day pass always; beyond that at most 20 % of those in use, and 150 % of the forecast",
            ),
        ] {
            assert_eq!(told(&run, name), expected, "{name}");
        }
        let asked = part(Source::Person, Brake::Share);
        assert_eq!(told(&asked, "Forecast the day before"), "nobody foresees what people ask for");
        assert!(!told(&asked, "The policy then").contains("forecast"));
        let old = Part { held: NewPart { budget: None, ..asked.held.clone() }, ..asked };
        assert_eq!(told(&old, "The policy then"), "", "what was held before this was kept");
        assert!(told(&part(Source::Run, Brake::Rollback), "Allowed").starts_with("none"));
    }

    #[test]
    fn what_lapses_is_measured_anew_or_forgotten() {
        assert!(then(Source::Run).contains("measures") && then(Source::Rollback).contains("measures"));
        assert!(then(Source::File).contains("forgotten") && then(Source::Person).contains("forgotten"));
        let rules: Vec<bool> = Brake::ALL.iter().map(|brake| which(*brake).contains(brake.rule().as_str())).collect();
        assert_eq!(rules, [true; 4]);
    }
}
