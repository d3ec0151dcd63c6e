//! The check of the store against its events: whatever is changed past Almoner is named, and nothing else.

use domain::ctx::Ctx;
use domain::rights::Role;
use expect_test::expect;
use service::account::act::Request;
use store::db::Store;
use testkit::databases::{Database, on_both_databases};
use testkit::world::World;

use crate::audited;

/// What somebody does to the database, and what puts it right again.
const DEEDS: &[[&str; 2]] = &[
    [
        "UPDATE account SET since_at = since_at + 1 WHERE id = 1",
        "UPDATE account SET since_at = since_at - 1 WHERE id = 1",
    ],
    ["UPDATE account SET next_on = next_on + 7 WHERE id = 1", "UPDATE account SET next_on = next_on - 7 WHERE id = 1"],
    ["UPDATE account SET local_id = '9' WHERE id = 1", "UPDATE account SET local_id = '' WHERE id = 1"],
    ["UPDATE account SET status = 'gone' WHERE id = 1", "UPDATE account SET status = 'active' WHERE id = 1"],
    ["UPDATE profile SET title = 'Dr' WHERE account_id = 1", "UPDATE profile SET title = '' WHERE account_id = 1"],
    ["UPDATE profile SET hidden = TRUE WHERE account_id = 1", "UPDATE profile SET hidden = FALSE WHERE account_id = 1"],
    [
        "UPDATE address SET kind = 'lent' WHERE account_id = 1",
        "UPDATE address SET kind = 'primary' WHERE account_id = 1",
    ],
    [
        "INSERT INTO address (address, account_id, kind, until_on) VALUES ('x@mail.example', 1, 'alias', 18000)",
        "DELETE FROM address WHERE address = 'x@mail.example'",
    ],
    [
        "INSERT INTO address (address, account_id, kind) VALUES ('y@mail.example', 99, 'alias')",
        "DELETE FROM address WHERE address = 'y@mail.example'",
    ],
    ["UPDATE member SET owner = FALSE WHERE mailbox_id = 3", "UPDATE member SET owner = TRUE WHERE mailbox_id = 3"],
    ["UPDATE role_grant SET role = 'chief' WHERE id = 1", "UPDATE role_grant SET role = 'local_admin' WHERE id = 1"],
    ["UPDATE role_grant SET ended_at = 0 WHERE id = 1", "UPDATE role_grant SET ended_at = NULL WHERE id = 1"],
    [
        "INSERT INTO role_grant (id, account_id, role, scope, scope_of, unit, granted_by, granted_at)
         VALUES (99, 1, 'operator', 'federation', '', '', 'nobody', 0)",
        "DELETE FROM role_grant WHERE id = 99",
    ],
    ["UPDATE hold SET reason = 'none' WHERE id = 1", "UPDATE hold SET reason = 'Inquiry 7' WHERE id = 1"],
    [
        "UPDATE hold SET released_by = 'nobody', released_at = 0 WHERE id = 1",
        "UPDATE hold SET released_by = NULL, released_at = NULL WHERE id = 1",
    ],
    [
        "UPDATE organisation SET legal = 'closed' WHERE code = 'RX1'",
        "UPDATE organisation SET legal = 'active' WHERE code = 'RX1'",
    ],
    ["UPDATE policy SET until_on = 20000", "UPDATE policy SET until_on = NULL"],
    ["UPDATE federation SET rehearsal = FALSE", "UPDATE federation SET rehearsal = TRUE"],
];

/// What cannot be put right, in the order in which it is done.
const LAST: &[&str] = &[
    "DELETE FROM member WHERE mailbox_id = 3",
    "DELETE FROM address WHERE account_id = 1",
    "DELETE FROM role_grant WHERE id = 1",
    "DELETE FROM organisation WHERE code = 'A81002'",
];

/// A federation with something in every table that is checked.
fn world(database: &Database) -> World {
    let world = World::new(database);
    let ann = world.user("RX1", "Ann", "Lee");
    world.admin(Role::LocalAdmin, "RX1", "One");
    world.shared("RX1", "Ward Two", &[&ann]);
    world.almoner.act(&world.operator(), &ann, &Request::Hold, "Inquiry 7").unwrap();
    world
}

fn told(database: &Database) -> String {
    let world = world(database);
    let store: Store = database.store();
    let deed = |sql: &'static str| store.write("deed", |tx| audited(tx.execute(sql, &[])?)).unwrap();
    let mut told: Vec<String> = Vec::new();
    let mut look = |of: &str| {
        let differing = world.differences();
        assert!(!differing.is_empty(), "nobody saw: {of}");
        told.extend(differing);
    };
    for [done, undone] in DEEDS {
        deed(done);
        look(done);
        deed(undone);
        world.verify();
    }
    for done in LAST {
        deed(done);
    }
    look("all that is gone");
    told.join("\n")
}

// Proves: EXP-02
#[test]
fn whatever_is_changed_past_almoner_is_named() {
    let told = [Database::sqlite(), Database::postgres()].map(|database| told(&database));
    assert_eq!(told[0], told[1]);
    expect![[r"
        account ann.lee@mail.example since: 2019-01-01T12:00:01Z, told 2019-01-01T12:00:00Z
        account ann.lee@mail.example due: 2019-04-08 inactivate, told 2019-04-01 inactivate
        account ann.lee@mail.example local_id: 9, told nothing
        account ann.lee@mail.example account.status: unreadable, told active
        account ann.lee@mail.example title: Dr, told nothing
        account ann.lee@mail.example hidden: true, told nothing
        account ann.lee@mail.example address:ann.lee@mail.example: lent, told primary
        account ann.lee@mail.example address:x@mail.example: alias until 2019-04-14, told nothing
        account with the number 99 row: there, told nothing
        account rx1.ward-two@mail.example member:1: member, told owner
        grant 1 role: chief, told local_admin
        grant 1 ended_at: 1970-01-01T00:00:00Z, told nothing
        grant 99 row: there, told nothing
        account ann.lee@mail.example hold:1: 2019-01-01T12:00:00Z operator none, told 2019-01-01T12:00:00Z operator Inquiry 7
        account ann.lee@mail.example hold:1:released: 1970-01-01T00:00:00Z nobody, told nothing
        organisation RX1 legal: closed, told active
        policy 2018-09 (1) until: 2024-10-04, told nothing
        federation mail.example rehearsal: false, told true
        organisation A81002 row: nothing, told there
        account ann.lee@mail.example address:ann.lee@mail.example: nothing, told primary
        grant 1 row: nothing, told there
        account rx1.ward-two@mail.example member:1: nothing, told owner"]].assert_eq(&told[0]);
}

#[test]
fn only_who_may_search_the_whole_trail_checks_the_store() {
    on_both_databases(|database| {
        let world = world(database);
        let admin: Ctx = world.person("admin.one@mail.example");
        let denied = world.almoner.verify(&admin, &service::progress::Silent).unwrap_err();
        assert_eq!(denied.to_string(), "your roles do not allow that here (search_audit)");
    });
}
