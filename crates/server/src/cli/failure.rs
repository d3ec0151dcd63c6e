//! Why a command did not do what was asked: one sentence, a hint what to do instead, an exit code.

use std::io::{self, Write};
use std::process::ExitCode;

use serde::Serialize;
use service::error::Error;

/// Refused, or nothing done.
pub(crate) const REFUSED: u8 = 1;
/// Wrong use.
pub(crate) const WRONG_USE: u8 = 2;
/// Held by a brake.
pub(crate) const HELD: u8 = 3;

/// A command that failed.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Failure {
    error: String,
    hint: String,
    exit: u8,
}

impl Failure {
    /// Refused, with what to do instead.
    pub(crate) fn refused(error: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { error: error.into(), hint: hint.into(), exit: REFUSED }
    }

    /// Wrong use, with how to use it.
    pub(crate) fn wrong_use(error: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { error: error.into(), hint: hint.into(), exit: WRONG_USE }
    }

    /// The same with what the hint leaves open, as `ADDRESS`, filled in: it can be typed as it stands.
    pub(crate) fn about(self, open: &str, value: &str) -> Self {
        Self { hint: self.hint.replace(open, value), ..self }
    }

    /// A file that cannot be read or written.
    pub(crate) fn file(path: &std::path::Path, error: &io::Error) -> Self {
        Self::refused(format!("{} cannot be used ({error})", path.display()), "check the path and its permissions")
    }

    /// What it is, and what to do about it.
    pub(crate) fn told(self) -> (String, String) {
        (self.error, self.hint)
    }

    /// Prints it to stderr: two lines for people, one JSON object for programs.
    pub(crate) fn print(&self, json: bool) -> ExitCode {
        let text = if json {
            serde_json::to_string(self).unwrap_or_default()
        } else {
            format!("error: {}\nhint: {}", self.error, self.hint)
        };
        // Nobody is left to tell when stderr is gone.
        drop(writeln!(io::stderr(), "{text}"));
        ExitCode::from(self.exit)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match &error {
            Error::Refused(refusal) => {
                let text = refusal.to_string();
                let (what, hint) = text.split_once(": ").unwrap_or((&text, "see why with `almoner explain ADDRESS`"));
                Self::refused(format!("{what} ({})", refusal.rule()), hint)
            }
            Error::NotFound { what, .. } => Self::refused(error.to_string(), where_to_look(what)),
            Error::NotAllowed(_) => {
                Self::refused(error.to_string(), "see the roles held with `almoner grant list --address PERSON`")
            }
            Error::Held(held) => Self {
                error: error.to_string(),
                hint: format!("a second person can release it with `almoner brake release {}`", held.part),
                exit: HELD,
            },
            Error::Input(text) => split(text, "see what else can be asked for with `almoner help`"),
            Error::File(_) => {
                let text = error.to_string();
                Self::refused(text, "put it right and send it again; what was done before is not done twice")
            }
            Error::Stopped => split(&error.to_string(), "ask for it again"),
            Error::Store(store) => {
                let wrong_use = matches!(store, store::error::Error::BadUrl(_));
                let failure = split(&store.to_string(), "try again in a moment");
                if wrong_use { Self { exit: WRONG_USE, ..failure } } else { failure }
            }
        }
    }
}

/// Texts are written as `what is wrong: what to do`.
fn split(text: &str, otherwise: &str) -> Failure {
    match text.rsplit_once(": ") {
        _ if text.contains('\n') => Failure::refused(text, "put them right, all of them, and try again"),
        Some((what, hint)) => Failure::refused(what, hint),
        None => Failure::refused(text, otherwise),
    }
}

fn where_to_look(what: &str) -> &'static str {
    match what {
        "organisation" => "list what there is with `almoner org list`; codes are in capitals",
        "account" | "user" | "person" | "owner" | "mailbox" => {
            "list accounts with `almoner account list --organisation ODS`"
        }
        "grant" => "list grants with `almoner grant list --organisation ODS`",
        "part" => "list what is held with `almoner brake list --organisation ODS`",
        "held part of run" => "see what is held with `almoner brake list`",
        "secure domain" => "list them with `almoner mail secure list`",
        "run" => "list runs with `almoner run list`",
        _ => "check the name",
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::OdsCode;
    use domain::refusal::Refusal;
    use service::brake::HeldRequest;

    use super::*;

    #[test]
    fn every_failure_is_a_sentence_and_a_hint() {
        let code = OdsCode::parse("RXX").unwrap();
        let cases = [
            (
                Error::from(Refusal::EnableFirst),
                "the account is disabled (LC-09)",
                "enable it first, then mark it as a leaver",
                1,
            ),
            (
                Error::from(Refusal::SameOrganisation(code)),
                "the account belongs to RXX already (JML-06)",
                "see why with `almoner explain ADDRESS`",
                1,
            ),
            (Error::Input("x is past: a policy begins today".to_owned()), "x is past", "a policy begins today", 1),
            (
                Error::Input("two\nlines: of text".to_owned()),
                "two\nlines: of text",
                "put them right, all of them, and try again",
                1,
            ),
            (
                Error::Held(HeldRequest { part: 3, why: "1 of 6".to_owned() }),
                "a brake holds it as part 3: 1 of 6 (RUN-05)",
                "a second person can release it with `almoner brake release 3`",
                3,
            ),
            (store::error::Error::NoSchema.into(), "the database has no Almoner schema", "run `almoner init`", 1),
            (
                store::error::Error::BadUrl("no file: write sqlite:FILE".to_owned()).into(),
                "no file",
                "write sqlite:FILE",
                2,
            ),
        ];
        for (error, sentence, hint, exit) in cases {
            let expected = Failure { error: sentence.to_owned(), hint: hint.to_owned(), exit };
            assert_eq!(Failure::from(error), expected);
        }
    }

    #[test]
    fn what_is_not_found_is_told_with_where_to_look() {
        for (what, verb) in [
            ("organisation", "org list"),
            ("account", "account list"),
            ("user", "account list"),
            ("person", "account list"),
            ("grant", "grant list"),
            ("part", "brake list"),
            ("held part of run", "brake list"),
            ("run", "run list"),
        ] {
            let failure = Failure::from(Error::NotFound { what, name: "X".to_owned() });
            assert_eq!(
                (failure.error, failure.exit),
                (format!("there is no {what} X, or you may not see it"), REFUSED)
            );
            assert!(failure.hint.contains(&format!("`almoner {verb}")), "{what}: {}", failure.hint);
        }
    }

    #[test]
    fn a_hint_is_filled_in_and_a_text_keeps_all_before_its_last_colon() {
        let failure = Failure::from(Error::from(Refusal::Held)).about("ADDRESS", "ann@x.org");
        assert_eq!((failure.hint.as_str(), failure.exit), ("release the hold first", REFUSED));
        let open = Failure::refused("no", "see `almoner explain ADDRESS`").about("ADDRESS", "ann@x.org");
        assert_eq!(open, Failure::refused("no", "see `almoner explain ann@x.org`"));
        let told = Failure::from(Error::Input("line 2: x: write y".to_owned()));
        assert_eq!(told, Failure::refused("line 2: x", "write y"));
        let bare = Failure::from(Error::Input("at 12:30".to_owned()));
        assert_eq!(bare.error, "at 12:30", "a colon without a space divides nothing");
        let file = Failure::from(Error::File("line 3: no".to_owned()));
        assert_eq!(file.error, "the file is refused, nothing was changed: line 3: no");
        assert_eq!(Failure::from(Error::NotAllowed("delete")).exit, REFUSED);
    }

    #[test]
    fn programs_get_the_same_three_things() {
        let json = serde_json::to_value(Failure::wrong_use("x \"y\"", "z")).unwrap();
        assert_eq!(json, serde_json::json!({ "error": "x \"y\"", "hint": "z", "exit": 2 }));
    }
}
