//! The rule ids. An id is the name of a thing: the same word is the audit reason, the explanation's reason, the
//! heading in the operator's guide and the mark on the test that proves it (`docs/generated/rules.md`).

words! {
    /// A rule that this code claims to keep. What each says in full: the specification; here one line.
    pub enum Rule {
        /// A user account stays active while any of its policy's signals falls inside the idle window.
        Lc01 = "LC-01",
        /// Which signals count is policy data.
        Lc02 = "LC-02",
        /// A policy may also call an account idle when its password is older than a period.
        Lc03 = "LC-03",
        /// Inactive for the policy's period: deleted.
        Lc04 = "LC-04",
        /// A signal on an inactive account makes it active at once; its counters restart.
        Lc05 = "LC-05",
        /// A leaver not joined in the policy's period: deleted.
        Lc06 = "LC-06",
        /// Disabled for the policy's period: deleted; needs no activity meanwhile.
        Lc07 = "LC-07",
        /// Disabled: no sign-in, mail still arrives; may be enabled any day before.
        Lc08 = "LC-08",
        /// Disabled must be enabled before it is marked leaver; a leaver may be disabled and stays on the leaver clock.
        Lc09 = "LC-09",
        /// Deleted is restorable for the policy's period; restore gives active, counters reset, no admin grants.
        Lc10 = "LC-10",
        /// After the restore window: purged, for good.
        Lc11 = "LC-11",
        /// An administrator may delete at once with a reason; the reason is kept.
        Lc12 = "LC-12",
        /// A new account is pending until its terms are accepted; pending for the policy's period: inactive.
        Lc13 = "LC-13",
        /// Shared: no mail sent for a period: owners are asked; no confirmation in time: deleted.
        Lc14 = "LC-14",
        /// Application and resource accounts have their own periods; automation per kind has its own date.
        Lc15 = "LC-15",
        /// Eligible is not done: deletions are worked off in waves, oldest eligibility first.
        Lc16 = "LC-16",
        /// A status that the system changed leaves a line in the account's notes.
        Lc17 = "LC-17",
        /// Periods are policy data per kind and sector with an effective date.
        Lc18 = "LC-18",
        /// A change of policy never moves an account by itself: it changes due dates; the next run moves it.
        Lc19 = "LC-19",
        /// An account under hold is never deleted or purged.
        Lc20 = "LC-20",
        /// Address reservation after purge; an unjoined leaver's address is reserved for good.
        Lc21 = "LC-21",
        /// Every account can be explained at any moment.
        Exp01 = "EXP-01",
        /// Status and explanation at any past instant can be rebuilt from history.
        Exp02 = "EXP-02",
        /// A leaver keeps sign-in, mail, licence, quota and add-ons until joined.
        Jml01 = "JML-01",
        /// Shared mailbox membership stays through leaving and joining; admin grants do not.
        Jml02 = "JML-02",
        /// Join: by an administrator of the new organisation, within the leaver period.
        Jml03 = "JML-03",
        /// Join gives the new organisation's licence and quota and drops add-ons.
        Jml04 = "JML-04",
        /// Join rewrites the display name's organisation; an old organisation's address stays as alias for a time.
        Jml05 = "JML-05",
        /// Transfer: by one who holds both organisations; keeps status; grants end.
        Jml06 = "JML-06",
        /// A return (re-hire, cancel) always cancels the deletion.
        Jml07 = "JML-07",
        /// A timeline shows both organisations' steps to both.
        Jml08 = "JML-08",
        /// Every account belongs to an organisation with a valid ODS code that is legally open.
        Org01 = "ORG-01",
        /// A closed organisation takes no new accounts of any kind.
        Org02 = "ORG-02",
        /// An organisation needs a short name before it can own mailboxes; loading proposes the code in lower case.
        Org03 = "ORG-03",
        /// A shared mailbox: reached through members only, so many of them, named by its organisation's short name.
        Sm01 = "SM-01",
        /// Owners manage members and owners; other settings need an administrator.
        Sm02 = "SM-02",
        /// Leavers keep access to a shared mailbox until its owner removes them; owners see which members are leavers.
        Sm06 = "SM-06",
        /// A grant is a role over a scope: organisation, unit, sector or federation.
        Role01 = "ROLE-01",
        /// Nobody sees or changes what is outside their scope; refusal does not reveal whether it exists.
        Role02 = "ROLE-02",
        /// A primary administrator appoints all local roles in organisations held, a local one helpdesks only.
        Role03 = "ROLE-03",
        /// The first primary administrator of an organisation is appointed by the federation, with a recorded confirmation.
        Role04 = "ROLE-04",
        /// A local helpdesk cannot create or delete.
        Role05 = "ROLE-05",
        /// All admin grants of an account end when it is marked leaver, transferred, deleted.
        Role06 = "ROLE-06",
        /// An account with any admin grant must use a second factor; losing the grant does not switch it off.
        Role07 = "ROLE-07",
        /// Before unlock or reset, the administrator authenticates the user; nothing changes until it succeeds.
        Role08 = "ROLE-08",
        /// Every admin action records the grant that allowed it.
        Role09 = "ROLE-09",
        /// Automatic deletion needs a notice at least the policy's days before.
        Ntc01 = "NTC-01",
        /// Leaver marked: the user is told at once.
        Ntc02 = "NTC-02",
        /// Further reminders before deletion, and before the restore window ends.
        Ntc03 = "NTC-03",
        /// Reminders before a password expires, to its person; for an application account to its owners, too.
        Ntc04 = "NTC-04",
        /// The person concerned is told: joiner done, transfer done, bulk file done, mailboxes without owner (lists and guests
        /// are not built yet).
        Ntc05 = "NTC-05",
        /// Notices are made from templates that can be changed, are seen in the portal, and each has a delivery state.
        Ntc06 = "NTC-06",
        /// One run per day: plan, notices, transitions, engine effects; previewed without changing anything.
        Run01 = "RUN-01",
        /// A run is idempotent and resumable.
        Run02 = "RUN-02",
        /// A missed run is caught up, but what fell due meanwhile still gets its notice.
        Run03 = "RUN-03",
        /// A daily cap on deletions spreads a backlog.
        Run04 = "RUN-04",
        /// Brakes: what is far above its forecast, or a large share of an organisation, waits for a person.
        Run05 = "RUN-05",
        /// A clock that jumped holds every destructive step for release.
        Run06 = "RUN-06",
        /// Forecast: the exact list for the next days; afterwards compared with the outcome, differences explained.
        Run07 = "RUN-07",
        /// A run's transitions can be undone exactly, until purge.
        Run08 = "RUN-08",
        /// What-if: what another policy would do to everybody, before it is adopted.
        Run09 = "RUN-09",
        /// 50,000 leavers marked in one bulk file are one resumable job with progress.
        Run10 = "RUN-10",
        /// Bulk files: validate, show every error by line, apply; the result is the file with an outcome.
        Csv01 = "CSV-01",
        /// Sending a file twice, in parallel or after a crash never makes a duplicate.
        Csv02 = "CSV-02",
        /// The people finder: names, addresses, jobs, organisations, with typing errors (by LDAP later).
        Dir01 = "DIR-01",
        /// What is shown follows status, hidden fields and hidden entries.
        Dir03 = "DIR-03",
        /// An organisation's entry names its administrators and its support contact.
        Dir04 = "DIR-04",
        /// Reports within the reader's scope, on screen sorted and filtered, as CSV (those that accounts can fill).
        Rep01 = "REP-01",
        /// The trail is searched by performer, target, organisation, action, kind and day; at once, and as a file.
        Aud01 = "AUD-01",
        /// The audit trail is append-only and verifiable: any removed or altered line is found.
        Aud02 = "AUD-02",
        /// A password expires by policy; an expired one is changed at the next sign-in.
        Pwd01 = "PWD-01",
        /// Ten characters or more, no class of them, none of the last four, not common, not breached, not the name.
        Pwd02 = "PWD-02",
        /// A temporary password is changed at its first use; a reset ends sessions and is no signal.
        Pwd03 = "PWD-03",
        /// Resecure: a new temporary password, terms and secret reset, all sessions ended.
        Pwd04 = "PWD-04",
        /// Self-service reset and unlock: characters of security answers, and a code.
        Sspr01 = "SSPR-01",
        /// A mobile number is one person's, and hideable.
        Sspr02 = "SSPR-02",
        /// Who could not reset alone, by organisation, and what is missing.
        Sspr03 = "SSPR-03",
        /// Authenticators and passkeys, required with any admin grant; exceptions by an administrator, never for oneself.
        Mfa01 = "MFA-01",
        /// What is sent as a shared mailbox is kept in its own Sent folder.
        Sm03 = "SM-03",
        /// The largest message; recipients a day; messages received an hour.
        Lim01 = "LIM-01",
        /// Applications alone may use mail protocols from the internet.
        App04 = "APP-04",
        /// Out of office and forwarding, set by the user, or by an administrator for somebody away.
        Ooo01 = "OOO-01",
        /// Users read by IMAP and POP and send by authenticated SMTP; the directory is the only source of accounts.
        Mail01 = "MAIL-01",
        /// Signing in and sending become signals within a minute.
        Mail02 = "MAIL-02",
        /// Status decides delivery and sign-in at once.
        Mail03 = "MAIL-03",
        /// Over quota: no sending, no receiving until mail is removed.
        Mail04 = "MAIL-04",
        /// A mailbox is destroyed when its account is purged.
        Mail05 = "MAIL-05",
        /// Secure domains: accredited ones for a year, legacy ones until their day; `[secure]` to others is encrypted or refused.
        Sem01 = "SEM-01",
        /// Mail that claims a federation address without an authenticated account is spoofed; handled by stages.
        Spf01 = "SPF-01",
        /// Senders found spoofing are inventoried with volumes.
        Spf02 = "SPF-02",
    }
}
