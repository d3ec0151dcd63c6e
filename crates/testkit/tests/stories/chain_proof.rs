//! The proof of an organisation's own lines: whoever holds it needs no store, and nobody can change it unseen.

use domain::time::Timestamp;
use service::audit::check::{Checked, check_proof};
use service::audit::roots::{self, Pinned};
use service::error::Error;
use service::progress::Silent;
use store::audit::Search;
use testkit::databases::Database;
use testkit::world::{World, on_both_stores};

/// Three runs with accounts made in between, some of RX1 and some of RX2; then two lines that are not sealed.
fn lived(world: &World) -> Vec<Pinned> {
    for day in 0..3 {
        for (n, code) in ["RX1", "RX2", "RX1", "RX2", "RX1"].into_iter().enumerate() {
            world.user(code, "P", &format!("X{day}{n}"));
        }
        world.days_pass(1);
    }
    let seals = world.almoner.audit_seals(&world.operator()).unwrap();
    world.user("RX1", "Late", "X");
    world.user("RX2", "Later", "X");
    roots::read(&roots::write(&seals, "mail.example")).unwrap()
}

fn proof(world: &World, code: &str) -> String {
    let mut file = Vec::new();
    world.almoner.audit_proof(&world.operator(), code, &mut file, &Silent).unwrap();
    String::from_utf8(file).unwrap()
}

fn of(organisation: &str) -> Search {
    let [actor, object, action, rule] = [""; 4].map(str::to_owned);
    let (from, until) = (Timestamp::from_second(0), Timestamp::from_second(i64::MAX));
    Search {
        actor,
        object,
        organisation: organisation.into(),
        action,
        rule,
        from,
        until,
        before: i64::MAX,
        limit: 1000,
    }
}

fn check(file: &str, pinned: Option<&[Pinned]>) -> Result<Checked, Error> {
    check_proof(&mut file.as_bytes(), pinned)
}

// Proves: AUD-02
#[test]
fn an_organisations_lines_are_proven_without_the_store_and_without_those_of_others() {
    on_both_stores(|world| {
        let pins = lived(world);
        let file = proof(world, "RX1");
        let checked = check(&file, Some(&pins)).unwrap();
        assert_eq!((checked.organisation.as_str(), checked.federation.as_str()), ("RX1", "mail.example"));
        assert_eq!((checked.seals, checked.agree), (3, Some(3)));
        assert_eq!((checked.lines, checked.unsealed), (19, 2), "the organisation's own, and two lines a person");
        let all = world.almoner.search_audit(&world.operator(), &of("RX1")).unwrap();
        assert_eq!(all.len(), 21, "what a search shows is in the file, or waits for a seal");
        assert!(file.contains("p.x00@mail.example") && !file.contains("p.x01@mail.example"), "only its own");
        assert!(!file.contains("RX2"), "{file}");
        let empty = check(&proof(world, "A81002"), None).unwrap();
        assert_eq!((empty.lines, empty.agree), (1, None), "the line that made it");
    });
}

#[test]
fn who_may_not_search_an_organisations_audit_gets_no_proof() {
    on_both_stores(|world| {
        lived(world);
        let stranger = world.person("p.x00@mail.example");
        let mut file = Vec::new();
        let refused = world.almoner.audit_proof(&stranger, "RX1", &mut file, &Silent);
        assert!(matches!(refused, Err(Error::NotFound { what: "organisation", .. })), "{refused:?}");
        assert!(file.is_empty());
        let nobody = world.almoner.verify_audit(&stranger, None, &Silent);
        assert!(matches!(nobody, Err(Error::NotAllowed("search_audit"))), "{nobody:?}");
        assert!(matches!(world.almoner.audit_seals(&stranger), Err(Error::NotAllowed("search_audit"))));
        assert!(matches!(world.almoner.seal(&stranger), Err(Error::NotAllowed("run"))));
    });
}

// Proves: AUD-02
#[test]
fn no_bit_of_the_proof_can_be_changed() {
    let world = World::new(&Database::sqlite());
    let pins = lived(&world);
    let file = proof(&world, "RX1");
    // The head names the federation and the time, the end what waits for a seal: nothing binds these.
    let (begin, end) = (file.find('\n').unwrap() + 1, file.trim_end().rfind('\n').unwrap());
    let mut random = fastrand::Rng::with_seed(5);
    let mut changed = 0;
    for _ in 0..4_000 {
        let mut bytes = file.clone().into_bytes();
        let at = random.usize(begin..end);
        bytes[at] ^= 1 << random.u32(0..7);
        let Ok(other) = String::from_utf8(bytes) else { continue };
        assert!(check(&other, Some(&pins)).is_err(), "byte {at} of {other}");
        changed += 1;
    }
    assert!(changed > 3_000);
}

#[test]
fn a_proof_that_was_cut_reordered_or_put_together_is_refused() {
    let world = World::new(&Database::sqlite());
    let pins = lived(&world);
    let file = proof(&world, "RX1");
    let lines: Vec<&str> = file.lines().collect();
    let seals = lines.iter().filter(|line| line.starts_with("{\"seal\"")).count();
    let other = proof(&world, "RX2");
    let without = |at: usize| lines.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, l)| *l).collect::<Vec<_>>();
    for at in 0..lines.len() {
        assert!(check(&without(at).join("\n"), Some(&pins)).is_err(), "without {}", lines[at]);
        let mut twice = lines.clone();
        twice.insert(at, lines[at]);
        assert!(check(&twice.join("\n"), Some(&pins)).is_err(), "twice {}", lines[at]);
    }
    let mut swapped = lines.clone();
    swapped.swap(seals + 1, seals + 2);
    assert!(check(&swapped.join("\n"), None).is_err());
    let foreign = other.lines().find(|line| line.starts_with("{\"batch\"")).unwrap();
    let mut mixed = lines.clone();
    mixed[seals + 1] = foreign;
    let refused = check(&mixed.join("\n"), None).unwrap_err().to_string();
    assert!(refused.contains("another organisation"), "{refused}");
    for text in ["", "x", "{}", "[]", "{\"almoner_proof\":2}", "{\"seal\":1}"] {
        assert!(check(text, None).is_err(), "{text}");
    }
}

#[test]
fn a_proof_from_a_trail_that_was_written_anew_does_not_agree_with_the_pinned_seals() {
    let [one, other] = [World::new(&Database::sqlite()), World::new(&Database::sqlite())];
    let pins = lived(&one);
    other.user("RX1", "First", "X");
    lived(&other);
    let refused = check(&proof(&other, "RX1"), Some(&pins)).unwrap_err().to_string();
    assert!(refused.contains("seal 1") && refused.contains("pinned"), "{refused}");
}
