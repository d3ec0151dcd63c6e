//! Many rows at once: the same answers on both databases, over several chunks.

use store::bulk::keyed::{Keyed, Keys};
use store::bulk::{BulkInsert, BulkUpdate, Column, Type};
use store::error::Error;
use store::value::Value;

use crate::databases::on_both_stores;
use crate::{COUNT, audited, count, make_table};

const ROWS: i64 = 12_000;
const COLUMNS: &[Column] = &[
    ("id", Type::Int),
    ("name", Type::Text),
    ("good", Type::Bool),
    ("raw", Type::Blob),
    ("notes", Type::Text),
    ("version", Type::Int),
];
static ADD: BulkInsert = BulkInsert::new("thing", COLUMNS);
static ADD_NEW: BulkInsert = BulkInsert::skipping_known("thing", COLUMNS);
static CHANGE: BulkUpdate = BulkUpdate::new("thing", ("id", Type::Int), &[("name", Type::Text), ("good", Type::Bool)]);
static RENAME: BulkUpdate = BulkUpdate::unversioned("thing", ("name", Type::Text), &[("raw", Type::Blob)]);
static BY_ID: Keyed = Keyed::by_int("by_id", "SELECT id, notes FROM thing WHERE id IN {keys} AND version >= $2");
static BY_NAME: Keyed = Keyed::by_text("by_name", "SELECT id FROM thing WHERE name IN {keys}");

fn row(id: i64) -> [Value<'static>; 6] {
    let name = (id % 3 != 0).then(|| format!("n{id}"));
    let raw = (id % 5 == 0).then(|| vec![0, 255, 7]);
    [id.into(), name.into(), (id % 2 == 0).into(), raw.into(), "a".into(), 1.into()]
}

fn fill(store: &store::db::Store) {
    make_table(store);
    let added = store.write("fill", |tx| audited(tx.bulk_insert(&ADD, (1..=ROWS).map(row))?));
    assert_eq!(added, Ok(12_000));
}

#[test]
fn twelve_thousand_rows_come_back_as_they_went_in() {
    on_both_stores(|store| {
        fill(&store);
        let mut id = 0;
        let sql = "SELECT id, name, good, raw, notes, version FROM thing ORDER BY id";
        let mut reader = store.reader().unwrap();
        reader
            .for_each(sql, &[], |found| {
                id += 1;
                let (at, name, good) = (found.int()?, found.opt_text()?, found.bool()?);
                assert_eq!((at, name, good), (id, (id % 3 != 0).then(|| format!("n{id}")), id % 2 == 0));
                if id % 5 == 0 {
                    assert_eq!(found.blob()?, [0, 255, 7]);
                }
                Ok(())
            })
            .unwrap();
        assert_eq!(id, ROWS);
    });
}

#[test]
fn known_rows_are_left_out_or_refused_as_asked() {
    on_both_stores(|store| {
        fill(&store);
        let added = store.write("more", |tx| audited(tx.bulk_insert(&ADD_NEW, (11_991..=12_010).map(row))?));
        assert_eq!(added, Ok(10));
        let refused = store.write("again", |tx| audited(tx.bulk_insert(&ADD, (12_010..=12_020).map(row))?));
        assert_eq!(refused, Err(Error::Conflict { table: "thing".to_owned() }));
        assert_eq!(count(&store, COUNT), 12_010);
    });
}

#[test]
fn an_update_sets_and_moves_the_version() {
    on_both_stores(|store| {
        fill(&store);
        let change = |id: i64| [id.into(), 1.into(), "x".into(), Value::Null];
        let done = store.write("change", |tx| audited(tx.bulk_update(&CHANGE, (1..=ROWS).map(change))?));
        assert_eq!(done, Ok(12_000));
        let right = "SELECT COUNT(*) FROM thing
            WHERE name = 'x' AND good IS NULL AND notes = 'a' AND version = 2";
        assert_eq!(count(&store, right), ROWS);
    });
}

#[test]
fn one_stale_row_undoes_the_whole_update() {
    on_both_stores(|store| {
        fill(&store);
        let change = |id: i64| [id.into(), i64::from(id != 9_000).into(), "x".into(), true.into()];
        let done = store.write("change", |tx| audited(tx.bulk_update(&CHANGE, (1..=ROWS).map(change))?));
        assert_eq!(done, Err(Error::Stale { table: "thing" }));
        assert_eq!(count(&store, "SELECT COUNT(*) FROM thing WHERE name = 'x'"), 0);
    });
}

#[test]
fn rows_without_a_version_are_changed_by_their_key() {
    on_both_stores(|store| {
        fill(&store);
        let rename = |name: &'static str| [Value::from(name), vec![1_u8].into()];
        let done = store.write("rename", |tx| audited(tx.bulk_update(&RENAME, ["n1", "n2"].map(rename))?));
        assert_eq!(done, Ok(2));
    });
}

#[test]
fn rows_are_found_by_more_keys_than_one_question_takes() {
    on_both_stores(|store| {
        fill(&store);
        let keys: Vec<i64> = (1..=ROWS + 5).collect();
        let mut reader = store.reader().unwrap();
        let read = reader.by_keys(&BY_ID, Keys::Ints(&keys), &[1.into()], |row| Ok((row.int()?, row.text()?))).unwrap();
        assert_eq!((read.len(), read[0].1.as_str()), (12_000, "a"));
        let none = reader.by_keys(&BY_ID, Keys::Ints(&keys), &[2.into()], |row| Ok((row.int()?, row.text()?))).unwrap();
        assert_eq!(none, []);
        assert_eq!(reader.by_keys(&BY_NAME, Keys::Texts(&[]), &[], store::db::row::int), Ok(Vec::new()));
    });
}

#[test]
fn text_keys_may_hold_any_character() {
    let names = ["plain", "", "NULL", "a\"b", "a\\b", "a,b{}", "it's", "tab\tnew\nline", "\u{1}", "Zoë €", "a]b"];
    on_both_stores(|store| {
        make_table(&store);
        let rows = || {
            names
                .iter()
                .zip(1_i64..)
                .map(|(name, id)| [id.into(), Value::from(*name), Value::Null, Value::Null, "".into(), 1.into()])
        };
        store.write("names", |tx| audited(tx.bulk_insert(&ADD, rows())?)).unwrap();
        let mut found =
            store.reader().unwrap().by_keys(&BY_NAME, Keys::Texts(&names), &[], store::db::row::int).unwrap();
        found.sort_unstable();
        assert_eq!(found, (1..=11).collect::<Vec<i64>>());
    });
}

#[test]
fn a_row_of_the_wrong_width_is_refused() {
    on_both_stores(|store| {
        make_table(&store);
        let refused = store.write("short", |tx| audited(tx.bulk_insert(&ADD, [[Value::Int(1)]])?));
        assert!(matches!(refused, Err(Error::Database(_))), "{refused:?}");
    });
}
