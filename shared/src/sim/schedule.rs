//! Which message is sent when: the messages of the DBC file with their cycle times and jitter.

use super::quantity::{Context, Quantity, Sensors, quantity};
use super::vehicle::Vehicle;
use crate::can::{CanId, ChannelIdx, Payload};
use crate::dbc::encode::SignalEncoder;
use crate::dbc::{MessageDef, SendType};

const NS_PER_MS: i64 = 1_000_000;
/// Never, for a message that waits for a change.
pub(super) const NEVER: i64 = i64::MAX;

/// One message, ready to be sent. Times are nanoseconds since the start.
#[derive(Debug)]
pub(super) struct ScheduledMessage {
    pub name: String,
    pub id: CanId,
    pub channel: ChannelIdx,
    len: u8,
    signals: Vec<ScheduledSignal>,
    /// Which of the signals selects the others.
    multiplexor_idx: Option<usize>,
    /// 0 when it is sent on change.
    period_ns: i64,
    nominal_ns: i64,
    /// When the next frame is due.
    pub next_ns: i64,
    count: u64,
}

#[derive(Debug)]
struct ScheduledSignal {
    name: String,
    quantity: Quantity,
    index: usize,
    /// The multiplexor's value with which it is present.
    selected_by: Option<u64>,
    encoder: SignalEncoder,
    /// Once: this value instead of the true one.
    spike: Option<(i64, f64)>,
}

impl ScheduledMessage {
    /// `None` for a message none of whose signals is simulated.
    pub(super) fn new(message: &MessageDef, idx: usize, channel: ChannelIdx) -> Option<Self> {
        let signals: Vec<ScheduledSignal> = message
            .signals
            .iter()
            .filter_map(|signal| {
                let (quantity, index) = quantity(&message.name, &signal.name)?;
                let selector = signal.multiplexing.selector.as_ref();
                Some(ScheduledSignal {
                    name: signal.name.clone(),
                    quantity,
                    index,
                    selected_by: selector
                        .and_then(|selector| selector.values.first().map(|range| *range.start())),
                    encoder: SignalEncoder::new(signal),
                    spike: None,
                })
            })
            .collect();
        if signals.is_empty() {
            return None;
        }
        let is_multiplexor = |name: &str| {
            let mut defs = message.signals.iter();
            defs.any(|def| def.name == name && def.multiplexing.is_multiplexor)
        };
        let multiplexor_idx = signals
            .iter()
            .position(|signal| is_multiplexor(&signal.name));
        let is_on_change = message.send_type == SendType::OnChange;
        let period_ns = match message.cycle_time_ms {
            _ if is_on_change => 0,
            ms => i64::from(ms.unwrap_or(1000)) * NS_PER_MS,
        };
        // Senders start one after the other.
        let first_ns = 1_300_000 * (i64::try_from(idx).unwrap_or(0) + 1);
        Some(Self {
            name: message.name.clone(),
            id: message.id,
            channel,
            len: u8::try_from(message.len_bytes)
                .unwrap_or(u8::MAX)
                .min(u8::try_from(Payload::MAX_LEN).unwrap_or(u8::MAX)),
            signals,
            multiplexor_idx,
            period_ns,
            nominal_ns: first_ns,
            next_ns: first_ns,
            count: 0,
        })
    }

    pub(super) const fn is_on_change(&self) -> bool {
        self.period_ns == 0
    }

    /// Arranges a wrong sample; false if there is no such signal.
    pub(super) fn add_spike(&mut self, signal: &str, at_ns: i64, value: f64) -> bool {
        let found = self.signals.iter_mut().find(|known| known.name == signal);
        found
            .map(|signal| signal.spike = Some((at_ns, value)))
            .is_some()
    }

    /// The payload of the frame that is due, and when the next one will be.
    pub(super) fn send(&mut self, vehicle: &Vehicle, sensors: &mut Sensors) -> Payload {
        let mut context = Context {
            count: self.count,
            index: 0,
        };
        let selected = self
            .multiplexor_idx
            .and_then(|idx| self.signals.get(idx))
            .map(|signal| {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a multiplexor counts groups: small whole numbers"
                )]
                let value = (signal.quantity)(vehicle, sensors, context) as u64;
                value
            });
        let mut bytes = [0; Payload::MAX_LEN];
        for signal in &mut self.signals {
            if signal.selected_by.is_some() && signal.selected_by != selected {
                continue;
            }
            context.index = signal.index;
            let mut value = (signal.quantity)(vehicle, sensors, context);
            if let Some((_, wrong)) = signal.spike.take_if(|(at, _)| self.next_ns >= *at) {
                value = wrong;
            }
            signal.encoder.encode(value, &mut bytes);
        }
        self.count += 1;
        self.plan_next(sensors);
        let bytes = bytes.get(..usize::from(self.len)).unwrap_or(&bytes);
        Payload::new(bytes).unwrap_or_default()
    }

    fn plan_next(&mut self, sensors: &mut Sensors) {
        if self.is_on_change() {
            self.next_ns = NEVER;
            return;
        }
        self.nominal_ns += self.period_ns;
        // Arbitration and task jitter: some tens of microseconds, less than half a period always.
        let limit = (self.period_ns / 4).min(NS_PER_MS);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "`as` saturates, and it is limited"
        )]
        let jitter = sensors.noise(60_000.0) as i64;
        self.next_ns = self.nominal_ns + jitter.clamp(-limit, limit);
    }
}
