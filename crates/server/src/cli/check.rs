//! `check`: whether everything that the program needs is there and in order; each line says what to do.

pub(crate) mod looks;

use serde_json::json;
use service::federation::Almoner;

use crate::cli::answer::Answer;
use crate::cli::args::Cli;
use crate::cli::config::secrets;
use crate::cli::failure::{Failure, REFUSED};
use crate::cli::table::{Align, render};
use crate::cli::{failure, session};
use crate::config::Config;
use crate::figure::count;

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    /// In order.
    Ok,
    /// It works, and somebody should look at it.
    Warn,
    /// It does not work.
    Fail,
}

impl State {
    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// What.
    pub(crate) name: &'static str,
    /// How it stands.
    pub(crate) state: State,
    /// In a sentence.
    pub(crate) what: String,
    /// What to do; nothing where it is in order.
    pub(crate) todo: String,
}

impl Line {
    /// In order.
    pub(crate) fn ok(name: &'static str, what: impl Into<String>) -> Self {
        Self { name, state: State::Ok, what: what.into(), todo: String::new() }
    }

    /// It works, and somebody should look at it.
    pub(crate) fn warn(name: &'static str, what: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { name, state: State::Warn, what: what.into(), todo: todo.into() }
    }

    /// It does not work.
    pub(crate) fn fail(name: &'static str, what: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { name, state: State::Fail, what: what.into(), todo: todo.into() }
    }

    /// It could not be looked at.
    pub(crate) fn failed(name: &'static str, failure: Failure) -> Self {
        let (what, todo) = failure.told();
        Self::fail(name, what, todo)
    }
}

/// Looks at everything.
pub(crate) fn check(cli: &Cli) -> Result<Answer, Failure> {
    Ok(told(lines(cli)?))
}

/// The lines as an answer; one failure makes it a refusal.
pub(crate) fn told(lines: Vec<Line>) -> Answer {
    let worst = lines.iter().map(|line| line.state).max().unwrap_or(State::Ok);
    let told: Vec<_> = lines
        .iter()
        .map(|line| json!({ "name": line.name, "state": line.state.word(), "what": line.what, "todo": line.todo }))
        .collect();
    let rows = lines.into_iter().map(|line| {
        let sentence = if line.todo.is_empty() { line.what } else { format!("{}: {}", line.what, line.todo) };
        vec![line.state.word().to_owned(), line.name.to_owned(), sentence]
    });
    let headings = [("state", Align::Left), ("what", Align::Left), ("how it stands, and what to do", Align::Wrap)];
    let answer = Answer::new(json!({ "state": worst.word(), "lines": told }), render(&headings, rows.collect(), ""));
    answer.with_code(if worst == State::Fail { REFUSED } else { 0 })
}

fn lines(cli: &Cli) -> Result<Vec<Line>, Failure> {
    let config = match Config::try_of(cli)? {
        Ok(config) => config,
        Err(mistakes) => {
            let told = |mistake: &crate::config::Mistake| {
                let what = format!("{}, {}: {}", mistake.place, mistake.key, mistake.what);
                Line::fail("configuration", what, format!("write {}", mistake.write))
            };
            return Ok(mistakes.iter().map(told).collect());
        }
    };
    let mut lines = vec![configuration(&config), looks::key(&config), looks::certificate(&config)];
    lines.push(looks::disk(&config));
    let store = looks::store(&config);
    let goes_on = store.state == State::Ok;
    lines.push(store);
    if goes_on {
        lines.extend(inside(cli, &config)?);
    }
    Ok(lines)
}

fn configuration(config: &Config) -> Line {
    let wrong: Vec<String> =
        secrets(config).iter().map(|mistake| format!("{}: {}", mistake.key, mistake.what)).collect();
    if wrong.is_empty() {
        let said = config.told.iter().filter(|told| told.from != "by itself").count();
        return Line::ok(
            "configuration",
            format!("it can be used; {} set", count(i64::try_from(said).unwrap_or(0), "key")),
        );
    }
    Line::fail("configuration", wrong.join(", "), "name files that can be read: `almoner config check` says more")
}

/// What the federation itself tells.
fn inside(cli: &Cli, config: &Config) -> Result<Vec<Line>, Failure> {
    let almoner = match Almoner::open(&config.store) {
        Ok(almoner) => almoner,
        Err(error) => return Ok(vec![Line::failed("federation", failure::Failure::from(error))]),
    };
    let (now, wall) = session::times(cli, almoner.rehearsal(), almoner.calendar())?;
    let ctx = domain::ctx::Ctx { actor: domain::rights::Actor::Console, now, wall };
    let gauges = almoner.gauges(&ctx).map_err(Failure::from)?;
    Ok(vec![
        looks::identity(&almoner, &ctx),
        looks::operators(&almoner, &ctx)?,
        looks::clock(&gauges, &ctx),
        looks::run(&gauges, &ctx),
        looks::held(&gauges),
        looks::outbox(&gauges),
        looks::notices(&gauges, config.smtp.is_some() && !almoner.rehearsal(), &ctx),
    ])
}
