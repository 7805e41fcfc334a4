//! What `canlake dbc coverage` prints.

use canlake_shared::can::CanId;
use canlake_shared::dbc::Matching;
use canlake_shared::dbc::coverage::{ChannelCoverage, Explanation, IdCoverage};
use serde::Serialize;

use super::super::failure::Failure;
use super::super::output::{Problem, one_line, write_lines, write_table};
use super::coverage::{Channel, Proposed, explained_by};

/// Messages that never came, as many as a line names.
const MAX_UNSEEN: usize = 8;
/// Files that are proposed, as many as the table has.
const MAX_PROPOSED: usize = 5;

#[derive(Serialize)]
pub(super) struct Answer<'a> {
    complete: bool,
    problems: Vec<Problem>,
    vehicle: String,
    channels: Vec<ChannelJson<'a>>,
}

#[derive(Serialize)]
struct ChannelJson<'a> {
    channel: &'a str,
    frames: u64,
    explained_frames: u64,
    remote_frames: u64,
    error_frames: u64,
    dbc: &'a [String],
    ids: Vec<IdJson<'a>>,
    unseen: Vec<UnseenJson<'a>>,
    proposal: Vec<ProposedJson<'a>>,
}

#[derive(Serialize)]
struct IdJson<'a> {
    #[serde(flatten)]
    id: CanId,
    frames: u64,
    carried_frames: u64,
    explained: bool,
    transport: bool,
    dbc: Option<&'a str>,
    messages: Vec<&'a str>,
    as_stated: u64,
    too_short: u64,
    other_length: u64,
}

#[derive(Serialize)]
struct UnseenJson<'a> {
    dbc: &'a str,
    message: &'a str,
    #[serde(flatten)]
    id: CanId,
}

#[derive(Serialize)]
struct ProposedJson<'a> {
    dbc: &'a str,
    matching: Matching,
    evidence: i64,
    explained_frames: u64,
    explained_ids: usize,
    misfitting_ids: usize,
    messages: usize,
    seen_messages: usize,
    why: String,
}

impl<'a> Answer<'a> {
    pub(super) fn new(channels: &'a [Channel], vehicle: String, problems: Vec<Problem>) -> Self {
        Self {
            complete: problems.is_empty(),
            problems,
            vehicle,
            channels: channels.iter().map(ChannelJson::new).collect(),
        }
    }
}

impl<'a> ChannelJson<'a> {
    fn new(channel: &'a Channel) -> Self {
        let Channel { coverage, proposal } = channel;
        let unseen = coverage.unseen.iter();
        Self {
            channel: &coverage.name,
            frames: coverage.frames,
            explained_frames: coverage.explained,
            remote_frames: coverage.remote_frames,
            error_frames: coverage.error_frames,
            dbc: &coverage.files,
            ids: coverage
                .ids
                .iter()
                .map(|id| IdJson::new(coverage, id))
                .collect(),
            unseen: unseen
                .map(|unseen| UnseenJson {
                    dbc: coverage.files.get(unseen.file_idx).map_or("", |it| it),
                    message: &unseen.name,
                    id: unseen.id,
                })
                .collect(),
            proposal: proposal.iter().map(ProposedJson::new).collect(),
        }
    }
}

impl<'a> IdJson<'a> {
    fn new(channel: &'a ChannelCoverage, id: &'a IdCoverage) -> Self {
        let (dbc, messages) = explained_by(channel, id).unzip();
        Self {
            id: id.id,
            frames: id.frames,
            carried_frames: id.carried_frames,
            explained: id.is_explained(),
            transport: matches!(id.explanation, Explanation::Transport),
            dbc,
            messages: messages.unwrap_or_default(),
            as_stated: id.lengths.as_stated,
            too_short: id.lengths.too_short,
            other_length: id.lengths.other,
        }
    }
}

impl<'a> ProposedJson<'a> {
    fn new(proposed: &'a Proposed) -> Self {
        let fit = &proposed.fit;
        Self {
            dbc: &proposed.dbc,
            matching: fit.matching,
            evidence: fit.evidence,
            explained_frames: fit.explained_frames,
            explained_ids: fit.explained_ids,
            misfitting_ids: fit.misfitting_ids,
            messages: fit.messages,
            seen_messages: fit.seen_messages,
            why: fit.to_string(),
        }
    }
}

pub(super) fn write_text(channels: &[Channel]) -> Result<(), Failure> {
    for channel in channels {
        let coverage = &channel.coverage;
        write_lines(&head(coverage))?;
        write_table(&ids_table(coverage))?;
        write_lines(&unseen_lines(coverage))?;
        if !channel.proposal.is_empty() {
            write_lines(&["what fits best:".to_owned()])?;
            write_table(&proposal_table(&channel.proposal))?;
        }
        write_lines(&[String::new()])?;
    }
    Ok(())
}

fn head(coverage: &ChannelCoverage) -> Vec<String> {
    let name = match coverage.name.as_str() {
        "" => "channel not known",
        name => name,
    };
    let share = coverage.explained as f64 / coverage.frames.max(1) as f64 * 100.0;
    let with = match coverage.files.as_slice() {
        [] => "no DBC file".to_owned(),
        files => {
            let files = files.iter().map(|file| one_line(file));
            files.collect::<Vec<_>>().join(", ")
        }
    };
    let mut lines = vec![format!(
        "{}: {} of {} frames ({share:.1} %) explained by {}",
        one_line(name),
        coverage.explained,
        coverage.frames,
        with,
    )];
    for (frames, what) in [
        (coverage.remote_frames, "remote"),
        (coverage.error_frames, "error"),
    ] {
        if frames > 0 {
            lines.push(format!("{what} frames: {frames}"));
        }
    }
    lines
}

fn ids_table(coverage: &ChannelCoverage) -> Vec<Vec<String>> {
    let heading = ["id", "frames", "message", "dbc", "remarks"];
    let mut table = vec![heading.map(str::to_owned).to_vec()];
    let has_several = coverage.files.len() > 1;
    table.extend(coverage.ids.iter().map(|id| {
        let (dbc, messages) = explained_by(coverage, id).unzip();
        let messages = messages.map(|names| names.join(", "));
        vec![
            id.id.to_string(),
            id.frames.to_string(),
            one_line(&messages.unwrap_or_default()),
            one_line(dbc.filter(|_| has_several).unwrap_or_default()),
            remarks(id),
        ]
    }));
    table
}

fn remarks(id: &IdCoverage) -> String {
    let mut remarks = Vec::new();
    match &id.explanation {
        Explanation::Unknown => remarks.push("not explained".to_owned()),
        Explanation::Transport => remarks.push("J1939 transport protocol".to_owned()),
        Explanation::Message { .. } if !id.is_explained() => {
            remarks.push("the message has no signals".to_owned());
        }
        Explanation::Message { .. } => {}
    }
    let lengths = id.lengths;
    for (frames, text) in [
        (id.carried_frames, "frames of J1939 TP that carried it"),
        (lengths.too_short, "frames too short for its signals"),
        (lengths.other, "frames of another length than stated"),
    ] {
        if frames > 0 {
            remarks.push(format!("{text}: {frames}"));
        }
    }
    remarks.join("; ")
}

fn unseen_lines(coverage: &ChannelCoverage) -> Vec<String> {
    let files = coverage.files.iter().enumerate();
    let lines = files.filter_map(|(idx, file)| {
        let mut names = coverage.unseen.iter().filter(|it| it.file_idx == idx);
        let shown = names.by_ref().take(MAX_UNSEEN);
        let mut shown: Vec<String> = shown.map(|it| one_line(&it.name)).collect();
        match names.count() {
            0 => {}
            more => shown.push(format!("{more} more")),
        }
        let text = format!("never came of {}: {}", one_line(file), shown.join(", "));
        (!shown.is_empty()).then_some(text)
    });
    lines.collect()
}

fn proposal_table(proposal: &[Proposed]) -> Vec<Vec<String>> {
    let best = proposal.iter().take(MAX_PROPOSED);
    best.map(|proposed| vec![one_line(&proposed.dbc), proposed.fit.to_string()])
        .collect()
}
