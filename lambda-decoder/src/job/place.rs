//! Where a decoded file goes: vehicle and key.

use canlake_shared::lake::{BootId, ObjectKey, Partition, RawName, VehicleId};
use canlake_shared::logs::without_packing;
use canlake_shared::time::Timestamp;

use super::RawObject;
use crate::error::JobError;

/// The vehicle of an object: as asked for, else as its rows say, else as its key does, else its name
/// without endings. An id that the lake does not write is made into one, with a note.
pub(super) fn vehicle(
    object: &RawObject<'_>,
    wanted: Option<&VehicleId>,
    in_file: Option<String>,
) -> (VehicleId, Option<String>) {
    if let Some(wanted) = wanted {
        return (wanted.clone(), None);
    }
    let in_key = || {
        let partition = object.key?.partition()?;
        Some(partition.vehicle.as_str().to_owned())
    };
    let known = in_file.filter(|id| !id.is_empty()).or_else(in_key);
    let is_known = known.is_some();
    let id = known.unwrap_or_else(|| stem(object.name).to_owned());
    let vehicle = writable(&id);
    let note = if !is_known {
        Some(format!(
            "names no vehicle; stored as vehicle {vehicle} after the file, --vehicle sets another"
        ))
    } else if vehicle.as_str() != id {
        Some(format!(
            "vehicle id {id:?} is not one that can be stored; stored as {vehicle}, --vehicle sets another"
        ))
    } else {
        None
    };
    (vehicle, note)
}

/// The key of the decoded file of one partition.
///
/// A file of a lake keeps its name; what comes from elsewhere is named after its first frame and
/// its content, so that equal names from different folders never meet.
pub(super) fn key(
    object: &RawObject<'_>,
    partition: Partition,
    first: Timestamp,
) -> Result<ObjectKey, JobError> {
    let of_lake =
        |key: &&ObjectKey| key.partition().is_some() || key.name().parse::<RawName>().is_ok();
    if let Some(key) = object.key.filter(of_lake) {
        let key = ObjectKey::new(key.area(), Some(partition), key.name());
        return Ok(key.map_err(JobError::Key)?.to_decoded());
    }
    let name = RawName::new(first, BootId::default(), 0, object.content);
    Ok(ObjectKey::raw(partition.vehicle, &name).to_decoded())
}

/// A file's name without the ending of what packed it and one more.
fn stem(name: &str) -> &str {
    let name = without_packing(name);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

fn writable(id: &str) -> VehicleId {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
    let plain = |letter| if is_plain(letter) { letter } else { '_' };
    let id: String = id.chars().map(plain).take(VehicleId::MAX_LEN).collect();
    VehicleId::new(&id)
        .or_else(|_empty| VehicleId::new("unknown"))
        .expect("plain characters of allowed length are a valid id")
}

#[cfg(test)]
mod tests {
    use super::*;
    use canlake_shared::schema::ContentHash;

    fn decide(name: &str, key: Option<&str>, in_file: Option<&str>) -> (String, bool) {
        let key: Option<ObjectKey> = key.map(|key| key.parse().unwrap());
        let object = RawObject {
            content: ContentHash::of(b""),
            len_bytes: 0,
            key: key.as_ref(),
            name,
        };
        let (vehicle, note) = vehicle(&object, None, in_file.map(str::to_owned));
        (vehicle.to_string(), note.is_some())
    }

    #[test]
    fn vehicles() {
        let key = "raw/vehicle_id=KEY/year=2026/month=01/day=02/x_raw.parquet";
        let cases = [
            (("x_raw.parquet", Some(key), Some("FILE")), ("FILE", false)),
            (("x_raw.parquet", Some(key), None), ("KEY", false)),
            (("x_raw.parquet", Some(key), Some("a b/ü")), ("a_b__", true)),
            (("truck 7.log.gz", None, None), ("truck_7", true)),
            ((".log", None, None), ("unknown", true)),
        ];
        for ((name, key, in_file), (vehicle, is_noted)) in cases {
            let found = decide(name, key, in_file);
            assert_eq!(found, (vehicle.to_owned(), is_noted), "{name}");
        }
    }
}
