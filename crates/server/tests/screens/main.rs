//! What people see: every readable output of every verb at 80 columns, each family of screens in a text beside this
//! file; and that programs are told what the documents promise, and people what their roles allow.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test that cannot go on has failed")]

mod actions;
mod audit;
mod brakes;
mod control;
mod desk;
mod documents;
mod federation;
mod files;
mod lives;
mod roles;
mod runs;

use crate::desk::Desk;

/// The organisations of the rehearsal.
const TRUSTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/ods/etr_2022-03.csv");
/// A later edition of the same series.
const LATER_TRUSTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/ods/etr_2024-12.csv");
/// The headings of a migration.
const HEADINGS: &str = "Address,Kind,LocalId,Title,FirstName,LastName,DisplayName,Mobile,HideMobile,Telephone,JobTitle,\
OrganisationODS,Unit,Licence,Status,StatusSince,Created,TermsAccepted,PasswordChanged,Notes\n";

/// A federation with an account of every status and every kind, on 1 September 2018.
const PEOPLE: &str = "\
ann.lee@mail.example,user,1,Dr,Ann,Lee,,07700 900123,yes,,Consultant,R1A,Ward 2,,,,2017-01-01,2017-01-02,2018-08-01,Prefers Annie
bob.ray@mail.example,user,2,Mr,Bob,Ray,,,,,,R1A,,,inactive,2018-08-01,2017-01-01,2017-01-02,2018-01-01,
cy.dee@mail.example,user,3,Mr,Cy,Dee,,,,,,R1A,,,,,2017-01-01,2017-01-02,2018-08-20,
dot.fay@mail.example,user,4,Ms,Dot,Fay,,,,,,R1A,,,leaver,2018-08-20,2017-01-01,2017-01-02,2018-08-10,
ed.gil@mail.example,user,5,Mr,Ed,Gil,,,,,,R1A,,,disabled,2018-06-01,2017-01-01,2017-01-02,2018-05-10,
flo.hay@mail.example,user,6,Ms,Flo,Hay,,,,,,R1A,,,deleted,2018-07-01,2017-01-01,2017-01-02,2018-05-10,
gus.ivy@mail.example,user,7,Mr,Gus,Ivy,,,,,,R1A,,,pending,,2018-08-15,,,
hal.joy@mail.example,user,8,Mr,Hal,Joy,,,,,,R1A,,,inactive,2018-06-10,2017-01-01,2017-01-02,2018-01-01,
ira.kay@mail.example,user,9,Mr,Ira,Kay,,,,,,R1A,,,inactive,2018-06-10,2017-01-01,2017-01-02,2018-01-01,
ward.two@mail.example,shared,,,,,Ward Two,,,,,R1A,,,,,2017-01-01,,,
ward.old@mail.example,shared,,,,,Old Ward,,,,,R1A,,,deleted,2018-08-20,2017-01-01,,,
print.app@mail.example,application,,,,,Print Server,,,,,R1A,,,,,2017-01-01,,,
room.one@mail.example,resource,,,,,Room One,,,,,R1A,,,,,2017-01-01,,,
jo.lowe@mail.example,user,10,Ms,Jo,Lowe,,,,,,R0A,,,,,2017-01-01,2017-01-02,2018-08-20,
kim.moe@mail.example,user,11,Ms,Kim,Moe,,,,,,R0A,,,leaver,2018-08-20,2017-01-01,2017-01-02,2018-08-20,
";

/// The federation that most screens begin with; made once, and copied.
fn federation() -> Desk {
    use std::sync::OnceLock;
    static MADE: OnceLock<Desk> = OnceLock::new();
    MADE.get_or_init(|| {
        let mut desk = Desk::empty();
        desk.on("2018-09-01");
        desk.does("init --rehearsal");
        desk.does(&format!("org import {TRUSTS} --edition 2022-03"));
        desk.file("people.csv", &format!("{HEADINGS}{PEOPLE}"));
        desk.does("account import people.csv --migrate");
        desk.does("hold hal.joy@mail.example --reason 'matter 2018/114'");
        desk
    })
    .copy()
}
