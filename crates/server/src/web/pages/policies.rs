//! Policies: what holds, what comes, what held; each as a page, and two of them beside each other (LC-18).

pub(crate) mod labels;

use askama::Template;
use domain::policy::Policy;
use domain::rights::{Action, Place, may};
use domain::status::Kind;
use domain::time::Day;
use service::policy::kept::{Kept, Standing};
use service::policy::shipped;
use store::proposal::Stage;
use wire::policy_file;

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::pages::policies::labels::{Line, kinds, lines, told};
use crate::web::visit::Visit;
use crate::web::words;

/// A policy in a list.
pub(crate) struct Row {
    /// What its links name it by.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// One line for people.
    pub(crate) title: String,
    /// From which day to which it holds.
    pub(crate) days: String,
    /// Who adopted it, and when.
    pub(crate) by: String,
    /// In force, coming or past.
    pub(crate) standing: &'static str,
}

fn row(visit: &Visit, kept: &Kept) -> Row {
    let until = kept.last.map_or_else(|| "until further notice".to_owned(), |day| format!("to {}", words::day(day)));
    Row {
        id: kept.policy.from.to_string(),
        name: kept.policy.name.clone(),
        title: kept.policy.title.clone(),
        days: format!("{} {until}", words::day(kept.policy.from)),
        by: format!("{}, {}", kept.row.adopted_by, words::time(&visit.portal.calendar(), kept.row.adopted_at)),
        standing: match kept.standing {
            Standing::InForce => "in force",
            Standing::Coming => "coming",
            Standing::Past => "past",
        },
    }
}

/// What can be named in a list of policies: the adopted ones, then the shipped ones.
pub(crate) fn choices(kept: &[Kept]) -> Vec<(String, String)> {
    let adopted = kept.iter().map(|one| {
        let from = one.policy.from;
        (from.to_string(), format!("{}, adopted from {}", one.policy.name, words::day(from)))
    });
    let others = policy_file::shipped().iter().map(|(name, _)| ((*name).to_owned(), format!("{name}, shipped")));
    adopted.chain(others).collect()
}

/// A policy by what its links name it by, with its text: an adopted one by its first day, a shipped one by its name.
pub(crate) fn find(kept: &[Kept], id: &str) -> Result<(Policy, String), Trouble> {
    if let Some(day) = Day::parse(id) {
        let found = kept.iter().find(|one| one.policy.from == day).ok_or(Trouble::NotFound)?;
        return Ok((found.policy.clone(), found.row.text.clone()));
    }
    let text = shipped(id).ok_or(Trouble::NotFound)?;
    Ok((policy_file::parse(text).map_err(|_| Trouble::Broken)?, text.to_owned()))
}

/// Whether whoever asks may propose a policy and put one in force.
pub(crate) fn may_adopt(visit: &Visit) -> bool {
    may(&visit.ctx.actor, Action::Policy, Place::Federation).is_ok()
}

/// A proposal in a list.
struct Waiting {
    id: i64,
    name: String,
    by: String,
    stage: Stage,
}

#[derive(Template)]
#[template(path = "policies.html")]
struct PoliciesPage {
    frame: Frame,
    done: &'static str,
    rows: Vec<Row>,
    shipped: Vec<(&'static str, String)>,
    choices: Vec<(String, String)>,
    /// The newer of the two that are compared first.
    other: String,
    proposals: Vec<Waiting>,
    tries: bool,
}

/// All of them.
pub(crate) fn list(visit: &Visit) -> Result<Answer, Trouble> {
    let kept = visit.almoner.kept_policies(&visit.ctx)?;
    let federation = may(&visit.ctx.actor, Action::Report, Place::Federation).is_ok();
    let proposals = if federation { visit.almoner.proposals(&visit.ctx)? } else { Vec::new() };
    let calendar = visit.portal.calendar();
    let waiting = |one: store::proposal::Proposal| Waiting {
        id: one.id,
        by: format!("{}, {}", one.proposed_by, words::time(&calendar, one.proposed_at)),
        name: one.name,
        stage: one.stage,
    };
    let title = |text: &str| policy_file::parse(text).map(|policy| policy.title).unwrap_or_default();
    let choices = choices(&kept);
    let page = PoliciesPage {
        frame: Frame::new(visit, "Policies"),
        done: match visit.query("done") {
            "adopted" => "The policy is put in force. It moves nobody by itself: the next run acts on it, with notice.",
            "withdrawn" => "The proposal is taken back.",
            "refused" => "The proposal is refused.",
            _ => "",
        },
        rows: kept.iter().map(|one| row(visit, one)).collect(),
        shipped: policy_file::shipped().iter().map(|(name, text)| (*name, title(text))).collect(),
        other: choices.iter().map(|(id, _)| id.clone()).nth(1).unwrap_or_default(),
        choices,
        proposals: proposals.into_iter().map(waiting).collect(),
        tries: domain::rights::anywhere(&visit.ctx.actor, Action::WhatIf).is_ok(),
    };
    Answer::page(&page)
}

#[derive(Template)]
#[template(path = "policy.html")]
struct PolicyPage {
    frame: Frame,
    id: String,
    title: String,
    row: Option<Row>,
    sections: Vec<(&'static str, Vec<Line>)>,
    kinds: Vec<&'static str>,
    /// Each key with its value for each kind.
    rules: Vec<(Line, Vec<String>)>,
    exceptions: Vec<(String, Vec<Line>)>,
    text: String,
    tries: bool,
}

/// One of them, as people read it.
pub(crate) fn show(visit: &Visit) -> Result<Answer, Trouble> {
    let kept = visit.almoner.kept_policies(&visit.ctx)?;
    let id = visit.param("policy");
    let (policy, text) = find(&kept, id)?;
    let fields = policy_file::fields(&policy);
    let page = PolicyPage {
        frame: Frame::new(visit, format!("Policy {}", policy.name)),
        id: id.to_owned(),
        row: kept.iter().find(|one| one.policy.from.to_string() == id).map(|one| row(visit, one)),
        sections: lines(&fields),
        kinds: Kind::ALL.iter().map(|kind| kind.as_str()).collect(),
        rules: kinds(&fields),
        exceptions: labels::exceptions(&fields),
        title: policy.title,
        text,
        tries: domain::rights::anywhere(&visit.ctx.actor, Action::WhatIf).is_ok(),
    };
    Answer::page(&page)
}

/// A key whose value differs.
pub(crate) struct Differs {
    /// The key, as the file has it.
    pub(crate) key: String,
    /// In words.
    pub(crate) label: String,
    /// In the one,
    pub(crate) before: String,
    /// and in the other.
    pub(crate) after: String,
}

/// What differs between two policies, days and names aside.
pub(crate) fn differences(before: &Policy, after: &Policy) -> Vec<Differs> {
    let differing = policy_file::diff(before, after);
    differing
        .into_iter()
        .map(|d| Differs { label: told(&d.key), key: d.key, before: d.before, after: d.after })
        .collect()
}

#[derive(Template)]
#[template(path = "policy_diff.html")]
struct DiffPage {
    frame: Frame,
    choices: Vec<(String, String)>,
    one: String,
    other: String,
    names: (String, String),
    differs: Vec<Differs>,
}

/// Two of them beside each other.
pub(crate) fn diff(visit: &Visit) -> Result<Answer, Trouble> {
    let kept = visit.almoner.kept_policies(&visit.ctx)?;
    let (one, other) = (visit.query("one"), visit.query("other"));
    let (before, after) = (find(&kept, one)?.0, find(&kept, other)?.0);
    let page = DiffPage {
        frame: Frame::new(visit, "Two policies"),
        choices: choices(&kept),
        one: one.to_owned(),
        other: other.to_owned(),
        differs: differences(&before, &after),
        names: (before.name, after.name),
    };
    Answer::page(&page)
}
