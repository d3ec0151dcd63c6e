//! Mailboxes without a person: what their members may do in them, how they are named, how many may share one (SM-01).

words! {
    /// What a member may do in a mailbox; each is allowed all that stands before it.
    pub enum Right {
        /// Read what is there.
        Read = "read",
        /// Write under its name.
        SendAs = "send_as",
        /// Also put away and delete.
        Full = "full",
    }
}

/// How an account belongs to a mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Standing {
    /// Answers for the mailbox and manages its members (SM-02).
    pub owner: bool,
    /// What it may do in it.
    pub right: Right,
}

impl Standing {
    /// An owner who may do everything in it.
    pub const OWNER: Self = Self { owner: true, right: Right::Full };
    /// A member who may do everything in it.
    pub const MEMBER: Self = Self { owner: false, right: Right::Full };

    /// `owner`, `member`, `member read`: the right stands there unless it is the full one.
    pub fn text(self) -> String {
        let who = if self.owner { "owner" } else { "member" };
        match self.right {
            Right::Full => who.to_owned(),
            Right::Read | Right::SendAs => format!("{who} {}", self.right),
        }
    }
}

/// Whether a mailbox may be called that: at most so many letters, digits, spaces and `- , ; . ( ) & [ ]` (SM-01).
pub fn is_display_name(name: &str, most: u16) -> bool {
    let fits = |c: char| c.is_alphanumeric() || " -,;.()&[]".contains(c);
    !name.trim().is_empty() && name.chars().count() <= usize::from(most) && name.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Proves: SM-01
    #[test]
    fn a_mailbox_is_called_by_letters_digits_and_a_few_signs() {
        for (name, good) in [
            ("Ward 2", true),
            ("A&E - Triage (North); [out of hours], No. 3", true),
            ("Siân's Ward", false),
            ("Siân Ward", true),
            ("", false),
            (" ", false),
            ("<script>", false),
            ("Ward\t2", false),
            ("Ward\u{202e}2", false),
        ] {
            assert_eq!(is_display_name(name, 249), good, "{name:?}");
        }
        assert!(is_display_name(&"x".repeat(249), 249) && !is_display_name(&"x".repeat(250), 249));
    }

    #[test]
    fn a_standing_is_told_by_its_right_unless_that_is_the_full_one() {
        let of = |owner, right| Standing { owner, right }.text();
        assert_eq!((Standing::OWNER.text(), Standing::MEMBER.text()), ("owner".to_owned(), "member".to_owned()));
        assert_eq!((of(true, Right::SendAs), of(false, Right::Read)), ("owner send_as".into(), "member read".into()));
    }

    // Proves: SM-01
    #[test]
    fn each_sign_of_a_name_is_one_of_those_listed() {
        let good: String = (' '..='~').filter(|c| is_display_name(&format!("a{c}"), 2)).collect();
        let signs: String = good.chars().filter(|c| !c.is_ascii_alphanumeric()).collect();
        assert_eq!(signs, " &(),-.;[]");
        assert_eq!(good.len(), 10 + 26 + 26 + 10, "signs, letters of both cases, digits");
        assert!(is_display_name(&"é".repeat(9), 9) && !is_display_name(&"é".repeat(10), 9), "characters, not bytes");
    }

    #[test]
    fn each_right_holds_those_before_it() {
        assert!(Right::Read < Right::SendAs && Right::SendAs < Right::Full);
        assert!(Standing::MEMBER < Standing::OWNER);
    }
}
