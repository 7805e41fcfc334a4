//! Cuts the text of a DBC file into its top-level statements, each with its line.
//!
//! A statement begins with a keyword at the beginning of a line, or after the `;` of the one before,
//! and ends with `;` or where the next one begins. Strings may span lines. Nothing is interpreted
//! beyond that, so that one broken statement costs only itself.
//!
//! Invariants: every character belongs to one statement, a comment, or blank space between them;
//! the work is linear in the length of the text, whatever it contains.

/// What a statement is about, from its first word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyword {
    /// `BO_`
    Message,
    /// `SG_`
    Signal,
    /// `CM_`
    Comment,
    /// `BA_DEF_`
    AttributeDefinition,
    /// `BA_DEF_DEF_`
    AttributeDefault,
    /// `BA_`
    AttributeValue,
    /// `VAL_`
    ValueDescriptions,
    /// `VAL_TABLE_`
    ValueTable,
    /// `SIG_VALTYPE_`
    SignalValueType,
    /// `SG_MUL_VAL_`
    MultiplexedRanges,
    /// `BO_TX_BU_`
    Transmitters,
    /// `NS_`, a list of keywords
    NewSymbols,
    /// Statements that say nothing about how frames are decoded.
    Irrelevant,
    /// Statements of the format that would matter, but that no known tool writes.
    Unsupported,
    /// No keyword at all.
    Unknown,
}

impl Keyword {
    fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "BO_" => Self::Message,
            "SG_" => Self::Signal,
            "CM_" => Self::Comment,
            "BA_DEF_" => Self::AttributeDefinition,
            "BA_DEF_DEF_" => Self::AttributeDefault,
            "BA_" => Self::AttributeValue,
            "VAL_" => Self::ValueDescriptions,
            "VAL_TABLE_" => Self::ValueTable,
            "SIG_VALTYPE_" => Self::SignalValueType,
            "SG_MUL_VAL_" => Self::MultiplexedRanges,
            "BO_TX_BU_" => Self::Transmitters,
            "NS_" => Self::NewSymbols,
            "VERSION" | "BS_" | "BU_" | "EV_" | "ENVVAR_DATA_" | "EV_DATA_" | "SIG_GROUP_"
            | "BA_DEF_REL_" | "BA_REL_" | "BA_DEF_DEF_REL_" | "BU_SG_REL_" | "BU_EV_REL_"
            | "BU_BO_REL_" | "CAT_DEF_" | "CAT_" | "FILTER" | "NS_DESC_" => Self::Irrelevant,
            "SGTYPE_" | "SGTYPE_VAL_" | "BA_DEF_SGTYPE_" | "BA_SGTYPE_" | "SIG_TYPE_REF_"
            | "SIGTYPE_VALTYPE_" => Self::Unsupported,
            _ => return None,
        })
    }

    /// `BO_` and `SG_` end with their line and hold no string that spans lines.
    const fn is_one_line(self) -> bool {
        matches!(self, Self::Message | Self::Signal)
    }
}

/// One top-level statement.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) keyword: Keyword,
    /// Line of its first character, from 1.
    pub(super) line: u32,
    /// Without comments; line ends outside strings are blanks, inside strings `\n`.
    pub(super) text: String,
    /// How much of the text stands before the first line end outside a string.
    pub(super) first_line_len: usize,
    /// A string in it is not closed.
    pub(super) unterminated_string: bool,
    /// The text of the file ends in the middle of it: no `;`, no line end.
    pub(super) cut_by_end: bool,
    /// Line of the first `/* … */` comment in it or right before it.
    pub(super) block_comment: Option<u32>,
}

/// The statements of a text, in order.
#[derive(Debug)]
pub(super) struct Statements<'a> {
    text: &'a str,
    pos: usize,
    line: u32,
    /// Where the search for a closing quote last began, and what it found.
    quote: Option<(usize, Option<usize>)>,
    /// No block comment ends after the current position.
    no_comment_end: bool,
}

impl<'a> Statements<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self {
            text,
            pos: 0,
            line: 1,
            quote: None,
            no_comment_end: false,
        }
    }

    fn byte(&self, pos: usize) -> Option<u8> {
        self.text.as_bytes().get(pos).copied()
    }

    fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    /// The end of the line that `pos` is on, without its line end characters.
    fn line_end(&self, pos: usize) -> usize {
        let rest = self.text.as_bytes().get(pos..).unwrap_or_default();
        let len = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        pos + len.unwrap_or(rest.len())
    }

    /// The position after the line end at `pos`, if there is one.
    fn after_line_end(&self, pos: usize) -> Option<usize> {
        match (self.byte(pos)?, self.byte(pos + 1)) {
            (b'\r', Some(b'\n')) => Some(pos + 2),
            (b'\r' | b'\n', _) => Some(pos + 1),
            _ => None,
        }
    }

    /// The keyword at `pos`, and the position after it.
    fn keyword_at(&self, pos: usize) -> Option<(Keyword, usize)> {
        const LONGEST: usize = 20;
        let rest = self.text.as_bytes().get(pos..)?;
        let len = rest
            .iter()
            .take(LONGEST)
            .position(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_'))
            .unwrap_or(rest.len().min(LONGEST));
        let end = pos + len;
        Some((Keyword::from_word(self.slice(pos, end))?, end))
    }

    /// Whether a new statement begins at `pos`, the first character of a line that is not blank.
    fn begins_statement(&self, pos: usize, current: Keyword) -> bool {
        let Some((_, end)) = self.keyword_at(pos) else {
            return false;
        };
        // `NS_` lists keywords, one a line with nothing after them.
        let lists_keyword =
            current == Keyword::NewSymbols && self.slice(end, self.line_end(end)).trim().is_empty();
        !lists_keyword
    }

    fn skip_blanks(&self, mut pos: usize) -> usize {
        while matches!(self.byte(pos), Some(b' ' | b'\t' | 0x0b | 0x0c)) {
            pos += 1;
        }
        pos
    }

    /// Skips a comment at the current position. `Some(Some(line))`: a block comment and its line.
    fn skip_comment(&mut self) -> Option<Option<u32>> {
        match (self.byte(self.pos)?, self.byte(self.pos + 1)?) {
            (b'/', b'/') => {
                self.pos = self.line_end(self.pos);
                Some(None)
            }
            (b'/', b'*') => {
                let (body, first_line) = (self.pos + 2, self.line);
                let rest = self.text.get(body..).unwrap_or_default();
                let len = if self.no_comment_end {
                    None
                } else {
                    rest.find("*/")
                };
                self.no_comment_end = len.is_none();
                // One that never ends is taken for a line of its own.
                let end = len.map_or_else(|| self.line_end(body), |len| body + len + 2);
                self.line = self
                    .line
                    .saturating_add(count_line_ends(self.slice(self.pos, end)));
                self.pos = end;
                Some(Some(first_line))
            }
            _ => None,
        }
    }

    /// The next quote at or after `from` that no backslash stands before.
    fn closing_quote(&mut self, from: usize) -> Option<usize> {
        if let Some((searched_from, found)) = self.quote
            && searched_from <= from
            && found.is_none_or(|found| found >= from)
        {
            return found;
        }
        let bytes = self.text.as_bytes();
        let found = (from..bytes.len()).find(|pos| {
            self.byte(*pos) == Some(b'"')
                && pos
                    .checked_sub(1)
                    .is_none_or(|before| before < from || self.byte(before) != Some(b'\\'))
        });
        self.quote = Some((from, found));
        found
    }

    /// Takes the string that opens at the current position. `false`: it is not closed.
    fn take_string(&mut self, keyword: Keyword, text: &mut String) -> bool {
        let open = self.pos;
        let first_line_end = self.line_end(open);
        let close = if keyword.is_one_line() {
            // Not searched beyond the line, where every later statement would search again.
            let line = self.slice(open + 1, first_line_end).as_bytes();
            let unescaped = |(i, byte): (usize, &u8)| {
                *byte == b'"' && i.checked_sub(1).and_then(|i| line.get(i)) != Some(&b'\\')
            };
            line.iter()
                .enumerate()
                .position(unescaped)
                .map(|i| open + 1 + i)
        } else {
            self.closing_quote(open + 1)
        };
        let (end, closed) = match close {
            Some(close) if close < first_line_end || self.plausible_end(close) => (close + 1, true),
            _ if keyword.is_one_line() => (first_line_end, false),
            // The quote that seems to close this string rather opens another one.
            close => {
                let limit = close.unwrap_or(self.text.len());
                match (self.statement_within(open, limit), close) {
                    (Some(cut), _) => (cut, false),
                    (None, Some(close)) => (close + 1, true),
                    (None, None) => (self.text.len(), false),
                }
            }
        };
        let content = self.slice(open, end);
        self.line = self.line.saturating_add(count_line_ends(content));
        if content.contains('\r') {
            text.push_str(&content.replace("\r\n", "\n").replace('\r', "\n"));
        } else {
            text.push_str(content);
        }
        self.pos = end;
        closed
    }

    /// Whether what follows a quote can follow a string that ends there.
    fn plausible_end(&self, close: usize) -> bool {
        self.byte(close + 1)
            .is_none_or(|byte| byte.is_ascii_whitespace() || matches!(byte, b';' | b','))
    }

    /// The end of the line before the first statement that begins between two positions.
    fn statement_within(&self, from: usize, to: usize) -> Option<usize> {
        let mut line_end = self.line_end(from);
        while line_end < to {
            let line_start = self.after_line_end(line_end)?;
            if self.begins_statement(self.skip_blanks(line_start), Keyword::Unknown) {
                return Some(line_end);
            }
            line_end = self.line_end(line_start);
        }
        None
    }

    /// Moves over blank space and comments between statements. Gives the line of the first
    /// block comment.
    fn skip_between(&mut self) -> Option<u32> {
        let mut block_comment = None;
        loop {
            self.pos = self.skip_blanks(self.pos);
            if let Some(after) = self.after_line_end(self.pos) {
                self.pos = after;
                self.line = self.line.saturating_add(1);
            } else if let Some(comment) = self.skip_comment() {
                block_comment = block_comment.or(comment);
            } else {
                return block_comment;
            }
        }
    }
}

impl Iterator for Statements<'_> {
    type Item = Statement;

    fn next(&mut self) -> Option<Statement> {
        let block_comment = self.skip_between();
        if self.byte(self.pos).is_none() && block_comment.is_none() {
            return None;
        }
        // A comment at the end of the file is reported with an empty statement after it.
        let keyword = self
            .keyword_at(self.pos)
            .map_or(Keyword::Unknown, |(keyword, _)| keyword);
        let mut statement = Statement {
            keyword,
            line: self.line,
            text: String::new(),
            first_line_len: 0,
            unterminated_string: false,
            cut_by_end: false,
            block_comment,
        };
        let mut first_line_len = None;
        loop {
            let rest = self.text.get(self.pos..).unwrap_or_default();
            let plain = rest
                .bytes()
                .position(|byte| matches!(byte, b'"' | b';' | b'/' | b'\r' | b'\n'))
                .unwrap_or(rest.len());
            statement
                .text
                .push_str(self.slice(self.pos, self.pos + plain));
            self.pos += plain;
            if let Some(after) = self.after_line_end(self.pos) {
                first_line_len.get_or_insert(statement.text.len());
                let line_start = self.skip_blanks(after);
                self.pos = after;
                self.line = self.line.saturating_add(1);
                if self.begins_statement(line_start, keyword) {
                    break;
                }
                statement.text.push(' ');
                continue;
            }
            match self.byte(self.pos) {
                None => {
                    statement.cut_by_end = first_line_len.is_none() && !statement.text.is_empty();
                    break;
                }
                Some(b'"') => {
                    let closed = self.take_string(keyword, &mut statement.text);
                    statement.unterminated_string |= !closed;
                }
                Some(b';') => {
                    statement.text.push(';');
                    self.pos += 1;
                    break;
                }
                _ => {
                    if let Some(comment) = self.skip_comment() {
                        statement.block_comment = statement.block_comment.or(comment);
                        statement.text.push(' ');
                    } else {
                        statement.text.push('/');
                        self.pos += 1;
                    }
                }
            }
        }
        let len = statement.text.trim_end().len();
        statement.text.truncate(len);
        statement.first_line_len = first_line_len.map_or(len, |first| first.min(len));
        Some(statement)
    }
}

fn count_line_ends(text: &str) -> u32 {
    let mut n: usize = 0;
    let mut after_cr = false;
    for byte in text.bytes() {
        n += usize::from(byte == b'\r' || (byte == b'\n' && !after_cr));
        after_cr = byte == b'\r';
    }
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(text: &str) -> Vec<(u32, Keyword, String)> {
        Statements::new(text)
            .map(|statement| (statement.line, statement.keyword, statement.text))
            .collect()
    }

    #[test]
    fn statements_and_their_lines() {
        let text = "VERSION \"a\"\r\n\r\nNS_ :\r\n\tCM_\r\n\tBA_DEF_\r\n\r\nBS_:\r\n\
                    BO_ 1 A: 8 X // first\r\n SG_ S : 0|8@1+ (1,0) [0|0] \"\" X,\r\n  Y\r\n\
                    CM_ BO_ 1 \"two\r\nlines; // and more\";BA_ \"k\" 1;;\r\nthe end\r\n";
        let got = split(text);
        let expected = [
            (1, Keyword::Irrelevant, "VERSION \"a\""),
            (3, Keyword::NewSymbols, "NS_ : \tCM_ \tBA_DEF_"),
            (7, Keyword::Irrelevant, "BS_:"),
            (8, Keyword::Message, "BO_ 1 A: 8 X"),
            (9, Keyword::Signal, "SG_ S : 0|8@1+ (1,0) [0|0] \"\" X,   Y"),
            (
                11,
                Keyword::Comment,
                "CM_ BO_ 1 \"two\nlines; // and more\";",
            ),
            (12, Keyword::AttributeValue, "BA_ \"k\" 1;"),
            (12, Keyword::Unknown, ";"),
            (13, Keyword::Unknown, "the end"),
        ];
        for (got, expected) in got.iter().zip(expected) {
            assert_eq!((got.0, got.1, got.2.as_str()), expected);
        }
        assert_eq!(got.len(), expected.len());
        // The same with other line ends, except for the text that is not blank space.
        for line_end in ["\n", "\r"] {
            let other = split(&text.replace("\r\n", line_end));
            assert_eq!(other, got, "{line_end:?}");
        }
    }

    #[test]
    fn an_open_string_ends_before_the_next_statement() {
        let text = "CM_ SG_ 1 A \"open;\nCM_ SG_ 1 B \"closed\";\nVAL_ 1 A 0 \"off\n\
                    BO_ 2 X: 8 Y\n SG_ S : 0|8@1+ (1,0) [0|0] \"km X\n SG_ T : 8|8@1+ (1,0) [0|0] \"\" X";
        let statements: Vec<_> = Statements::new(text).collect();
        let summary: Vec<_> = statements
            .iter()
            .map(|s| (s.line, s.keyword, s.unterminated_string))
            .collect();
        assert_eq!(
            summary,
            [
                (1, Keyword::Comment, true),
                (2, Keyword::Comment, false),
                (3, Keyword::ValueDescriptions, true),
                (4, Keyword::Message, false),
                (5, Keyword::Signal, true),
                (6, Keyword::Signal, false),
            ]
        );
        assert!(statements.last().unwrap().cut_by_end);
    }

    #[test]
    fn block_comments_are_skipped() {
        let text = "/* a\n b */\nBO_ 1 A: 8 X\n /* SG_ S */ \nBS_:\n/* open\nBU_: X";
        let got = split(text);
        assert_eq!(got.len(), 3);
        assert_eq!(got[0], (3, Keyword::Message, "BO_ 1 A: 8 X".to_owned()));
        assert_eq!(got[1].0, 5);
        assert_eq!(got[2], (7, Keyword::Irrelevant, "BU_: X".to_owned()));
    }

    #[test]
    fn hostile_quotes_take_linear_time() {
        // Minutes, if every line searched the whole rest.
        for line in [
            "CM_ \\\"\n",
            "CM_ \"x\n",
            "SG_ \\\"\n",
            "CM_ \"\"\"\n",
            "/*\n",
            "VAL_ \"\\\n",
        ] {
            let text = line.repeat(100_000);
            assert!(Statements::new(&text).count() >= 1, "{line:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_lost(
            parts in prop::collection::vec(
                prop::sample::select(vec![
                    "CM_ ", "BO_ 1 A: 8 X", "SG_ ", "\"", "\\\"", ";", "\n", "\r\n", " ", "NS_ :",
                    "x", "VAL_", "ß", "/",
                ]),
                0..40,
            )
        ) {
            let text = parts.concat();
            let visible = |text: &str| -> String {
                text.chars().filter(|c| !c.is_whitespace()).collect()
            };
            prop_assume!(!visible(&text).contains("//") && !text.contains("/*"));
            let joined: String = Statements::new(&text).map(|s| s.text).collect();
            prop_assert_eq!(visible(&joined), visible(&text));
            let mut last_line = 1;
            for statement in Statements::new(&text) {
                prop_assert!(statement.line >= last_line);
                prop_assert!(statement.first_line_len <= statement.text.len());
                last_line = statement.line;
            }
        }
    }
}
