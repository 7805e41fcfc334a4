//! Signals and vehicles in a JSON tree, wherever they stand: parts of the state name them in places of
//! their own, and a layout must know none of these.

use serde_json::{Map, Value, json};

use crate::state::{SignalRef, VehicleRef};

const SOURCE: &str = "source_id";
const VEHICLE: &str = "vehicle_id";
const OVERLAY: &str = "overlay";
const SLOT: &str = "slot";

/// Replaces all references: of a signal first the whole, then the vehicle in it.
pub(super) fn replace(
    tree: &mut Value,
    signal: &mut dyn FnMut(SignalRef) -> SignalRef,
    vehicle: &mut dyn FnMut(VehicleRef) -> VehicleRef,
) {
    if is_vehicle(tree) {
        if let Ok(known) = serde_json::from_value::<VehicleRef>(tree.clone()) {
            *tree = json!(vehicle(known));
        }
        return;
    }
    if let Value::Object(fields) = tree {
        replace_signal(fields, signal);
    }
    match tree {
        Value::Object(fields) => {
            for value in fields.values_mut() {
                replace(value, signal, vehicle);
            }
        }
        Value::Array(values) => {
            for value in values {
                replace(value, signal, vehicle);
            }
        }
        _ => {}
    }
}

/// A signal may have more fields beside its own.
fn replace_signal(fields: &mut Map<String, Value>, signal: &mut dyn FnMut(SignalRef) -> SignalRef) {
    let (Some(vehicle), Some(key)) = (fields.get("vehicle"), fields.get("key")) else {
        return;
    };
    if !is_vehicle(vehicle) {
        return;
    }
    let known = json!({"vehicle": vehicle, "key": key});
    if let Ok(known) = serde_json::from_value(known) {
        let SignalRef { vehicle, key } = signal(known);
        fields.insert("vehicle".to_owned(), json!(vehicle));
        fields.insert("key".to_owned(), json!(key));
    }
}

fn is_vehicle(value: &Value) -> bool {
    let fields = value.as_object();
    fields.is_some_and(|fields| fields.contains_key(SOURCE) && fields.contains_key(VEHICLE))
}

/// Writes `{"slot": n}` for every vehicle of a layout.
pub(super) fn to_slots(tree: &mut Value) {
    if is_vehicle(tree) {
        let mut slot = Map::new();
        slot.insert(SLOT.to_owned(), tree[SOURCE].take());
        if let Some(overlay) = tree.get_mut(OVERLAY) {
            slot.insert(OVERLAY.to_owned(), overlay.take());
        }
        *tree = Value::Object(slot);
        return;
    }
    for_children(tree, &mut to_slots);
}

/// Reads them back. Slots that the list of vehicles lacks are added to it, as far as `max_slots`;
/// what goes beyond is left as it is, to be complained about by whoever reads it as a vehicle.
pub(super) fn from_slots(tree: &mut Value, vehicles: &mut Vec<String>, max_slots: usize) {
    if let Some(slot) = slot_in(tree) {
        if slot < max_slots {
            if vehicles.len() <= slot {
                vehicles.resize(slot + 1, String::new());
            }
            let mut vehicle = Map::new();
            vehicle.insert(SOURCE.to_owned(), json!(slot));
            vehicle.insert(VEHICLE.to_owned(), json!(vehicles[slot]));
            if let Some(overlay) = tree.get_mut(OVERLAY) {
                vehicle.insert(OVERLAY.to_owned(), overlay.take());
            }
            *tree = Value::Object(vehicle);
        }
        return;
    }
    for_children(tree, &mut |child| from_slots(child, vehicles, max_slots));
}

fn slot_in(value: &Value) -> Option<usize> {
    let fields = value.as_object()?;
    let is_slot = fields.keys().all(|name| name == SLOT || name == OVERLAY);
    let slot = fields.get(SLOT).filter(|_| is_slot)?.as_u64()?;
    usize::try_from(slot).ok()
}

fn for_children(tree: &mut Value, change: &mut dyn FnMut(&mut Value)) {
    match tree {
        Value::Object(fields) => fields.values_mut().for_each(change),
        Value::Array(values) => values.iter_mut().for_each(change),
        _ => {}
    }
}
