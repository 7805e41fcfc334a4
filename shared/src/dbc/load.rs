//! From the bytes of a DBC file to a [`Database`] and everything that was odd about it.
//!
//! ```text
//! bytes ─ text ─▶ str ─ statement ─▶ statements ─ syntax ─▶ can-dbc items
//!                                                              │ BO_, SG_     │ all others
//!                                                              ▼              ▼
//!                                                        messages as read + facts ─ build ─▶ Database
//! ```
//!
//! Nothing in a file makes it fail as a whole: a statement that cannot be read costs itself and a
//! warning. Left out on purpose: nodes, environment variables, signal groups, attributes other than
//! those that [`super::facts`] names, and the pseudo message `VECTOR__INDEPENDENT_SIG_MSG`.

use super::build::build;
use super::model::Database;
use super::reader::Reader;
use super::statement::Statements;
use super::text::decode_text;
use super::warning::{DbcWarning, DbcWarningKind, Warnings};

/// The largest file that is read, in bytes. The largest public ones have half a megabyte.
pub const MAX_FILE_BYTES: usize = 16 * 1024 * 1024;
/// How many signals of a file are read.
pub const MAX_SIGNALS: usize = 50_000;
/// How many messages of a file are read.
pub const MAX_MESSAGES: usize = 50_000;
/// Reads a DBC file.
///
/// What cannot be read is left out and named in the warnings, each with its line; the rest loads.
/// A file of more than [`MAX_FILE_BYTES`] is not read at all, which is then the only warning.
pub fn load(bytes: &[u8]) -> (Database, Vec<DbcWarning>) {
    let mut warnings = Warnings::default();
    if bytes.len() > MAX_FILE_BYTES {
        warnings.push(
            None,
            DbcWarningKind::Limit,
            format!(
                "has {} bytes, more than the {MAX_FILE_BYTES} that are read: nothing is loaded",
                bytes.len()
            ),
        );
        return (Database::default(), warnings.finish());
    }
    let text = decode_text(bytes, &mut warnings);
    let mut reader = Reader::new(warnings);
    for statement in Statements::new(&text) {
        reader.take(&statement);
    }
    let (messages, facts, mut warnings) = reader.finish();
    let database = build(messages, facts, &mut warnings);
    if database.messages.is_empty() {
        warnings.push(None, DbcWarningKind::Empty, "there is no message in it");
    }
    (database, warnings.finish())
}
