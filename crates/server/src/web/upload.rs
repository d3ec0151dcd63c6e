//! A form with a file: who sends it is known before its first byte is read, and the file never is in memory whole.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use service::error::Error;
use tokio::sync::mpsc::{Sender, channel};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::web::answer::Trouble;
use crate::web::guard::admit;
use crate::web::kept::is_token_of;
use crate::web::multipart;
use crate::web::routes::Route;
use crate::web::spool::too_long;
use crate::web::visit::{Fields, Visit};

/// Pieces that wait to be written.
const AHEAD: usize = 8;
/// A browser that sends nothing for so long is given up.
const SILENT: Duration = Duration::from_secs(30);
/// What stands around a file in its form.
const AROUND: u64 = 64 * 1024;

/// The boundary of a form with a file; none where the form is another.
pub(crate) fn of(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    multipart::boundary(kind).map(str::to_owned)
}

/// Reads it. Whoever may not come in is answered as by any other form; nothing is read of theirs.
pub(crate) async fn read(
    route: &'static Route,
    mut visit: Visit,
    boundary: String,
    headers: &HeaderMap,
    body: Body,
) -> Result<Visit, Trouble> {
    let admitted = spawn_blocking(move || {
        visit.almoner = visit.portal.almoner();
        let may = matches!(admit(route, &mut visit), Ok(None));
        (visit, may)
    });
    let (mut visit, may) = admitted.await.map_err(|_| Trouble::Broken)?;
    if !may {
        return Ok(visit);
    }
    if headers.get(CONTENT_ENCODING).is_some_and(|packed| packed != "identity") {
        return Err(Trouble::Refused(Error::Input("a packed form is not read: send the file as it is".to_owned())));
    }
    let told = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if told.is_some_and(|length| length > visit.portal.spool.most() + AROUND) {
        pour_away(body, visit.portal.spool.most()).await;
        return Err(too_long(visit.portal.spool.most()));
    }
    let portal = Arc::clone(&visit.portal);
    let seconds = portal.limits.upload_seconds;
    let _turn = portal.uploads.try_acquire().map_err(|_| Trouble::Busy)?;
    let (to, mut from) = channel(AHEAD);
    let (shared, session) = (Arc::clone(&portal), visit.token.clone());
    let reading = spawn_blocking(move || {
        let ours = |fields: &Fields| {
            let sent = fields.iter().find(|(name, _)| name == "token").map_or("", |(_, value)| value);
            if is_token_of(sent, &session) { Ok(()) } else { Err(Trouble::Stale) }
        };
        shared.spool.receive(&boundary, &mut from, &ours)
    });
    let passed = timeout(Duration::from_secs(seconds.into()), pass_on(body, to, portal.spool.most())).await;
    let read = reading.await.map_err(|_| Trouble::Broken)?;
    // What is wrong with the form weighs more than that its rest did not come.
    let (form, upload) = match read {
        // The form ended where it was given up.
        Err(Trouble::Refused(_)) if passed.is_err() => return Err(Trouble::LateFile(seconds)),
        read => read?,
    };
    passed.map_err(|_| Trouble::LateFile(seconds))??;
    (visit.form, visit.upload) = (form, upload);
    Ok(visit)
}

/// Reads what is not wanted, up to so many bytes and not for long: a browser shows no answer before it has sent its form.
async fn pour_away(mut body: Body, most: u64) {
    let mut left = most;
    let pouring = async {
        while let Some(Ok(frame)) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
            let length = frame.data_ref().map_or(0, |data| u64::try_from(data.len()).unwrap_or(u64::MAX));
            left = left.saturating_sub(length);
            if left == 0 {
                break;
            }
        }
    };
    // Whoever is slower sees a broken connection.
    drop(timeout(SILENT, pouring).await);
}

/// Passes the pieces on as they come; when nobody reads on, the rest is poured away.
async fn pass_on(mut body: Body, to: Sender<Vec<u8>>, most: u64) -> Result<(), Trouble> {
    loop {
        let next = timeout(SILENT, poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)));
        match next.await.map_err(|_| Trouble::Busy)? {
            None => return Ok(()),
            Some(Err(_)) => return Err(multipart::Bad::Shape.into()),
            Some(Ok(frame)) => {
                let Ok(data) = frame.into_data() else { continue };
                if to.send(data.to_vec()).await.is_err() {
                    pour_away(body, most).await;
                    return Ok(());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_form_with_a_file_is_told_by_its_content_type() {
        for (kind, expected) in [
            ("multipart/form-data; boundary=abc", Some("abc")),
            ("application/x-www-form-urlencoded", None),
            ("multipart/form-data", None),
            ("", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
            assert_eq!(of(&headers).as_deref(), expected, "{kind}");
        }
        assert_eq!(of(&HeaderMap::new()), None);
    }
}
