//! `account import --migrate`: a population that already lives elsewhere, with its addresses, states and dates.

use domain::ids::{Address, OdsCode};
use domain::status::{Kind, Status};
use domain::time::Day;

use super::form::Form;
use super::{Line, Problem};
use crate::csv::Record;
use crate::text::{NAME, PHRASE};

/// An account as it lived elsewhere. Texts may be empty where nothing else is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationLine {
    /// Its address.
    pub address: Address,
    /// What it is for.
    pub kind: Kind,
    /// The organisation's own number for it.
    pub local_id: String,
    /// Title.
    pub title: String,
    /// First name, never empty for a user.
    pub first_name: String,
    /// Last name, never empty for a user.
    pub last_name: String,
    /// Display name, never empty for the other kinds.
    pub display_name: String,
    /// Mobile number without spaces and dashes.
    pub mobile: Option<String>,
    /// Whether the mobile number is hidden from others.
    pub hide_mobile: bool,
    /// Telephone.
    pub telephone: String,
    /// Job title.
    pub job_title: String,
    /// The organisation.
    pub organisation: OdsCode,
    /// Unit.
    pub unit: String,
    /// Licence.
    pub licence: String,
    /// Where it stands.
    pub status: Status,
    /// Since when; never before `created_on`.
    pub status_since: Option<Day>,
    /// When it was made.
    pub created_on: Option<Day>,
    /// When the terms of use were accepted.
    pub terms_accepted_on: Option<Day>,
    /// When the password was changed last.
    pub password_changed_on: Option<Day>,
    /// Notes, lines ended by LF.
    pub notes: String,
}

impl Line for MigrationLine {
    const HEADINGS: &'static [&'static str] = &[
        "Address",
        "Kind",
        "LocalId",
        "Title",
        "FirstName",
        "LastName",
        "DisplayName",
        "Mobile",
        "HideMobile",
        "Telephone",
        "JobTitle",
        "OrganisationODS",
        "Unit",
        "Licence",
        "Status",
        "StatusSince",
        "Created",
        "TermsAccepted",
        "PasswordChanged",
        "Notes",
    ];

    fn parse(record: &Record) -> Result<Self, Vec<Problem>> {
        let mut form = Form::open::<Self>(record)?;
        let address = form.address("Address");
        let kind = kind(&mut form);
        let local_id = form.text("LocalId", NAME);
        let title = form.text("Title", NAME);
        let first_name = form.text("FirstName", NAME);
        let last_name = form.text("LastName", NAME);
        let display_name = form.text("DisplayName", PHRASE);
        let mobile = form.mobile("Mobile");
        let hide_mobile = form.flag("HideMobile");
        let telephone = form.text("Telephone", NAME);
        let job_title = form.text("JobTitle", PHRASE);
        let organisation = form.organisation("OrganisationODS");
        let unit = form.text("Unit", PHRASE);
        let licence = form.text("Licence", NAME);
        let status = status(&mut form);
        let (status_since, created_on) = (form.day("StatusSince"), form.day("Created"));
        if let (Some(since), Some(created)) = (status_since, created_on)
            && since < created
        {
            form.note(
                "StatusSince",
                format!("this is before the account was created ({created}): correct one of them"),
            );
        }
        let terms_accepted_on = form.day("TermsAccepted");
        let password_changed_on = form.day("PasswordChanged");
        let notes = form.notes("Notes");
        let line = address.zip(organisation).map(|(address, organisation)| Self {
            address,
            kind,
            local_id,
            title,
            first_name,
            last_name,
            display_name,
            mobile,
            hide_mobile,
            telephone,
            job_title,
            organisation,
            unit,
            licence,
            status,
            status_since,
            created_on,
            terms_accepted_on,
            password_changed_on,
            notes,
        });
        form.finish(line)
    }
}

/// The kind, and the names that a kind must have.
fn kind(form: &mut Form<'_>) -> Kind {
    let words: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    let known = form.word("Kind", Kind::parse, &words);
    let empty = form.raw("Kind").is_empty();
    match known {
        Some(Kind::Shared | Kind::Application | Kind::Resource) => {
            form.demand("DisplayName", ", only a user may go without");
        }
        Some(Kind::User) => demand_names(form),
        None if empty => demand_names(form),
        None => {}
    }
    known.unwrap_or(Kind::User)
}

fn demand_names(form: &mut Form<'_>) {
    form.demand("FirstName", "");
    form.demand("LastName", "");
}

fn status(form: &mut Form<'_>) -> Status {
    let words: Vec<&str> = Status::ALL.iter().map(|status| status.as_str()).collect();
    form.word("Status", Status::parse, &words).unwrap_or(Status::Active)
}
