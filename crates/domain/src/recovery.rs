//! Whoever forgot their password, or locked themselves out, proves who they are: what is asked, how often, how long
//! (SSPR-01). Nothing here knows a code, an answer in the store, or a browser.

use std::fmt;

use crate::identity::Tries;
use crate::policy::{IdentityRules, RecoveryRules};
use crate::time::Timestamp;

/// Longer answers are refused.
pub const LONGEST_ANSWER: u16 = 100;

/// Longer questions of one's own wording are refused.
pub const LONGEST_QUESTION: usize = 150;

/// An answer has so many different letters and digits at least.
const DIFFERENT: usize = 3;

/// After the failures that lock, another try an hour is allowed: the right person comes in, a guesser never does.
const LOCKED_SECONDS: i64 = 3600;

words! {
    /// What a policy asks for, all of it.
    pub enum Proof {
        /// Characters of a security answer.
        Answers = "answers",
        /// A code: sent to the confirmed mobile, shown by the authenticator, or a recovery code.
        Code = "code",
        /// A code that was sent to the confirmed mobile.
        Mobile = "mobile",
        /// A code that the authenticator shows, or a recovery code.
        Authenticator = "authenticator",
    }
}

words! {
    /// What keeps somebody from helping themselves (SSPR-03).
    pub enum Missing {
        /// Security answers.
        Answers = "security answers",
        /// A confirmed mobile number, or an authenticator.
        Code = "mobile or authenticator",
        /// A confirmed mobile number.
        Mobile = "mobile",
        /// An authenticator.
        Authenticator = "authenticator",
    }
}

words! {
    /// How far somebody has come.
    pub enum Stage {
        /// Codes are asked for.
        Codes = "codes",
        /// Characters of an answer are asked for.
        Answers = "answers",
        /// They proved who they are: a new password may be chosen, or the account unlocked.
        Proved = "proved",
    }
}

/// What a person has set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Has {
    /// Security answers.
    pub answers: u16,
    /// A confirmed mobile number.
    pub mobile: bool,
    /// An authenticator.
    pub authenticator: bool,
    /// Recovery codes that were not used yet: each stands for the authenticator once.
    pub recovery_codes: u16,
    /// Passkeys. Nobody forgets a password with them: they sign in without one, and prove nothing here.
    pub passkeys: u16,
}

impl Has {
    /// Second factors of a sign-in (MFA-01); recovery codes only stand for one.
    pub const fn has_second_factor(self) -> bool {
        self.authenticator || self.passkeys > 0
    }

    /// A code of the authenticator, or one that stands for it.
    const fn shows_a_code(self) -> bool {
        self.authenticator || self.recovery_codes > 0
    }
}

/// What somebody lacks to help themselves; nothing: they could.
pub fn missing(rules: &RecoveryRules, has: Has) -> Vec<Missing> {
    let lacks = |proof: &Proof| match proof {
        Proof::Answers => (has.answers < rules.answers).then_some(Missing::Answers),
        Proof::Code => (!has.mobile && !has.shows_a_code()).then_some(Missing::Code),
        Proof::Mobile => (!has.mobile).then_some(Missing::Mobile),
        Proof::Authenticator => (!has.shows_a_code()).then_some(Missing::Authenticator),
    };
    rules.proofs.iter().filter_map(lacks).collect()
}

/// What comes after the codes were right: nobody sees a question before, so that a question tells nothing about an account.
pub fn after_codes(rules: &RecoveryRules) -> Stage {
    if rules.proofs.contains(&Proof::Answers) { Stage::Answers } else { Stage::Proved }
}

/// Whether an attempt is over: too old, or failed too often.
pub fn attempt_over(made: Timestamp, wrong: u16, rules: &RecoveryRules, now: Timestamp) -> bool {
    wrong >= rules.tries || now >= made.plus_seconds(i64::from(rules.code_minutes) * 60)
}

/// Before which time nothing is looked at, after these failures. The waits are those of a sign-in (decision 12), but whoever
/// failed so often that an account locks may try again once an hour.
pub fn held_back(tries: Tries, rules: &IdentityRules, now: Timestamp) -> Option<Timestamp> {
    use crate::identity::Verdict;
    match tries.verdict(rules, now) {
        Verdict::Go => None,
        Verdict::Wait(until) => Some(until),
        Verdict::Locked => {
            let until = Timestamp::from_second(tries.last.saturating_add(LOCKED_SECONDS));
            (now < until).then_some(until)
        }
    }
}

/// What becomes of a wish for another code, of those that were sent before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    /// It is sent.
    Go,
    /// It is sent, and counting begins anew.
    Anew,
    /// Not before this time.
    Wait(Timestamp),
}

/// Nobody's telephone is flooded: so many codes until an hour has passed since the last.
pub fn sending(sent: Tries, rules: &RecoveryRules, now: Timestamp) -> Sending {
    let until = Timestamp::from_second(sent.last.saturating_add(LOCKED_SECONDS));
    match (sent.failures, now < until) {
        (0, _) => Sending::Go,
        (_, false) => Sending::Anew,
        (some, true) if some < u32::from(rules.codes_an_hour) => Sending::Go,
        (_, true) => Sending::Wait(until),
    }
}

/// An answer as it is kept and asked for: its letters and digits, in lower case.
pub fn plain_answer(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Why a security answer is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerFault {
    /// No question stands before it.
    Question,
    /// The question is asked twice.
    Asked,
    /// Fewer letters and digits than the policy asks for.
    Short(u16),
    /// Longer than can be kept.
    Long,
    /// Nearly all its letters are the same.
    Plain,
    /// The question says it.
    InQuestion,
    /// It is the person's name.
    Name,
    /// It answers another question too.
    Twice,
}

impl fmt::Display for AnswerFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Question => write!(f, "choose a question, or write one of at most {LONGEST_QUESTION} characters"),
            Self::Asked => f.write_str("this question stands above already: choose another"),
            Self::Short(least) => write!(f, "the answer is too short: {least} letters or digits at least"),
            Self::Long => write!(f, "the answer is too long: at most {LONGEST_ANSWER} letters and digits"),
            Self::Plain => f.write_str("nearly all letters of the answer are the same: choose another question"),
            Self::InQuestion => f.write_str("the question gives the answer away: choose another question"),
            Self::Name => f.write_str("the answer is your own name: choose another question"),
            Self::Twice => f.write_str("you answered another question with the same: choose another question"),
        }
    }
}

/// What is wrong with a question and its answer, beside those before it and the names of their person.
pub fn answer_fault(
    (question, answer): (&str, &str),
    before: &[(String, String)],
    names: &[&str],
    rules: &RecoveryRules,
) -> Option<AnswerFault> {
    let asked = question.trim();
    let listed = rules.questions.iter().any(|known| known == asked);
    let worded = rules.own_questions && !asked.is_empty() && asked.chars().count() <= LONGEST_QUESTION;
    if !listed && !worded || asked.chars().any(char::is_control) {
        return Some(AnswerFault::Question);
    }
    let plain = plain_answer(answer);
    let length = plain.chars().count();
    let mut letters: Vec<char> = plain.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    let is = |name: &&str| !name.is_empty() && plain_answer(name) == plain;
    if before.iter().any(|(other, _)| plain_answer(other) == plain_answer(asked)) {
        Some(AnswerFault::Asked)
    } else if length < usize::from(rules.answer_length) {
        Some(AnswerFault::Short(rules.answer_length))
    } else if length > usize::from(LONGEST_ANSWER) {
        Some(AnswerFault::Long)
    } else if letters.len() < DIFFERENT {
        Some(AnswerFault::Plain)
    } else if plain_answer(asked).contains(&plain) {
        Some(AnswerFault::InQuestion)
    } else if names.iter().any(is) {
        Some(AnswerFault::Name)
    } else if before.iter().any(|(_, other)| plain_answer(other) == plain) {
        Some(AnswerFault::Twice)
    } else {
        None
    }
}

/// Which characters of an answer are asked for, from 1, in their order. The same seed asks for the same: whoever fails is
/// not asked for others, and learns no more of the answer by failing.
pub fn positions(length: usize, count: u16, seed: &[u8]) -> Vec<usize> {
    let mut left: Vec<usize> = (1..=length).collect();
    let mut chosen = Vec::new();
    for pair in seed.chunks_exact(2).take(usize::from(count)) {
        if left.is_empty() {
            break;
        }
        let number = pair.iter().fold(0, |number, byte| number * 256 + usize::from(*byte));
        chosen.push(left.swap_remove(number % left.len()));
    }
    chosen.sort_unstable();
    chosen
}

/// The characters of an answer at these places.
pub fn characters_at(answer: &str, positions: &[usize]) -> String {
    positions.iter().filter_map(|place| answer.chars().nth(place.saturating_sub(1))).collect()
}

/// `3rd`, for people who are asked.
pub fn ordinal(place: usize) -> String {
    let ending = match (place % 10, place % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{place}{ending}")
}

#[cfg(test)]
#[path = "recovery_tests.rs"]
mod tests;
