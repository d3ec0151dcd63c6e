//! The sector of an organisation, from what its file is and says: the registry does not publish it.

use domain::ids::OdsCode;
use domain::org::Sector;
use wire::ods::OdsRow;

/// The prescribing setting of a general practice.
const GENERAL_PRACTICE: &str = "4";

/// What a file lists, by the words of its series, name or edition: `etr` are trusts, `eccg` commissioners.
pub(super) fn of_file(names: &[&str]) -> Option<Sector> {
    names.iter().flat_map(|name| name.split(|c: char| !c.is_ascii_alphabetic())).find_map(|word| {
        match word.to_ascii_lowercase().as_str() {
            "etr" => Some(Sector::Trust),
            "eccg" => Some(Sector::Commissioner),
            _ => None,
        }
    })
}

/// What a line says by itself: practice-like lines have a status or a setting, and 4 is a general practice.
pub(super) fn of_line(row: &OdsRow) -> Option<Sector> {
    let practice_like = row.status.is_some() || !row.setting.is_empty();
    practice_like.then(|| if row.setting == GENERAL_PRACTICE { Sector::Gp } else { Sector::Other })
}

/// What a code says: three characters from R0A to RZZ are trusts.
pub(super) fn of_code(code: &OdsCode) -> Sector {
    let text = code.as_str();
    if text.len() == 3 && text.starts_with('R') { Sector::Trust } else { Sector::Other }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_and_the_code_name_the_sector() {
        for (names, sector) in [
            (["etr", "x"], Some(Sector::Trust)),
            (["metro", "2024-12"], None),
            (["file", "ETR 2024-12"], Some(Sector::Trust)),
            (["eccg_2024-12.csv", ""], Some(Sector::Commissioner)),
        ] {
            assert_eq!(of_file(&names), sector, "{names:?}");
        }
        for (code, sector) in [("R0A", Sector::Trust), ("R0AB", Sector::Other), ("00C", Sector::Other)] {
            assert_eq!(of_code(&OdsCode::parse(code).unwrap()), sector, "{code}");
        }
    }
}
