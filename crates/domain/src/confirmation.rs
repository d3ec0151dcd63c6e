//! Who confirms the first primary administrator of an organisation (ROLE-04).

use crate::time::Day;

words! {
    /// Who may confirm.
    pub enum Confirmer {
        /// The organisation's head of human resources.
        HeadOfHr = "head_of_hr",
        /// The organisation's head of information technology.
        HeadOfIt = "head_of_it",
    }
}

/// A confirmation, as it is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// In which office.
    pub by: Confirmer,
    /// The person's name.
    pub name: String,
    /// When it was given.
    pub on: Day,
}

impl Confirmation {
    /// Reads what was typed; it was given today or before.
    pub fn new(by: Confirmer, name: &str, on: Day, today: Day) -> Result<Self, &'static str> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
            return Err("write the name of the person who confirmed it, in at most 100 characters");
        }
        if on > today {
            return Err("a confirmation is of today or a day before");
        }
        Ok(Self { by, name: name.to_owned(), on })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Proves: ROLE-04
    #[test]
    fn a_confirmation_names_a_person_and_a_day_that_has_come() {
        let today = Day::parse("2019-01-02").unwrap();
        let long = "x".repeat(101);
        for (name, on, good) in [
            ("Pat Low", "2019-01-02", true),
            ("  Pat Low ", "2018-12-31", true),
            ("Pat Low", "2019-01-03", false),
            ("", "2019-01-02", false),
            (" ", "2019-01-02", false),
            ("Pat\u{7}", "2019-01-02", false),
            (long.as_str(), "2019-01-02", false),
            (&long[1..], "2019-01-02", true),
        ] {
            let read = Confirmation::new(Confirmer::HeadOfHr, name, Day::parse(on).unwrap(), today);
            assert_eq!(read.is_ok(), good, "{name:?} {on}");
        }
    }
}
