//! Addresses from names, by the policy's pattern (`{first}.{last}{n}`). Names of every script become ASCII letters.

/// The part before the `@`, split where the number goes: `("ann.lee", "")`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Base {
    before: String,
    after: String,
}

impl Base {
    /// The base for a person, or `None` when a name has no letter that an address can hold.
    pub(crate) fn of(pattern: &str, first: &str, last: &str) -> Option<Self> {
        let (first, last) = (folded(first), folded(last));
        if first.is_empty() || last.is_empty() {
            return None;
        }
        Some(Self::fill(pattern, &[("{first}", &first), ("{last}", &last)]))
    }

    /// The base for a mailbox without a person: the organisation's short name, a dot, the mailbox's name (SM-01).
    pub(crate) fn of_mailbox(short_name: &str, name: &str) -> Option<Self> {
        let name = folded(name);
        (!name.is_empty()).then(|| Self::fill(&format!("{short_name}.{name}{{n}}"), &[]))
    }

    fn fill(pattern: &str, values: &[(&str, &str)]) -> Self {
        let filled = values.iter().fold(pattern.to_owned(), |text, (key, value)| text.replace(key, value));
        let (before, after) = filled.split_once("{n}").unwrap_or((&filled, ""));
        Self { before: before.to_owned(), after: after.to_owned() }
    }

    /// The name that the counter is kept under.
    pub(crate) fn key(&self) -> String {
        format!("{}*{}", self.before, self.after)
    }

    /// The address of the nth holder of this name: the first has no number, the second `first_number`.
    pub(crate) fn address(&self, nth: u32, first_number: u32, domain: &str) -> String {
        let number = if nth == 0 { String::new() } else { (first_number + nth - 1).to_string() };
        format!("{}{number}{}@{domain}", self.before, self.after)
    }
}

/// Lower-case ASCII letters and digits; what separates words becomes one hyphen; apostrophes vanish.
fn folded(name: &str) -> String {
    let ascii = any_ascii::any_ascii(name).to_ascii_lowercase();
    let mut out = String::with_capacity(ascii.len());
    for c in ascii.chars() {
        match c {
            'a'..='z' | '0'..='9' => out.push(c),
            '\'' | '`' | '"' | '.' => {}
            _ if out.is_empty() || out.ends_with('-') => {}
            _ => out.push('-'),
        }
        if out.len() >= 28 {
            break;
        }
    }
    out.truncate(out.trim_end_matches('-').len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(first: &str, last: &str, nth: u32) -> String {
        Base::of("{first}.{last}{n}", first, last).unwrap().address(nth, 1, "example.org")
    }

    #[test]
    fn names_of_every_kind_become_addresses() {
        for (first, last, expected) in [
            ("Ann", "Lee", "ann.lee@example.org"),
            ("Siân", "O'Neill", "sian.oneill@example.org"),
            ("Łukasz", "Wójcik", "lukasz.wojcik@example.org"),
            ("María José", "García-López", "maria-jose.garcia-lopez@example.org"),
            ("Jan", "van der Berg", "jan.van-der-berg@example.org"),
            ("Jürgen", "Müller ", "jurgen.muller@example.org"),
        ] {
            assert_eq!(address(first, last, 0), expected);
        }
        assert_eq!(Base::of("{first}.{last}{n}", "?!", "Lee"), None);
    }

    #[test]
    fn the_second_of_a_name_gets_a_number() {
        assert_eq!(address("Ann", "Lee", 1), "ann.lee1@example.org");
        assert_eq!(address("Ann", "Lee", 12), "ann.lee12@example.org");
        let from_two = Base::of("{first}.{last}{n}", "Ann", "Lee").unwrap();
        assert_eq!(from_two.address(1, 2, "example.org"), "ann.lee2@example.org");
        assert_eq!(from_two.key(), "ann.lee*");
    }

    #[test]
    fn a_mailbox_is_named_after_its_organisation() {
        let base = Base::of_mailbox("a81001", "Reception Desk").unwrap();
        assert_eq!(base.address(0, 1, "example.org"), "a81001.reception-desk@example.org");
    }

    #[test]
    fn a_name_is_cut_at_twenty_eight_letters_and_ends_in_one() {
        let long = "x".repeat(28);
        for (name, expected) in [
            (long.clone(), long.clone()),
            (format!("{long}y"), long.clone()),
            (format!("{} Berg", "x".repeat(27)), "x".repeat(27)),
            (format!("{} B", "x".repeat(26)), format!("{}-b", "x".repeat(26))),
            ("-- A -- B --".to_owned(), "a-b".to_owned()),
            ("J.R.R.".to_owned(), "jrr".to_owned()),
            ("R2 D2".to_owned(), "r2-d2".to_owned()),
            ("\u{674e}\u{660e}".to_owned(), "liming".to_owned()),
            (String::new(), String::new()),
        ] {
            assert_eq!(folded(&name), expected, "{name}");
        }
    }

    #[test]
    fn either_name_alone_makes_no_address() {
        for (first, last, is) in [("Ann", "Lee", true), ("Ann", "...", false), ("--", "Lee", false), ("", "", false)] {
            assert_eq!(Base::of("{first}.{last}{n}", first, last).is_some(), is, "{first} {last}");
        }
        assert_eq!(Base::of_mailbox("rx1", "(!)"), None);
    }

    #[test]
    fn the_number_stands_where_the_pattern_says() {
        for (pattern, nth, expected) in [
            ("{first}{n}.{last}", 0, "ann.lee@x.org"),
            ("{first}{n}.{last}", 3, "ann4.lee@x.org"),
            ("{last}.{first}{n}", 1, "lee.ann2@x.org"),
            ("{first}.{last}", 1, "ann.lee2@x.org"),
        ] {
            let base = Base::of(pattern, "Ann", "Lee").unwrap();
            assert_eq!(base.address(nth, 2, "x.org"), expected, "{pattern} {nth}");
        }
        let (before, behind) =
            (Base::of("{first}{n}.{last}", "Ann", "Lee"), Base::of("{first}.{last}{n}", "Ann", "Lee"));
        assert_ne!(before.unwrap().key(), behind.unwrap().key(), "two patterns count by themselves");
    }
}
