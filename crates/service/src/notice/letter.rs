//! What a notice says, made from its template and from what is known when it goes out. A batch is made with a fixed number
//! of reads, however many notices are in it.

use std::collections::HashMap;

use domain::account::Account;
use domain::ids::AccountId;
use domain::notice::{NoticeKind, reason, untrue};
use domain::org::Organisation;
use domain::profile::Profile;
use domain::reminder::expires_on;
use domain::status::Status;
use domain::time::{Day, Timestamp};
use store::notice::Notice;
use store::tx::Reader;
use wire::notice_text::facts::Facts;
use wire::notice_text::{Message, Templates};

use crate::error::Error;
use crate::federation::Almoner;
use crate::grouped::grouped;

/// So many administrators are named.
const CONTACTS: usize = 3;

/// A notice that is neither sent nor about to be true any more is not sent when it is older than this: whoever turns
/// sending on must not pour out what was owed long ago.
const OLDEST_DAYS: i32 = 30;

/// Who sends, as messages name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// The service's name.
    pub service: String,
    /// Where the portal is; may be empty.
    pub portal: String,
    /// Whom to ask when no administrator can help; may be empty.
    pub support: String,
    /// Where the operator's notices go; without it they stay in the portal.
    pub operator: Option<String>,
    /// Send although this federation is a rehearsal: its people are not real, their addresses may be.
    pub even_in_rehearsal: bool,
}

/// A message that is ready to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The notice.
    pub notice: i64,
    /// Its Message-ID, without brackets: always the same for a notice, so that one that is sent twice arrives once.
    pub message_id: String,
    /// To this address.
    pub to: String,
    /// Whose name is this.
    pub to_name: String,
    /// What it says.
    pub message: Message,
    /// When it goes, on the wall's clock.
    pub at: Timestamp,
}

/// A notice before it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Made {
    /// It can go.
    Ready(Letter),
    /// It must not go any more, and why.
    Withdrawn(&'static str),
    /// It cannot be made, and why.
    Broken(String),
}

/// What a batch of notices is about.
#[derive(Debug, Default)]
pub(crate) struct Around {
    accounts: HashMap<AccountId, Account>,
    profiles: HashMap<AccountId, Profile>,
    organisations: HashMap<String, Organisation>,
    admins: HashMap<String, Vec<AccountId>>,
    /// When the passwords were set that expire.
    passwords: HashMap<AccountId, Timestamp>,
}

impl Around {
    /// Reads it. Cost: seven statements for a batch at most.
    pub(crate) fn read(db: &mut Reader<'_>, notices: &[Notice]) -> Result<Self, Error> {
        let mut codes: Vec<&str> = notices.iter().map(|n| n.notice.organisation.as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        let admins = grouped(store::grant::admins(db, &codes)?);
        let named = admins.values().flat_map(|of_one| of_one.iter().take(CONTACTS + 1).copied());
        let concerned = notices.iter().flat_map(|n| [Some(n.notice.account), n.notice.recipient]).flatten();
        let mut ids: Vec<AccountId> = concerned.chain(named).collect();
        ids.sort_unstable();
        ids.dedup();
        let accounts = store::account::by_ids(db, &ids)?.into_iter().map(|account| (account.id, account)).collect();
        let profiles = store::profile::by_ids(db, &ids)?.into_iter().collect();
        let listed = store::organisation::by_codes(db, &codes)?.into_iter();
        let organisations = listed.map(|one| (one.organisation.code.to_string(), one.organisation)).collect();
        let expiring = notices.iter().filter(|n| n.notice.kind == NoticeKind::PasswordExpires);
        let expiring: Vec<AccountId> = expiring.map(|n| n.notice.account).collect();
        let passwords = if expiring.is_empty() {
            HashMap::new()
        } else {
            store::credential::set_at(db, &expiring)?.into_iter().collect()
        };
        Ok(Self { accounts, profiles, organisations, admins, passwords })
    }

    fn name(&self, id: AccountId) -> String {
        let name = self.profiles.get(&id).map(Profile::full_name).unwrap_or_default();
        if name.is_empty() { self.address(id) } else { name }
    }

    fn address(&self, id: AccountId) -> String {
        self.accounts.get(&id).map_or_else(String::new, |account| account.address.to_string())
    }

    /// The organisation's administrators, the recipient aside, and its telephone.
    fn contacts(&self, code: &str, recipient: Option<AccountId>) -> Vec<String> {
        let admins = self.admins.get(code).into_iter().flatten().filter(|id| Some(**id) != recipient).take(CONTACTS);
        let mut contacts: Vec<String> =
            admins.map(|id| format!("{}, administrator, {}", self.name(*id), self.address(*id))).collect();
        if let Some(organisation) = self.organisations.get(code).filter(|o| !o.telephone.is_empty()) {
            contacts.push(format!("{}, telephone {}", organisation.name, organisation.telephone));
        }
        contacts
    }

    fn facts(&self, notice: &Notice, account: &Account, made: Day, sender: &Sender) -> Facts {
        let n = &notice.notice;
        let organisation = self.organisations.get(&n.organisation).map_or("", |o| o.name.as_str());
        Facts {
            name: n.recipient.map_or_else(|| "operator".to_owned(), |id| self.name(id)),
            account: account.address.to_string(),
            holder: self.name(account.id),
            kind: account.kind,
            own: n.recipient == Some(account.id),
            organisation: organisation.to_owned(),
            code: n.organisation.clone(),
            date: n.about.map_or_else(String::new, in_words),
            made: in_words(made),
            rule: n.rule,
            reason: reason(n.rule, account),
            details: n.details.clone(),
            service: sender.service.clone(),
            portal: sender.portal.clone(),
            contacts: self.contacts(&n.organisation, n.recipient),
            support: sender.support.clone(),
        }
    }
}

/// `Friday 11 December 2026`.
fn in_words(day: Day) -> String {
    day.date().strftime("%A %-d %B %Y").to_string()
}

impl Almoner {
    /// What a notice says, as its template reads today.
    pub(crate) fn text_of(
        &self,
        around: &Around,
        notice: &Notice,
        texts: &Templates,
        sender: &Sender,
    ) -> Result<Message, String> {
        let account = around.accounts.get(&notice.notice.account).ok_or("the account is not there")?;
        let made = self.calendar().day_of(notice.made_at);
        let facts = around.facts(notice, account, made, sender);
        texts.message(notice.notice.kind, &facts).map_err(|mistake| format!("the template has a mistake: {mistake}"))
    }

    /// The day on which an account's password expires, by the policy of today; nothing where it does not.
    fn expiry_of(&self, around: &Around, account: AccountId, today: Day) -> Option<Day> {
        let set = around.passwords.get(&account)?;
        let expiry = self.policy_on(today).ok()?.identity.as_ref()?.password_expiry?;
        Some(expires_on(*set, expiry, self.calendar()))
    }

    /// Makes a letter of a notice, unless it must not go any more.
    pub(crate) fn letter(
        &self,
        around: &Around,
        notice: &Notice,
        texts: &Templates,
        sender: &Sender,
        (today, wall): (Day, Timestamp),
    ) -> Made {
        let n = &notice.notice;
        let Some(account) = around.accounts.get(&n.account) else {
            return Made::Broken("the account is not there".to_owned());
        };
        let made_on = self.calendar().day_of(notice.made_at);
        if let Some(why) = untrue(n.kind, n.about, account, today) {
            return Made::Withdrawn(why);
        }
        if n.kind == NoticeKind::PasswordExpires && self.expiry_of(around, n.account, today) != n.about {
            return Made::Withdrawn("it is not true any more");
        }
        if n.about.is_none() && today.days_since(made_on) > OLDEST_DAYS {
            return Made::Withdrawn("it is older than 30 days");
        }
        let to = match n.recipient.map(|id| around.accounts.get(&id)) {
            Some(Some(recipient)) if matches!(recipient.status(), Status::Deleted | Status::Purged) => {
                return Made::Withdrawn("the recipient's account is deleted");
            }
            Some(Some(recipient)) => recipient.address.to_string(),
            Some(None) => return Made::Broken("the recipient's account is not there".to_owned()),
            None => match &sender.operator {
                Some(address) => address.clone(),
                None => return Made::Broken("no address of the operator is configured".to_owned()),
            },
        };
        match self.text_of(around, notice, texts, sender) {
            Ok(message) => Made::Ready(Letter {
                notice: notice.id,
                message_id: format!("notice.{}.{}@{}", notice.id, notice.made_at.second(), self.domain()),
                to_name: n.recipient.map_or_else(String::new, |id| around.name(id)),
                to,
                message,
                at: wall,
            }),
            Err(why) => Made::Broken(why),
        }
    }
}
