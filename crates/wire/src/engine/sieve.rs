//! Sieve scripts (RFC 5228), written: out of office as `vacation` (RFC 5230), forwarding as `redirect`. Whatever a person
//! wrote stands in a quoted string, in which two characters alone mean something else.

use std::fmt::Write as _;

/// What whoever writes is answered.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// For those whose envelope is of the domain.
    pub inside: &'a str,
    /// For all others.
    pub outside: &'a str,
    /// The same sender is answered once in so many days.
    pub days: u16,
    /// The domain.
    pub domain: &'a str,
    /// The mailbox's addresses: what was written to none of them, as by a list, is not answered.
    pub addresses: &'a [String],
}

/// Where mail goes on to.
#[derive(Debug, Clone, Copy)]
pub struct Onward<'a> {
    /// To whom.
    pub to: &'a str,
    /// The mailbox keeps it.
    pub keep: bool,
}

/// A text between quotes. Lines end as they do in a message.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\r\n"),
            '\r' | '\0' => {}
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// The script.
pub fn script(answer: Option<&Answer<'_>>, onward: Option<&Onward<'_>>) -> String {
    let mut needed = Vec::new();
    if answer.is_some() {
        needed.extend(["\"vacation\"", "\"envelope\""]);
    }
    if onward.is_some_and(|onward| onward.keep) {
        needed.push("\"copy\"");
    }
    let mut out = String::new();
    if !needed.is_empty() {
        let _ = writeln!(out, "require [{}];", needed.join(", "));
    }
    if let Some(answer) = answer {
        let addresses: Vec<String> = answer.addresses.iter().map(|address| quoted(address)).collect();
        let vacation =
            |text| format!("vacation :days {} :addresses [{}] {};", answer.days, addresses.join(", "), quoted(text));
        if answer.inside == answer.outside {
            let _ = writeln!(out, "{}", vacation(answer.inside));
        } else {
            let domain = quoted(answer.domain);
            let (inside, outside) = (vacation(answer.inside), vacation(answer.outside));
            let _ = writeln!(out, "if envelope :domain :is \"from\" {domain} {{\n{inside}\n}} else {{\n{outside}\n}}");
        }
    }
    // Last: where nothing is kept, no later script is asked.
    if let Some(onward) = onward {
        let copy = if onward.keep { ":copy " } else { "" };
        let _ = writeln!(out, "redirect {copy}{};", quoted(onward.to));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    // Proves: OOO-01
    #[test]
    fn a_script_answers_first_and_sends_on_last() {
        let addresses = ["ann@mail.example".to_owned(), "annie@mail.example".to_owned()];
        let answer = Answer { inside: "in", outside: "in", days: 7, domain: "mail.example", addresses: &addresses };
        let both = Answer { outside: "out", ..answer };
        let onward = |keep| Onward { to: "ben@mail.example", keep };
        let vacation = r#"vacation :days 7 :addresses ["ann@mail.example", "annie@mail.example"]"#;
        for (answer, onward, expected) in [
            (None, None, String::new()),
            (None, Some(onward(false)), "redirect \"ben@mail.example\";\n".to_owned()),
            (None, Some(onward(true)), "require [\"copy\"];\nredirect :copy \"ben@mail.example\";\n".to_owned()),
            (Some(answer), None, format!("require [\"vacation\", \"envelope\"];\n{vacation} \"in\";\n")),
            (
                Some(both),
                Some(onward(true)),
                format!(
                    "require [\"vacation\", \"envelope\", \"copy\"];\nif envelope :domain :is \"from\" \"mail.example\" \
                     {{\n{vacation} \"in\";\n}} else {{\n{vacation} \"out\";\n}}\nredirect :copy \"ben@mail.example\";\n"
                ),
            ),
        ] {
            assert_eq!(script(answer.as_ref(), onward.as_ref()), expected);
        }
    }

    #[test]
    fn nothing_that_a_person_writes_ends_the_string_it_stands_in() {
        for (text, expected) in [
            ("", r#""""#),
            ("a \"b\" \\ c", r#""a \"b\" \\ c""#),
            ("\"; redirect \"x@y.example", r#""\"; redirect \"x@y.example""#),
            ("\\\"; discard;", r#""\\\"; discard;""#),
            ("one\ntwo\r\nthree\0", "\"one\r\ntwo\r\nthree\""),
            ("${x} %{y} é\u{1f600}", "\"${x} %{y} é\u{1f600}\""),
            (".\n..", "\".\r\n..\""),
        ] {
            assert_eq!(quoted(text), expected, "{text:?}");
        }
    }
}
