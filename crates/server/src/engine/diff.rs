//! What is different between two texts, line by line.

/// The lines that go (`-`) and that come (`+`), in their order; lines that stay are left out.
pub(crate) fn lines(old: &str, new: &str) -> Vec<String> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let width = new.len() + 1;
    let mut longest = vec![0_usize; (old.len() + 1) * width];
    let cell = |longest: &[usize], a: usize, b: usize| longest.get(a * width + b).copied().unwrap_or(0);
    for (a, before) in old.iter().enumerate().rev() {
        for (b, after) in new.iter().enumerate().rev() {
            let length = if before == after {
                cell(&longest, a + 1, b + 1) + 1
            } else {
                cell(&longest, a + 1, b).max(cell(&longest, a, b + 1))
            };
            if let Some(place) = longest.get_mut(a * width + b) {
                *place = length;
            }
        }
    }
    let (mut a, mut b, mut told) = (0, 0, Vec::new());
    loop {
        match (old.get(a), new.get(b)) {
            (Some(before), Some(after)) if before == after => (a, b) = (a + 1, b + 1),
            (Some(before), after) if after.is_none() || cell(&longest, a + 1, b) >= cell(&longest, a, b + 1) => {
                told.push(format!("- {before}"));
                a += 1;
            }
            (_, Some(after)) => {
                told.push(format!("+ {after}"));
                b += 1;
            }
            (None | Some(_), None) => return told,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_go_and_that_come_are_told_in_their_order() {
        for (old, new, told) in [
            ("", "", vec![]),
            ("a\nb\n", "a\nb\n", vec![]),
            ("", "a\n", vec!["+ a"]),
            ("a\n", "", vec!["- a"]),
            ("a\nb\nc\n", "a\nx\nc\n", vec!["- b", "+ x"]),
            ("a\nb\nc\nd\n", "b\nc\ne\nd\n", vec!["- a", "+ e"]),
            ("a\na\nb\n", "a\nb\nb\n", vec!["- a", "+ b"]),
        ] {
            assert_eq!(lines(old, new), told, "{old:?} {new:?}");
        }
    }
}
