//! The schema's steps: numbered, forward only, each in a transaction of its own. A step that has shipped is never edited.

use crate::chain;
use crate::db::Store;
use crate::db::conn::Backend;
use crate::db::row;
use crate::error::Error;
use crate::profile;
use crate::tx::WriteTx;

/// The table that says which steps were made.
pub(crate) const TABLE: &str = "schema_version";

const MAKE: &str = "CREATE TABLE IF NOT EXISTS schema_version (number BIGINT PRIMARY KEY, name TEXT NOT NULL)";
const NEWEST: &str = "SELECT MAX(number) FROM schema_version";
const MARK: &str = "INSERT INTO schema_version (number, name) VALUES ($1, $2)";

pub(crate) const STATEMENTS: &[(&str, &str)] = &[("migrate::NEWEST", NEWEST), ("migrate::MARK", MARK)];

/// One step; `sqlite` and `postgres` run after `common`, and are empty unless the databases differ.
struct Migration {
    number: i64,
    name: &'static str,
    common: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

/// A step that is the same on both.
const fn same(number: i64, name: &'static str, common: &'static str) -> Migration {
    Migration { number, name, common, sqlite: "", postgres: "" }
}

/// The step whose tables are filled by a program: no database here computes hashes.
const CHAIN: i64 = 5;

/// The step whose column is filled by a program: no database here folds letters.
const NAMES: i64 = 20;

/// In order.
static MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        name: "meta",
        common: include_str!("../migrations/0001_meta.sql"),
        sqlite: include_str!("../migrations/0001_meta.sqlite.sql"),
        postgres: include_str!("../migrations/0001_meta.postgres.sql"),
    },
    same(2, "federation", include_str!("../migrations/0002_federation.sql")),
    same(3, "account", include_str!("../migrations/0003_account.sql")),
    same(4, "run", include_str!("../migrations/0004_run.sql")),
    Migration {
        number: CHAIN,
        name: "chain",
        common: include_str!("../migrations/0005_chain.sql"),
        sqlite: include_str!("../migrations/0005_chain.sqlite.sql"),
        postgres: include_str!("../migrations/0005_chain.postgres.sql"),
    },
    same(6, "brake", include_str!("../migrations/0006_brake.sql")),
    same(7, "run_slots", include_str!("../migrations/0007_run.sql")),
    same(8, "rollback", include_str!("../migrations/0008_rollback.sql")),
    same(9, "identity", include_str!("../migrations/0009_identity.sql")),
    same(10, "own_lines", include_str!("../migrations/0010_own_lines.sql")),
    same(11, "mfa_exception", include_str!("../migrations/0011_mfa_exception.sql")),
    same(12, "member", include_str!("../migrations/0012_member.sql")),
    same(13, "passkey", include_str!("../migrations/0013_passkey.sql")),
    same(14, "evidence", include_str!("../migrations/0014_evidence.sql")),
    same(15, "spool", include_str!("../migrations/0015_spool.sql")),
    same(16, "wishes", include_str!("../migrations/0016_wishes.sql")),
    same(17, "delivery", include_str!("../migrations/0017_delivery.sql")),
    same(18, "kept_form", include_str!("../migrations/0018_kept_form.sql")),
    same(19, "support", include_str!("../migrations/0019_support.sql")),
    same(NAMES, "name", include_str!("../migrations/0020_name.sql")),
    same(21, "policy_proposal", include_str!("../migrations/0021_policy_proposal.sql")),
    same(22, "recovery", include_str!("../migrations/0022_recovery.sql")),
    same(23, "device", include_str!("../migrations/0023_device.sql")),
    same(24, "held_figures", include_str!("../migrations/0024_held_figures.sql")),
    same(25, "reminders", include_str!("../migrations/0025_reminders.sql")),
    same(26, "mobile_turn", include_str!("../migrations/0026_mobile_turn.sql")),
    same(27, "members", include_str!("../migrations/0027_members.sql")),
    same(28, "mailbox_use", include_str!("../migrations/0028_mailbox_use.sql")),
    same(29, "app_password", include_str!("../migrations/0029_app_password.sql")),
    same(30, "mail_sent", include_str!("../migrations/0030_mail_sent.sql")),
    same(31, "secure_domain", include_str!("../migrations/0031_secure_domain.sql")),
    same(32, "protocol_use", include_str!("../migrations/0032_protocol_use.sql")),
    same(33, "outbox", include_str!("../migrations/0033_outbox.sql")),
    same(34, "spoof_seen", include_str!("../migrations/0034_spoof_seen.sql")),
    same(35, "mail_rule", include_str!("../migrations/0035_mail_rule.sql")),
];

/// The schema that a store has, and the newest that this program knows; a newer one is refused.
pub(crate) fn standing(store: &Store) -> Result<(i64, i64), Error> {
    let known = MIGRATIONS.last().map_or(0, |last| last.number);
    let found = found(store)?;
    if found > known { Err(Error::NewerSchema { found, known }) } else { Ok((found, known)) }
}

/// Brings the schema up to date; refuses one that is newer than this program.
pub(crate) fn migrate(store: &Store) -> Result<(), Error> {
    let (found, _) = standing(store)?;
    for step in MIGRATIONS.iter().filter(|step| step.number > found) {
        match store.bookkeep(step.name, |tx| make(tx, step)) {
            // Another process made the step at the same time: the row was its first statement too.
            Err(Error::Conflict { table }) if table == TABLE => {}
            other => other?,
        }
    }
    Ok(())
}

fn found(store: &Store) -> Result<i64, Error> {
    let is_there = || store.reader()?.on_conn(|conn| conn.has_table(TABLE));
    if !is_there()? {
        // Of two processes at once, PostgreSQL tells the second in several ways that the name is taken.
        let made = store.bookkeep("schema_version", |tx| tx.batch(MAKE));
        if !is_there()? {
            made?;
        }
    }
    let newest = store.reader()?.query_one(NEWEST, &[], row::opt_int)?;
    Ok(newest.flatten().unwrap_or(0))
}

fn make(tx: &mut WriteTx<'_>, step: &Migration) -> Result<(), Error> {
    tx.execute(MARK, &[step.number.into(), step.name.into()])?;
    match tx.store().backend() {
        Backend::Sqlite => {
            // Only INTEGER is the row's own number there; a BIGINT key would be a second index beside it.
            tx.batch(&step.common.replace(" BIGINT PRIMARY KEY", " INTEGER PRIMARY KEY"))?;
            tx.batch(step.sqlite)?;
        }
        Backend::Postgres => {
            tx.batch(step.common)?;
            tx.batch(step.postgres)?;
        }
    }
    match step.number {
        CHAIN => chain::adopt(tx),
        NAMES => profile::adopt(tx),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_numbered_in_their_order() {
        assert!(MIGRATIONS.is_sorted_by(|before, after| before.number < after.number));
    }
}
