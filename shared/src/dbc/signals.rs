//! The signals of one message: lengths, numbers, value types, names, multiplexing.

use can_dbc::{NumericValue, SignalExtendedValueType};

use super::build::MAX_MESSAGE_BYTES;
use super::facts::{Attribute, Attributes, MessageFacts, SignalFacts};
use super::model::{ByteOrder, Multiplexing, MuxSelector, SignalDef, ValueType};
use super::multiplex::{Mark, MuxSignal, resolve};
use super::names::{make_unique, share};
use super::overlap::report_overlaps;
use super::warning::{DbcWarningKind, Warnings, excerpt, name_some};

/// An `SG_` line.
#[derive(Debug)]
pub(super) struct SignalAsRead {
    pub(super) line: u32,
    pub(super) signal: can_dbc::Signal,
    pub(super) mark: Mark,
}

/// The definition of a signal with its line, before multiplexing is resolved.
struct Candidate {
    line: u32,
    mark: Mark,
    def: SignalDef,
}

/// Everything that can be kept of the `SG_` lines of a message, in their order.
pub(super) fn build_signals(
    message: &str,
    len_bytes: u32,
    as_read: Vec<SignalAsRead>,
    facts: &mut MessageFacts,
    attributes: &Attributes,
    warnings: &mut Warnings,
) -> Vec<SignalDef> {
    let mut candidates: Vec<Candidate> = as_read
        .into_iter()
        .filter_map(|as_read| build_signal(as_read, facts, attributes, warnings))
        .collect();
    report_beyond_end(message, len_bytes, &candidates, warnings);
    resolve_multiplexing(message, &mut candidates, facts, warnings);
    let lines: Vec<u32> = candidates.iter().map(|candidate| candidate.line).collect();
    let mut signals: Vec<SignalDef> = candidates.into_iter().map(|c| c.def).collect();
    for (idx, before) in make_unique(signals.iter_mut().map(|s| &mut s.name).collect()) {
        let name = signals.get(idx).map_or("", |signal| &signal.name);
        warnings.push(
            lines.get(idx).copied(),
            DbcWarningKind::Duplicate,
            format!(
                "message {message} has a signal {} already, this one is called {}",
                excerpt(&before),
                excerpt(name)
            ),
        );
    }
    report_overlaps(message, &signals, &lines, warnings);
    signals
}

fn build_signal(
    as_read: SignalAsRead,
    facts: &mut MessageFacts,
    attributes: &Attributes,
    warnings: &mut Warnings,
) -> Option<Candidate> {
    let SignalAsRead { line, signal, mark } = as_read;
    let mut no_facts = SignalFacts::default();
    let facts = facts.signals.get_mut(&signal.name).unwrap_or(&mut no_facts);
    let first_use = !std::mem::replace(&mut facts.used, true);
    let shown = excerpt(&signal.name);
    let mut leave_out = |kind, problem: String| {
        warnings.push(line, kind, format!("signal {shown} is left out: {problem}"));
    };

    let bit_len = u32::try_from(signal.size).unwrap_or(u32::MAX);
    let start_bit = u32::try_from(signal.start_bit).unwrap_or(u32::MAX);
    if !(1..=64).contains(&bit_len) {
        leave_out(
            DbcWarningKind::Layout,
            format!("it has {} bits, not 1 to 64", signal.size),
        );
        return None;
    }
    if start_bit / 8 >= MAX_MESSAGE_BYTES {
        leave_out(
            DbcWarningKind::Layout,
            format!("it starts at bit {}, beyond any message", signal.start_bit),
        );
        return None;
    }
    if !signal.factor.is_finite() || !signal.offset.is_finite() {
        leave_out(
            DbcWarningKind::Scaling,
            format!(
                "factor {} or offset {} is not finite",
                signal.factor, signal.offset
            ),
        );
        return None;
    }
    let signed = match signal.value_type {
        can_dbc::ValueType::Signed => ValueType::Signed,
        can_dbc::ValueType::Unsigned => ValueType::Unsigned,
    };
    let value_type = match (&facts.value_type, bit_len) {
        (None | Some(SignalExtendedValueType::SignedOrUnsignedInteger), _) => signed,
        (Some(SignalExtendedValueType::IEEEfloat32Bit), 32) => ValueType::Float32,
        (Some(SignalExtendedValueType::IEEEdouble64bit), 64) => ValueType::Float64,
        (Some(_), _) => {
            leave_out(
                DbcWarningKind::Layout,
                format!("SIG_VALTYPE_ makes it a float of another length than its {bit_len} bits"),
            );
            return None;
        }
    };
    if signal.factor == 0.0 {
        warnings.push(
            line,
            DbcWarningKind::Scaling,
            format!(
                "signal {shown} has factor 0: its value is always {}",
                signal.offset
            ),
        );
    }
    let long_name = Attributes::long_name(&facts.attributes, Attribute::SignalLongName);
    let def = SignalDef {
        name: long_name.unwrap_or_else(|| signal.name.clone()),
        start_bit,
        bit_len,
        byte_order: match signal.byte_order {
            can_dbc::ByteOrder::LittleEndian => ByteOrder::LittleEndian,
            can_dbc::ByteOrder::BigEndian => ByteOrder::BigEndian,
        },
        value_type,
        factor: signal.factor,
        offset: signal.offset,
        range: range(&signal, line, warnings),
        unit: super::syntax::unescape(&signal.unit),
        comment: share(&mut facts.comment, !first_use),
        receivers: signal.receivers,
        multiplexing: Multiplexing::default(),
        value_descriptions: facts.labels.clone(),
        send_type: attributes.send_type(&facts.attributes, Attribute::SignalSendType),
        short_name: signal.name,
    };
    Some(Candidate { line, mark, def })
}

/// The declared range; `[0|0]` means that none is declared.
fn range(signal: &can_dbc::Signal, line: u32, warnings: &mut Warnings) -> Option<(f64, f64)> {
    let (min, max) = (as_f64(signal.min), as_f64(signal.max));
    if min == 0.0 && max == 0.0 {
        return None;
    }
    if !(min.is_finite() && max.is_finite() && min <= max) {
        warnings.push(
            line,
            DbcWarningKind::Scaling,
            format!(
                "signal {}: the range [{min}|{max}] means nothing and is skipped",
                excerpt(&signal.name)
            ),
        );
        return None;
    }
    Some((min, max))
}

fn as_f64(value: NumericValue) -> f64 {
    match value {
        NumericValue::Uint(value) => value as f64,
        NumericValue::Int(value) => value as f64,
        NumericValue::Double(value) => value,
    }
}

fn report_beyond_end(
    message: &str,
    len_bytes: u32,
    candidates: &[Candidate],
    warnings: &mut Warnings,
) {
    let beyond: Vec<_> = candidates
        .iter()
        .filter(|candidate| candidate.def.needed_bytes() > len_bytes)
        .collect();
    let Some(first) = beyond.first() else {
        return;
    };
    warnings.push(
        first.line,
        DbcWarningKind::Layout,
        format!(
            "message {message} is {len_bytes} bytes long, {} of its signals need more: {}; they are \
             decoded where a frame is long enough",
            beyond.len(),
            name_some(beyond.iter().map(|c| c.def.short_name.as_str()))
        ),
    );
}

fn resolve_multiplexing(
    message: &str,
    candidates: &mut Vec<Candidate>,
    facts: &MessageFacts,
    warnings: &mut Warnings,
) {
    let signals: Vec<MuxSignal<'_>> = candidates
        .iter()
        .map(|candidate| MuxSignal {
            line: candidate.line,
            name: &candidate.def.short_name,
            mark: candidate.mark,
            ranges: facts
                .signals
                .get(&candidate.def.short_name)
                .and_then(|facts| facts.ranges.as_ref()),
        })
        .collect();
    let resolved = resolve(message, &signals, warnings);
    // Where each signal stands once those that are left out are gone.
    let mut n_kept = 0;
    let new_positions: Vec<usize> = resolved
        .iter()
        .map(|multiplexing| {
            let position = n_kept;
            n_kept += usize::from(multiplexing.is_some());
            position
        })
        .collect();
    let mut resolved = resolved.into_iter();
    candidates.retain_mut(|candidate| {
        let Some(multiplexing) = resolved.next().flatten() else {
            return false;
        };
        candidate.def.multiplexing = multiplexing;
        if let Some(MuxSelector {
            multiplexor_idx, ..
        }) = &mut candidate.def.multiplexing.selector
            && let Some(position) = new_positions.get(*multiplexor_idx)
        {
            *multiplexor_idx = *position;
        }
        true
    });
}
