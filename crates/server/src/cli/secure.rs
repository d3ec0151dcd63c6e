//! `mail secure`: which addresses are safe for sensitive data.

use domain::secure::{Safety, Standing};
use serde_json::{Value, json};
use service::secure::{Accreditation, Listed};
use store::secure_domain::SecureDomain;

use crate::cli::answer::Answer;
use crate::cli::args::mail::{Accredited, Secure};
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::table::{self, Align};

/// Does what is asked.
pub(crate) fn secure(s: &Session, what: &Secure) -> Result<Answer, Failure> {
    match what {
        Secure::Ask { address } => ask(s, address),
        Secure::List { ending } => list(s, *ending),
        Secure::Add(told) => Ok(done(&s.almoner.add_secure_domain(&s.ctx, &accreditation(told))?, "is safe")),
        Secure::Renew(told) => Ok(done(&s.almoner.renew_secure_domain(&s.ctx, &accreditation(told))?, "is safe")),
        Secure::Remove { domain } => {
            let one = s.almoner.remove_secure_domain(&s.ctx, domain)?;
            Ok(Answer::new(shown(&one), format!("{} is no longer on the list.", one.pattern)))
        }
    }
}

fn accreditation(told: &Accredited) -> Accreditation<'_> {
    Accreditation { pattern: &told.domain, on: told.on, reference: &told.reference }
}

fn shown(one: &SecureDomain) -> Value {
    json!({ "domain": one.pattern, "accredited": one.accredited.to_string(), "until": one.until.to_string(),
            "reference": one.reference })
}

fn done(one: &SecureDomain, is: &str) -> Answer {
    let last = one.until.plus_days(-1);
    Answer::new(shown(one), format!("{} {is} for sensitive data up to {last}.", one.pattern))
}

/// Whoever asks in a script goes by the code: 0 where it is safe, 1 where it is not.
fn ask(s: &Session, address: &str) -> Result<Answer, Failure> {
    let (address, safety) = s.almoner.safety_of(&s.ctx, address)?;
    let (by, text) = match &safety {
        Safety::Inside => (None, "Yes: it is inside the federation. See that it is the right person's.".to_owned()),
        Safety::Secure(by) => {
            (Some(by), format!("Yes: {} is a secure domain up to {}.", by.pattern, by.until.plus_days(-1)))
        }
        Safety::Lapsed(by) => {
            (Some(by), format!("No: {} was a secure domain, and is none since {}.", by.pattern, by.until))
        }
        Safety::Unknown => (None, format!("No: {} is no secure domain.", address.domain())),
    };
    let json = json!({ "address": address.as_str(), "safe": safety.is_safe(), "inside": safety == Safety::Inside,
                       "domain": by.map(|by| by.pattern.to_string()), "until": by.map(|by| by.until.to_string()) });
    Ok(Answer::new(json, text).with_code(u8::from(!safety.is_safe())))
}

const fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Holds => "holds",
        Standing::EndsSoon => "ends soon",
        Standing::Over => "over",
    }
}

fn list(s: &Session, ending: bool) -> Result<Answer, Failure> {
    let all = s.almoner.secure_domains(&s.ctx)?;
    let found: Vec<&Listed> = all.iter().filter(|one| !ending || one.standing != Standing::Holds).collect();
    let json: Vec<Value> = found
        .iter()
        .map(|one| {
            json!({ "domain": one.pattern, "accredited": one.accredited.map(|day| day.to_string()),
                    "until": one.until.to_string(), "standing": word(one.standing), "reference": one.reference })
        })
        .collect();
    let headings = [
        ("domain", Align::Left),
        ("accredited", Align::Left),
        ("until", Align::Left),
        ("", Align::Left),
        ("reference", Align::Wrap),
    ];
    let rows = found.iter().map(|one| {
        let since = one.accredited.map_or_else(|| "-".to_owned(), |day| day.to_string());
        vec![one.pattern.clone(), since, one.until.to_string(), word(one.standing).to_owned(), one.reference.clone()]
    });
    let none = if ending { "None ends soon." } else { "No domain is safe but the federation's own." };
    Ok(Answer::new(json, table::render(&headings, rows.collect(), none)))
}
