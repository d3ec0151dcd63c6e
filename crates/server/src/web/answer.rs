//! What a page answers, as HTTP: with the headers that every answer has.

use askama::Template;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use service::error::Error;

use tokio::sync::OwnedSemaphorePermit;

use crate::web::frame::Frame;
use crate::web::stream::{self, Producer};

/// Nothing but our own files: no inline code, no other host, no frame around us.
const POLICY: &str = "default-src 'none'; object-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    status: StatusCode,
    kind: &'static str,
    body: Content,
    /// Kept as a file of this name.
    file: Option<String>,
    goto: Option<String>,
    /// Looked at again after so many seconds.
    again: Option<u32>,
    cookies: Vec<String>,
    cached: bool,
    /// The browser forgets what it kept of the pages.
    clears: bool,
}

/// What an answer holds.
#[derive(Debug)]
enum Content {
    /// All of it.
    Whole(Vec<u8>),
    /// What will write it.
    Later(Producer),
    /// It is being written.
    Begun(Body),
}

/// Why there is no page.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// There is nothing there, or they may not see it.
    NotFound,
    /// The form came from elsewhere.
    Foreign,
    /// The form is of another session.
    Stale,
    /// More than is read.
    TooLarge,
    /// A file of more than so many MiB.
    LongFile(u64),
    /// A file that was not here after so many seconds.
    LateFile(u32),
    /// A piece of work that this process knows nothing of.
    Lost,
    /// Too much is going on.
    Busy,
    /// Somebody asks more often than is good for the others.
    TooFast,
    /// A page broke.
    Broken,
    /// A use case says no.
    Refused(Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound { .. } => Self::NotFound,
            refused @ (Error::Refused(_)
            | Error::NotAllowed(_)
            | Error::Input(_)
            | Error::File(_)
            | Error::Held(_)
            | Error::Stopped
            | Error::Store(_)) => Self::Refused(refused),
        }
    }
}

impl From<askama::Error> for Trouble {
    fn from(_: askama::Error) -> Self {
        Self::Broken
    }
}

impl Answer {
    /// A page.
    pub(crate) fn page(template: &impl Template) -> Result<Self, Trouble> {
        Self::page_with(StatusCode::OK, template)
    }

    /// A page that says that something was not done.
    pub(crate) fn page_with(status: StatusCode, template: &impl Template) -> Result<Self, Trouble> {
        Ok(Self::new(status, "text/html; charset=utf-8", template.render()?.into_bytes()))
    }

    /// A file of the program, which browsers keep for an hour.
    pub(crate) fn file(kind: &'static str, body: &'static [u8]) -> Self {
        Self { cached: true, ..Self::new(StatusCode::OK, kind, body.to_vec()) }
    }

    /// The same of a file that the operator gave.
    pub(crate) fn own_file(kind: &'static str, body: &[u8]) -> Self {
        Self { cached: true, ..Self::new(StatusCode::OK, kind, body.to_vec()) }
    }

    /// A few words for a program.
    pub(crate) fn words(text: &str) -> Self {
        Self::new(StatusCode::OK, "text/plain; charset=utf-8", text.as_bytes().to_vec())
    }

    /// A CSV file that is written while it is read.
    pub(crate) fn csv(name: &str, producer: Producer) -> Self {
        let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' };
        let file = Some(name.chars().map(plain).collect());
        let body = Content::Later(producer);
        Self { body, file, ..Self::new(StatusCode::OK, "text/csv; charset=utf-8", Vec::new()) }
    }

    /// Whether it is yet to be written.
    pub(crate) fn is_later(&self) -> bool {
        matches!(self.body, Content::Later(_))
    }

    /// The same, being written.
    pub(crate) fn begun(self, turn: OwnedSemaphorePermit) -> Self {
        let body = match self.body {
            Content::Later(producer) => Content::Begun(stream::begin(producer, turn)),
            other @ (Content::Whole(_) | Content::Begun(_)) => other,
        };
        Self { body, ..self }
    }

    /// Go there, by GET.
    pub(crate) fn see(path: impl Into<String>) -> Self {
        Self { goto: Some(path.into()), ..Self::new(StatusCode::SEE_OTHER, "text/plain; charset=utf-8", Vec::new()) }
    }

    /// The same, looked at again after so many seconds: for what is going on.
    pub(crate) fn again_in(self, seconds: u32) -> Self {
        Self { again: Some(seconds), ..self }
    }

    /// The same with a cookie; an empty value takes it away.
    pub(crate) fn cookie(mut self, name: &str, value: &str, seconds: Option<u32>, secure: bool) -> Self {
        let tls = if secure { "; Secure" } else { "" };
        let age = match seconds {
            _ if value.is_empty() => "; Max-Age=0".to_owned(),
            Some(seconds) => format!("; Max-Age={seconds}"),
            None => String::new(),
        };
        self.cookies.push(format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{age}{tls}"));
        self
    }

    /// The same with the cookies of another answer.
    pub(crate) fn and_session(mut self, other: Self) -> Self {
        self.cookies.extend(other.cookies);
        self
    }

    /// The same, after which the browser keeps no page of the session.
    pub(crate) fn and_clear(self) -> Self {
        Self { clears: true, ..self }
    }

    fn new(status: StatusCode, kind: &'static str, body: Vec<u8>) -> Self {
        let body = Content::Whole(body);
        Self {
            status,
            kind,
            body,
            file: None,
            goto: None,
            again: None,
            cookies: Vec::new(),
            cached: false,
            clears: false,
        }
    }

    /// As HTTP.
    pub(crate) fn response(self, secure: bool) -> Response<Body> {
        let mut response = Response::new(match self.body {
            Content::Whole(bytes) => Body::from(bytes),
            Content::Begun(body) => body,
            // Nobody began it.
            Content::Later(_) => Body::empty(),
        });
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        let mut fixed = |name, value: &'static str| headers.insert(name, HeaderValue::from_static(value));
        fixed(header::CONTENT_TYPE, self.kind);
        fixed(header::CONTENT_SECURITY_POLICY, POLICY);
        fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
        fixed(header::REFERRER_POLICY, "same-origin");
        fixed(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
        fixed(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
        fixed(header::CACHE_CONTROL, if self.cached { "public, max-age=3600" } else { "no-store" });
        if secure {
            fixed(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
        }
        if self.clears {
            fixed(HeaderName::from_static("clear-site-data"), "\"cache\", \"storage\"");
        }
        if self.status == StatusCode::TOO_MANY_REQUESTS {
            fixed(header::RETRY_AFTER, "5");
        }
        let kept = self.file.map(|name| format!("attachment; filename=\"{name}\""));
        if let Some(kept) = kept.and_then(|text| HeaderValue::from_str(&text).ok()) {
            headers.insert(header::CONTENT_DISPOSITION, kept);
        }
        if let Some(seconds) = self.again {
            headers.insert(header::REFRESH, HeaderValue::from(seconds));
        }
        if let Some(to) = self.goto.and_then(|path| HeaderValue::from_str(&path).ok()) {
            headers.insert(header::LOCATION, to);
        }
        for cookie in self.cookies.iter().filter_map(|cookie| HeaderValue::from_str(cookie).ok()) {
            headers.append(header::SET_COOKIE, cookie);
        }
        response
    }
}

#[derive(Template)]
#[template(path = "trouble.html")]
struct TroublePage {
    frame: Frame,
    what: String,
    next: &'static str,
}

impl Answer {
    /// Says why there is no page, with this around it.
    pub(crate) fn trouble(trouble: &Trouble, around: impl FnOnce(&'static str) -> Frame) -> Self {
        let (status, title, what, next) = told(trouble);
        let page = TroublePage { frame: around(title), what, next };
        let plain = || Self::new(status, "text/plain; charset=utf-8", title.as_bytes().to_vec());
        Self::page_with(status, &page).unwrap_or_else(|_| plain())
    }
}

fn told(trouble: &Trouble) -> (StatusCode, &'static str, String, &'static str) {
    match trouble {
        Trouble::NotFound => (
            StatusCode::NOT_FOUND,
            "Page not found",
            "There is nothing here, or you may not see it.".into(),
            "Check the address, or begin at the first page.",
        ),
        Trouble::Foreign => (
            StatusCode::FORBIDDEN,
            "Not sent from here",
            "This form did not come from a page of this portal, so nothing was done.".into(),
            "Open the page again and send its form.",
        ),
        Trouble::Stale => (
            StatusCode::FORBIDDEN,
            "This page is old",
            "You have signed in again since you opened it, so nothing was done.".into(),
            "Go back, load the page again and send its form.",
        ),
        Trouble::TooLarge => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "Too much",
            "That is more than this page takes.".into(),
            "Send less at once.",
        ),
        Trouble::LongFile(most) => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "The file is too long",
            format!("A file has at most {most} MiB here, and this one has more. Nothing of it was kept."),
            "Split it, each part with the line of headings, and send one part after the other.",
        ),
        Trouble::LateFile(seconds) => (
            StatusCode::REQUEST_TIMEOUT,
            "The file did not come in time",
            format!("A file must be here within {seconds} seconds. Nothing of it was kept."),
            "Send it again from a faster connection, or split it and send one part after the other.",
        ),
        Trouble::Lost => (
            StatusCode::NOT_FOUND,
            "Not here any more",
            "What you look for is not kept any more: the portal was started anew, or others asked for so much since then \
             that it had to make room."
                .into(),
            "Begin it again where you began it, under Policies, Waves or Runs. A run or a rollback that was cut off goes \
             on where it was; what it did until then is listed under Runs.",
        ),
        Trouble::Busy => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Many people at once",
            "Many people are using the portal at this moment. Nothing was done.".into(),
            "Try again in a minute.",
        ),
        Trouble::TooFast => (
            StatusCode::TOO_MANY_REQUESTS,
            "Too many pages at once",
            "More pages were asked for from here than anybody can read. Nothing was done.".into(),
            "Wait a few seconds, then try again.",
        ),
        Trouble::Broken => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "Something went wrong",
            "The portal could not make this page.".into(),
            "Try again. If it goes on, tell your administrator the time and the address of the page.",
        ),
        Trouble::Refused(error) => refused(error),
    }
}

/// Why a use case says no.
fn refused(error: &Error) -> (StatusCode, &'static str, String, &'static str) {
    let back = "Go back, correct it and send it again. What you typed is still there.";
    match error {
        Error::NotFound { .. } => told(&Trouble::NotFound),
        Error::NotAllowed(_) => (
            StatusCode::FORBIDDEN,
            "Not allowed",
            "Your roles do not allow this here.".into(),
            "Ask an administrator of the organisation who holds the right role.",
        ),
        Error::Refused(_) | Error::Input(_) | Error::File(_) => {
            (StatusCode::UNPROCESSABLE_ENTITY, "Not done", error.to_string(), back)
        }
        Error::Held(_) => (
            StatusCode::OK,
            "Held for a second person",
            error.to_string(),
            "A second person finds it under Held and releases or refuses it.",
        ),
        Error::Store(store::error::Error::Stale { .. }) => (
            StatusCode::CONFLICT,
            "Changed meanwhile",
            "Somebody else changed it while you looked at it. Nothing of yours was done.".into(),
            "Go back, load the page again to see what changed, then decide.",
        ),
        Error::Stopped => told(&Trouble::Busy),
        Error::Store(_) => told(&Trouble::Broken),
    }
}
