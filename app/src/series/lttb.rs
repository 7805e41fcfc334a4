//! Largest-Triangle-Three-Buckets: a line's shape with fewer points. Slices in, indices out.
//!
//! Source: Sveinn Steinarsson, "Downsampling Time Series for Visual Representation", University of
//! Iceland, 2013, section 4.2. Knows nothing of gaps: give it one segment.
//!
//! Decided before the code:
//! - Points whose value is NaN or infinite are taken out first. "All points" below are the rest.
//! - `n_out` of 0 gives nothing, 1 the first point, 2 the first and the last.
//! - No more points than `n_out`: all of them. Otherwise exactly `n_out`, in order, without repeats,
//!   with the first and the last.
//! - Buckets hold equal counts, with the reference's boundaries; the first of equally large
//!   triangles wins, and a triangle whose area is not a number (values near the limits of `f64`)
//!   counts as none.

/// Indices of the points that keep the shape of the line best. See the module's text.
///
/// `times` (nanoseconds) and `values` are of equal length. `out` is cleared first.
pub fn lttb_indices(times: &[i64], values: &[f64], n_out: usize, out: &mut Vec<u32>) {
    debug_assert_eq!(times.len(), values.len(), "columns of one series");
    out.clear();
    if values.iter().all(|v| v.is_finite()) {
        classic(values.len(), n_out, |i| i, times, values, out);
    } else {
        let finite: Vec<u32> = (0_u32..)
            .zip(values)
            .filter(|(_, v)| v.is_finite())
            .map(|(i, _)| i)
            .collect();
        classic(
            finite.len(),
            n_out,
            |i| finite[i] as usize,
            times,
            values,
            out,
        );
        for index in out {
            *index = finite[*index as usize];
        }
    }
}

fn classic(
    n: usize,
    n_out: usize,
    at: impl Fn(usize) -> usize,
    times: &[i64],
    values: &[f64],
    out: &mut Vec<u32>,
) {
    if n <= n_out {
        out.extend(0..n as u32);
        return;
    }
    match n_out {
        0 => {}
        1 => out.push(0),
        2 => out.extend([0, n as u32 - 1]),
        _ => {
            let origin = times[at(0)];
            let point = |i: usize| {
                let i = at(i);
                [times[i].abs_diff(origin) as f64, values[i]]
            };
            let width = (n - 2) as f64 / (n_out - 2) as f64;
            let start = |bucket: usize| (bucket as f64 * width) as usize + 1;
            out.push(0);
            largest_triangles(point, (0..n_out - 2).map(start), n, out);
            out.push(n as u32 - 1);
        }
    }
}

/// The heart of it: from every bucket the point that makes the largest triangle with the point
/// chosen before and the mean of the next bucket.
///
/// Of the `n` points the first and the last are fixed and not pushed. `starts` are the ascending
/// first points of the buckets, from 1 on; the last bucket ends before the last point.
pub(super) fn largest_triangles(
    point: impl Fn(usize) -> [f64; 2],
    starts: impl Iterator<Item = usize>,
    n: usize,
    out: &mut Vec<u32>,
) {
    let Some(last) = n.checked_sub(1) else {
        return;
    };
    let mut ends = starts.skip(1).chain([last, n]);
    let mut anchor = point(0);
    let mut start = 1;
    let Some(mut end) = ends.next() else {
        return;
    };
    for next_end in ends {
        let count = (next_end - end) as f64;
        let sum = (end..next_end)
            .map(&point)
            .fold([0.0, 0.0], |sum, p| [sum[0] + p[0], sum[1] + p[1]]);
        let mean = [sum[0] / count, sum[1] / count];
        let (mut chosen, mut largest) = (start, -1.0);
        for i in start..end {
            let [x, y] = point(i);
            let area = ((anchor[0] - mean[0]) * (y - anchor[1])
                - (anchor[0] - x) * (mean[1] - anchor[1]))
                .abs();
            if area > largest {
                (chosen, largest) = (i, area);
            }
        }
        if start < end {
            out.push(chosen as u32);
            anchor = point(chosen);
        }
        (start, end) = (end, next_end);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lttb(values: &[f64], n_out: usize) -> Vec<u32> {
        let times: Vec<i64> = (0..).take(values.len()).collect();
        let mut out = vec![99];
        lttb_indices(&times, values, n_out, &mut out);
        out
    }

    #[test]
    fn few_points_and_few_wanted() {
        let nan = f64::NAN;
        let cases: [(&[f64], usize, &[u32]); 10] = [
            (&[], 5, &[]),
            (&[1.0], 0, &[]),
            (&[1.0, 2.0, 3.0], 0, &[]),
            (&[1.0, 2.0, 3.0], 1, &[0]),
            (&[1.0, 2.0, 3.0], 2, &[0, 2]),
            (&[1.0, 2.0, 3.0], 3, &[0, 1, 2]),
            (&[nan, 2.0, nan, 3.0, nan], 9, &[1, 3]),
            (&[nan, f64::INFINITY], 9, &[]),
            (&[nan, 2.0, 5.0, nan, 3.0, 4.0, nan], 2, &[1, 5]),
            (&[0.0, 1.0, 9.0, 1.0, nan, 0.0], 3, &[0, 2, 5]),
        ];
        for (values, n_out, expected) in cases {
            assert_eq!(lttb(values, n_out), expected, "{values:?} to {n_out}");
        }
    }

    /// The original's implementation in its own words. Between triangles that are equally large but
    /// for rounding it takes the point that was `found`.
    fn reference(values: &[f64], n_out: usize, found: &[u32]) -> Vec<u32> {
        let n = values.len();
        let every = (n - 2) as f64 / (n_out - 2) as f64;
        let mut chosen = vec![0];
        let mut a = 0;
        for i in 0..n_out - 2 {
            let next = (((i + 1) as f64 * every) as usize + 1, {
                // The last bucket ends before the last point, whatever rounding makes of it.
                let is_last = i + 2 == n_out - 2;
                let end = ((i + 2) as f64 * every) as usize + 1;
                if is_last { n - 1 } else { end.min(n) }
            });
            let next = if i == n_out - 3 { (n - 1, n) } else { next };
            let count = (next.1 - next.0) as f64;
            let mean_x = (next.0..next.1).map(|j| j as f64).sum::<f64>() / count;
            let mean_y = values[next.0..next.1].iter().sum::<f64>() / count;
            let from = (i as f64 * every) as usize + 1;
            let to = if i == n_out - 3 {
                n - 1
            } else {
                ((i + 1) as f64 * every) as usize + 1
            };
            let area = |j: usize| {
                ((a as f64 - mean_x) * (values[j] - values[a])
                    - (a as f64 - j as f64) * (mean_y - values[a]))
                    .abs()
            };
            let mut best = (-1.0, from);
            for j in from..to {
                if area(j) > best.0 {
                    best = (area(j), j);
                }
            }
            let other = found[i + 1] as usize;
            if (from..to).contains(&other) && area(other) >= best.0 * (1.0 - 1e-9) - 1e-6 {
                best.1 = other;
            }
            a = best.1;
            chosen.push(a as u32);
        }
        chosen.push(n as u32 - 1);
        chosen
    }

    proptest! {
        #[test]
        fn sorted_unique_ends_kept_and_as_many_as_asked(
            values in prop::collection::vec(
                prop_oneof![9 => any::<f64>(), 1 => Just(f64::NAN)], 0..300),
            n_out in 0_usize..310,
        ) {
            let finite: Vec<u32> = (0..values.len() as u32)
                .filter(|&i| values[i as usize].is_finite())
                .collect();
            let out = lttb(&values, n_out);
            prop_assert_eq!(out.len(), n_out.min(finite.len()));
            prop_assert!(out.is_sorted_by(|a, b| a < b));
            prop_assert!(out.iter().all(|i| finite.binary_search(i).is_ok()));
            if n_out >= 1 {
                prop_assert_eq!(out.first(), finite.first());
            }
            if n_out >= 2 {
                prop_assert_eq!(out.last(), finite.last());
            }
        }

        #[test]
        fn is_the_published_algorithm(
            values in prop::collection::vec(-1e6..1e6_f64, 4..300),
            part in 0.0..1.0_f64,
        ) {
            let n_out = 3 + (part * (values.len() - 4) as f64) as usize;
            let found = lttb(&values, n_out);
            prop_assert_eq!(&reference(&values, n_out, &found), &found);
        }
    }
}
