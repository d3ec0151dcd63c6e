//! A policy as a flat list of keys and values, for showing and comparing. Every struct is taken apart by name, so a
//! new field does not compile until it is shown.

use std::collections::HashMap;
use std::fmt::Display;

use domain::attachment::AttachmentRules;
use domain::policy::{
    AddressRules, BrakeRules, EntitlementRules, ForwardingRules, IdentityRules, KindRules, MailRules, MailboxRules,
    NoticeRules, Policy, RecoveryRules, RunRules, SectorRules,
};
use domain::secure::SecureRules;
use domain::status::Kind;

use crate::policy_file::Difference;

/// What stands for an absent key.
const ABSENT: &str = "-";

pub(super) fn of(policy: &Policy) -> Vec<(String, String)> {
    let Policy {
        name,
        title,
        from,
        until,
        notice,
        run,
        brakes,
        identity,
        recovery,
        addresses,
        entitlement,
        mailboxes,
        mail,
        attachments,
        secure,
        spoofing,
        forwarding,
        kinds,
        sectors,
    } = policy;
    let mut out = Fields::default();
    out.put("", "name", name);
    out.put("", "title", title);
    out.put("", "from", from);
    out.maybe("", "until", until.as_ref());
    let NoticeRules { before_deletion_days, reminder_days, restore_reminder_days, password_reminder_days } = notice;
    out.put("notice.", "before_deletion_days", before_deletion_days);
    out.list("notice.", "reminder_days", reminder_days);
    out.list("notice.", "restore_reminder_days", restore_reminder_days);
    out.list("notice.", "password_reminder_days", password_reminder_days);
    let RunRules { deletions_per_day, deletions_per_organisation_per_day } = run;
    out.put("run.", "deletions_per_day", deletions_per_day);
    out.put("run.", "deletions_per_organisation_per_day", deletions_per_organisation_per_day);
    let BrakeRules { floor, share_percent, forecast_percent, clock_jump_days, held_days } = brakes;
    out.put("brakes.", "floor", floor);
    out.put("brakes.", "share_percent", share_percent);
    out.put("brakes.", "forecast_percent", forecast_percent);
    out.put("brakes.", "clock_jump_days", clock_jump_days);
    out.put("brakes.", "held_days", held_days);
    out.identity(identity.as_ref());
    out.recovery(recovery.as_ref());
    let AddressRules { pattern, first_number, reserve_after_purge, old_organisation_alias } = addresses;
    out.put("addresses.", "pattern", pattern);
    out.put("addresses.", "first_number", first_number);
    out.put("addresses.", "reserve_after_purge", reserve_after_purge);
    out.put("addresses.", "old_organisation_alias", old_organisation_alias);
    let EntitlementRules { licence, quota_mib } = entitlement;
    out.put("entitlement.", "licence", licence);
    out.put("entitlement.", "quota_mib", quota_mib);
    out.mailboxes(*mailboxes);
    out.mail(*mail);
    out.attachments(attachments.as_ref());
    out.secure(secure.as_ref());
    out.maybe("spoofing.", "stage", spoofing.as_ref());
    out.forwarding(forwarding.as_ref());
    for (kind, rules) in Kind::ALL.iter().zip(kinds) {
        out.kind(&format!("{kind}."), rules);
    }
    for (i, exception) in sectors.iter().enumerate() {
        let SectorRules { sector, kind, from, until, rules } = exception;
        let section = format!("sector[{}].", i + 1);
        out.put(&section, "sector", sector);
        out.put(&section, "kind", kind);
        out.put(&section, "from", from);
        out.maybe(&section, "until", until.as_ref());
        out.kind(&section, rules);
    }
    out.0
}

#[derive(Default)]
struct Fields(Vec<(String, String)>);

impl Fields {
    fn put(&mut self, section: &str, key: &str, value: impl Display) {
        self.0.push((format!("{section}{key}"), value.to_string()));
    }

    fn maybe(&mut self, section: &str, key: &str, value: Option<impl Display>) {
        match value {
            Some(value) => self.put(section, key, value),
            None => self.put(section, key, ABSENT),
        }
    }

    fn list(&mut self, section: &str, key: &str, values: &[impl Display]) {
        let all: Vec<String> = values.iter().map(ToString::to_string).collect();
        self.put(section, key, if all.is_empty() { "none".to_owned() } else { all.join(", ") });
    }

    fn mailboxes(&mut self, rules: MailboxRules) {
        let MailboxRules { members, owners, name_length } = rules;
        self.put("mailboxes.", "members", members);
        self.put("mailboxes.", "owners", owners);
        self.put("mailboxes.", "name_length", name_length);
    }

    fn forwarding(&mut self, rules: Option<&ForwardingRules>) {
        let Some(ForwardingRules { outside, domains }) = rules else { return };
        self.put("forwarding.", "outside", outside);
        self.maybe("forwarding.", "domains", (!domains.is_empty()).then(|| domains.join(", ")));
    }

    fn mail(&mut self, rules: MailRules) {
        let MailRules { message_mib, recipients_per_day, received_per_hour, people_from_internet } = rules;
        self.put("mail.", "message_mib", message_mib);
        self.put("mail.", "recipients_per_day", recipients_per_day);
        self.put("mail.", "received_per_hour", received_per_hour);
        self.put("mail.", "people_from_internet", people_from_internet);
    }

    fn identity(&mut self, rules: Option<&IdentityRules>) {
        let Some(rules) = rules else { return };
        let IdentityRules {
            password_expiry,
            password_length,
            passwords_remembered,
            delay_after_failures,
            lock_after_failures,
            session_idle_minutes,
            session_hours,
            mfa_exception_hours,
            mfa_exception_days,
        } = rules;
        self.maybe("identity.", "password_expiry", password_expiry.as_ref());
        self.put("identity.", "password_length", password_length);
        self.put("identity.", "passwords_remembered", passwords_remembered);
        self.put("identity.", "delay_after_failures", delay_after_failures);
        self.put("identity.", "lock_after_failures", lock_after_failures);
        self.put("identity.", "session_idle_minutes", session_idle_minutes);
        self.put("identity.", "session_hours", session_hours);
        self.maybe("identity.", "mfa_exception_hours", *mfa_exception_hours);
        self.maybe("identity.", "mfa_exception_days", *mfa_exception_days);
    }

    fn recovery(&mut self, rules: Option<&RecoveryRules>) {
        let Some(rules) = rules else { return };
        let RecoveryRules {
            proofs,
            questions,
            own_questions,
            answers,
            answer_length,
            characters,
            code_minutes,
            codes_an_hour,
            tries,
            country_code,
            resecure_second_factor,
        } = rules;
        self.list("recovery.", "proofs", proofs);
        self.list("recovery.", "questions", questions);
        self.put("recovery.", "own_questions", own_questions);
        self.put("recovery.", "answers", answers);
        self.put("recovery.", "answer_length", answer_length);
        self.put("recovery.", "characters", characters);
        self.put("recovery.", "code_minutes", code_minutes);
        self.put("recovery.", "codes_an_hour", codes_an_hour);
        self.put("recovery.", "tries", tries);
        self.maybe("recovery.", "country_code", country_code.as_ref());
        self.put("recovery.", "resecure_second_factor", resecure_second_factor);
    }

    fn attachments(&mut self, rules: Option<&AttachmentRules>) {
        let Some(rules) = rules else { return };
        let AttachmentRules { blocked_extensions, blocked_kinds, archive_depth, files, unpacked_mib, locked_archives } =
            rules;
        self.list("attachments.", "blocked_extensions", blocked_extensions);
        self.list("attachments.", "blocked_kinds", blocked_kinds);
        self.put("attachments.", "archive_depth", archive_depth);
        self.put("attachments.", "files", files);
        self.put("attachments.", "unpacked_mib", unpacked_mib);
        self.put("attachments.", "locked_archives", locked_archives);
    }

    fn secure(&mut self, rules: Option<&SecureRules>) {
        let Some(rules) = rules else { return };
        let SecureRules { accredited_for, soon_days, legacy } = rules;
        self.put("secure_domains.", "accredited_for", accredited_for);
        self.put("secure_domains.", "soon_days", soon_days);
        self.list("secure_domains.", "legacy", legacy);
    }

    fn kind(&mut self, section: &str, rules: &KindRules) {
        let KindRules {
            automation_from,
            signals,
            idle,
            password_age,
            pending,
            inactive,
            leaver,
            disabled,
            restore,
            ask_owners,
            confirmation,
            hidden,
        } = rules;
        self.maybe(section, "automation_from", automation_from.as_ref());
        self.list(section, "signals", signals);
        self.maybe(section, "idle", idle.as_ref());
        self.maybe(section, "password_age", password_age.as_ref());
        self.maybe(section, "pending", pending.as_ref());
        self.maybe(section, "inactive", inactive.as_ref());
        self.maybe(section, "leaver", leaver.as_ref());
        self.maybe(section, "disabled", disabled.as_ref());
        self.put(section, "restore", restore);
        self.maybe(section, "ask_owners", ask_owners.as_ref());
        self.maybe(section, "confirmation", confirmation.as_ref());
        self.list(section, "hidden", hidden);
    }
}

pub(super) fn diff(before: &Policy, after: &Policy) -> Vec<Difference> {
    let (old, new) = (of(before), of(after));
    let known: HashMap<&str, &str> = old.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let kept: HashMap<&str, &str> = new.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let added = new.iter().filter(|(key, _)| !known.contains_key(key.as_str()));
    old.iter()
        .chain(added)
        .map(|(key, _)| Difference {
            key: key.clone(),
            before: known.get(key.as_str()).copied().unwrap_or(ABSENT).to_owned(),
            after: kept.get(key.as_str()).copied().unwrap_or(ABSENT).to_owned(),
        })
        .filter(|difference| difference.before != difference.after)
        .collect()
}
