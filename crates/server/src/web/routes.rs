//! Every page and form of the portal, and who may come in. The list is the whole list: a test walks it.

use axum::routing::MethodFilter;

use crate::web::answer::{Answer, Trouble};
use crate::web::assets;
use crate::web::pages::{
    accounts, acting, aliases, audit, authenticator, creating, delivery, editing, files, forecast, grants, held,
    helping, kept, mail_programs, mailboxes, many, me, notices, organisations, passkeys, people, play, proofs, recover,
    reports, rules, runs, search, second_factor, secure, security, sign_in, steps,
};
use crate::web::pages::{policies, proposals, rollback, running, waves, what_if};
use crate::web::visit::Visit;

/// Who may come in at all. What they may do there is asked of the use case, which asks `rights::may`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    /// Nobody is looked at: the page is the same for all.
    Nobody,
    /// Whoever comes; it is looked at who they are.
    Anyone,
    /// Whoever knows the password, also before they are wholly signed in.
    HalfIn,
    /// Whoever is wholly signed in.
    In,
    /// The same, who also hold a grant.
    Admin,
}

/// How a file comes with a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Files {
    /// Not at all.
    None,
    /// As a field.
    InForm,
    /// Into the folder of files, as it comes, however long it is.
    Spooled,
}

/// A page, or what a form does.
#[derive(Clone, Copy)]
pub(crate) struct Route {
    /// `{name}` stands for a part of the path.
    pub(crate) path: &'static str,
    /// It changes something: POST, with a token.
    pub(crate) writes: bool,
    /// Who may come in.
    pub(crate) door: Door,
    /// It hashes a password, which takes a core for a while.
    pub(crate) hashes: bool,
    /// Whether a file may come with its form.
    pub(crate) files: Files,
    /// What makes the answer.
    pub(crate) page: fn(&Visit) -> Result<Answer, Trouble>,
}

impl Route {
    /// How it is asked for.
    pub(crate) fn method(&self) -> MethodFilter {
        if self.writes { MethodFilter::POST } else { MethodFilter::GET }
    }
}

const fn get(path: &'static str, door: Door, page: fn(&Visit) -> Result<Answer, Trouble>) -> Route {
    Route { path, writes: false, door, hashes: false, files: Files::None, page }
}

const fn post(path: &'static str, door: Door, page: fn(&Visit) -> Result<Answer, Trouble>) -> Route {
    Route { path, writes: true, door, hashes: false, files: Files::None, page }
}

const fn hashing(route: Route) -> Route {
    Route { hashes: true, ..route }
}

const fn uploading(route: Route) -> Route {
    Route { files: Files::Spooled, ..route }
}

/// The file is a short text: it comes as a field of its form, with which it is bounded.
const fn with_text(route: Route) -> Route {
    Route { files: Files::InForm, ..route }
}

/// All other paths.
pub(crate) static NOWHERE: Route = get("/", Door::Nobody, assets::nowhere);

/// The portal.
pub(crate) static ROUTES: &[Route] = &[
    get("/static/{file}", Door::Nobody, assets::file),
    get("/health/live", Door::Nobody, assets::alive),
    get("/health/ready", Door::Nobody, assets::ready),
    get("/sign-in", Door::Anyone, sign_in::form),
    hashing(post("/sign-in", Door::Nobody, sign_in::send)),
    get("/sign-in/passkey", Door::Anyone, passkeys::sign_in),
    post("/sign-in/passkey", Door::Nobody, passkeys::send_sign_in),
    get("/sign-in/code", Door::HalfIn, steps::code),
    post("/sign-in/code/passkey", Door::HalfIn, passkeys::send_second),
    post("/sign-in/code", Door::HalfIn, steps::send_code),
    get("/sign-in/password", Door::HalfIn, steps::password),
    hashing(post("/sign-in/password", Door::HalfIn, steps::send_password)),
    get("/sign-in/authenticator", Door::HalfIn, authenticator::form),
    hashing(post("/sign-in/authenticator", Door::HalfIn, authenticator::send)),
    get("/sign-in/terms", Door::HalfIn, steps::terms),
    post("/sign-in/terms", Door::HalfIn, steps::send_terms),
    post("/play", Door::Nobody, play::send),
    post("/sign-out", Door::HalfIn, sign_in::out),
    get("/recover", Door::Nobody, recover::form),
    post("/recover", Door::Nobody, recover::begin),
    post("/recover/codes", Door::Nobody, recover::codes),
    post("/recover/answer", Door::Nobody, recover::answer),
    hashing(post("/recover/password", Door::Nobody, recover::password)),
    post("/recover/unlock", Door::Nobody, recover::unlock),
    get("/", Door::In, me::home),
    get("/notices", Door::In, notices::list),
    get("/notices/{notice}", Door::In, notices::show),
    get("/kept", Door::In, kept::show),
    post("/kept/drop", Door::In, kept::drop_it),
    get("/sessions", Door::In, me::sessions),
    post("/sessions/end", Door::In, me::end_session),
    post("/sessions/end-others", Door::In, me::end_others),
    get("/security", Door::In, security::show),
    hashing(post("/security/authenticator/remove", Door::In, security::remove_authenticator)),
    get("/security/passkeys", Door::HalfIn, passkeys::form),
    hashing(post("/security/passkeys", Door::HalfIn, passkeys::add)),
    hashing(post("/security/passkeys/remove", Door::In, passkeys::remove)),
    hashing(post("/security/recovery-codes", Door::In, security::renew_codes)),
    get("/security/mail", Door::In, mail_programs::show),
    hashing(post("/security/mail", Door::In, mail_programs::make)),
    hashing(post("/security/mail/remove", Door::In, mail_programs::remove)),
    get("/rules", Door::In, rules::own),
    hashing(post("/rules", Door::In, rules::set_own)),
    get("/security/answers", Door::In, proofs::answers),
    hashing(post("/security/answers", Door::In, proofs::set_answers)),
    get("/security/mobile", Door::In, proofs::mobile),
    hashing(post("/security/mobile", Door::In, proofs::want_mobile)),
    post("/security/mobile/confirm", Door::In, proofs::confirm_mobile),
    post("/security/mobile/change", Door::In, proofs::change_mobile),
    get("/people", Door::In, people::search),
    get("/people/{address}", Door::In, people::show),
    get("/secure", Door::In, secure::show),
    post("/secure/add", Door::Admin, secure::add),
    post("/secure/renew", Door::Admin, secure::renew),
    post("/secure/remove", Door::Admin, secure::remove),
    get("/organisations", Door::In, organisations::search),
    get("/organisations/{code}", Door::In, organisations::show),
    post("/organisations/{code}/{change}", Door::Admin, organisations::change),
    get("/accounts", Door::Admin, search::search),
    get("/accounts.csv", Door::Admin, search::csv),
    post("/accounts/searches", Door::Admin, search::keep),
    get("/accounts/new", Door::Admin, creating::form),
    post("/accounts/new", Door::Admin, creating::send),
    get("/accounts/{address}", Door::Admin, accounts::show),
    get("/accounts/{address}/second-factor", Door::Admin, second_factor::show),
    post("/accounts/{address}/second-factor/except", Door::Admin, second_factor::except),
    post("/accounts/{address}/second-factor/end", Door::Admin, second_factor::end),
    post("/accounts/{address}/second-factor/reset", Door::Admin, second_factor::reset),
    get("/accounts/{address}/edit", Door::Admin, editing::form),
    post("/accounts/{address}/edit", Door::Admin, editing::send),
    get("/accounts/{address}/addresses", Door::Admin, aliases::list),
    post("/accounts/{address}/addresses", Door::Admin, aliases::send),
    get("/accounts/{address}/rules", Door::Admin, rules::of),
    post("/accounts/{address}/rules", Door::Admin, rules::set_of),
    get("/accounts/{address}/password", Door::Admin, helping::confirm_password),
    hashing(post("/accounts/{address}/password", Door::Admin, helping::give_password)),
    get("/accounts/{address}/unlock", Door::Admin, helping::confirm_unlock),
    post("/accounts/{address}/unlock", Door::Admin, helping::unlock),
    get("/accounts/{address}/resecure", Door::Admin, helping::confirm_resecure),
    hashing(post("/accounts/{address}/resecure", Door::Admin, helping::resecure)),
    get("/accounts/{address}/{action}", Door::Admin, acting::confirm),
    hashing(post("/accounts/{address}/{action}", Door::Admin, acting::act)),
    get("/files", Door::Admin, files::list),
    uploading(post("/files", Door::Admin, files::send)),
    get("/files/{number}", Door::Admin, files::show),
    post("/files/{number}", Door::Admin, files::decide),
    get("/files/{number}/{piece}", Door::Admin, files::fetch),
    get("/joiners", Door::Admin, many::joiners),
    post("/joiners", Door::Admin, many::join),
    post("/selection", Door::Admin, many::selection),
    get("/mailboxes", Door::In, mailboxes::list),
    get("/mailboxes/{address}", Door::In, mailboxes::show),
    post("/mailboxes/{address}", Door::In, mailboxes::send),
    get("/forecast", Door::Admin, forecast::list),
    get("/grants", Door::Admin, grants::ask),
    get("/grants/give", Door::Admin, grants::give),
    post("/grants/give", Door::Admin, grants::send),
    get("/grants/{grant}", Door::Admin, grants::show),
    post("/grants/{grant}/end", Door::Admin, grants::end),
    get("/roles", Door::Admin, grants::roles),
    get("/forecast/file", Door::Admin, forecast::file),
    get("/held", Door::Admin, held::list),
    get("/held/{part}", Door::Admin, held::part::show),
    get("/held/{part}/csv", Door::Admin, held::part::csv),
    post("/held/{part}/choose", Door::Admin, held::deciding::choose),
    post("/held/{part}/release", Door::Admin, held::deciding::release),
    post("/held/{part}/refuse", Door::Admin, held::deciding::refuse),
    get("/reports", Door::Admin, reports::list),
    get("/reports/{report}", Door::Admin, reports::show),
    get("/reports/{report}/csv", Door::Admin, reports::csv),
    get("/runs", Door::Admin, runs::list),
    get("/runs/{run}", Door::Admin, runs::show),
    get("/runs/{run}/accounts", Door::Admin, runs::accounts),
    get("/runs/{run}/rollback", Door::Admin, rollback::ask),
    post("/runs/{run}/rollback/preview", Door::Admin, rollback::foretell),
    post("/runs/{run}/rollback", Door::Admin, rollback::begin),
    get("/runs/at-work/{job}", Door::Admin, running::show),
    post("/runs/preview", Door::Admin, running::preview),
    post("/runs/today", Door::Admin, running::today),
    get("/waves", Door::Admin, waves::show),
    get("/policies", Door::Admin, policies::list),
    get("/policies/{policy}", Door::Admin, policies::show),
    get("/policies/diff", Door::Admin, policies::diff),
    get("/policies/what-if", Door::Admin, what_if::form),
    with_text(post("/policies/what-if", Door::Admin, what_if::ask)),
    get("/policies/what-if/{job}", Door::Admin, what_if::show),
    get("/policies/what-if/{job}/file", Door::Admin, what_if::file),
    post("/policies/what-if/{job}/propose", Door::Admin, what_if::propose),
    get("/policies/proposals/{proposal}", Door::Admin, proposals::show),
    post("/policies/proposals/{proposal}/adopt", Door::Admin, proposals::adopt),
    post("/policies/proposals/{proposal}/end", Door::Admin, proposals::end),
    get("/audit", Door::Admin, audit::search),
    get("/audit/csv", Door::Admin, audit::csv),
    get("/delivery", Door::Admin, delivery::list),
    get("/delivery/{notice}", Door::Admin, delivery::show),
    post("/delivery/{notice}/retry", Door::Admin, delivery::retry),
];
