//! Whether two accounts may be one person's: what they have in common, weighed.

words! {
    /// What two accounts have in common.
    pub enum Fact {
        /// The name.
        Name = "name",
        /// The organisation.
        Organisation = "organisation",
        /// The mobile telephone.
        Mobile = "mobile",
        /// An organisation's number for the person.
        LocalId = "local_id",
        /// The day on which they were created.
        Created = "created",
    }
}

/// From here on two accounts are shown as possible duplicates: a name alone is shared by too many.
pub const SHOWN: i64 = 60;

impl Fact {
    /// How much it says, of about a hundred.
    pub const fn weight(self) -> i64 {
        match self {
            Self::Name | Self::Mobile => 40,
            Self::LocalId => 30,
            Self::Organisation => 20,
            Self::Created => 10,
        }
    }
}

/// How much some facts say together.
pub fn score(facts: &[Fact]) -> i64 {
    facts.iter().map(|fact| fact.weight()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_needs_a_second_fact_and_a_day_is_not_enough() {
        for (facts, shown) in [
            (&[Fact::Name][..], false),
            (&[Fact::Name, Fact::Created], false),
            (&[Fact::Name, Fact::Organisation], true),
            (&[Fact::Name, Fact::Mobile], true),
            (&[Fact::Name, Fact::LocalId], true),
            (&[Fact::Mobile, Fact::Created], false),
            (&[], false),
        ] {
            assert_eq!(score(facts) >= SHOWN, shown, "{facts:?}");
        }
        assert_eq!(score(Fact::ALL), 140);
    }
}
