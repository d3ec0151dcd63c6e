//! Places in addresses of our own pages. What people typed or were named becomes a part of one only here.

use crate::web::answer::Answer;

/// A text as one part of a path, or as a value of a query: whatever is in it, it is read as it was.
pub(crate) fn part(text: &str) -> String {
    let form: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    // Forms write a space as a plus, which in a path is a plus; a plus of the text is `%2B` already.
    form.replace('+', "%20")
}

/// What is asked, as it stands behind the `?` of a link. A value that is empty is left out.
pub(crate) fn query<'t>(pairs: impl IntoIterator<Item = (&'t str, &'t str)>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs.into_iter().filter(|(_, value)| !value.is_empty())).finish()
}

/// On to the account, which says what was done.
pub(crate) fn to_account(address: &str, done: &str) -> Answer {
    Answer::see(format!("/accounts/{}?done={}", part(address), part(done)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_holds_what_is_asked_and_nothing_else() {
        assert_eq!(query([]), "");
        assert_eq!(query([("q", ""), ("on", "")]), "");
        assert_eq!(
            query([("q", "a+b@x"), ("unit", ""), ("col", "a b"), ("col", "c&d")]),
            "q=a%2Bb%40x&col=a+b&col=c%26d"
        );
    }

    #[test]
    fn a_part_of_an_address_is_read_as_it_was() {
        for (text, expected) in [
            ("ann.smith@mail.example", "ann.smith%40mail.example"),
            ("a+b@x", "a%2Bb%40x"),
            ("a b", "a%20b"),
            ("a/b?c#d&e=f%20", "a%2Fb%3Fc%23d%26e%3Df%2520"),
            ("Zo\u{eb}", "Zo%C3%AB"),
            ("\r\nSet-Cookie: x", "%0D%0ASet-Cookie%3A%20x"),
            ("", ""),
        ] {
            assert_eq!(part(text), expected, "{text}");
            let query = format!("v={}", part(text));
            let read: Vec<_> = form_urlencoded::parse(query.as_bytes()).map(|(_, value)| value.into_owned()).collect();
            assert_eq!(read, [text], "in a query it is the same");
        }
    }
}
