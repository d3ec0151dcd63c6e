//! PostgreSQL: connecting, binding, reading and what its error codes mean.

use std::collections::HashMap;
use std::error::Error as _;
use std::time::Duration;

use postgres::config::SslMode;
use postgres::error::SqlState;
use postgres::fallible_iterator::FallibleIterator as _;
use postgres::types::private::BytesMut;
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, Config, NoTls, SimpleQueryMessage, Statement};

use super::row::{self, Row};
use crate::error::Error;
use crate::value::Value;

/// For every connection: a forgotten lock must not stop the service, and text that we send is always UTF-8. Statements
/// go by key: without statistics, as in the first minutes of a new store, the planner reads whole tables instead (the
/// first 14,000 accounts took 6.0 s, and 1.9 s without sequential scans). Joins go by key as well: the planner expects few
/// hits of 5,000 keys given as arrays and else reads the whole table for each such statement.
const SETTINGS: &str = "
    SET lock_timeout = '30s';
    SET client_encoding = 'UTF8';
    SET enable_seqscan = off;
    SET enable_hashjoin = off;
    SET enable_mergejoin = off";

/// One connection to a PostgreSQL server.
pub(crate) struct Postgres {
    client: Client,
    statements: HashMap<&'static str, Statement>,
}

/// Reads a URL; its text is never repeated in an error, for it may hold a password.
pub(super) fn read_url(url: &str) -> Result<Config, Error> {
    let sentence = "the PostgreSQL URL cannot be read: write postgres://user:password@host:5432/database";
    let mut config: Config = url.parse().map_err(|_| Error::BadUrl(sentence.to_owned()))?;
    if config.get_dbname().is_none() {
        return Err(Error::BadUrl(
            "the PostgreSQL URL names no database: write postgres://user@host/almoner".to_owned(),
        ));
    }
    if config.get_ssl_mode() == SslMode::Require {
        let text = "TLS to PostgreSQL is not built in: use a Unix socket or an encrypted tunnel, and leave sslmode out";
        return Err(Error::BadUrl(text.to_owned()));
    }
    if config.get_application_name().is_none() {
        config.application_name("almoner");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(Duration::from_secs(10));
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(Duration::from_secs(30));
    }
    Ok(config)
}

impl Postgres {
    pub(super) fn connect(config: &Config) -> Result<Self, Error> {
        let mut client = config.connect(NoTls).map_err(|error| unreachable(&error))?;
        client.batch_execute(SETTINGS).map_err(|error| meaning(&error))?;
        Ok(Self { client, statements: HashMap::new() })
    }

    pub(super) fn batch(&mut self, sql: &str) -> Result<(), Error> {
        self.client.batch_execute(sql).map_err(|error| meaning(&error))
    }

    /// Runs statements in one round trip: the number in the first column of the first row that they give.
    pub(super) fn first_number(&mut self, sql: &str) -> Result<Option<i64>, Error> {
        let answers = self.client.simple_query(sql).map_err(|error| meaning(&error))?;
        let first = answers.iter().find_map(|answer| {
            let SimpleQueryMessage::Row(row) = answer else { return None };
            row.get(0)
        });
        Ok(first.and_then(|number| number.parse().ok()))
    }

    /// Ends the transaction; a broken connection leaves open whether it was kept.
    pub(super) fn commit(&mut self) -> Result<(), Error> {
        self.batch("COMMIT").map_err(
            |error| {
                if matches!(error, Error::Unavailable(_)) { Error::CommitUnknown } else { error }
            },
        )
    }

    pub(super) fn has_table(&mut self, name: &'static str) -> Result<bool, Error> {
        let mut found = false;
        self.for_each("SELECT to_regclass($1) IS NOT NULL", &[name.into()], &mut |row| {
            found = row.bool()?;
            Ok(())
        })?;
        Ok(found)
    }

    pub(super) fn prepare(&mut self, sql: &'static str) -> Result<Statement, Error> {
        if let Some(known) = self.statements.get(sql) {
            return Ok(known.clone());
        }
        let statement = self.client.prepare(sql).map_err(|error| meaning(&error))?;
        self.statements.insert(sql, statement.clone());
        Ok(statement)
    }

    pub(super) fn execute(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<u64, Error> {
        let statement = self.prepare(sql)?;
        let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
        self.client.execute(&statement, &params).map_err(|error| meaning(&error))
    }

    /// One statement for many rows: a parameter is a column, an array.
    pub(crate) fn execute_columns(&mut self, sql: &'static str, columns: &[Vec<&Value<'_>>]) -> Result<u64, Error> {
        let statement = self.prepare(sql)?;
        let params: Vec<&(dyn ToSql + Sync)> = columns.iter().map(|column| column as &(dyn ToSql + Sync)).collect();
        self.client.execute(&statement, &params).map_err(|error| meaning(&error))
    }

    pub(super) fn for_each(
        &mut self,
        sql: &'static str,
        params: &[Value<'_>],
        each: &mut dyn FnMut(&mut Row<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let statement = self.prepare(sql)?;
        let mut rows = self.client.query_raw(&statement, params.iter()).map_err(|error| meaning(&error))?;
        while let Some(row) = rows.next().map_err(|error| meaning(&error))? {
            each(&mut Row::new(row::Cells::Postgres(Cells(&row))))?;
        }
        Ok(())
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(value) if *ty == Type::INT4 => i32::try_from(*value)?.to_sql_checked(ty, out),
            Value::Int(value) if *ty == Type::INT2 => i16::try_from(*value)?.to_sql_checked(ty, out),
            Value::Int(value) => value.to_sql_checked(ty, out),
            Value::Bool(value) => value.to_sql_checked(ty, out),
            Value::Text(value) => value.as_ref().to_sql_checked(ty, out),
            Value::Blob(value) => value.as_ref().to_sql_checked(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        // Decided by the value, in `to_sql`: NULL goes anywhere.
        true
    }

    to_sql_checked!();
}

/// The columns of a row that PostgreSQL sent.
#[derive(Debug)]
pub(super) struct Cells<'r>(&'r postgres::Row);

impl<'r> Cells<'r> {
    fn read<T: FromSql<'r>>(&self, at: usize) -> Result<Option<T>, Error> {
        self.0.try_get(at).map_err(|_| Error::Database(format!("column {} of the answer has another type", at + 1)))
    }

    pub(super) fn int(&self, at: usize) -> Result<Option<i64>, Error> {
        Ok(self.read::<Whole>(at)?.map(|whole| whole.0))
    }

    pub(super) fn bool(&self, at: usize) -> Result<Option<bool>, Error> {
        self.read(at)
    }

    pub(super) fn text(&self, at: usize) -> Result<Option<&'r str>, Error> {
        self.read(at)
    }

    pub(super) fn blob(&self, at: usize) -> Result<Option<&'r [u8]>, Error> {
        self.read(at)
    }
}

/// Any whole number: a literal in a SELECT is an INT4.
struct Whole(i64);

impl<'r> FromSql<'r> for Whole {
    fn from_sql(ty: &Type, raw: &'r [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        if *ty == Type::INT4 {
            return Ok(Self(i32::from_sql(ty, raw)?.into()));
        }
        if *ty == Type::INT2 {
            return Ok(Self(i16::from_sql(ty, raw)?.into()));
        }
        i64::from_sql(ty, raw).map(Self)
    }

    fn accepts(ty: &Type) -> bool {
        [Type::INT2, Type::INT4, Type::INT8].contains(ty)
    }
}

/// A failure before there was a connection.
fn unreachable(error: &postgres::Error) -> Error {
    let Some(said) = error.as_db_error() else {
        let cause = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        return Error::Unavailable(cause);
    };
    if *said.code() == SqlState::UNDEFINED_DATABASE {
        Error::NoSchema
    } else if *said.code() == SqlState::TOO_MANY_CONNECTIONS {
        Error::Busy
    } else {
        Error::Unavailable(said.message().to_owned())
    }
}

/// What PostgreSQL's error means for us. The detail is left out on purpose: it repeats values of the row.
fn meaning(error: &postgres::Error) -> Error {
    let Some(said) = error.as_db_error() else {
        return if error.is_closed() || error.source().is_some_and(<dyn std::error::Error>::is::<std::io::Error>) {
            Error::Unavailable("the connection broke".to_owned())
        } else {
            Error::Database(error.to_string())
        };
    };
    let code = said.code();
    let waits = [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::LOCK_NOT_AVAILABLE];
    let gone = [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW];
    if waits.contains(code) {
        Error::Busy
    } else if *code == SqlState::UNIQUE_VIOLATION {
        Error::Conflict { table: said.table().unwrap_or_default().to_owned() }
    } else if *code == SqlState::READ_ONLY_SQL_TRANSACTION {
        Error::ReadOnly
    } else if *code == SqlState::DISK_FULL {
        Error::DiskFull
    } else if gone.contains(code) || *code == SqlState::TOO_MANY_CONNECTIONS || code.code().starts_with("08") {
        Error::Unavailable(said.message().to_owned())
    } else {
        // `invalid input syntax for type bigint: "..."` would repeat a parameter.
        let text = said.message().split(": \"").next().unwrap_or_default();
        Error::Database(format!("{text} ({})", code.code()))
    }
}
