//! The portal: pages for administrators and users, made on the server, each by one use case. A browser needs no script.

pub(crate) mod answer;
mod assets;
pub(crate) mod frame;
mod guard;
mod key;
mod logo;
mod pages;
mod portal;
pub(crate) mod routes;
mod sources;
mod visit;
mod words;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, RawPathParams, Request, State};
use axum::response::Response;
use axum::routing::{MethodRouter, on};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::answer::Answer;
use crate::cli::args::Cli;
use crate::cli::failure::Failure;
pub(crate) use crate::web::key::System;
use crate::web::portal::Portal;
use crate::web::routes::{NOWHERE, ROUTES, Route};
use crate::web::visit::without_nul;

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
    let listener = TcpListener::bind(cli.config.listen).await.map_err(|error| cannot("listen", &error))?;
    let address = listener.local_addr().map_err(|error| cannot("listen", &error))?;
    let portal = Arc::new(Portal::open(cli, address)?);
    let mut ends = signal(SignalKind::terminate()).map_err(|error| cannot("hear signals", &error))?;
    crate::cli::say(&format!("The portal of {} is at {}", portal.almoner().domain(), portal.origin()));
    let stop = async move {
        tokio::select! {
            _ = ends.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    };
    let app = router(portal).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, app).with_graceful_shutdown(stop).await.map_err(|error| cannot("go on", &error))
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
            guard::answer(portal, route, source.ip(), params, request).await
        },
    )
}

/// The same for all other paths.
async fn nowhere(
    State(portal): State<Arc<Portal>>,
    ConnectInfo(source): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    guard::answer(portal, &NOWHERE, source.ip(), Vec::new(), request).await
}
