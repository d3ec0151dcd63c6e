//! `Authentication-Results` (RFC 8601): who says that a message comes from where it says.

/// The field's name.
pub const NAME: &str = "Authentication-Results";

/// Whether a field is said by one of these hosts, or by one below them: then only we may have written it.
pub fn is_of(value: &[u8], hosts: &[&str]) -> bool {
    let Some(who) = who(value) else { return false };
    let who = who.trim_end_matches('.').to_ascii_lowercase();
    hosts.iter().any(|host| who == *host || who.strip_suffix(host).is_some_and(|below| below.ends_with('.')))
}

/// Who says it: the first word, or what stands in quotes, behind blanks and comments.
fn who(value: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(value);
    let rest = behind_comments(&text);
    let quoted = rest.strip_prefix('"').and_then(|rest| rest.split('"').next()).map(|inside| inside.replace('\\', ""));
    let ends = |c: char| c.is_whitespace() || c == ';' || c == '(';
    quoted.or_else(|| rest.split(ends).next().map(str::to_owned)).filter(|word| !word.is_empty())
}

fn behind_comments(text: &str) -> &str {
    let mut depth = 0_u32;
    let mut escaped = false;
    let begins = |c: char| {
        let inside = depth > 0;
        match c {
            _ if escaped => escaped = false,
            '\\' if inside => escaped = true,
            '(' => depth = depth.saturating_add(1),
            ')' if inside => depth = depth.saturating_sub(1),
            _ => return !inside && !c.is_whitespace(),
        }
        false
    };
    text.find(begins).and_then(|at| text.get(at..)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::damage;

    const OURS: [&str; 2] = ["mx.mail.example", "mail.example"];

    #[test]
    fn what_is_said_in_our_name_is_found_however_it_is_written() {
        for ours in [
            " mail.example; spf=pass",
            "mx.mail.example;none",
            " MAIL.Example 1; spf=pass",
            " (a (nested) \\) comment)\r\n\tmail.example;",
            " \"mail.example\"; spf=pass",
            " \"ma\\il.example\" 1;",
            "mail.example.",
            "mail.example(comment);",
            "other.mail.example; dkim=pass",
        ] {
            assert!(is_of(ours.as_bytes(), &OURS), "{ours}");
        }
    }

    #[test]
    fn what_others_say_stays() {
        for other in [
            "",
            " ;",
            " (mail.example)",
            " there.example; spf=pass (mail.example)",
            "notmail.example;",
            "mail.example.evil.example; spf=pass",
            "(never ends mail.example",
            "\"\"; x",
        ] {
            assert!(!is_of(other.as_bytes(), &OURS), "{other}");
        }
        assert!(!is_of(b"\xff\xfe mail.example", &OURS));
    }

    #[test]
    fn random_damage_never_panics() {
        let valid = b" (a (b) \\) c) \"mail.example\" 1; spf=pass smtp.mailfrom=x";
        let ours = (0..20_000).filter(|seed| is_of(&damage::mutate(valid, *seed), &OURS)).count();
        assert!((2_000..20_000).contains(&ours), "{ours}");
    }
}
