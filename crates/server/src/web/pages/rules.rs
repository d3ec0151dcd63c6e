//! Out of office and forwarding: one's own, and for administrators those of somebody away. One page for both.

use askama::Template;
use axum::http::StatusCode;
use domain::mail_rule::{Away, LONGEST_TEXT, USUAL_DAYS};
use domain::time::Day;
use service::account::rules::Rules;
use service::error::Error;

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::link;
use crate::web::pages::security::confirmed;
use crate::web::pages::steps::me;
use crate::web::visit::Visit;
use crate::web::words;

/// What stands in the form of out of office.
struct AwayForm {
    text: String,
    outside: String,
    from: String,
    until: String,
    days: String,
}

/// A rule that is set.
struct Told {
    what: String,
    set: String,
}

#[derive(Template)]
#[template(path = "rules.html")]
struct RulesPage {
    frame: Frame,
    done: &'static str,
    problem: String,
    /// Where its forms go.
    path: String,
    address: String,
    name: String,
    own: bool,
    away: Option<Told>,
    form: AwayForm,
    forward: Option<Told>,
    to: String,
    keep: bool,
    most: usize,
    domain: String,
}

/// One's own.
pub(crate) fn own(visit: &Visit) -> Result<Answer, Trouble> {
    page(visit, &own_rules(visit)?, true, String::new())
}

/// Somebody's.
pub(crate) fn of(visit: &Visit) -> Result<Answer, Trouble> {
    let rules = visit.almoner.mail_rules(&visit.ctx, visit.param("address"))?;
    page(visit, &rules, false, String::new())
}

fn own_rules(visit: &Visit) -> Result<Rules, Trouble> {
    Ok(visit.almoner.mail_rules(&visit.ctx, me(visit)?.account.address.as_str())?)
}

/// Sets one's own. Where mail goes to is changed by whoever knows the password alone.
pub(crate) fn set_own(visit: &Visit) -> Result<Answer, Trouble> {
    if visit.field("do") == "forward"
        && let Some(problem) = confirmed(visit, me(visit)?)?
    {
        return page(visit, &own_rules(visit)?, true, problem);
    }
    changed(visit, &own_rules(visit)?, true)
}

/// Sets somebody's.
pub(crate) fn set_of(visit: &Visit) -> Result<Answer, Trouble> {
    let rules = visit.almoner.mail_rules(&visit.ctx, visit.param("address"))?;
    changed(visit, &rules, false)
}

fn path(rules: &Rules, own: bool) -> String {
    if own { "/rules".to_owned() } else { format!("/accounts/{}/rules", link::part(rules.account.address.as_str())) }
}

fn changed(visit: &Visit, rules: &Rules, own: bool) -> Result<Answer, Trouble> {
    let (almoner, ctx, address) = (&visit.almoner, &visit.ctx, rules.account.address.as_str());
    let (done, word) = match visit.field("do") {
        "away" => (wanted(visit).and_then(|away| almoner.set_away(ctx, address, Some(away))), "away"),
        "away-off" => (almoner.set_away(ctx, address, None), "away-off"),
        "forward" => {
            let to = (visit.field("to"), visit.field("keep") == "yes");
            (almoner.set_forward(ctx, address, Some(to)), "forward")
        }
        "forward-off" => (almoner.set_forward(ctx, address, None), "forward-off"),
        _ => return Err(Trouble::NotFound),
    };
    match done {
        Ok(_) => Ok(Answer::see(format!("{}?done={word}", path(rules, own)))),
        Err(error @ (Error::Input(_) | Error::Refused(_))) => page(visit, rules, own, error.to_string()),
        Err(other) => Err(other.into()),
    }
}

/// The lines of a form end in two characters, those of a text in one.
fn text(typed: &str) -> String {
    typed.replace("\r\n", "\n").trim().to_owned()
}

fn wanted(visit: &Visit) -> Result<Away, Error> {
    let day = |name| match visit.field(name).trim() {
        "" => Ok(None),
        typed => Day::parse(typed)
            .map(Some)
            .ok_or_else(|| Error::Input(format!("{typed} is no day: write it as {}", visit.almoner.today(&visit.ctx)))),
    };
    let outside = Some(text(visit.field("outside"))).filter(|text| !text.is_empty());
    let days = visit.field("days").trim().parse().unwrap_or(0);
    Ok(Away { from: day("from")?, until: day("until")?, text: text(visit.field("text")), outside, days })
}

fn page(visit: &Visit, rules: &Rules, own: bool, problem: String) -> Result<Answer, Trouble> {
    let calendar = visit.portal.calendar();
    let by = |by: &str, at| format!("Set by {by} on {}.", words::time(&calendar, at));
    let away = rules.rules.away.as_ref().map(|set| Told {
        what: match (rules.answers, set.rule.from, set.rule.until) {
            (true, _, None) => "Whoever writes is answered, until this is switched off.".to_owned(),
            (true, _, Some(until)) => format!("Whoever writes is answered, until {}.", words::day(until)),
            (false, Some(from), _) if from > visit.almoner.today(&visit.ctx) => {
                format!("Whoever writes is answered from {} on.", words::day(from))
            }
            (false, ..) => "It is over: nobody is answered any more.".to_owned(),
        },
        set: by(&set.by, set.at),
    });
    let forward = rules.rules.forward.as_ref().map(|set| {
        let keep = if set.rule.keep { "; a copy stays here" } else { "; nothing stays here" };
        let rests = " It rests now: what arrives stays here.";
        let works = if rules.forwards { "" } else { rests };
        Told { what: format!("Mail goes on to {}{keep}.{works}", set.rule.to), set: by(&set.by, set.at) }
    });
    let typed = !problem.is_empty();
    let status = if typed { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = RulesPage {
        frame: Frame::new(visit, "Out of office and forwarding"),
        done: if typed { "" } else { done(visit.query("done")) },
        path: path(rules, own),
        address: rules.account.address.to_string(),
        name: rules.name.clone(),
        own,
        away,
        form: form(visit, rules, typed && visit.field("do") == "away"),
        forward,
        to: if typed { visit.field("to").to_owned() } else { String::new() },
        keep: !(typed && visit.field("do") == "forward") || visit.field("keep") == "yes",
        most: LONGEST_TEXT,
        domain: visit.almoner.domain().to_owned(),
        problem,
    };
    Answer::page_with(status, &page)
}

/// What is set, or what was typed and refused.
fn form(visit: &Visit, rules: &Rules, typed: bool) -> AwayForm {
    if typed {
        let field = |name| visit.field(name).to_owned();
        let (text, outside, from, until) = (field("text"), field("outside"), field("from"), field("until"));
        return AwayForm { text, outside, from, until, days: field("days") };
    }
    let set = rules.rules.away.as_ref().map(|set| &set.rule);
    let day = |day: Option<Day>| day.map_or_else(String::new, |day| day.to_string());
    AwayForm {
        text: set.map(|rule| rule.text.clone()).unwrap_or_default(),
        outside: set.and_then(|rule| rule.outside.clone()).unwrap_or_default(),
        from: day(set.and_then(|rule| rule.from)),
        until: day(set.and_then(|rule| rule.until)),
        days: set.map_or(USUAL_DAYS, |rule| rule.days).to_string(),
    }
}

fn done(word: &str) -> &'static str {
    match word {
        "away" => "Saved. It holds for the next message.",
        "away-off" => "Nobody is answered any more.",
        "forward" => "Saved. The next message goes there.",
        "forward-off" => "What arrives stays here again.",
        _ => "",
    }
}
