//! How SQLite carries out what the store asks of its large tables: by an index, whatever the number of accounts.

use store::db::Store;
use store::value::Value;

/// Statements that look at every row because that is what they are for, and who may.
const WHOLE: &[&str] = &[
    // How long a progress bar is.
    "account.count",
    // An index of what is not sealed yet, and nothing else.
    "chain.open",
    // An index of what is not done, and of it no more than a limit.
    "gauge.outbox",
    // The check of the store against its events looks at everything.
    "whole.holds",
    "whole.grants",
    "whole.of_no_account",
];

/// The rows of a sub-query that ends at a limit.
const AT_MOST: &str = "at_most";

/// What has at most some tens of thousands of rows, however many accounts there are.
const SMALL: &[&str] = &[
    "federation",
    "policy",
    "policy_proposal",
    "organisation",
    "edition",
    "run",
    "run_count",
    "rollback",
    "file_job",
    "secure_domain",
    "seal",
    "sqlite_master",
    AT_MOST,
];

/// What is asked most, and how each is to be found; the steps that read the keys themselves are left out.
const HOT: &[(&str, &[&str])] = &[
    (
        "account.by_address",
        &[
            "SEARCH d USING INDEX sqlite_autoindex_address_1 (address=?)",
            "SEARCH a USING INTEGER PRIMARY KEY (rowid=?)",
        ],
    ),
    ("account.due", &["SEARCH a USING INDEX account_due (next_on>? AND next_on<?)"]),
    ("account.due_of_organisation", &["SEARCH a USING INDEX account_organisation (organisation=? AND next_on<?)"]),
    ("account.of_organisation", &["SEARCH a USING INDEX account_members (organisation=? AND id>?)"]),
    ("account.by_local_id", &["SEARCH a USING INDEX account_local_id (organisation=? AND local_id=?)"]),
    ("account::BY_IDS", &["SEARCH a USING INTEGER PRIMARY KEY (rowid=?)"]),
    (
        "account::BY_ADDRESSES",
        &[
            "SEARCH d USING INDEX sqlite_autoindex_address_1 (address=?)",
            "SEARCH a USING INTEGER PRIMARY KEY (rowid=?)",
        ],
    ),
    ("account::BY_NUMBERS", &["SEARCH a USING INDEX account_local_id (organisation=? AND local_id=?)"]),
    (
        "address.of_account",
        &["SEARCH address USING INDEX address_account (account_id=?)", "USE TEMP B-TREE FOR ORDER BY"],
    ),
    ("address.expire", &["SEARCH address USING INDEX address_until (until_on<?)"]),
    ("audit.of_account", &["SEARCH event USING INDEX event_account (account_id=? AND id>?)"]),
    ("audit.search_organisation", &["SEARCH event USING INDEX event_organisation (organisation=? AND id<?)"]),
    ("audit.organisation_itself", &["SEARCH event USING INDEX event_of_organisation (organisation=?)"]),
    ("audit.walk_account", &["SEARCH event USING INDEX event_account (account_id=? AND id>? AND id<?)"]),
    ("audit.walk_organisation", &["SEARCH event USING INDEX event_organisation (organisation=? AND id>? AND id<?)"]),
    ("audit.walk_actor", &["SEARCH event USING INDEX event_actor (actor=? AND id>? AND id<?)"]),
    ("audit.walk_action", &["SEARCH event USING INDEX event_action (action=? AND id>? AND id<?)"]),
    ("audit::REQUESTS", &["SEARCH event USING COVERING INDEX event_request_key (request_key=?)"]),
    (
        "audit::NEWEST",
        &["SEARCH e USING INTEGER PRIMARY KEY (rowid=?)", "SEARCH event USING INDEX event_account (account_id=?)"],
    ),
    (
        "grant::OF_ACCOUNTS",
        &["SEARCH role_grant USING INDEX role_grant_account (account_id=?)", "USE TEMP B-TREE FOR ORDER BY"],
    ),
    ("grant.over", &["SEARCH role_grant USING INDEX role_grant_scope (scope=? AND scope_of=?)"]),
    ("hold.of_account", &["SEARCH hold USING INDEX hold_account (account_id=?)"]),
    ("member.of_mailbox", &["SEARCH member USING INDEX sqlite_autoindex_member_1 (mailbox_id=?)"]),
    (
        "member::OWNERS",
        &[
            "SEARCH m USING INDEX sqlite_autoindex_member_1 (mailbox_id=?)",
            "SEARCH a USING INTEGER PRIMARY KEY (rowid=?)",
        ],
    ),
    ("profile.names", &["SEARCH profile USING COVERING INDEX profile_name (name_key>? AND name_key<?)"]),
    (
        "notice.of_account",
        &[
            "SEARCH n USING INDEX notice_account (account_id=? AND id<?)",
            "SEARCH a USING INTEGER PRIMARY KEY (rowid=?)",
            "SEARCH r USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN",
        ],
    ),
    (
        "notice.of_run",
        &[
            "SEARCH n USING INDEX notice_run (run_id=? AND id<?)",
            "SEARCH a USING INTEGER PRIMARY KEY (rowid=?)",
            "SEARCH r USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN",
        ],
    ),
    (
        "notice.due",
        &[
            "SEARCH n USING INDEX notice_open (state=?)",
            "SEARCH a USING INTEGER PRIMARY KEY (rowid=?)",
            "SEARCH r USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN",
        ],
    ),
    (
        "notice.search_open",
        &[
            "SEARCH n USING INDEX notice_open (state=? AND id<?)",
            "SEARCH a USING INTEGER PRIMARY KEY (rowid=?)",
            "SEARCH r USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN",
        ],
    ),
    (
        "notice.search_organisation",
        &[
            "SEARCH n USING INDEX notice_organisation (organisation=? AND id<?)",
            "SEARCH a USING INTEGER PRIMARY KEY (rowid=?)",
            "SEARCH r USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN",
        ],
    ),
    (
        "notice.of_recipient",
        &[
            "SEARCH n USING INDEX notice_recipient (recipient_id=? AND id<?)",
            "SEARCH a USING INTEGER PRIMARY KEY (rowid=?)",
            "SEARCH r USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN",
        ],
    ),
    // Who is to be reminded today: the passwords of one day, however many there are.
    ("credential.set_before", &["SEARCH credential USING INDEX credential_set (set_at>? AND set_at<?)"]),
    ("account.unattended", &["SEARCH a USING INDEX account_unattended (organisation>?)"]),
    ("notice.unread", &["SEARCH notice USING INDEX notice_recipient (recipient_id=?)"]),
    ("delivery.retry_all", &["SEARCH notice USING INDEX notice_open (state=?)"]),
];

/// The steps of a statement, as `EXPLAIN QUERY PLAN` tells them.
fn plan(store: &Store, sql: &str) -> Vec<String> {
    let params = (1..=60).rev().find(|n| sql.contains(&format!("${n}"))).unwrap_or(0);
    let explain: &'static str = Box::leak(format!("EXPLAIN QUERY PLAN {sql}").into_boxed_str());
    let read = |row: &mut store::db::row::Row<'_>| {
        let _ = (row.int()?, row.int()?, row.int()?);
        row.text()
    };
    store.reader().unwrap().query(explain, &vec![Value::Null; params], read).unwrap()
}

/// The table or alias that a step goes through from its first row to its last.
fn scanned(step: &str) -> Option<&str> {
    let name = step.strip_prefix("SCAN ")?.split(' ').next()?;
    let rows_of_a_statement = step.contains("VIRTUAL TABLE") || step == "SCAN CONSTANT ROW";
    (!rows_of_a_statement && !SMALL.contains(&name)).then_some(name)
}

fn on_sqlite(test: impl FnOnce(&Store)) {
    let folder = tempfile::tempdir().unwrap();
    test(&Store::create(&format!("sqlite:{}/plans.db", folder.path().display())).unwrap());
}

#[test]
fn no_statement_goes_through_a_large_table_row_by_row() {
    on_sqlite(|store| {
        let mut scans = Vec::new();
        for (name, sql) in store.statements().into_iter().filter(|(name, _)| !WHOLE.contains(name)) {
            if !["SELECT", "UPDATE", "DELETE"].iter().any(|verb| sql.trim_start().starts_with(verb)) {
                continue;
            }
            scans.extend(plan(store, sql).iter().filter_map(|step| Some(format!("{name}: {}", scanned(step)?))));
        }
        assert!(scans.is_empty(), "{}", scans.join("\n"));
    });
}

#[test]
fn what_is_asked_most_goes_by_these_indexes() {
    let of_keys = |step: &String| ["LIST SUBQUERY", "json_each", "SCAN k ", "BLOOM"].iter().any(|w| step.contains(w));
    on_sqlite(|store| {
        let all = store.statements();
        for (name, expected) in HOT {
            let (_, sql) = all.iter().find(|(known, _)| known == name).unwrap();
            let steps: Vec<String> = plan(store, sql).into_iter().filter(|step| !of_keys(step)).collect();
            assert_eq!(&steps, expected, "{name}");
        }
    });
}

#[test]
fn a_scan_is_seen() {
    for (step, table) in [
        ("SCAN account", Some("account")),
        ("SCAN e USING COVERING INDEX event_account", Some("e")),
        ("SCAN organisation", None),
        ("SCAN json_each VIRTUAL TABLE INDEX 1:", None),
        ("SEARCH account USING INDEX account_due (next_on<?)", None),
    ] {
        assert_eq!(scanned(step), table, "{step}");
    }
}
