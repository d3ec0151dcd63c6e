//! Who is connected, as `doveadm -f tab who -1` lists it.

use std::collections::HashSet;

/// The names in the list: the first field of each line but the heading.
pub(super) fn names(list: &str) -> HashSet<String> {
    let lines = list.lines().skip(1).filter_map(|line| line.split('\t').next());
    lines.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_read_once_without_the_heading() {
        let list = "username\tproto\tpid\tip\nann@mail.example\timap\t7\t10.0.0.1\nann@mail.example\tpop3\t8\t\nb@c.d\timap\t9\t::1\n";
        let told = names(list);
        assert_eq!(told, ["ann@mail.example", "b@c.d"].map(str::to_owned).into());
        assert!(names("").is_empty() && names("username\tproto\tpid\tip\n").is_empty());
    }
}
