//! The first run: a store without a federation is set up in a browser, by whoever reads the token that the program wrote
//! on its console. Nobody else can do anything here, and when it is done the usual portal takes this one's place.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use askama::Template;
use axum::Router;
use axum::body::to_bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::get;
use domain::ctx::Ctx;
use domain::rights::Actor;
use service::federation::{Almoner, Founding};
use service::first::First;
use service::identity::{Dice, same};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::clock;
use crate::config::Config;
use crate::web::answer::{Answer, Trouble};
use crate::web::assets;
use crate::web::frame::Frame;
use crate::web::guard::is_ours;
use crate::web::key::System;
use crate::web::listen::{self, Terms};
use crate::web::visit::{Fields, fields, find};

/// So many wrong tokens, and no other is looked at until the program is started again.
const TRIES: u32 = 20;

/// A store that waits for its federation.
pub(crate) struct Empty {
    store: String,
    brand: String,
    origin: String,
    form: usize,
    token: String,
    wrong: AtomicU32,
    made: Notify,
}

#[derive(Template)]
#[template(path = "founding.html")]
struct FoundingPage {
    frame: Frame,
    problem: String,
    typed: Fields,
    policies: Vec<&'static str>,
}

impl FoundingPage {
    /// What was typed, or what is proposed.
    fn value(&self, name: &str) -> &str {
        let proposed = match name {
            "domain" => "mail.example",
            "zone" => "Europe/London",
            _ => "",
        };
        if self.typed.iter().any(|(known, _)| known == name) { find(&self.typed, name) } else { proposed }
    }
}

#[derive(Template)]
#[template(path = "founded.html")]
struct FoundedPage {
    frame: Frame,
    domain: String,
    address: String,
    password: String,
}

impl Empty {
    /// With a fresh token.
    pub(crate) fn new(config: &Config, address: SocketAddr) -> Self {
        let scheme = if config.tls.is_some() { "https" } else { "http" };
        let mut bytes = [0; 16];
        System.fill(&mut bytes);
        let parts: Vec<String> =
            bytes.as_chunks::<4>().0.iter().map(|four| format!("{:08x}", u32::from_be_bytes(*four))).collect();
        Self {
            store: config.store.clone(),
            brand: config.brand.name.clone(),
            origin: config.origin.clone().unwrap_or_else(|| format!("{scheme}://{address}")),
            form: config.limits.form,
            token: parts.join("-"),
            wrong: AtomicU32::new(0),
            made: Notify::new(),
        }
    }

    /// What whoever started the program must know, and nobody else.
    pub(crate) fn told(&self) -> String {
        format!(
            "The store is empty. Set up its federation at {}/ with this token, which holds until that is done:\n  {}",
            self.origin, self.token
        )
    }

    fn page(&self, status: StatusCode, problem: String, typed: Fields) -> Result<Answer, Trouble> {
        let frame = Frame::plain(self.brand.clone(), "Set up the federation");
        let policies = wire::policy_file::shipped().iter().rev().map(|(name, _)| *name).collect();
        Answer::page_with(status, &FoundingPage { frame, problem, typed, policies })
    }

    fn is_token(&self, told: &str) -> bool {
        same(told.trim(), &self.token)
    }

    fn set_up(&self, typed: Fields) -> Result<Answer, Trouble> {
        let refused = |problem: &str, typed| self.page(StatusCode::UNPROCESSABLE_ENTITY, problem.to_owned(), typed);
        if self.wrong.load(Ordering::Relaxed) >= TRIES {
            return refused("Too many wrong tokens were typed. Start the program again: it writes another one.", typed);
        }
        if !self.is_token(find(&typed, "token")) {
            self.wrong.fetch_add(1, Ordering::Relaxed);
            return refused("That is not the token. The program wrote it where it was started.", typed);
        }
        match self.found(&typed) {
            Ok((almoner, address, password)) => {
                self.made.notify_one();
                let frame = Frame::plain(self.brand.clone(), "The federation is set up");
                Answer::page(&FoundedPage { frame, domain: almoner.domain().to_owned(), address, password })
            }
            Err(error) => refused(&error.to_string(), typed),
        }
    }

    fn found(&self, typed: &Fields) -> Result<(Almoner, String, String), service::error::Error> {
        let text = |name: &str| find(typed, name).trim().to_owned();
        let policy = service::policy::shipped(&text("policy")).unwrap_or_default().to_owned();
        let founding = Founding { domain: text("domain"), zone: text("zone"), policy, rehearsal: false };
        let first = First {
            code: text("code").to_ascii_uppercase(),
            organisation: text("organisation"),
            first_name: text("first_name"),
            last_name: text("last_name"),
        };
        let now = clock::wall();
        let ctx = Ctx { actor: Actor::Console, now, wall: now };
        let (almoner, address, password) = Almoner::found_with_operator(&self.store, &founding, &first, &ctx, &System)?;
        Ok((almoner, address.to_string(), password))
    }
}

/// Serves until the federation is made, or until the program is told to stop; whether it was made.
pub(crate) async fn serve(
    empty: Arc<Empty>,
    listener: TcpListener,
    terms: Arc<Terms>,
    ends: impl Future<Output = ()>,
) -> bool {
    let mut made = false;
    let stop = async {
        tokio::select! {
            () = empty.made.notified() => made = true,
            () = ends => {}
        }
    };
    listen::serve(listener, router(Arc::clone(&empty)), terms, None, stop).await;
    made
}

/// Every path shows the form.
pub(crate) fn router(empty: Arc<Empty>) -> Router {
    let app = Router::new().route("/static/{file}", get(file)).fallback(answer);
    app.method_not_allowed_fallback(answer).with_state(empty)
}

async fn file(State(empty): State<Arc<Empty>>, name: Result<Path<String>, PathRejection>) -> Response {
    let found = name.ok().and_then(|Path(name)| assets::own(&name));
    finished(&empty, found.ok_or(Trouble::NotFound))
}

async fn answer(State(empty): State<Arc<Empty>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if parts.method == Method::GET || parts.method == Method::HEAD {
        return finished(&empty, empty.page(StatusCode::OK, String::new(), Fields::new()));
    }
    if !is_ours(&parts.headers, &empty.origin) {
        return finished(&empty, Err(Trouble::Foreign));
    }
    let Ok(body) = to_bytes(body, empty.form).await else { return finished(&empty, Err(Trouble::TooLarge)) };
    let of_thread = Arc::clone(&empty);
    let made = tokio::task::spawn_blocking(move || of_thread.set_up(fields(&body))).await;
    finished(&empty, made.unwrap_or(Err(Trouble::Broken)))
}

fn finished(empty: &Empty, made: Result<Answer, Trouble>) -> Response {
    let told = |trouble| Answer::trouble(&trouble, |title| Frame::plain(empty.brand.clone(), title));
    made.unwrap_or_else(told).response(empty.origin.starts_with("https://"))
}
