//! What Dovecot looks up: the hash that a password is compared with, and where an account's mail is.

use std::path::PathBuf;

use domain::delivery::Door;
use domain::ids::AccountId;
use serde_json::json;
use service::engine::entry::Knock;
use service::error::Error;

use crate::engine::answer::{Answerer, rules};
use crate::engine::hands;

/// What comes of a look.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Looked {
    /// A JSON object.
    Found(String),
    /// There is nothing of that name.
    Nothing,
    /// Not now.
    Failed,
}

/// Looks a key up. `trusted` says whether whoever asks may be given hashes.
pub(crate) fn look(answerer: &Answerer, key: &str, user: &str, trusted: bool) -> Looked {
    if let Some(key) = key.strip_prefix("priv/sieve/") {
        return rules::look(answerer, key, user);
    }
    let Some(key) = key.strip_prefix("shared/") else { return Looked::Nothing };
    match key.split_once('/') {
        Some(("passdb", rest)) if trusted => password(answerer, rest).unwrap_or_else(|_| {
            answerer.failed("password");
            Looked::Failed
        }),
        Some(("userdb", rest)) => home(answerer, rest),
        Some(_) | None => Looked::Nothing,
    }
}

/// `N/SERVICE/ADDRESS/LOGIN`: the account's own password where N is 0, else the N-th of those for its mail programs.
/// Cost: seven reads by key.
fn password(answerer: &Answerer, rest: &str) -> Result<Looked, Error> {
    let mut parts = rest.splitn(4, '/');
    let (Some(number), Some(service), Some(remote), Some(login)) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Ok(Looked::Nothing);
    };
    let (Some(door), Ok(number)) = (door(service), number.parse::<usize>()) else { return Ok(Looked::Nothing) };
    let knock =
        Knock { login, door, network: answerer.network(remote.parse().ok()), remote, program: number.checked_sub(1) };
    let Some(opening) = answerer.engine.opening(&answerer.almoner(), &answerer.ctx(), &knock)? else {
        return Ok(Looked::Nothing);
    };
    let scheme = if knock.program.is_none() { "{ARGON2ID}" } else { "{SSHA256.b64}" };
    let password = format!("{scheme}{}", opening.hash);
    Ok(Looked::Found(json!({ "user": opening.address, "password": password }).to_string()))
}

/// What Dovecot calls a service of ours.
pub(crate) fn door(service: &str) -> Option<Door> {
    match service {
        "submission" => Some(Door::Submission),
        "pop3" => Some(Door::Pop3),
        other => Door::parse(other),
    }
}

/// The home of an account.
pub(super) fn folder(answerer: &Answerer, id: AccountId) -> PathBuf {
    hands::home(&answerer.homes.folder, id)
}

/// `SERVICE/LOGIN`. Those who administer the mail store find a deleted account, too: its mail must be there to be restored.
fn home(answerer: &Answerer, rest: &str) -> Looked {
    let Some((service, login)) = rest.split_once('/') else { return Looked::Nothing };
    let almoner = answerer.almoner();
    let today = answerer.today();
    let there = match service {
        "doveadm" => true,
        "lmtp" => answerer.engine.recipient(login, today).is_some(),
        _ => answerer.engine.opens(login, today),
    };
    if !there {
        return Looked::Nothing;
    }
    let Some(home) = answerer.engine.home(&almoner, &answerer.ctx(), login) else { return Looked::Nothing };
    let folder = folder(answerer, home.id);
    let owner = answerer.homes.owner.to_string();
    let rule = format!("*:bytes={}", home.quota);
    Looked::Found(json!({ "uid": owner, "gid": owner, "home": folder, "quota_rule": rule }).to_string())
}
