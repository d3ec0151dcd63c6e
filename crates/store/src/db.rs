//! The store: where the database is, and a small pool of connections to it. The only module that knows which database.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

pub mod admin;
pub(crate) mod conn;
mod gate;
pub(crate) mod ids;
mod postgres;
pub mod row;
mod sqlite;

use crate::error::Error;
use crate::migrate;
use conn::{Backend, Conn};
use gate::{Gate, Turn};

/// Connections kept for the next caller; more are opened when more threads ask at once, and closed afterwards. A file is
/// opened in a fraction of a millisecond, and a connection to it may hold 64 MiB of pages; a server starts a process for
/// each connection, so as many are kept as pages of the portal are made at once.
const fn idle_limit(backend: Backend) -> usize {
    match backend {
        Backend::Sqlite => 4,
        Backend::Postgres => 32,
    }
}

/// How often a server that has no room for another connection is asked again, and when: for five seconds.
const CROWDED: u32 = 250;
const ASKED_AGAIN: Duration = Duration::from_millis(20);

/// A database of Almoner. Shared by all threads.
#[derive(Debug)]
pub struct Store {
    place: Place,
    idle: Mutex<Vec<Conn>>,
    gate: Gate,
}

/// Where the database is.
#[derive(Clone)]
enum Place {
    Sqlite(PathBuf),
    Postgres(Box<::postgres::Config>),
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            // Without the password, and without anything else that a server's URL may hold.
            Self::Postgres(config) => write!(f, "postgres database {}", config.get_dbname().unwrap_or_default()),
        }
    }
}

impl Place {
    fn read(url: &str) -> Result<Self, Error> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(Box::new(postgres::read_url(url)?)));
        }
        let usage = "write sqlite:FILE or postgres://user@host:5432/database";
        let Some(path) = url.strip_prefix("sqlite:") else {
            // The scheme only: the rest may hold a password.
            let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
            return Err(Error::BadUrl(format!(
                "the database URL begins with `{scheme}:`, which is not known: {usage}"
            )));
        };
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() || path.starts_with(":memory:") {
            return Err(Error::BadUrl(format!("the database URL names no file: {usage}")));
        }
        Ok(Self::Sqlite(PathBuf::from(path)))
    }
}

impl Store {
    /// Opens the database at `sqlite:FILE` or `postgres://...`; an older schema is brought up to date.
    pub fn open(url: &str) -> Result<Self, Error> {
        let store = Self::at(Place::read(url)?);
        let mut conn = store.place.connect(false)?;
        if !conn.has_table(migrate::TABLE)? {
            return Err(Error::NoSchema);
        }
        store.settle(conn)
    }

    /// Makes the database (PostgreSQL: unless it is there) and its schema. Safe to repeat.
    pub fn create(url: &str) -> Result<Self, Error> {
        let store = Self::at(Place::read(url)?);
        let conn = match store.place.connect(true) {
            Err(Error::NoSchema) => {
                // Another process may make it at the same moment; then ours is refused, and it is there.
                let made = store.place.create_database();
                store.place.connect(true).map_err(|error| made.err().unwrap_or(error))?
            }
            other => other?,
        };
        store.settle(conn)
    }

    /// The schema that a database has, and the one that this program knows. Nothing is changed.
    pub fn schema(url: &str) -> Result<(i64, i64), Error> {
        let store = Self::at(Place::read(url)?);
        let mut conn = store.place.connect(false)?;
        if !conn.has_table(migrate::TABLE)? {
            return Err(Error::NoSchema);
        }
        store.give_back(conn);
        migrate::standing(&store)
    }

    fn at(place: Place) -> Self {
        Self { place, idle: Mutex::default(), gate: Gate::default() }
    }

    fn settle(self, mut conn: Conn) -> Result<Self, Error> {
        conn.check_order()?;
        self.give_back(conn);
        migrate::migrate(&self)?;
        Ok(self)
    }

    /// Waits for the turn to write: SQLite takes one writer at a time, and its own waiting is neither fair nor quick.
    pub(crate) fn turn(&self) -> Result<Option<Turn<'_>>, Error> {
        match self.place {
            Place::Sqlite(_) => self.gate.enter().map(Some),
            Place::Postgres(_) => Ok(None),
        }
    }

    /// Whether writes go on side by side; otherwise several workers are of no use.
    pub fn writes_side_by_side(&self) -> bool {
        self.backend() == Backend::Postgres
    }

    pub(crate) fn backend(&self) -> Backend {
        match self.place {
            Place::Sqlite(_) => Backend::Sqlite,
            Place::Postgres(_) => Backend::Postgres,
        }
    }

    /// A connection on which `begin` worked. Idle ones that broke meanwhile (the server was restarted) are dropped.
    /// A server that has no room for another connection is asked again, and those of ours that came back meanwhile are taken.
    pub(crate) fn begin(&self, mut begin: impl FnMut(&mut Conn) -> Result<(), Error>) -> Result<Conn, Error> {
        let mut waits = 0..CROWDED;
        loop {
            let idle = self.idle().pop();
            let was_idle = idle.is_some();
            let mut conn = match idle {
                Some(conn) => conn,
                None => match self.place.connect(false) {
                    Err(Error::Busy) if waits.next().is_some() => {
                        thread::sleep(ASKED_AGAIN);
                        continue;
                    }
                    other => other?,
                },
            };
            match begin(&mut conn) {
                Ok(()) => return Ok(conn),
                Err(Error::Unavailable(_)) if was_idle => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Keeps a connection that works and is in no transaction for the next caller.
    pub(crate) fn give_back(&self, conn: Conn) {
        let mut idle = self.idle();
        if idle.len() < idle_limit(self.backend()) {
            idle.push(conn);
        }
    }

    /// Connections that wait for the next caller.
    pub fn idle_connections(&self) -> usize {
        self.idle().len()
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Conn>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Store {
    /// The server's driver waits while it says goodbye, which a thread that drives others must not; so another does it.
    fn drop(&mut self) {
        let idle = std::mem::take(&mut *self.idle());
        if self.backend() == Backend::Postgres && !idle.is_empty() {
            drop(thread::spawn(move || drop(idle)).join());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(url: &str) -> String {
        Place::read(url).map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn a_wrong_url_is_answered_with_what_to_write_and_without_its_password() {
        for url in
            ["mysql://ann:secret@host/x", "almoner.db", "", "sqlite:", "sqlite::memory:", "postgres://a:secret@h:x/y"]
        {
            let said = refused(url);
            assert!(said.contains("write sqlite:FILE") || said.contains("write postgres://"), "{url}: {said}");
            assert!(!said.contains("secret"), "{said}");
        }
        assert!(refused("postgres://a@h").contains("names no database"));
        assert!(refused("postgres://a@h/b?sslmode=require").contains("TLS"));
    }

    #[test]
    fn a_store_shows_no_password() {
        let place = Place::read("postgres://ann:secret@host/almoner").unwrap();
        assert_eq!(format!("{place:?}"), "postgres database almoner");
    }

    #[test]
    fn both_spellings_of_a_file_name_the_same_file() {
        for url in ["sqlite:/var/a.db", "sqlite:///var/a.db"] {
            assert_eq!(format!("{:?}", Place::read(url).unwrap()), "sqlite:/var/a.db");
        }
    }

    #[test]
    fn a_missing_folder_a_foreign_file_and_a_missing_file_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| format!("sqlite:{}/{name}", folder.path().display());
        std::fs::write(folder.path().join("letter.db"), "Dear Ann, this is not a database at all. ".repeat(20))
            .unwrap();
        assert!(Store::create(&at("no/a.db")).unwrap_err().to_string().contains("there is no folder"));
        assert!(Store::open(&at("letter.db")).unwrap_err().to_string().contains("is not a SQLite database"));
        assert!(Store::open(&at("")).unwrap_err().to_string().contains("is a folder"));
        assert_eq!(Store::open(&at("a.db")).unwrap_err(), Error::NoSchema);
    }

    #[test]
    fn a_server_that_is_not_there_is_unavailable() {
        let said = Store::open("postgres://ann:secret@127.0.0.1:1/almoner").unwrap_err();
        assert!(matches!(said, Error::Unavailable(_)), "{said}");
        assert!(!said.to_string().contains("secret"));
    }
}
