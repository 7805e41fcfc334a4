//! Series: what a plot shows, without knowing how it is drawn.
//!
//! ```text
//!  batches ──▶ SeriesBuilder ──▶ Series ───────┬──▶ Gaps      where data are missing
//!              (sorts, counts)   times, values └──▶ Pyramid   extremes of every stretch
//!                                     └─────── Prepared ───────┘
//!        ┌───────────────┬───────────────┬─┘
//!      View            Stats       sample_at, next/
//!      points to draw  of a range  previous sample,
//!                      Distribution  change
//!                      Plane, Track
//! ```
//!
//! A [`Prepared`] series is built once, on a worker thread, in time proportional to the samples.
//! Everything below it is answered from memory while the user pans, zooms and moves cursors; of
//! these only [`Stats`], [`Distribution`], [`Plane`] and [`Track`] read all samples of their range.
//! [`Prepared::shifted`] lays the same samples on other times, for a comparison, by copying the times
//! alone.
//!
//! # What is drawn
//!
//! For the visible range and its pixel columns a [`View`] holds, segment by segment,
//! - **every sample**, as long as they fit the budget: the larger of 10,000 and
//!   4 × columns + 2 × segments;
//! - otherwise the **exact minimum and maximum of every pixel column**, the ends of every segment,
//!   the samples next to empty columns (so that a line leaves a burst where the burst ends), and in
//!   between what LTTB chooses among the extremes of **absolute** time buckets: powers of two
//!   nanoseconds wide, aligned to the epoch, narrower than a pixel. Neither the buckets nor what is
//!   in them depend on where the visible range begins, so nothing shimmers while panning.
//!
//! Lines run on to the neighbouring samples outside the range, but never across a gap, and not
//! across missing values either: where every sample is drawn each missing one breaks the line, else
//! a pixel column in which all are missing does.
//!
//! # Limits
//!
//! Pure: no clock, no I/O, no egui, no DataFusion; nothing imported but std and Arrow's buffers.
//! Time is `i64` nanoseconds since the epoch; `f64` seconds exist only in a view, relative to its
//! origin. Ranges are half open. Finite values alone have a height; NaN is a missing value.
//! Memory: 1.05 times the bytes of the columns, plus 8 bytes per gap; twice the columns at most
//! while out-of-order input is being sorted.

mod distribution;
mod gaps;
mod intervals;
mod lane;
mod lookup;
mod lttb;
mod plane;
mod prepared;
mod pyramid;
mod rhythm;
mod samples;
mod select;
#[cfg(test)]
mod shift_tests;
mod stats;
mod track;
mod view;

pub use distribution::{BinRule, Bins, Distribution, MAX_AUTO_BINS, MAX_BINS, Weight, even_bins};
pub use gaps::{Gap, GapCause, GapPolicy, Gaps, Rhythm, Segment};
pub use intervals::{Coverage, Histogram, Intervals, gap_list, held};
pub use lane::{LaneState, LaneStretch, lane};
pub use lookup::Sample;
pub use lttb::lttb_indices;
pub use plane::{Area, Pairing, Plane, PlanePoint, value_at};
pub use prepared::Prepared;
pub use pyramid::{Extremes, Pyramid};
pub use rhythm::QUARTILE_RATIO;
pub use samples::{MAX_SAMPLES, Series, SeriesBuilder, SeriesError};
pub use stats::{Stats, Timed};
pub use track::{
    METRES_PER_DEGREE, Track, metres_per_degree_of_longitude, nearest_longitude, position_at,
};
pub use view::{MIN_BUDGET, Run, Style, View, ViewRequest};
