//! `account import`: accounts to make or change, matched by id or by local id within their organisation.

use domain::ids::{AccountId, OdsCode};

use super::form::Form;
use super::{Line, Problem};
use crate::csv::Record;
use crate::text::{NAME, PHRASE};

/// An account to make or to change. Texts may be empty where nothing else is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountLine {
    /// Names an existing account; without it the local id and the organisation do.
    pub id: Option<AccountId>,
    /// The organisation's own number for the person; never empty where `id` is `None`.
    pub local_id: String,
    /// Title.
    pub title: String,
    /// First name, never empty.
    pub first_name: String,
    /// Last name, never empty.
    pub last_name: String,
    /// Display name; empty to have one made.
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
    /// Notes, lines ended by LF.
    pub notes: String,
}

impl Line for AccountLine {
    const HEADINGS: &'static [&'static str] = &[
        "ID",
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
        "Notes",
    ];

    fn parse(record: &Record) -> Result<Self, Vec<Problem>> {
        let mut form = Form::open::<Self>(record)?;
        let id = account_id(&mut form);
        if form.raw("ID").is_empty() {
            form.demand("LocalId", ", or the ID of an existing account");
        }
        let local_id = form.text("LocalId", NAME);
        let title = form.text("Title", NAME);
        let first_name = form.required("FirstName", NAME);
        let last_name = form.required("LastName", NAME);
        let display_name = form.text("DisplayName", PHRASE);
        let mobile = form.mobile("Mobile");
        let hide_mobile = form.flag("HideMobile");
        let telephone = form.text("Telephone", NAME);
        let job_title = form.text("JobTitle", PHRASE);
        let organisation = form.organisation("OrganisationODS");
        let unit = form.text("Unit", PHRASE);
        let licence = form.text("Licence", NAME);
        let notes = form.notes("Notes");
        let line = organisation.map(|organisation| Self {
            id,
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
            notes,
        });
        form.finish(line)
    }
}

fn account_id(form: &mut Form<'_>) -> Option<AccountId> {
    let value = form.raw("ID");
    let digits = value.bytes().all(|b| b.is_ascii_digit());
    let id = value.parse().ok().filter(|id| digits && *id > 0).map(AccountId);
    if id.is_none() && !value.is_empty() {
        form.note("ID", "this is no account id: write the number that Almoner shows, or nothing");
    }
    id
}
