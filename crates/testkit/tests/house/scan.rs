//! Splits Rust text into code, comments and string literals, well enough to look for words in one of the three.
//! Not a parser: it knows quotes, raw strings, nested comments, and a lifetime from a character.

/// The three views of a file. Lines count from 1.
pub(crate) struct Scan {
    /// The lines with comments and the insides of strings taken out.
    pub(crate) code: Vec<String>,
    /// Each `//` comment: its line and what follows the two slashes.
    pub(crate) comments: Vec<(usize, String)>,
    /// Each string literal: the line it starts on and what is between the quotes.
    pub(crate) strings: Vec<(usize, String)>,
}

/// Splits a text.
pub(crate) fn scan(text: &str) -> Scan {
    let chars = text.chars().collect();
    let mut reader = Reader { chars, at: 0, line: String::new(), scan: Scan::empty() };
    while let Some(next) = reader.peek(0) {
        reader.step(next);
    }
    if !reader.line.is_empty() {
        reader.end_line();
    }
    reader.scan
}

impl Scan {
    fn empty() -> Self {
        Self { code: Vec::new(), comments: Vec::new(), strings: Vec::new() }
    }

    /// The lines of code with their numbers.
    pub(crate) fn numbered(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code.iter().enumerate().map(|(index, line)| (index + 1, line.as_str()))
    }
}

struct Reader {
    chars: Vec<char>,
    at: usize,
    line: String,
    scan: Scan,
}

impl Reader {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn number(&self) -> usize {
        self.scan.code.len() + 1
    }

    fn end_line(&mut self) {
        self.scan.code.push(std::mem::take(&mut self.line));
    }

    fn step(&mut self, next: char) {
        match (next, self.peek(1)) {
            ('/', Some('/')) => self.line_comment(),
            ('/', Some('*')) => self.block_comment(),
            ('"', _) => self.string(0, false),
            ('r', Some('"' | '#')) if !self.in_word() => self.raw_string(),
            ('\'', _) => self.quote(),
            _ => self.keep(next),
        }
    }

    fn keep(&mut self, next: char) {
        match next {
            '\n' => self.end_line(),
            _ => self.line.push(next),
        }
        self.at += 1;
    }

    /// Whether the last thing kept belongs to a word, so that the `r` of `for"` starts no raw string; `br"` does.
    fn in_word(&self) -> bool {
        let mut before = self.line.chars().rev();
        match before.next() {
            Some('b' | 'c') => before.next().is_some_and(is_word),
            Some(other) => is_word(other),
            None => false,
        }
    }

    fn line_comment(&mut self) {
        let text: String = self.chars[self.at + 2..].iter().take_while(|c| **c != '\n').collect();
        self.at += 2 + text.chars().count();
        self.scan.comments.push((self.number(), text));
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        while let Some(next) = self.peek(0) {
            match (next, self.peek(1)) {
                ('/', Some('*')) => (depth, self.at) = (depth + 1, self.at + 2),
                ('*', Some('/')) => (depth, self.at) = (depth - 1, self.at + 2),
                ('\n', _) => self.keep('\n'),
                _ => self.at += 1,
            }
            if depth == 0 {
                return;
            }
        }
    }

    fn raw_string(&mut self) {
        let hashes = self.chars[self.at + 1..].iter().take_while(|c| **c == '#').count();
        if self.peek(1 + hashes) == Some('"') {
            self.at += 1 + hashes;
            self.string(hashes, true);
        } else {
            self.keep('r'); // A raw identifier, as `r#type`.
        }
    }

    /// From the opening quote to behind the closing one; a raw string ends at a quote with as many hashes.
    fn string(&mut self, hashes: usize, raw: bool) {
        let start = self.number();
        let mut text = String::new();
        self.line.push('"');
        self.at += 1;
        while let Some(next) = self.peek(0) {
            if next == '"' && (1..=hashes).all(|ahead| self.peek(ahead) == Some('#')) {
                break;
            }
            if next == '\\' && !raw {
                text.push(next);
                self.at += 1;
            }
            let Some(kept) = self.peek(0) else { break };
            text.push(kept);
            if kept == '\n' {
                self.end_line();
            }
            self.at += 1;
        }
        self.at += 1 + hashes;
        self.line.push('"');
        self.scan.strings.push((start, text));
    }

    /// A character literal, or the tick of a lifetime or label.
    fn quote(&mut self) {
        let length = match (self.peek(1), self.peek(2)) {
            (Some('\\'), _) => (3..12).find(|ahead| self.peek(*ahead) == Some('\'')),
            (Some(_), Some('\'')) => Some(2),
            _ => None,
        };
        match length {
            Some(length) => {
                self.line.push_str("''");
                self.at += length + 1;
            }
            None => self.keep('\''),
        }
    }
}

/// Whether a character can stand in a name.
pub(crate) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether `line` has `word` where no longer name runs into it from the left.
pub(crate) fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| !line[..at].chars().next_back().is_some_and(is_word))
}
