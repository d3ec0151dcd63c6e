//! The portal: pages for administrators and users, made on the server, each by one use case. A browser needs no script.

pub(crate) mod answer;
mod assets;
pub(crate) mod frame;
mod guard;
mod key;
mod listen;
mod logo;
mod measured;
mod metrics;
mod pages;
mod portal;
mod rates;
pub(crate) mod routes;
mod source;
mod sources;
mod tls;
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
use axum::extract::{ConnectInfo, RawPathParams, Request, State};
use axum::response::Response;
use axum::routing::{MethodRouter, on};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::cli::answer::Answer;
use crate::cli::args::Cli;
use crate::cli::failure::Failure;
use crate::config::{Config, Level};
pub(crate) use crate::web::key::System;
use crate::web::listen::Terms;
use crate::web::portal::Portal;
use crate::web::routes::{NOWHERE, ROUTES, Route};
use crate::web::tls::Keeper;
use crate::web::visit::without_nul;

/// So often it is looked whether the certificate changed.
const LOOK: Duration = Duration::from_mins(1);

/// Serves the portal until it is told to stop.
pub(crate) fn serve(cli: &Cli) -> Result<Answer, Failure> {
    let runtime = Runtime::new().map_err(|error| cannot("start", &error))?;
    runtime.block_on(listen(cli))?;
    Ok(Answer::silent())
}

fn cannot(what: &str, error: &std::io::Error) -> Failure {
    Failure::refused(
        format!("the portal cannot {what} ({error})"),
        "name another address with --listen, as 127.0.0.1:8081",
    )
}

async fn listen(cli: &Cli) -> Result<(), Failure> {
    let config = &cli.config;
    let bound = async |address| TcpListener::bind(address).await.map_err(|error| cannot("listen", &error));
    let listener = bound(config.listen).await?;
    let address = listener.local_addr().map_err(|error| cannot("listen", &error))?;
    let portal = Arc::new(Portal::open(cli, address)?);
    let tls = config.tls.as_ref().map(|files| Keeper::open(files).map(Arc::new)).transpose()?;
    let hears = |kind| signal(kind).map_err(|error| cannot("hear signals", &error));
    let (ends, asks) = (hears(SignalKind::terminate())?, hears(SignalKind::hangup())?);
    if let Some(address) = config.metrics {
        let listener = bound(address).await?;
        tokio::spawn(measured::serve(listener, Arc::clone(&portal)));
    }
    tokio::spawn(renewing(Arc::clone(&portal), tls.clone(), asks));
    begun(&portal, config);
    let terms = Arc::new(Terms::new(config.limits.clone(), config.proxies.clone(), tls));
    listen::serve(listener, router(Arc::clone(&portal)), terms, Arc::clone(&portal), told_to_stop(ends)).await;
    portal.log.line(Level::Info, "stopped", &[]);
    Ok(())
}

/// Says where it is: a sentence to people, a line to programs.
fn begun(portal: &Portal, config: &Config) {
    if config.log.json {
        portal.log.line(Level::Info, "started", &[("origin", portal.origin().into())]);
    } else {
        crate::cli::say(&format!("The portal of {} is at {}", portal.almoner().domain(), portal.origin()));
    }
}

async fn told_to_stop(mut ends: Signal) {
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
                    params: RawPathParams,
                    request: Request| {
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
