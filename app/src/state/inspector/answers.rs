//! Questions about what is inspected, and their answers.

use std::path::PathBuf;
use std::sync::Arc;

use canlake_shared::time::{TimeRange, Timestamp};

use super::comparison::{CompareOrder, FrameFiles};
use crate::inspect::definition::NoDefinition;
use crate::inspect::{Definition, Differences, FoundFrame, FrameQuestion, Origin};
use crate::series::{Coverage, Gap, Intervals, Prepared, Rhythm};
use crate::source::Catalogue;
use crate::state::{SignalRef, SourceId, VehicleRef};

/// Numbers a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuestionId(u64);

impl QuestionId {
    /// Of a question whose answer nobody waits for.
    const NOBODYS: Self = Self(u64::MAX);
}

/// What a question is about; of each there is one at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// The definition of a signal, and where it comes from.
    Definition,
    /// Period, jitter, coverage, gaps.
    Timing,
    /// The frame behind a sample.
    Frame,
    /// Two decodings side by side.
    Comparison,
}

/// A question, and the last answer there was.
#[derive(Clone, Debug)]
pub struct Asked<Q, A> {
    question: Option<(QuestionId, Q)>,
    answer: Option<A>,
    state: State,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Nothing was asked.
    #[default]
    Idle,
    /// On its way; the answer that is there is to the question before.
    Waiting,
    /// The answer is to the question.
    Answered,
    /// The worker stopped without an answer, and what is said of that.
    Stopped(&'static str),
}

impl<Q, A> Default for Asked<Q, A> {
    fn default() -> Self {
        Self {
            question: None,
            answer: None,
            state: State::Idle,
        }
    }
}

impl<Q, A> Asked<Q, A> {
    /// The last answer, be it to the question before.
    pub fn answer(&self) -> Option<&A> {
        self.answer.as_ref()
    }

    /// The answer to the question as it stands.
    pub fn current(&self) -> Option<&A> {
        self.answer
            .as_ref()
            .filter(|_| self.state == State::Answered)
    }

    /// Whether an answer is on its way.
    pub fn is_waiting(&self) -> bool {
        self.state == State::Waiting
    }

    /// How the worker stopped without an answer, if it did.
    pub fn has_stopped(&self) -> Option<&'static str> {
        match self.state {
            State::Stopped(how) => Some(how),
            _ => None,
        }
    }

    /// Forgets question and answer.
    pub(super) fn withdraw(&mut self) {
        *self = Self::default();
    }

    /// Numbers a question, unless it is the one that was asked last. The answer before stays
    /// visible meanwhile if `keep` says so of its question.
    pub(super) fn ask(
        &mut self,
        next: &mut u64,
        question: Q,
        keep: impl Fn(&Q) -> bool,
    ) -> Option<QuestionId>
    where
        Q: PartialEq,
    {
        if let Some((_, before)) = &self.question {
            if *before == question {
                return None;
            }
            if !keep(before) {
                self.answer = None;
            }
        }
        let id = QuestionId(*next);
        *next += 1;
        self.question = Some((id, question));
        self.state = State::Waiting;
        Some(id)
    }

    pub(super) fn arrived(&mut self, id: QuestionId, answer: A) {
        if self
            .question
            .as_ref()
            .is_some_and(|(asked, _)| *asked == id)
        {
            self.answer = Some(answer);
            self.state = State::Answered;
        }
    }

    /// The worker stopped, which is a bug.
    pub(super) fn stopped(&mut self) {
        self.answer = None;
        self.state = State::Stopped("stopped unexpectedly");
    }

    /// Nobody waits for the answer any more; the same question is not asked again. Whether one was
    /// waited for.
    pub(super) fn cancel(&mut self) -> bool {
        let is_waiting = self.is_waiting();
        if is_waiting {
            self.question = self
                .question
                .take()
                .map(|(_, question)| (QuestionId::NOBODYS, question));
            self.state = State::Stopped("was cancelled");
        }
        is_waiting
    }
}

/// A shared thing that is equal only to itself.
#[derive(Clone, Debug)]
pub struct Same<T>(pub(super) Arc<T>);

impl<T> PartialEq for Same<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// What the definition that was asked for depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct AskedDefinition {
    pub(super) signal: SignalRef,
    pub(super) catalogue: Same<Catalogue>,
    pub(super) range: TimeRange,
    pub(super) chosen: Option<PathBuf>,
}

/// What the timing that was asked for depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct AskedTiming {
    pub(super) signal: SignalRef,
    pub(super) series: Same<Prepared>,
    pub(super) range: TimeRange,
}

/// What the frame that was asked for depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct AskedFrame {
    pub(super) signal: SignalRef,
    pub(super) time: Timestamp,
    pub(super) value_bits: u64,
    pub(super) origin: Same<Origin>,
}

/// How a signal is defined, and where that stands.
#[derive(Clone, Debug)]
pub struct DefinitionQuestion {
    /// The signal.
    pub signal: SignalRef,
    /// Of files with samples in this stretch of time.
    pub range: TimeRange,
    /// The DBC file chosen by hand.
    pub chosen: Option<PathBuf>,
    /// DBC files that may be the right ones, the most likely first.
    pub places: Vec<PathBuf>,
}

/// How a signal is defined, and where its samples come from.
#[derive(Clone, Debug)]
pub struct DefinitionAnswer {
    /// The files, and what they were made of.
    pub origin: Arc<Origin>,
    /// The definition, or why there is none.
    pub definition: Result<Definition, NoDefinition>,
}

/// When the samples of a signal come, and when not.
#[derive(Clone, Debug)]
pub struct Timing {
    /// Period and jitter; `None` of fewer than two samples.
    pub intervals: Option<Intervals>,
    /// What silence was judged by.
    pub rhythm: Rhythm,
    /// How much of the loaded time there is data for.
    pub coverage: Coverage,
    /// The gaps, in order, where they are drawn; not all where there are very many.
    pub gaps: Arc<[Gap]>,
    /// How much later that is than they were recorded.
    pub shift_ns: i64,
    /// All of them.
    pub gap_count: usize,
    /// Their length together.
    pub gap_total_ns: u64,
    /// For how long each value with a text was held, in nanoseconds, in the order of the texts.
    pub held_ns: Vec<u64>,
}

/// The frame behind a sample, or why there is none.
pub type FrameAnswer = Result<Arc<FoundFrame>, String>;

/// Work for the inspector.
#[derive(Clone, Debug)]
pub enum InspectEffect {
    /// Find a signal's definition, and where its samples come from.
    Definition(QuestionId, DefinitionQuestion),
    /// Look at the times of all loaded samples.
    Timing {
        /// Numbers it.
        id: QuestionId,
        /// The samples.
        series: Arc<Prepared>,
        /// Values with texts.
        labels: Vec<f64>,
        /// What is loaded, where it is drawn.
        range: TimeRange,
    },
    /// Find the frame behind a sample.
    Frame(QuestionId, FrameQuestion),
    /// Let the user choose a DBC file for the signals of a source.
    PickDbc(SourceId),
    /// Find the frames behind the decoded files of a vehicle.
    FindFrames {
        /// The vehicle.
        vehicle: VehicleRef,
        /// Of files with samples in this stretch of time.
        range: TimeRange,
    },
    /// Compare two decodings.
    Compare(CompareOrder),
    /// Nobody waits for answers to this any more.
    Stop(Topic),
}

/// What the workers found for the inspector.
#[derive(Clone, Debug)]
pub enum InspectEvent {
    /// A definition, or why there is none.
    Definition(QuestionId, DefinitionAnswer),
    /// Period, jitter, coverage, gaps.
    Timing(QuestionId, Timing),
    /// A frame, or why there is none.
    Frame(QuestionId, FrameAnswer),
    /// The user chose a DBC file for the signals of a source.
    PickedDbc(SourceId, PathBuf),
    /// The frames behind decoded files, or why there are none.
    FramesFound(Result<FrameFiles, String>),
    /// Two decodings side by side; the source names the second.
    Compared(SourceId, Result<Arc<Differences>, String>),
    /// A worker stopped without an answer.
    Stopped(Topic),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_answer_to_the_last_question_counts() {
        let mut next = 0;
        let mut asked: Asked<u32, &str> = Asked::default();
        let first = asked.ask(&mut next, 1, |_| false).unwrap();
        assert_eq!(asked.ask(&mut next, 1, |_| false), None, "asked already");
        let second = asked.ask(&mut next, 2, |_| false).unwrap();
        asked.arrived(first, "late");
        assert!(asked.is_waiting() && asked.answer().is_none());
        asked.arrived(second, "right");
        assert_eq!(asked.current(), Some(&"right"));

        asked.ask(&mut next, 3, |before| *before == 2).unwrap();
        assert_eq!((asked.answer(), asked.current()), (Some(&"right"), None));
        asked.ask(&mut next, 4, |before| *before == 2).unwrap();
        assert_eq!(asked.answer(), None);
        asked.stopped();
        assert!(asked.has_stopped().is_some() && !asked.is_waiting());
        assert!(!asked.cancel(), "nothing is on its way");
        asked.withdraw();
        let fourth = asked.ask(&mut next, 4, |_| true).unwrap();
        assert!(asked.cancel());
        assert_eq!(asked.has_stopped(), Some("was cancelled"));
        assert_eq!(asked.ask(&mut next, 4, |_| true), None, "not asked again");
        asked.arrived(fourth, "late");
        assert_eq!(asked.current(), None);
    }
}
