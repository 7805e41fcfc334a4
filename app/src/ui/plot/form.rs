//! What a signal is drawn as: a line, steps or a lane.

use crate::series::Style;
use crate::source::SignalInfo;
use crate::state::{Form, PlottedSignal};

/// As the user chose, else as its definition and its values suggest.
pub(crate) fn form_of(plotted: &PlottedSignal, info: &SignalInfo) -> Form {
    plotted.look.form.unwrap_or_else(|| suggested(info))
}

/// How values go on from sample to sample.
pub(crate) fn style_of(form: Form) -> Style {
    match form {
        Form::Line => Style::Line,
        Form::Steps | Form::Lane => Style::Step,
    }
}

/// Switches and enumerations are lanes; other whole numbers hold their value; physical quantities run in
/// between.
pub(crate) fn suggested(info: &SignalInfo) -> Form {
    if is_switch(info) || is_enumeration(info) {
        Form::Lane
    } else if info.integer {
        Form::Steps
    } else {
        Form::Line
    }
}

fn is_switch(info: &SignalInfo) -> bool {
    info.integer && info.unit.is_empty() && info.min >= Some(0.0) && info.max <= Some(1.0)
}

/// Whether values are names rather than numbers. A quantity may have names too, for values like "not
/// available" and "error".
pub(super) fn is_enumeration(info: &SignalInfo) -> bool {
    if info.labels.is_empty() || !info.integer {
        return false;
    }
    let (Some(min), Some(max)) = (info.min, info.max) else {
        return true;
    };
    let named = info.labels.iter();
    let n_named = named.filter(|(of, _)| (min..=max).contains(of)).count();
    let has_all = n_named as f64 > max - min;
    has_all || info.unit.is_empty() && n_named >= 2
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use canlake_shared::schema::SignalKey;

    use super::*;
    use crate::source::testing::signal_info;

    fn of(unit: &str, integer: bool, range: [f64; 2], named: &[f64]) -> Form {
        let key = SignalKey::new("can0", "Message", Some(1), "Signal");
        let info = SignalInfo {
            integer,
            min: Some(range[0]),
            max: Some(range[1]),
            labels: named.iter().map(|of| (*of, Arc::from("text"))).collect(),
            ..signal_info(key, unit)
        };
        suggested(&info)
    }

    #[test]
    fn names_make_a_lane_where_the_values_have_them() {
        // Gears, also where only one was seen; codes far apart; the same with a unit that is none.
        assert_eq!(
            of("", true, [0.0, 6.0], &[0., 1., 2., 3., 4., 5., 6., 7.]),
            Form::Lane
        );
        assert_eq!(of("", true, [3.0, 3.0], &[0., 1., 2., 3.]), Form::Lane);
        assert_eq!(of("", true, [0.0, 255.0], &[0., 16., 255.]), Form::Lane);
        assert_eq!(of("-", true, [0.0, 2.0], &[0., 1., 2.]), Form::Lane);
        // A speed, a temperature and a counter that have texts for what is no value.
        assert_eq!(of("km/h", true, [0.0, 255.0], &[254., 255.]), Form::Steps);
        assert_eq!(of("°C", false, [-40.0, 87.5], &[87.5]), Form::Line);
        assert_eq!(of("", true, [0.0, 15.0], &[15.]), Form::Steps);
    }

    #[test]
    fn switches_are_lanes_and_other_numbers_are_not() {
        assert_eq!(of("", true, [0.0, 1.0], &[]), Form::Lane);
        assert_eq!(of("", true, [0.0, 2.0], &[]), Form::Steps);
        assert_eq!(of("%", true, [0.0, 1.0], &[]), Form::Steps);
        assert_eq!(of("V", false, [0.0, 1.0], &[]), Form::Line);
    }
}
