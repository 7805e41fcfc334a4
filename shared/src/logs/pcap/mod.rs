//! Captures of CAN with libpcap's formats: `tcpdump -i can0 -w`, Wireshark, `dumpcap`.
//!
//! Both formats are read, in both byte orders: pcap with microseconds or nanoseconds ([`classic`]) and
//! pcapng with any resolution ([`next_generation`]). Frames come from `SocketCAN` interfaces (link type
//! 227) and from Linux "cooked" captures (113, 276), see [`packet`]; packets of other networks are
//! counted and passed over.
//!
//! Channels have the names of their interfaces, or `can0`, `can1` … where there are none.
//!
//! Damage: a packet that contradicts itself is reported, and reading goes on at the next place where a
//! packet of CAN can begin.
//!
//! Sources: the drafts `draft-ietf-opsawg-pcap` and `-pcapng`, the registry of link types at
//! tcpdump.org, `linux/can.h`, and files.

mod classic;
mod next_generation;
mod packet;

use super::input::Format;
use super::records::RecordReader;
use classic::Pcap;
use next_generation::PcapNg;

pub(super) const FORMAT: Format = Format {
    looks_like: |head| classic::Kind::of(head).is_some(),
    open: |input| Ok(Box::new(RecordReader::new(input, Pcap::default()))),
};

pub(super) const FORMAT_NG: Format = Format {
    looks_like: next_generation::begins_section,
    open: |input| Ok(Box::new(RecordReader::new(input, PcapNg::default()))),
};
