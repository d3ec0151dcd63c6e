//! The form that was kept when a session ended: shown to whoever typed it, to be sent once more or thrown away.

use askama::Template;
use axum::http::StatusCode;

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::kept::{self, Kept};
use crate::web::pages::steps::me;
use crate::web::visit::Visit;
use crate::web::words;

#[derive(Template)]
#[template(path = "kept.html")]
struct KeptPage {
    frame: Frame,
    kept: Option<Kept>,
    /// Labels and values of what was typed.
    typed: Vec<(String, String)>,
}

/// What was typed, and a button that sends it.
pub(crate) fn show(visit: &Visit) -> Result<Answer, Trouble> {
    let me = me(visit)?;
    let sealed = visit.almoner.kept_form(&visit.ctx, me)?;
    let kept = sealed.and_then(|sealed| kept::open(visit, me, &sealed));
    let lines = kept.iter().flat_map(|kept| &kept.fields);
    // What a page wrote beside it for itself is not of interest.
    let shown = lines.filter(|(name, value)| !value.trim().is_empty() && !name.starts_with("was-"));
    let typed = shown.map(|(name, value)| (words::label(name), value.clone())).collect();
    let status = if kept.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    Answer::page_with(status, &KeptPage { frame: Frame::new(visit, "What you had typed"), kept, typed })
}

/// Throws it away.
pub(crate) fn drop_it(visit: &Visit) -> Result<Answer, Trouble> {
    visit.almoner.drop_form(me(visit)?)?;
    Ok(Answer::see("/"))
}
