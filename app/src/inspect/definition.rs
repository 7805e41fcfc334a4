//! The definition of a signal: which DBC file, which message, which signal.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use canlake_shared::dbc::{DbcFile, MessageDef, SignalDef};
use canlake_shared::error_chain;
use canlake_shared::schema::SignalKey;
use canlake_shared::schema::footer::DbcSource;

use super::shelf::{DbcShelf, ShelvedDbc};
use super::{BitGrid, Origin};

/// A signal as a DBC file defines it.
#[derive(Clone, Debug)]
pub struct Definition {
    /// The file.
    pub dbc: Arc<DbcFile>,
    /// Where the file is; `None` for the one built into the program.
    pub path: Option<PathBuf>,
    /// What the file has to do with the samples.
    pub standing: Standing,
    /// The bits of the message.
    pub grid: Arc<BitGrid>,
    message_idx: usize,
    signal_idx: usize,
}

/// What a DBC file has to do with decoded samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// They were decoded with it, as its hash shows.
    DecodedWith,
    /// They were decoded with another.
    Other,
    /// What they were decoded with is not known.
    Unknown,
}

/// Why a signal has no definition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoDefinition {
    /// No footer names a DBC file.
    #[error("the files do not say which DBC file they were decoded with")]
    NotNamed,
    /// The DBC files that the footers name are not among those known here.
    #[error("decoded with {names}, which is not among the DBC files known here")]
    NotHere {
        /// Their names.
        names: String,
    },
    /// The DBC files are there and do not define the signal.
    #[error("{names} does not define {key}")]
    NotInFile {
        /// Their names.
        names: String,
        /// The signal.
        key: SignalKey,
    },
    /// The DBC file that was chosen cannot be read.
    #[error("{text}")]
    Unreadable {
        /// Why, with the file.
        text: String,
    },
}

impl Definition {
    /// The message.
    pub fn message(&self) -> &MessageDef {
        &self.dbc.database.messages[self.message_idx]
    }

    /// The signal.
    pub fn signal(&self) -> &SignalDef {
        &self.message().signals[self.signal_idx]
    }

    /// Position of the signal in its message.
    pub fn signal_idx(&self) -> usize {
        self.signal_idx
    }

    /// The definition of a signal in one file.
    pub fn in_file(key: &SignalKey, shelved: ShelvedDbc, standing: Standing) -> Option<Self> {
        let (message_idx, signal_idx) = positions(&shelved.file, key)?;
        let message = shelved.file.database.messages.get(message_idx)?;
        Some(Self {
            grid: Arc::new(BitGrid::new(message)),
            dbc: shelved.file,
            path: shelved.path,
            standing,
            message_idx,
            signal_idx,
        })
    }

    /// The definition of a signal: in the file that was chosen, else in those that the footers name,
    /// found by their hashes among `places`.
    pub fn find(
        key: &SignalKey,
        origin: &Origin,
        chosen: Option<&PathBuf>,
        places: &[PathBuf],
        shelf: &DbcShelf,
    ) -> Result<Self, NoDefinition> {
        if let Some(path) = chosen {
            return Self::chosen(key, origin, path, shelf);
        }
        if origin.dbc.is_empty() {
            return Err(NoDefinition::NotNamed);
        }
        let mut absent = Vec::new();
        for wanted in &origin.dbc {
            let Some(shelved) = shelf.find(wanted, places) else {
                absent.push(wanted);
                continue;
            };
            if let Some(definition) = Self::in_file(key, shelved, Standing::DecodedWith) {
                return Ok(definition);
            }
        }
        Err(if absent.is_empty() {
            NoDefinition::NotInFile {
                names: names(origin.dbc.iter()),
                key: key.clone(),
            }
        } else {
            NoDefinition::NotHere {
                names: names(absent.into_iter()),
            }
        })
    }

    fn chosen(
        key: &SignalKey,
        origin: &Origin,
        path: &Path,
        shelf: &DbcShelf,
    ) -> Result<Self, NoDefinition> {
        let file = shelf.read(path).map_err(|error| NoDefinition::Unreadable {
            text: error_chain(&error),
        })?;
        let is_named = origin.dbc.iter().any(|named| named.sha256 == file.sha256);
        let standing = match (is_named, origin.dbc.is_empty()) {
            (true, _) => Standing::DecodedWith,
            (false, false) => Standing::Other,
            (false, true) => Standing::Unknown,
        };
        let names = file.name.clone();
        let shelved = ShelvedDbc {
            file,
            path: Some(path.to_owned()),
        };
        Self::in_file(key, shelved, standing).ok_or_else(|| NoDefinition::NotInFile {
            names,
            key: key.clone(),
        })
    }
}

fn names<'a>(sources: impl Iterator<Item = &'a DbcSource>) -> String {
    let names: Vec<&str> = sources.map(|source| source.name.as_str()).collect();
    names.join(", ")
}

/// The message of the key's name and identifier, and the signal in it. Of J1939 messages the
/// identifier may differ in priority and addresses.
fn positions(file: &DbcFile, key: &SignalKey) -> Option<(usize, usize)> {
    let messages = &file.database.messages;
    let message_idx = messages.iter().position(|message| {
        message.name == *key.message && key.arbitration_id.is_none_or(|id| fits(message, id))
    })?;
    let signals = &messages.get(message_idx)?.signals;
    let signal_idx = signals.iter().position(|it| it.name == *key.signal)?;
    Some((message_idx, signal_idx))
}

fn fits(message: &MessageDef, arbitration_id: u32) -> bool {
    let pgn = || {
        let frame = canlake_shared::can::CanId::extended(arbitration_id).ok()?;
        frame.pgn()
    };
    message.id.number() == arbitration_id
        || message.id.is_extended() && message.id.pgn().is_some_and(|own| Some(own) == pgn())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAR: &str = "BO_ 291 Drive: 8 N\n SG_ Speed : 0|16@1+ (0.01,0) [0|300] \"km/h\" N\n";
    const J1939: &str =
        "BO_ 2364540158 EEC1: 8 N\n SG_ EngineSpeed : 24|16@1+ (0.125,0) [0|8031] \"rpm\" N\n";

    fn origin(dbc: &[(&str, &str)]) -> Origin {
        let source = |(name, text): &(&str, &str)| DbcSource {
            name: (*name).to_owned(),
            sha256: DbcFile::new(*name, text.as_bytes()).sha256,
        };
        Origin {
            dbc: dbc.iter().map(source).collect(),
            ..Origin::default()
        }
    }

    fn key(message: &str, id: u32, signal: &str) -> SignalKey {
        SignalKey::new("can0", message, Some(id), signal)
    }

    #[test]
    fn the_file_that_the_footer_names_defines_the_signal() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("car.dbc");
        std::fs::write(&path, CAR).unwrap();
        let shelf = DbcShelf::default();
        let find =
            |key: &SignalKey, origin: &Origin, chosen: Option<&PathBuf>, places: &[PathBuf]| {
                Definition::find(key, origin, chosen, places, &shelf)
            };
        let speed = key("Drive", 291, "Speed");
        let named = origin(&[("trucks.dbc", J1939), ("car.dbc", CAR)]);
        let found = find(&speed, &named, None, std::slice::from_ref(&path)).unwrap();
        assert_eq!(found.standing, Standing::DecodedWith);
        assert_eq!(
            (found.message().name.as_str(), found.signal().factor),
            ("Drive", 0.01)
        );
        assert_eq!(found.path.as_ref(), Some(&path));

        let no_file = find(&speed, &named, None, &[]).unwrap_err();
        assert_eq!(
            no_file.to_string(),
            "decoded with trucks.dbc, car.dbc, which is not among the DBC files known here"
        );
        let not_in = find(
            &key("Drive", 291, "Torque"),
            &origin(&[("car.dbc", CAR)]),
            None,
            std::slice::from_ref(&path),
        );
        assert_eq!(
            not_in.unwrap_err().to_string(),
            "car.dbc does not define can0:Drive[0x123].Torque"
        );
        assert_eq!(
            find(&speed, &origin(&[]), None, std::slice::from_ref(&path)).unwrap_err(),
            NoDefinition::NotNamed
        );

        // Chosen by hand: taken, and judged by its hash.
        let standing = |origin: &Origin| find(&speed, origin, Some(&path), &[]).unwrap().standing;
        assert_eq!(standing(&named), Standing::DecodedWith);
        assert_eq!(standing(&origin(&[("trucks.dbc", J1939)])), Standing::Other);
        assert_eq!(standing(&origin(&[])), Standing::Unknown);
        let absent = folder.path().join("absent.dbc");
        let error = find(&speed, &named, Some(&absent), &[]).unwrap_err();
        assert!(error.to_string().starts_with("cannot read "), "{error}");
    }

    #[test]
    fn frames_of_other_sources_have_the_definition_of_their_parameter_group() {
        let shelved = || ShelvedDbc {
            file: Arc::new(DbcFile::new("t.dbc", J1939.as_bytes())),
            path: None,
        };
        let find = |id| {
            Definition::in_file(
                &key("EEC1", id, "EngineSpeed"),
                shelved(),
                Standing::Unknown,
            )
        };
        assert!(find(0x0CF0_04FE).is_some());
        assert!(find(0x18F0_0421).is_some());
        assert!(find(0x18F0_0521).is_none());
        assert!(find(0x123).is_none());
    }
}
