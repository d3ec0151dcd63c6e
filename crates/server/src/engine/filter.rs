//! The filter: Postfix tells of each message before it takes it, by the milter protocol over a unix socket, and does what is
//! answered. When nothing is answered, Postfix asks the sender to come again.

mod gathered;
mod judge;
mod talk;
mod teller;

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::net::UnixListener;

use crate::engine::answer::Answerer;
use crate::engine::answer::talk::{each, is_of};
use crate::engine::authentic::Authenticator;
use crate::engine::dkim::Signer;
use crate::engine::filter::gathered::Room;
use crate::engine::filter::teller::Teller;

/// What a message is looked at with.
pub(crate) struct Means {
    /// What our mail server calls itself.
    host: String,
    authenticator: Authenticator,
    signer: RwLock<Arc<Signer>>,
    teller: Teller,
}

impl Means {
    /// Of one host, whose Postfix is configured in a folder.
    pub(crate) fn new(host: &str, authenticator: Authenticator, signer: Signer, postfix: PathBuf) -> Self {
        let signer = RwLock::new(Arc::new(signer));
        Self { host: host.to_owned(), authenticator, signer, teller: Teller::new(postfix) }
    }

    /// From now on with other keys.
    pub(crate) fn sign_with(&self, signer: Signer) {
        *self.signer.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(signer);
    }

    fn signer(&self) -> Arc<Signer> {
        Arc::clone(&self.signer.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Takes connections of Postfix's processes.
pub(crate) async fn serve(listener: UnixListener, answerer: Arc<Answerer>) {
    let room = Arc::new(Room::default());
    each(listener, move |stream| {
        let (answerer, room) = (Arc::clone(&answerer), Arc::clone(&room));
        async move {
            if is_of(&stream, &[&answerer.trust.engine]) && talk::talk(stream, &answerer, &room).await.is_err() {
                answerer.failed("filter");
            }
        }
    })
    .await;
}
