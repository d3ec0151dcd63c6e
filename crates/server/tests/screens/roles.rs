//! `--as`: what each role may do, asked of the program itself; the answers are `docs/generated/roles.txt`.

use std::fmt::Write;
use std::thread;

use expect_test::expect_file;

use crate::desk::{Desk, Said};
use crate::federation;

/// The roles, each with the column that shows it and the scope that it is given.
const ROLES: [(&str, &str, Reach); 7] = [
    ("operator", "operator", Reach::Federation),
    ("auditor", "auditor", Reach::Federation),
    ("national_helpdesk", "nat-help", Reach::Federation),
    ("sector_admin", "sector", Reach::Sector),
    ("primary_local_admin", "primary", Reach::Organisations),
    ("local_admin", "local", Reach::Organisations),
    ("helpdesk", "helpdesk", Reach::Organisations),
];

/// How far a role reaches.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Federation,
    Sector,
    Organisations,
}

/// Every verb, asked of R1A and of its accounts.
const VERBS: [&str; 75] = [
    "account list --organisation R1A",
    "account show cy.dee@mail.example",
    "account create --organisation R1A --first-name Zoe --last-name Quill",
    "account edit cy.dee@mail.example --job-title x",
    "account edit cy.dee@mail.example --quota 9",
    "account alias add cy.dee@mail.example cyd@mail.example",
    "account member set ward.two@mail.example dot.fay@mail.example",
    "explain cy.dee@mail.example",
    "history cy.dee@mail.example",
    "forecast --organisation R1A",
    "report mailbox --organisation R1A",
    "report mailbox",
    "report run",
    "what-if --policy 2021-02 --organisation R1A",
    "notice list --address cy.dee@mail.example",
    "leaver cy.dee@mail.example",
    "cancel-leaver dot.fay@mail.example",
    "join kim.moe@mail.example --organisation R1A",
    "transfer cy.dee@mail.example --organisation R1C",
    "disable cy.dee@mail.example",
    "enable ed.gil@mail.example",
    "delete cy.dee@mail.example --reason x",
    "restore flo.hay@mail.example",
    "password cy.dee@mail.example --statement badge-was-seen",
    "resecure cy.dee@mail.example --statement badge-was-seen",
    "mfa show cy.dee@mail.example",
    "mfa except ann.lee@mail.example --statement met-on-the-ward",
    "mfa except ann.lee@mail.example --days 7 --statement met-on-the-ward",
    "accept-terms gus.ivy@mail.example",
    "confirm ward.two@mail.example",
    "hold cy.dee@mail.example --reason x",
    "release-hold hal.joy@mail.example",
    "account import one.csv",
    "bulk actions.csv --out outcome.csv",
    "brake list --organisation R1A",
    "brake show 1",
    "brake release 1",
    "brake refuse 1",
    "audit search --organisation R1A",
    "grant list --organisation R1A",
    "grant list --address cy.dee@mail.example",
    "grant add cy.dee@mail.example --role helpdesk --organisation R1A",
    "grant add cy.dee@mail.example --role local_admin --organisation R1A",
    "grant add cy.dee@mail.example --role operator --federation",
    "grant end 1",
    "org list --limit 1",
    "org show R1A",
    "org show R1A --on 2018-09-01",
    "org support R1A --telephone 1",
    "org import trusts.csv --edition 2022-03",
    "org close R1A",
    "org open R1D",
    "org succeed R1A --by R1C",
    "org short-name R1C solent",
    "account import people.csv --migrate",
    "signal import signals.csv",
    "audit search",
    "audit verify",
    "audit seal",
    "audit roots",
    "audit proof --organisation R1A --out proof.jsonl",
    "audit check-proof known.jsonl",
    "verify",
    "notice list",
    "what-if --policy 2021-02",
    "policy list",
    "policy show",
    "policy check 2018-09",
    "policy diff 2018-09 2021-02",
    "policy adopt 2021-02 --from 2021-02-01",
    "run",
    "run --preview",
    "run list",
    "run show 1",
    "run rollback 1",
];

/// A federation with something to ask every verb of, and somebody with every role here and elsewhere.
fn staffed() -> Desk {
    let d = federation();
    let joiner = "ID,LocalId,Title,FirstName,LastName,DisplayName,Mobile,HideMobile,Telephone,JobTitle,OrganisationODS,\
                  Unit,Licence,Notes\n,77,,Lea,Noor,,,,,,R1A,,,\n";
    d.file("one.csv", joiner);
    d.file("actions.csv", "Address,Action,Argument,Reason\ncy.dee@mail.example,disable,,\n");
    d.file("signals.csv", "Address,Signal,Time\ncy.dee@mail.example,mail_sent,2018-08-31T10:00:00Z\n");
    std::fs::copy(crate::TRUSTS, d.path().join("trusts.csv")).unwrap();
    d.does("grant add ann.lee@mail.example --role helpdesk --organisation R1A");
    let mut people = crate::HEADINGS.to_owned();
    let holders = ROLES.iter().flat_map(|(role, ..)| [(*role, "here"), (*role, "there")]).chain([("no", "role")]);
    for (n, (role, place)) in holders.clone().enumerate() {
        writeln!(
            people,
            "{},user,s{n},,{role},{place},,,,,,R1K,,,,,2017-01-01,2017-01-02,2018-08-30,",
            address(role, place)
        )
        .unwrap();
    }
    d.file("staff.csv", &people);
    d.does("account import staff.csv --migrate");
    for (role, _, reach) in ROLES {
        for (place, scopes) in [("here", reach.here()), ("there", reach.there())] {
            for scope in scopes {
                let first =
                    if role == "primary_local_admin" { "--confirmed-as head_of_hr --confirmed-by Head" } else { "" };
                d.does(&format!("grant add {} --role {role} {scope} {first}", address(role, place)));
            }
        }
    }
    d.does("run");
    crate::brakes::closing(&d);
    d.does("org close R1D");
    d.does("audit proof --organisation R1A --out known.jsonl");
    d
}

impl Reach {
    /// Over what is asked for.
    const fn here(self) -> &'static [&'static str] {
        match self {
            Self::Federation => &["--federation"],
            Self::Sector => &["--sector trust"],
            Self::Organisations => &["--organisation R1A", "--organisation R1C"],
        }
    }

    /// Over something else.
    const fn there(self) -> &'static [&'static str] {
        match self {
            Self::Sector => &["--sector gp"],
            Self::Federation | Self::Organisations => &["--organisation R0A", "--organisation R0B"],
        }
    }
}

fn address(role: &str, place: &str) -> String {
    format!("{role}.{place}@mail.example").replace('_', "-")
}

/// What came of it: done, seen and not allowed, not alone, or as if it were not there.
fn outcome(line: &str, who: &str, said: &Said) -> &'static str {
    let all = format!("{}{}", said.out, said.err);
    let words = all.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.contains("roles do not allow") {
        "no"
    } else if words.contains("takes two persons") {
        "2"
    } else if words.contains("or you may not see it") {
        "-"
    } else {
        assert_eq!(said.code, 0, "{who}: {line}: {said:?}");
        "yes"
    }
}

/// A verb asked by everybody, each of a federation of their own.
fn row(start: &Desk, line: &str, place: &str) -> String {
    let holders = ROLES.iter().map(|(role, ..)| address(role, place)).chain([address("no", "role")]);
    let mut row = format!("{line:<WIDTH$}");
    for ((_, heading, _), who) in ROLES.iter().chain([&("", "none", Reach::Federation)]).zip(holders) {
        let said = start.copy().asks(&format!("--as {who} {line}"));
        let width = heading.len();
        write!(row, " {:<width$}", outcome(line, &who, &said)).unwrap();
    }
    row.trim_end().to_owned() + "\n"
}

/// All verbs; the work is shared out.
fn table(start: &Desk, place: &str) -> String {
    let halves = thread::scope(|scope| {
        let ask = |lines: &'static [&'static str]| {
            scope.spawn(move || lines.iter().map(|line| row(start, line, place)).collect::<String>())
        };
        let workers: Vec<_> = VERBS.chunks(VERBS.len().div_ceil(4)).map(ask).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect::<String>()
    });
    let headings: Vec<&str> = ROLES.iter().map(|(_, heading, _)| *heading).chain(["none"]).collect();
    format!("{:<WIDTH$} {}\n{halves}", "almoner --as PERSON", headings.join(" "))
}

/// The column of the commands.
const WIDTH: usize = 68;

const HEAD: &str = "\
What each role may do, asked of the program; a test compares, and rewrites it with UPDATE_EXPECT=1.

  yes  done
  no   refused: \"your roles do not allow that here\"
  2    refused to one alone: two persons do it in the portal
  -    refused as if it were not there: \"there is no ..., or you may not see it\"

nat-help is national_helpdesk, sector is sector_admin, primary is primary_local_admin, local is local_admin; none is a
person without any role. Operators, auditors and the national helpdesk hold their role over the federation, sector
administrators over the sector trust, the others over R1A and R1C, which are trusts. kim.moe is a leaver of R0A.
";

const ELSEWHERE: &str = "
The same, with the same roles over other organisations only: R0A and R0B, for the sector administrator the sector gp.

";

// Proves: ROLE-01, ROLE-02
#[test]
fn each_role_may_do_what_the_table_says() {
    let start = staffed();
    let all = format!("{HEAD}\n{}{ELSEWHERE}{}", table(&start, "here"), table(&start, "there"));
    expect_file!["../../../../docs/generated/roles.txt"].assert_eq(&all);
}

// Proves: ROLE-02
#[test]
fn an_account_of_another_organisation_is_as_absent_as_one_that_does_not_exist() {
    let start = staffed();
    let absent = "nobody@mail.example";
    for line in VERBS {
        let Some(there) = line.split_whitespace().find(|word| word.contains('@')) else { continue };
        if there == "kim.moe@mail.example" {
            continue;
        }
        for who in [address("local_admin", "there"), address("sector_admin", "there"), address("no", "role")] {
            let [one, other] =
                [line.to_owned(), line.replace(there, absent)].map(|line| start.asks(&format!("--as {who} {line}")));
            assert_eq!(one.err.replace(there, absent), other.err, "{who}: {line}");
            assert_eq!((one.code, one.out.as_str(), other.code), (1, "", 1), "{who}: {line}");
        }
    }
}

#[test]
fn everybody_may_ask_about_their_own_account() {
    let start = staffed();
    let who = address("no", "role");
    for verb in ["explain", "account show", "history"] {
        let said = start.asks(&format!("--as {who} {verb} {who}"));
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{verb}");
    }
}
