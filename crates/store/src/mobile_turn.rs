//! One after the other for one mobile number: two writes that give the same number do not pass each other (SSPR-02).

use crate::error::Error;
use crate::tx::WriteTx;

/// Locks the row until the write ends; on SQLite one write waits for another anyway.
const WAIT: &str = "UPDATE mobile_turn SET slot = slot WHERE slot = $1";

/// The statements of this file, for the parity test.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[("mobile_turn.wait", WAIT)];

/// Waits until nobody else is giving one of these numbers away; who has them is read afterwards. Cost: at most 64
/// statements, however many numbers there are.
pub fn wait(tx: &mut WriteTx<'_>, numbers: &[&str]) -> Result<(), Error> {
    let mut slots: Vec<i64> = numbers.iter().filter(|number| !number.is_empty()).map(|number| slot(number)).collect();
    // All lock in the same order, so nobody waits for somebody who waits for them.
    slots.sort_unstable();
    slots.dedup();
    for slot in slots {
        if tx.execute(WAIT, &[slot.into()])? != 1 {
            return Err(Error::Corrupt("mobile_turn.slot"));
        }
    }
    Ok(())
}

/// The row of a number, of the 64 that the table has.
fn slot(number: &str) -> i64 {
    let sum = number.bytes().fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    // The numbers of a country differ in their last digits only: the product spreads them, and its first six bits are a row.
    i64::try_from(sum.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 58).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_row_and_numbers_are_spread_over_all_of_them() {
        let mut rows: Vec<i64> = (0..2_000).map(|n| slot(&format!("+44770090{n:04}"))).collect();
        assert_eq!(slot("+447700900123"), slot("+447700900123"));
        rows.sort_unstable();
        rows.dedup();
        assert_eq!(rows, (0..64).collect::<Vec<i64>>());
    }
}
