//! An account as named text fields: what an audit line holds before and after, and what history rebuilds from.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use domain::account::flat::Flat;
use domain::account::{Account, Announced, Cause, Held, State};
use domain::ids::{AccountId, Address, OdsCode};
use domain::profile::Profile;
use domain::rule::Rule;
use domain::signal::{Seen, Signal, Signals, Source};
use domain::status::{Kind, Status};
use domain::time::{Day, Timestamp};

/// Field names and texts; an absent field is absent.
pub(crate) type Fields = BTreeMap<String, String>;

/// A field that changed: its name, before, after; absent as `None`.
pub(crate) type Difference = (Cow<'static, str>, Option<String>, Option<String>);

/// A fact about an account before it is written: facts that are the same need no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fact<'a> {
    Word(&'a str),
    At(Timestamp),
    On(Day),
    Count(u16),
    Seen(Seen),
}

impl fmt::Display for Fact<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) => f.write_str(word),
            Self::At(at) => at.fmt(f),
            Self::On(day) => day.fmt(f),
            Self::Count(count) => count.fmt(f),
            Self::Seen(seen) => write!(f, "{} {}", seen.at, seen.source),
        }
    }
}

/// Lays an account out. `id` and `version` are no facts about it and stay out.
fn facts(account: &Account) -> Vec<(&'static str, Fact<'_>)> {
    let flat = account.state.flat();
    let mut facts = Vec::with_capacity(6 + 11 + Signal::ALL.len());
    facts.extend([
        ("kind", Fact::Word(account.kind.as_str())),
        ("address", Fact::Word(account.address.as_str())),
        ("organisation", Fact::Word(account.organisation.as_str())),
        ("status", Fact::Word(flat.status.as_str())),
        ("since", Fact::At(flat.since)),
        ("created", Fact::At(account.created_at)),
    ]);
    let mut put = |name, fact: Option<Fact<'static>>| facts.extend(fact.map(|fact| (name, fact)));
    put("inactive_rule", flat.inactive_rule.map(|rule| Fact::Word(rule.as_str())));
    put("cause", flat.cause.map(|cause| Fact::Word(cause.as_str())));
    put("disabled_at", flat.disabled_at.map(Fact::At));
    put("asked_on", flat.asked_on.map(Fact::On));
    put("confirmed_at", flat.confirmed_at.map(Fact::At));
    put("terms", account.terms_at.map(Fact::At));
    put("announced_on", account.announced.map(|said| Fact::On(said.sent_on)));
    put("announced_for", account.announced.map(|said| Fact::On(said.effective_on)));
    put("reminded", account.announced.and_then(|said| said.reminded).map(Fact::Count));
    put("held_since", account.held.map(|held| Fact::At(held.since)));
    put("refused_on", account.held.and_then(|held| held.refused_on).map(Fact::On));
    for signal in Signal::ALL {
        put(signal.as_str(), account.signals.get(*signal).map(Fact::Seen));
    }
    facts
}

/// The same as texts.
pub(crate) fn of(account: &Account) -> Vec<(&'static str, String)> {
    facts(account).into_iter().map(|(name, fact)| (name, fact.to_string())).collect()
}

/// Builds the account again. `None` when a field is missing or unreadable.
pub(crate) fn account(id: AccountId, fields: &Fields) -> Option<Account> {
    let get = |name: &str| fields.get(name).map(String::as_str);
    let time = |name: &str| get(name).map(|text| Timestamp::parse(text).ok_or(())).transpose().ok();
    let day = |name: &str| get(name).map(|text| Day::parse(text).ok_or(())).transpose().ok();
    let flat = Flat {
        status: Status::parse(get("status")?)?,
        since: time("since")??,
        inactive_rule: word(get("inactive_rule"), Rule::parse)?,
        cause: word(get("cause"), Cause::parse)?,
        disabled_at: time("disabled_at")?,
        asked_on: day("asked_on")?,
        confirmed_at: time("confirmed_at")?,
    };
    let announced = match (day("announced_on")?, day("announced_for")?) {
        (Some(sent_on), Some(effective_on)) => {
            let reminded = word(get("reminded"), |text| text.parse().ok())?;
            Some(Announced { sent_on, effective_on, reminded })
        }
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => return None,
    };
    let held = match time("held_since")? {
        Some(since) => Some(Held { since, refused_on: day("refused_on")? }),
        None => None,
    };
    Some(Account {
        id,
        kind: Kind::parse(get("kind")?)?,
        address: Address::parse(get("address")?)?,
        organisation: OdsCode::parse(get("organisation")?).ok()?,
        state: State::from_flat(&flat)?,
        signals: signals(fields)?,
        announced,
        held,
        created_at: time("created")??,
        terms_at: time("terms")?,
        version: 0,
    })
}

/// An absent field is fine, an unreadable one is not.
#[expect(clippy::option_option, reason = "outside: readable; inside: present")]
fn word<T>(text: Option<&str>, parse: impl Fn(&str) -> Option<T>) -> Option<Option<T>> {
    match text {
        None => Some(None),
        Some(text) => parse(text).map(Some),
    }
}

fn signals(fields: &Fields) -> Option<Signals> {
    let mut signals = Signals::default();
    for signal in Signal::ALL {
        if let Some(text) = fields.get(signal.as_str()) {
            let (at, source) = text.split_once(' ')?;
            signals.see(*signal, Seen { at: Timestamp::parse(at)?, source: Source::parse(source)? });
        }
    }
    Some(signals)
}

/// What differs between two accounts.
pub(crate) fn difference(before: &Account, after: &Account) -> Vec<Difference> {
    between(&facts(before), &facts(after))
}

/// What differs between two lists of named facts.
pub(crate) fn between<T: PartialEq + ToString>(
    old: &[(&'static str, T)],
    new: &[(&'static str, T)],
) -> Vec<Difference> {
    let mut changed = Vec::new();
    for (name, value) in new {
        let was = old.iter().find(|(n, _)| n == name).map(|(_, v)| v);
        if was != Some(value) {
            changed.push((Cow::Borrowed(*name), was.map(ToString::to_string), Some(value.to_string())));
        }
    }
    let gone = old.iter().filter(|(name, _)| !new.iter().any(|(n, _)| n == name));
    changed.extend(gone.map(|(name, value)| (Cow::Borrowed(*name), Some(value.to_string()), None)));
    changed
}

/// Whether a field says no more than an absent one: nothing, or that something is not so which nothing is unless told.
/// A person may well be called False.
pub(crate) fn says_nothing(name: &str, text: &str) -> bool {
    text.is_empty() || (text == "false" && matches!(name, "hidden" | "hide_mobile"))
}

/// Directory data as named texts, without those that say nothing.
pub(crate) fn of_profile(p: &Profile) -> Vec<(&'static str, String)> {
    let mut fields = vec![
        ("local_id", p.local_id.clone()),
        ("title", p.title.clone()),
        ("first_name", p.first_name.clone()),
        ("last_name", p.last_name.clone()),
        ("display_name", p.display_name.clone()),
        ("mobile", p.mobile.clone()),
        ("hide_mobile", p.hide_mobile.to_string()),
        ("telephone", p.telephone.clone()),
        ("job_title", p.job_title.clone()),
        ("unit", p.unit.clone()),
        ("licence", p.licence.clone()),
        ("quota_mib", p.quota_mib.to_string()),
        ("services_off", p.services_off.clone()),
        ("hidden", p.hidden.to_string()),
        ("notes", p.notes.clone()),
    ];
    fields.retain(|(name, text)| !says_nothing(name, text));
    fields
}

/// Directory data again; a number that is none, and a word other than true, count as absent.
pub(crate) fn profile(fields: &Fields) -> Profile {
    let text = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let is = |name: &str| fields.get(name).is_some_and(|text| text == "true");
    Profile {
        local_id: text("local_id"),
        title: text("title"),
        first_name: text("first_name"),
        last_name: text("last_name"),
        display_name: text("display_name"),
        mobile: text("mobile"),
        hide_mobile: is("hide_mobile"),
        telephone: text("telephone"),
        job_title: text("job_title"),
        unit: text("unit"),
        licence: text("licence"),
        quota_mib: text("quota_mib").parse().unwrap_or(0),
        services_off: text("services_off"),
        hidden: is("hidden"),
        notes: text("notes"),
    }
}

/// What differs between two profiles.
pub(crate) fn profile_difference(before: &Profile, after: &Profile) -> Vec<Difference> {
    between(&of_profile(before), &of_profile(after))
}

/// The `before` and `after` of an audit line, as the members of its JSON: what was absent stands in `after` only.
pub(crate) fn sides(changed: &[Difference]) -> String {
    let known = changed.iter().filter_map(|(name, was, _)| was.as_deref().map(|was| (name.as_ref(), Some(was))));
    let before = object(known);
    let after = object(changed.iter().map(|(name, _, is)| (name.as_ref(), is.as_deref())));
    format!("\"before\":{before},\"after\":{after}")
}

/// A JSON object of texts, written straight into a string: an audit line is made for every account that changes, and a
/// tree of values took four times as long.
pub(crate) fn object<'a>(pairs: impl Iterator<Item = (&'a str, Option<&'a str>)>) -> String {
    let mut out = Vec::with_capacity(512);
    out.push(b'{');
    for (name, text) in pairs {
        if out.len() > 1 {
            out.push(b',');
        }
        string(&mut out, name);
        out.push(b':');
        match text {
            Some(text) => string(&mut out, text),
            None => out.extend(b"null"),
        }
    }
    out.push(b'}');
    String::from_utf8(out).unwrap_or_default()
}

fn string(out: &mut Vec<u8>, text: &str) {
    // Writing to a vector cannot fail.
    let _ = serde_json::to_writer(&mut *out, text);
}

#[cfg(test)]
#[path = "fields_tests.rs"]
mod tests;
