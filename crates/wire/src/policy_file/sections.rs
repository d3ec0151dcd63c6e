//! The file as a whole and its sections without a lifecycle: notices, runs, brakes, addresses, entitlements.

use domain::policy::{
    AddressRules, BrakeRules, EntitlementRules, ForwardingRules, IdentityRules, MailboxRules, NoticeRules, Outside,
    Policy, RunRules,
};
use domain::status::Kind;
use domain::time::Day;

use crate::policy_file::reader::{Reader, Section};
use crate::policy_file::values::{self, Wrong};
use crate::policy_file::{content, keys, kinds, mail, recovery, sectors};

/// Decision 2 of the rules: nobody loses an account with less notice than this, whatever a policy says.
const LEAST_NOTICE_DAYS: i64 = 14;

/// What a policy means that was written before there was the section (SM-01).
const UNTOLD: MailboxRules = MailboxRules { members: 250, owners: 100, name_length: 249 };

/// The whole policy. `None` has left at least one mistake.
pub(super) fn policy(r: &mut Reader<'_>, root: &Section<'_>) -> Option<Policy> {
    r.refuse_unknown(root);
    let name = r.need(root, "name", values::name);
    let title = r.need(root, "title", values::line);
    let (from, until) = dates(r, root);
    let notice = notice(r, root);
    let run = run(r, root);
    let brakes = brakes(r, root);
    let identity = if root.get("identity").is_some() { Some(identity(r, root)) } else { None };
    let recovery = if root.get("recovery").is_some() { Some(recovery::recovery(r, root)) } else { None };
    let addresses = addresses(r, root);
    let entitlement = entitlement(r, root);
    let mailboxes = if root.get("mailboxes").is_some() { mailboxes(r, root) } else { Some(UNTOLD) };
    let mail = if root.get("mail").is_some() { mail::mail(r, root) } else { Some(mail::UNTOLD) };
    let attachments = if root.get("attachments").is_some() { Some(content::attachments(r, root)) } else { None };
    let secure = if root.get("secure_domains").is_some() { Some(content::secure(r, root)) } else { None };
    let spoofing = if root.get("spoofing").is_some() { Some(content::spoofing(r, root)) } else { None };
    let forwarding = if root.get("forwarding").is_some() { Some(forwarding(r, root)) } else { None };
    let first_reminder = notice.as_ref().and_then(|n| n.restore_reminder_days.first().copied());
    let mut own = |kind: Kind| {
        let section = r.section(root, kind.as_str(), keys::KIND)?;
        kinds::own(r, &section, first_reminder)
    };
    let kinds = [own(Kind::User), own(Kind::Shared), own(Kind::Application), own(Kind::Resource)];
    let sectors = sectors::all(r, root, &kinds, first_reminder);
    let [user, shared, application, resource] = kinds;
    Some(Policy {
        name: name?,
        title: title?,
        from: from?,
        until,
        notice: notice?,
        run: run?,
        brakes: brakes?,
        identity: match identity {
            Some(read) => Some(read?),
            None => None,
        },
        recovery: match recovery {
            Some(read) => Some(read?),
            None => None,
        },
        addresses: addresses?,
        entitlement: entitlement?,
        mailboxes: mailboxes?,
        mail: mail?,
        attachments: match attachments {
            Some(read) => Some(read?),
            None => None,
        },
        secure: match secure {
            Some(read) => Some(read?),
            None => None,
        },
        spoofing: match spoofing {
            Some(read) => Some(read?),
            None => None,
        },
        forwarding: match forwarding {
            Some(read) => Some(read?),
            None => None,
        },
        kinds: [user?, shared?, application?, resource?],
        sectors,
    })
}

/// `from` and `until` of the policy or of an exception.
pub(super) fn dates(r: &mut Reader<'_>, s: &Section<'_>) -> (Option<Day>, Option<Day>) {
    let from = r.need(s, "from", values::day);
    let until = r.get(s, "until", values::day);
    if let (Some(from), Some(until)) = (from, until)
        && until <= from
    {
        let what = format!("it ends on {until}, not after {from}, when it begins");
        let write = format!("a day after {from}, as \"{}\", or leave the key out for no end", from.plus_days(365));
        r.wrong(s, "until", Wrong::new(&what, &write));
    }
    (from, until)
}

/// A policy that was written before there was the key, or without it, reminds as NTC-04 says; `[]` is for none.
const PASSWORD_REMINDER_DAYS: [u16; 5] = [18, 10, 5, 2, 1];

fn notice(r: &mut Reader<'_>, root: &Section<'_>) -> Option<NoticeRules> {
    let s = r.section(root, "notice", keys::NOTICE)?;
    let before = r.need(&s, "before_deletion_days", |item| {
        values::whole::<u16>(item, LEAST_NOTICE_DAYS, 365, 14).map_err(|all| {
            all.into_iter()
                .map(|wrong| match item.as_integer() {
                    Some(days) if days < LEAST_NOTICE_DAYS => Wrong {
                        what: format!("{days} days are too few: nobody is deleted without 14 days' notice"),
                        ..wrong
                    },
                    _ => wrong,
                })
                .collect()
        })
    });
    let reminder_days = r.need(&s, "reminder_days", |item| values::reminders(item, before));
    let restore_reminder_days = r.need(&s, "restore_reminder_days", |item| values::reminders(item, None));
    let password_reminder_days = r.get(&s, "password_reminder_days", |item| values::reminders(item, None));
    Some(NoticeRules {
        before_deletion_days: before?,
        reminder_days: reminder_days?,
        restore_reminder_days: restore_reminder_days?,
        password_reminder_days: password_reminder_days.unwrap_or_else(|| PASSWORD_REMINDER_DAYS.to_vec()),
    })
}

fn run(r: &mut Reader<'_>, root: &Section<'_>) -> Option<RunRules> {
    let s = r.section(root, "run", keys::RUN)?;
    let most = i64::from(u32::MAX);
    let all = r.need(&s, "deletions_per_day", |item| values::whole(item, 1, most, 20_000));
    let one = r.need(&s, "deletions_per_organisation_per_day", |item| values::whole(item, 1, most, 500));
    Some(RunRules { deletions_per_day: all?, deletions_per_organisation_per_day: one? })
}

/// A floor of nothing would hold every single leaver of a small practice.
fn brakes(r: &mut Reader<'_>, root: &Section<'_>) -> Option<BrakeRules> {
    let s = r.section(root, "brakes", keys::BRAKES)?;
    let floor = r.need(&s, "floor", |item| values::whole(item, 1, 1_000_000, 5));
    let share = r.need(&s, "share_percent", |item| values::whole(item, 1, 100, 20));
    // Less than what was forecast would hold every day that goes as foreseen.
    let forecast = r.need(&s, "forecast_percent", |item| values::whole(item, 100, 10_000, 150));
    let jump = r.need(&s, "clock_jump_days", |item| values::whole(item, 1, 365, 7));
    let held = r.need(&s, "held_days", |item| values::whole(item, 1, 365, 14));
    Some(BrakeRules {
        floor: floor?,
        share_percent: share?,
        forecast_percent: forecast?,
        clock_jump_days: jump?,
        held_days: held?,
    })
}

/// Fewer than ten characters were never allowed (PWD-02), and a lock that comes before the delays would shut people out.
fn identity(r: &mut Reader<'_>, root: &Section<'_>) -> Option<IdentityRules> {
    let s = r.section(root, "identity", keys::IDENTITY)?;
    let password_expiry = r.get(&s, "password_expiry", values::period);
    let length = r.need(&s, "password_length", |item| values::whole(item, 10, 64, 10));
    let remembered = r.need(&s, "passwords_remembered", |item| values::whole(item, 0, 24, 4));
    let delay = r.need(&s, "delay_after_failures", |item| values::whole(item, 1, 100, 3));
    let least = delay.map_or(2, |delay: u32| i64::from(delay) + 1);
    let lock = r.need(&s, "lock_after_failures", |item| values::whole(item, least, 1_000, 10));
    let idle = r.need(&s, "session_idle_minutes", |item| values::whole(item, 1, 24 * 60, 30));
    let hours = r.need(&s, "session_hours", |item| values::whole(item, 1, 7 * 24, 12));
    // Left out, nobody is let in without the second factor.
    let mfa_exception_hours = r.get(&s, "mfa_exception_hours", |item| values::whole(item, 1, 7 * 24, 24));
    let mfa_exception_days = r.get(&s, "mfa_exception_days", |item| values::whole(item, 1, 365, 30));
    Some(IdentityRules {
        password_expiry,
        password_length: length?,
        passwords_remembered: remembered?,
        delay_after_failures: delay?,
        lock_after_failures: lock?,
        session_idle_minutes: idle?,
        session_hours: hours?,
        mfa_exception_hours,
        mfa_exception_days,
    })
}

fn addresses(r: &mut Reader<'_>, root: &Section<'_>) -> Option<AddressRules> {
    let s = r.section(root, "addresses", keys::ADDRESSES)?;
    let pattern = r.need(&s, "pattern", values::pattern);
    // A million leaves room to count up from it.
    let first_number = r.need(&s, "first_number", |item| values::whole(item, 1, 1_000_000, 1));
    let reserve = r.need(&s, "reserve_after_purge", values::period);
    let alias = r.need(&s, "old_organisation_alias", values::period);
    Some(AddressRules {
        pattern: pattern?,
        first_number: first_number?,
        reserve_after_purge: reserve?,
        old_organisation_alias: alias?,
    })
}

fn entitlement(r: &mut Reader<'_>, root: &Section<'_>) -> Option<EntitlementRules> {
    let s = r.section(root, "entitlement", keys::ENTITLEMENT)?;
    let licence = r.need(&s, "licence", values::line);
    // 1 PiB, so that the quota in bytes is still a number.
    let quota = r.need(&s, "quota_mib", |item| values::whole(item, 1, 1 << 30, 4096));
    Some(EntitlementRules { licence: licence?, quota_mib: quota? })
}

/// A mailbox that more own than share could never be; a display name is kept up to 250 characters, whatever it is of.
fn mailboxes(r: &mut Reader<'_>, root: &Section<'_>) -> Option<MailboxRules> {
    let s = r.section(root, "mailboxes", keys::MAILBOXES)?;
    let members = r.need(&s, "members", |item| values::whole(item, 1, 10_000, 250));
    let most = members.map_or(10_000, |members: u16| i64::from(members));
    let owners = r.need(&s, "owners", |item| values::whole(item, 1, most, 100));
    let name_length = r.need(&s, "name_length", |item| values::whole(item, 10, 250, 249));
    Some(MailboxRules { members: members?, owners: owners?, name_length: name_length? })
}

fn forwarding(r: &mut Reader<'_>, root: &Section<'_>) -> Option<ForwardingRules> {
    let s = r.section(root, "forwarding", keys::FORWARDING)?;
    let outside = r.need(&s, "outside", |item| values::word(item, "word for it", Outside::ALL, Outside::as_str));
    let domains = r.get(&s, "domains", values::domains);
    if outside == Some(Outside::Never) && s.get("domains").is_some() {
        let what = "domains are listed, but nothing leaves the federation";
        r.wrong(&s, "domains", Wrong::new(what, "`outside = \"allowed\"`, or leave the domains out"));
    }
    Some(ForwardingRules { outside: outside?, domains: domains.unwrap_or_default() })
}
