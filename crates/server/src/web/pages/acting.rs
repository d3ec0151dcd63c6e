//! What an administrator does with an account: each action with a page that states its consequences first.

use askama::Template;
use domain::ids::OdsCode;
use domain::status::Status;
use service::account::act::Request;
use service::account::see::Shown;
use service::account::setting::Setting;
use service::error::Error;

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::link;
use crate::web::pages::consequences;
use crate::web::pages::offers::{Asks, Offer, offers};
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "acting.html")]
struct ActingPage<'v> {
    frame: Frame,
    offer: Offer,
    address: String,
    name: String,
    /// What it would do to this account.
    own: Vec<String>,
    problem: String,
    reason: &'v str,
    organisation: &'v str,
}

impl ActingPage<'_> {
    fn asks_reason(&self) -> bool {
        self.offer.asks == Asks::Reason
    }

    fn asks_organisation(&self) -> bool {
        self.offer.asks == Asks::Organisation
    }
}

/// An account, and what is to be done with it, if that is offered.
pub(super) fn offered(visit: &Visit, word: &str) -> Result<(Shown, Offer), Trouble> {
    let shown = visit.almoner.show(&visit.ctx, visit.param("address"))?;
    let found = offers(visit, &shown).into_iter().find(|offer| offer.word == word);
    let offer = found.ok_or(Trouble::NotFound)?;
    Ok((shown, offer))
}

/// What will happen, before it does.
pub(crate) fn confirm(visit: &Visit) -> Result<Answer, Trouble> {
    let (shown, offer) = offered(visit, visit.param("action"))?;
    page(visit, &shown, offer, String::new())
}

fn page(visit: &Visit, shown: &Shown, offer: Offer, problem: String) -> Result<Answer, Trouble> {
    let status =
        if problem.is_empty() { axum::http::StatusCode::OK } else { axum::http::StatusCode::UNPROCESSABLE_ENTITY };
    let page = ActingPage {
        frame: Frame::new(visit, offer.name),
        offer,
        address: shown.account.address.to_string(),
        name: shown.profile.full_name(),
        own: consequences::of(visit, shown, offer.word)?,
        problem,
        reason: visit.field("reason"),
        organisation: visit.field("organisation"),
    };
    Answer::page_with(status, &page)
}

/// Does it.
pub(crate) fn act(visit: &Visit) -> Result<Answer, Trouble> {
    let (shown, offer) = offered(visit, visit.param("action"))?;
    let address = shown.account.address.as_str();
    let reason = visit.field("reason").trim();
    let asked = request(visit, offer);
    let acted = asked.and_then(|request| visit.almoner.act(&visit.ctx, address, &request, reason));
    match acted {
        Ok(acted) => {
            if !matches!(
                acted.change.account.status(),
                Status::Active | Status::Inactive | Status::Leaver | Status::Pending
            ) {
                visit.almoner.end_sessions(acted.change.account.id)?;
            }
            Ok(link::to_account(acted.change.account.address.as_str(), offer.word))
        }
        // Whatever a person can mend is told where they typed it.
        Err(error @ (Error::Refused(_) | Error::Input(_))) => page(visit, &shown, offer, error.to_string()),
        Err(Error::NotFound { what: "organisation", name }) => {
            page(visit, &shown, offer, format!("There is no organisation {name}, or you do not administer it."))
        }
        Err(other) => Err(other.into()),
    }
}

fn request(visit: &Visit, offer: Offer) -> Result<Request, Error> {
    let target = || {
        let code = visit.field("organisation").trim().to_ascii_uppercase();
        OdsCode::parse(&code).map_err(|error| Error::Input(format!("That is no ODS code: {error}")))
    };
    Ok(match offer.word {
        "leaver" => Request::MarkLeaver,
        "cancel-leaver" => Request::CancelLeaver,
        "join" => Request::Join(target()?),
        "transfer" => Request::Transfer(target()?),
        "disable" => Request::Disable,
        "enable" => Request::Enable,
        "hide" => Request::Set(Setting::Hidden(true)),
        "show" => Request::Set(Setting::Hidden(false)),
        "delete" => Request::Delete,
        "restore" => Request::Restore,
        _ => return Err(Error::NotFound { what: "action", name: offer.word.to_owned() }),
    })
}
