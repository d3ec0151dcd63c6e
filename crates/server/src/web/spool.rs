//! The folder of files that browsers hand in: written as they come, never in memory whole, gone when their time is over.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use domain::hex::hex;
use domain::time::Timestamp;
use service::error::Error;
use service::identity::Dice;
use service::import::kept::Places;
use tokio::sync::mpsc::Receiver;

use crate::clock;
use crate::web::answer::Trouble;
use crate::web::key::System;
use crate::web::multipart::{Bad, Event, Multipart};
use crate::web::visit::Fields;

/// All files together are not.
const ALL: u64 = 4 * 1024 * 1024 * 1024;

/// How the name of a file begins that nobody keeps yet.
const PART: &str = "part-";

/// The folder.
#[derive(Debug)]
pub(crate) struct Spool {
    folder: PathBuf,
    most: u64,
}

/// A file that came. It is gone when nobody keeps it.
#[derive(Debug)]
pub(crate) struct Upload {
    part: PathBuf,
    /// What its sender calls it.
    pub(crate) name: String,
    /// Its bytes.
    pub(crate) size: u64,
    /// Its first bytes.
    pub(crate) head: Vec<u8>,
}

impl Drop for Upload {
    fn drop(&mut self) {
        // One that is kept has another name by now.
        drop(fs::remove_file(&self.part));
    }
}

impl Upload {
    /// What it is, where it is plainly no text; empty else.
    pub(crate) fn is_no_text(&self) -> &'static str {
        let begins = |with: &[u8]| self.head.starts_with(with);
        if begins(b"PK\x03\x04") {
            "a spreadsheet or an archive"
        } else if begins(b"\xd0\xcf\x11\xe0") {
            "an old spreadsheet or document"
        } else if begins(b"\x1f\x8b") || begins(b"BZh") || begins(b"7z\xbc\xaf") || begins(b"\xfd7zXZ") {
            "a compressed file"
        } else if begins(b"%PDF") {
            "a PDF"
        } else if begins(b"\xff\xfe") || begins(b"\xfe\xff") {
            "a text in UTF-16"
        } else {
            ""
        }
    }
}

impl From<Bad> for Trouble {
    fn from(bad: Bad) -> Self {
        match bad {
            Bad::TooLong => Self::TooLarge,
            Bad::Shape => Self::Refused(Error::Input("the form did not come whole: send the file again".to_owned())),
        }
    }
}

/// A file has more bytes than it may.
pub(crate) fn too_long(most: u64) -> Trouble {
    Trouble::LongFile(most.div_ceil(1024 * 1024))
}

fn unwritable(error: &io::Error) -> Trouble {
    let text = format!(
        "the file cannot be kept ({error}): tell whoever runs the service that its folder for files is in trouble"
    );
    Trouble::Refused(Error::Input(text))
}

impl Spool {
    /// The folder, which is made when the first file comes; a file has at most so many bytes.
    pub(crate) fn new(folder: PathBuf, most: u64) -> Self {
        Self { folder, most }
    }

    /// Bytes of a file, at most.
    pub(crate) fn most(&self) -> u64 {
        self.most
    }

    /// Where the pieces of a file lie.
    pub(crate) fn places(&self, id: i64) -> Places {
        Places::of(&self.folder, id)
    }

    fn make(&self) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)
    }

    /// Bytes in it.
    fn used(&self) -> u64 {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.metadata().ok()).map(|found| found.len()).sum()
    }

    fn begin(&self) -> Result<(PathBuf, File), Trouble> {
        self.make().map_err(|error| unwritable(&error))?;
        if self.used() + self.most > ALL {
            return Err(Trouble::Refused(Error::Input(
                "too many files are kept at this moment: try again in an hour".to_owned(),
            )));
        }
        let mut bytes = [0; 12];
        System.fill(&mut bytes);
        let name = format!("{PART}{}", hex(&bytes));
        let part = self.folder.join(name);
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part);
        file.map(|file| (part, file)).map_err(|error| unwritable(&error))
    }

    /// Reads a form as its pieces come; `None` ends a form that was cut. A file is written down only after `may` has read the
    /// fields before it. Nothing is kept of what fails.
    pub(crate) fn receive(
        &self,
        boundary: &str,
        pieces: &mut Receiver<Vec<u8>>,
        may: &dyn Fn(&Fields) -> Result<(), Trouble>,
    ) -> Result<(Fields, Option<Upload>), Trouble> {
        let mut form = Multipart::new(boundary);
        let mut fields: Fields = Vec::new();
        let mut upload: Option<Upload> = None;
        let mut out: Option<BufWriter<File>> = None;
        while let Some(piece) = pieces.blocking_recv() {
            form.push::<Trouble>(&piece, &mut |event| {
                match event {
                    Event::Field(name, value) => fields.push((name, value)),
                    Event::File(name) => {
                        may(&fields)?;
                        if upload.is_some() {
                            return Err(Bad::TooLong.into());
                        }
                        let (part, file) = self.begin()?;
                        upload = Some(Upload { part, name, size: 0, head: Vec::new() });
                        out = Some(BufWriter::new(file));
                    }
                    Event::Bytes(bytes) => {
                        if let (Some(upload), Some(out)) = (&mut upload, &mut out) {
                            take(upload, out, bytes, self.most)?;
                        }
                    }
                    Event::FileEnds => {
                        if let Some(mut out) = out.take() {
                            out.flush().map_err(|error| unwritable(&error))?;
                        }
                    }
                }
                Ok(())
            })?;
        }
        may(&fields)?;
        if form.is_over() { Ok((fields, upload)) } else { Err(Bad::Shape.into()) }
    }

    /// Keeps a file that came under its number.
    pub(crate) fn keep(&self, upload: &Upload, id: i64) -> io::Result<()> {
        fs::rename(&upload.part, self.places(id).file)
    }

    /// Writes a file that was made here.
    pub(crate) fn write(&self, id: i64, bytes: &[u8]) -> io::Result<()> {
        self.make()?;
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(self.places(id).file)?;
        file.write_all(bytes)
    }

    /// Removes what a process that was killed had received, before this time on the wall.
    pub(crate) fn forget_parts(&self, before: Timestamp) {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let parts = entries.filter(|entry| entry.file_name().to_str().is_some_and(|name| name.starts_with(PART)));
        for part in parts {
            let written = part.metadata().and_then(|found| found.modified()).map(clock::instant);
            if written.is_ok_and(|at| at < before) {
                drop(fs::remove_file(part.path()));
            }
        }
    }

    /// Removes the pieces of a file.
    pub(crate) fn remove(&self, id: i64) {
        let Places { file, checked, outcome } = self.places(id);
        for path in [file, checked, outcome] {
            // Not all of them were made.
            drop(fs::remove_file(path));
        }
    }
}

fn take(upload: &mut Upload, out: &mut BufWriter<File>, bytes: &[u8], most: u64) -> Result<(), Trouble> {
    upload.size += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if upload.size > most {
        return Err(too_long(most));
    }
    let room = 8_usize.saturating_sub(upload.head.len());
    upload.head.extend(bytes.iter().take(room));
    out.write_all(bytes).map_err(|error| unwritable(&error))
}

/// Beside the key: on a machine that has one, this program may write there.
pub(crate) fn beside(key: &Path) -> PathBuf {
    key.with_extension("files")
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;
    use tokio::sync::mpsc::channel;

    use super::*;

    fn part(name: &str, file: Option<&str>, content: &str) -> String {
        let file = file.map_or_else(String::new, |file| format!("; filename=\"{file}\""));
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{content}\r\n")
    }

    /// Receives a form in pieces of seven bytes.
    fn received(spool: &Spool, form: &str) -> Result<(Fields, Option<Upload>), Trouble> {
        let (to, mut from) = channel(form.len() / 7 + 1);
        for piece in form.as_bytes().chunks(7) {
            to.try_send(piece.to_vec()).unwrap();
        }
        drop(to);
        let may = |fields: &Fields| {
            let ours = fields.iter().any(|(name, value)| name == "token" && value == "right");
            if ours { Ok(()) } else { Err(Trouble::Stale) }
        };
        spool.receive("b", &mut from, &may)
    }

    fn names(folder: &TempDir) -> Vec<String> {
        let all = fs::read_dir(folder.path().join("files"));
        all.into_iter().flatten().map(|one| one.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_file_is_written_as_it_comes_and_gone_when_nobody_keeps_it() {
        let folder = TempDir::new().unwrap();
        let spool = Spool::new(folder.path().join("files"), 1_000);
        let form = format!("{}{}--b--\r\n", part("token", None, "right"), part("file", Some("x.csv"), "a,b\r\nc,d"));
        let (fields, upload) = received(&spool, &form).unwrap();
        let upload = upload.unwrap();
        assert_eq!(fields, [("token".to_owned(), "right".to_owned())]);
        assert_eq!((upload.name.as_str(), upload.size, upload.head.as_slice()), ("x.csv", 8, &b"a,b\r\nc,d"[..8]));
        assert_eq!(names(&folder).len(), 1);
        drop(upload);
        assert!(names(&folder).is_empty(), "nobody kept it");
        let (_, upload) = received(&spool, &form).unwrap();
        spool.keep(upload.as_ref().unwrap(), 7).unwrap();
        drop(upload);
        assert_eq!(names(&folder), ["7.csv"]);
        assert_eq!(fs::read_to_string(spool.places(7).file).unwrap(), "a,b\r\nc,d");
        assert!(spool.write(7, b"another").is_err(), "a number is one file's");
        spool.write(8, b"made here").unwrap();
        spool.remove(7);
        spool.remove(9);
        assert_eq!(names(&folder), ["8.csv"]);
    }

    #[test]
    fn nothing_is_written_of_what_may_not_come_and_nothing_stays_of_what_fails() {
        let folder = TempDir::new().unwrap();
        let spool = Spool::new(folder.path().join("files"), 10);
        let (token, file) = (part("token", None, "right"), part("file", Some("x.csv"), "0123456789"));
        for (form, told) in [
            (format!("{}{file}--b--\r\n", part("token", None, "wrong")), "Stale"),
            // The token must stand before the file: else all of it would be written first.
            (format!("{file}{token}--b--\r\n"), "Stale"),
            (format!("{token}{file}{file}--b--\r\n"), "TooLarge"),
            (format!("{token}{}--b--\r\n", part("file", Some("x.csv"), "0123456789x")), "LongFile"),
            (format!("{token}{file}"), "not come whole"),
            (format!("{token}{}", &file[..file.len() - 6]), "not come whole"),
        ] {
            let said = format!("{:?}", received(&spool, &form).map(drop).unwrap_err());
            assert!(said.contains(told), "{form}: {said}");
            assert!(names(&folder).is_empty(), "{form}");
        }
        let good = received(&spool, &format!("{token}{file}--b--\r\n")).unwrap();
        assert_eq!(good.1.map(|upload| upload.size), Some(10), "the longest that may come");
        let none = received(&spool, &format!("{token}--b--\r\n")).unwrap();
        assert!(none.1.is_none(), "a form without a file is one");
    }

    #[test]
    fn what_a_killed_process_had_received_is_removed_when_it_is_old() {
        let folder = TempDir::new().unwrap();
        let spool = Spool::new(folder.path().join("files"), 1_000);
        spool.write(7, b"kept").unwrap();
        let (part, _) = spool.begin().unwrap();
        let written = clock::instant(fs::metadata(&part).unwrap().modified().unwrap());
        spool.forget_parts(written);
        assert!(part.exists(), "it may be on its way");
        spool.forget_parts(written.plus_seconds(1));
        assert_eq!(names(&folder), ["7.csv"]);
        Spool::new(folder.path().join("none"), 1_000).forget_parts(written);
    }

    #[test]
    fn only_its_owner_reads_the_folder_and_what_lies_in_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = TempDir::new().unwrap();
        let spool = Spool::new(folder.path().join("files"), 1_000);
        spool.write(1, b"x").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder.path().join("files")), mode(&spool.places(1).file)), (0o700, 0o600));
        assert_eq!(
            beside(Path::new("/var/lib/almoner/almoner.db.key")),
            Path::new("/var/lib/almoner/almoner.db.files")
        );
    }

    #[test]
    fn what_is_plainly_no_text_is_told_by_its_first_bytes() {
        for (head, told) in [
            (&b"PK\x03\x04...."[..], "a spreadsheet or an archive"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old spreadsheet or document"),
            (b"\x1f\x8b\x08", "a compressed file"),
            (b"BZh9", "a compressed file"),
            (b"\xfd7zXZ\0", "a compressed file"),
            (b"%PDF-1.7", "a PDF"),
            (b"\xff\xfeA\0", "a text in UTF-16"),
            (b"\xef\xbb\xbfAddr", ""),
            (b"Address,", ""),
            (b"P", ""),
            (b"", ""),
        ] {
            let upload = Upload { part: PathBuf::new(), name: String::new(), size: 0, head: head.to_vec() };
            assert_eq!(upload.is_no_text(), told, "{head:?}");
        }
    }
}
