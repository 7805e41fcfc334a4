//! Statement by statement, collects messages with their signals and what is said about them.
//!
//! Knows which `SG_` lines belong to which `BO_` line. What does not parse is reported here and has no
//! further effect.

use super::build::MessageAsRead;
use super::facts::Facts;
use super::load::{MAX_MESSAGES, MAX_SIGNALS};
use super::multiplex::Mark;
use super::signals::SignalAsRead;
use super::statement::{Keyword, Statement};
use super::syntax::{self, IdField, Parsed, Reason};
use super::warning::{DbcWarningKind, Warnings, excerpt};

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

/// Takes statements one by one.
#[derive(Debug, Default)]
pub(super) struct Reader {
    messages: Vec<MessageAsRead>,
    pub(super) facts: Facts,
    context: Context,
    n_signals: usize,
    pub(super) n_mux_ranges: usize,
    warnings: Warnings,
}

impl Reader {
    pub(super) fn new(warnings: Warnings) -> Self {
        Self {
            warnings,
            ..Self::default()
        }
    }

    /// What the statements taken so far say.
    pub(super) fn finish(mut self) -> (Vec<MessageAsRead>, Facts, Warnings) {
        self.leave_message();
        (self.messages, self.facts, self.warnings)
    }

    pub(super) fn take(&mut self, statement: &Statement) {
        if let Some(line) = statement.block_comment {
            let text = "a comment /* … */ is skipped; DBC files have none";
            self.warnings.push(line, DbcWarningKind::Tolerated, text);
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
                match result {
                    Ok(()) => self.tell_slips(statement),
                    Err(reason) => self.reject(statement, &reason),
                }
            }
        }
    }

    pub(super) fn warn(&mut self, statement: &Statement, kind: DbcWarningKind, text: String) {
        self.warnings.push(statement.line, kind, text);
    }

    fn reject(&mut self, statement: &Statement, reason: &str) {
        let text = rejection(statement, reason);
        self.warn(statement, DbcWarningKind::Syntax, text);
    }

    /// Of a statement about messages and signals that could be read.
    fn tell_slips(&mut self, statement: &Statement) {
        let shown = excerpt(&statement.text);
        if !statement.text.trim_end().ends_with(';') {
            let text = format!("{shown}: the ; at its end is missing, read all the same");
            self.warn(statement, DbcWarningKind::Tolerated, text);
        }
        if statement.keyword == Keyword::Comment && syntax::has_bare_id(&statement.text) {
            let text = format!("{shown}: BO_ is missing, taken for a comment of a message");
            self.warn(statement, DbcWarningKind::Tolerated, text);
        }
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
