//! The filter: Postfix tells of each message before it takes it, by the milter protocol over a unix socket, and does what is
//! answered. When nothing is answered, Postfix asks the sender to come again.

mod gathered;
mod talk;

use std::sync::Arc;

use tokio::net::UnixListener;

use crate::engine::answer::Answerer;
use crate::engine::answer::talk::{each, is_of};
use crate::engine::filter::gathered::Room;

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
