//! The part of the [`Reader`] for statements about messages and signals: comments, attributes, value
//! descriptions, value types, multiplexor ranges, transmitters.

use can_dbc::{Comment, Dbc, ValueDescription};

use super::facts::{MuxRanges, joined};
use super::model::ValueDescriptions;
use super::reader::Reader;
use super::statement::{Keyword, Statement};
use super::syntax::{self, Reason};
use super::warning::{DbcWarningKind, excerpt};

/// How many ranges of multiplexor values are kept, over all signals of a file.
const MAX_MUX_RANGES: usize = 1_000_000;

impl Reader {
    /// A statement other than `BO_` and `SG_`.
    pub(super) fn other(
        &mut self,
        statement: &Statement,
        id: Option<u32>,
        text: &str,
    ) -> Result<(), Reason> {
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
