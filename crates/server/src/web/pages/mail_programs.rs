//! Passwords for mail programs: whoever signs in with a second factor makes one for each, and sees it once.

use askama::Template;
use axum::http::StatusCode;
use domain::delivery::APP_PASSWORDS;
use service::error::Error;

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::key::System;
use crate::web::pages::security::change_on;
use crate::web::pages::steps::me;
use crate::web::visit::Visit;
use crate::web::words;

#[derive(Template)]
#[template(path = "mail_programs.html")]
struct ProgramsPage {
    frame: Frame,
    done: &'static str,
    problem: String,
    rows: Vec<Row>,
    /// There is room for another.
    more: bool,
    most: usize,
    /// They sign in with a second factor, so a program needs one of these.
    needed: bool,
    /// What was typed, if it was refused.
    name: String,
}

struct Row {
    id: i64,
    name: String,
    since: String,
}

#[derive(Template)]
#[template(path = "mail_program_new.html")]
struct MadePage {
    frame: Frame,
    address: String,
    password: String,
}

/// The page.
pub(crate) fn show(visit: &Visit) -> Result<Answer, Trouble> {
    page(visit, String::new())
}

fn page(visit: &Visit, problem: String) -> Result<Answer, Trouble> {
    let me = me(visit)?;
    let calendar = visit.portal.calendar();
    let own = visit.almoner.app_passwords(me)?;
    let rows =
        own.into_iter().map(|one| Row { id: one.id, name: one.name, since: words::time(&calendar, one.made_at) });
    let rows: Vec<Row> = rows.collect();
    let done = if problem.is_empty() && visit.query("done") == "removed" {
        "The password is removed. The program that has it can no longer sign in."
    } else {
        ""
    };
    let status = if problem.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = ProgramsPage {
        frame: Frame::new(visit, "Passwords for mail programs"),
        done,
        name: if problem.is_empty() { String::new() } else { visit.field("name").to_owned() },
        problem,
        more: rows.len() < APP_PASSWORDS,
        most: APP_PASSWORDS,
        rows,
        needed: visit.almoner.own_factors(me)?.count() > 0,
    };
    Answer::page_with(status, &page)
}

/// Makes one, and shows it.
pub(crate) fn make(visit: &Visit) -> Result<Answer, Trouble> {
    change_on(page, visit, |me| {
        let password = visit.almoner.make_app_password(&visit.ctx, me, visit.field("name"), &System)?;
        let frame = Frame::new(visit, "Your new password");
        Answer::page(&MadePage { frame, address: me.account.address.to_string(), password })
    })
}

/// Takes one away.
pub(crate) fn remove(visit: &Visit) -> Result<Answer, Trouble> {
    change_on(page, visit, |me| {
        let id = visit.field("id").parse().map_err(|_| Error::Input("Choose a password of the list.".to_owned()))?;
        visit.almoner.remove_app_password(&visit.ctx, me, id)?;
        Ok(Answer::see("/security/mail?done=removed"))
    })
}
