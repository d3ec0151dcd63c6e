//! One request, read: who asks, for what, with which fields.

use std::net::IpAddr;
use std::sync::Arc;

use domain::ctx::Ctx;
use service::federation::Almoner;
use service::identity::session::Me;

use crate::web::portal::Portal;
use crate::web::spool::Upload;

/// Names with their values, in the order of the form.
pub(crate) type Fields = Vec<(String, String)>;

/// A request.
pub(crate) struct Visit {
    /// What all pages share.
    pub(crate) portal: Arc<Portal>,
    /// The federation.
    pub(crate) almoner: Arc<Almoner>,
    /// Who acts, and when. Whoever is not wholly signed in may do nothing.
    pub(crate) ctx: Ctx,
    /// Who is signed in, perhaps not wholly.
    pub(crate) me: Option<Me>,
    /// The session's secret, or nothing.
    pub(crate) token: String,
    /// The device's secret, or nothing.
    pub(crate) device: String,
    /// What the browser calls itself.
    pub(crate) agent: String,
    /// Where it comes from.
    pub(crate) source: IpAddr,
    /// The path with its query, to come back to.
    pub(crate) here: String,
    /// The named parts of the path.
    pub(crate) params: Fields,
    /// What stands behind the `?`.
    pub(crate) query: Fields,
    /// The form's fields.
    pub(crate) form: Fields,
    /// The file that came with the form.
    pub(crate) upload: Option<Upload>,
}

fn all<'f>(fields: &'f Fields, name: &str) -> Vec<&'f str> {
    fields.iter().filter(|(known, value)| known == name && !value.is_empty()).map(|(_, value)| value.as_str()).collect()
}

/// The value of a name; empty where it is absent.
pub(crate) fn find<'f>(fields: &'f Fields, name: &str) -> &'f str {
    fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
}

impl Visit {
    /// A part of the path.
    pub(crate) fn param(&self, name: &str) -> &str {
        find(&self.params, name)
    }

    /// A value behind the `?`; empty where it is absent.
    pub(crate) fn query(&self, name: &str) -> &str {
        find(&self.query, name)
    }

    /// A field of the form; empty where it is absent.
    pub(crate) fn field(&self, name: &str) -> &str {
        find(&self.form, name)
    }

    /// Whether the form has a field at all: what a page did not offer is not changed by its form.
    pub(crate) fn has_field(&self, name: &str) -> bool {
        self.form.iter().any(|(known, _)| known == name)
    }

    /// All values of a field, as of boxes that were ticked.
    pub(crate) fn fields<'v>(&'v self, name: &'v str) -> impl Iterator<Item = &'v str> {
        self.form.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// All values of a name behind the `?` that are not empty.
    pub(crate) fn queries(&self, name: &str) -> Vec<&str> {
        all(&self.query, name)
    }

    /// A number behind the `?`.
    pub(crate) fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.query(name).parse().ok()
    }
}

/// Reads what a browser sends of a form.
pub(crate) fn fields(text: &[u8]) -> Fields {
    form_urlencoded::parse(text).map(|(name, value)| (name.into_owned(), without_nul(&value))).collect()
}

/// No text here has a NUL, and PostgreSQL keeps none: it becomes the sign for what cannot be read.
pub(crate) fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{FFFD}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_sends_is_read_in_its_order_and_without_nul() {
        let read = fields(b"a=1&b=x+y&a=2&c=%3Cb%3E&d=%00e&=f&g");
        let pairs: Vec<(&str, &str)> = read.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(
            pairs,
            [("a", "1"), ("b", "x y"), ("a", "2"), ("c", "<b>"), ("d", "\u{FFFD}e"), ("", "f"), ("g", ""),]
        );
        assert_eq!((find(&read, "a"), find(&read, "none")), ("1", ""));
        assert!(fields(b"").is_empty());
    }
}
