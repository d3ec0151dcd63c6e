//! What a person sets up to help themselves: security answers, and a mobile number (SSPR-01, SSPR-02).

use askama::Template;
use axum::http::StatusCode;
use service::error::Error;
use service::identity::answers::Set;
use service::identity::own_mobile::{Confirmed, Wanted};

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::key::System;
use crate::web::pages::steps::me;
use crate::web::visit::Visit;

/// One question of the form.
struct Line {
    number: usize,
    /// The chosen one of the list, or nothing.
    chosen: String,
    own: String,
    answer: String,
    problem: String,
}

#[derive(Template)]
#[template(path = "answers.html")]
struct AnswersPage<'v> {
    frame: Frame,
    done: &'static str,
    problem: String,
    set: Vec<String>,
    lines: Vec<Line>,
    questions: &'v [String],
    own: bool,
    least: u16,
}

/// Shows the questions that are answered, and asks for others.
pub(crate) fn answers(visit: &Visit) -> Result<Answer, Trouble> {
    answers_page(visit, String::new(), &[])
}

fn answers_page(visit: &Visit, problem: String, faults: &[String]) -> Result<Answer, Trouble> {
    let me = me(visit)?;
    let rules = visit.almoner.recovery_rules(&visit.ctx)?.filter(|rules| rules.answers > 0).ok_or(Trouble::NotFound)?;
    let line = |number: usize| Line {
        chosen: visit.field(&format!("question{number}")).to_owned(),
        own: visit.field(&format!("own{number}")).to_owned(),
        answer: visit.field(&format!("answer{number}")).to_owned(),
        problem: faults.get(number - 1).cloned().unwrap_or_default(),
        number,
    };
    let wrong = !problem.is_empty();
    let page = AnswersPage {
        frame: Frame::new(visit, "Security answers"),
        done: if visit.query("done") == "answers" { "Your answers are kept. Nobody can read them." } else { "" },
        set: visit.almoner.own_questions(me, &visit.portal.key)?,
        lines: (1..=usize::from(rules.answers)).map(line).collect(),
        questions: &rules.questions,
        own: rules.own_questions,
        least: rules.answer_length,
        problem,
    };
    Answer::page_with(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
}

/// Sets the answers.
pub(crate) fn set_answers(visit: &Visit) -> Result<Answer, Trouble> {
    let me = me(visit)?;
    let rules = visit.almoner.recovery_rules(&visit.ctx)?.filter(|rules| rules.answers > 0).ok_or(Trouble::NotFound)?;
    let wanted: Vec<(String, String)> = (1..=rules.answers)
        .map(|number| {
            let (chosen, own) = (visit.field(&format!("question{number}")), visit.field(&format!("own{number}")));
            let question = if own.trim().is_empty() { chosen } else { own };
            (question.trim().to_owned(), visit.field(&format!("answer{number}")).to_owned())
        })
        .collect();
    let typed = (visit.field("password"), wanted.as_slice());
    match visit.almoner.set_answers(&visit.ctx, me, typed, &visit.portal.key, &System)? {
        Set::Done => Ok(Answer::see("/security/answers?done=answers")),
        Set::WrongPassword => {
            answers_page(visit, "The password is not right: type the one you sign in with.".into(), &[])
        }
        Set::Wait(until) => answers_page(visit, wait(visit, until), &[]),
        Set::Refused(faults) => {
            let told: Vec<String> =
                faults.iter().map(|fault| fault.map(|fault| fault.to_string()).unwrap_or_default()).collect();
            answers_page(visit, "Something is to be mended below. Nothing was changed.".into(), &told)
        }
    }
}

fn wait(visit: &Visit, until: domain::time::Timestamp) -> String {
    let seconds = until.second() - visit.ctx.now.second();
    let (number, word) = if seconds > 120 { ((seconds + 59) / 60, "minutes") } else { (seconds, "seconds") };
    format!("Too many tries. Wait {number} {word}, then try again.")
}

#[derive(Template)]
#[template(path = "mobile.html")]
struct MobilePage<'v> {
    frame: Frame,
    done: &'static str,
    problem: String,
    number: String,
    confirmed: bool,
    hidden: bool,
    /// A code is on its way to this number.
    sent: &'v str,
    wanted: &'v str,
}

/// Shows the number.
pub(crate) fn mobile(visit: &Visit) -> Result<Answer, Trouble> {
    mobile_page(visit, String::new(), "")
}

fn mobile_page(visit: &Visit, problem: String, sent: &str) -> Result<Answer, Trouble> {
    let me = me(visit)?;
    if visit.almoner.recovery_rules(&visit.ctx)?.is_none() {
        return Err(Trouble::NotFound);
    }
    let (profile, confirmed) = visit.almoner.own_mobile(me)?;
    let done = match visit.query("done") {
        "confirmed" => "The number is confirmed.",
        "hidden" => "The number is hidden from the directory.",
        "shown" => "The number is shown in the directory.",
        "removed" => "The number is removed.",
        _ => "",
    };
    let wrong = !problem.is_empty();
    let page = MobilePage {
        frame: Frame::new(visit, "Mobile number"),
        done: if wrong { "" } else { done },
        number: profile.mobile,
        confirmed,
        hidden: profile.hide_mobile,
        sent,
        wanted: visit.field("number"),
        problem,
    };
    Answer::page_with(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
}

/// Sends a code to a number that is to be theirs.
pub(crate) fn want_mobile(visit: &Visit) -> Result<Answer, Trouble> {
    let (me, number) = (me(visit)?, visit.field("number"));
    let typed = (visit.field("password"), number);
    match visit.almoner.want_mobile(&visit.ctx, me, typed, &visit.portal.key, &System) {
        Ok(Wanted::Send(message)) => match visit.portal.texts.now(&message, &visit.portal.brand, visit.ctx.wall) {
            Ok(()) => mobile_page(visit, String::new(), number),
            Err(unsent) => mobile_page(visit, unsent.help().to_owned(), ""),
        },
        Ok(Wanted::WrongPassword) => {
            mobile_page(visit, "The password is not right: type the one you sign in with.".into(), "")
        }
        Ok(Wanted::Wait(until)) => mobile_page(visit, wait(visit, until), ""),
        Err(Error::Input(why)) => mobile_page(visit, why, ""),
        Err(other) => Err(other.into()),
    }
}

/// Looks at the code that came.
pub(crate) fn confirm_mobile(visit: &Visit) -> Result<Answer, Trouble> {
    let me = me(visit)?;
    match visit.almoner.confirm_mobile(&visit.ctx, me, visit.field("code"), &visit.portal.key) {
        Ok(Confirmed::Done) => Ok(Answer::see("/security/mobile?done=confirmed")),
        Ok(Confirmed::Wrong) => {
            mobile_page(visit, "That code is not right: check each digit.".into(), visit.field("number"))
        }
        Ok(Confirmed::Over) => {
            mobile_page(visit, "The code is over, or was wrong too often: let another be sent.".into(), "")
        }
        Err(Error::Input(why)) => mobile_page(visit, why, ""),
        Err(other) => Err(other.into()),
    }
}

/// Hides the number, shows it, or takes it away.
pub(crate) fn change_mobile(visit: &Visit) -> Result<Answer, Trouble> {
    let me = me(visit)?;
    let done = match visit.field("what") {
        "hide" => {
            visit.almoner.hide_own_mobile(&visit.ctx, me, true)?;
            "hidden"
        }
        "show" => {
            visit.almoner.hide_own_mobile(&visit.ctx, me, false)?;
            "shown"
        }
        "remove" => {
            visit.almoner.remove_own_mobile(&visit.ctx, me)?;
            "removed"
        }
        _ => return Err(Trouble::NotFound),
    };
    Ok(Answer::see(format!("/security/mobile?done={done}")))
}
