//! The periods of one kind of account, its own or an exception's, and what they must be together.

use domain::policy::KindRules;
use domain::signal::Signal;
use domain::status::Status;
use domain::time::{Day, Period};

use crate::policy_file::reader::{Reader, Section};
use crate::policy_file::values::{self, Wrong};

/// Statuses in which an entry may be absent from the directory. An active one is to be found, and purged is implied.
const HIDEABLE: &[Status] = &[Status::Pending, Status::Inactive, Status::Leaver, Status::Disabled, Status::Deleted];

/// What was read of a kind; what must be there may be missing yet.
struct Draft {
    automation_from: Option<Day>,
    signals: Option<Vec<Signal>>,
    idle: Option<Period>,
    password_age: Option<Period>,
    pending: Option<Period>,
    inactive: Option<Period>,
    leaver: Option<Period>,
    disabled: Option<Period>,
    restore: Option<Period>,
    ask_owners: Option<Period>,
    confirmation: Option<Period>,
    hidden: Option<Vec<Status>>,
}

impl Draft {
    fn finish(self) -> Option<KindRules> {
        Some(KindRules {
            automation_from: self.automation_from,
            signals: self.signals?,
            idle: self.idle,
            password_age: self.password_age,
            pending: self.pending,
            inactive: self.inactive,
            leaver: self.leaver,
            disabled: self.disabled,
            restore: self.restore?,
            ask_owners: self.ask_owners,
            confirmation: self.confirmation,
            hidden: self.hidden?,
        })
    }
}

/// The rules of a kind; `first_reminder` is the earliest reminder before a restore window ends.
pub(super) fn own(r: &mut Reader<'_>, s: &Section<'_>, first_reminder: Option<u16>) -> Option<KindRules> {
    let draft = read(r, s, None);
    for key in ["signals", "restore", "hidden"] {
        if s.get(key).is_none() {
            r.need(s, key, |_| Ok(()));
        }
    }
    check(r, s, &draft, first_reminder);
    draft.finish()
}

/// The rules of an exception: what it leaves out is as in its kind. Without the kind's rules only its own keys can be
/// checked, and nothing comes of it.
pub(super) fn exception(
    r: &mut Reader<'_>,
    s: &Section<'_>,
    base: Option<&KindRules>,
    first_reminder: Option<u16>,
) -> Option<KindRules> {
    let draft = read(r, s, base);
    if base.is_some() {
        check(r, s, &draft, first_reminder);
    }
    draft.finish()
}

fn read(r: &mut Reader<'_>, s: &Section<'_>, base: Option<&KindRules>) -> Draft {
    let mut period = |key: &str, inherited: fn(&KindRules) -> Option<Period>| {
        if s.get(key).is_none() { base.and_then(inherited) } else { r.get(s, key, values::period_or_never).flatten() }
    };
    let idle = period("idle", |b| b.idle);
    let password_age = period("password_age", |b| b.password_age);
    let pending = period("pending", |b| b.pending);
    let inactive = period("inactive", |b| b.inactive);
    let leaver = period("leaver", |b| b.leaver);
    let disabled = period("disabled", |b| b.disabled);
    let ask_owners = period("ask_owners", |b| b.ask_owners);
    let confirmation = period("confirmation", |b| b.confirmation);
    let automation_from = match s.get("automation_from") {
        None => base.and_then(|b| b.automation_from),
        Some(_) => r.get(s, "automation_from", values::day_or_never).flatten(),
    };
    let signals = r.get(s, "signals", |item| values::words(item, "signal", Signal::ALL, Signal::as_str));
    let hidden = r.get(s, "hidden", |item| values::words(item, "status to hide", HIDEABLE, Status::as_str));
    let restore = r.get(s, "restore", values::period);
    Draft {
        automation_from,
        signals: signals.or_else(|| base.map(|b| b.signals.clone())),
        idle,
        password_age,
        pending,
        inactive,
        leaver,
        disabled,
        restore: restore.or_else(|| base.map(|b| b.restore)),
        ask_owners,
        confirmation,
        hidden: hidden.or_else(|| base.map(|b| b.hidden.clone())),
    }
}

/// What the keys of a kind must be together. Keys that are wrong by themselves are not judged again.
fn check(r: &mut Reader<'_>, s: &Section<'_>, draft: &Draft, first_reminder: Option<u16>) {
    check_automation(r, s, draft);
    check_signals(r, s, draft);
    check_owners(r, s, draft);
    if let (Some(restore), Some(days)) = (draft.restore, first_reminder)
        && r.sound(s, &["restore"])
        && least_days(restore) < i32::from(days)
    {
        let what = format!("{restore} end before the first reminder, which is sent {days} days before they do");
        let write =
            format!("a period of at least {days} days, as \"{days} days\", or fewer days in restore_reminder_days");
        r.wrong(s, "restore", Wrong::new(&what, &write));
    }
}

/// An automation that moves nothing is a key that was forgotten.
fn check_automation(r: &mut Reader<'_>, s: &Section<'_>, draft: &Draft) {
    let moved_by = ["pending", "idle", "password_age", "inactive", "disabled", "ask_owners"];
    let periods = [draft.pending, draft.idle, draft.password_age, draft.inactive, draft.disabled, draft.ask_owners];
    if draft.automation_from.is_some() && periods.iter().all(Option::is_none) && r.sound(s, &moved_by) {
        let what = format!("automation is on, but there is no period that it could act on ({})", moved_by.join(", "));
        r.wrong(
            s,
            "automation_from",
            Wrong::new(&what, "one of them, as `idle = \"90 days\"`, or `automation_from = \"never\"`"),
        );
    }
}

/// Without a signal that counts, every account would be idle.
fn check_signals(r: &mut Reader<'_>, s: &Section<'_>, draft: &Draft) {
    let watches = [("idle", draft.idle), ("ask_owners", draft.ask_owners)];
    let Some((key, _)) = watches.into_iter().find(|(_, period)| period.is_some()) else { return };
    if draft.signals.as_ref().is_some_and(Vec::is_empty) && r.sound(s, &["signals"]) {
        let what = format!("no signal counts, so `{key}` would find every account unused");
        r.wrong(s, "signals", Wrong::new(&what, "at least one, as [\"mail_sent\"]"));
    }
}

/// A question to the owners needs a time to answer it, and takes the place of idleness (LC-14).
fn check_owners(r: &mut Reader<'_>, s: &Section<'_>, draft: &Draft) {
    if !r.sound(s, &["ask_owners", "confirmation"]) {
        return;
    }
    match (draft.ask_owners, draft.confirmation) {
        (Some(_), None) => {
            let what = "the owners are asked, but nothing says how long they may take to answer";
            r.wrong(s, "ask_owners", Wrong::new(what, "`confirmation = \"30 days\"` beside it"));
        }
        (None, Some(_)) => {
            let what = "there is a time to answer, but the owners are never asked";
            r.wrong(
                s,
                "confirmation",
                Wrong::new(what, "`ask_owners = \"6 months\"` beside it, or `confirmation = \"never\"`"),
            );
        }
        (Some(_), Some(_)) | (None, None) => {}
    }
    for (key, period) in [("idle", draft.idle), ("password_age", draft.password_age)] {
        if draft.ask_owners.is_some() && period.is_some() {
            let what = "it has no effect beside `ask_owners`: the owners are asked instead";
            r.wrong(s, key, Wrong::new(what, "only one of the two; in an exception, `\"never\"` for the other"));
        }
    }
}

/// The fewest days a period can have: counted from the February of a common year.
fn least_days(period: Period) -> i32 {
    let february = Day::from_number(18_659);
    february.plus(period).days_since(february)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_count_with_their_fewest_days() {
        assert_eq!(Day::from_number(18_659).to_string(), "2021-02-01");
        for (period, days) in
            [(Period::Days(7), 7), (Period::Months(1), 28), (Period::Months(3), 89), (Period::Months(12), 365)]
        {
            assert_eq!(least_days(period), days, "{period}");
        }
    }
}
