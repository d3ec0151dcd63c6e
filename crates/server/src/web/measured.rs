//! `/metrics`, on a listener of its own: nobody signs in there, so it is not where browsers come.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use domain::ctx::Ctx;
use domain::rights::Actor;
use tokio::net::TcpListener;

use crate::web::portal::Portal;

const KIND: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Answers until the program ends.
pub(crate) async fn serve(listener: TcpListener, portal: Arc<Portal>) {
    // Without it the portal goes on; whoever reads metrics sees that there are none.
    drop(axum::serve(listener, router(portal)).await);
}

/// Its only page.
pub(crate) fn router(portal: Arc<Portal>) -> Router {
    Router::new().route("/metrics", get(text)).with_state(portal)
}

async fn text(State(portal): State<Arc<Portal>>) -> impl IntoResponse {
    let made = tokio::task::spawn_blocking(move || {
        let (now, wall) = portal.times();
        let ctx = Ctx { actor: Actor::Console, now, wall };
        portal.metrics.text(portal.almoner().gauges(&ctx).ok().as_ref(), now.second())
    });
    let (status, text) =
        made.await.map_or_else(|_| (StatusCode::INTERNAL_SERVER_ERROR, String::new()), |text| (StatusCode::OK, text));
    let fixed = [
        (header::CONTENT_TYPE, KIND),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, fixed, text)
}
