//! Connections: how many, how long each may take to say what it wants, and how they end when the program is told to stop.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::Service;

use crate::config::Limits;
use crate::config::net::Networks;
use crate::web::metrics::Counted;
use crate::web::portal::Portal;
use crate::web::rates::household;
use crate::web::tls::Keeper;

/// The longest head of a request.
const HEAD: usize = 32 * 1024;
/// A source may have one in so many of all connections.
const SHARE: u32 = 4;
/// After the system refused a connection (no file is left to be opened), it is asked again so much later.
const PAUSE: Duration = Duration::from_millis(50);

/// How connections are treated.
pub(crate) struct Terms {
    limits: Limits,
    proxies: Networks,
    tls: Option<Arc<Keeper>>,
    guests: Mutex<HashMap<IpAddr, u32>>,
}

impl Terms {
    /// As configured.
    pub(crate) fn new(limits: Limits, proxies: Networks, tls: Option<Arc<Keeper>>) -> Self {
        Self { limits, proxies, tls, guests: Mutex::default() }
    }

    fn header(&self) -> Duration {
        Duration::from_secs(self.limits.header_seconds.into())
    }

    /// Whether one more may come from there. Behind a proxy are many.
    fn enters(&self, source: IpAddr) -> bool {
        let mut guests = self.guests.lock().unwrap_or_else(PoisonError::into_inner);
        let count = guests.entry(household(source)).or_default();
        if *count >= self.limits.connections / SHARE && !self.proxies.has(source) {
            return false;
        }
        *count += 1;
        true
    }

    fn leaves(&self, source: IpAddr) {
        let mut guests = self.guests.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = guests.get_mut(&household(source)) {
            *count -= 1;
            if *count == 0 {
                guests.remove(&household(source));
            }
        }
    }
}

/// Serves until it is told to stop (without a portal: until there can be one); then what is going on is finished, as long as the limits say.
pub(crate) async fn serve(
    listener: TcpListener,
    app: Router,
    terms: Arc<Terms>,
    portal: Option<Arc<Portal>>,
    stop: impl Future<Output = ()>,
) {
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(usize::try_from(terms.limits.connections).unwrap_or(usize::MAX)));
    tokio::pin!(stop);
    loop {
        let come = async {
            let turn = Arc::clone(&room).acquire_owned().await;
            (turn, listener.accept().await)
        };
        let (turn, come) = tokio::select! {
            come = come => come,
            () = &mut stop => break,
        };
        let Ok((stream, peer)) = come else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        if !terms.enters(peer.ip()) {
            continue;
        }
        let (app, terms, portal, watcher) = (app.clone(), Arc::clone(&terms), portal.clone(), graceful.watcher());
        tokio::spawn(async move {
            let _turn = turn;
            let _counted = portal.as_ref().map(|portal| Counted::new(&portal.metrics.connections));
            greet(stream, peer, app, &terms, watcher).await;
            terms.leaves(peer.ip());
        });
    }
    if let Some(portal) = &portal {
        portal.drain();
    }
    drop(listener);
    let patience = Duration::from_secs(terms.limits.stop_seconds.into());
    // What is not done by then was told long enough.
    drop(tokio::time::timeout(patience, graceful.shutdown()).await);
}

async fn greet(stream: TcpStream, peer: SocketAddr, app: Router, terms: &Terms, watcher: Watcher) {
    drop(stream.set_nodelay(true));
    match &terms.tls {
        None => talk(stream, peer, app, terms, watcher).await,
        Some(keeper) => {
            if let Ok(Ok(stream)) = tokio::time::timeout(terms.header(), keeper.acceptor().accept(stream)).await {
                talk(stream, peer, app, terms, watcher).await;
            }
        }
    }
}

async fn talk<S>(stream: S, peer: SocketAddr, app: Router, terms: &Terms, watcher: Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        app.clone().call(request.map(Body::new))
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(terms.header()).max_buf_size(HEAD);
    let connection = http.serve_connection(TokioIo::new(stream), service);
    // A browser that went away, or said nothing in time, is no failure of ours.
    drop(watcher.watch(connection).await);
}
