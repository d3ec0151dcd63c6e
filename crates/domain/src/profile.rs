//! What a directory shows of an account. No lifecycle rule reads it.

use crate::status::Status;

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

    /// Whether the directory shows an account: its status is not hidden by the policy, nor its entry by hand (DIR-03).
    pub fn is_shown(&self, status: Status, hidden: &[Status]) -> bool {
        let gone = matches!(status, Status::Deleted | Status::Purged);
        !self.hidden && !gone && !hidden.contains(&status)
    }

    /// What everybody may see: without what is the administrators', and without a hidden mobile (DIR-03).
    #[must_use]
    pub fn public(self) -> Self {
        let mobile = if self.hide_mobile { String::new() } else { self.mobile };
        Self {
            mobile,
            title: self.title,
            first_name: self.first_name,
            last_name: self.last_name,
            display_name: self.display_name,
            telephone: self.telephone,
            job_title: self.job_title,
            unit: self.unit,
            ..Self::default()
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

    // Proves: DIR-03
    #[test]
    fn the_directory_shows_who_is_hidden_neither_by_status_nor_by_hand() {
        let (policy, by_hand) = ([Status::Inactive, Status::Leaver], Profile { hidden: true, ..Profile::default() });
        for (status, shown) in [
            (Status::Pending, true),
            (Status::Active, true),
            (Status::Inactive, false),
            (Status::Leaver, false),
            (Status::Disabled, true),
            (Status::Deleted, false),
            (Status::Purged, false),
        ] {
            assert_eq!(Profile::default().is_shown(status, &policy), shown, "{status}");
            assert!(!by_hand.is_shown(status, &policy), "{status} by hand");
        }
    }

    // Proves: DIR-03
    #[test]
    fn what_everybody_sees_is_names_work_and_telephones() {
        let text = |text: &str| text.to_owned();
        let all = Profile {
            local_id: text("1"),
            title: text("Dr"),
            first_name: text("Ann"),
            last_name: text("Lee"),
            display_name: text("LEE, Ann"),
            mobile: text("07700 900000"),
            hide_mobile: true,
            telephone: text("1"),
            job_title: text("Nurse"),
            unit: text("Ward 2"),
            licence: text("standard"),
            quota_mib: 9,
            services_off: text("chat"),
            hidden: false,
            notes: text("asked twice"),
        };
        let shown = Profile {
            title: text("Dr"),
            first_name: text("Ann"),
            last_name: text("Lee"),
            display_name: text("LEE, Ann"),
            telephone: text("1"),
            job_title: text("Nurse"),
            unit: text("Ward 2"),
            ..Profile::default()
        };
        assert_eq!(all.clone().public(), shown);
        let open = Profile { hide_mobile: false, ..all.clone() };
        assert_eq!(open.public(), Profile { mobile: all.mobile, ..shown });
    }

    #[test]
    fn the_display_name_is_generated_unless_given() {
        let ann = Profile { first_name: "Ann".into(), last_name: "Lee".into(), ..Profile::default() };
        assert_eq!(ann.display("THE DENSHAM SURGERY"), "LEE, Ann (THE DENSHAM SURGERY)");
        let desk = Profile { display_name: "Reception".into(), ..ann };
        assert_eq!(desk.display("THE DENSHAM SURGERY"), "Reception");
    }

    #[test]
    fn a_generated_name_is_upper_case_in_every_alphabet_and_one_given_by_hand_is_left_alone() {
        for (first, last, by_hand, expected) in [
            ("Siân", "ó dálaigh", "", "Ó DÁLAIGH, Siân (ORG)"),
            ("Jo", "Strauß", "", "STRAUSS, Jo (ORG)"),
            ("Jo", "Strauß", "jo strauß", "jo strauß"),
        ] {
            let (first_name, last_name, display_name) = (first.to_owned(), last.to_owned(), by_hand.to_owned());
            let profile = Profile { first_name, last_name, display_name, ..Profile::default() };
            assert_eq!(profile.display("ORG"), expected);
        }
    }
}
