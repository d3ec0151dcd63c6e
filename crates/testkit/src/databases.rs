//! Fresh databases for tests: a SQLite file and a PostgreSQL database, gone when the test ends, also when it fails.

use std::path::Path;
use std::process;

use store::db::{Store, admin};
use tempfile::TempDir;

/// Names the server on which tests may make databases.
const SERVER: &str = "ALMONER_TEST_POSTGRES";

/// An empty database of Almoner.
#[derive(Debug)]
pub struct Database {
    url: String,
    /// Holds the SQLite file; its random name makes the PostgreSQL database's name unique.
    folder: TempDir,
}

impl Database {
    /// A file.
    ///
    /// # Panics
    /// When it cannot be made: the test has failed.
    pub fn sqlite() -> Self {
        Self::sqlite_in(&std::env::temp_dir())
    }

    /// A file in a folder of its own below this one.
    ///
    /// # Panics
    /// When it cannot be made: the test has failed.
    #[expect(clippy::unwrap_used, reason = "only tests call it, and without a database they have failed")]
    pub fn sqlite_in(place: &Path) -> Self {
        let folder = TempDir::new_in(place).unwrap();
        let url = format!("sqlite:{}/almoner.db", folder.path().display());
        Self { url, folder }
    }

    /// A database on the server that ALMONER_TEST_POSTGRES names.
    ///
    /// # Panics
    /// When there is no server: tests are not left out silently.
    #[expect(clippy::panic, reason = "only tests call it, and without a database they have failed")]
    pub fn postgres() -> Self {
        let Ok(server) = std::env::var(SERVER) else {
            panic!(
                "{SERVER} is not set: run `./dev test unit`, or `./dev postgres` in another terminal and set it to the URL that is shown"
            );
        };
        Self::postgres_at(&server)
    }

    /// A database on a server.
    ///
    /// # Panics
    /// When its folder cannot be made.
    #[expect(
        clippy::unwrap_used,
        reason = "only tests and the simulation call it, and without a database they have failed"
    )]
    pub fn postgres_at(server: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let random = folder.path().file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let name = format!("almoner_test_{}_{}", process::id(), random.trim_start_matches('.'));
        let (place, options) = server.split_once('?').unwrap_or((server, ""));
        let (host, _) = place.rsplit_once('/').unwrap_or((place, ""));
        let question = if options.is_empty() { "" } else { "?" };
        Self { url: format!("{host}/{name}{question}{options}"), folder }
    }

    /// Another database with the same content, at the same place. Nobody may be using this one.
    ///
    /// # Panics
    /// When it cannot be made: the test has failed.
    #[expect(clippy::unwrap_used, reason = "only tests call it, and without a database they have failed")]
    #[must_use]
    pub fn copy(&self) -> Self {
        if self.url.starts_with("postgres") {
            let copy = Self::postgres_at(&self.url);
            admin::copy_database(&self.url, &copy.url).unwrap();
            return copy;
        }
        let copy = Self::sqlite_in(self.folder.path().parent().unwrap());
        // The last one to close it has folded the log into the file.
        assert!(!self.folder.path().join("almoner.db-wal").exists(), "{} is in use", self.url);
        std::fs::copy(self.folder.path().join("almoner.db"), copy.folder.path().join("almoner.db")).unwrap();
        copy
    }

    /// What `Store::open` and `almoner --database` take.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The database with its schema; the same one when called again.
    ///
    /// # Panics
    /// When it cannot be made: the test has failed.
    #[expect(clippy::panic, reason = "only tests call it, and without a database they have failed")]
    pub fn store(&self) -> Store {
        Store::create(&self.url).unwrap_or_else(|error| panic!("{}: {error}", self.folder.path().display()))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if self.url.starts_with("postgres") {
            // A database that stays behind harms no other test, and a panic here would hide the test's own.
            drop(admin::drop_database(&self.url));
        }
    }
}

/// Runs a test on a fresh database of each kind.
///
/// # Panics
/// When a database cannot be made: the test has failed.
pub fn on_both_databases(test: impl Fn(&Database)) {
    for database in [Database::sqlite(), Database::postgres()] {
        test(&database);
    }
}

/// Runs a test on a fresh store of each kind.
///
/// # Panics
/// When a database cannot be made: the test has failed.
pub fn on_both_stores(test: impl Fn(Store)) {
    on_both_databases(|database| test(database.store()));
}
