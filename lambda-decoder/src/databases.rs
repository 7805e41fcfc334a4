//! Which DBC files decode a vehicle's channel, loaded and compiled once.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use canlake_shared::dbc::plan::CompiledDatabase;
use canlake_shared::dbc::{DbcFile, Manifest, Matching};
use canlake_shared::schema::footer::{DbcProvenance, DbcSource};

use crate::WRITER;
use crate::error::DatabaseError;

/// Loaded DBC files with the rules that choose among them.
#[derive(Debug)]
pub struct Databases {
    files: Vec<DbcFile>,
    choice: Choice,
}

#[derive(Debug)]
enum Choice {
    /// All files for every vehicle and channel.
    All(CompiledDatabase),
    /// By the first rule that fits; as many rules as the manifest has.
    Manifest {
        manifest: Manifest,
        rules: Vec<CompiledRule>,
    },
}

#[derive(Debug)]
struct CompiledRule {
    // Positions in `Databases::files`.
    files: Vec<usize>,
    database: CompiledDatabase,
}

impl Databases {
    /// The same files for every vehicle and channel; the first that has a message wins.
    pub fn from_files(files: Vec<DbcFile>, matching: Matching) -> Result<Self, DatabaseError> {
        let databases = files.iter().map(|file| &file.database);
        let compiled = CompiledDatabase::new(databases, matching);
        let databases = Self {
            files,
            choice: Choice::All(compiled),
        };
        databases.check()
    }

    /// As [`Self::from_files`], read from paths.
    pub fn read_files(paths: &[PathBuf], matching: Matching) -> Result<Self, DatabaseError> {
        let files = paths.iter().map(|path| read_dbc(path));
        Self::from_files(files.collect::<Result<_, _>>()?, matching)
    }

    /// Files by a manifest's rules; paths are relative to the manifest.
    pub fn read_manifest(path: &Path) -> Result<Self, DatabaseError> {
        let bytes = read(path)?;
        let text = String::from_utf8_lossy(&bytes);
        let manifest = Manifest::parse(&text).map_err(|source| DatabaseError::Manifest {
            path: path.to_owned(),
            source,
        })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let names = manifest.files();
        let files = names.iter().map(|name| read_dbc(&folder.join(name)));
        let files: Vec<DbcFile> = files.collect::<Result<_, _>>()?;
        let compile = |rule: &canlake_shared::dbc::Rule| {
            let position = |name: &String| names.iter().position(|known| known == name);
            let chosen: Vec<usize> = rule.dbc.iter().filter_map(position).collect();
            let databases = chosen.iter().filter_map(|idx| files.get(*idx));
            let database =
                CompiledDatabase::new(databases.map(|file| &file.database), rule.matching);
            CompiledRule {
                files: chosen,
                database,
            }
        };
        let rules = manifest.rules().iter().map(compile).collect();
        let databases = Self {
            files,
            choice: Choice::Manifest { manifest, rules },
        };
        databases.check()
    }

    fn check(self) -> Result<Self, DatabaseError> {
        let has_messages = |file: &DbcFile| !file.database.messages.is_empty();
        if self.files.iter().any(has_messages) {
            return Ok(self);
        }
        let names: Vec<&str> = self.files.iter().map(|file| file.name.as_str()).collect();
        Err(DatabaseError::NoMessages {
            names: names.join(", "),
        })
    }

    /// All files, with what their loader had to say.
    pub fn files(&self) -> &[DbcFile] {
        &self.files
    }

    /// What decodes a channel (empty name: unknown); nothing where no rule fits.
    pub fn for_channel(&self, vehicle: &str, channel: &str) -> CompiledDatabase {
        match &self.choice {
            Choice::All(database) => database.clone(),
            Choice::Manifest { .. } => self
                .rule(vehicle, channel)
                .map(|rule| rule.database.clone())
                .unwrap_or_default(),
        }
    }

    /// The files that had a say in decoding these channels, as decoded files name them.
    pub fn provenance(&self, vehicle: &str, channels: &BTreeSet<String>) -> DbcProvenance {
        let chosen: Vec<usize> = match &self.choice {
            Choice::All(_) => (0..self.files.len()).collect(),
            Choice::Manifest { .. } => {
                let rules = channels
                    .iter()
                    .filter_map(|channel| self.rule(vehicle, channel));
                let mut seen = BTreeMap::new();
                for idx in rules.flat_map(|rule| &rule.files) {
                    let next = seen.len();
                    seen.entry(*idx).or_insert(next);
                }
                let mut chosen: Vec<(usize, usize)> =
                    seen.into_iter().map(|(idx, order)| (order, idx)).collect();
                chosen.sort_unstable();
                chosen.into_iter().map(|(_, idx)| idx).collect()
            }
        };
        let source = |file: &DbcFile| DbcSource {
            name: file.name.clone(),
            sha256: file.sha256,
        };
        let files = chosen.iter().filter_map(|idx| self.files.get(*idx));
        DbcProvenance {
            files: files.map(source).collect(),
            decoder: WRITER.to_owned(),
        }
    }

    fn rule(&self, vehicle: &str, channel: &str) -> Option<&CompiledRule> {
        let Choice::Manifest { manifest, rules } = &self.choice else {
            return None;
        };
        let fits = |rule: &canlake_shared::dbc::Rule| rule.fits(vehicle, channel);
        rules.get(manifest.rules().iter().position(fits)?)
    }
}

fn read_dbc(path: &Path) -> Result<DbcFile, DatabaseError> {
    let name = path.file_name().unwrap_or(path.as_os_str());
    Ok(DbcFile::new(name.to_string_lossy(), &read(path)?))
}

fn read(path: &Path) -> Result<Vec<u8>, DatabaseError> {
    fs::read(path).map_err(|source| DatabaseError::Read {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_names_the_files_of_the_channels_seen() {
        let dir = tempfile::tempdir().unwrap();
        for (name, id) in [("a.dbc", 1), ("b.dbc", 2), ("c.dbc", 3)] {
            let text = format!("BO_ {id} M{id}: 8 N\n SG_ S : 0|8@1+ (1,0) [0|0] \"\" N\n");
            fs::write(dir.path().join(name), text).unwrap();
        }
        let path = dir.path().join("manifest.toml");
        let rules = "[[rule]]\nchannel = \"can1\"\ndbc = [\"c.dbc\", \"b.dbc\"]\n\n[[rule]]\nchannel = \"can0\"\ndbc = \"a.dbc\"\n";
        fs::write(&path, rules).unwrap();
        let databases = Databases::read_manifest(&path).unwrap();
        let names = |channels: &[&str]| -> Vec<String> {
            let channels = channels.iter().map(|name| (*name).to_owned()).collect();
            let files = databases.provenance("V", &channels).files;
            files.into_iter().map(|file| file.name).collect()
        };
        assert_eq!(names(&["can1"]), ["c.dbc", "b.dbc"]);
        assert_eq!(names(&["can0", "can1"]), ["a.dbc", "c.dbc", "b.dbc"]);
        assert_eq!(names(&["can7"]), [""; 0]);
        assert!(databases.for_channel("V", "can7").is_empty());
        assert!(!databases.for_channel("V", "can0").is_empty());
    }
}
