//! All that a store holds, so that two can be compared, and one that was stopped with what came before and after.

use std::collections::BTreeMap;

use store::db::Store;
use store::tx::Reader;

/// What may differ between a store that was disturbed and one that was not: the table, its column, why.
const LEFT_OUT: [(&str, &str, &str); 6] = [
    ("lease", "*", "names the last process; the token counts them"),
    ("sequence", "*", "numbers that were taken and not kept are not given again"),
    ("schema_version", "*", "when the schema was made"),
    ("brake_item", "part_id", "is such a number; the account and the state are compared"),
    ("seal", "*", "holds hashes of numbers of lines; `almoner audit verify` looks at them"),
    ("*", "id", "counts what was taken and not kept"),
];

/// What a changed policy changes without an audit line (LC-19); compared at the end only.
const DATES: [&str; 3] = ["next_on", "next_work", "version"];

/// Where rows are only ever added.
const GROWING: [&str; 3] = ["event", "notice", "outbox"];

const SQLITE_COLUMNS: &str = "
    SELECT t.name, c.name, c.type FROM sqlite_master t JOIN pragma_table_info(t.name) c
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid";
const POSTGRES_COLUMNS: &str = "
    SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT), CAST(data_type AS TEXT) FROM information_schema.columns
    WHERE table_schema = 'public' ORDER BY table_name, ordinal_position";

/// Whoever did what a run counts.
const RUN_COUNT: &str = "
    SELECT 'run_count', COALESCE(CAST(r.day AS TEXT), 'rollback') || ' ' || c.what || ' planned=' || SUM(c.planned) ||
    ' done=' || SUM(c.done) AS told, ''
    FROM run_count c LEFT JOIN run r ON r.id = c.run_id
    GROUP BY c.run_id, r.day, c.what ORDER BY told";

/// Seals and batches hold hashes of numbers of lines; here only whether all of the trail is sealed.
const AUDIT_BATCH: &str = "
    SELECT 'trail', CASE WHEN COUNT(*) = 0 THEN 'sealed' ELSE 'not sealed' END, '' FROM audit_batch WHERE seal_id IS NULL";

/// By table: what its rows say about a thing, in their order.
type Thing = BTreeMap<&'static str, Vec<String>>;

/// What a store holds, by account, organisation or day; by table where it is about none.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct State(BTreeMap<String, Thing>);

impl State {
    /// Reads all of it: every table and column that is there, but those named above.
    pub(crate) fn of(url: &str) -> Self {
        let store = Store::open(url).unwrap_or_else(|error| panic!("{url}: {error}"));
        let mut db = store.reader().unwrap();
        let mut state = Self::default();
        for (sql, table) in selects(&mut db, url.starts_with("postgres")) {
            db.for_each(sql, &[], |row| {
                let (thing, told, dates) = (state.0.entry(row.text()?).or_default(), row.text()?, row.text()?);
                thing.entry(table).or_default().push(told);
                if !dates.is_empty() {
                    thing.entry("dates").or_default().push(dates);
                }
                Ok(())
            })
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
        }
        state
    }

    /// How many accounts there are.
    pub(crate) fn accounts(&self) -> usize {
        self.0.values().filter(|tables| tables.contains_key("account")).count()
    }

    /// Nothing is missing, nothing is there twice, nothing else happened.
    pub(crate) fn is(&self, expected: &Self) {
        for (name, thing) in &expected.0 {
            same(name, self.0.get(name).unwrap_or_else(|| panic!("{name} is missing")), thing, false);
        }
        let more: Vec<&String> = self.0.keys().filter(|name| !expected.0.contains_key(*name)).collect();
        assert_eq!(more, Vec::<&String>::new(), "things that should not be");
    }

    /// The same but for the order in which things happened to each account: two commands were at work.
    pub(crate) fn unordered(mut self) -> Self {
        self.0.values_mut().flat_map(BTreeMap::values_mut).for_each(|rows| rows.sort());
        self
    }

    /// Stopped on the way: all that was there before still is, all that happened since is what also happens undisturbed,
    /// in that order, and what has its audit lines has everything else that goes with them, and nothing without them.
    pub(crate) fn is_between(&self, before: &Self, after: &Self) {
        for (name, thing) in &before.0 {
            let found = self.0.get(name).unwrap_or_else(|| panic!("{name} was lost"));
            for table in GROWING {
                assert!(rows(found, table).starts_with(rows(thing, table)), "{name} lost a line: {found:?}");
            }
        }
        for (name, found) in &self.0 {
            let whole = after.0.get(name).unwrap_or_else(|| panic!("{name} should not be: {found:?}"));
            for table in GROWING {
                let few = rows(whole, table).starts_with(rows(found, table));
                assert!(few, "{name}: {found:?}, undisturbed {whole:?}");
            }
            let lines = rows(found, "event").len();
            let old = before.0.get(name);
            if lines == 0 {
                // Something that no line is about, as the federation's epoch: compared at the end.
            } else if lines == rows(whole, "event").len() {
                same(name, found, whole, true);
            } else if let Some(old) = old.filter(|old| rows(old, "event").len() == lines) {
                same(name, found, old, true);
            }
        }
    }

    /// How far a command came that was stopped.
    pub(crate) fn phase(&self, before: &Self, after: &Self) -> &'static str {
        let lines = |state: &Self| -> usize {
            let accounts = state.0.values().filter(|tables| tables.contains_key("account"));
            accounts.map(|tables| rows(tables, "event").len()).sum()
        };
        if self == before {
            "nothing kept"
        } else if self == after {
            "all kept"
        } else if lines(self) == lines(before) {
            "begun"
        } else if lines(self) == lines(after) {
            "not ended"
        } else {
            "some kept"
        }
    }
}

/// A thing is as it should be; not to be looked at are the dates of a command on its way.
fn same(name: &str, found: &Thing, expected: &Thing, on_the_way: bool) {
    for table in found.keys().chain(expected.keys()) {
        if !on_the_way || *table != "dates" {
            assert_eq!(rows(found, table), rows(expected, table), "{name}, {table}");
        }
    }
}

fn rows<'t>(thing: &'t Thing, table: &str) -> &'t [String] {
    thing.get(table).map_or(&[], Vec::as_slice)
}

/// For each table: a SELECT of what a row is about, what it says, and its dates.
fn selects(db: &mut Reader<'_>, postgres: bool) -> Vec<(&'static str, &'static str)> {
    let columns = if postgres { POSTGRES_COLUMNS } else { SQLITE_COLUMNS };
    let mut tables: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for (table, column, kind) in db.query(columns, &[], |row| Ok((row.text()?, row.text()?, row.text()?))).unwrap() {
        tables.entry(table).or_default().push((column, kind));
    }
    tables.retain(|table, _| !is_left_out(table, "*"));
    // A handful of texts for as long as the tests run.
    let each = tables.into_iter().map(|(table, columns)| {
        let sql = match table.as_str() {
            "run_count" => RUN_COUNT,
            "audit_batch" => AUDIT_BATCH,
            _ => &*select(&table, &columns, postgres).leak(),
        };
        (sql, &*table.leak())
    });
    each.collect()
}

fn is_left_out(table: &str, column: &str) -> bool {
    LEFT_OUT.iter().any(|(t, c, _)| (*t == "*" || *t == table) && (*c == "*" || *c == column))
}

fn select(table: &str, columns: &[(String, String)], postgres: bool) -> String {
    let has = |name: &str| columns.iter().any(|(column, _)| column == name);
    let told = |dates: bool| {
        let wanted = columns.iter().filter(|(c, _)| !is_left_out(table, c) && DATES.contains(&c.as_str()) == dates);
        let each = wanted.map(|(column, kind)| {
            let value = shown(column, kind, postgres);
            format!(" || COALESCE('{column}=' || CAST({value} AS TEXT) || ' ', '')")
        });
        format!("''{}", each.collect::<String>())
    };
    let thing = match table {
        "account" => "t.address".to_owned(),
        "event" => named(),
        "organisation" => "t.code".to_owned(),
        // A membership has two ends; what a run says of accounts is written when it ends.
        _ if has("account_id") && table != "member" && !table.starts_with("run_") => address_of("account_id"),
        _ => format!("'{table}'"),
    };
    let order = if GROWING.contains(&table) { "id" } else { "told" };
    format!("SELECT COALESCE({thing}, ''), {} AS told, {} FROM {table} t ORDER BY {order}", told(false), told(true))
}

/// A value that is the same in every store: names and days where the column holds the id of a row.
fn shown(column: &str, kind: &str, postgres: bool) -> String {
    match (column, kind) {
        ("object", _) => named(),
        ("account_id" | "recipient_id" | "mailbox_id", _) => address_of(column),
        ("run_id" | "made_by", _) => format!("(SELECT r.day FROM run r WHERE r.id = t.{column})"),
        (_, "BOOLEAN" | "boolean") => format!("CASE WHEN t.{column} THEN 'yes' ELSE 'no' END"),
        (_, "BYTEA" | "bytea") if postgres => format!("encode(t.{column}, 'hex')"),
        (_, "BYTEA" | "bytea") => format!("hex(t.{column})"),
        _ => format!("t.{column}"),
    }
}

/// What an audit line is about. Held parts and rollbacks have such numbers for names: one that was taken and not kept is
/// not given again. Lines of rollbacks go with the rows of rollbacks, not with those of runs.
fn named() -> String {
    "CASE WHEN t.object_type = 'brake' THEN 'brake' WHEN t.action LIKE 'rollback%' THEN 'rollback' ELSE t.object END"
        .to_owned()
}

fn address_of(column: &str) -> String {
    format!("(SELECT a.address FROM account a WHERE a.id = t.{column})")
}
