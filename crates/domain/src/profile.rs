//! What a directory shows of an account. No lifecycle rule reads it.

/// Names, telephones, entitlements. Empty text means: not known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    /// The organisation's own number for the person (HR's).
    pub local_id: String,
    /// As `Dr`.
    pub title: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// A name given by hand; users without one get a generated one.
    pub display_name: String,
    /// Unique, hideable.
    pub mobile: String,
    /// The mobile is not shown in the directory.
    pub hide_mobile: bool,
    /// Telephone at work.
    pub telephone: String,
    /// What the person does.
    pub job_title: String,
    /// Organisational unit.
    pub unit: String,
    /// The licence's name.
    pub licence: String,
    /// Mailbox quota in MiB.
    pub quota_mib: i64,
    /// Services switched off for this account, sorted, space between.
    pub services_off: String,
    /// Hidden from the directory by hand.
    pub hidden: bool,
    /// Dated lines, oldest first.
    pub notes: String,
}

impl Profile {
    /// `LAST, First (ORGANISATION NAME)`, or the name given by hand.
    pub fn display(&self, organisation_name: &str) -> String {
        if self.display_name.is_empty() {
            format!("{}, {} ({organisation_name})", self.last_name.to_uppercase(), self.first_name)
        } else {
            self.display_name.clone()
        }
    }

    /// `Ann Example`, or the name that a mailbox without a person was given.
    pub fn full_name(&self) -> String {
        let name = format!("{} {}", self.first_name, self.last_name);
        if name.trim().is_empty() { self.display_name.clone() } else { name.trim().to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_there_is_of_it() {
        for (first, last, display, expected) in [
            ("Ann", "Lee", "", "Ann Lee"),
            ("Ann", "Lee", "Desk", "Ann Lee"),
            ("", "Lee", "Desk", "Lee"),
            ("Ann", "", "Desk", "Ann"),
            ("", "", "Desk", "Desk"),
            (" ", "", "", ""),
        ] {
            let (first_name, last_name, display_name) = (first.to_owned(), last.to_owned(), display.to_owned());
            let profile = Profile { first_name, last_name, display_name, ..Profile::default() };
            assert_eq!(profile.full_name(), expected);
        }
    }

    #[test]
    fn the_display_name_is_generated_unless_given() {
        let ann = Profile { first_name: "Ann".into(), last_name: "Lee".into(), ..Profile::default() };
        assert_eq!(ann.display("THE DENSHAM SURGERY"), "LEE, Ann (THE DENSHAM SURGERY)");
        let desk = Profile { display_name: "Reception".into(), ..ann };
        assert_eq!(desk.display("THE DENSHAM SURGERY"), "Reception");
    }
}
