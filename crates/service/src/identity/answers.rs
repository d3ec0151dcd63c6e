//! Security answers: set by their person, sealed in the store, asked for by characters (SSPR-01, ROLE-08).

use domain::ctx::Ctx;
use domain::ids::AccountId;
use domain::policy::RecoveryRules;
use domain::recovery::{AnswerFault, answer_fault, characters_at, plain_answer, positions};
use domain::rule::Rule;
use domain::time::Timestamp;
use store::event::NewEvent;
use store::recovery::Answer;
use store::tx::{Audit, Reader};

use crate::error::Error;
use crate::federation::Almoner;
use crate::identity::drawn::{drawn, same};
use crate::identity::own::Confirmed;
use crate::identity::seal::{seal, unseal};
use crate::identity::second::may_set_up;
use crate::identity::session::Me;
use crate::identity::{Dice, Key, told};

/// What came of a wish to set answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Set {
    /// They are asked for from now on.
    Done,
    /// The password was not right.
    WrongPassword,
    /// Nothing is looked at before this time.
    Wait(Timestamp),
    /// What is wrong with each, in their order; nothing was changed.
    Refused(Vec<Option<AnswerFault>>),
}

/// An answer that was opened.
pub(crate) struct Open {
    place: i64,
    question: String,
    /// Its letters and digits.
    answer: String,
    used: i64,
    set_at: Timestamp,
}

/// What is asked of an answer. `Debug` shows no question.
#[derive(Clone, PartialEq, Eq)]
pub struct Challenge {
    /// The question that it answers.
    pub question: String,
    /// Which of its letters and digits, from 1.
    pub places: Vec<usize>,
    pub(crate) place: i64,
    pub(crate) right: String,
}

impl std::fmt::Debug for Challenge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Challenge").field("places", &self.places).finish_non_exhaustive()
    }
}

impl Challenge {
    /// Whether these are the characters.
    pub(crate) fn is_met(&self, characters: &str) -> bool {
        same(&plain_answer(characters), &self.right)
    }
}

fn about(account: AccountId, place: i64) -> String {
    format!("answer {account} {place}")
}

/// The answers of an account that the key opens.
pub(crate) fn opened(db: &mut Reader<'_>, account: AccountId, key: &Key) -> Result<Vec<Open>, Error> {
    let open = |answer: Answer| {
        let text = unseal(&answer.sealed, key, about(account, answer.place).as_bytes())?;
        let (question, plain) = text.split_once('\n')?;
        let (question, plain) = (question.to_owned(), plain.to_owned());
        Some(Open { place: answer.place, question, answer: plain, used: answer.used, set_at: answer.set_at })
    };
    Ok(store::recovery::answers(db, account)?.into_iter().filter_map(open).collect())
}

/// Which characters of which answer are asked for. They stay the same until somebody showed them rightly; whom they are
/// asked of (`whom`) makes others of them, so that an administrator does not hear those of a reset.
pub(crate) fn challenge(
    answers: &[Open],
    account: AccountId,
    whom: &str,
    rules: &RecoveryRules,
    key: &Key,
) -> Option<Challenge> {
    if answers.is_empty() || answers.len() < usize::from(rules.answers) {
        return None;
    }
    let used: i64 = answers.iter().map(|answer| answer.used).sum();
    let set = answers.iter().map(|answer| answer.set_at.second()).max()?;
    let seed = drawn(&format!("question {account} {whom} {used} {set}"), key);
    let number = seed.iter().take(4).fold(0, |number, byte| number * 256 + usize::from(*byte));
    let one = answers.get(number % answers.len())?;
    let seed = drawn(&format!("places {account} {whom} {} {} {set}", one.place, one.used), key);
    let places = positions(one.answer.chars().count(), rules.characters, &seed);
    let right = characters_at(&one.answer, &places);
    Some(Challenge { question: one.question.clone(), places, place: one.place, right })
}

impl Almoner {
    /// The questions that a person has answered, in their order.
    pub fn own_questions(&self, me: &Me, key: &Key) -> Result<Vec<String>, Error> {
        let open = opened(&mut self.store.reader()?, me.account.id, key)?;
        Ok(open.into_iter().map(|answer| answer.question).collect())
    }

    /// A person answers questions, as `(question, answer)`, in the place of those before; their password is asked again.
    pub fn set_answers(
        &self,
        ctx: &Ctx,
        me: &Me,
        (password, wanted): (&str, &[(String, String)]),
        key: &Key,
        dice: &dyn Dice,
    ) -> Result<Set, Error> {
        let none = || Error::input("there are no secret questions: the policy asks for other proofs");
        let rules = self.recovery_rules(ctx)?.filter(|rules| rules.answers > 0).ok_or_else(none)?;
        let profile = store::profile::get(&mut self.store.reader()?, me.account.id)?;
        let whole = profile.full_name();
        let names = [profile.first_name.as_str(), profile.last_name.as_str(), whole.as_str()];
        if wanted.len() != usize::from(rules.answers) {
            return Err(Error::input(format!("answer {} questions", rules.answers)));
        }
        let fault = |(at, (question, answer)): (usize, &(String, String))| {
            answer_fault((question, answer), wanted.get(..at).unwrap_or_default(), &names, rules)
        };
        let faults: Vec<Option<AnswerFault>> = wanted.iter().enumerate().map(fault).collect();
        if faults.iter().any(Option::is_some) {
            return Ok(Set::Refused(faults));
        }
        may_set_up(me)?;
        match self.confirm_password(ctx, me, password)? {
            Confirmed::Yes => {}
            Confirmed::No => return Ok(Set::WrongPassword),
            Confirmed::Wait(until) => return Ok(Set::Wait(until)),
        }
        let account = me.account.id;
        let mut kept = Vec::new();
        for (place, (question, answer)) in (1..).zip(wanted) {
            let text = format!("{}\n{}", question.trim(), plain_answer(answer));
            let sealed = seal(&text, key, about(account, place).as_bytes(), dice)?;
            kept.push(Answer { account, place, sealed, used: 0, set_at: ctx.now });
        }
        let detail = format!("{{\"answers\":{}}}", kept.len());
        let line = NewEvent { rule: Some(Rule::Sspr01.as_str()), ..told(ctx, &me.account, "answers_set", &detail) };
        self.store.write("set_answers", |tx| {
            store::recovery::set_answers(tx, account, &kept)?;
            Ok::<_, Error>((Set::Done, Audit::events(vec![line.clone()])?))
        })
    }
}
