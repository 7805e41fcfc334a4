//! The command line: `canlake query …`, as [`crate::cli`] reads it.

use std::path::Path;

use canlake_shared::time::Timestamp;

use super::inputs::text_of;
use super::{CopyError, Selection, quote};
use crate::source::SourceLocation;

/// The line, without its end.
pub(super) fn text(selection: &Selection<'_>) -> Result<String, CopyError> {
    let mut words = vec!["canlake".to_owned(), "query".to_owned()];
    match selection.source {
        SourceLocation::Local(paths) => {
            for path in paths {
                words.push(argument_of(path)?);
            }
        }
        SourceLocation::S3(text) | SourceLocation::Athena(text) | SourceLocation::Http(text) => {
            words.push(text.clone());
        }
    }
    push_option(&mut words, "--vehicle", &[selection.vehicle.to_owned()]);
    let signals: Vec<String> = selection.signals.iter().map(ToString::to_string).collect();
    push_option(&mut words, "--signal", &signals);
    let range = selection.range;
    if range.start > Timestamp::MIN {
        push_option(&mut words, "--from", &[range.start.to_string()]);
    }
    if range.end < Timestamp::MAX {
        push_option(&mut words, "--to", &[range.end.to_string()]);
    }
    words.push("--labels".to_owned());
    let words: Vec<String> = words.iter().map(|word| quote::shell(word)).collect();
    Ok(words.join(" "))
}

/// An option and its values; values that look like options are tied to its name.
fn push_option(words: &mut Vec<String>, name: &str, values: &[String]) {
    if values.iter().any(|value| value.starts_with('-')) {
        words.extend(values.iter().map(|value| format!("{name}={value}")));
    } else {
        words.push(name.to_owned());
        words.extend(values.iter().cloned());
    }
}

/// A path that is read as one: not as an option, an address, or nothing.
fn argument_of(path: &Path) -> Result<String, CopyError> {
    let text = text_of(path)?;
    let is_misread = text.starts_with('-') || text.contains("://") || text.trim().is_empty();
    Ok(if is_misread && path.is_relative() {
        format!("./{text}")
    } else {
        text
    })
}
