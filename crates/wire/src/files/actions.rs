//! Bulk actions on accounts that exist.

use domain::ids::{Address, OdsCode};

use super::form::Form;
use super::{Line, Problem};
use crate::csv::Record;
use crate::text::{NAME, PHRASE};

domain::words! {
    /// What is to be done with an account.
    pub enum Action {
        /// Mark as a leaver.
        Leaver = "leaver",
        /// Take the mark back.
        CancelLeaver = "cancel-leaver",
        /// Join a leaver to an organisation.
        Join = "join",
        /// Move to another organisation without leaving.
        Transfer = "transfer",
        /// Refuse sign-in.
        Disable = "disable",
        /// Allow sign-in again.
        Enable = "enable",
        /// Delete.
        Delete = "delete",
        /// Bring back what was deleted.
        Restore = "restore",
        /// Take out of the directory.
        Hide = "hide",
        /// Show in the directory again.
        Show = "show",
        /// Give a licence.
        Licence = "licence",
        /// Switch a service on.
        ServiceOn = "service-on",
        /// Switch a service off.
        ServiceOff = "service-off",
    }
}

/// What an action is done with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Argument {
    /// Nothing.
    None,
    /// The organisation to join or to move to.
    Organisation(OdsCode),
    /// The licence or the service, never empty.
    Name(String),
}

/// One action on one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionLine {
    /// The account.
    pub address: Address,
    /// What to do.
    pub action: Action,
    /// With what; always the variant that the action needs.
    pub argument: Argument,
    /// Why; never empty for a deletion.
    pub reason: String,
}

impl Line for ActionLine {
    const HEADINGS: &'static [&'static str] = &["Address", "Action", "Argument", "Reason"];

    fn parse(record: &Record) -> Result<Self, Vec<Problem>> {
        let mut form = Form::open::<Self>(record)?;
        let address = form.address("Address");
        form.demand("Action", "");
        let words: Vec<&str> = Action::ALL.iter().map(|action| action.as_str()).collect();
        let action = form.word("Action", Action::parse, &words);
        let argument = action.and_then(|action| argument(&mut form, action));
        if action == Some(Action::Delete) {
            form.demand("Reason", ", a deletion needs a reason");
        }
        let reason = form.text("Reason", PHRASE);
        let line = match (address, action, argument) {
            (Some(address), Some(action), Some(argument)) => Some(Self { address, action, argument, reason }),
            _ => None,
        };
        form.finish(line)
    }
}

fn argument(form: &mut Form<'_>, action: Action) -> Option<Argument> {
    match action {
        Action::Join | Action::Transfer => form.organisation("Argument").map(Argument::Organisation),
        Action::Licence | Action::ServiceOn | Action::ServiceOff => {
            Some(Argument::Name(form.required("Argument", NAME)))
        }
        Action::Leaver
        | Action::CancelLeaver
        | Action::Disable
        | Action::Enable
        | Action::Delete
        | Action::Restore
        | Action::Hide
        | Action::Show => {
            if !form.raw("Argument").is_empty() {
                form.note("Argument", format!("{action} takes no argument: leave this empty"));
            }
            Some(Argument::None)
        }
    }
}
