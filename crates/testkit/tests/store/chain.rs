//! Somebody with the database's password against the audit chain: what they do to the trail is found and named.

use service::audit::roots::{self, Pinned};
use service::progress::Silent;
use store::chain::{self, Entry, Growing};
use store::db::Store;
use store::error::Error;
use store::event::NewEvent;
use store::tx::Audit;
use store::value::Value;
use testkit::databases::{Database, on_both_databases};
use testkit::world::{World, on_both_stores};

use crate::audited;

/// Lines of a write; every second is RX2's.
fn write(store: &Store, lines: i64) {
    let line = |n: i64| NewEvent {
        at: 1_546_344_000 + n,
        actor: "ann.lee@mail.example".into(),
        grant_id: (n % 3 == 0).then_some(n),
        object_type: "user",
        object: format!("p{n}@mail.example"),
        account_id: Some(n),
        organisation: Some(if n % 2 == 0 { "RX1" } else { "RX2" }.into()),
        action: "marked_leaver",
        rule: Some("JML-01"),
        detail: format!("{{\"reason\":\"{n} of {lines}\"}}"),
        run_id: None,
        request_key: None,
    };
    store.write("story", |_| Ok::<_, Error>(((), Audit::events((0..lines).map(line).collect())?))).unwrap();
}

/// Two seals: lines 1 to 5 one by one, 6-10 and 11-13; then 14-17. Not sealed: 18 and 19.
fn sealed(world: &World) -> Store {
    let store = Store::open(world.url()).unwrap();
    for lines in [5, 3] {
        write(&store, lines);
    }
    world.almoner.seal(&world.operator()).unwrap();
    write(&store, 4);
    world.almoner.seal(&world.operator()).unwrap();
    write(&store, 2);
    store
}

/// The triggers go first, as whoever may change the schema would do it.
fn unlock(world: &World, store: &Store) {
    let tables = [("event_stays", "event"), ("event_remains", "event"), ("audit_batch_stays", "audit_batch")];
    let more = [("audit_batch_remains", "audit_batch"), ("seal_stays", "seal"), ("seal_remains", "seal")];
    for (trigger, table) in tables.into_iter().chain(more) {
        let on = if world.url().starts_with("postgres") { format!(" ON {table}") } else { String::new() };
        tamper(store, &[&format!("DROP TRIGGER IF EXISTS {trigger}{on}")]);
    }
}

fn statement(sql: &str) -> &'static str {
    Box::leak(sql.to_owned().into_boxed_str())
}

/// Runs statements in a write of their own, which adds a line of its own.
fn tamper(store: &Store, statements: &[&str]) {
    tamper_with(store, &statements.iter().map(|sql| (*sql, Vec::new())).collect::<Vec<_>>()).unwrap();
}

fn tamper_with(store: &Store, statements: &[(&str, Vec<Value<'_>>)]) -> Result<(), Error> {
    store.write("tamper", |tx| {
        for (sql, params) in statements {
            tx.execute(statement(sql), params)?;
        }
        audited(())
    })
}

/// What a verification finds, in short.
fn found(world: &World, pinned: Option<&[Pinned]>) -> String {
    let verified = world.almoner.verify_audit(&world.operator(), pinned, &Silent).unwrap();
    let told = verified.findings.iter().map(|f| match (f.line, f.last, f.seal) {
        (Some(line), Some(last), _) => format!("{} {line}-{last}", f.what.as_str()),
        (line, _, seal) => format!("{} {}", f.what.as_str(), line.or(seal).unwrap()),
    });
    told.collect::<Vec<_>>().join(", ")
}

fn pins(world: &World) -> Vec<Pinned> {
    let seals = world.almoner.audit_seals(&world.operator()).unwrap();
    roots::read(&roots::write(&seals, "mail.example")).unwrap()
}

#[test]
fn a_trail_that_nobody_touched_is_as_it_was_written() {
    on_both_stores(|world| {
        let _store = sealed(world);
        let verified = world.almoner.verify_audit(&world.operator(), Some(&pins(world)), &Silent).unwrap();
        assert_eq!((verified.lines, verified.batches, verified.seals, verified.unsealed), (19, 9, 2, 2));
        assert_eq!((verified.agree, verified.findings, verified.more), (Some(2), vec![], 0));
        assert_eq!(world.almoner.seal(&world.operator()).unwrap().len(), 1);
        assert_eq!(world.almoner.seal(&world.operator()).unwrap(), [], "nothing is left to seal");
        world.run();
        let seals = world.almoner.audit_seals(&world.operator()).unwrap();
        assert_eq!(seals.len(), 4, "a run seals when it ends");
    });
}

/// What somebody does, what is found, what is found by who has pinned the seals.
const ATTACKS: &[(&[&str], &str, &str)] = &[
    (&["UPDATE event SET detail = '{}' WHERE id = 8"], "edited 8, batch 6-10", ""),
    (&["UPDATE event SET at = at + 1 WHERE id IN (8, 19)"], "edited 8, edited 19, batch 6-10, batch 18-19", ""),
    (&["UPDATE event SET actor = '' WHERE id = 1"], "edited 1, batch 1-1", ""),
    (&["UPDATE event SET grant_id = 0 WHERE id = 7"], "edited 7, batch 6-10", ""),
    (&["UPDATE event SET rule = NULL WHERE id = 13"], "edited 13, batch 11-13", ""),
    (&["UPDATE event SET organisation = NULL, request_key = 'k' WHERE id = 14"], "edited 14, batch 14-17", ""),
    (&["DELETE FROM event WHERE id IN (6, 9, 13)"], "removed 6, removed 9, removed 13, batch 6-10, batch 11-13", ""),
    (
        &[
            "INSERT INTO event (id, at, actor, object_type, object, action, detail) VALUES (1000, 1, 'a', 'b', 'c', 'd', 'e')",
        ],
        "inserted 1000",
        "",
    ),
    (&["UPDATE event SET id = 2000 WHERE id = 9"], "removed 9, moved 2000, batch 6-10", ""),
    (
        &[
            "UPDATE event SET id = -7 WHERE id = 7",
            "UPDATE event SET id = 7 WHERE id = 13",
            "UPDATE event SET id = 13 WHERE id = -7",
        ],
        "moved 7, moved 13, batch 6-10, batch 11-13",
        "",
    ),
    (&["UPDATE audit_batch SET marks = root WHERE first_id = 6"], "batch 6-10", ""),
    (&["UPDATE audit_batch SET marks = marks || marks WHERE first_id = 1"], "", ""),
    (
        &["UPDATE audit_batch SET root = (SELECT previous FROM seal WHERE id = 1) WHERE first_id = 6"],
        "batch 6-10, seal 1",
        "",
    ),
    (
        &["UPDATE audit_batch SET lines = 9000000000000000000 WHERE first_id = 11"],
        "batch 11-9000000000000000010, seal 1",
        "",
    ),
    (&["UPDATE audit_batch SET lines = -1 WHERE first_id = 11"], "", ""),
    (&["UPDATE audit_batch SET first_id = -9223372036854775807 WHERE first_id = 1"], "", ""),
    (&["UPDATE audit_batch SET seal_id = 2 WHERE first_id = 11"], "seal 1, seal 2", ""),
    (&["UPDATE audit_batch SET seal_id = 7 WHERE first_id = 14"], "seal 2, seal 7", ""),
    (&["DELETE FROM audit_batch WHERE first_id = 11"], "inserted 11, inserted 12, inserted 13, seal 1", ""),
    (&["DELETE FROM audit_batch WHERE first_id = 11", "DELETE FROM event WHERE id IN (11, 12, 13)"], "seal 1", ""),
    (&["UPDATE seal SET at = 1 WHERE id = 2"], "seal 2", ""),
    (&["UPDATE seal SET value = root WHERE id = 1"], "seal 1, seal 2", "pinned 1"),
    (&["DELETE FROM seal WHERE id = 1"], "seal 2, seal 1", "pinned 1"),
    (&["DELETE FROM seal WHERE id = 2", "UPDATE audit_batch SET seal_id = NULL WHERE seal_id = 2"], "", "pinned 2"),
];

// Proves: AUD-02
#[test]
fn what_is_done_to_the_trail_is_found_and_named() {
    // Each attack needs a trail of its own; most of the time goes by waiting for the disk.
    std::thread::scope(|scope| {
        for some in ATTACKS.chunks(4) {
            scope.spawn(|| some.iter().for_each(is_found));
        }
    });
}

fn is_found((statements, expected, by_pins): &(&[&str], &str, &str)) {
    // Not on_both_stores: the store is no more what its lines tell once they are changed.
    on_both_databases(|database| {
        let world = &World::new(database);
        let store = sealed(world);
        let pins = pins(world);
        unlock(world, &store);
        tamper(&store, statements);
        let found_alone = found(world, None);
        if expected.is_empty() && by_pins.is_empty() {
            assert_ne!(found_alone, "", "{statements:?}");
        } else {
            assert_eq!(found_alone, *expected, "{statements:?}");
        }
        let more = found(world, Some(&pins)).replacen(&found_alone, "", 1);
        assert_eq!(more.trim_start_matches(", "), *by_pins, "{statements:?}");
    });
}

/// How much of the chain somebody computes anew over a line that they changed.
const REBUILT: [(&str, &str, &str); 4] = [
    ("marks", "batch 6-10", "batch 6-10"),
    ("root", "seal 1", "seal 1"),
    ("seal", "seal 2", "seal 2, pinned 1"),
    ("all", "", "pinned 1"),
];

// Proves: AUD-02
#[test]
fn a_chain_that_is_computed_anew_fits_only_until_the_pinned_seals_are_asked() {
    for (depth, alone, with_pins) in REBUILT {
        on_both_stores(|world| {
            let store = sealed(world);
            let pins = pins(world);
            unlock(world, &store);
            tamper(&store, &["UPDATE event SET detail = '{}' WHERE id = 8"]);
            rebuild(world, &store, depth);
            assert_eq!(
                (found(world, None).as_str(), found(world, Some(&pins)).as_str()),
                (alone, with_pins),
                "{depth}"
            );
        });
    }
}

fn rebuild(world: &World, store: &Store, depth: &str) {
    let mut growing = Growing::default();
    chain::lines(&mut store.reader().unwrap(), 5, 10, 100, |entry: Entry<'_>| growing.add(&entry)).unwrap();
    let batch = growing.batch();
    let marks = ("UPDATE audit_batch SET marks = $1 WHERE first_id = 6", vec![batch.marks.clone().into()]);
    let root = ("UPDATE audit_batch SET root = $1 WHERE first_id = 6", vec![batch.root.clone().into()]);
    tamper_with(store, &[marks]).unwrap();
    if depth == "marks" {
        return;
    }
    tamper_with(store, &[root]).unwrap();
    if depth == "root" {
        return;
    }
    let seals = world.almoner.audit_seals(&world.operator()).unwrap();
    let last = if depth == "all" { "DELETE FROM seal" } else { "DELETE FROM seal WHERE id = 1" };
    tamper(store, &[last, "UPDATE audit_batch SET seal_id = NULL WHERE first_id <= 13"]);
    if depth == "all" {
        tamper(store, &["UPDATE audit_batch SET seal_id = NULL"]);
        world.almoner.seal(&world.operator()).unwrap();
        return;
    }
    let leaves: Vec<_> =
        chain::batches(&mut store.reader().unwrap(), 0, 7).unwrap().iter().map(chain::Batch::leaf).collect();
    let mut seal = chain::Seal { root: store::merkle::root(&leaves).to_vec(), ..seals[0].clone() };
    seal.value = seal.computed().to_vec();
    let add = "INSERT INTO seal (id, at, batches, lines, first_id, last_id, previous, root, value)
               VALUES (1, $1, $2, $3, $4, $5, $6, $7, $8)";
    let numbers = [seal.at, seal.batches, seal.lines, seal.first_id, seal.last_id].map(Value::from);
    let hashes = [seal.previous, seal.root, seal.value].map(Value::from);
    tamper_with(store, &[(add, numbers.into_iter().chain(hashes).collect())]).unwrap();
    tamper(store, &["UPDATE audit_batch SET seal_id = 1 WHERE first_id <= 13"]);
}

#[test]
fn batches_and_seals_are_neither_changed_nor_removed() {
    on_both_stores(|world| {
        let store = sealed(world);
        for sql in [
            "UPDATE audit_batch SET seal_id = 1 WHERE first_id = 14",
            "UPDATE audit_batch SET seal_id = NULL WHERE first_id = 14",
            "UPDATE audit_batch SET marks = root, seal_id = 9 WHERE first_id = 18",
            "UPDATE audit_batch SET lines = 1 WHERE first_id = 18",
            "DELETE FROM audit_batch WHERE first_id = 18",
            "UPDATE seal SET at = 1",
            "DELETE FROM seal WHERE id = 2",
        ] {
            let refused = tamper_with(&store, &[(sql, Vec::new())]);
            assert!(
                matches!(&refused, Err(Error::Database(text)) if text.contains("append-only")),
                "{sql}: {refused:?}"
            );
        }
        assert_eq!(found(world, Some(&pins(world))), "");
    });
}

#[test]
fn a_cell_of_another_type_is_an_edited_line_and_no_failure() {
    let database = Database::sqlite();
    let world = World::new(&database);
    let store = sealed(&world);
    unlock(&world, &store);
    tamper(&store, &["UPDATE event SET at = 'noon' WHERE id = 8", "UPDATE event SET detail = x'ff' WHERE id = 12"]);
    assert_eq!(found(&world, None), "edited 8, edited 12, batch 6-10, batch 11-13");
    let more =
        ["UPDATE audit_batch SET root = 'x', lines = 'y' WHERE first_id = 18", "UPDATE seal SET at = 'z' WHERE id = 2"];
    tamper(&store, &more);
    let told = found(&world, None);
    assert!(told.contains("inserted 18, inserted 19") && told.ends_with("seal 2"), "{told}");
}

#[test]
fn several_may_seal_at_once_while_others_write() {
    on_both_databases(|database| {
        let world = World::new(database);
        std::thread::scope(|scope| {
            for n in 0..3 {
                scope.spawn(move || {
                    let store = Store::open(database.url()).unwrap();
                    for at in 0..15 {
                        write(&store, 1 + (at + n) % 4);
                        store.seal(at).unwrap();
                    }
                });
            }
        });
        world.almoner.seal(&world.operator()).unwrap();
        let verified = world.almoner.verify_audit(&world.operator(), None, &Silent).unwrap();
        assert_eq!((verified.findings, verified.unsealed), (vec![], 0));
        assert!(verified.seals > 10, "{}", verified.seals);
    });
}
