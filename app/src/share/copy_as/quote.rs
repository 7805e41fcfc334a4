//! Any text as a literal of Python, SQL or a shell, and as a comment of one line.
//!
//! What a reader cannot see (control characters, marks that change the direction of writing) is
//! written as an escape where the language has one, so that code does what it looks like.

/// A Python string literal.
pub(super) fn python(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            _ if is_visible(character) => quoted.push(character),
            _ => quoted.push_str(&python_escape(character)),
        }
    }
    quoted.push('"');
    quoted
}

/// A Python string literal where nothing is escaped, for patterns.
///
/// Only for text of ours: without a quote, and without a backslash at the end.
pub(super) fn python_raw(text: &str) -> String {
    format!("r\"{text}\"")
}

fn python_escape(character: char) -> String {
    match u32::from(character) {
        0x09 => "\\t".to_owned(),
        0x0A => "\\n".to_owned(),
        0x0D => "\\r".to_owned(),
        code @ 0..=0xFF => format!("\\x{code:02x}"),
        code @ 0..=0xFFFF => format!("\\u{code:04x}"),
        code => format!("\\U{code:08x}"),
    }
}

/// A SQL expression of the text: literals, and `chr(…)` for what cannot be seen.
pub(super) fn sql(text: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut literal = String::new();
    for character in text.chars() {
        if is_visible(character) {
            literal.push(character);
            if character == '\'' {
                literal.push(character);
            }
        } else {
            if !literal.is_empty() {
                parts.push(format!("'{literal}'"));
                literal.clear();
            }
            parts.push(format!("chr({})", u32::from(character)));
        }
    }
    if !literal.is_empty() || parts.is_empty() {
        parts.push(format!("'{literal}'"));
    }
    match parts.as_slice() {
        [literal] if literal.starts_with('\'') => literal.clone(),
        _ => format!("({})", parts.join(" || ")),
    }
}

/// A word of a POSIX shell.
pub(super) fn shell(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-+=:,./@".contains(&byte);
    // Some shells take a leading `=` for the name of a program.
    if !text.is_empty() && !text.starts_with('=') && text.bytes().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

/// Text that stays in the line of a comment.
pub(super) fn comment(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        if is_visible(character) {
            line.push(character);
        } else {
            line.push_str(&python_escape(character));
        }
    }
    line
}

/// Whether a character shows as itself.
fn is_visible(character: char) -> bool {
    // What `Debug` writes as it is, or with a backslash before it only because it is a quote.
    matches!(character, '"' | '\'' | '\\') || character.escape_debug().len() == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_of_python() {
        for (text, literal) in [
            ("", r#""""#),
            ("plain ä€ 'x'", r#""plain ä€ 'x'""#),
            ("a\"b\\c", r#""a\"b\\c""#),
            ("\t\n\r\0\x1b", r#""\t\n\r\x00\x1b""#),
            (
                "\u{85}\u{202E}\u{2028}\u{E0001}",
                r#""\x85\u202e\u2028\U000e0001""#,
            ),
            ("100 %s {x}", r#""100 %s {x}""#),
        ] {
            assert_eq!(python(text), literal);
        }
    }

    #[test]
    fn literals_of_sql() {
        for (text, literal) in [
            ("", "''"),
            ("it's \\ \"x\" %", "'it''s \\ \"x\" %'"),
            ("a\nb", "('a' || chr(10) || 'b')"),
            ("\0", "(chr(0))"),
            ("\u{202E}x", "(chr(8238) || 'x')"),
        ] {
            assert_eq!(sql(text), literal);
        }
    }

    #[test]
    fn words_of_a_shell() {
        for (text, word) in [
            ("", "''"),
            ("/data/lake-1/a.parquet", "/data/lake-1/a.parquet"),
            ("a b", "'a b'"),
            ("it's", "'it'\\''s'"),
            ("$HOME`x`\\\"!", "'$HOME`x`\\\"!'"),
            ("~", "'~'"),
            ("=ls", "'=ls'"),
            ("M[0x1].S", "'M[0x1].S'"),
            ("a\nb", "'a\nb'"),
        ] {
            assert_eq!(shell(text), word);
        }
    }

    #[test]
    fn comments_are_one_line() {
        assert_eq!(
            comment("a\nimport os\r\u{2028}b"),
            "a\\nimport os\\r\\u2028b"
        );
    }
}
