//! Nothing is kept without its audit event, and events are never changed.

use store::error::Error;
use store::tx::Audit;

use crate::databases::on_both_stores;
use crate::{ADD, COUNT, audited, count, event, make_table};

const EVENTS: &str = "SELECT COUNT(*) FROM event";

#[test]
fn a_change_is_kept_with_its_events_in_their_order() {
    on_both_stores(|store| {
        make_table(&store);
        store
            .write("two", |tx| {
                tx.execute(ADD, &[1.into(), "ann".into()])?;
                Ok::<_, Error>(((), Audit::events(vec![event("first"), event("second")])?))
            })
            .unwrap();
        assert_eq!(count(&store, COUNT), 1);
        let sql = "SELECT id, at, actor, grant_id, account_id, organisation, action, detail FROM event ORDER BY id";
        let read = store.reader().unwrap().query(sql, &[], |row| {
            let (id, at, actor, grant) = (row.int()?, row.int()?, row.text()?, row.opt_int()?);
            Ok((id, at, actor, grant, row.opt_int()?, row.opt_text()?, row.text()?, row.text()?))
        });
        let told = |id, action: &str| {
            let (actor, organisation) = ("system".to_owned(), Some("RX1".to_owned()));
            (id, 1_700_000_000, actor, None, Some(7), organisation, action.to_owned(), "{}".to_owned())
        };
        assert_eq!(read.unwrap(), [told(1, "tested"), told(2, "first"), told(3, "second")]);
    });
}

#[test]
fn a_change_without_events_is_undone() {
    on_both_stores(|store| {
        make_table(&store);
        let nothing = store.write("none", |tx| {
            tx.execute(ADD, &[1.into(), "ann".into()])?;
            Ok::<_, Error>(("told", Audit::nothing_changed()))
        });
        assert_eq!(nothing, Ok("told"));
        let forgotten = store.write("forgot", |tx| {
            tx.execute(ADD, &[1.into(), "ann".into()])?;
            Ok(((), Audit::events(Vec::new())?))
        });
        assert_eq!(forgotten, Err(Error::NoAudit));
        assert_eq!((count(&store, COUNT), count(&store, EVENTS)), (0, 1));
    });
}

#[test]
fn a_refusal_undoes_the_change() {
    #[derive(Debug, PartialEq)]
    enum Refused {
        Rule,
        Store(Error),
    }
    impl From<Error> for Refused {
        fn from(error: Error) -> Self {
            Self::Store(error)
        }
    }
    on_both_stores(|store| {
        make_table(&store);
        let refused: Result<(), Refused> = store.write("refused", |tx| {
            tx.execute(ADD, &[1.into(), "ann".into()])?;
            Err(Refused::Rule)
        });
        assert_eq!(refused, Err(Refused::Rule));
        assert_eq!(count(&store, COUNT), 0);
    });
}

#[test]
fn a_failure_that_the_closure_swallows_still_undoes_everything() {
    on_both_stores(|store| {
        make_table(&store);
        let swallowed = store.write("swallowed", |tx| {
            tx.execute(ADD, &[1.into(), "ann".into()])?;
            let _ = tx.execute(ADD, &[1.into(), "bob".into()]);
            let _ = tx.execute(ADD, &[2.into(), "cyd".into()]);
            audited(())
        });
        assert_eq!(swallowed, Err(Error::Conflict { table: "thing".to_owned() }));
        assert_eq!(count(&store, COUNT), 0);
    });
}

#[test]
fn events_are_neither_changed_nor_removed() {
    on_both_stores(|store| {
        make_table(&store);
        let truncate =
            if format!("{store:?}").contains("sqlite") { "DELETE FROM event WHERE 1 = 1" } else { "TRUNCATE event" };
        for sql in ["UPDATE event SET actor = 'me'", "DELETE FROM event", "DELETE FROM event WHERE id = 1", truncate] {
            let refused = store.write("tamper", |tx| {
                tx.execute(sql, &[])?;
                audited(())
            });
            assert!(matches!(&refused, Err(Error::Database(text)) if text.contains("append-only")), "{refused:?}");
        }
        assert_eq!(count(&store, EVENTS), 1);
    });
}

#[test]
fn a_request_that_comes_twice_is_a_conflict() {
    on_both_stores(|store| {
        let ask = || {
            let asked = store::event::NewEvent { request_key: Some("k1".to_owned()), ..event("asked") };
            store.write("ask", |_| Ok(((), Audit::events(vec![asked.clone()])?)))
        };
        assert_eq!(ask(), Ok(()));
        assert_eq!(ask(), Err(Error::Conflict { table: "event".to_owned() }));
    });
}
