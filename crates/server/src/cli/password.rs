//! `password`: a temporary password for the portal.

use serde_json::json;

use crate::cli::answer::Answer;
use crate::cli::args::AddressOnly;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::text::wrapped;
use crate::web::System;

/// Gives one; it is shown once and kept nowhere.
pub(crate) fn reset(s: &Session, args: &AddressOnly) -> Result<Answer, Failure> {
    let address = args.address.to_ascii_lowercase();
    let password = s.almoner.reset_password(&s.ctx, &address, &System)?;
    let told = format!(
        "Tell it to the person and to nobody else. It is shown this once, and must be changed when they sign in. Sessions of \
         {address} have ended."
    );
    Ok(Answer::new(json!({ "address": address, "password": password }), format!("{password}\n{}", wrapped(&told))))
}
