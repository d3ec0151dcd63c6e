//! A browser that keeps cookies, sends forms from the page that it shows, and follows where it is sent.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode};
use service::federation::Almoner;
use service::identity::Key;
use tempfile::TempDir;
use testkit::databases::Database;
use testkit::world::World;
use tokio::runtime::Runtime;
use totp_rs::{Algorithm, Secret, TOTP};
use tower::ServiceExt;

use crate::clock;
use crate::config::{Brand, Config, Level, Rate};
use crate::web::key::System;
use crate::web::portal::Portal;
use crate::web::router;

pub(super) const ORIGIN: &str = "http://portal.test";
pub(super) const PASSWORD: &str = "three red kettles";

/// A federation with its portal.
pub(super) struct Site {
    pub(super) world: World,
    portal: Arc<Portal>,
    runtime: Runtime,
    _database: Database,
    /// The key file of a store that is no file.
    _folder: Option<TempDir>,
}

/// What came back.
pub(super) struct Page {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

/// One person's browser.
pub(super) struct Browser<'s> {
    site: &'s Site,
    pub(super) cookies: BTreeMap<String, String>,
    /// The token of the last page that had one.
    pub(super) token: String,
    /// The code with which it set up an authenticator.
    pub(super) shown: String,
}

impl Site {
    pub(super) fn new() -> Self {
        Self::with(|_| {})
    }

    /// The same with a configuration that a test changes.
    pub(super) fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::built(change, |_| {})
    }

    /// The same with a portal that a test changes, too.
    pub(super) fn built(change: impl FnOnce(&mut Config), adorn: impl FnOnce(&mut Portal)) -> Self {
        Self::prepared(change, |_, portal| adorn(portal))
    }

    /// The same by what is in the federation.
    pub(super) fn prepared(change: impl FnOnce(&mut Config), adorn: impl FnOnce(&World, &mut Portal)) -> Self {
        Self::grown(Database::sqlite(), |_| {}, change, adorn)
    }

    /// The same in another database, for whoever asks much.
    pub(super) fn on(database: Database) -> Self {
        let folder = TempDir::new().unwrap();
        let key = folder.path().join("almoner.key");
        let change = |config: &mut Config| {
            config.key_file = Some(key);
            config.limits.account = Rate { per_second: 1_000, burst: 1_000 };
        };
        Self { _folder: Some(folder), ..Self::grown(database, |_| {}, change, |_, _| {}) }
    }

    /// The same after what the federation lived through; the portal's clock goes on from there.
    pub(super) fn after(live: impl FnOnce(&World)) -> Self {
        Self::grown(Database::sqlite(), live, |_| {}, |_, _| {})
    }

    fn grown(
        database: Database,
        live: impl FnOnce(&World),
        change: impl FnOnce(&mut Config),
        adorn: impl FnOnce(&World, &mut Portal),
    ) -> Self {
        let world = World::new(&database);
        live(&world);
        let ahead = world.operator().now.second() - clock::wall().second();
        let almoner = Almoner::open(world.url()).unwrap();
        let brand = Brand { name: "Mail of all".to_owned(), style: String::new(), logo: None };
        let mut config = Config { store: world.url().to_owned(), brand, ..Config::default() };
        config.log.level = Level::Error;
        "The helpdesk, 0300 1".clone_into(&mut config.notices.support);
        change(&mut config);
        let mut portal = Portal::new(&config, almoner, Key([5; 32]), ORIGIN, ahead).unwrap();
        adorn(&world, &mut portal);
        Self { world, portal: Arc::new(portal), runtime: Runtime::new().unwrap(), _database: database, _folder: None }
    }

    /// What all its pages share.
    pub(super) fn portal(&self) -> Arc<Portal> {
        Arc::clone(&self.portal)
    }

    /// Waits for what is not done at once.
    pub(super) fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// The same with files of at most so many bytes.
    pub(super) fn with_files_of(most: u64) -> Self {
        Self::with(|config| config.limits.upload = most)
    }

    pub(super) fn browser(&self) -> Browser<'_> {
        Browser { site: self, cookies: BTreeMap::new(), token: String::new(), shown: String::new() }
    }

    /// A person who is wholly signed in, with an authenticator where they hold a grant.
    pub(super) fn signed_in(&self, address: &str) -> Browser<'_> {
        let temporary = self.world.almoner.reset_password(&self.world.operator(), address, &System).unwrap();
        let mut browser = self.browser();
        browser.post("/sign-in", &[("address", address), ("password", &temporary)]);
        browser.get("/sign-in/password");
        let new = [("current", temporary.as_str()), ("new", PASSWORD), ("again", PASSWORD)];
        assert_eq!(browser.post("/sign-in/password", &new).status, StatusCode::SEE_OTHER);
        if browser.get("/").goes_to() == "/sign-in/authenticator" {
            browser.enrol();
        }
        assert_eq!(browser.get("/").status, StatusCode::OK, "{address} is in");
        browser
    }
}

impl Page {
    /// Where it sends the browser; empty for a page.
    pub(super) fn goes_to(&self) -> &str {
        self.headers.get("location").map_or("", |value| value.to_str().unwrap())
    }

    /// The value of a field of its form.
    pub(super) fn field(&self, name: &str) -> String {
        let Some((_, behind)) = self.text.split_once(&format!("name=\"{name}\"")) else { return String::new() };
        let tag = behind.split('>').next().unwrap();
        tag.split_once("value=\"").map_or_else(String::new, |(_, value)| value.split('"').next().unwrap().to_owned())
    }
}

pub(super) fn code(secret: &str) -> String {
    code_in(secret, 0)
}

/// The code of an authenticator whose clock is so many seconds before ours.
pub(super) fn code_in(secret: &str, seconds: i64) -> String {
    let bytes = Secret::Encoded(secret.to_owned()).to_bytes().unwrap();
    let now = clock::wall().plus_seconds(seconds).second().unsigned_abs();
    TOTP::new(Algorithm::SHA1, 6, 0, 30, bytes).unwrap().generate(now)
}

impl Browser<'_> {
    pub(super) fn get(&mut self, path: &str) -> Page {
        self.send("GET", path, &[], String::new())
    }

    /// Sends a form as a browser would, with the token of the page before.
    pub(super) fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("token", &self.token).extend_pairs(fields);
        let headers = [("origin", ORIGIN), ("content-type", "application/x-www-form-urlencoded")];
        self.send("POST", path, &headers, form.finish())
    }

    pub(super) fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: String) -> Page {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = Request::builder().method(method).uri(path);
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.header("host", "portal.test");
        }
        request = request.header("cookie", cookies.join("; "));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let source = ConnectInfo(SocketAddr::from(([192, 0, 2, 7], 4711)));
        let request = request.extension(source).body(Body::from(body)).unwrap();
        let app = router(Arc::clone(&self.site.portal));
        let page = self.site.runtime.block_on(async move {
            let response = app.oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let text = to_bytes(body, usize::MAX).await.unwrap();
            Page { status: parts.status, headers: parts.headers, text: String::from_utf8(text.to_vec()).unwrap() }
        });
        self.keep(&page);
        page
    }

    fn keep(&mut self, page: &Page) {
        for line in page.headers.get_all("set-cookie") {
            let (name, rest) = line.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let token = page.field("token");
        if !token.is_empty() {
            self.token = token;
        }
    }

    /// Sets up an authenticator; gives its secret.
    pub(super) fn enrol(&mut self) -> String {
        let secret = self.get("/sign-in/authenticator").field("secret");
        self.shown = code(&secret);
        let shown = self.shown.clone();
        let form = [("secret", secret.as_str()), ("code", &shown), ("password", PASSWORD)];
        let page = self.post("/sign-in/authenticator", &form);
        assert!(page.text.contains("recovery codes"), "{}", page.text);
        self.get("/");
        secret
    }
}
