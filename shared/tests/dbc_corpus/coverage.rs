//! What is said to be explained of the real logs, against what the decoder decodes.

use std::collections::{BTreeMap, BTreeSet};

use canlake_shared::can::CanId;
use canlake_shared::dbc::coverage::{ChannelCoverage, coverage};
use canlake_shared::dbc::{Databases, DbcFile, Matching};
use canlake_shared::decode::{Decoder, MemorySink, RunLimits};
use canlake_shared::schema::footer::UndecodedReason;

use crate::recordings::RECORDINGS;
use crate::test_data::data_dir;
use crate::{census, frames, library};

/// Frames of identifiers that the decoder does not know, by channel.
fn unknown_to_decoder(
    data: &std::path::Path,
    log: &str,
    databases: &Databases,
) -> BTreeMap<String, BTreeMap<CanId, u64>> {
    let mut sink = MemorySink::default();
    let database = |channel: &str| databases.for_channel("V", channel);
    let mut decoder = Decoder::new(database, RunLimits::default());
    for batch in frames(data, log) {
        decoder.push(&batch.unwrap(), &mut sink).unwrap();
    }
    let stats = decoder.finish(&mut sink).unwrap();
    let mut unknown: BTreeMap<String, BTreeMap<CanId, u64>> = BTreeMap::new();
    for entry in stats.undecoded() {
        let is_unknown = matches!(
            entry.reason,
            UndecodedReason::UnknownId | UndecodedReason::NoSignals
        );
        if is_unknown {
            let id = CanId::new(entry.arbitration_id, entry.is_extended).unwrap();
            let ids = unknown.entry(entry.channel).or_default();
            *ids.entry(id).or_default() += entry.frames;
        }
    }
    unknown
}

fn unexplained(channel: &ChannelCoverage) -> BTreeMap<CanId, u64> {
    let ids = channel.ids.iter().filter(|id| !id.is_explained());
    let frames = ids.map(|id| (id.id, id.frames + id.carried_frames));
    frames.filter(|(_, frames)| *frames > 0).collect()
}

/// Takes out reports of trouble codes (DM1), which the decoder reads without any DBC file.
fn trouble_codes(unexplained: &mut BTreeMap<CanId, u64>) -> u64 {
    let ids: Vec<CanId> = unexplained.keys().copied().collect();
    let reports = ids.into_iter().filter(|id| id.pgn() == Some(0xFECA));
    reports.filter_map(|id| unexplained.remove(&id)).sum()
}

fn is_transport(id: CanId) -> bool {
    matches!(id.pgn(), Some(0xEC00 | 0xEB00))
}

#[test]
fn the_decoder_knows_what_is_explained_and_nothing_else() {
    let Some(data) = data_dir("logs") else {
        return;
    };
    let all = library(&data);
    let file = |name: &&str| {
        all.iter()
            .find(|file| file.name == **name)
            .cloned()
            .unwrap()
    };
    let (mut n_explained, mut n_unexplained) = (0, 0);
    for recording in RECORDINGS {
        let census = census(&data, recording.name);
        let chosen: Vec<DbcFile> = recording.dbcs.iter().map(file).collect();
        for files in [chosen[..1].to_vec(), chosen] {
            for matching in BTreeSet::from([0, recording.matching as u8]) {
                let matching =
                    [Matching::Auto, Matching::Exact, Matching::J1939][usize::from(matching)];
                let databases = Databases::from_files(files.clone(), matching).unwrap();
                let mut unknown = unknown_to_decoder(&data, recording.name, &databases);
                for channel in coverage(&census, &databases, "V") {
                    let place = format!("{} {} {matching:?}", recording.name, channel.name);
                    let ids = unknown.remove(&channel.name).unwrap_or_default();
                    let mut ours = unexplained(&channel);
                    let codes = trouble_codes(&mut ours);
                    // Of transport that nobody describes the decoder names the messages.
                    if !ours.keys().any(|id| is_transport(*id)) {
                        assert_eq!(ours, ids, "{place}");
                    }
                    let n_unknown = ids.values().sum::<u64>() + codes;
                    assert_eq!(channel.explained, channel.frames - n_unknown, "{place}");
                    n_explained += channel.explained;
                    n_unexplained += n_unknown;
                }
                assert!(unknown.is_empty(), "{unknown:?}");
            }
        }
    }
    println!("{n_explained} explained, {n_unexplained} not");
    assert!(n_explained > 100_000 && n_unexplained > 100_000);
}

#[test]
fn frames_that_are_too_short_are_those_of_the_decoder() {
    let Some(data) = data_dir("logs") else {
        return;
    };
    let mut files = library(&data);
    files.retain(|file| file.name == "opendbc/tesla_can.dbc");
    let databases = Databases::from_files(files, Matching::Auto).unwrap();
    let channels = coverage(&census(&data, "tesla_model_s"), &databases, "V");
    let too_short = channels[0].ids.iter().map(|id| id.lengths.too_short);
    // As the notes of the test data say: all of them DI_torque1.
    assert_eq!(too_short.sum::<u64>(), 394);
}
