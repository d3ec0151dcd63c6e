//! The section `[recovery]`: what somebody proves who forgot a password.

use domain::policy::{RecoveryRules, SecondOnResecure};
use domain::recovery::Proof;

use crate::policy_file::keys;
use crate::policy_file::reader::{Reader, Section};
use crate::policy_file::values::{self, Wrong};

/// The longest answer has so many letters and digits, and no policy may ask for more.
const LONGEST: u16 = domain::recovery::LONGEST_ANSWER;

/// A policy must ask for a code: whatever comes before one would tell strangers whether an account exists.
pub(super) fn recovery(r: &mut Reader<'_>, root: &Section<'_>) -> Option<RecoveryRules> {
    let s = r.section(root, "recovery", keys::RECOVERY)?;
    let proofs = r.need(&s, "proofs", |item| values::words(item, "proof", Proof::ALL, Proof::as_str));
    let questions = r.need(&s, "questions", values::lines);
    let own_questions = r.need(&s, "own_questions", values::truth);
    let answers = r.need(&s, "answers", |item| values::whole(item, 0, 10, 3));
    let length = r.need(&s, "answer_length", |item| values::whole(item, 4, i64::from(LONGEST), 6));
    let most = i64::from(length.unwrap_or(LONGEST + 1)) - 1;
    let characters = r.need(&s, "characters", |item| values::whole(item, 2, most, 3));
    let code_minutes = r.need(&s, "code_minutes", |item| values::whole(item, 1, 60, 10));
    let codes_an_hour = r.need(&s, "codes_an_hour", |item| values::whole(item, 1, 100, 3));
    let tries = r.need(&s, "tries", |item| values::whole(item, 1, 100, 5));
    let country_code = r.get(&s, "country_code", |item| values::whole(item, 1, 999, 44));
    let second = r.need(&s, "resecure_second_factor", |item| {
        values::word(item, "word for it", SecondOnResecure::ALL, SecondOnResecure::as_str)
    });
    if let (Some(proofs), Some(answers), Some(questions), Some(own)) = (&proofs, answers, &questions, own_questions) {
        together(r, &s, proofs, (answers, questions.len(), own));
    }
    Some(RecoveryRules {
        proofs: proofs?,
        questions: questions?,
        own_questions: own_questions?,
        answers: answers?,
        answer_length: length?,
        characters: characters?,
        code_minutes: code_minutes?,
        codes_an_hour: codes_an_hour?,
        tries: tries?,
        country_code,
        resecure_second_factor: second?,
    })
}

/// What the keys must say together.
fn together(r: &mut Reader<'_>, s: &Section<'_>, proofs: &[Proof], (answers, listed, own): (u16, usize, bool)) {
    if proofs.iter().all(|proof| *proof == Proof::Answers) {
        let what = "no code is asked for, so that a stranger could tell which accounts exist";
        r.wrong(s, "proofs", Wrong::new(what, "`proofs = [\"answers\", \"code\"]`, or other proofs with a code"));
    }
    if proofs.contains(&Proof::Answers) != (answers > 0) {
        let what = if answers == 0 {
            "answers are asked for, but nobody gives any"
        } else {
            "people give answers, but they are not asked for"
        };
        r.wrong(
            s,
            "answers",
            Wrong::new(what, "`answers = 3` with \"answers\" among the proofs, or `answers = 0` without"),
        );
    }
    if !own && listed < usize::from(answers) {
        let what = format!("{listed} questions are too few for {answers} answers");
        r.wrong(s, "questions", Wrong::new(&what, "more questions, or `own_questions = true`"));
    }
}
