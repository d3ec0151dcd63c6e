//! Every statement of the store, so that a test can let both databases read them all.

use crate::bulk::keyed::Keyed;
use crate::bulk::{BulkInsert, BulkUpdate};
use crate::db::conn::Backend;
use crate::{
    account, address, app_password, audit, brake, brake_count, chain, credential, db, delivery, event, federation,
    file_job, gauge, grant, hold, kept_form, lease, mail_rule, mail_sent, mailbox, mailbox_use, member, mfa_exception,
    migrate, mobile_turn, notice, organisation, outbox, pass, passkey, profile, proposal, protocol_use, recovery,
    rollback, run, saved, secure_domain, session, spoof_seen, whole,
};

/// A file's statements with their names; a file with SQL adds its list here.
static PLAIN: &[&[(&str, &str)]] = &[
    db::ids::STATEMENTS,
    lease::STATEMENTS,
    migrate::STATEMENTS,
    federation::STATEMENTS,
    organisation::STATEMENTS,
    account::STATEMENTS,
    address::STATEMENTS,
    member::STATEMENTS,
    grant::STATEMENTS,
    hold::STATEMENTS,
    notice::STATEMENTS,
    outbox::STATEMENTS,
    delivery::STATEMENTS,
    run::STATEMENTS,
    brake::STATEMENTS,
    brake::look::STATEMENTS,
    brake_count::STATEMENTS,
    audit::STATEMENTS,
    chain::STATEMENTS,
    profile::STATEMENTS,
    whole::STATEMENTS,
    rollback::STATEMENTS,
    proposal::STATEMENTS,
    credential::STATEMENTS,
    session::STATEMENTS,
    spoof_seen::STATEMENTS,
    file_job::STATEMENTS,
    saved::STATEMENTS,
    mfa_exception::STATEMENTS,
    gauge::STATEMENTS,
    passkey::STATEMENTS,
    kept_form::STATEMENTS,
    recovery::STATEMENTS,
    pass::STATEMENTS,
    mobile_turn::STATEMENTS,
    mailbox::STATEMENTS,
    mail_sent::STATEMENTS,
    mailbox_use::STATEMENTS,
    app_password::STATEMENTS,
    protocol_use::STATEMENTS,
    secure_domain::STATEMENTS,
    mail_rule::STATEMENTS,
];

/// The bulk inserts.
static INSERTS: &[&[&BulkInsert]] = &[
    &[&event::INSERT],
    organisation::INSERTS,
    account::INSERTS,
    profile::INSERTS,
    address::INSERTS,
    member::INSERTS,
    grant::INSERTS,
    notice::INSERTS,
    outbox::INSERTS,
    run::INSERTS,
    brake::INSERTS,
];

/// The bulk updates.
static UPDATES: &[&[&BulkUpdate]] = &[
    organisation::UPDATES,
    account::UPDATES,
    profile::UPDATES,
    address::UPDATES,
    grant::UPDATES,
    brake::UPDATES,
    chain::UPDATES,
];

/// The reads by a set of keys.
static KEYED: &[&[&Keyed]] = &[
    organisation::KEYED,
    account::KEYED,
    profile::KEYED,
    credential::KEYED,
    passkey::KEYED,
    protocol_use::KEYED,
    mailbox_use::KEYED,
    recovery::KEYED,
    address::KEYED,
    mailbox::KEYED,
    member::KEYED,
    grant::KEYED,
    rollback::KEYED,
    audit::KEYED,
    brake::KEYED,
    brake::look::KEYED,
    brake_count::KEYED,
];

/// All names and texts, as this database gets them.
pub(crate) fn all(backend: Backend) -> Vec<(&'static str, &'static str)> {
    let plain = PLAIN.iter().flat_map(|list| list.iter().copied());
    let inserts = INSERTS.iter().copied().flatten().map(|insert| (insert.name(), insert.text(backend)));
    let updates = UPDATES.iter().copied().flatten().map(|update| (update.name(), update.text(backend)));
    let keyed = KEYED.iter().copied().flatten().map(|keyed| (keyed.name(), keyed.text(backend)));
    plain.chain(inserts).chain(updates).chain(keyed).collect()
}
