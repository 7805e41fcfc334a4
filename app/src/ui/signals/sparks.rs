//! Small curves of the loaded signals, beside their names.
//!
//! Each is computed once per series and width from a [`View`] with as many columns as it has pixels, so
//! it costs pixels, not samples; only those of visible lines are computed at all.

use std::collections::BTreeMap;
use std::sync::Arc;

use egui::{Color32, Pos2, Rect, Shape, Ui, pos2};

use crate::series::{Prepared, View, ViewRequest};
use crate::source::SignalInfo;
use crate::state::{AppState, LoadedSignal, SignalRef};
use crate::ui::plot::{style_of, suggested};

/// Curves that are kept; more than lines fit on a screen.
const MAX_KEPT: usize = 256;

/// The curves of the lines that were visible lately.
#[derive(Debug, Default)]
pub(super) struct Sparks {
    kept: BTreeMap<SignalRef, Spark>,
    view: View,
}

#[derive(Debug)]
struct Spark {
    series: Arc<Prepared>,
    columns: usize,
    /// Lines, and lone samples; both coordinates from 0 to 1.
    runs: Vec<Vec<[f32; 2]>>,
}

impl Sparks {
    /// Forgets what is not loaded any more.
    pub(super) fn begin(&mut self, state: &AppState) {
        // Samples that were dropped or replaced must not be held by a picture of them.
        self.kept.retain(|signal, spark| {
            let loaded = state.store.get(signal);
            let series = loaded.and_then(|loaded| loaded.series.as_ref());
            series.is_some_and(|series| Arc::ptr_eq(series, &spark.series))
        });
        if self.kept.len() > MAX_KEPT {
            self.kept.clear();
        }
    }

    /// Draws the curve of a signal.
    pub(super) fn paint(
        &mut self,
        ui: &Ui,
        signal: &SignalRef,
        loaded: &LoadedSignal,
        area: Rect,
        color: Color32,
    ) {
        let Some(series) = &loaded.series else {
            return;
        };
        let columns = (area.width() * ui.pixels_per_point()).round().max(1.0) as usize;
        let is_current = self
            .kept
            .get(signal)
            .is_some_and(|spark| Arc::ptr_eq(&spark.series, series) && spark.columns == columns);
        if !is_current {
            let spark = Spark {
                series: Arc::clone(series),
                columns,
                runs: runs(&mut self.view, series, &loaded.info, columns),
            };
            self.kept.insert(signal.clone(), spark);
        }
        let Some(spark) = self.kept.get(signal) else {
            return;
        };
        let place = |point: &[f32; 2]| -> Pos2 {
            pos2(
                area.left() + point[0] * area.width(),
                area.bottom() - point[1] * area.height(),
            )
        };
        let painter = ui.painter_at(area.expand(1.0));
        for run in &spark.runs {
            if let [lone] = run.as_slice() {
                painter.circle_filled(place(lone), 1.0, color);
            } else {
                painter.add(Shape::line(run.iter().map(place).collect(), (1.0, color)));
            }
        }
    }
}

/// Lines and lone samples of a whole series.
fn runs(
    view: &mut View,
    series: &Prepared,
    info: &SignalInfo,
    columns: usize,
) -> Vec<Vec<[f32; 2]>> {
    let (Some(first), Some(last)) = (series.times().first(), series.times().last()) else {
        return Vec::new();
    };
    let request = ViewRequest {
        min_budget: 2 * columns,
        style: style_of(suggested(info)),
        ..ViewRequest::new((*first, last.saturating_add(1)), columns)
    };
    view.compute(series, &request);
    let seconds = (last.saturating_sub(*first) as f64 / 1e9).max(1e-9);
    let (low, high) = view.y_range().unwrap_or((0.0, 1.0));
    // Halved, so that the widest range of numbers stays one.
    let (low, height) = (low / 2.0, high / 2.0 - low / 2.0);
    let share = |value: f64| {
        if height > 0.0 {
            (value / 2.0 - low) / height
        } else {
            0.5
        }
    };
    let run = |points: &[[f64; 2]]| {
        let points = points.iter();
        points
            .map(|[time, value]| [(time / seconds) as f32, share(*value) as f32])
            .collect()
    };
    view.runs().map(|it| run(it.points)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::info;
    use super::*;
    use crate::series::{GapPolicy, Series};

    fn spark(times: Vec<i64>, values: Vec<f64>, columns: usize) -> Vec<Vec<[f32; 2]>> {
        let series = Series::new(times.into(), values.into()).unwrap();
        let series = Prepared::new(series, &GapPolicy::default());
        runs(&mut View::new(), &series, &info("M", "S", ""), columns)
    }

    #[test]
    fn a_curve_fills_its_area_and_has_few_points() {
        let n_samples = 100_000_i64;
        let values = (0..n_samples).map(|at| (at % 1_000) as f64 - 300.0);
        let runs = spark((0..n_samples).collect(), values.collect(), 40);
        let points: Vec<_> = runs.iter().flatten().collect();
        assert!(points.len() < 40 * 12, "{}", points.len());
        let extremes = |axis: usize| {
            let all = points.iter().map(|point| point[axis]);
            (all.clone().fold(1.0, f32::min), all.fold(0.0, f32::max))
        };
        assert_eq!(extremes(0), (0.0, 1.0));
        assert_eq!(extremes(1), (0.0, 1.0));
    }

    #[test]
    fn odd_values_stay_inside() {
        let all = |values: Vec<f64>| -> Vec<[f32; 2]> {
            let times = (0..values.len() as i64).collect();
            spark(times, values, 40).concat()
        };
        assert_eq!(all(vec![7.0]), [[0.0, 0.5]]);
        assert_eq!(all(vec![f64::NAN, f64::NAN]), [] as [[f32; 2]; 0]);
        for values in [
            vec![f64::MIN, f64::MAX],
            vec![5.0, 5.0],
            vec![f64::INFINITY, 1.0, 2.0],
        ] {
            let points = all(values);
            assert!(!points.is_empty());
            let is_inside = |at: &f32| (0.0..=1.0).contains(at);
            assert!(points.iter().flatten().all(is_inside), "{points:?}");
        }
        assert!(spark(vec![], vec![], 40).is_empty());
    }
}
