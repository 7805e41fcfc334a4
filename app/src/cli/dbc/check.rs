//! `canlake dbc check`: everything that the loader remarks, as compilers do.

use canlake_shared::dbc::{DbcFile, DbcWarning, Severity};
use serde::Serialize;

use super::super::Outcome;
use super::super::failure::Failure;
use super::super::output::{Problem, tell, tell_problems, write_json, write_to};
use super::args::CheckArgs;
use super::library::Library;

#[derive(Serialize)]
struct Answer {
    complete: bool,
    problems: Vec<Problem>,
    files: Vec<FileJson>,
}

#[derive(Serialize)]
struct FileJson {
    path: String,
    messages: usize,
    signals: usize,
    errors: usize,
    warnings: usize,
    remarks: Vec<RemarkJson>,
}

#[derive(Serialize)]
struct RemarkJson {
    severity: Severity,
    #[serde(flatten)]
    warning: DbcWarning,
}

pub(super) fn run(args: &CheckArgs) -> Result<Outcome, Failure> {
    let library = Library::read(&args.dbc)?;
    let count = |severity| -> usize {
        let files = library.files.iter();
        files.map(|file| count(file, severity)).sum()
    };
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    tell_problems(&library.problems);
    let complete = library.problems.is_empty();
    if args.json {
        let answer = Answer {
            complete,
            files: library.files.iter().map(FileJson::new).collect(),
            problems: library.problems,
        };
        write_json(None, &answer)?;
    } else {
        write_to(None, |out| {
            for file in &library.files {
                for warning in &file.warnings {
                    writeln!(out, "{}", line(&file.name, warning))?;
                }
            }
            Ok(())
        })?;
        tell(&format!(
            "canlake: files: {}, errors: {errors}, warnings: {warnings}",
            library.files.len()
        ));
    }
    Ok(if errors > 0 {
        Outcome::Found
    } else {
        Outcome::from(complete)
    })
}

fn count(file: &DbcFile, severity: Severity) -> usize {
    let warnings = file.warnings.iter();
    warnings.filter(|it| it.kind.severity() == severity).count()
}

fn line(path: &str, warning: &DbcWarning) -> String {
    let place = warning.line.map(|line| format!(":{line}"));
    let severity = warning.kind.severity().name();
    format!(
        "{path}{}: {severity}: {}",
        place.unwrap_or_default(),
        warning.text
    )
}

impl FileJson {
    fn new(file: &DbcFile) -> Self {
        let messages = &file.database.messages;
        let remarks = file.warnings.iter().map(|warning| RemarkJson {
            severity: warning.kind.severity(),
            warning: warning.clone(),
        });
        Self {
            path: file.name.clone(),
            messages: messages.len(),
            signals: messages.iter().map(|message| message.signals.len()).sum(),
            errors: count(file, Severity::Error),
            warnings: count(file, Severity::Warning),
            remarks: remarks.collect(),
        }
    }
}
