//! Which signal of a message selects which.
//!
//! Simple multiplexing has one `M` and numbers in `m1`; extended multiplexing names the multiplexor
//! and ranges of its values in `SG_MUL_VAL_`. A signal whose presence in a frame cannot be known is
//! left out of the message: showing it always would show a wrong value most of the time.

use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;

use can_dbc::MultiplexIndicator;

use super::facts::{MuxRanges, joined};
use super::model::{Multiplexing, MuxSelector};
use super::warning::{DbcWarningKind, Warnings, excerpt, name_some};

/// What a message says about the multiplexing of one of its signals.
#[derive(Debug)]
pub(super) struct MuxSignal<'a> {
    pub(super) line: u32,
    pub(super) name: &'a str,
    pub(super) mark: Mark,
    pub(super) ranges: Option<&'a MuxRanges>,
}

/// The mark between name and colon on the `SG_` line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// None: always present.
    Plain,
    /// `M`
    Multiplexor,
    /// `m1`
    Multiplexed(u64),
    /// `m1M`
    Nested(u64),
    /// `m` alone
    WithoutValue,
}

impl Mark {
    pub(super) const fn new(indicator: MultiplexIndicator, has_lone_mark: bool) -> Self {
        match indicator {
            MultiplexIndicator::Plain if has_lone_mark => Self::WithoutValue,
            MultiplexIndicator::Plain => Self::Plain,
            MultiplexIndicator::Multiplexor => Self::Multiplexor,
            MultiplexIndicator::MultiplexedSignal(value) => Self::Multiplexed(value),
            MultiplexIndicator::MultiplexorAndMultiplexedSignal(value) => Self::Nested(value),
        }
    }

    const fn is_multiplexor(self) -> bool {
        matches!(self, Self::Multiplexor | Self::Nested(_))
    }

    const fn value(self) -> Option<u64> {
        match self {
            Self::Multiplexed(value) | Self::Nested(value) => Some(value),
            Self::Plain | Self::Multiplexor | Self::WithoutValue => None,
        }
    }
}

/// Multiplexors within multiplexors beyond this depth are taken for a mistake.
const MAX_DEPTH: usize = 16;

/// The multiplexing of each signal of a message; `None` for signals that must be left out.
/// Positions in selectors are positions in `signals`.
pub(super) fn resolve(
    message_name: &str,
    signals: &[MuxSignal<'_>],
    warnings: &mut Warnings,
) -> Vec<Option<Multiplexing>> {
    if signals.iter().all(|signal| signal.mark == Mark::Plain) {
        for signal in signals.iter().filter(|signal| signal.ranges.is_some()) {
            warn_plain(signal, warnings);
        }
        return vec![Some(Multiplexing::default()); signals.len()];
    }
    let message = Message::new(signals);
    let mut extra_multiplexors = Vec::new();
    let mut problems = Problems::new();
    let mut result: Vec<Option<Multiplexing>> = signals
        .iter()
        .enumerate()
        .map(
            |(idx, signal)| match message.selector(idx, signal, warnings) {
                Ok(selector) => {
                    extra_multiplexors.extend(selector.as_ref().map(|s| s.multiplexor_idx));
                    Some(Multiplexing {
                        is_multiplexor: signal.mark.is_multiplexor(),
                        selector,
                    })
                }
                Err(problem) => {
                    problems.entry(problem).or_default().push(idx);
                    None
                }
            },
        )
        .collect();
    for idx in extra_multiplexors {
        let Some(signal) = signals.get(idx) else {
            continue;
        };
        if let Some(Some(multiplexing)) = result.get_mut(idx)
            && !multiplexing.is_multiplexor
        {
            multiplexing.is_multiplexor = true;
            let name = excerpt(signal.name);
            warnings.push(
                signal.line,
                DbcWarningKind::Multiplexing,
                format!("signal {name} is a multiplexor by SG_MUL_VAL_, but not marked M"),
            );
        }
    }
    drop_unreachable(&mut result, &mut problems);
    report(message_name, signals, &problems, warnings);
    result
}

/// Positions of signals that are left out, by reason.
type Problems = BTreeMap<&'static str, Vec<usize>>;

fn report(
    message_name: &str,
    signals: &[MuxSignal<'_>],
    problems: &Problems,
    warnings: &mut Warnings,
) {
    for (problem, positions) in problems {
        let left_out = || positions.iter().filter_map(|idx| signals.get(*idx));
        warnings.push(
            left_out().next().map(|signal| signal.line),
            DbcWarningKind::Multiplexing,
            format!(
                "message {message_name}: {} signals are left out ({}): {problem}",
                positions.len(),
                name_some(left_out().map(|signal| signal.name))
            ),
        );
    }
}

struct Message<'a> {
    by_name: HashMap<&'a str, usize>,
    /// Signals marked `M`.
    roots: Vec<usize>,
    n_multiplexors: usize,
}

impl<'a> Message<'a> {
    fn new(signals: &[MuxSignal<'a>]) -> Self {
        let mut by_name = HashMap::with_capacity(signals.len());
        for (idx, signal) in signals.iter().enumerate() {
            by_name.entry(signal.name).or_insert(idx);
        }
        let marked = |mark: fn(Mark) -> bool| {
            let enumerated = signals.iter().enumerate();
            enumerated
                .filter(move |(_, signal)| mark(signal.mark))
                .map(|(idx, _)| idx)
        };
        Self {
            by_name,
            roots: marked(|mark| mark == Mark::Multiplexor).collect(),
            n_multiplexors: marked(Mark::is_multiplexor).count(),
        }
    }

    /// What selects a signal. `Err`: why that cannot be known.
    fn selector(
        &self,
        idx: usize,
        signal: &MuxSignal<'_>,
        warnings: &mut Warnings,
    ) -> Result<Option<MuxSelector>, &'static str> {
        if signal.mark == Mark::Plain {
            if signal.ranges.is_some() {
                warn_plain(signal, warnings);
            }
            return Ok(None);
        }
        if let Some(ranges) = signal.ranges {
            match self.by_name.get(ranges.multiplexor.as_str()) {
                // Some tools repeat the one multiplexor of a message as its own.
                Some(own) if *own == idx && signal.mark == Mark::Multiplexor => return Ok(None),
                Some(multiplexor_idx) => {
                    let values = self.values(signal, ranges, warnings);
                    return Ok(Some(MuxSelector {
                        multiplexor_idx: *multiplexor_idx,
                        values,
                    }));
                }
                None => warnings.push(
                    ranges.line,
                    DbcWarningKind::Multiplexing,
                    format!(
                        "SG_MUL_VAL_ of {} names {}, which is no signal of the message",
                        excerpt(signal.name),
                        excerpt(&ranges.multiplexor)
                    ),
                ),
            }
        }
        let value = match signal.mark {
            Mark::Plain | Mark::Multiplexor => return Ok(None),
            Mark::WithoutValue => return Err("their multiplexing mark m has no number"),
            Mark::Multiplexed(value) | Mark::Nested(value) => value,
        };
        match self.roots.as_slice() {
            [] => Err("they are multiplexed, but there is no multiplexor M"),
            [root] if self.n_multiplexors == 1 || signal.mark == Mark::Nested(value) => {
                Ok(Some(MuxSelector {
                    multiplexor_idx: *root,
                    values: vec![value..=value],
                }))
            }
            _ => Err("there are several multiplexors, and no SG_MUL_VAL_ says which is meant"),
        }
    }

    /// The values of the statement, and of the mark where there is only one multiplexor.
    fn values(
        &self,
        signal: &MuxSignal<'_>,
        ranges: &MuxRanges,
        warnings: &mut Warnings,
    ) -> Vec<RangeInclusive<u64>> {
        let values = &ranges.values;
        let Some(own) = signal.mark.value() else {
            return values.clone();
        };
        if self.n_multiplexors == 1 && !values.iter().any(|range| range.contains(&own)) {
            warnings.push(
                ranges.line,
                DbcWarningKind::Multiplexing,
                format!(
                    "SG_MUL_VAL_ of {} leaves out the value {own} of its mark, which counts too",
                    excerpt(signal.name)
                ),
            );
            let mut values = values.clone();
            values.push(own..=own);
            return joined(values);
        }
        values.clone()
    }
}

fn warn_plain(signal: &MuxSignal<'_>, warnings: &mut Warnings) {
    warnings.push(
        signal.ranges.map(|ranges| ranges.line),
        DbcWarningKind::Multiplexing,
        format!(
            "SG_MUL_VAL_ of {} has no effect: the signal is not marked as multiplexed",
            excerpt(signal.name)
        ),
    );
}

/// Leaves out signals whose chain of multiplexors runs in a circle, is too long, or leads to a
/// signal that is left out.
fn drop_unreachable(result: &mut [Option<Multiplexing>], problems: &mut Problems) {
    let parents: Vec<Option<usize>> = result
        .iter()
        .map(|multiplexing| {
            let selector = multiplexing.as_ref()?.selector.as_ref()?;
            Some(selector.multiplexor_idx)
        })
        .collect();
    let kept: Vec<bool> = result.iter().map(Option::is_some).collect();
    for (idx, multiplexing) in result.iter_mut().enumerate() {
        if multiplexing.is_none() {
            continue;
        }
        let mut at = idx;
        let mut problem = Some("their multiplexors select each other in a circle or too deep");
        for _ in 0..=MAX_DEPTH {
            match parents.get(at).copied().flatten() {
                Some(parent) if kept.get(parent) == Some(&true) => at = parent,
                Some(_) => {
                    problem = Some("their multiplexor is left out");
                    break;
                }
                None => {
                    problem = None;
                    break;
                }
            }
        }
        if let Some(problem) = problem {
            problems.entry(problem).or_default().push(idx);
            *multiplexing = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(
        clippy::unnecessary_wraps,
        reason = "stands where signals without ranges have None"
    )]
    fn ranges(multiplexor: &str, values: &[RangeInclusive<u64>]) -> Option<MuxRanges> {
        Some(MuxRanges {
            line: 9,
            multiplexor: multiplexor.to_owned(),
            values: values.to_vec(),
        })
    }

    type Case<'a> = (&'a str, Mark, Option<MuxRanges>);

    /// Per signal `multiplexor=ranges`, `-` for always, `x` for left out; `M` before multiplexors.
    fn run(signals: &[Case<'_>]) -> (Vec<String>, usize) {
        let mux_signals: Vec<_> = signals
            .iter()
            .map(|(name, mark, ranges)| MuxSignal {
                line: 1,
                name,
                mark: *mark,
                ranges: ranges.as_ref(),
            })
            .collect();
        let mut warnings = Warnings::default();
        let texts = resolve("Msg", &mux_signals, &mut warnings)
            .iter()
            .map(|multiplexing| match multiplexing {
                None => "x".to_owned(),
                Some(multiplexing) => {
                    let mark = if multiplexing.is_multiplexor { "M" } else { "" };
                    match &multiplexing.selector {
                        None => format!("{mark}-"),
                        Some(s) => {
                            format!("{mark}{}={:?}", signals[s.multiplexor_idx].0, s.values)
                        }
                    }
                }
            })
            .collect();
        (texts, warnings.finish().len())
    }

    #[test]
    fn one_multiplexor_needs_no_ranges() {
        let signals = [
            ("a", Mark::Multiplexed(3), None),
            ("sel", Mark::Multiplexor, None),
            ("b", Mark::Plain, None),
        ];
        assert_eq!(run(&signals).0, ["sel=[3..=3]", "M-", "-"]);
        assert_eq!(run(&signals).1, 0);
    }

    #[test]
    fn nested_multiplexors_go_by_ranges() {
        let signals = [
            ("root", Mark::Multiplexor, None),
            ("inner", Mark::Nested(1), ranges("root", &[1..=1])),
            (
                "leaf",
                Mark::Multiplexed(2),
                ranges("inner", &[2..=3, 8..=9]),
            ),
            ("other", Mark::Multiplexor, ranges("root", &[2..=2])),
        ];
        let (texts, n_warnings) = run(&signals);
        assert_eq!(
            texts,
            [
                "M-",
                "Mroot=[1..=1]",
                "inner=[2..=3, 8..=9]",
                "Mroot=[2..=2]"
            ]
        );
        assert_eq!(n_warnings, 0);
    }

    #[test]
    fn what_cannot_be_known_is_left_out_and_reported() {
        let multiplexed = Mark::Multiplexed(1);
        let cases: [(&str, Vec<Case<'_>>, &[&str]); 6] = [
            (
                "no multiplexor",
                vec![("a", multiplexed, None), ("b", Mark::Plain, None)],
                &["x", "-"],
            ),
            (
                "two multiplexors",
                vec![
                    ("a", multiplexed, None),
                    ("m", Mark::Multiplexor, None),
                    ("n", Mark::Multiplexor, None),
                ],
                &["x", "M-", "M-"],
            ),
            (
                "a circle, and one that hangs on it",
                vec![
                    ("a", Mark::Nested(1), ranges("b", &[1..=1])),
                    ("b", Mark::Nested(1), ranges("a", &[1..=1])),
                    ("c", multiplexed, ranges("a", &[1..=1])),
                ],
                &["x", "x", "x"],
            ),
            (
                "no number",
                vec![
                    ("m", Mark::Multiplexor, None),
                    ("a", Mark::WithoutValue, None),
                ],
                &["M-", "x"],
            ),
            (
                "unknown multiplexor, but only one candidate",
                vec![
                    ("m", Mark::Multiplexor, None),
                    ("a", multiplexed, ranges("z", &[4..=4])),
                ],
                &["M-", "m=[1..=1]"],
            ),
            (
                "multiplexor without a mark",
                vec![
                    ("m", Mark::Plain, None),
                    ("a", Mark::WithoutValue, ranges("m", &[4..=4])),
                ],
                &["M-", "m=[4..=4]"],
            ),
        ];
        for (name, signals, expected) in cases {
            let (texts, n_warnings) = run(&signals);
            assert_eq!(texts, expected, "{name}");
            assert!(n_warnings > 0, "{name}");
        }
    }

    #[test]
    fn a_chain_that_is_too_long_is_cut() {
        let names: Vec<String> = (0..=MAX_DEPTH + 2).map(|n| format!("s{n}")).collect();
        let signals: Vec<_> = names
            .iter()
            .enumerate()
            .map(|(n, name)| match n.checked_sub(1) {
                None => (name.as_str(), Mark::Multiplexor, None),
                Some(above) => (
                    name.as_str(),
                    Mark::Nested(1),
                    ranges(&names[above], &[1..=1]),
                ),
            })
            .collect();
        let (texts, _) = run(&signals);
        assert_eq!(texts.iter().filter(|text| *text == "x").count(), 2);
    }
}
