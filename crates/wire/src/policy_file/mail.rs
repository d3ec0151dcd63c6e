//! `[mail]`: how much mail, how large, from where.

use domain::policy::MailRules;

use crate::policy_file::keys;
use crate::policy_file::reader::{Reader, Section};
use crate::policy_file::values;

/// What a policy means that was written before there was the section (LIM-01, APP-04).
pub(super) const UNTOLD: MailRules =
    MailRules { message_mib: 35, recipients_per_day: 10_000, received_per_hour: 3_600, people_from_internet: false };

/// A key that is left out means what it means without the section.
pub(super) fn mail(r: &mut Reader<'_>, root: &Section<'_>) -> Option<MailRules> {
    let s = r.section(root, "mail", keys::MAIL)?;
    // What is larger than this no mail server of others takes, and a filter would have to hold in memory.
    let message = r.get(&s, "message_mib", |item| values::whole(item, 1, 150, 35));
    let recipients = r.get(&s, "recipients_per_day", |item| values::whole(item, 1, 10_000_000, 10_000));
    let received = r.get(&s, "received_per_hour", |item| values::whole(item, 1, 10_000_000, 3_600));
    let people = r.get(&s, "people_from_internet", values::truth);
    Some(MailRules {
        message_mib: message.unwrap_or(UNTOLD.message_mib),
        recipients_per_day: recipients.unwrap_or(UNTOLD.recipients_per_day),
        received_per_hour: received.unwrap_or(UNTOLD.received_per_hour),
        people_from_internet: people.unwrap_or(UNTOLD.people_from_internet),
    })
}
