//! What stands around every page: the service's name, the ways to go, who is signed in.

use domain::rights::{Action, Place, may};
use service::identity::session::Stage;

use crate::web::kept;
use crate::web::portal::Portal;
use crate::web::visit::Visit;

/// The picture of a federation that has none of its own.
const MARK: &str = "/static/mark.svg";

/// A way to go.
pub(crate) struct Way {
    /// Where.
    pub(crate) path: &'static str,
    /// What it is called.
    pub(crate) name: &'static str,
    /// It is where we are.
    pub(crate) here: bool,
}

/// What stands around a page.
pub(crate) struct Frame {
    /// The page's own title.
    pub(crate) title: String,
    /// The service's name.
    pub(crate) brand: String,
    /// Where the picture beside it is.
    pub(crate) logo: &'static str,
    /// It has colours of its own.
    pub(crate) styled: bool,
    /// Who is signed in, or nothing.
    pub(crate) who: String,
    /// The ways to go.
    pub(crate) ways: Vec<Way>,
    /// The token of its forms.
    pub(crate) token: String,
    /// The federation is a rehearsal.
    pub(crate) rehearsal: bool,
    /// Anybody signs in as anybody.
    pub(crate) played: bool,
}

impl Frame {
    /// Around a page for this visit.
    pub(crate) fn new(visit: &Visit, title: impl Into<String>) -> Self {
        let me = visit.me.as_ref();
        let inside = me.filter(|me| me.stage == Stage::In);
        let at = |path: &str| if path == "/" { visit.here == "/" } else { visit.here.starts_with(path) };
        let mut ways = Vec::new();
        let mut way = |path: &'static str, name: &'static str| ways.push(Way { path, name, here: at(path) });
        if let Some(me) = inside {
            way("/", "My account");
            way("/people", "People");
            way("/organisations", "Organisations");
            way("/secure", "Secure mail");
            if me.is_admin() {
                way("/accounts", "Accounts");
                way("/forecast", "Forecast");
                way("/held", "Held");
                way("/reports", "Reports");
                way("/grants", "Roles");
                if may(&me.actor, Action::Report, Place::Federation).is_ok() {
                    way("/runs", "Runs");
                }
                way("/policies", "Policies");
                way("/delivery", "Notices");
                way("/audit", "Audit");
            }
        }
        Self {
            title: title.into(),
            brand: visit.portal.brand.clone(),
            logo: logo(&visit.portal),
            styled: !visit.portal.style.is_empty(),
            who: me.map_or_else(String::new, |me| me.account.address.to_string()),
            ways,
            token: kept::token(visit),
            rehearsal: visit.almoner.rehearsal(),
            played: !visit.portal.cast.is_empty(),
        }
    }

    /// Around a page that knows nobody.
    pub(crate) fn bare(portal: &Portal, title: &str) -> Self {
        let styled = !portal.style.is_empty();
        Self { logo: logo(portal), styled, played: !portal.cast.is_empty(), ..Self::plain(portal.brand.clone(), title) }
    }

    /// Around a page of a program that has no federation yet.
    pub(crate) fn plain(brand: String, title: &str) -> Self {
        Self {
            title: title.to_owned(),
            brand,
            logo: MARK,
            styled: false,
            who: String::new(),
            ways: Vec::new(),
            token: String::new(),
            rehearsal: false,
            played: false,
        }
    }
}

fn logo(portal: &Portal) -> &'static str {
    if portal.logo.is_some() { "/static/logo" } else { MARK }
}
