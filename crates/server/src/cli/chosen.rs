//! Which accounts of a held part a command names: by themselves, or in a file.

use std::path::Path;

use service::brake::choice::Choice;

use crate::cli::args::control::HowMuch;
use crate::cli::failure::Failure;

/// What the arguments name, with the accounts of their file.
pub(crate) fn choice(much: &HowMuch) -> Result<Choice, Failure> {
    let with = |named: &[String], file: Option<&Path>| -> Result<Vec<String>, Failure> {
        let mut all = named.to_vec();
        if let Some(file) = file {
            all.extend(addresses(file)?);
        }
        Ok(all)
    };
    let only = with(&much.accounts, much.only.as_deref())?;
    let except = with(&much.except, much.all_but.as_deref())?;
    Ok(match much.count {
        Some(count) => Choice::Count(count),
        None if !only.is_empty() || much.only.is_some() => Choice::Accounts(only),
        None if !except.is_empty() => Choice::AllBut(except),
        None => Choice::All,
    })
}

/// The addresses in a file: one a line, or the column `address` of a CSV file, as the portal's.
fn addresses(file: &Path) -> Result<Vec<String>, Failure> {
    let unreadable = |why: String| {
        let what = format!("{} cannot be read ({why})", file.display());
        Failure::wrong_use(&what, "it has an address on each line, or a column named address")
    };
    let text = std::fs::read(file).map_err(|error| unreadable(error.to_string()))?;
    let mut reader = wire::csv::Reader::new(text.as_slice(), wire::csv::Limits::default());
    let (mut record, mut column, mut all) = (wire::csv::Record::default(), None, Vec::new());
    while reader.read(&mut record).map_err(|error| unreadable(error.to_string()))? {
        let heading = record.iter().position(|cell| cell.trim().eq_ignore_ascii_case("address"));
        match (column, heading) {
            (None, Some(at)) => column = Some(at),
            (at, _) => {
                let at = *column.insert(at.unwrap_or(0));
                all.extend(record.get(at).map(|cell| cell.trim().to_owned()).filter(|cell| !cell.is_empty()));
            }
        }
    }
    if all.is_empty() {
        return Err(Failure::wrong_use(format!("{} names nobody", file.display()), "write an address on each line"));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn much() -> HowMuch {
        HowMuch { accounts: Vec::new(), only: None, except: Vec::new(), all_but: None, count: None }
    }

    fn names(named: &[&str]) -> Vec<String> {
        named.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_file_names_accounts_by_lines_or_by_a_column() {
        let folder = tempfile::tempdir().unwrap();
        for (at, (text, expected)) in [
            ("a@x.org\nb@x.org\n", &["a@x.org", "b@x.org"][..]),
            (" a@x.org \r\n\r\nb@x.org", &["a@x.org", "b@x.org"]),
            ("item,Address,state\n1,a@x.org,held\n2,b@x.org,held\n", &["a@x.org", "b@x.org"]),
            ("a@x.org,anything\n", &["a@x.org"]),
        ]
        .into_iter()
        .enumerate()
        {
            let file = folder.path().join(format!("{at}.txt"));
            std::fs::write(&file, text).unwrap();
            let chosen =
                choice(&HowMuch { only: Some(file.clone()), accounts: names(&["c@x.org"]), ..much() }).unwrap();
            assert_eq!(
                chosen,
                Choice::Accounts([&["c@x.org"], expected].concat().into_iter().map(str::to_owned).collect())
            );
            let but = choice(&HowMuch { all_but: Some(file), ..much() }).unwrap();
            assert_eq!(but, Choice::AllBut(names(expected)));
        }
    }

    #[test]
    fn a_file_that_names_nobody_never_means_everybody() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("none.txt");
        std::fs::write(&file, "address\n").unwrap();
        for much in [
            HowMuch { all_but: Some(file.clone()), ..much() },
            HowMuch { only: Some(file), ..much() },
            HowMuch { all_but: Some(folder.path().join("absent.txt")), ..much() },
        ] {
            assert!(choice(&much).is_err(), "{much:?}");
        }
        assert_eq!(choice(&much()).unwrap(), Choice::All);
        assert_eq!(choice(&HowMuch { count: Some(3), ..much() }).unwrap(), Choice::Count(3));
        let one = HowMuch { except: names(&["a@x.org"]), ..much() };
        assert_eq!(choice(&one).unwrap(), Choice::AllBut(names(&["a@x.org"])));
    }
}
