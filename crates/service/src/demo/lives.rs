//! The dates of an account: when it came, since when it has its status, when it was last used. Ages are spread evenly
//! over the days, so that a first run finds everything and no day of a forecast stands out.

use domain::signal::Signal;
use domain::status::{Kind, Status};
use domain::time::{Day, Timestamp};
use fastrand::Rng;

use super::people::Sightings;

/// An account's dates; created <= terms accepted <= signals, created <= since <= today.
#[derive(Debug, Clone, Copy)]
pub(super) struct Life {
    pub(super) created: Day,
    pub(super) terms_accepted: Option<Day>,
    pub(super) since: Day,
    pub(super) signals: Sightings,
}

/// What a life is made from: the status, its first day, the last day of use, if any.
struct Outline {
    since: Option<Day>,
    last: Option<Day>,
    accepted: bool,
    tenure: i32,
}

/// Today, and the first days of the months of the last 40 years.
pub(super) struct Months {
    today: Day,
    firsts: Vec<(Day, bool)>,
}

impl Months {
    pub(super) fn until(today: Day) -> Self {
        let mut firsts = Vec::new();
        let mut first = first_of_month(today);
        for _ in 0..480 {
            firsts.push((first, first.date().month() == 8));
            first = first_of_month(first.plus_days(-1));
        }
        firsts.reverse();
        Self { today, firsts }
    }

    /// The day somebody began who has an account for about as long: often the month's first working day, and for some
    /// the first Wednesday of August, when junior doctors change over. Never later than `day`.
    fn joined(&self, rng: &mut Rng, day: Day) -> Day {
        let months = self.firsts.get(..self.firsts.partition_point(|(first, _)| *first <= day)).unwrap_or_default();
        let began = match rng.u32(0..100) {
            0..35 => months.last().map(|(first, _)| match weekday(*first) {
                weekend @ 5.. => first.plus_days(7 - weekend),
                _ => *first,
            }),
            35..43 => months
                .iter()
                .rev()
                .find(|(_, august)| *august)
                .map(|(first, _)| first.plus_days((2 - weekday(*first)).rem_euclid(7))),
            _ => None,
        };
        began.map_or(day, |began| began.min(day))
    }

    /// One of the last three days of the month before, where they are not too far back: a wave of leavers, but no wall.
    fn month_end(&self, rng: &mut Rng, since: Day) -> Day {
        let end = self.firsts.last().map_or(since, |(first, _)| first.plus_days(-rng.i32(1..4)));
        if (0..=34).contains(&self.today.days_since(end)) { end } else { since }
    }
}

fn first_of_month(day: Day) -> Day {
    day.plus_days(1 - i32::from(day.date().day()))
}

/// 0 is Monday.
fn weekday(day: Day) -> i32 {
    (day.number() + 3).rem_euclid(7)
}

/// Days since somebody who works was last seen: mostly yesterday or on the last working day, a tail of 90 days, and a
/// few who have just become idle.
fn idle(rng: &mut Rng, today: Day) -> i32 {
    match rng.u32(0..1000) {
        0..4 => rng.i32(90..150),
        4..30 => rng.i32(30..90),
        30..120 => rng.i32(7..30),
        _ => {
            let days = 1 + rng.i32(0..7).min(rng.i32(0..7)).min(rng.i32(0..7));
            let weekend = weekday(today.plus_days(-days)) - 4;
            if weekend > 0 && rng.u32(0..4) > 0 { days + weekend } else { days }
        }
    }
}

/// Years of service, in days: many have come lately, few stay for decades.
fn tenure(rng: &mut Rng) -> i32 {
    let years = rng.i32(0..15 * 365);
    years.min(rng.i32(0..15 * 365))
}

/// The dates of an account of an organisation that opened and closed on the given days.
pub(super) fn live(
    rng: &mut Rng,
    months: &Months,
    (kind, status): (Kind, Status),
    (opened, closed): (Option<Day>, Option<Day>),
) -> Life {
    let today = months.today;
    let outline = match kind {
        Kind::User if closed.is_some() && status == Status::Active => left_behind(rng, today),
        Kind::User => user(rng, months, status),
        Kind::Shared | Kind::Application | Kind::Resource => mailbox(rng, today, kind, status),
    };
    let first = outline.since.unwrap_or(today).min(outline.last.unwrap_or(today));
    let delay = if rng.u32(0..4) > 0 { rng.i32(0..3) } else { rng.i32(3..14) };
    let came = first.plus_days(-outline.tenure);
    // Who never signed in is judged by the day of creation: no waves there, or the forecast has them too. Who is
    // pending came on the very day that the status began.
    let mut created = match (status, outline.last) {
        (Status::Pending, _) => first,
        (_, Some(_)) => months.joined(rng, came.plus_days(-delay)),
        (_, None) => came,
    };
    if let Some(closed) = closed {
        created = created.min(closed.plus_days(-20));
    }
    created = created.max(opened.unwrap_or(created)).min(today);
    let terms = created.plus_days(delay).min(first.max(created));
    let terms_accepted = (kind == Kind::User && outline.accepted).then_some(terms);
    let from = terms_accepted.unwrap_or(created);
    let last = outline.last.map(|last| last.max(from)).filter(|last| *last < today);
    Life {
        created,
        terms_accepted,
        since: outline.since.unwrap_or(from).max(from),
        signals: last.map_or([None; 6], |last| sightings(rng, kind, from, last)),
    }
}

/// A user of an organisation that works.
fn user(rng: &mut Rng, months: &Months, status: Status) -> Outline {
    let today = months.today;
    let back = |days: i32| today.plus_days(-days);
    let used = |since: Day, last: Day, rng: &mut Rng| Outline {
        since: Some(since),
        last: Some(last),
        accepted: true,
        tenure: tenure(rng),
    };
    match status {
        Status::Active if rng.u32(0..1000) < 6 => {
            // Never signed in: nearly all came in the last months, a few were forgotten long ago.
            let age = if rng.u32(0..10) == 0 { rng.i32(120..700) } else { rng.i32(1..120) };
            Outline { since: None, last: None, accepted: true, tenure: age }
        }
        Status::Active => {
            let last = back(idle(rng, today));
            // Some were inactive once and came back.
            let since = (rng.u32(0..100) < 8).then(|| last.plus_days(-rng.i32(0..400)));
            Outline { since, last: Some(last), accepted: true, tenure: tenure(rng) }
        }
        Status::Pending => Outline { since: Some(back(rng.i32(0..34))), last: None, accepted: false, tenure: 0 },
        Status::Inactive => {
            let since = back(rng.i32(0..110));
            if rng.u32(0..100) < 12 {
                return Outline { since: Some(since), last: None, accepted: false, tenure: 30 };
            }
            let last = since.plus_days(-rng.i32(90..93));
            used(since, last, rng)
        }
        Status::Leaver => {
            let since = back(rng.i32(0..35));
            let since = if rng.u32(0..100) < 6 { months.month_end(rng, since) } else { since };
            // Sign-in stays, and many use it until the end.
            let last = if rng.u32(0..100) < 60 { back(idle(rng, today)) } else { since.plus_days(-rng.i32(0..40)) };
            used(since, last, rng)
        }
        Status::Disabled => {
            // Long leave of up to 18 months; a few were forgotten.
            let since = back(if rng.u32(0..100) < 4 { rng.i32(547..640) } else { rng.i32(0..547) });
            used(since, since.plus_days(-rng.i32(1..30)), rng)
        }
        Status::Deleted | Status::Purged => {
            let since = back(if rng.u32(0..100) < 3 { rng.i32(180..200) } else { rng.i32(0..180) });
            let idle = if rng.u32(0..100) < 60 { rng.i32(5..40) } else { rng.i32(180..190) };
            used(since, since.plus_days(-idle), rng)
        }
    }
}

/// An active user of a closed organisation: somebody still uses the account, or nobody ever tidied it up.
fn left_behind(rng: &mut Rng, today: Day) -> Outline {
    let last = today.plus_days(-rng.i32(1..150));
    Outline { since: None, last: Some(last), accepted: true, tenure: tenure(rng) }
}

/// A mailbox that belongs to no person.
fn mailbox(rng: &mut Rng, today: Day, kind: Kind, status: Status) -> Outline {
    let since = match status {
        Status::Active | Status::Pending => None,
        Status::Deleted | Status::Purged => Some(rng.i32(0..34)),
        Status::Inactive | Status::Leaver => Some(rng.i32(0..110)),
        Status::Disabled => Some(rng.i32(0..547)),
    };
    let idle = match (kind, rng.u32(0..1000)) {
        (Kind::Shared, 0..30) => rng.i32(183..240),
        (Kind::Shared, 30..200) | (Kind::Resource, 0..300) => rng.i32(30..183),
        (Kind::Application, 0..40) => rng.i32(30..150),
        (Kind::Shared | Kind::Resource, _) => rng.i32(1..30),
        (Kind::Application | Kind::User, _) => rng.i32(1..4),
    };
    let idle = if status == Status::Inactive { idle.max(90) } else { idle };
    let since = since.map(|days| today.plus_days(-days));
    let last = since.unwrap_or(today).plus_days(-idle);
    Outline { since, last: Some(last), accepted: false, tenure: tenure(rng) }
}

/// The signals of an account in use from one day to another.
fn sightings(rng: &mut Rng, kind: Kind, from: Day, last: Day) -> Sightings {
    let mut found = [None; 6];
    let mut slots = found.iter_mut();
    let mut see = |rng: &mut Rng, signal: Signal, days: i32| {
        let day = last.plus_days(-days).max(from);
        // Between 7 and 20 o'clock, UTC: the same civil day in Britain in winter and in summer.
        let at = i64::from(day.number()) * 86_400 + rng.i64(7 * 3600..20 * 3600);
        if let Some(slot) = slots.next() {
            *slot = Some((signal, Timestamp::from_second(at)));
        }
    };
    match kind {
        Kind::User => {
            let chance = rng.u32(0..1000);
            see(rng, Signal::MailboxLogin, 0);
            if chance >= 30 {
                let days = rng.i32(0..5).min(rng.i32(0..5));
                see(rng, Signal::MailSent, days);
            }
            let days = rng.i32(0..400);
            see(rng, Signal::PasswordChange, days);
            for (signal, share, within) in
                [(Signal::PortalLogin, 550, 40), (Signal::AppLogin, 450, 14), (Signal::AppUse, 300, 14)]
            {
                if rng.u32(0..1000) < share {
                    let days = rng.i32(0..within);
                    see(rng, signal, days);
                }
            }
        }
        Kind::Shared | Kind::Resource => see(rng, Signal::MailSent, 0),
        Kind::Application => {
            let days = rng.i32(0..400);
            see(rng, Signal::MailboxLogin, 0);
            see(rng, Signal::MailSent, 0);
            see(rng, Signal::PasswordChange, days);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joiners_come_in_waves() {
        let today = Day::parse("2018-10-15").unwrap();
        let months = Months::until(today);
        let mut rng = Rng::with_seed(1);
        let asked = Day::parse("2018-09-20").unwrap();
        let days: Vec<String> = (0..1000).map(|_| months.joined(&mut rng, asked).to_string()).collect();
        let count = |day: &str| days.iter().filter(|d| *d == day).count();
        // 1 September 2018 was a Saturday; 1 August a Wednesday.
        assert!((280..420).contains(&count("2018-09-03")), "{}", count("2018-09-03"));
        assert!((50..120).contains(&count("2018-08-01")), "{}", count("2018-08-01"));
        let ends: Vec<String> = (0..100).map(|_| months.month_end(&mut rng, asked).to_string()).collect();
        assert!(ends.iter().all(|day| ["2018-09-28", "2018-09-29", "2018-09-30"].contains(&day.as_str())), "{ends:?}");
    }

    #[test]
    fn most_people_are_seen_on_working_days() {
        let today = Day::parse("2018-10-15").unwrap();
        let mut rng = Rng::with_seed(1);
        let weekends = (0..10_000).filter(|_| weekday(today.plus_days(-idle(&mut rng, today))) > 4).count();
        assert!(weekends < 2_000, "{weekends}");
    }
}
