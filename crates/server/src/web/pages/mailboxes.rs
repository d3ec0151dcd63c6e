//! Shared mailboxes and resources: whose they are, and who may do what in them. Owners need no role for that (SM-02).

use askama::Template;
use axum::http::StatusCode;
use domain::mailbox::{Right, Standing};
use domain::status::Status;
use service::account::mailbox::{Belongs, Mailbox, Member};
use service::error::Error;

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::link;
use crate::web::visit::Visit;

/// What a right is called.
pub(crate) const fn right_name(right: Right) -> &'static str {
    match right {
        Right::Read => "Read",
        Right::SendAs => "Read and send as the mailbox",
        Right::Full => "Everything",
    }
}

#[derive(Template)]
#[template(path = "mailboxes.html")]
struct MailboxesPage {
    frame: Frame,
    /// Address, name, what one is there, what one may do.
    rows: Vec<(String, String, &'static str, &'static str)>,
}

/// One's own mailboxes.
pub(crate) fn list(visit: &Visit) -> Result<Answer, Trouble> {
    let all = visit.almoner.mailboxes_of(&visit.ctx)?.into_iter().filter(|(a, ..)| a.status() != Status::Deleted);
    let rows = all.map(|(account, name, standing)| {
        let role = if standing.owner { "Owner" } else { "Member" };
        (account.address.to_string(), name, role, right_name(standing.right))
    });
    Answer::page(&MailboxesPage { frame: Frame::new(visit, "Shared mailboxes"), rows: rows.collect() })
}

struct MemberRow {
    address: String,
    name: String,
    owner: bool,
    right: &'static str,
    right_name: &'static str,
    /// They leave, or cannot sign in: the owner decides whether they stay (SM-06).
    gone: &'static str,
}

#[derive(Template)]
#[template(path = "mailbox.html")]
struct MailboxPage<'v> {
    frame: Frame,
    address: String,
    name: String,
    organisation: String,
    members: Vec<MemberRow>,
    rights: Vec<(&'static str, &'static str)>,
    manages: bool,
    owners: usize,
    problem: String,
    member: &'v str,
    owner: bool,
    right: &'v str,
    done: &'static str,
}

fn row(member: Member) -> MemberRow {
    MemberRow {
        gone: match member.account.status() {
            Status::Leaver => "is leaving, and keeps access until you end it",
            Status::Disabled => "is disabled",
            Status::Deleted | Status::Purged => "is deleted; has no access",
            Status::Pending | Status::Active | Status::Inactive => "",
        },
        address: member.account.address.to_string(),
        name: member.name,
        owner: member.standing.owner,
        right: member.standing.right.as_str(),
        right_name: right_name(member.standing.right),
    }
}

/// One mailbox.
pub(crate) fn show(visit: &Visit) -> Result<Answer, Trouble> {
    let mailbox = visit.almoner.mailbox(&visit.ctx, visit.param("address"))?;
    page(visit, mailbox, String::new())
}

fn page(visit: &Visit, mailbox: Mailbox, problem: String) -> Result<Answer, Trouble> {
    let status = if problem.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let members: Vec<MemberRow> = mailbox.members.into_iter().map(row).collect();
    let page = MailboxPage {
        frame: Frame::new(visit, mailbox.profile.display_name.clone()),
        address: mailbox.account.address.to_string(),
        name: mailbox.profile.full_name(),
        organisation: format!("{} {}", mailbox.organisation.code, mailbox.organisation.name),
        owners: members.iter().filter(|member| member.owner && member.gone.is_empty()).count(),
        members,
        rights: Right::ALL.iter().rev().map(|right| (right.as_str(), right_name(*right))).collect(),
        manages: mailbox.manages,
        problem,
        member: visit.field("member"),
        owner: visit.field("owner") == "yes",
        right: visit.field("right"),
        done: match visit.query("done") {
            "set" => "Saved.",
            "ended" => "No longer a member.",
            _ => "",
        },
    };
    Answer::page_with(status, &page)
}

/// Adds or changes a member, or ends a membership.
pub(crate) fn send(visit: &Visit) -> Result<Answer, Trouble> {
    let mailbox = visit.almoner.mailbox(&visit.ctx, visit.param("address"))?;
    let right = Right::parse(visit.field("right")).unwrap_or(Right::Read);
    let (belongs, done) = if visit.field("do") == "end" {
        (Belongs::Never, "ended")
    } else {
        (Belongs::As(Standing { owner: visit.field("owner") == "yes", right }), "set")
    };
    let address = mailbox.account.address.to_string();
    match visit.almoner.change_member(&visit.ctx, &address, visit.field("member"), belongs) {
        // Whoever ended their own membership may not see the mailbox any more.
        Ok(_) if visit.almoner.mailbox(&visit.ctx, &address).is_err() => Ok(Answer::see("/mailboxes")),
        Ok(_) => Ok(Answer::see(format!("/mailboxes/{}?done={done}", link::part(&address)))),
        Err(error @ (Error::Input(_) | Error::Refused(_))) => page(visit, mailbox, error.to_string()),
        Err(Error::NotFound { what: "person", name }) => {
            page(visit, mailbox, format!("Nobody who could be a member has the address {name}. Correct it."))
        }
        Err(other) => Err(other.into()),
    }
}
