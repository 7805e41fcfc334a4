use proptest::prelude::*;

use super::super::{GapPolicy, Series};
use super::*;

fn prepared(times: Vec<i64>, values: Vec<f64>) -> Prepared {
    let policy = GapPolicy {
        expected_period_ns: Some(10),
        ..GapPolicy::default()
    };
    Prepared::new(Series::new(times.into(), values.into()).unwrap(), &policy)
}

const ALL: (i64, i64) = (i64::MIN, i64::MAX);

fn on() -> bool {
    true
}

fn xy(plane: &Plane) -> Vec<(f64, f64)> {
    plane
        .points
        .iter()
        .map(|point| (point.x, point.y))
        .collect()
}

#[test]
fn the_first_signal_is_held_or_interpolated() {
    let x = prepared(vec![0, 20, 40], vec![0.0, 10.0, 30.0]);
    let y = prepared(vec![-5, 5, 20, 25, 41], vec![1.0, 2.0, 3.0, 4.0, 5.0]);
    let plane = Plane::compute(&x, &y, ALL, Pairing::Hold, (None, 100), &on).unwrap();
    assert_eq!(xy(&plane), [(0.0, 2.0), (10.0, 3.0), (10.0, 4.0)]);
    assert_eq!(plane.left_out, 2, "before the first and after the last");
    let plane = Plane::compute(&x, &y, ALL, Pairing::Linear, (None, 100), &on).unwrap();
    assert_eq!(xy(&plane), [(2.5, 2.0), (10.0, 3.0), (15.0, 4.0)]);
    assert_eq!(value_at(&x, 25, Pairing::Linear), Some(15.0));
    assert_eq!(value_at(&x, 40, Pairing::Hold), Some(30.0));
    assert_eq!(value_at(&x, 41, Pairing::Hold), None);
}

#[test]
fn lines_are_cut_at_gaps_of_either_signal_and_at_missing_values() {
    // Gaps: x from 30 to 200, y from 230 to 500.
    let x = prepared(vec![0, 10, 20, 30, 200, 210, 500, 510], vec![1.0; 8]);
    let y = prepared(
        vec![0, 10, 20, 30, 70, 110, 150, 190, 200, 210, 500, 510],
        vec![
            0.0,
            1.0,
            f64::NAN,
            3.0,
            4.0,
            5.0,
            6.0,
            7.0,
            8.0,
            9.0,
            10.0,
            11.0,
        ],
    );
    let plane = Plane::compute(&x, &y, ALL, Pairing::Hold, (None, 100), &on).unwrap();
    let runs: Vec<Vec<f64>> = plane
        .runs()
        .map(|run| run.iter().map(|point| point.y).collect())
        .collect();
    assert_eq!(
        runs,
        [vec![0.0, 1.0], vec![3.0], vec![8.0, 9.0], vec![10.0, 11.0]]
    );
    assert_eq!((plane.n_pairs, plane.left_out), (7, 5));
    assert_eq!(plane.ratio(None), 1.0);
}

#[test]
fn a_slow_path_stays_a_path_and_a_cloud_keeps_its_outline() {
    let n = 200_000;
    let times: Vec<i64> = (0..n).collect();
    let circle = |of: fn(f64) -> f64| {
        let values = (0..n).map(|idx| of(std::f64::consts::TAU * idx as f64 / n as f64));
        prepared(times.clone(), values.collect())
    };
    let (x, y) = (circle(f64::cos), circle(f64::sin));
    let plane = Plane::compute(&x, &y, ALL, Pairing::Hold, (None, 10_000), &on).unwrap();
    assert!(plane.is_path && plane.points.len() <= 10_000);
    assert!(plane.ratio(None) > 10.0);

    // The same again, but jumping about.
    let jump = |data: &Prepared| {
        let values = (0..n as usize).map(|idx| data.values()[idx * 7_919 % n as usize]);
        prepared(times.clone(), values.collect())
    };
    let (x, y) = (jump(&x), jump(&y));
    let plane = Plane::compute(&x, &y, ALL, Pairing::Hold, (None, 10_000), &on).unwrap();
    assert!(!plane.is_path && plane.points.len() <= 10_000);
    let bounds = plane.bounds.unwrap();
    for (of, wanted) in [(0, bounds.x), (1, bounds.y)] {
        let values = plane.points.iter().map(|point| [point.x, point.y][of]);
        let ends = values.fold([f64::MAX, f64::MIN], |ends, value| {
            [ends[0].min(value), ends[1].max(value)]
        });
        assert_eq!(ends, wanted, "the extremes are among the points");
    }
}

#[test]
fn a_cloud_that_fills_the_area_is_coarsened_to_its_budget() {
    let n = 300_000_u64;
    // Two sequences that fill a square.
    let spread = |factor: f64| {
        let values = (0..n).map(|idx| (idx as f64 * factor).fract());
        prepared((0..n as i64).collect(), values.collect())
    };
    let (x, y) = (
        spread(0.754_877_666_246_692_8),
        spread(0.569_840_290_998_053_3),
    );
    let budget = 10_000;
    let plane = Plane::compute(&x, &y, ALL, Pairing::Hold, (None, budget), &on).unwrap();
    assert!(!plane.is_path);
    // The extremes of rows and columns come on top.
    let most = budget + 4 * CLOUD_CELLS;
    assert!(
        (1_000..=most).contains(&plane.points.len()),
        "{}",
        plane.points.len()
    );
    assert!(plane.ratio(None) > 20.0);
}

#[test]
fn one_point_and_huge_values_are_no_trouble() {
    let x = prepared(vec![5], vec![7.0]);
    let plane = Plane::compute(&x, &x, ALL, Pairing::Hold, (None, 10), &on).unwrap();
    assert_eq!(xy(&plane), [(7.0, 7.0)]);
    let x = prepared(vec![0, 1, 2], vec![-f64::MAX, f64::MAX, f64::INFINITY]);
    let plane = Plane::compute(&x, &x, ALL, Pairing::Linear, (None, 10), &on).unwrap();
    assert_eq!(plane.points.len(), 2);
    let none = prepared(vec![], vec![]);
    let plane = Plane::compute(&none, &x, ALL, Pairing::Hold, (None, 10), &on).unwrap();
    assert_eq!((plane.points.len(), plane.left_out), (0, 3));
}

#[test]
fn it_stops_when_told_to() {
    let x = prepared((0..100_000).collect(), vec![1.0; 100_000]);
    let plane = Plane::compute(&x, &x, ALL, Pairing::Hold, (None, 10), &|| false);
    assert_eq!(plane, None);
}

/// How far a point is from the nearest line of a path, in cells of the grid.
fn distance(plane: &Plane, point: PlanePoint, cell: [f64; 2]) -> f64 {
    let scaled = |point: PlanePoint| [point.x / cell[0], point.y / cell[1]];
    let at = scaled(point);
    let to_segment = |pair: &[PlanePoint]| {
        let (a, b) = (scaled(pair[0]), scaled(pair[pair.len() - 1]));
        let along = [b[0] - a[0], b[1] - a[1]];
        let length = along[0] * along[0] + along[1] * along[1];
        let share = if length > 0.0 {
            ((at[0] - a[0]) * along[0] + (at[1] - a[1]) * along[1]) / length
        } else {
            0.0
        };
        let share = share.clamp(0.0, 1.0);
        (a[0] + along[0] * share - at[0]).hypot(a[1] + along[1] * share - at[1])
    };
    let runs = plane.runs().flat_map(|run| {
        let singles = (run.len() == 1).then_some(run);
        run.windows(2).chain(singles)
    });
    runs.map(to_segment).fold(f64::MAX, f64::min)
}

proptest! {
    #[test]
    fn a_reduced_path_stays_within_a_cell(
        rows in prop::collection::vec((1_i64..80, -100.0..100.0_f64, -100.0..100.0_f64), 2..120),
        budget in 4_usize..40,
    ) {
        let times: Vec<i64> = rows
            .iter()
            .scan(0, |time, row| { *time += row.0; Some(*time) })
            .collect();
        let x = prepared(times.clone(), rows.iter().map(|row| row.1).collect());
        let y = prepared(times, rows.iter().map(|row| row.2).collect());
        let points = || pairs(&x, &y, ALL, Pairing::Hold);
        let plane = Plane::reduce(points, None, budget, true, &on).unwrap();
        prop_assert!(plane.is_path);
        prop_assert_eq!(plane.n_pairs, rows.len());
        prop_assert!(plane.points.is_sorted_by_key(|point| point.time));
        // The coarsest grid that a path may end at has eight cells.
        let bounds = plane.bounds.unwrap();
        let cell = [bounds.x, bounds.y].map(|[low, high]| ((high - low) / 8.0).max(1e-12));
        for step in points() {
            if let Step::Point { point, .. } = step {
                prop_assert!(distance(&plane, point, cell) <= 1.5);
            }
        }
    }
}
