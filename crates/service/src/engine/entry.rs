//! Who may open a mailbox with a mail program. The mail server checks the password itself, against the hash it is given; one
//! who may not come in gets a hash that no password has, so that no answer and no waiting tells who is there.

use domain::account::Account;
use domain::ctx::Ctx;
use domain::delivery::{Door, Network, Password, Shut, Visitor, arrival, may_work};
use domain::identity::{Verdict, password_expired};
use domain::ids::AccountId;
use domain::signal::Signal;
use domain::status::Kind;
use domain::time::Day;
use store::credential::Credential;
use store::tx::Reader;

use crate::engine::Engine;
use crate::error::Error;
use crate::federation::Almoner;
use crate::identity::digest;
use crate::identity::help::Factors;
use crate::identity::sign_in::strangers;

/// A hash in the cost of ours that is no password's: nobody knows a text whose hash is all zeros.
const OF_NOTHING: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$b2Ygbm9ib2R5IGF0IGFsbA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Somebody at the door.
#[derive(Debug, Clone, Copy)]
pub struct Knock<'a> {
    /// The address that was typed.
    pub login: &'a str,
    /// By what.
    pub door: Door,
    /// The address it comes from, as text.
    pub remote: &'a str,
    /// From which kind of network that is.
    pub network: Network,
    /// With the account's own password, or with the so-manieth of those for mail programs.
    pub program: Option<usize>,
}

/// What the mail server compares the password with.
#[derive(Clone, PartialEq, Eq)]
pub struct Opening {
    /// The account's primary address, or what was typed.
    pub address: String,
    /// An argon2id hash in its text form; of a mail program's password, a salted SHA-256.
    pub hash: String,
    /// Why no password opens, where none does; for figures and administrators.
    pub shut: Option<Shut>,
}

impl std::fmt::Debug for Opening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opening").field("shut", &self.shut).finish_non_exhaustive()
    }
}

/// Where an account's mail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Home {
    /// Its folder is named by this alone: an address may change.
    pub id: AccountId,
    /// In bytes; 0 has no end.
    pub quota: u64,
}

/// What came of a try.
#[derive(Debug, Clone, Copy)]
pub struct Tried<'a> {
    /// The address that was typed.
    pub login: &'a str,
    /// By what; none is known for a protocol that is none of ours.
    pub door: Option<Door>,
    /// The address it came from, as text.
    pub remote: &'a str,
    /// From which kind of network that is.
    pub network: Network,
    /// The password was right.
    pub right: bool,
}

/// A network address from which somebody signed in is to a mail program what a known browser is to the portal. The name
/// differs from every secret of a browser, so that none can pose as one.
fn device(remote: &str) -> String {
    format!("network:{}", digest(remote))
}

/// Whoever has the count that a try goes to.
fn count(db: &mut Reader<'_>, login: &str, remote: &str) -> Result<(Option<Account>, String), Error> {
    let login = login.trim().to_ascii_lowercase();
    let Some(account) = store::account::by_address(db, &login)? else { return Ok((None, strangers(&login))) };
    let named = account.address.as_str();
    let known = !remote.is_empty() && store::session::knows(db, account.id, &device(remote))?;
    let count = if known { digest(&format!("{} of {named}", device(remote))) } else { strangers(named) };
    Ok((Some(account), count))
}

impl Engine {
    /// What the password of whoever knocks is compared with; none where a mail program's password is asked for and there is
    /// none. Cost: seven reads by key.
    pub fn opening(&self, almoner: &Almoner, ctx: &Ctx, knock: &Knock<'_>) -> Result<Option<Opening>, Error> {
        let mut db = almoner.store.reader()?;
        let login = knock.login.trim().to_ascii_lowercase();
        let shut = |shut| {
            let opening = Opening { address: login.clone(), hash: OF_NOTHING.to_owned(), shut };
            knock.program.is_none().then_some(opening)
        };
        let (account, count) = count(&mut db, &login, knock.remote)?;
        let Some(account) = account else { return Ok(shut(None)) };
        // Whether a locked door is tried is asked before; here it is sure that no password opens it.
        let tries = store::session::tries(&mut db, &count)?;
        if tries.verdict(almoner.identity_rules(ctx)?, ctx.now) == Verdict::Locked {
            return Ok(shut(Some(Shut::Locked)));
        }
        let credential = store::credential::get(&mut db, account.id)?;
        let factors = Factors::of(&mut db, account.id)?;
        let password = almoner.good_for(ctx, knock.program, credential.as_ref(), &factors)?;
        let people_from_internet = almoner.policy_on(almoner.today(ctx))?.mail.people_from_internet;
        let visitor = Visitor { people_from_internet, ..visitor(&account, password, knock.network) };
        if let Err(why) = visitor.may_enter() {
            return Ok(shut(Some(why)));
        }
        let hash = match knock.program {
            None => credential.map(|credential| credential.hash),
            Some(at) => store::app_password::of_account(&mut db, account.id)?.get(at).map(|own| own.hash.clone()),
        };
        Ok(hash.map(|hash| Opening { address: account.address.to_string(), hash, shut: None }))
    }

    /// Whether an account's mailbox may be opened by a mail program now. Asked when a session begins, behind the password, so
    /// that none begins after the sessions of somebody were ended.
    pub fn opens(&self, address: &str, today: Day) -> bool {
        let book = self.book();
        let Some(record) = book.find(&address.to_ascii_lowercase(), today) else { return false };
        match record.kind {
            Kind::User | Kind::Application => may_work(record.status, record.disabled),
            // By its members.
            Kind::Shared | Kind::Resource => arrival(record.status).is_ok(),
        }
    }

    /// Where an account's mail is, whatever its status: what is deleted must be found to be restored, exported, purged.
    pub fn home(&self, almoner: &Almoner, ctx: &Ctx, address: &str) -> Option<Home> {
        let book = self.book();
        let record = book.find(&address.to_ascii_lowercase(), almoner.today(ctx))?;
        Some(Home { id: record.id, quota: record.quota })
    }

    /// Whether a try is looked at, must wait, or is refused (decision 12). Cost: three reads by key.
    pub fn may_try(&self, almoner: &Almoner, ctx: &Ctx, login: &str, remote: &str) -> Result<Verdict, Error> {
        let mut db = almoner.store.reader()?;
        let (_, count) = count(&mut db, login, remote)?;
        Ok(store::session::tries(&mut db, &count)?.verdict(almoner.identity_rules(ctx)?, ctx.now))
    }

    /// Takes note of a try: a failure is counted, a success forgives, makes the network known and is a signal (LC-02).
    /// Cost: three reads by key, one or two small writes.
    pub fn tried(&self, almoner: &Almoner, ctx: &Ctx, tried: &Tried<'_>) -> Result<(), Error> {
        let (account, count) = count(&mut almoner.store.reader()?, tried.login, tried.remote)?;
        if !tried.right {
            let rules = almoner.identity_rules(ctx)?;
            return almoner.failed(ctx, tried.login, &count, rules.lock_after_failures);
        }
        let Some(account) = account else { return Ok(()) };
        almoner.store.forgive(&count)?;
        if !tried.remote.is_empty() {
            almoner.store.know_device(account.id, &device(tried.remote), ctx.now)?;
        }
        let today = almoner.today(ctx);
        if let Some(door) = tried.door {
            self.came_in(account.id, door, tried.network, today);
        }
        if matches!(tried.door, Some(Door::Imap | Door::Pop3)) {
            self.saw(tried.login, Signal::MailboxLogin, today, ctx);
        }
        Ok(())
    }
}

fn visitor(account: &Account, password: Password, network: Network) -> Visitor {
    Visitor {
        kind: account.kind,
        status: account.status(),
        disabled: account.is_disabled_leaver(),
        password,
        network,
        people_from_internet: false,
    }
}

impl Almoner {
    /// What a password is good for. One for a mail program works as long as its person's own does.
    fn good_for(
        &self,
        ctx: &Ctx,
        program: Option<usize>,
        credential: Option<&Credential>,
        factors: &Factors,
    ) -> Result<Password, Error> {
        let (rules, today) = (self.identity_rules(ctx)?, self.today(ctx));
        let expired = |c: &Credential| password_expired(c.set_at, rules, today, self.calendar());
        Ok(match credential {
            None => Password::Stale,
            Some(c) if c.hash.is_empty() || c.temporary || expired(c) => Password::Stale,
            Some(_) if program.is_some() => Password::ForProgram,
            Some(_) if factors.count() > 0 => Password::WithSecond,
            Some(_) => Password::Alone,
        })
    }
}
