//! A decision about one account, ready to be kept: what it was, what it is, when something is due next, who asked.

use domain::account::Account;
use domain::ctx::Ctx;
use domain::lifecycle::change::Change;
use domain::lifecycle::task::Task;
use domain::profile::Profile;
use serde_json::Value;
use store::event::NewEvent;

use crate::fields;

/// A decision.
#[derive(Debug, Clone)]
pub(crate) struct Decided {
    /// The account as it was read.
    pub(crate) before: Account,
    /// What becomes of it.
    pub(crate) change: Change,
    /// When something is due next.
    pub(crate) next: Option<Task>,
    /// The grant that allowed it.
    pub(crate) grant: Option<i64>,
    /// The reason that was given, if any.
    pub(crate) reason: String,
    /// Makes it happen once, however often it is asked for.
    pub(crate) request_key: Option<String>,
    /// What becomes of its directory data, when that changes, and what it was.
    pub(crate) profile: Option<(Profile, Profile)>,
    /// The second person who released it, where a brake held it.
    pub(crate) released_by: Option<String>,
}

impl Decided {
    /// A decision that the run took: no grant, no request, no reason but the rule.
    pub(crate) fn by_system(before: Account, change: Change, next: Option<Task>) -> Self {
        Self {
            before,
            change,
            next,
            grant: None,
            reason: String::new(),
            request_key: None,
            profile: None,
            released_by: None,
        }
    }

    /// The audit line.
    pub(crate) fn event(&self, ctx: &Ctx, run: Option<i64>) -> NewEvent {
        let mut changed = fields::difference(&self.before, &self.change.account);
        if let Some((was, is)) = &self.profile {
            let differing = fields::profile_difference(was, is).into_iter();
            changed.extend(differing.map(|(name, was, is)| (name, Some(was), Some(is))));
        }
        let known_before = changed.iter().filter_map(|(name, was, _)| was.as_deref().map(|was| (*name, Some(was))));
        let before = fields::object(known_before);
        let after = fields::object(changed.iter().map(|(name, _, is)| (*name, is.as_deref())));
        let reason = match self.reason.as_str() {
            "" => String::new(),
            reason => format!(",\"reason\":{}", Value::from(reason)),
        };
        let released =
            self.released_by.as_deref().map_or_else(String::new, |by| format!(",\"released_by\":{}", Value::from(by)));
        NewEvent {
            at: ctx.now.second(),
            actor: ctx.actor.name().to_owned(),
            grant_id: self.grant,
            object_type: self.change.account.kind.as_str(),
            object: self.change.account.address.to_string(),
            account_id: Some(self.before.id.0),
            organisation: Some(self.change.account.organisation.to_string()),
            action: self.change.action.as_str(),
            rule: Some(self.change.rule.as_str()),
            detail: format!("{{\"before\":{before},\"after\":{after}{reason}{released}}}"),
            run_id: run,
            request_key: self.request_key.clone(),
        }
    }
}
