//! What is said about a source once it is open.

use canlake_shared::error_chain;

use crate::source::Catalogue;
use crate::source::decode::DecodeReport;
use crate::source::decode_all::DecodedInputs;
use crate::state::Severity;
use crate::time_display::count_text;

/// Severity, title, detail.
pub(crate) type Remark = (Severity, String, String);

/// Lines of a detail; what goes beyond is counted.
const MAX_LINES: usize = 200;

/// Files of a listing that could not be read wholly.
pub(crate) fn unreadable(catalogue: &Catalogue) -> Option<Remark> {
    let problems = &catalogue.problems;
    let lines = problems
        .iter()
        .map(|problem| format!("{}: {}", problem.path, problem.text));
    let title = match problems.as_slice() {
        [] => return None,
        [only] => format!("{} could not be read wholly", only.path),
        several => format!("{} files could not be read wholly", several.len()),
    };
    Some((Severity::Warning, title, detail(lines)))
}

/// Raw files beside what is decoded that have no part in it.
pub(crate) fn undecoded(raw: &[std::path::PathBuf]) -> Option<Remark> {
    let title = match raw.len() {
        0 => return None,
        1 => "a raw file is of a vehicle without decoded signals; open it by itself to decode it"
            .to_owned(),
        n => format!(
            "{n} raw files are of vehicles without decoded signals; open them by themselves to decode them"
        ),
    };
    let lines = raw.iter().map(|path| path.display().to_string());
    Some((Severity::Info, title, detail(lines)))
}

/// What became of raw files and logs: one remark for all that were decoded, one for all that were
/// not, and one for each DBC file with warnings.
pub(crate) fn decoded(all: &DecodedInputs) -> Vec<Remark> {
    let mut remarks: Vec<Remark> = all
        .warnings
        .iter()
        .map(|(name, warnings)| {
            let title = format!("{name}: {} warnings", warnings.len());
            (
                Severity::Warning,
                title,
                detail(warnings.iter().map(String::clone)),
            )
        })
        .collect();
    remarks.extend(reports(all));
    let failed = all.failed.iter();
    let lines = failed.map(|(input, error)| format!("{}: {}", input.display(), error_chain(error)));
    if !all.failed.is_empty() {
        let inputs = all.failed.len() + all.decoded.len();
        let title = format!("{} of {inputs} inputs were not decoded", all.failed.len());
        remarks.push((Severity::Error, title, detail(lines)));
    }
    remarks
}

fn reports(all: &DecodedInputs) -> Option<Remark> {
    let name = match all.decoded.as_slice() {
        [] => return None,
        [(only, _)] => only
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
        several => format!("{} inputs", several.len()),
    };
    let reports = || all.decoded.iter().map(|(_, report)| report);
    let frames: u64 = reports().map(|report| report.frames).sum();
    let decoded: u64 = reports().map(|report| report.decoded_frames).sum();
    let measured: u64 = reports().map(|report| report.measured_values).sum();
    let is_whole = (decoded > 0 || measured > 0 && frames == 0)
        && reports().all(|report| report.skipped.is_empty());
    let of_frames = format!(
        "{} of {} frames decoded",
        share(decoded, frames),
        count_text(frames)
    );
    let of_values = format!("{} measured values", count_text(measured));
    let title = match (frames, measured) {
        (_, 0) => format!("{name}: {of_frames}"),
        (0, _) => format!("{name}: {of_values}"),
        _ => format!("{name}: {of_frames}, {of_values}"),
    };
    let is_only = all.decoded.len() == 1;
    let lines = all.decoded.iter().flat_map(|(input, report)| {
        let head = (!is_only).then(|| {
            let share = share(report.decoded_frames, report.frames);
            format!("{}: {share}", input.display())
        });
        head.into_iter().chain(losses(report))
    });
    let severity = if is_whole {
        Severity::Info
    } else {
        Severity::Warning
    };
    Some((severity, title, detail(lines)))
}

fn losses(report: &DecodeReport) -> impl Iterator<Item = String> {
    let undecoded = report.undecoded.iter();
    undecoded
        .map(|(reason, count)| format!("{} frames: {reason}", count_text(*count)))
        .chain(report.skipped.iter().cloned())
}

fn share(part: u64, whole: u64) -> String {
    format!("{:.1} %", 100.0 * part as f64 / whole.max(1) as f64)
}

fn detail(lines: impl Iterator<Item = String>) -> String {
    let mut lines = lines.fuse();
    let mut text: Vec<String> = lines.by_ref().take(MAX_LINES).collect();
    let more = lines.count();
    if more > 0 {
        text.push(format!("and {more} more"));
    }
    text.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    #[test]
    fn many_inputs_are_one_remark() {
        let report = |skipped: &[&str]| DecodeReport {
            frames: 10,
            measured_values: 0,
            decoded_frames: 9,
            undecoded: [("no message".to_owned(), 1)].into(),
            skipped: skipped.iter().map(ToString::to_string).collect(),
        };
        let mut all = DecodedInputs {
            decoded: vec![(PathBuf::from("a.log"), report(&[]))],
            ..DecodedInputs::default()
        };
        let expected = (
            Severity::Info,
            "a.log: 90.0 % of 10 frames decoded".to_owned(),
            "1 frames: no message".to_owned(),
        );
        assert_eq!(decoded(&all), [expected]);
        all.decoded
            .extend((0..500).map(|idx| (PathBuf::from(format!("{idx}.log")), report(&["line 3"]))));
        let [(severity, title, detail)] = decoded(&all).try_into().unwrap();
        assert_eq!(severity, Severity::Warning);
        assert_eq!(title, "501 inputs: 90.0 % of 5\u{2009}010 frames decoded");
        assert_eq!(detail.lines().count(), MAX_LINES + 1);
        assert!(detail.ends_with("and 1302 more"), "{detail}");
    }
}
