//! Databases as a whole: connecting, making one and, for tests and benchmarks, dropping it.

use super::conn::Conn;
use super::postgres::Postgres;
use super::sqlite::Sqlite;
use super::{Place, postgres};
use crate::error::Error;

impl Place {
    pub(super) fn connect(&self, create: bool) -> Result<Conn, Error> {
        match self {
            Self::Sqlite(path) => Ok(Conn::Sqlite(Box::new(Sqlite::open(path, create)?))),
            Self::Postgres(config) => Ok(Conn::Postgres(Box::new(Postgres::connect(config)?))),
        }
    }

    /// Makes the PostgreSQL database in the order of characters that SQLite has: lists page by it.
    pub(super) fn create_database(&self) -> Result<(), Error> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(config) => {
                let name = quoted(config);
                let make = format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'");
                maintenance(config)?.batch(&make)
            }
        }
    }
}

fn quoted(config: &::postgres::Config) -> String {
    format!("\"{}\"", config.get_dbname().unwrap_or_default().replace('"', "\"\""))
}

fn maintenance(config: &::postgres::Config) -> Result<Postgres, Error> {
    Postgres::connect(config.clone().dbname("postgres"))
}

/// Removes a PostgreSQL database with everything in it, also under the feet of those who use it. For tests and benchmarks.
pub fn drop_database(url: &str) -> Result<(), Error> {
    let config = postgres::read_url(url)?;
    maintenance(&config)?.batch(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", quoted(&config)))
}

/// Makes a PostgreSQL database as a copy of another on the same server, which nobody may be using. For tests and
/// benchmarks.
pub fn copy_database(url: &str, copy: &str) -> Result<(), Error> {
    let (from, to) = (postgres::read_url(url)?, postgres::read_url(copy)?);
    maintenance(&from)?.batch(&format!("CREATE DATABASE {} TEMPLATE {}", quoted(&to), quoted(&from)))
}
