//! How far a piece of work is, until it is done.

use askama::Template;
use service::error::Error;

use crate::web::answer::{Answer, Trouble};
use crate::web::errands::Far;
use crate::web::frame::Frame;
use crate::web::visit::Visit;
use crate::web::words;

#[derive(Template)]
#[template(path = "waiting.html")]
struct WaitingPage<'w> {
    frame: Frame,
    stage: String,
    done: u64,
    total: Option<u64>,
    here: &'w str,
}

/// Why the work came to nothing.
pub(crate) fn failed(error: &Error) -> Trouble {
    match error {
        Error::NotFound { .. } => Trouble::NotFound,
        Error::NotAllowed(what) => Trouble::Refused(Error::NotAllowed(what)),
        Error::Store(store::error::Error::Leased { .. })
        | Error::Refused(_)
        | Error::Input(_)
        | Error::File(_)
        | Error::Held(_)
        | Error::Stopped => Trouble::Refused(Error::Input(error.to_string())),
        Error::Store(_) => Trouble::Broken,
    }
}

/// The page: it is looked at again by hand, so that nobody is torn out of reading.
pub(crate) fn page(visit: &Visit, title: &str, far: &Far, here: &str) -> Result<Answer, Trouble> {
    let (stage, done, total) = (words::label(&far.stage), far.done, far.total);
    Answer::page(&WaitingPage { frame: Frame::new(visit, title), stage, done, total, here })
}
