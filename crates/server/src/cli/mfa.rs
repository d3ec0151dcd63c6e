//! `mfa show|except|end|reset`: second factors, and doing without them for a while.

use std::fmt::Write as _;

use domain::second_factor::exception_holds;
use serde_json::json;

use crate::cli::answer::Answer;
use crate::cli::args::control::Mfa;
use crate::cli::failure::Failure;
use crate::cli::session::Session;

/// Shows, excepts, ends, takes away.
pub(crate) fn mfa(s: &Session, what: &Mfa) -> Result<Answer, Failure> {
    match what {
        Mfa::Show { address } => show(s, address),
        Mfa::Except { address, days, statement } => {
            let until = s.almoner.except_from_mfa(&s.ctx, address, *days, statement.as_deref().unwrap_or_default())?;
            let text = format!("{address} signs in without the second factor until {until}.");
            Ok(Answer::new(json!({ "address": address, "until": until.to_string() }), text))
        }
        Mfa::End { address } => {
            s.almoner.end_mfa_exception(&s.ctx, address)?;
            let text = format!("{address} shows the second factor again.");
            Ok(Answer::new(json!({ "address": address, "until": null }), text))
        }
        Mfa::Reset { address, statement } => {
            s.almoner.reset_second_factor(&s.ctx, address, statement.as_deref().unwrap_or_default())?;
            let text = format!("The second factors of {address} are taken away, and its sessions have ended.");
            Ok(Answer::new(json!({ "address": address, "methods": [] }), text))
        }
    }
}

fn show(s: &Session, address: &str) -> Result<Answer, Failure> {
    let (account, factors) = s.almoner.factors(&s.ctx, address)?;
    let exception = factors.exception.filter(|found| exception_holds(found.until, s.ctx.now));
    let totp = factors.authenticator.then_some("totp");
    let methods: Vec<&str> = totp.into_iter().chain(factors.passkeys.iter().map(|_| "passkey")).collect();
    let have = if methods.is_empty() { "no second factor".to_owned() } else { methods.join(", ") };
    let codes = factors.recovery_codes;
    let mut text = format!("{}: {have}, {codes} recovery codes left.", account.address);
    if let Some(found) = &exception {
        let _ = write!(text, "\nWithout it until {}, by {}.", found.until, found.given_by);
    }
    let told =
        exception.map(|e| json!({ "until": e.until.to_string(), "at": e.given_at.to_string(), "by": e.given_by }));
    let address = account.address.to_string();
    let json = json!({ "address": address, "methods": methods, "recovery_codes": codes, "exception": told });
    Ok(Answer::new(json, text))
}
