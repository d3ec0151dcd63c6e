//! The picture beside the service's name, from a file of the operator's.

use std::path::Path;

use crate::cli::failure::Failure;

/// No page may become heavy by it.
const LARGEST: usize = 64 * 1024;

/// A picture.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Logo {
    /// What it is, as browsers are told.
    pub(crate) kind: &'static str,
    /// The file.
    pub(crate) bytes: Vec<u8>,
}

/// Reads it: SVG or PNG, by its name and its first bytes.
pub(crate) fn read(path: &Path) -> Result<Logo, Failure> {
    let bytes = std::fs::read(path).map_err(|error| Failure::file(path, &error))?;
    let named = |end: &str| path.extension().is_some_and(|found| found.eq_ignore_ascii_case(end));
    let kind = match bytes.as_slice() {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        text if named("svg") && text.trim_ascii_start().starts_with(b"<") => "image/svg+xml",
        _ => {
            let what = format!("{} is no picture that browsers are shown", path.display());
            return Err(Failure::refused(what, "name an SVG or a PNG file in brand.logo"));
        }
    };
    if bytes.len() > LARGEST {
        let what = format!("{} has {} bytes", path.display(), bytes.len());
        return Err(Failure::refused(what, "make it smaller: at most 64 KiB, for it is on every page"));
    }
    Ok(Logo { kind, bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logo_is_a_small_svg_or_png() {
        let folder = tempfile::tempdir().unwrap();
        let cases: [(&str, Vec<u8>, Option<&str>); 6] = [
            ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), Some("image/svg+xml")),
            ("logo.png", b"\x89PNG\r\n".to_vec(), Some("image/png")),
            ("logo.html", b"<html>".to_vec(), None),
            ("logo.svg", b"PK".to_vec(), None),
            ("big.svg", [b"<".to_vec(), vec![b' '; LARGEST - 1]].concat(), Some("image/svg+xml")),
            ("big.svg", [b"<".to_vec(), vec![b' '; LARGEST]].concat(), None),
        ];
        for (name, bytes, kind) in cases {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(read(&path).ok().map(|logo| logo.kind), kind, "{name}");
        }
        assert!(read(&folder.path().join("absent.png")).is_err());
    }
}
