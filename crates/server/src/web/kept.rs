//! A form that came when its session was over: nothing that was typed is lost.
//!
//! Each form names, sealed, for whom its page was made. So a form that comes too late is known to be of this portal and of an
//! account, and goes into the sign-in page, sealed again, and bound to its path. Whoever signs in as the same account finds it
//! filled in and sends it once more; for anybody else it is not there. No password, code or answer is kept.

use domain::ids::AccountId;
use serde::{Deserialize, Serialize};
use service::identity::kept::KEPT_SECONDS;
use service::identity::seal::{seal, unseal};
use service::identity::session::{Me, Stage};
use service::identity::{Dice, same};
use sha2::{Digest, Sha256};

use crate::web::guard::{form_token, own_path};
use crate::web::key::System;
use crate::web::routes::{Door, Route};
use crate::web::visit::{Fields, Visit};

/// What a kept form is sealed for.
const PURPOSE: &[u8] = b"a form that came too late";
/// A kept form has at most this part of what a form may have: sealed it is twice as long, and more comes with it.
const PART: usize = 4;

/// Names of fields that are never kept, and parts of such names.
const SECRET: &[&str] =
    &["current", "new", "again", "code", "credential", "client", "data", "signature", "token", "kept"];
const SECRET_PARTS: &[&str] = &["password", "secret", "answer", "character", "question", "pin"];

/// A form that was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    account: i64,
    at: i64,
    /// Where it goes.
    pub(crate) path: String,
    /// What was typed.
    pub(crate) fields: Fields,
    /// Something was left out that is not kept.
    pub(crate) without: bool,
}

/// What a form names its person with.
fn purpose(token: &str) -> Vec<u8> {
    format!("form {token}").into_bytes()
}

/// The bytes that stand for chance in a form's token: another session or person, others. A page is the same each time.
struct Derived(String);

impl Dice for Derived {
    fn fill(&self, bytes: &mut [u8]) {
        let digest = Sha256::digest(self.0.as_bytes());
        bytes.iter_mut().zip(digest).for_each(|(byte, derived)| *byte = derived);
    }
}

/// The token of a page's forms: the session's, and sealed behind it for whom the page was made.
pub(crate) fn token(visit: &Visit) -> String {
    let token = form_token(&visit.token);
    let Some(me) = visit.me.as_ref().filter(|me| me.stage == Stage::In) else { return token };
    let whose = me.account.id.to_string();
    let sealed = seal(&whose, &visit.portal.key, &purpose(&token), &Derived(format!("{token} {whose}")));
    sealed.map_or(token.clone(), |sealed| format!("{token}.{sealed}"))
}

/// Whether a form is of this session.
pub(crate) fn is_of_session(visit: &Visit) -> bool {
    is_token_of(visit.field("token"), &visit.token)
}

/// Whether a form's token is of a session, whatever stands sealed behind it.
pub(crate) fn is_token_of(told: &str, session: &str) -> bool {
    same(told.split('.').next().unwrap_or_default(), &form_token(session))
}

/// Seals a form that came too late, if it is one of ours that may be kept.
pub(crate) fn keep(route: &Route, visit: &Visit) -> Option<(AccountId, String)> {
    let may = route.writes && matches!(route.door, Door::In | Door::Admin) && !route.path.starts_with("/security");
    let (token, sealed) = visit.field("token").split_once('.').filter(|_| may)?;
    let account = unseal(sealed, &visit.portal.key, &purpose(token))?.parse().ok()?;
    let typed = || visit.form.iter().filter(|(name, _)| name != "token" && name != "kept");
    let fields: Fields = typed().filter(|(name, _)| !is_secret(name)).cloned().collect();
    let without = fields.len() < typed().count();
    let kept = Kept { account, at: visit.ctx.wall.second(), path: visit.here.clone(), fields, without };
    let text = serde_json::to_string(&kept).ok().filter(|text| text.len() <= visit.portal.limits.form / PART)?;
    Some((AccountId(account), seal(&text, &visit.portal.key, PURPOSE, &System).ok()?))
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET.contains(&name.as_str()) || SECRET_PARTS.iter().any(|part| name.contains(part))
}

/// Opens a kept form for whoever is signed in; not for another, and not when it is old.
pub(crate) fn open(visit: &Visit, me: &Me, sealed: &str) -> Option<Kept> {
    let kept: Kept = serde_json::from_str(&unseal(sealed, &visit.portal.key, PURPOSE)?).ok()?;
    let fresh = visit.ctx.wall.second() < kept.at.saturating_add(KEPT_SECONDS);
    let ours = own_path(&kept.path) == kept.path;
    (kept.account == me.account.id.0 && fresh && ours).then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_secret_is_known_by_its_name() {
        for secret in ["password", "new", "again", "code", "current", "answer-1", "characters", "Pin", "totp_secret"] {
            assert!(is_secret(secret), "{secret}");
        }
        for plain in ["reason", "organisation", "first_name", "note", "renewal", "days", "newest"] {
            assert!(!is_secret(plain), "{plain}");
        }
    }
}
