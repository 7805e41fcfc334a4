use canlake_shared::time::TimeRange;

use super::super::testing::info;
use super::*;
use crate::state::SourceId;

fn vehicle(signals: Vec<SignalInfo>) -> Vehicle {
    Vehicle {
        id: "V".into(),
        range: TimeRange::ALL,
        rows: 0,
        bytes: 0,
        files: 0,
        sessions: Vec::new(),
        signals,
    }
}

fn car() -> Vehicle {
    vehicle(vec![
        info("BMS", "Pack_Voltage", "V"),
        info("Motor", "Motor_RPM", "rpm"),
        info("Motor", "Stator_Temp", "degC"),
    ])
}

fn listing(vehicle: &Vehicle) -> Listing<'_> {
    Listing {
        vehicle,
        computed: &[],
    }
}

/// What the lines are made of, kept.
struct Kept {
    catalogue: Arc<Catalogue>,
    vehicle: VehicleRef,
    closed: BTreeSet<GroupId>,
    favourites: BTreeSet<Favourite>,
    only_favourites: bool,
}

impl Kept {
    fn new() -> Self {
        Self {
            catalogue: Arc::new(Catalogue::default()),
            vehicle: VehicleRef::new(SourceId(0), "V"),
            closed: BTreeSet::new(),
            favourites: BTreeSet::new(),
            only_favourites: false,
        }
    }

    fn shown<'a>(&'a self, filter: &'a str) -> Shown<'a> {
        Shown {
            catalogue: &self.catalogue,
            vehicle: &self.vehicle,
            computed: &[],
            filter,
            closed: &self.closed,
            favourites: &self.favourites,
            only_favourites: self.only_favourites,
        }
    }
}

fn names(vehicle: &Vehicle, rows: &[Row]) -> Vec<String> {
    let name = |row: &Row| match row {
        Row::Group { id, n_signals, .. } => format!("{} {n_signals}", id.name()),
        Row::Signal { at, .. } => vehicle.signals[*at as usize].key.signal.to_string(),
    };
    rows.iter().map(name).collect()
}

#[test]
fn signals_stand_below_their_messages() {
    let car = car();
    let mut rows = Rows::default();
    let mut kept = Kept::new();
    rows.refresh(listing(&car), kept.shown(""));
    assert_eq!(
        names(&car, rows.as_slice()),
        [
            "BMS 1",
            "Pack_Voltage",
            "Motor 2",
            "Motor_RPM",
            "Stator_Temp"
        ]
    );
    kept.closed.insert(GroupId::Message("Motor".into()));
    rows.refresh(listing(&car), kept.shown(""));
    assert_eq!(
        names(&car, rows.as_slice()),
        ["BMS 1", "Pack_Voltage", "Motor 2"]
    );
}

#[test]
fn a_search_lists_hits_of_closed_messages_too_best_first() {
    let car = car();
    let mut rows = Rows::default();
    let mut kept = Kept::new();
    kept.closed.insert(GroupId::Message("Motor".into()));
    rows.refresh(listing(&car), kept.shown("mot"));
    assert_eq!(names(&car, rows.as_slice()), ["Motor_RPM", "Stator_Temp"]);
    assert_eq!(rows.n_found(), 2);
}

#[test]
fn typing_on_gives_what_the_whole_text_gives() {
    let car = car();
    let mut typed = Rows::default();
    let kept = Kept::new();
    for text in [
        "m", "mo", "mot", "mot ", "mot t", "mot te", "mot tem", "mot temq", "mot tem", "volt",
    ] {
        typed.refresh(listing(&car), kept.shown(text));
        let mut whole = Rows::default();
        whole.refresh(listing(&car), kept.shown(text));
        assert_eq!(typed.as_slice(), whole.as_slice(), "{text}");
        assert_eq!(typed.closeness(), whole.closeness(), "{text}");
    }
}

#[test]
fn lines_are_made_once() {
    let car = car();
    let mut rows = Rows::default();
    let mut kept = Kept::new();
    assert!(rows.refresh(listing(&car), kept.shown("")));
    assert!(!rows.refresh(listing(&car), kept.shown("")));
    // Another reading of the same source is another catalogue.
    kept.catalogue = Arc::new(Catalogue::default());
    assert!(rows.refresh(listing(&car), kept.shown("")));
    assert!(!rows.refresh(listing(&car), kept.shown("")));
}

#[test]
fn favourites_and_computed_signals_stand_on_top() {
    let car = car();
    let power = info("", "Power", "kW");
    let computed = [&power];
    let listing = Listing {
        vehicle: &car,
        computed: &computed,
    };
    let favourites = BTreeSet::from([Favourite::of(&car.signals[2].key)]);
    let ids = |only| -> Vec<_> {
        let groups = groups(listing, &favourites, only).into_iter();
        groups.map(|group| (group.id, group.signals)).collect()
    };
    assert_eq!(
        ids(false),
        [
            (GroupId::Favourites, vec![2]),
            (GroupId::Computed, vec![3]),
            (GroupId::Message("BMS".into()), vec![0]),
            (GroupId::Message("Motor".into()), vec![1, 2]),
        ]
    );
    assert_eq!(ids(true), [(GroupId::Favourites, vec![2])]);
    assert!(listing.is_computed(3) && !listing.is_computed(2));
    assert_eq!(&*listing.get(3).unwrap().key.signal, "Power");
    assert_eq!(listing.get(4), None);
}

#[test]
fn only_favourites_are_searched_when_only_they_are_shown() {
    let car = car();
    let mut rows = Rows::default();
    let kept = Kept {
        favourites: BTreeSet::from([Favourite::of(&car.signals[2].key)]),
        only_favourites: true,
        ..Kept::new()
    };
    rows.refresh(listing(&car), kept.shown("mot"));
    assert_eq!(names(&car, rows.as_slice()), ["Stator_Temp"]);
}

#[test]
fn namesakes_of_a_message_are_known() {
    let mut car = car();
    let mut other = info("Motor", "Motor_RPM", "rpm");
    other.key.arbitration_id = Some(0x1A1);
    car.signals.insert(2, other);
    let namesakes: Vec<_> = (0..4).map(|at| listing(&car).is_namesake(at)).collect();
    assert_eq!(namesakes, [false, true, true, false]);
}
