//! The notices to whoever is signed in: what they say, and which were not opened yet.

use askama::Template;
use domain::notice::NoticeKind;
use domain::time::Calendar;
use store::notice::Notice;

use crate::web::answer::{Answer, Trouble};
use crate::web::frame::Frame;
use crate::web::pages::steps::me;
use crate::web::visit::Visit;
use crate::web::words;

/// Rows of a page.
const PAGE: u32 = 50;

/// A notice in a list of one's own.
pub(crate) struct Row {
    /// Its number.
    pub(crate) id: i64,
    /// What it is about.
    pub(crate) title: &'static str,
    /// The address, where it is not one's own.
    pub(crate) about: String,
    /// The day it speaks of, or nothing.
    pub(crate) day: String,
    /// When it was made.
    pub(crate) made: String,
    /// It was not opened yet.
    pub(crate) unread: bool,
}

impl Row {
    /// Of a notice to its recipient.
    pub(crate) fn of(notice: &Notice, calendar: &Calendar) -> Self {
        let own = notice.recipient.as_deref() == Some(notice.address.as_str());
        Self {
            id: notice.id,
            title: title(notice.notice.kind),
            about: if own { String::new() } else { notice.address.clone() },
            day: notice.notice.about.map_or_else(String::new, words::day),
            made: words::time(calendar, notice.made_at),
            unread: notice.read_at.is_none(),
        }
    }
}

/// A kind in a few words.
pub(crate) const fn title(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::LeaverMarked => "Marked as a leaver",
        NoticeKind::DeletionAnnounced => "Will be deleted",
        NoticeKind::DeletionReminder => "Reminder: will be deleted",
        NoticeKind::RestoreEnding => "Can soon not be restored any more",
        NoticeKind::OwnersAsked => "Is it still needed?",
        NoticeKind::HeldByBrake => "Many changes wait for a second person",
        NoticeKind::Moved => "Moved to another organisation",
        NoticeKind::Joined => "Taken in by an organisation",
        NoticeKind::PasswordRecovered => "New password chosen",
        NoticeKind::Unlocked => "Account unlocked",
        NoticeKind::Resecured => "Account made secure again",
        NoticeKind::PasswordExpires => "The password expires",
        NoticeKind::FileDone => "Your file was worked off",
        NoticeKind::Ownerless => "Mailboxes without an owner",
    }
}

#[derive(Template)]
#[template(path = "notices.html")]
struct NoticesPage {
    frame: Frame,
    rows: Vec<Row>,
    older: Option<i64>,
}

/// The notices to oneself, newest first.
pub(crate) fn list(visit: &Visit) -> Result<Answer, Trouble> {
    let before = visit.number("before").unwrap_or(i64::MAX);
    let notices = visit.almoner.own_notices(me(visit)?.account.id, before, PAGE)?;
    let full = u32::try_from(notices.len()).is_ok_and(|count| count == PAGE);
    let calendar = visit.portal.calendar();
    Answer::page(&NoticesPage {
        frame: Frame::new(visit, "Notices to you"),
        rows: notices.iter().map(|notice| Row::of(notice, &calendar)).collect(),
        older: notices.last().filter(|_| full).map(|last| last.id),
    })
}

#[derive(Template)]
#[template(path = "notice.html")]
struct NoticePage {
    frame: Frame,
    subject: String,
    made: String,
    body: String,
}

/// One of them. It counts as opened from now on.
pub(crate) fn show(visit: &Visit) -> Result<Answer, Trouble> {
    let id = visit.param("notice").parse().map_err(|_| Trouble::NotFound)?;
    let look = &visit.portal.look;
    let (notice, message) = visit.almoner.own_notice(&visit.ctx, id, &look.texts, &look.sender)?;
    Answer::page(&NoticePage {
        frame: Frame::new(visit, message.subject.clone()),
        made: words::time(&visit.portal.calendar(), notice.made_at),
        subject: message.subject,
        body: message.body,
    })
}
