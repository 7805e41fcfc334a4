//! The way that a vehicle went, from its latitude and longitude.
//!
//! Positions are those of the latitude's samples, with the longitude as of then. Left out and counted:
//! what is missing, out of range, or exactly 0, 0, which is what receivers without a fix send. Longitudes
//! go on beyond ±180° where the way crosses the date line, so that it is not torn apart.
//!
//! On the screen a degree of latitude is as long everywhere and a degree of longitude as it is at the
//! middle of the track (equirectangular projection): right for a drive, not for a continent.

use super::Prepared;
use super::plane::{Area, Pairing, Plane, PlanePoint, Step, pairs};

/// Metres of a degree of latitude, on a sphere of the Earth's mean radius.
pub const METRES_PER_DEGREE: f64 = 6_371_008.8 * std::f64::consts::PI / 180.0;

/// A track in degrees: `x` is the longitude, `y` the latitude.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Track {
    /// Joined by lines, cut at gaps.
    pub plane: Plane,
    /// Positions that cannot be: out of range, or 0, 0.
    pub n_invalid: usize,
    /// Of each point the value of the third signal; NaN where it has none. Empty without one.
    pub colors: Vec<f64>,
}

impl Track {
    /// The positions in `range`, as seen in `area`, in about `budget` points. `None` when told to stop.
    pub fn compute(
        [latitude, longitude]: [&Prepared; 2],
        color: Option<&Prepared>,
        range: (i64, i64),
        (area, budget): (Option<Area>, usize),
        go_on: &dyn Fn() -> bool,
    ) -> Option<Self> {
        let held = || pairs(longitude, latitude, range, Pairing::Hold);
        let is_invalid =
            |step: &Step| matches!(step, Step::Point { point, .. } if !is_position(*point));
        let n_invalid = held().filter(is_invalid).count();
        let positions = || {
            let mut unwrapped = None;
            held().map(move |step| match step {
                Step::Point { point, is_cut } if is_position(point) => Step::Point {
                    point: unwrap(point, &mut unwrapped),
                    is_cut,
                },
                _ => Step::Nothing,
            })
        };
        let mut plane = Plane::reduce(positions, area, budget, true, go_on)?;
        plane.left_out -= n_invalid;
        let value = |point: &PlanePoint| {
            let value = super::value_at(color?, point.time, Pairing::Hold);
            Some(value.unwrap_or(f64::NAN))
        };
        Some(Self {
            colors: plane.points.iter().filter_map(value).collect(),
            plane,
            n_invalid,
        })
    }
}

/// The position at one time, as it is on the track: `None` where there is none.
pub fn position_at([latitude, longitude]: [&Prepared; 2], time: i64) -> Option<PlanePoint> {
    let at = |data| super::value_at(data, time, Pairing::Hold);
    let point = PlanePoint {
        x: at(longitude)?,
        y: at(latitude)?,
        time,
    };
    is_position(point).then_some(point)
}

/// The longitude nearest to another one that means the same place.
pub fn nearest_longitude(longitude: f64, to: f64) -> f64 {
    longitude - ((longitude - to) / 360.0).round() * 360.0
}

fn is_position(point: PlanePoint) -> bool {
    point.x.abs() <= 180.0 && point.y.abs() <= 90.0 && (point.x != 0.0 || point.y != 0.0)
}

fn unwrap(point: PlanePoint, before: &mut Option<f64>) -> PlanePoint {
    let x = before.map_or(point.x, |before| nearest_longitude(point.x, before));
    *before = Some(x);
    PlanePoint { x, ..point }
}

/// Metres of a degree of longitude at a latitude.
pub fn metres_per_degree_of_longitude(latitude: f64) -> f64 {
    METRES_PER_DEGREE * latitude.to_radians().cos().max(0.01)
}

#[cfg(test)]
mod tests {
    use super::super::{GapPolicy, Series};
    use super::*;

    fn prepared(values: &[f64]) -> Prepared {
        let times: Vec<i64> = (0..values.len() as i64).map(|idx| idx * 10).collect();
        let policy = GapPolicy {
            expected_period_ns: Some(10),
            ..GapPolicy::default()
        };
        let series = Series::new(times.into(), values.to_vec().into()).unwrap();
        Prepared::new(series, &policy)
    }

    const ALL: (i64, i64) = (i64::MIN, i64::MAX);

    #[test]
    fn what_cannot_be_a_position_is_left_out_and_counted() {
        let latitude = prepared(&[48.0, 0.0, 48.1, 95.0, f64::NAN, 48.2, 48.3]);
        let longitude = prepared(&[11.0, 0.0, 11.1, 11.0, 11.0, 214.7, 11.3]);
        let speed = prepared(&[5.0, 6.0, 7.0, 8.0, 9.0, 10.0, f64::NAN]);
        let track = Track::compute(
            [&latitude, &longitude],
            Some(&speed),
            ALL,
            (None, 99),
            &|| true,
        );
        let track = track.unwrap();
        let places: Vec<_> = track.plane.points.iter().map(|it| (it.x, it.y)).collect();
        assert_eq!(places, [(11.0, 48.0), (11.1, 48.1), (11.3, 48.3)]);
        assert_eq!((track.n_invalid, track.plane.left_out), (3, 1));
        assert_eq!(
            track.plane.runs().count(),
            3,
            "no line leads over what is left out"
        );
        assert_eq!(track.colors[..2], [5.0, 7.0]);
        assert!(track.colors[2].is_nan());
    }

    #[test]
    fn the_date_line_does_not_tear_a_track() {
        let latitude = prepared(&[-17.0, -17.0, -17.0, -17.1]);
        let longitude = prepared(&[179.8, 179.9, -179.9, -179.8]);
        let track =
            Track::compute([&latitude, &longitude], None, ALL, (None, 99), &|| true).unwrap();
        let bounds = track.plane.bounds.unwrap();
        assert!(bounds.x[1] - bounds.x[0] < 0.5, "{bounds:?}");
        assert!(track.colors.is_empty());
    }

    #[test]
    fn a_degree_is_sixty_nautical_miles() {
        assert!((METRES_PER_DEGREE / 60.0 - 1_852.0).abs() < 2.0);
        let at_sixty = metres_per_degree_of_longitude(60.0);
        assert!((at_sixty / METRES_PER_DEGREE - 0.5).abs() < 1e-9);
    }
}
