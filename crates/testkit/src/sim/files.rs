//! Bulk files: actions, accounts, signals, as other systems and people send them.

use domain::signal::Signal;
use service::progress::Silent;

use crate::sim::doing::names;
use crate::sim::failure::{Broken, Promise, keeps};
use crate::sim::life::{Life, code, name};
use crate::sim::op::{Ask, Number, ORGANISATIONS, Organisation, Plain, Sent};

impl Life {
    pub(crate) fn bulk(&mut self, lines: &[(Number, Ask)], sent: Sent) -> Result<(), Broken> {
        let mut text = vec!["Address,Action,Argument,Reason\n".to_owned()];
        let mut count = 0;
        for (number, ask) in lines {
            if let (Some(address), Some(action)) = (self.address(*number), action(*ask)) {
                count += 1;
                // The reason makes each file another one; a file that was sent before does nothing.
                text.push(format!("{address},{action},it happens {}\n", self.files));
            }
        }
        if count == 0 {
            return Ok(());
        }
        let file = self.file(&text.concat())?;
        let ctx = self.world.operator();
        let report = self.world.almoner.bulk(&ctx, &file, None, false, &Silent)?;
        self.stats.done += report.done;
        self.stats.refused += report.refused;
        let told = || format!("{count} lines came to {report:?}");
        keeps(report.lines == count, Promise::Works, told)?;
        // What was not done (refused, held, or so already) may be done another time.
        self.sent.push((file, report.lines - report.done));
        if sent == Sent::Twice { self.resend(0) } else { Ok(()) }
    }

    /// CSV-02: a line that was done is not done again, whatever happened since.
    pub(crate) fn resend(&mut self, ago: u8) -> Result<(), Broken> {
        let ctx = self.world.operator();
        let Some((file, open)) = self.sent.iter_mut().rev().nth(ago.into()) else { return Ok(()) };
        let report = self.world.almoner.bulk(&ctx, file, None, false, &Silent)?;
        let still = open.checked_sub(report.done);
        keeps(still.is_some(), Promise::Twice, || format!("{open} lines were not done, sent again {report:?}"))?;
        *open = still.unwrap_or(0);
        Ok(())
    }

    pub(crate) fn feed(&mut self, lines: &[(Number, Organisation)]) -> Result<(), Broken> {
        let headings = "ID,LocalId,Title,FirstName,LastName,DisplayName,Mobile,HideMobile,Telephone,JobTitle,\
                        OrganisationODS,Unit,Licence,Notes\n";
        let mut text = vec![headings.to_owned()];
        let mut seen = Vec::new();
        for (number, home) in lines {
            let Some(code) = code(*home) else { continue };
            if seen.contains(number) {
                continue;
            }
            seen.push(*number);
            let (first, last) = names(*number);
            text.push(format!(",{},,{first},{last},,,,,Job {},{code},,,\n", name(*number), self.files));
        }
        if seen.is_empty() {
            return Ok(());
        }
        let file = self.file(&text.concat())?;
        let ctx = self.world.operator();
        let report = self.world.almoner.import_accounts(&ctx, &file, None, false, &Silent)?;
        let again = self.world.almoner.import_accounts(&ctx, &file, None, false, &Silent)?;
        let same = again.created + again.updated == 0 && again.rejected == report.rejected;
        keeps(same, Promise::Twice, || format!("{report:?}, sent again {again:?}"))
    }

    pub(crate) fn signals(&mut self, lines: &[(Number, Signal, u16)]) -> Result<(), Broken> {
        let mut text = vec!["Address,Signal,Time\n".to_owned()];
        let mut count = 0;
        for (number, signal, ago) in lines {
            if let Some(address) =
                self.account(*number).filter(|id| self.status(*id) != "purged").and(self.address(*number))
            {
                let at = self.world.operator().now.plus_seconds(-i64::from(*ago) * 86_400);
                text.push(format!("{address},{signal},{at}\n"));
                count += 1;
            }
        }
        if count == 0 {
            return Ok(());
        }
        let file = self.file(&text.concat())?;
        let ctx = self.world.operator();
        let report = self.world.almoner.import_signals(&ctx, &file, None, false, &Silent)?;
        keeps(report.done + report.unchanged == count, Promise::Works, || format!("{count} signals: {report:?}"))
    }
}

/// The action and its argument as the file has them; holds, terms and confirmations are not in it.
fn action(ask: Ask) -> Option<String> {
    let to = |number: Organisation| ORGANISATIONS.get(usize::from(number).checked_sub(1)?);
    Some(match ask {
        Ask::Join(number) => format!("join,{}", to(number)?),
        Ask::Transfer(number) => format!("transfer,{}", to(number)?),
        Ask::Plain(Plain::Licence) => "licence,plus".to_owned(),
        Ask::Plain(plain @ (Plain::ServiceOn | Plain::ServiceOff)) => format!("{plain},chat"),
        Ask::Plain(Plain::Hold | Plain::ReleaseHold | Plain::AcceptTerms | Plain::Confirm) => return None,
        Ask::Plain(
            plain @ (Plain::Leaver
            | Plain::CancelLeaver
            | Plain::Disable
            | Plain::Enable
            | Plain::Delete
            | Plain::Restore
            | Plain::Hide
            | Plain::Show),
        ) => format!("{plain},"),
    })
}
