use std::sync::Arc;

use proptest::prelude::*;

use super::*;

/// A series with bursts, repeats, gaps, recording gaps and missing values.
fn series() -> impl Strategy<Value = Prepared> {
    let step = prop_oneof![6 => 0_i64..12, 2 => 50_i64..5_000, 1 => Just(100_000_i64)];
    let value = prop_oneof![8 => -50.0..50.0, 2 => Just(7.0), 1 => Just(f64::NAN)];
    let rows = prop::collection::vec((step, value), 0..700);
    let recording_gaps = prop::collection::vec((0_i64..60_000, 0_i64..900), 0..4);
    let cycle = prop::option::of(1_i64..20);
    (rows, recording_gaps, cycle).prop_map(|(rows, recording_gaps, cycle)| {
        let mut time = 0;
        let mut builder = SeriesBuilder::new();
        for (step, value) in rows {
            time += step;
            builder.append(&[time], &[value]).unwrap();
        }
        let recording_gaps: Vec<_> = recording_gaps
            .into_iter()
            .map(|(start, length)| (start, start + length))
            .collect();
        let policy = GapPolicy {
            expected_period_ns: cycle,
            recording_gaps: &recording_gaps,
            ..GapPolicy::default()
        };
        Prepared::new(builder.finish(), &policy)
    })
}

fn moved_gaps(data: &Prepared, ns: i64) -> Vec<Gap> {
    let gaps = data.gaps().iter(data.times());
    gaps.map(|gap| Gap {
        start: gap.start + ns,
        end: gap.end + ns,
        ..gap
    })
    .collect()
}

/// A picture by bits, so that a missing value equals itself.
fn picture(view: &View) -> Vec<(Vec<[u64; 2]>, bool)> {
    let bits = |point: &[f64; 2]| point.map(f64::to_bits);
    view.runs()
        .map(|run| (run.points.iter().map(bits).collect(), run.isolated))
        .collect()
}

fn view(data: &Prepared, range: (i64, i64), columns: usize, min_budget: usize) -> View {
    let mut view = View::new();
    let request = ViewRequest {
        min_budget,
        ..ViewRequest::new(range, columns)
    };
    view.compute(data, &request);
    view
}

#[test]
fn a_move_stops_where_times_end_and_can_be_undone() {
    let series = Series::new(vec![-5, 0, 7].into(), vec![1.0, 2.0, 3.0].into()).unwrap();
    let data = Prepared::new(series, &GapPolicy::default());
    let late = data.shifted(i64::MAX);
    assert_eq!(late.shift_ns(), i64::MAX - 7);
    assert_eq!(late.times(), [i64::MAX - 12, i64::MAX - 7, i64::MAX]);
    let back = late.shifted(-late.shift_ns());
    assert_eq!((back.times(), back.shift_ns()), (data.times(), 0));
    let early = data.shifted(i64::MIN);
    assert_eq!(early.times()[0], i64::MIN);
    let empty = Prepared::new(Series::empty(), &GapPolicy::default());
    assert_eq!(empty.shifted(5).shift_ns(), 5);
}

proptest! {
    #[test]
    fn samples_gaps_and_look_ups_are_those_of_the_unshifted_moved(
        data in series(),
        ns in -1_000_000_000_000_i64..1_000_000_000_000,
        probes in prop::collection::vec(-10_i64..120_000, 30),
    ) {
        let shifted = data.shifted(ns);
        prop_assert_eq!(shifted.shift_ns(), ns);
        prop_assert!(shifted.times().iter().eq(data.times().iter().map(|time| time + ns).collect::<Vec<_>>().iter()));
        prop_assert_eq!(shifted.series().duplicates(), data.series().duplicates());
        let gaps: Vec<_> = shifted.gaps().iter(shifted.times()).collect();
        prop_assert_eq!(gaps, moved_gaps(&data, ns));
        prop_assert_eq!(shifted.gaps().rhythm(), data.gaps().rhythm());
        for time in probes {
            let (here, there) = (data.sample_at(time), shifted.sample_at(time + ns));
            prop_assert_eq!(here.map(|it| it.index), there.map(|it| it.index));
            prop_assert_eq!(here.map(|it| it.time + ns), there.map(|it| it.time));
            prop_assert_eq!(here.map(|it| it.value.to_bits()), there.map(|it| it.value.to_bits()));
            prop_assert_eq!(
                here.map(|it| (it.age_ns, it.in_gap)),
                there.map(|it| (it.age_ns, it.in_gap))
            );
            prop_assert_eq!(data.next_sample(time), shifted.next_sample(time + ns));
            prop_assert_eq!(data.previous_sample(time), shifted.previous_sample(time + ns));
            prop_assert_eq!(data.next_change(time), shifted.next_change(time + ns));
            prop_assert_eq!(data.previous_change(time), shifted.previous_change(time + ns));
        }
    }

    #[test]
    fn views_lanes_and_statistics_are_those_of_the_unshifted_moved(
        data in series(),
        // Wider than the widest bucket of a picture, whose edges are absolute.
        buckets in -1_000_i64..1_000,
        odd in -1_000_000_i64..1_000_000,
        from in -10_i64..60_000,
        length in 1_i64..60_000,
        columns in 1_usize..40,
    ) {
        let here = (from, from + length);
        let moved = |ns: i64| (here.0 + ns, here.1 + ns);
        let ns = buckets << 20;
        let shifted = data.shifted(ns);
        prop_assert_eq!(
            picture(&view(&data, here, columns, 0)),
            picture(&view(&shifted, moved(ns), columns, 0)),
            "downsampled"
        );
        let shifted = data.shifted(odd);
        let (mut plain, other) = (view(&data, here, columns, MIN_BUDGET), view(&shifted, moved(odd), columns, MIN_BUDGET));
        prop_assert_eq!(picture(&plain), picture(&other), "every sample");
        plain = view(&data, here, columns, 0);
        let other = view(&shifted, moved(odd), columns, 0);
        prop_assert_eq!(plain.extremes(), other.extremes());
        prop_assert_eq!(plain.visible_samples(), other.visible_samples());

        let lanes = |data: &Prepared, range: (i64, i64), ns: i64| {
            let mut stretches = Vec::new();
            lane(data, range, columns, &mut stretches);
            format!("{:?}", stretches.into_iter().map(|it| (it.start - ns, it.end - ns, it.state)).collect::<Vec<_>>())
        };
        prop_assert_eq!(lanes(&data, here, 0), lanes(&shifted, moved(odd), odd));

        let (before, after) = (Stats::compute(&data, here), Stats::compute(&shifted, moved(odd)));
        prop_assert_eq!(before.count, after.count);
        prop_assert_eq!(before.min.map(|it| it.value), after.min.map(|it| it.value));
        prop_assert_eq!(before.max.map(|it| it.time + odd), after.max.map(|it| it.time));
    }

    #[test]
    fn two_moves_are_one(data in series(), a in -1_000_000_i64..1_000_000, b in -1_000_000_i64..1_000_000) {
        let (twice, once) = (data.shifted(a).shifted(b), data.shifted(a + b));
        prop_assert_eq!(twice.shift_ns(), once.shift_ns());
        prop_assert_eq!(twice.times(), once.times());
    }
}

#[test]
fn values_are_shared_with_the_series_before_the_move() {
    let series = Series::new(vec![1, 2].into(), vec![1.0, 2.0].into()).unwrap();
    let data = Arc::new(Prepared::new(series, &GapPolicy::default()));
    let shifted = data.shifted(10);
    assert!(std::ptr::eq(
        data.values().as_ptr(),
        shifted.values().as_ptr()
    ));
}
