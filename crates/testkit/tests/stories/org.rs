//! Published organisation files are loaded with exactly the differences that are known of them, again and again.
#![expect(clippy::unwrap_used, reason = "what cannot be prepared fails the test")]

use domain::ctx::Ctx;
use domain::ids::OdsCode;
use domain::org::{Legal, Sector};
use domain::rights::Actor;
use domain::time::{Day, Timestamp};
use service::error::Error;
use service::federation::{Almoner, Founding};
use service::org::import::{ImportOptions, ImportReport};
use service::progress::Silent;
use store::audit::{Line, Search};
use store::db::Store;
use store::organisation::Listed;
use testkit::databases::{Database, on_both_databases};

pub(crate) const NOW: i64 = 1_764_000_000;

/// A day at the operator's desk.
pub(crate) fn ctx() -> Ctx {
    let now = Timestamp::from_second(NOW);
    Ctx { actor: Actor::Console, now, wall: now }
}

/// A federation without organisations.
pub(crate) fn federation(database: &Database) -> Almoner {
    let founding = Founding {
        domain: "mail.example".to_owned(),
        zone: "Europe/London".to_owned(),
        policy: service::policy::shipped("2018-09").unwrap().to_owned(),
        rehearsal: false,
    };
    Almoner::found(database.url(), &founding, &ctx()).unwrap()
}

/// A published file.
pub(crate) fn published(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/../../data/ods/{name}.csv", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// Loads a file under a name of its own.
pub(crate) fn load(almoner: &Almoner, bytes: &[u8], name: &str, options: ImportOptions) -> Result<ImportReport, Error> {
    almoner.import_organisations(&ctx(), bytes, &format!("{name}.csv"), name, options, &Silent)
}

/// Loads a published file that is fine.
pub(crate) fn load_published(almoner: &Almoner, name: &str) -> ImportReport {
    load(almoner, &published(name), name, ImportOptions::default()).unwrap()
}

/// The whole table.
pub(crate) fn table(database: &Database) -> Vec<Listed> {
    let store = Store::open(database.url()).unwrap();
    let mut reader = store.reader().unwrap();
    store::organisation::all(&mut reader).unwrap()
}

/// One row.
pub(crate) fn row(database: &Database, code: &str) -> Listed {
    table(database).into_iter().find(|listed| listed.organisation.code.as_str() == code).unwrap()
}

/// A line as the registry publishes it.
pub(crate) fn line(code: &str, name: &str, closed: &str, status: &str, parent: &str) -> String {
    let mut fields = [""; 27];
    (fields[0], fields[1], fields[4], fields[9]) = (code, name, "1 HIGH STREET", "TS1 1AA");
    (fields[10], fields[11], fields[12], fields[14]) = ("20200101", closed, status, parent);
    (fields[17], fields[21], fields[25]) = ("01642 000000", "0", "4");
    fields.map(|field| format!("\"{field}\"")).join(",") + "\n"
}

/// Counts of a report in the order of the specification.
fn counts(report: &ImportReport) -> [u64; 8] {
    let r = report;
    [r.lines, r.new, r.renamed, r.reparented, r.closed, r.dormant_closed, r.reopened, r.unchanged]
}

// Proves: ORG-01, ORG-03
#[test]
fn the_practices_of_2019_and_2025_differ_exactly_as_published() {
    on_both_databases(|database| {
        let almoner = federation(database);
        let first = load_published(&almoner, "epraccur_2019-10");
        assert_eq!(counts(&first), [14_303, 14_303, 0, 0, 0, 0, 0, 0]);
        assert_eq!((first.series.as_str(), first.rejected.len(), first.gone.len()), ("epraccur", 0, 0));
        let report = load_published(&almoner, "epraccur_2025-08");
        assert_eq!(counts(&report), [16_685, 2_382, 1_055, 5_479, 1_117, 384, 0, report.unchanged]);
        assert_eq!((report.gone.len(), report.rejected.len(), report.series.as_str()), (0, 0, "epraccur"));
        let all = table(database);
        assert_eq!(all.len(), 16_685);
        let working =
            |listed: &&Listed| listed.organisation.legal == Legal::Active && listed.organisation.sector == Sector::Gp;
        assert_eq!(all.iter().filter(working).count(), 6_618);
        let surgery = row(database, "A81001").organisation;
        assert_eq!(surgery.name, "THE DENSHAM SURGERY");
        assert_eq!(surgery.short_name.as_deref(), Some("a81001"));
        assert_eq!(surgery.edition, "epraccur_2025-08");
        assert_eq!(surgery.postal, "THE HEALTH CENTRE, LAWSON STREET, STOCKTON ON TEES, CLEVELAND, TS18 1HU");
    });
}

// Proves: ORG-01
#[test]
fn the_trusts_of_2022_and_2024_differ_exactly_as_published() {
    on_both_databases(|database| {
        let almoner = federation(database);
        let open = || table(database).iter().filter(|listed| listed.organisation.legal == Legal::Active).count();
        load_published(&almoner, "etr_2022-03");
        assert_eq!(open(), 212);
        let report = load_published(&almoner, "etr_2024-12");
        assert_eq!(open(), 205);
        assert_eq!((report.new, report.closed, report.gone.len()), (55, 8, 0));
        for code in ["R1C", "RA4", "RAP", "RBZ", "RRP", "RVY", "RY9", "RYK"] {
            let trust = row(database, code).organisation;
            assert_eq!((trust.legal, trust.sector), (Legal::Closed, Sector::Trust), "{code}");
        }
        let new = row(database, "G6V2S").organisation;
        assert_eq!((new.legal, new.sector), (Legal::Active, Sector::Trust));
        // Another kind of file is a series of its own, whatever it is called.
        let bytes = published("eccg_2024-12");
        let other = almoner
            .import_organisations(&ctx(), bytes.as_slice(), "etr.csv", "eccg 2024", ImportOptions::default(), &Silent)
            .unwrap();
        assert_eq!((other.series.as_str(), other.new, other.gone.len()), ("etr-2", 320, 0));
    });
}

// Proves: ORG-01
#[test]
fn the_same_edition_again_changes_nothing() {
    on_both_databases(|database| {
        let almoner = federation(database);
        load_published(&almoner, "etr_2022-03");
        let before = table(database);
        let again = load_published(&almoner, "etr_2022-03");
        assert_eq!((again.repeated, again.unchanged, again.new), (true, 218, 0));
        assert_eq!(table(database), before);
        let other = load(&almoner, &published("etr_2024-12"), "etr_2022-03", ImportOptions::default());
        assert_eq!(
            other.unwrap_err().to_string(),
            "the file is refused, nothing was changed: edition etr_2022-03 was loaded before with 218 lines from another \
             file, and this one has 273: give it another --edition"
        );
        assert_eq!(table(database), before);
        // After a newer edition an old one is not brought back by sending it again.
        load_published(&almoner, "etr_2024-12");
        let newer = table(database);
        assert!(load_published(&almoner, "etr_2022-03").repeated);
        assert_eq!(table(database), newer);
        // Under another name the same content says nothing new about any organisation.
        let renamed = load(&almoner, &published("etr_2024-12"), "winter", ImportOptions::default()).unwrap();
        assert_eq!((renamed.unchanged, renamed.amended, renamed.series.as_str()), (273, 0, "etr"));
    });
}

// Proves: ORG-01, ORG-03
#[test]
fn a_new_edition_leaves_alone_what_a_person_decided() {
    on_both_databases(|database| {
        let almoner = federation(database);
        let file = |status: &str, name: &str| {
            let closed = if status == "C" { "20250101" } else { "" };
            line("A00001", name, closed, status, "00K") + &line("A00002", "SECOND", "", "A", "00K")
        };
        let next = |edition: &str, status: &str, name: &str| {
            load(&almoner, file(status, name).as_bytes(), edition, ImportOptions::default()).unwrap()
        };
        next("1", "A", "FIRST");
        almoner.set_short_name(&ctx(), "A00001", "first").unwrap();
        almoner.set_successor(&ctx(), "A00001", "A00002").unwrap();
        almoner.close_organisation(&ctx(), "A00001", Day::parse("2025-03-01")).unwrap();
        let report = next("2", "A", "FIRST OF ALL");
        assert_eq!((report.renamed, report.reopened, report.by_hand), (1, 0, vec!["A00001".to_owned()]));
        let kept = row(database, "A00001").organisation;
        assert_eq!((kept.legal, kept.closed_on), (Legal::Closed, Day::parse("2025-03-01")));
        assert_eq!((kept.name.as_str(), kept.short_name.as_deref()), ("FIRST OF ALL", Some("first")));
        assert_eq!(kept.successor, OdsCode::parse("A00002").ok());
        // Once the registry says the same, it has the word again.
        let report = next("3", "C", "FIRST OF ALL");
        assert_eq!((report.closed, report.amended, report.by_hand.len()), (0, 1, 0));
        let report = next("4", "A", "FIRST OF ALL");
        assert_eq!(report.reopened, 1);
        assert_eq!(row(database, "A00001").organisation.legal, Legal::Active);
    });
}

/// The audit's lines of an action.
fn audit(database: &Database, action: &str) -> Vec<Line> {
    let store = Store::open(database.url()).unwrap();
    let search = Search {
        actor: String::new(),
        object: String::new(),
        organisation: String::new(),
        action: action.to_owned(),
        rule: String::new(),
        from: Timestamp::from_second(0),
        until: Timestamp::from_second(NOW + 1),
        before: i64::MAX,
        limit: 1_000,
    };
    store::audit::search(&mut store.reader().unwrap(), &search).unwrap()
}

// Proves: ORG-01
#[test]
fn each_organisation_that_changed_has_one_line_in_the_audit() {
    on_both_databases(|database| {
        let almoner = federation(database);
        load_published(&almoner, "etr_2022-03");
        let report = load_published(&almoner, "etr_2024-12");
        load_published(&almoner, "etr_2024-12");
        assert_eq!(audit(database, "created").len(), 218 + 55);
        assert_eq!(audit(database, "loaded").len(), 2, "a repetition leaves no trace");
        assert_eq!(audit(database, "amended").len(), usize::try_from(report.amended).unwrap());
        let closed = audit(database, "closed");
        assert_eq!(closed.len(), 8);
        let trust = closed.iter().find(|line| line.object == "R1C").unwrap();
        assert!(trust.detail.contains("\"legal\":\"active\""), "{}", trust.detail);
        assert!(trust.detail.contains("\"legal\":\"closed\""), "{}", trust.detail);
    });
}
