//! The files of the program: style, script, picture. They are part of the binary.

use crate::web::answer::{Answer, Trouble};
use crate::web::visit::Visit;

/// One of the files.
pub(crate) fn file(visit: &Visit) -> Result<Answer, Trouble> {
    match visit.param("file") {
        "brand.css" => Ok(Answer::own_file("text/css; charset=utf-8", visit.portal.style.as_bytes())),
        "logo" => {
            visit.portal.logo.as_ref().map(|logo| Answer::own_file(logo.kind, &logo.bytes)).ok_or(Trouble::NotFound)
        }
        name => own(name).ok_or(Trouble::NotFound),
    }
}

/// One of the program's own files.
pub(crate) fn own(name: &str) -> Option<Answer> {
    match name {
        "portal.css" => Some(Answer::file("text/css; charset=utf-8", include_bytes!("../../static/portal.css"))),
        "passkey.js" => Some(Answer::file("text/javascript; charset=utf-8", include_bytes!("../../static/passkey.js"))),
        "mark.svg" => Some(Answer::file("image/svg+xml", include_bytes!("../../static/mark.svg"))),
        _ => None,
    }
}

/// The process answers.
#[expect(clippy::unnecessary_wraps, reason = "the shape of every page")]
pub(crate) fn alive(_: &Visit) -> Result<Answer, Trouble> {
    Ok(Answer::words("alive\n"))
}

/// The store answers too, and nobody told the program to stop.
pub(crate) fn ready(visit: &Visit) -> Result<Answer, Trouble> {
    if visit.portal.is_draining() {
        return Err(Trouble::Busy);
    }
    visit.almoner.answers().map_err(|_| Trouble::Busy)?;
    Ok(Answer::words("ready\n"))
}

/// All other paths.
pub(crate) fn nowhere(_: &Visit) -> Result<Answer, Trouble> {
    Err(Trouble::NotFound)
}
