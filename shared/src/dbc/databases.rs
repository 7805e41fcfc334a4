//! Which DBC files decode a vehicle's channel, compiled once.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::CompiledDatabase;
use super::{DbcFile, Manifest, Matching, Rule};
use crate::schema::footer::{DbcProvenance, DbcSource};

/// None of the files defines a message: probably none is a DBC file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no message in any DBC file; are these DBC files: {names}")]
pub struct NoMessages {
    /// Their names.
    pub names: String,
}

impl NoMessages {
    /// Whether any of the files has a message.
    pub fn check(files: &[DbcFile]) -> Result<(), Self> {
        let has_messages = |file: &DbcFile| !file.database.messages.is_empty();
        if files.iter().any(has_messages) {
            return Ok(());
        }
        let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
        Err(Self {
            names: names.join(", "),
        })
    }
}

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
    pub fn from_files(files: Vec<DbcFile>, matching: Matching) -> Result<Self, NoMessages> {
        let databases = files.iter().map(|file| &file.database);
        let compiled = CompiledDatabase::new(databases, matching);
        NoMessages::check(&files)?;
        Ok(Self {
            files,
            choice: Choice::All(compiled),
        })
    }

    /// Files by a manifest's rules: `files` are those of [`Manifest::files`], in that order.
    pub fn from_manifest(manifest: Manifest, files: Vec<DbcFile>) -> Result<Self, NoMessages> {
        let names = manifest.files();
        let compile = |rule: &Rule| {
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
        NoMessages::check(&files)?;
        Ok(Self {
            files,
            choice: Choice::Manifest { manifest, rules },
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

    /// The files that decode a channel, in the order of [`Self::for_channel`].
    pub fn files_for_channel(&self, vehicle: &str, channel: &str) -> Vec<&DbcFile> {
        match &self.choice {
            Choice::All(_) => self.files.iter().collect(),
            Choice::Manifest { .. } => {
                let chosen = self.rule(vehicle, channel).map(|rule| &rule.files);
                let chosen = chosen.into_iter().flatten();
                chosen.filter_map(|idx| self.files.get(*idx)).collect()
            }
        }
    }

    /// The files that had a say in decoding these channels, as decoded files name them; `decoder` is
    /// the program that decodes.
    pub fn provenance(
        &self,
        vehicle: &str,
        channels: &BTreeSet<String>,
        decoder: &str,
    ) -> DbcProvenance {
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
            decoder: decoder.to_owned(),
        }
    }

    fn rule(&self, vehicle: &str, channel: &str) -> Option<&CompiledRule> {
        let Choice::Manifest { manifest, rules } = &self.choice else {
            return None;
        };
        let fits = |rule: &Rule| rule.fits(vehicle, channel);
        rules.get(manifest.rules().iter().position(fits)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_names_the_files_of_the_channels_seen() {
        let rules = "[[rule]]\nchannel = \"can1\"\ndbc = [\"c.dbc\", \"b.dbc\"]\n\n[[rule]]\nchannel = \"can0\"\ndbc = \"a.dbc\"\n";
        let manifest = Manifest::parse(rules).unwrap();
        let names = manifest.files();
        let file = |(id, name): (usize, &&str)| {
            let text = format!("BO_ {id} M{id}: 8 N\n SG_ S : 0|8@1+ (1,0) [0|0] \"\" N\n");
            DbcFile::new(*name, text.as_bytes())
        };
        let files = names.iter().enumerate().map(file).collect();
        let databases = Databases::from_manifest(manifest.clone(), files).unwrap();
        let names = |channels: &[&str]| -> Vec<String> {
            let channels = channels.iter().map(|name| (*name).to_owned()).collect();
            let files = databases.provenance("V", &channels, "test").files;
            files.into_iter().map(|file| file.name).collect()
        };
        assert_eq!(names(&["can1"]), ["c.dbc", "b.dbc"]);
        assert_eq!(names(&["can0", "can1"]), ["a.dbc", "c.dbc", "b.dbc"]);
        assert_eq!(names(&["can7"]), [""; 0]);
        assert!(databases.for_channel("V", "can7").is_empty());
        assert!(!databases.for_channel("V", "can0").is_empty());
        assert!(Databases::from_manifest(manifest, Vec::new()).is_err());
    }
}
