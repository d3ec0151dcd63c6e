//! Single actions: `leaver`, `join`, `disable` and their like. One request, one outcome.

use domain::lifecycle::change::Action;
use serde::Serialize;
use serde_json::{Value, json};
use service::account::act::{Acted, Request};

use crate::cli::answer::Answer;
use crate::cli::args::{AddressOnly, WithReason};
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::text::{stand, wrapped};

#[derive(Serialize)]
struct ActedJson {
    address: String,
    organisation: String,
    action: &'static str,
    from: &'static str,
    status: &'static str,
    since: String,
    rule: &'static str,
    notice: Option<Value>,
    grants_ended: bool,
    moved_from: Option<String>,
    address_before: String,
}

/// A request that takes nothing but an address.
pub(crate) fn plain(s: &Session, args: &AddressOnly, request: &Request) -> Result<Answer, Failure> {
    act(s, &args.address, request, "")
}

/// A request for which a reason may be given.
pub(crate) fn with_reason(s: &Session, args: &WithReason, request: &Request) -> Result<Answer, Failure> {
    act(s, &args.address, request, args.reason.as_deref().unwrap_or_default())
}

/// Does one thing.
pub(crate) fn act(s: &Session, address: &str, request: &Request, reason: &str) -> Result<Answer, Failure> {
    let acted =
        s.almoner.act(&s.ctx, address, request, reason).map_err(|e| Failure::from(e).about("ADDRESS", address))?;
    let (account, change) = (&acted.change.account, &acted.change);
    let json = ActedJson {
        address: account.address.to_string(),
        organisation: account.organisation.to_string(),
        action: change.action.as_str(),
        from: change.from.as_str(),
        status: account.status().as_str(),
        since: account.state.since().to_string(),
        rule: change.rule.as_str(),
        notice: change.notice.map(|n| json!({ "kind": n.kind.as_str(), "about": n.about.map(|d| d.to_string()) })),
        grants_ended: change.ends_grants,
        moved_from: change.moved.as_ref().map(|moved| moved.from.to_string()),
        address_before: acted.before.address.to_string(),
    };
    Ok(Answer::new(json, sentence(&acted)))
}

fn sentence(acted: &Acted) -> String {
    let (account, change) = (&acted.change.account, &acted.change);
    let status = stand(account.status());
    let stand = if change.is_transition() {
        format!("is {status} now; it was {}", stand(change.from))
    } else if change.moved.is_some() {
        format!("stays {status} there")
    } else if change.action == Action::HoldPlaced {
        format!("is under hold, and stays {status}")
    } else if change.action == Action::HoldReleased {
        format!("is no longer under hold, and stays {status}")
    } else {
        format!("is {status}")
    };
    let mut text = wrapped(&format!("{} of {} {stand} ({}).", account.address, account.organisation, change.rule));
    if let Some(moved) = &change.moved {
        text.extend([format!("It came from {}.\n", moved.from)]);
    }
    if acted.before.address != account.address {
        text.extend([format!("Its address was {}.\n", acted.before.address)]);
    }
    if let Some(notice) = &change.notice {
        text.extend([format!("A notice is on its way: {} ({}).\n", notice.kind, notice.rule)]);
    }
    text + &format!("What comes next: almoner explain {}", account.address)
}
