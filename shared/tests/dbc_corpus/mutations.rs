//! Broken copies of real files: whatever is broken, what loads keeps the promises of the model.

use std::collections::HashSet;
use std::fs;

use canlake_shared::dbc::{Database, load};

use crate::dbc_files;
use crate::test_data::data_dir;

/// Large files are slow in a debug build, and no different in kind.
const MAX_BYTES: usize = 40_000;
const N_PER_FILE: u64 = 6;

#[test]
fn broken_files_give_valid_databases() {
    let Some(data) = data_dir("oracle") else {
        return;
    };
    let mut random = Random(42);
    let mut n_loaded = 0;
    for (name, path) in dbc_files(&data) {
        let original = fs::read(path).unwrap();
        if original.len() > MAX_BYTES {
            continue;
        }
        for round in 0..N_PER_FILE {
            let mut bytes = original.clone();
            for _ in 0..=round {
                random.mutate(&mut bytes);
            }
            let (database, _) = load(&bytes);
            assert_valid(&database, &name);
            n_loaded += 1;
        }
    }
    assert!(n_loaded > 500);
}

fn assert_valid(database: &Database, name: &str) {
    let mut message_names = HashSet::new();
    for message in &database.messages {
        assert!(
            message_names.insert(&message.name),
            "{name}: {}",
            message.name
        );
        let mut signal_names = HashSet::new();
        for signal in &message.signals {
            let place = format!("{name}: {}.{}", message.name, signal.name);
            assert!(signal_names.insert(&signal.name), "{place}");
            assert!((1..=64).contains(&signal.bit_len), "{place}");
            assert!(
                signal.factor.is_finite() && signal.offset.is_finite(),
                "{place}"
            );
            // Every chain of multiplexors ends.
            let mut selector = signal.multiplexing.selector.as_ref();
            for _ in 0..message.signals.len() {
                let Some(condition) = selector else { break };
                assert!(!condition.values.is_empty(), "{place}");
                let multiplexor = &message.signals[condition.multiplexor_idx];
                assert!(multiplexor.multiplexing.is_multiplexor, "{place}");
                selector = multiplexor.multiplexing.selector.as_ref();
            }
            assert!(selector.is_none(), "{place}");
        }
    }
}

/// A linear congruential generator (Knuth's MMIX): the same mutations in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % n.max(1)
    }

    fn mutate(&mut self, bytes: &mut Vec<u8>) {
        const PIECES: [&[u8]; 12] = [
            b"\"",
            b";",
            b"\n",
            b":",
            b"m0M",
            b" M ",
            b"\\\"",
            b"/*",
            b"\0",
            b"99999999999",
            b"\xFF",
            b"\nBO_ 1 X: 8 Y\n",
        ];
        let at = self.below(bytes.len());
        match self.below(5) {
            0 => bytes.truncate(at),
            1 => {
                let piece = PIECES[self.below(PIECES.len())];
                bytes.splice(at..at, piece.iter().copied());
            }
            2 => {
                let end = (at + self.below(40)).min(bytes.len());
                bytes.drain(at..end);
            }
            3 => {
                let end = (at + self.below(200)).min(bytes.len());
                let copy = bytes.get(at..end).unwrap_or_default().to_vec();
                bytes.splice(at..at, copy);
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << self.below(8);
                }
            }
        }
    }
}
