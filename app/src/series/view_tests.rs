use proptest::prelude::*;

use super::super::{GapPolicy, Series};
use super::*;

const MS: i64 = 1_000_000;

fn prepared(times: Vec<i64>, values: Vec<f64>, policy: &GapPolicy<'_>) -> Prepared {
    Prepared::new(Series::new(times.into(), values.into()).unwrap(), policy)
}

fn cycle(ns: i64) -> GapPolicy<'static> {
    GapPolicy {
        expected_period_ns: Some(ns),
        ..GapPolicy::default()
    }
}

fn view(data: &Prepared, request: &ViewRequest) -> View {
    let mut view = View::new();
    view.compute(data, request);
    view
}

/// Every run as (seconds, value) pairs with the mark of a dot.
fn runs(view: &View) -> Vec<(Vec<[f64; 2]>, bool)> {
    view.runs()
        .map(|run| (run.points.to_vec(), run.isolated))
        .collect()
}

/// The sample that a point of a line stands for: origin 0 and times below 2^53 make this exact.
fn sample_of(data: &Prepared, point: [f64; 2]) -> Option<usize> {
    let time = (point[0] * 1e9).round() as i64;
    let from = data.times().partition_point(|&t| t < time);
    (from..data.series().len())
        .take_while(|&i| data.times()[i] == time)
        .find(|&i| data.values()[i] == point[1])
}

#[test]
fn nothing_to_draw() {
    let data = prepared(vec![10, 20], vec![1.0, 2.0], &cycle(10));
    for range in [(5, 5), (20, 5), (21, 90), (0, 9), (i64::MAX, i64::MIN)] {
        let view = view(&data, &ViewRequest::new(range, 100));
        assert_eq!(runs(&view), [], "{range:?}");
        assert_eq!(view.y_range(), None);
    }
    let empty = Prepared::new(Series::empty(), &GapPolicy::default());
    assert_eq!(runs(&view(&empty, &ViewRequest::new((0, 9), 0))), []);
}

#[test]
fn lines_run_to_the_neighbours_but_not_across_gaps() {
    let times = vec![0, 10, 20, 100, 110, 120];
    let data = prepared(times, vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &cycle(10));
    let drawn = |from, to| {
        let request = ViewRequest {
            origin: 0,
            ..ViewRequest::new((from, to), 100)
        };
        runs(&view(&data, &request))
            .iter()
            .map(|(points, _)| points.iter().map(|p| p[1] as i64).collect::<Vec<_>>())
            .collect::<Vec<_>>()
    };
    assert_eq!(drawn(10, 15), [vec![1, 2, 3]]);
    assert_eq!(drawn(12, 18), [vec![2, 3]]);
    assert_eq!(drawn(15, 105), [vec![2, 3], vec![4, 5]]);
    assert_eq!(drawn(21, 99), Vec::<Vec<i64>>::new());
    assert_eq!(drawn(i64::MIN, i64::MAX), [vec![1, 2, 3], vec![4, 5, 6]]);
    let between = view(&data, &ViewRequest::new((12, 18), 100));
    assert_eq!(between.visible_samples(), 0);
    assert_eq!(between.y_range(), Some((2.0, 3.0)));
}

#[test]
fn a_sample_between_two_gaps_is_a_dot() {
    let data = prepared(vec![0, 10, 90, 200, 210], vec![1.0; 5], &cycle(10));
    let request = ViewRequest::new((0, 300), 100);
    let marks: Vec<bool> = view(&data, &request)
        .runs()
        .map(|run| run.isolated)
        .collect();
    assert_eq!(marks, [false, true, false]);
}

#[test]
fn missing_and_infinite_values_break_the_line() {
    let values = vec![1.0, 2.0, f64::NAN, 4.0, f64::INFINITY, 6.0, 7.0];
    let data = prepared((0..7).map(|t| t * 10).collect(), values, &cycle(10));
    let view = view(&data, &ViewRequest::new((0, 70), 100));
    let runs = runs(&view);
    assert_eq!(
        runs.iter()
            .map(|(p, dot)| (p.len(), *dot))
            .collect::<Vec<_>>(),
        [(2, false), (1, true), (2, false)]
    );
    assert_eq!(view.y_range(), Some((1.0, 7.0)));
}

#[test]
fn steps_hold_until_the_next_sample() {
    let data = prepared(vec![0, 10, 20, 30], vec![1.0, 1.0, 2.0, 0.0], &cycle(10));
    let request = ViewRequest {
        style: Style::Step,
        ..ViewRequest::new((0, 40), 100)
    };
    let view = view(&data, &request);
    assert_eq!(
        runs(&view),
        [(
            vec![
                [0.0, 1.0],
                [1e-8, 1.0],
                [2e-8, 1.0],
                [2e-8, 2.0],
                [3e-8, 2.0],
                [3e-8, 0.0]
            ],
            false
        )]
    );
    assert_eq!(view.drawn_samples(), 4);
}

/// The original kept +100 and lost −90 of two spikes in one bucket.
#[test]
fn opposite_spikes_in_one_column_are_both_drawn() {
    let mut values: Vec<f64> = (0..1_000_000)
        .map(|i| (f64::from(i) / 5e4).sin() * 4.8)
        .collect();
    values[500_010] = 100.0;
    values[500_020] = -90.0;
    let data = prepared((0..1_000_000).map(|i| i * MS).collect(), values, &cycle(MS));
    for columns in [1, 2, 300, 1_920] {
        for start in [0, 1, 777_777, 250_000 * MS] {
            let range = (start, 1_000_000 * MS);
            let view = view(&data, &ViewRequest::new(range, columns));
            let seconds = |ns: i64| (ns - start) as f64 / 1e9;
            assert!(view.points().contains(&[seconds(500_010 * MS), 100.0]));
            assert!(view.points().contains(&[seconds(500_020 * MS), -90.0]));
            assert_eq!(view.y_range(), Some((-90.0, 100.0)));
            assert!(view.is_downsampled() && view.ratio() > 90.0);
        }
    }
}

/// A burst of a million samples, an hour of one a second, a burst again.
#[test]
fn a_line_leaves_a_burst_where_the_burst_ends() {
    let burst = 1_000_000_i64;
    let hour = 3_600_000 * MS;
    let end = burst * 1_000;
    let times = (0..burst)
        .map(|i| i * 1_000)
        .chain([end + hour, end + hour + 1_000 * MS])
        .collect();
    let values = (0..burst)
        .map(|i| if i + 1 == burst { 0.25 } else { (i % 2) as f64 })
        .chain([0.5, 0.75])
        .collect();
    let on_change = GapPolicy {
        on_change: true,
        ..GapPolicy::default()
    };
    let data = prepared(times, values, &on_change);
    for style in [Style::Line, Style::Step] {
        let request = ViewRequest {
            origin: 0,
            style,
            ..ViewRequest::new((0, end + hour + 2_000 * MS), 1_000)
        };
        let view = view(&data, &request);
        assert!(view.points().contains(&[(end - 1_000) as f64 / 1e9, 0.25]));
    }
}

/// More gaps than columns: what is drawn stays bounded by the columns.
#[test]
fn countless_gaps_do_not_make_countless_points() {
    let times: Vec<i64> = (0..300_000).map(|i| i / 3 * 1_000 + i % 3).collect();
    let values = (0..300_000).map(|i| f64::from(i % 7)).collect();
    let data = prepared(times, values, &cycle(1));
    assert_eq!(data.gaps().len(), 99_999);
    let view = view(&data, &ViewRequest::new((0, 100_000_000), 500));
    assert!(view.drawn_samples() <= view.budget());
    assert_eq!(view.budget(), MIN_BUDGET);
    for run in view.runs() {
        let (first, last) = (run.points[0][0], run.points[run.points.len() - 1][0]);
        assert!(last - first < 3e-9, "no line across a gap");
    }
}

#[test]
fn a_column_of_missing_values_breaks_the_line() {
    let values = (0..100_000)
        .map(|i| {
            if (40_000..60_000).contains(&i) {
                f64::NAN
            } else {
                1.0
            }
        })
        .collect();
    let data = prepared((0..100_000).collect(), values, &cycle(1));
    let view = view(&data, &ViewRequest::new((0, 100_000), 1_000));
    assert!(view.is_downsampled());
    for run in view.runs() {
        let (first, last) = (run.points[0][0], run.points[run.points.len() - 1][0]);
        assert!(last < 40_200e-9 || first > 59_800e-9);
    }
}

/// What is drawn of the buckets inside must not depend on where the range begins.
#[test]
fn panning_by_less_than_a_pixel_moves_no_bucket() {
    let values = (0..2_000_000_u64)
        .map(|i| (i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as f64)
        .collect();
    let data = prepared(
        (0..2_000_000).map(|i| i * 1_000).collect(),
        values,
        &cycle(1_000),
    );
    // Fewer samples a column than from which on buckets are left out.
    let columns = 30_000;
    let pixel = 2_000_000 * 1_000 / columns as i64;
    let buckets = |start: i64| {
        let range = (start, start + 1_500_000 * 1_000);
        let mut selection = Selection::default();
        let columns = Columns::new(range, columns);
        let visible = columns.samples(&data).unwrap();
        let ends = data.with_neighbours(visible.clone());
        selection.choose(&data, &columns, visible, ends, 120_000);
        selection
            .bucket_extremes()
            .filter(|&i| (300_000..1_300_000).contains(&i))
            .collect::<Vec<_>>()
    };
    let first = buckets(0);
    assert!(first.len() > 1_000);
    for start in [1, pixel / 3, pixel / 2, pixel, 5 * pixel + 7] {
        assert_eq!(buckets(start), first);
    }
}

/// Stretches of one rate each, with missing values and silence.
fn series() -> impl Strategy<Value = (Vec<i64>, Vec<f64>)> {
    let value = prop_oneof![
        30 => -100.0..100.0_f64,
        1 => Just(f64::NAN),
        1 => Just(f64::NEG_INFINITY),
        1 => Just(1e6),
    ];
    let stretch = (
        0_i64..2_000,
        prop_oneof![1_usize..5, 1_usize..600],
        0_i64..20_000,
    );
    prop::collection::vec(stretch, 1..12)
        .prop_flat_map(move |stretches| {
            let samples = stretches.iter().map(|s| s.1).sum::<usize>();
            (
                Just(stretches),
                prop::collection::vec(value.clone(), samples),
            )
        })
        .prop_map(|(stretches, values)| {
            let mut time = 1_000;
            let mut times = Vec::new();
            for (interval, count, silence) in stretches {
                for _ in 0..count {
                    times.push(time);
                    time += interval;
                }
                time += silence;
            }
            (times, values)
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_is_drawn_is_true_at_any_zoom(
        (times, values) in series(),
        a in -0.1..1.1_f64,
        b in -0.1..1.1_f64,
        columns in prop_oneof![1_usize..8, 8_usize..700],
        min_budget in prop_oneof![3 => Just(0_usize), 1 => 0_usize..4_000],
        expected in prop_oneof![Just(None), Just(Some(300)), Just(Some(4_000))],
        step in any::<bool>(),
    ) {
        let policy = GapPolicy { expected_period_ns: expected, ..GapPolicy::default() };
        let data = prepared(times.clone(), values.clone(), &policy);
        let span = times[times.len() - 1] as f64 + 1.0;
        let (a, b) = ((a * span) as i64, (b * span) as i64);
        let range = (a.min(b), a.max(b) + 1);
        let request = ViewRequest {
            range,
            pixel_columns: columns,
            min_budget,
            style: if step { Style::Step } else { Style::Line },
            origin: 0,
        };
        let view = view(&data, &request);
        let inside: Vec<usize> = (0..times.len())
            .filter(|&i| range.0 <= times[i] && times[i] < range.1)
            .collect();

        // Counts, budget, axis.
        let segments = data
            .gaps()
            .segments()
            .filter(|s| s.samples.clone().any(|i| range.0 <= times[i] && times[i] < range.1))
            .count();
        prop_assert_eq!(view.visible_samples(), inside.len());
        prop_assert!(view.drawn_samples() <= view.budget());
        prop_assert!(view.budget() <= min_budget.max(4 * columns + 2 * segments.max(1)));
        let finite = |i: &&usize| values[**i].is_finite();
        let all = inside.iter().filter(finite).map(|&i| values[i]);
        if !inside.is_empty() {
            let range = all.clone().reduce(f64::min).zip(all.reduce(f64::max));
            prop_assert_eq!(view.y_range(), range);
        }

        // Every point is a sample (or a step's corner), in order, and joined only where it may be.
        let mut drawn = Vec::new();
        for run in view.runs() {
            prop_assert!(!run.points.is_empty());
            prop_assert!(run.points.iter().flatten().all(|x| x.is_finite()));
            prop_assert!(run.points.is_sorted_by(|a, b| a[0] <= b[0]));
            let mut indices: Vec<usize> = Vec::new();
            for (i, &point) in run.points.iter().enumerate() {
                if let Some(index) = sample_of(&data, point) {
                    indices.push(index);
                } else {
                    prop_assert!(step && i > 0);
                    prop_assert_eq!(point[1], run.points[i - 1][1]);
                    prop_assert_eq!(point[0], run.points[i + 1][0]);
                }
            }
            let (first, last) = (indices[0], indices[indices.len() - 1]);
            let segment = data.gaps().segment_of(first);
            prop_assert!(segment.samples.contains(&last), "a line crosses a gap");
            if !step {
                prop_assert_eq!(run.isolated, indices.len() == 1);
            }
            drawn.extend(indices);
        }
        // By time: of samples with equal time and value any may have been meant.
        prop_assert!(drawn.is_sorted_by_key(|&index| times[index]));
        let has = |index: usize| {
            drawn.iter().any(|&d| times[d] == times[index] && values[d] == values[index])
        };

        // Few samples: every one of them.
        if inside.len() < columns || !view.is_downsampled() {
            for &index in inside.iter().filter(finite) {
                prop_assert!(has(index), "sample {index} is not a vertex");
            }
        }
        // The extremes of every column, by definition of the columns and one by one.
        let width = i128::from(range.1) - i128::from(range.0);
        let edge = |c: usize| i128::from(range.0) + c as i128 * width / columns as i128;
        let mut from = 0;
        for c in 0..columns {
            let count = inside[from..]
                .iter()
                .take_while(|&&i| i128::from(times[i]) < edge(c + 1))
                .count();
            let column = inside[from..from + count].iter().filter(finite);
            from += count;
            let min = column.clone().min_by(|&&i, &&j| values[i].total_cmp(&values[j]));
            let max = column.max_by(|&&i, &&j| values[i].total_cmp(&values[j]));
            for &index in min.into_iter().chain(max) {
                let reached = drawn.iter().any(|&d| {
                    values[d] == values[index]
                        && edge(c) <= i128::from(times[d])
                        && i128::from(times[d]) < edge(c + 1)
                });
                prop_assert!(reached, "extreme {index} of column {c} is missing");
            }
        }
        prop_assert_eq!(from, inside.len());
        // The ends of every visible segment, where segments are not narrower than columns.
        if segments < columns {
            for segment in data.gaps().segments() {
                for index in [segment.samples.start, segment.samples.end - 1] {
                    if inside.binary_search(&index).is_ok() && values[index].is_finite() {
                        prop_assert!(has(index), "the end {index} of a segment is missing");
                    }
                }
            }
        }
    }

    #[test]
    fn a_view_used_before_gives_the_same(
        (times, values) in series(), other in series(), columns in 1_usize..100,
    ) {
        let data = prepared(times, values, &GapPolicy::default());
        let other = prepared(other.0, other.1, &GapPolicy::default());
        let request = ViewRequest {
            min_budget: 0,
            ..ViewRequest::new((0, 1_000_000), columns)
        };
        let fresh = view(&data, &request);
        let mut used = view(&other, &request);
        used.compute(&data, &request);
        prop_assert_eq!(runs(&used), runs(&fresh));
        prop_assert_eq!(used.ratio(), fresh.ratio());
        prop_assert_eq!(used.extremes(), fresh.extremes());
    }
}
