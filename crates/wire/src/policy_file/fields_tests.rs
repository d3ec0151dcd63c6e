//! Every key is shown, every change is seen, and what is shown can be written as a file again.

use domain::org::Sector;
use domain::policy::{KindRules, Outside, Policy, SecondOnResecure, SectorRules};
use domain::recovery::Proof;
use domain::signal::Signal;
use domain::status::{Kind, Status};
use domain::time::{Day, Period};

use crate::policy_file::{Difference, diff, fields, parse, shipped};

/// A shipped policy with an exception and an end, so that every key has a value somewhere.
fn policy() -> Policy {
    let (_, text) = shipped()[0];
    let exception = "[[sector]]\nsector = \"gp\"\nkind = \"user\"\nfrom = \"2019-01-01\"\nidle = \"180 days\"\n";
    parse(&format!("until = \"2021-02-01\"\n{text}\n{exception}")).unwrap()
}

type Change<T> = (&'static str, fn(&mut T));

const OF_POLICY: &[Change<Policy>] = &[
    ("name", |p| p.name.push('x')),
    ("title", |p| p.title.push('x')),
    ("from", |p| p.from = p.from.plus_days(1)),
    ("until", |p| p.until = None),
    ("notice.before_deletion_days", |p| p.notice.before_deletion_days += 1),
    ("notice.reminder_days", |p| p.notice.reminder_days.push(0)),
    ("notice.restore_reminder_days", |p| p.notice.restore_reminder_days.clear()),
    ("notice.password_reminder_days", |p| p.notice.password_reminder_days.clear()),
    ("run.deletions_per_day", |p| p.run.deletions_per_day += 1),
    ("run.deletions_per_organisation_per_day", |p| p.run.deletions_per_organisation_per_day += 1),
    ("brakes.floor", |p| p.brakes.floor += 1),
    ("brakes.share_percent", |p| p.brakes.share_percent += 1),
    ("brakes.forecast_percent", |p| p.brakes.forecast_percent += 1),
    ("brakes.clock_jump_days", |p| p.brakes.clock_jump_days += 1),
    ("brakes.held_days", |p| p.brakes.held_days += 1),
    ("identity.password_expiry", |p| p.identity.as_mut().unwrap().password_expiry = None),
    ("identity.password_length", |p| p.identity.as_mut().unwrap().password_length += 1),
    ("identity.passwords_remembered", |p| p.identity.as_mut().unwrap().passwords_remembered += 1),
    ("identity.delay_after_failures", |p| p.identity.as_mut().unwrap().delay_after_failures += 1),
    ("identity.lock_after_failures", |p| p.identity.as_mut().unwrap().lock_after_failures += 1),
    ("identity.session_idle_minutes", |p| p.identity.as_mut().unwrap().session_idle_minutes += 1),
    ("identity.session_hours", |p| p.identity.as_mut().unwrap().session_hours += 1),
    ("identity.mfa_exception_hours", |p| p.identity.as_mut().unwrap().mfa_exception_hours = None),
    ("identity.mfa_exception_days", |p| p.identity.as_mut().unwrap().mfa_exception_days = Some(1)),
    ("recovery.proofs", |p| p.recovery.as_mut().unwrap().proofs = vec![Proof::Mobile]),
    ("recovery.questions", |p| p.recovery.as_mut().unwrap().questions.clear()),
    ("recovery.own_questions", |p| p.recovery.as_mut().unwrap().own_questions = false),
    ("recovery.answers", |p| p.recovery.as_mut().unwrap().answers += 1),
    ("recovery.answer_length", |p| p.recovery.as_mut().unwrap().answer_length += 1),
    ("recovery.characters", |p| p.recovery.as_mut().unwrap().characters += 1),
    ("recovery.code_minutes", |p| p.recovery.as_mut().unwrap().code_minutes += 1),
    ("recovery.codes_an_hour", |p| p.recovery.as_mut().unwrap().codes_an_hour += 1),
    ("recovery.tries", |p| p.recovery.as_mut().unwrap().tries += 1),
    ("recovery.country_code", |p| p.recovery.as_mut().unwrap().country_code = None),
    ("recovery.resecure_second_factor", |p| {
        p.recovery.as_mut().unwrap().resecure_second_factor = SecondOnResecure::Keep;
    }),
    ("addresses.pattern", |p| p.addresses.pattern.push('x')),
    ("addresses.first_number", |p| p.addresses.first_number += 1),
    ("addresses.reserve_after_purge", |p| p.addresses.reserve_after_purge = Period::Days(1)),
    ("addresses.old_organisation_alias", |p| p.addresses.old_organisation_alias = Period::Days(1)),
    ("entitlement.licence", |p| p.entitlement.licence.push('x')),
    ("entitlement.quota_mib", |p| p.entitlement.quota_mib += 1),
    ("mailboxes.members", |p| p.mailboxes.members += 1),
    ("mailboxes.owners", |p| p.mailboxes.owners += 1),
    ("mailboxes.name_length", |p| p.mailboxes.name_length -= 1),
    ("mail.message_mib", |p| p.mail.message_mib += 1),
    ("mail.recipients_per_day", |p| p.mail.recipients_per_day += 1),
    ("mail.received_per_hour", |p| p.mail.received_per_hour += 1),
    ("mail.people_from_internet", |p| p.mail.people_from_internet = true),
    ("attachments.blocked_extensions", |p| p.attachments.as_mut().unwrap().blocked_extensions.clear()),
    ("attachments.blocked_kinds", |p| p.attachments.as_mut().unwrap().blocked_kinds.clear()),
    ("attachments.archive_depth", |p| p.attachments.as_mut().unwrap().archive_depth += 1),
    ("attachments.files", |p| p.attachments.as_mut().unwrap().files += 1),
    ("attachments.unpacked_mib", |p| p.attachments.as_mut().unwrap().unpacked_mib += 1),
    ("attachments.locked_archives", |p| p.attachments.as_mut().unwrap().locked_archives = false),
    ("secure_domains.accredited_for", |p| p.secure.as_mut().unwrap().accredited_for = Period::Days(9)),
    ("secure_domains.soon_days", |p| p.secure.as_mut().unwrap().soon_days += 1),
    ("spoofing.stage", |p| p.spoofing = Some(domain::spoofing::Stage::Block)),
    ("secure_domains.legacy", |p| p.secure.as_mut().unwrap().legacy.clear()),
    ("forwarding.outside", |p| p.forwarding.as_mut().unwrap().outside = Outside::Allowed),
    ("forwarding.domains", |p| p.forwarding.as_mut().unwrap().domains.push("partner.example".into())),
];

const OF_EXCEPTION: &[Change<SectorRules>] = &[
    ("sector", |s| s.sector = Sector::Trust),
    ("kind", |s| s.kind = Kind::Resource),
    ("from", |s| s.from = s.from.plus_days(1)),
    ("until", |s| s.until = Some(Day::from_number(1))),
];

const OF_KIND: &[Change<KindRules>] = &[
    ("automation_from", |k| k.automation_from = Some(Day::from_number(1))),
    ("signals", |k| k.signals = vec![Signal::AppUse]),
    ("idle", |k| k.idle = Some(Period::Days(1))),
    ("password_age", |k| k.password_age = Some(Period::Days(1))),
    ("pending", |k| k.pending = Some(Period::Days(1))),
    ("inactive", |k| k.inactive = Some(Period::Days(1))),
    ("leaver", |k| k.leaver = Some(Period::Days(1))),
    ("disabled", |k| k.disabled = Some(Period::Days(1))),
    ("restore", |k| k.restore = Period::Days(1)),
    ("ask_owners", |k| k.ask_owners = Some(Period::Days(1))),
    ("confirmation", |k| k.confirmation = Some(Period::Days(1))),
    ("hidden", |k| k.hidden = vec![Status::Deleted]),
];

fn sees(key: &str, change: impl FnOnce(&mut Policy)) {
    let before = policy();
    let mut after = before.clone();
    change(&mut after);
    let found: Vec<String> = diff(&before, &after).into_iter().map(|difference| difference.key).collect();
    assert_eq!(found, [key]);
}

#[test]
fn a_change_of_any_key_is_exactly_one_difference() {
    let mut tried = 0;
    for (key, change) in OF_POLICY {
        sees(key, change);
        tried += 1;
    }
    for (key, change) in OF_EXCEPTION {
        sees(&format!("sector[1].{key}"), |p| change(&mut p.sectors[0]));
        tried += 1;
    }
    for (key, change) in OF_KIND {
        for (i, kind) in Kind::ALL.iter().enumerate() {
            sees(&format!("{kind}.{key}"), |p| change(&mut p.kinds[i]));
        }
        sees(&format!("sector[1].{key}"), |p| change(&mut p.sectors[0].rules));
        tried += 5;
    }
    assert_eq!(tried, fields(&policy()).len(), "every key that is shown has been changed");
    assert_eq!(diff(&policy(), &policy()), []);
}

#[test]
fn an_absent_key_is_shown_as_a_dash() {
    let mut after = policy();
    after.until = None;
    after.sectors.clear();
    let found = diff(&policy(), &after);
    let until = Difference { key: "until".into(), before: "2021-02-01".into(), after: "-".into() };
    assert_eq!(found[0], until);
    assert!(found[1..].iter().all(|d| d.key.starts_with("sector[1].") && d.after == "-" && d.before != "-"));
    assert!(found.contains(&Difference { key: "sector[1].idle".into(), before: "180 days".into(), after: "-".into() }));
    let back = diff(&after, &policy());
    assert_eq!(back.len(), found.len());
}

/// Writes what is shown as a policy file.
fn written(shown: &[(String, String)]) -> String {
    let (mut text, mut open) = (String::new(), String::new());
    for (path, value) in shown {
        let (section, key) = path.rsplit_once('.').unwrap_or(("", path));
        if section != open {
            section.clone_into(&mut open);
            let heading = if section.starts_with("sector") { "[sector]" } else { section };
            text.extend(["[", heading, "]\n"]);
        }
        let list = key.ends_with("reminder_days")
            || matches!(
                key,
                "signals" | "hidden" | "proofs" | "questions" | "legacy" | "blocked_extensions" | "blocked_kinds"
            );
        let bare = |word: &str| word.parse::<u64>().is_ok() || matches!(word, "true" | "false");
        let quoted = |word: &str| if bare(word) { word.to_owned() } else { format!("{word:?}") };
        let value = match value.as_str() {
            "-" => continue,
            "none" => "[]".to_owned(),
            _ if list => format!("[{}]", value.split(", ").map(quoted).collect::<Vec<_>>().join(", ")),
            _ => quoted(value),
        };
        text.extend([key, " = ", &value, "\n"]);
    }
    text
}

#[test]
fn what_is_shown_reads_back_as_the_same_policy() {
    let all = shipped().iter().map(|(_, text)| parse(text).unwrap()).chain([policy()]);
    for policy in all {
        let text = written(&fields(&policy));
        assert_eq!(parse(&text).as_ref(), Ok(&policy), "{text}");
    }
}
