//! `multipart/form-data` read as it comes (RFC 7578): short fields in memory, the file passed on piece by piece.

use crate::web::visit::{Fields, without_nul};

/// A field that is no file is no longer than this, and so is what stands above a part.
const SHORT: usize = 64 * 1024;
/// More parts than this is no form of ours.
const PARTS: usize = 50;

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Event<'e> {
    /// A field, whole.
    Field(String, String),
    /// The file begins, with the name that its sender gave it.
    File(String),
    /// A piece of the file.
    Bytes(&'e [u8]),
    /// The file is whole.
    FileEnds,
}

/// Why it is no such form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bad {
    /// It has not the shape.
    Shape,
    /// A field is too long, or there are too many.
    TooLong,
}

enum At {
    /// Before the first part.
    Before,
    /// Behind a boundary.
    Boundary,
    /// In the lines above a part.
    Head,
    /// In a field of this name.
    Field(String),
    /// In the file.
    File,
    /// Behind the last boundary.
    Over,
}

/// The reader.
pub(crate) struct Multipart {
    delimiter: Vec<u8>,
    held: Vec<u8>,
    at: At,
    parts: usize,
}

/// The boundary that a content type names.
pub(crate) fn boundary(content_type: &str) -> Option<&str> {
    let (kind, rest) = content_type.split_once(';')?;
    let named = rest.split(';').find_map(|one| one.trim().strip_prefix("boundary="))?;
    let boundary = named.trim_matches('"');
    let is_form = kind.trim().eq_ignore_ascii_case("multipart/form-data");
    let fits = (1..=70).contains(&boundary.len()) && boundary.bytes().all(|b| (b' '..=b'~').contains(&b));
    (is_form && fits).then_some(boundary)
}

impl Multipart {
    pub(crate) fn new(boundary: &str) -> Self {
        // The first boundary has no line before it.
        Self { delimiter: format!("\r\n--{boundary}").into_bytes(), held: b"\r\n".to_vec(), at: At::Before, parts: 0 }
    }

    /// Whether the form ended as it should.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self.at, At::Over)
    }

    /// Reads what came. Memory: a piece, and a field.
    pub(crate) fn push<E: From<Bad>>(
        &mut self,
        bytes: &[u8],
        each: &mut dyn FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.held.extend_from_slice(bytes);
        while self.step(each)? {}
        Ok(())
    }

    /// One step; whether there may be another with what is held.
    fn step<E: From<Bad>>(&mut self, each: &mut dyn FnMut(Event<'_>) -> Result<(), E>) -> Result<bool, E> {
        match &self.at {
            At::Before => match find(&self.held, &self.delimiter) {
                Some(at) => {
                    self.held.drain(..at + self.delimiter.len());
                    self.at = At::Boundary;
                    Ok(true)
                }
                None if self.held.len() > SHORT => Err(Bad::Shape.into()),
                None => Ok(false),
            },
            At::Boundary => {
                let Some(next) = self.held.get(..2) else { return Ok(false) };
                self.at = match next {
                    b"--" => At::Over,
                    b"\r\n" => At::Head,
                    _ => return Err(Bad::Shape.into()),
                };
                self.held.drain(..2);
                self.parts += 1;
                if self.parts > PARTS { Err(Bad::TooLong.into()) } else { Ok(true) }
            }
            At::Head => {
                let Some(end) = find(&self.held, b"\r\n\r\n") else {
                    return if self.held.len() > SHORT { Err(Bad::TooLong.into()) } else { Ok(false) };
                };
                if end > SHORT {
                    return Err(Bad::TooLong.into());
                }
                let head = String::from_utf8_lossy(self.held.get(..end).unwrap_or_default()).into_owned();
                self.held.drain(..end + 4);
                let (name, file) = names(&head).ok_or(Bad::Shape)?;
                self.at = match file {
                    Some(file) => {
                        each(Event::File(file))?;
                        At::File
                    }
                    None => At::Field(name),
                };
                Ok(true)
            }
            At::Field(name) => match find(&self.held, &self.delimiter) {
                Some(at) if at > SHORT => Err(Bad::TooLong.into()),
                Some(at) => {
                    let value = String::from_utf8_lossy(self.held.get(..at).unwrap_or_default()).into_owned();
                    each(Event::Field(name.clone(), without_nul(&value)))?;
                    self.held.drain(..at + self.delimiter.len());
                    self.at = At::Boundary;
                    Ok(true)
                }
                None if self.held.len() > SHORT => Err(Bad::TooLong.into()),
                None => Ok(false),
            },
            At::File => self.pass_on(each),
            At::Over => {
                self.held.clear();
                Ok(false)
            }
        }
    }

    /// Passes on what is surely the file's; what may be the beginning of the boundary waits for the rest of it.
    fn pass_on<E: From<Bad>>(&mut self, each: &mut dyn FnMut(Event<'_>) -> Result<(), E>) -> Result<bool, E> {
        let found = find(&self.held, &self.delimiter);
        let sure = found.unwrap_or_else(|| self.held.len().saturating_sub(self.delimiter.len() - 1));
        if sure > 0 {
            each(Event::Bytes(self.held.get(..sure).unwrap_or_default()))?;
        }
        if found.is_none() {
            self.held.drain(..sure);
            return Ok(false);
        }
        each(Event::FileEnds)?;
        self.held.drain(..sure + self.delimiter.len());
        self.at = At::Boundary;
        Ok(true)
    }
}

/// A short form, all of it here: its fields, and the text of its file as the field `file`. Who chose no file sent an empty one
/// without a name, which is none.
pub(crate) fn whole(boundary: &str, bytes: &[u8]) -> Result<Fields, Bad> {
    let (mut fields, mut file): (Fields, Vec<u8>) = (Vec::new(), Vec::new());
    let mut form = Multipart::new(boundary);
    form.push::<Bad>(bytes, &mut |event| {
        match event {
            Event::Field(name, value) => fields.push((name, value)),
            Event::File(_) => file.clear(),
            Event::Bytes(bytes) => file.extend_from_slice(bytes),
            Event::FileEnds => {
                if !file.is_empty() {
                    fields.push(("file".to_owned(), without_nul(&String::from_utf8_lossy(&file))));
                }
            }
        }
        Ok(())
    })?;
    if form.is_over() { Ok(fields) } else { Err(Bad::Shape) }
}

/// Where one text stands in another.
fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    let first = *wanted.first()?;
    let mut from = 0;
    while let Some(at) = text.get(from..)?.iter().position(|byte| *byte == first) {
        let at = from + at;
        if text.get(at..)?.starts_with(wanted) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

/// The name of a part, and of its file if it is one.
fn names(head: &str) -> Option<(String, Option<String>)> {
    let line = head
        .lines()
        .find(|line| line.get(..20).is_some_and(|begin| begin.eq_ignore_ascii_case("content-disposition:")))?;
    let named = |key: &str| {
        let (_, rest) = line.split_once(&format!("{key}=\""))?;
        Some(rest.split('"').next().unwrap_or_default().to_owned())
    };
    // `filename` holds `name` too, so the shorter is looked for behind a space.
    Some((named(" name")?, named(" filename").map(|name| without_nul(&name))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Eq)]
    struct Broken(Bad);

    impl From<Bad> for Broken {
        fn from(bad: Bad) -> Self {
            Self(bad)
        }
    }

    const FORM: &str = "--xYz\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\nactions\r\n--xYz\r\n\
        content-disposition: form-data; name=\"file\"; filename=\"a b.csv\"\r\nContent-Type: text/csv\r\n\r\n\
        Address,\r\n--xY\r\n-\r\n--xYz--\r\n";

    /// What is read of a form that comes in pieces of a size.
    fn told(form: &[u8], size: usize) -> Result<(String, bool), Broken> {
        let mut reader = Multipart::new("xYz");
        let (mut said, mut file): (Vec<String>, Vec<u8>) = (Vec::new(), Vec::new());
        for piece in form.chunks(size) {
            reader.push::<Broken>(piece, &mut |event| {
                match event {
                    Event::Field(name, value) => said.push(format!("{name}={value};")),
                    Event::File(name) => said.push(format!("[{name}]")),
                    Event::Bytes(bytes) => file.extend_from_slice(bytes),
                    Event::FileEnds => said.push(format!("{:?};", String::from_utf8_lossy(&file))),
                }
                Ok(())
            })?;
        }
        Ok((said.concat(), reader.is_over()))
    }

    #[test]
    fn a_form_is_read_the_same_whatever_the_pieces_in_which_it_comes() {
        let whole = "kind=actions;[a b.csv]\"Address,\\r\\n--xY\\r\\n-\";".to_owned();
        for size in 1..FORM.len() {
            assert_eq!(told(FORM.as_bytes(), size), Ok((whole.clone(), true)), "{size}");
        }
    }

    #[test]
    fn what_is_cut_is_not_over_and_what_is_no_form_is_refused() {
        let cut = told(&FORM.as_bytes()[..FORM.len() - 10], 7).unwrap();
        assert!(!cut.1, "{cut:?}");
        for (form, bad) in [
            ("--xYz+-", Bad::Shape),
            ("--xYz\r\nContent-Type: text/csv\r\n\r\nx", Bad::Shape),
            (&"x".repeat(SHORT + 1), Bad::Shape),
            (&format!("--xYz\r\n{}", "x".repeat(SHORT + 1)), Bad::TooLong),
            (
                &format!("--xYz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n{}", "x".repeat(SHORT + 1)),
                Bad::TooLong,
            ),
            (&"--xYz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nv\r\n".repeat(PARTS + 1), Bad::TooLong),
        ] {
            assert_eq!(told(form.as_bytes(), 4_096).unwrap_err(), Broken(bad), "{}", form.get(..20).unwrap_or(form));
        }
    }

    #[test]
    fn the_longest_field_is_as_long_in_whatever_pieces_it_comes() {
        let form = |length: usize| {
            let value = "x".repeat(length);
            format!("--xYz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n{value}\r\n--xYz--\r\n")
        };
        let named = |length: usize| {
            let name = "x".repeat(length);
            format!("--xYz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\nv\r\n--xYz--\r\n")
        };
        for size in [SHORT / 2, SHORT, 10 * SHORT] {
            assert!(told(form(SHORT).as_bytes(), size).is_ok(), "{size}");
            for bad in [form(SHORT + 1), named(SHORT)] {
                assert_eq!(told(bad.as_bytes(), size).unwrap_err(), Broken(Bad::TooLong), "{size}");
            }
        }
    }

    #[test]
    fn a_short_form_is_read_with_the_text_of_its_file() {
        let of = |form: &str| whole("xYz", form.as_bytes());
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let read = of(FORM).unwrap();
        assert_eq!(read, [field("kind", "actions"), field("file", "Address,\r\n--xY\r\n-")]);
        let part = "Content-Disposition: form-data; name=\"file\"; filename=\"";
        assert_eq!(of(&format!("--xYz\r\n{part}\"\r\n\r\n\r\n--xYz--\r\n")), Ok(vec![]), "no file was chosen");
        let odd = of(&format!("--xYz\r\n{part}x\"\r\n\r\na\0b\r\n--xYz--\r\n")).unwrap();
        assert_eq!(odd, [field("file", "a\u{FFFD}b")]);
        assert_eq!(of(&FORM[..FORM.len() - 6]), Err(Bad::Shape), "it did not come whole");
        assert_eq!(of("address=x"), Err(Bad::Shape));
    }

    #[test]
    fn a_content_type_names_a_boundary_or_none() {
        for (text, expected) in [
            ("multipart/form-data; boundary=xYz", Some("xYz")),
            ("Multipart/Form-Data; charset=utf-8; boundary=\"x y\"", Some("x y")),
            ("multipart/form-data", None),
            ("multipart/mixed; boundary=xYz", None),
            ("multipart/form-data; boundary=", None),
            ("text/plain", None),
        ] {
            assert_eq!(boundary(text), expected, "{text}");
        }
        assert_eq!(boundary(&format!("multipart/form-data; boundary={}", "x".repeat(71))), None);
    }
}
