//! By which protocol each account came in, and from which kind of network (APP-04): the first of a day is written, later
//! ones cost nothing. A crash loses what was seen in the seconds before; the next sign-in of the day tells it again.

use std::collections::HashSet;

use domain::delivery::{Door, Network};
use domain::ids::AccountId;
use domain::time::Day;
use store::protocol_use::Came;

use crate::engine::{Engine, of};
use crate::error::Error;
use crate::federation::Almoner;

/// What came in on a day.
#[derive(Debug, Default)]
pub(crate) struct Doors {
    day: Option<Day>,
    /// Not written yet, each with its day.
    waiting: Vec<(Came, Day)>,
    /// Noted today, packed: eight bytes each, for two million who read every day.
    known: HashSet<i64>,
}

/// A number for each account, protocol and network.
fn packed((id, door, network): Came) -> i64 {
    let place = |found: Option<usize>| i64::try_from(found.unwrap_or(0)).unwrap_or(0);
    let door = place(Door::ALL.iter().position(|known| *known == door));
    let network = place(Network::ALL.iter().position(|known| *known == network));
    (id.0 << 4) | (door << 1) | network
}

impl Doors {
    /// Takes note of who came in.
    fn note(&mut self, came: Came, today: Day) {
        if self.day != Some(today) {
            self.known.clear();
            self.day = Some(today);
        }
        if self.known.insert(packed(came)) {
            self.waiting.push((came, today));
        }
    }
}

impl Engine {
    /// Notes by what somebody came in. Cost: a look in memory.
    pub(crate) fn came_in(&self, id: AccountId, door: Door, network: Network, today: Day) {
        of(&self.doors).note((id, door, network), today);
    }

    /// Writes by what accounts came in since the last time; how many. What cannot be written waits for the next time.
    pub fn keep_doors(&self, almoner: &Almoner) -> Result<usize, Error> {
        let came = std::mem::take(&mut of(&self.doors).waiting);
        if came.is_empty() {
            return Ok(0);
        }
        if let Err(error) = almoner.store.came_in(&came) {
            of(&self.doors).waiting.extend(came);
            return Err(error.into());
        }
        Ok(came.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: AccountId = AccountId(1);
    const DAY: Day = Day::from_number(20_000);

    // Proves: APP-04
    #[test]
    fn each_way_in_is_noted_once_a_day() {
        let mut doors = Doors::default();
        let ways = |doors: &mut Doors, day| {
            for door in Door::ALL.iter().copied() {
                for network in Network::ALL.iter().copied() {
                    doors.note((ANN, door, network), day);
                    doors.note((ANN, door, network), day);
                }
            }
            std::mem::take(&mut doors.waiting).len()
        };
        assert_eq!((ways(&mut doors, DAY), ways(&mut doors, DAY)), (8, 0));
        assert_eq!(ways(&mut doors, Day::from_number(20_001)), 8);
    }

    #[test]
    fn no_two_ways_in_have_one_number() {
        let ids = [AccountId(1), AccountId(2), AccountId(2_100_000)];
        let all = ids.into_iter().flat_map(|id| {
            let doors = Door::ALL.iter().flat_map(move |door| Network::ALL.iter().map(move |n| (id, *door, *n)));
            doors.map(packed)
        });
        assert_eq!(all.collect::<HashSet<_>>().len(), 24);
    }
}
