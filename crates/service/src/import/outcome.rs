//! What became of a line, and the file that says so: the sender's own lines with `Outcome,Detail` behind them.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use wire::csv::Record;
use wire::files::{OutcomeWriter, Problem};

use crate::error::Error;

domain::words! {
    /// What became of a line.
    pub enum Word {
        /// An account was made.
        Created = "created",
        /// Directory data changed.
        Updated = "updated",
        /// It is so already.
        Unchanged = "unchanged",
        /// It took effect.
        Done = "done",
        /// It was done before, or is so already.
        Already = "already",
        /// A brake holds it until a second person releases it.
        Held = "held",
        /// A rule says no.
        Refused = "refused",
        /// The line has a mistake.
        Rejected = "rejected",
        /// It would be applied.
        Good = "good",
    }
}

/// What became of a line that was read well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) word: Word,
    /// The column that is at fault, if one is.
    pub(crate) column: &'static str,
    pub(crate) detail: String,
}

impl Outcome {
    pub(crate) fn new(word: Word, detail: impl Into<String>) -> Self {
        Self { word, column: "", detail: detail.into() }
    }

    pub(crate) fn rejected(column: &'static str, why: impl Into<String>) -> Self {
        Self { word: Word::Rejected, column, detail: why.into() }
    }
}

/// All problems of a line in one text.
pub(crate) fn told(problems: &[Problem]) -> String {
    let each: Vec<String> = problems.iter().map(|p| format!("{} \"{}\": {}", p.column, p.value, p.why)).collect();
    each.join("; ")
}

/// The outcome file, if one was asked for. It is written beside its place and moved there when it is whole.
pub(crate) struct OutcomeFile(Option<Open>);

struct Open {
    writer: OutcomeWriter<BufWriter<File>>,
    part: Part,
    place: PathBuf,
}

/// The unfinished file; gone unless it is moved to its place.
struct Part(PathBuf);

impl Drop for Part {
    fn drop(&mut self) {
        // After the move there is nothing to remove.
        drop(fs::remove_file(&self.0));
    }
}

impl OutcomeFile {
    pub(crate) fn begin(source: &Path, place: Option<&Path>, headings: &[&str]) -> Result<Self, Error> {
        let Some(place) = place else { return Ok(Self(None)) };
        if let (Ok(from), Ok(to)) = (fs::canonicalize(source), fs::canonicalize(place))
            && from == to
        {
            return Err(Error::input("the outcome would replace the file itself: name another file for it"));
        }
        let mut name = place.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.part", std::process::id()));
        let part = Part(place.with_file_name(name));
        let file = File::create(&part.0).map_err(|error| unwritable(place, &error))?;
        let writer = OutcomeWriter::new(BufWriter::new(file), headings).map_err(|error| unwritable(place, &error))?;
        Ok(Self(Some(Open { writer, part, place: place.to_owned() })))
    }

    pub(crate) fn write(&mut self, record: &Record, word: Word, detail: &str) -> Result<(), Error> {
        let Some(open) = &mut self.0 else { return Ok(()) };
        let done = open.writer.write(record, word.as_str(), detail);
        done.map_err(|error| unwritable(&open.place, &error))
    }

    /// Moves the whole file to its place and names it.
    pub(crate) fn finish(self) -> Result<Option<PathBuf>, Error> {
        let Some(Open { writer, part, place }) = self.0 else { return Ok(None) };
        let flushed = writer.finish().and_then(|buffer| buffer.into_inner().map_err(io::IntoInnerError::into_error));
        let moved = flushed.and_then(|file| file.sync_all()).and_then(|()| fs::rename(&part.0, &place));
        moved.map_err(|error| unwritable(&place, &error))?;
        Ok(Some(place))
    }
}

fn unwritable(place: &Path, error: &io::Error) -> Error {
    let place = place.display();
    Error::input(format!(
        "the outcome file {place} cannot be written ({error}): make room or name another, then send the file again; \
         what was applied is not applied twice"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_problems_of_a_line_stand_in_one_text() {
        let problem = |column, value: &str| Problem { line: 2, column, value: value.to_owned(), why: "no".to_owned() };
        assert_eq!(told(&[problem("A", "x"), problem("B", "")]), "A \"x\": no; B \"\": no");
    }

    #[test]
    fn the_outcome_never_replaces_the_file_itself_and_leaves_nothing_half_written() {
        let folder = std::env::temp_dir().join(format!("almoner-outcome-{}", std::process::id()));
        fs::create_dir_all(folder.join("sub")).unwrap();
        let (source, place) = (folder.join("in.csv"), folder.join("out.csv"));
        fs::write(&source, "a").unwrap();
        let names = || {
            let mut names: Vec<_> = fs::read_dir(&folder).unwrap().map(|one| one.unwrap().file_name()).collect();
            names.sort();
            names
        };
        let around = folder.join("sub").join("..").join("in.csv");
        for same in [&source, &around] {
            let refused = OutcomeFile::begin(&source, Some(same), &["A"]).err().unwrap().to_string();
            assert!(refused.contains("name another file"), "{refused}");
        }
        assert_eq!(
            (names(), fs::read_to_string(&source).unwrap()),
            (vec!["in.csv".into(), "sub".into()], "a".to_owned())
        );
        let begun = OutcomeFile::begin(&source, Some(&place), &["A"]).unwrap();
        assert_eq!(names().len(), 3, "it is written beside its place");
        drop(begun);
        assert_eq!(names().len(), 2, "and gone when the work fails");
        fs::write(&place, "before").unwrap();
        let begun = OutcomeFile::begin(&source, Some(&place), &["A"]).unwrap();
        assert_eq!(fs::read_to_string(&place).unwrap(), "before", "until the new one is whole");
        assert_eq!(begun.finish().unwrap(), Some(place.clone()));
        assert_eq!(fs::read_to_string(&place).unwrap().trim_end(), "A,Outcome,Detail");
        let nowhere = OutcomeFile::begin(&source, Some(&folder.join("none").join("out.csv")), &["A"]);
        assert!(nowhere.err().unwrap().to_string().contains("make room or name another"));
        assert_eq!(OutcomeFile::begin(&source, None, &["A"]).unwrap().finish().unwrap(), None);
        fs::remove_dir_all(&folder).unwrap();
    }
}
