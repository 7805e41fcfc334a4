//! Frames that are parts of something longer, on their way to messages.
//!
//! Which frames those are says [`crate::dbc::carrier`].
//!
//! Whole messages are decoded like frames, with the time of their first frame. Those of ISO-TP get the
//! low byte of their length in front, as a single frame has it: DBC files count bits from there.
//!
//! A message is whole when its last frame is there. By then its run may be written or, as it began
//! before midnight, be another one: [`Arrival`]s are given to the run of their time.

use std::sync::Arc;

use super::codes::{CodeLanes, CodeSample};
use crate::can::{CanId, ChannelIdx, ChannelTable, Payload};
use crate::dbc::carrier::{Carrier, TRUSTS, Trust, carrier};
use crate::dbc::plan::CompiledDatabase;
use crate::dtc;
use crate::schema::footer::UndecodedReason;
use crate::time::Timestamp;
use crate::transport::{
    FastPacket, Frame, IsoTp, J1939Tp, Loss, LossReason, Message, Reassembled, Role,
};

/// How the frames of one id on one channel are taken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Carriage {
    channel: ChannelIdx,
    carrier: Carrier,
    trust: Trust,
}

/// What becomes of a frame that was offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It is to be decoded by itself.
    No,
    /// It is accounted for when its message arrives or is lost.
    Part,
    /// It has done what it was for.
    Used,
}

/// Something for the run of its time.
#[derive(Debug)]
pub(super) struct Arrival {
    pub(super) time: Timestamp,
    pub(super) channel: Arc<str>,
    pub(super) what: Arrived,
}

#[derive(Debug)]
pub(super) enum Arrived {
    /// A whole message.
    Message {
        id: CanId,
        payload: Vec<u8>,
        /// Frames to account for.
        frames: u32,
        gave_codes: bool,
    },
    /// Frames that became no message.
    Frames {
        id: CanId,
        reason: UndecodedReason,
        frames: u32,
    },
    /// A change of trouble codes.
    Codes(CodeSample),
}

/// Transfers that are open, over all channels and runs of a job.
#[derive(Debug, Default)]
pub(super) struct Carriers {
    channels: ChannelTable,
    // One for each of `TRUSTS`.
    protocols: [Protocols; 3],
    out: Reassembled,
    lanes: CodeLanes,
    arrivals: Vec<Arrival>,
}

#[derive(Debug, Default)]
struct Protocols {
    iso_tp: IsoTp,
    j1939: J1939Tp,
    fast_packet: FastPacket,
}

impl Carriers {
    /// How frames of an id are taken; `None` for those that are messages by themselves.
    pub(super) fn carriage(
        &mut self,
        channel: &str,
        database: &CompiledDatabase,
        id: CanId,
    ) -> Option<Carriage> {
        let (carrier, trust) = carrier(database, id)?;
        Some(Carriage {
            channel: self.channels.intern(channel),
            carrier,
            trust,
        })
    }

    /// Offers a frame.
    #[cold]
    pub(super) fn take(
        &mut self,
        carriage: Carriage,
        id: CanId,
        time_ns: i64,
        payload: &[u8],
        is_fd: bool,
    ) -> Taken {
        let Carriage {
            channel,
            carrier,
            trust,
        } = carriage;
        let frame = Frame {
            time: Timestamp::from_ns(time_ns),
            channel,
            id,
            payload,
        };
        let Some(protocols) = self.protocols.get_mut(trust as usize) else {
            return Taken::No;
        };
        let role = match carrier {
            Carrier::Single => {
                let gave_codes = self.report_codes(&frame);
                return if gave_codes && trust == Trust::Guessed {
                    Taken::Used
                } else {
                    Taken::No
                };
            }
            Carrier::IsoTp { fits_fd: true } if is_fd || payload.len() > Payload::CLASSIC_LEN => {
                return Taken::No;
            }
            Carrier::IsoTp { .. } => protocols.iso_tp.push(&frame, &mut self.out),
            Carrier::J1939 => protocols.j1939.push(&frame, &mut self.out),
            Carrier::FastPacket => protocols.fast_packet.push(&frame, &mut self.out),
        };
        self.collect(carrier, trust);
        match (trust, role) {
            (Trust::Watched, _) | (_, Role::Foreign) | (Trust::Guessed, Role::Control) => Taken::No,
            (_, Role::Part) => Taken::Part,
            (_, Role::Control) => Taken::Used,
        }
    }

    /// Gives up what is not whole: there are no more frames.
    pub(super) fn finish(&mut self) {
        for trust in TRUSTS {
            if let Some(protocols) = self.protocols.get_mut(trust as usize) {
                protocols.iso_tp.finish(&mut self.out);
                protocols.j1939.finish(&mut self.out);
                protocols.fast_packet.finish(&mut self.out);
            }
            self.collect_losses(trust);
        }
    }

    /// What arrived since this was last asked.
    pub(super) fn arrivals(&mut self) -> Vec<Arrival> {
        std::mem::take(&mut self.arrivals)
    }

    fn collect(&mut self, carrier: Carrier, trust: Trust) {
        for message in std::mem::take(&mut self.out.messages) {
            let gave_codes = self.report_codes(&Frame {
                time: message.time,
                channel: message.channel,
                id: message.id,
                payload: &message.payload,
            });
            self.deliver(message, carrier, trust, gave_codes);
        }
        self.collect_losses(trust);
    }

    fn deliver(&mut self, message: Message, carrier: Carrier, trust: Trust, gave_codes: bool) {
        let is_iso_tp = matches!(carrier, Carrier::IsoTp { .. });
        if is_iso_tp && trust == Trust::Watched {
            return;
        }
        let mut payload = message.payload;
        if is_iso_tp {
            let [.., low] = payload.len().to_be_bytes();
            payload.insert(0, low);
        }
        self.arrivals.push(Arrival {
            time: message.time,
            channel: self.channel(message.channel),
            what: Arrived::Message {
                id: message.id,
                payload,
                frames: if trust == Trust::Watched {
                    0
                } else {
                    message.frames
                },
                gave_codes,
            },
        });
    }

    fn collect_losses(&mut self, trust: Trust) {
        for loss in std::mem::take(&mut self.out.losses) {
            let reason = match trust {
                Trust::Watched => continue,
                Trust::Guessed => UndecodedReason::UnknownId,
                Trust::Certain => reason(&loss),
            };
            self.arrivals.push(Arrival {
                time: loss.time,
                channel: self.channel(loss.channel),
                what: Arrived::Frames {
                    id: loss.id,
                    reason,
                    frames: loss.frames,
                },
            });
        }
    }

    /// Whether a message is a report of trouble codes. What changed arrives.
    fn report_codes(&mut self, message: &Frame<'_>) -> bool {
        let Some(report) = dtc::read(message.id, message.payload) else {
            return false;
        };
        let channel = self.channel(message.channel);
        let at = (message.channel, dtc::unit_id(message.id), message.time);
        for sample in self.lanes.update(&channel, at, &report) {
            self.arrivals.push(Arrival {
                time: message.time,
                channel: Arc::clone(&channel),
                what: Arrived::Codes(sample),
            });
        }
        true
    }

    fn channel(&self, idx: ChannelIdx) -> Arc<str> {
        let name = self.channels.name(idx);
        name.map_or("", |name| name.as_str()).into()
    }
}

fn reason(loss: &Loss) -> UndecodedReason {
    match loss.reason {
        LossReason::Unfinished => UndecodedReason::TransportUnfinished,
        LossReason::OutOfSequence => UndecodedReason::TransportSequence,
        LossReason::NoStart => UndecodedReason::TransportNoStart,
        LossReason::Aborted => UndecodedReason::TransportAborted,
        LossReason::Malformed => UndecodedReason::TransportMalformed,
    }
}
