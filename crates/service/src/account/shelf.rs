//! What is looked for among an organisation's accounts, kept in memory: each account's words, and for each word its accounts.

use std::collections::BTreeMap;
use std::ops::Range;

use domain::account::Account;
use domain::ids::AccountId;
use domain::profile::Profile;
use domain::status::{Kind, Status};
use store::profile::Findable;

use crate::account::alike::{self, Typed};

/// An account as it is looked for.
#[derive(Debug, Clone)]
pub(crate) struct Card {
    status: Status,
    kind: Kind,
    /// Its words, one space between them.
    text: Box<str>,
    unit: Box<str>,
}

/// A word, and the places of the accounts that have it.
#[derive(Debug)]
struct Word {
    text: Box<str>,
    letters: u64,
    cards: Box<[u32]>,
}

/// The accounts of an organisation, by id, and their words in order.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    ids: Vec<i64>,
    cards: Vec<Card>,
    words: Vec<Word>,
}

/// What is looked for on a shelf.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked<'a> {
    /// Words of the account, in any order.
    pub(crate) words: &'a [String],
    /// Words of its unit.
    pub(crate) unit: &'a [String],
    /// Of this status.
    pub(crate) status: Option<Status>,
    /// Of this kind.
    pub(crate) kind: Option<Kind>,
}

impl Shelf {
    /// A shelf of some cards. Cost: sorts their words, some 2 µs for each account.
    pub(crate) fn of(cards: impl IntoIterator<Item = (AccountId, Card)>) -> Self {
        Self::sorted(cards.into_iter().map(|(id, card)| (id.0, card)).collect())
    }

    /// The same shelf after some accounts changed; of those that left nothing is given. Cost: as `of`, without reading.
    pub(crate) fn changed(&self, changed: &[AccountId], now: Vec<(AccountId, Card)>) -> Self {
        let kept = self.ids.iter().copied().zip(self.cards.iter().cloned());
        let mut cards: BTreeMap<i64, Card> = kept.collect();
        for id in changed {
            cards.remove(&id.0);
        }
        cards.extend(now.into_iter().map(|(id, card)| (id.0, card)));
        Self::sorted(cards)
    }

    fn sorted(cards: BTreeMap<i64, Card>) -> Self {
        let (ids, cards): (Vec<i64>, Vec<Card>) = cards.into_iter().unzip();
        let words = {
            let mut pairs: Vec<(&str, u32)> = (0..)
                .zip(&cards)
                .flat_map(|(place, card)| card.text.split(' ').filter(|word| !word.is_empty()).map(move |w| (w, place)))
                .collect();
            pairs.sort_unstable();
            pairs.dedup();
            let groups = pairs.chunk_by(|(one, _), (other, _)| one == other);
            groups
                .filter_map(|group| Some((group.first()?.0, group)))
                .map(|(text, group)| Word::new(text, group))
                .collect()
        };
        Self { ids, cards, words }
    }

    /// How many accounts it has.
    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    /// The accounts that are meant, by id, behind one of them. Cost: for each typed word a look at each word of the shelf
    /// (2 ns) and a comparison with those that share its letters (300 ns); then a look at each account.
    pub(crate) fn find(&self, asked: &Asked<'_>, after: i64) -> Vec<AccountId> {
        let begin = self.ids.partition_point(|id| *id <= after);
        let mut meant = vec![true; self.ids.len()];
        for word in asked.words {
            let mut has = vec![false; self.ids.len()];
            for place in self.places(&Typed::new(word)) {
                if let Some(one) = has.get_mut(place as usize) {
                    *one = true;
                }
            }
            meant.iter_mut().zip(has).for_each(|(meant, has)| *meant &= has);
        }
        let all = self.ids.iter().zip(&self.cards).zip(meant).skip(begin);
        let found = all.filter(|((_, card), meant)| *meant && card.is(asked));
        found.map(|((id, _), _)| AccountId(*id)).collect()
    }

    /// The accounts that have a word which is meant by what was typed; some more than once.
    fn places<'s>(&'s self, typed: &'s Typed<'_>) -> impl Iterator<Item = u32> + 's {
        let beginning = self.beginning(typed.text());
        let alike = self.words.iter().enumerate().filter(move |(at, word)| {
            beginning.contains(at) || typed.may_mean(&word.text, word.letters) && typed.is_near(&word.text)
        });
        alike.flat_map(|(_, word)| word.cards.iter().copied())
    }

    /// The words that begin so: they stand beside each other.
    fn beginning(&self, text: &str) -> Range<usize> {
        let begin = self.words.partition_point(|word| &*word.text < text);
        let behind = self.words.get(begin..).unwrap_or_default();
        begin..begin + behind.partition_point(|word| word.text.starts_with(text))
    }
}

impl Word {
    fn new(text: &str, group: &[(&str, u32)]) -> Self {
        Self {
            text: text.into(),
            letters: alike::letters(text),
            cards: group.iter().map(|(_, place)| *place).collect(),
        }
    }
}

impl Card {
    /// What stands in the store.
    pub(crate) fn of(found: &Findable<'_>) -> Self {
        let local = found.address.split('@').next().unwrap_or_default();
        let texts = found.texts.iter().copied().chain([local, found.unit]);
        let mut words: Vec<String> = texts.flat_map(alike::words).collect();
        words.sort_unstable();
        words.dedup();
        Self { status: found.status, kind: found.kind, text: words.join(" ").into(), unit: found.unit.into() }
    }

    /// The same of an account that was read as it is.
    pub(crate) fn made(account: &Account, p: &Profile) -> Self {
        Self::of(&Findable {
            id: account.id,
            status: account.status(),
            kind: account.kind,
            address: account.address.as_str(),
            unit: &p.unit,
            texts: [&p.local_id, &p.first_name, &p.last_name, &p.display_name, &p.job_title, &p.mobile, &p.telephone],
        })
    }

    fn is(&self, asked: &Asked<'_>) -> bool {
        asked.status.is_none_or(|status| status == self.status)
            && asked.kind.is_none_or(|kind| kind == self.kind)
            && alike::all_found(asked.unit, &[&self.unit])
    }
}

#[cfg(test)]
#[path = "shelf_tests.rs"]
mod tests;
