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

use can_dbc::{Comment, Dbc, ValueDescription};

use super::build::{MessageAsRead, SignalAsRead, build};
use super::facts::{Facts, MuxRanges, joined};
use super::model::{Database, ValueDescriptions};
use super::multiplex::Mark;
use super::statement::{Keyword, Statement, Statements};
use super::syntax::{self, IdField, Parsed, Reason};
use super::text::decode_text;
use super::warning::{DbcWarning, DbcWarningKind, Warnings, excerpt};

/// The largest file that is read, in bytes. The largest public ones have half a megabyte.
pub const MAX_FILE_BYTES: usize = 16 * 1024 * 1024;
/// How many signals of a file are read.
pub const MAX_SIGNALS: usize = 50_000;
/// How many messages of a file are read.
pub const MAX_MESSAGES: usize = 50_000;
/// How many ranges of multiplexor values are kept, over all signals of a file.
const MAX_MUX_RANGES: usize = 1_000_000;

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
    let mut reader = Reader {
        warnings,
        ..Reader::default()
    };
    for statement in Statements::new(&text) {
        reader.take(&statement);
    }
    reader.leave_message();
    let Reader {
        messages,
        facts,
        mut warnings,
        ..
    } = reader;
    let database = build(messages, facts, &mut warnings);
    (database, warnings.finish())
}

/// What the `SG_` lines that follow belong to.
#[derive(Debug, Default)]
enum Context {
    #[default]
    Nothing,
    /// The last of the messages read so far.
    Message,
    /// A message that is left out on purpose.
    Ignored,
    /// A message that could not be read: the warning to give, and its signals so far.
    Rejected {
        line: u32,
        kind: DbcWarningKind,
        text: String,
        n_signals: u64,
    },
}

#[derive(Debug, Default)]
struct Reader {
    messages: Vec<MessageAsRead>,
    facts: Facts,
    context: Context,
    n_signals: usize,
    n_mux_ranges: usize,
    warnings: Warnings,
}

impl Reader {
    fn take(&mut self, statement: &Statement) {
        if statement.block_comment {
            self.warn(
                statement,
                DbcWarningKind::Tolerated,
                "a comment /* … */ is skipped; DBC files have none".to_owned(),
            );
        }
        match statement.keyword {
            Keyword::Unknown => return self.unknown(statement),
            Keyword::Signal => return self.signal(statement),
            _ => self.leave_message(),
        }
        match statement.keyword {
            Keyword::Message => self.message(statement),
            Keyword::Irrelevant | Keyword::NewSymbols => {}
            Keyword::Unsupported => {
                let text = format!("{} has no effect", excerpt(&statement.text));
                self.warn(statement, DbcWarningKind::Unsupported, text);
            }
            keyword => {
                let result = match syntax::take_id(keyword, &statement.text) {
                    IdField::None => self.other(statement, None, &statement.text),
                    IdField::Some(id, text) => self.other(statement, Some(id), &text),
                    IdField::OutOfRange(digits) => Err(format!("{digits} is no 32 bit number")),
                };
                if let Err(reason) = result {
                    self.reject(statement, &reason);
                }
            }
        }
    }

    fn warn(&mut self, statement: &Statement, kind: DbcWarningKind, text: String) {
        self.warnings.push(statement.line, kind, text);
    }

    fn reject(&mut self, statement: &Statement, reason: &str) {
        let text = rejection(statement, reason);
        self.warn(statement, DbcWarningKind::Syntax, text);
    }

    fn unknown(&mut self, statement: &Statement) {
        if statement.text.bytes().all(|byte| byte == b';') {
            let text = "a superfluous ; is skipped".to_owned();
            self.warn(statement, DbcWarningKind::Tolerated, text);
        } else {
            self.reject(statement, "no statement begins like this");
        }
    }

    /// Ends a message; what could not be read of it is reported with the number of its signals.
    fn leave_message(&mut self) {
        if let Context::Rejected {
            line,
            kind,
            mut text,
            n_signals,
        } = std::mem::take(&mut self.context)
        {
            if n_signals > 0 {
                text = format!("{text}; with it {n_signals} signals");
            }
            self.warnings.push(line, kind, text);
        }
    }

    fn message(&mut self, statement: &Statement) {
        let reject = |kind, text| Context::Rejected {
            line: statement.line,
            kind,
            text,
            n_signals: 0,
        };
        let (id, text) = match syntax::take_id(Keyword::Message, &statement.text) {
            IdField::Some(id, text) => (id, text),
            IdField::None => {
                let text = rejection(statement, "it has no identifier");
                self.context = reject(DbcWarningKind::Syntax, text);
                return;
            }
            IdField::OutOfRange(digits) => {
                let text = rejection(statement, &format!("{digits} is no 32 bit number"));
                self.context = reject(DbcWarningKind::Identifier, text);
                return;
            }
        };
        let message = match self.first_part(statement, &text, syntax::parse_message) {
            Ok(message) => message,
            Err(reason) => {
                let text = rejection(statement, &reason);
                self.context = reject(DbcWarningKind::Syntax, text);
                return;
            }
        };
        if message.name == "VECTOR__INDEPENDENT_SIG_MSG" {
            let facts = self.facts.message(id, statement.line);
            (facts.used, facts.left_out) = (true, true);
            self.context = Context::Ignored;
        } else if self.messages.len() < MAX_MESSAGES {
            self.messages.push(MessageAsRead {
                line: statement.line,
                written_id: id,
                message,
                signals: Vec::new(),
            });
            self.context = Context::Message;
        } else {
            let text = format!(
                "message {} is left out: only {MAX_MESSAGES} messages are read",
                excerpt(&message.name)
            );
            self.context = reject(DbcWarningKind::Limit, text);
        }
    }

    fn signal(&mut self, statement: &Statement) {
        match &mut self.context {
            Context::Nothing => {
                self.reject(statement, "it belongs to no message");
                return;
            }
            Context::Ignored => return,
            Context::Rejected { n_signals, .. } => {
                *n_signals += 1;
                return;
            }
            Context::Message => {}
        }
        let signal = match self.first_part(statement, &statement.text, syntax::parse_signal) {
            Ok(signal) => signal,
            Err(reason) => return self.reject(statement, &reason),
        };
        if self.n_signals == MAX_SIGNALS {
            let text = format!(
                "signal {} is left out: only {MAX_SIGNALS} signals are read",
                excerpt(&signal.name)
            );
            self.warn(statement, DbcWarningKind::Limit, text);
            return;
        }
        self.n_signals += 1;
        let has_lone_mark = syntax::has_lone_mark(&statement.text);
        if let Some(message) = self.messages.last_mut() {
            message.signals.push(SignalAsRead {
                line: statement.line,
                mark: Mark::new(signal.multiplexer_indicator, has_lone_mark),
                signal,
            });
        }
    }

    /// Parses a statement, or its first line if what follows makes it unreadable.
    fn first_part<T>(
        &mut self,
        statement: &Statement,
        text: &str,
        parse: fn(&str) -> Result<Parsed<T>, Reason>,
    ) -> Result<T, Reason> {
        let parsed = match parse(text) {
            Ok(parsed) => parsed,
            Err(reason) => {
                let n_more = statement.text.len() - statement.first_line_len;
                let first_line = text.get(..text.len().saturating_sub(n_more));
                let Some(parsed) = first_line
                    .filter(|_| n_more > 0)
                    .and_then(|line| parse(line).ok())
                else {
                    return Err(reason);
                };
                let rest = statement.text.get(statement.first_line_len..);
                let text = format!(
                    "what follows the statement is skipped: {}",
                    excerpt(rest.unwrap_or_default())
                );
                self.warn(statement, DbcWarningKind::Syntax, text);
                parsed
            }
        };
        if let Some(repair) = parsed.repair {
            let text = format!("{}: {repair}, read all the same", excerpt(&statement.text));
            self.warn(statement, DbcWarningKind::Tolerated, text);
        } else if statement.text.ends_with(';') {
            let text = format!("{}: the ; at its end is skipped", excerpt(&statement.text));
            self.warn(statement, DbcWarningKind::Tolerated, text);
        }
        Ok(parsed.value)
    }

    /// A statement other than `BO_` and `SG_`.
    fn other(&mut self, statement: &Statement, id: Option<u32>, text: &str) -> Result<(), Reason> {
        let line = statement.line;
        let dbc = match syntax::parse(text) {
            Ok(dbc) => dbc,
            Err(reason) => return self.other_in_part(statement, id, text, reason),
        };
        let Dbc {
            comments,
            attribute_definitions,
            attribute_defaults,
            attribute_values_database,
            attribute_values_message,
            attribute_values_signal,
            value_tables,
            value_descriptions,
            signal_extended_value_type_list,
            extended_multiplex,
            message_transmitters,
            ..
        } = dbc;
        for definition in attribute_definitions {
            self.facts.attributes.define(definition);
        }
        for default in attribute_defaults {
            self.facts
                .attributes
                .set_default(&default.name, default.value);
        }
        for value in attribute_values_database {
            self.facts.attributes.set_for_file(&value.name, value.value);
        }
        for table in value_tables {
            let labels = table
                .descriptions
                .into_iter()
                .map(|d| (d.id, d.description));
            let labels = ValueDescriptions::new(labels.map(|(raw, s)| (raw, syntax::unescape(&s))));
            self.facts.value_tables.insert(table.name, labels);
        }
        let Some(id) = id else {
            return Ok(());
        };
        for comment in comments {
            match comment {
                Comment::Message { comment, .. } => {
                    self.facts.message(id, line).comment = syntax::unescape(&comment);
                }
                Comment::Signal { name, comment, .. } => {
                    self.facts.message(id, line).signal(&name, line).comment =
                        syntax::unescape(&comment);
                }
                Comment::Node { .. } | Comment::EnvVar { .. } | Comment::Plain { .. } => {}
            }
        }
        for value in attribute_values_message {
            self.facts
                .message(id, line)
                .set_attribute(&value.name, value.value);
        }
        for value in attribute_values_signal {
            let signal = self
                .facts
                .message(id, line)
                .signal(&value.signal_name, line);
            signal.set_attribute(&value.name, value.value);
        }
        for description in value_descriptions {
            if let ValueDescription::Signal {
                name,
                value_descriptions,
                ..
            } = description
            {
                let pairs = value_descriptions.into_iter();
                let pairs = pairs.map(|pair| (pair.id, syntax::unescape(&pair.description)));
                self.set_labels(statement, id, &name, ValueDescriptions::new(pairs));
            }
        }
        for value_type in signal_extended_value_type_list {
            let signal = self
                .facts
                .message(id, line)
                .signal(&value_type.signal_name, line);
            signal.value_type = Some(value_type.signal_extended_value_type);
        }
        for transmitters in message_transmitters {
            self.facts.message(id, line).transmitters = transmitters.transmitter;
        }
        for multiplex in extended_multiplex {
            let values = multiplex.mappings.iter();
            let values = joined(values.map(|map| map.min_value..=map.max_value).collect());
            self.n_mux_ranges += values.len();
            if values.is_empty() || self.n_mux_ranges > MAX_MUX_RANGES {
                return Err("its ranges run backwards or are too many".to_owned());
            }
            let signal = self
                .facts
                .message(id, line)
                .signal(&multiplex.signal_name, line);
            let ranges = MuxRanges {
                line,
                multiplexor: multiplex.multiplexor_signal_name,
                values,
            };
            let before = signal.ranges.replace(ranges);
            let multiplexor = signal.ranges.as_ref().map(|ranges| &ranges.multiplexor);
            if before.is_some_and(|before| Some(&before.multiplexor) != multiplexor) {
                let text = format!(
                    "SG_MUL_VAL_ names another multiplexor of {} than before; this one counts",
                    excerpt(&multiplex.signal_name)
                );
                self.warn(statement, DbcWarningKind::Multiplexing, text);
            }
        }
        Ok(())
    }

    /// Whatever can be saved of a statement that the parser rejects: pairs of value descriptions.
    fn other_in_part(
        &mut self,
        statement: &Statement,
        id: Option<u32>,
        text: &str,
        reason: Reason,
    ) -> Result<(), Reason> {
        let after_keyword = match statement.keyword {
            Keyword::ValueDescriptions => text.strip_prefix("VAL_"),
            Keyword::ValueTable => text.strip_prefix("VAL_TABLE_"),
            _ => None,
        };
        // The stand-in for the identifier is one digit.
        let after_id = after_keyword.map(str::trim_start).map(|rest| match id {
            Some(_) => rest.get(1..).unwrap_or_default(),
            None => rest,
        });
        let Some(pairs) = after_id.and_then(syntax::read_pairs) else {
            return Err(reason);
        };
        if pairs.pairs.is_empty() && pairs.table.is_none() {
            return Err(reason);
        }
        if pairs.incomplete {
            let text = format!(
                "{}: only {} value descriptions in it can be read",
                excerpt(&statement.text),
                pairs.pairs.len()
            );
            self.warn(statement, DbcWarningKind::Syntax, text);
        }
        let labels = match pairs.table {
            None => ValueDescriptions::new(pairs.pairs),
            Some(table) => match self.facts.value_tables.get(table) {
                Some(labels) => labels.clone(),
                None => return Err(format!("there is no value table {}", excerpt(table))),
            },
        };
        match (statement.keyword, id) {
            (Keyword::ValueTable, _) => {
                self.facts
                    .value_tables
                    .insert(pairs.name.to_owned(), labels);
            }
            (_, Some(id)) => self.set_labels(statement, id, pairs.name, labels),
            // Without an identifier it describes an environment variable.
            (_, None) => {}
        }
        Ok(())
    }

    fn set_labels(
        &mut self,
        statement: &Statement,
        id: u32,
        name: &str,
        labels: ValueDescriptions,
    ) {
        let line = statement.line;
        let signal = self.facts.message(id, line).signal(name, line);
        let before = std::mem::replace(&mut signal.labels, labels);
        if !before.is_empty() && before != signal.labels {
            let text = format!(
                "VAL_ of {} is not the first for this signal; it replaces the one before",
                excerpt(name)
            );
            self.warn(statement, DbcWarningKind::Duplicate, text);
        }
    }
}

fn rejection(statement: &Statement, reason: &str) -> String {
    let shown = excerpt(&statement.text);
    if statement.unterminated_string {
        format!("{shown} is left out: a string in it is not closed")
    } else if statement.cut_by_end {
        format!("{shown} is left out: the file ends in the middle of it ({reason})")
    } else {
        format!("{shown} is left out: {reason}")
    }
}
