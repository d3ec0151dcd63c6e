//! The portal: pages for administrators and users, made on the server, each by one use case. A browser needs no script.

pub(crate) mod answer;
mod assets;
mod chart;
mod errands;
mod founding;
pub(crate) mod frame;
mod guard;
mod jobs;
mod kept;
pub(crate) mod key;
mod link;
mod listen;
mod logo;
mod measured;
mod metrics;
mod multipart;
mod pages;
pub(crate) mod portal;
mod rates;
pub(crate) mod routes;
mod source;
mod sources;
mod spool;
mod stream;
pub(crate) mod tls;
mod told;
mod upload;
mod validity;
mod visit;
mod watch;
mod words;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{ConnectInfo, RawPathParams, Request, State};
use axum::response::Response;
use axum::routing::{MethodRouter, on};
use service::demo::cast::Part;
use service::error::Error;
use service::federation::Almoner;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::block_in_place;

use crate::cli::answer::Answer;
use crate::cli::args::Cli;
use crate::cli::failure::Failure;
use crate::config::{Config, Level};
use crate::mail::Relay;
use crate::mail::post::Worker;
use crate::web::founding::Empty;
pub(crate) use crate::web::key::System;
pub(crate) use crate::web::key::of as key_of;
pub(crate) use crate::web::key::place_of as place_of_key;
use crate::web::listen::Terms;
use crate::web::portal::Portal;
use crate::web::routes::{NOWHERE, ROUTES, Route};
use crate::web::tls::Keeper;
use crate::web::visit::without_nul;

/// So often it is looked whether the certificate changed.
const LOOK: Duration = Duration::from_mins(1);
/// So often files that are kept no longer are removed.
const DAY: Duration = Duration::from_hours(24);

/// Serves the portal until it is told to stop.
pub(crate) fn serve(cli: &Cli, cast: Vec<Part>) -> Result<Answer, Failure> {
    let runtime = Runtime::new().map_err(|error| cannot("start", &error))?;
    runtime.block_on(listen(cli, cast))?;
    Ok(Answer::silent())
}

fn cannot(what: &str, error: &std::io::Error) -> Failure {
    Failure::refused(
        format!("the portal cannot {what} ({error})"),
        "name another address with --listen, as 127.0.0.1:8081",
    )
}

/// Whatever asks the database stands in `block_in_place`: its driver waits, and a thread that drives others must not.
async fn listen(cli: &Cli, cast: Vec<Part>) -> Result<(), Failure> {
    let config = &cli.config;
    let bound = async |address| TcpListener::bind(address).await.map_err(|error| cannot("listen", &error));
    let mut listener = bound(config.listen).await?;
    let address = listener.local_addr().map_err(|error| cannot("listen", &error))?;
    let tls = config.tls.as_ref().map(|files| Keeper::open(files).map(Arc::new)).transpose()?;
    let hears = |kind| signal(kind).map_err(|error| cannot("hear signals", &error));
    let (mut ends, asks) = (hears(SignalKind::terminate())?, hears(SignalKind::hangup())?);
    let terms = Arc::new(Terms::new(config.limits.clone(), config.proxies.clone(), tls.clone()));
    if block_in_place(|| is_empty(cli))? {
        let empty = Arc::new(Empty::new(config, address));
        crate::cli::say(&empty.told());
        let (first, then) = twins(listener).map_err(|error| cannot("listen", &error))?;
        listener = then;
        if !founding::serve(empty, first, Arc::clone(&terms), told_to_stop(&mut ends)).await {
            return Ok(());
        }
    }
    let portal = block_in_place(|| Portal::open(cli, address, cast)).map(Arc::new)?;
    if let Some(address) = config.metrics {
        let listener = bound(address).await?;
        tokio::spawn(measured::serve(listener, Arc::clone(&portal)));
    }
    tokio::spawn(renewing(Arc::clone(&portal), tls, asks));
    let _worker = block_in_place(|| {
        jobs::resume(&portal);
        begun(&portal, config);
        worker(&portal, config)
    })?;
    tokio::spawn(tidying(Arc::clone(&portal)));
    let app = router(Arc::clone(&portal));
    listen::serve(listener, app, terms, Some(Arc::clone(&portal)), told_to_stop(&mut ends)).await;
    let settling = Arc::clone(&portal);
    drop(tokio::task::spawn_blocking(move || settling.settle()).await);
    portal.log.line(Level::Info, "stopped", &[]);
    Ok(())
}

/// The same listener twice: what is closed with the one stays open with the other.
fn twins(listener: TcpListener) -> std::io::Result<(TcpListener, TcpListener)> {
    let one = listener.into_std()?;
    let other = one.try_clone()?;
    Ok((TcpListener::from_std(one)?, TcpListener::from_std(other)?))
}

/// Whether there is no federation yet, and one may be set up: never at a time that somebody states.
fn is_empty(cli: &Cli) -> Result<bool, Failure> {
    match Almoner::open(&cli.config.store) {
        Ok(_) => Ok(false),
        Err(Error::Store(store::error::Error::NoSchema)) if cli.now.is_none() => Ok(true),
        Err(other) => Err(other.into()),
    }
}

/// Sends notices beside the portal, if a mail server is named. A rehearsal sends none, whatever is configured.
fn worker(portal: &Arc<Portal>, config: &Config) -> Result<Option<Worker>, Failure> {
    let Some(relay) = Relay::of(config)? else { return Ok(None) };
    if portal.almoner().rehearsal() {
        portal.log.line(Level::Warn, "no_mail_in_a_rehearsal", &[]);
        return Ok(None);
    }
    Ok(Some(Worker::begin(Arc::clone(portal), relay, config.notices.per_minute)))
}

/// Says where it is: a sentence to people, a line to programs.
fn begun(portal: &Portal, config: &Config) {
    if config.log.json {
        portal.log.line(Level::Info, "started", &[("origin", portal.origin().into())]);
    } else {
        crate::cli::say(&format!("The portal of {} is at {}", portal.almoner().domain(), portal.origin()));
    }
}

async fn told_to_stop(ends: &mut Signal) {
    tokio::select! {
        _ = ends.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

/// Reads the certificate again when it changed, or when SIGHUP asks for it.
async fn renewing(portal: Arc<Portal>, tls: Option<Arc<Keeper>>, mut asks: Signal) {
    loop {
        let asked = tokio::select! {
            _ = asks.recv() => true,
            () = tokio::time::sleep(LOOK) => false,
        };
        let Some(tls) = tls.as_ref().filter(|tls| asked || tls.is_changed()) else { continue };
        match tls.renew() {
            Ok(()) => portal.log.line(Level::Info, "certificate_read", &[("until", tls.until().into())]),
            Err(failure) => portal.log.line(Level::Error, "certificate_kept", &[("why", failure.told().0.into())]),
        }
    }
}

/// Removes files that are kept no longer, once a day.
async fn tidying(portal: Arc<Portal>) {
    loop {
        tokio::time::sleep(DAY).await;
        let shared = Arc::clone(&portal);
        drop(tokio::task::spawn_blocking(move || jobs::tidy(&shared)).await);
    }
}

/// Every route of the table, and an answer for all other paths.
pub(crate) fn router(portal: Arc<Portal>) -> Router {
    let app = ROUTES.iter().fold(Router::new(), |app, route| app.route(route.path, served(route)));
    app.fallback(nowhere).method_not_allowed_fallback(nowhere).with_state(portal)
}

/// What axum calls for a route.
fn served(route: &'static Route) -> MethodRouter<Arc<Portal>> {
    on(
        route.method(),
        async move |State(portal): State<Arc<Portal>>,
                    ConnectInfo(source): ConnectInfo<SocketAddr>,
                    params: Result<RawPathParams, RawPathParamsRejection>,
                    request: Request| {
            // A path that is no text is like one that is not there, with all that stands around every answer.
            let Ok(params) = params else {
                return watch::answer(portal, (&NOWHERE, "-"), source.ip(), Vec::new(), request).await;
            };
            let params = params.iter().map(|(name, value)| (name.to_owned(), without_nul(value))).collect();
            watch::answer(portal, (route, route.path), source.ip(), params, request).await
        },
    )
}

/// The same for all other paths.
async fn nowhere(
    State(portal): State<Arc<Portal>>,
    ConnectInfo(source): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    watch::answer(portal, (&NOWHERE, "-"), source.ip(), Vec::new(), request).await
}
