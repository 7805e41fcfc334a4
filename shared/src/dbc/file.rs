//! A DBC file by name and content.

use super::load::load;
use super::model::Database;
use super::warning::DbcWarning;
use crate::schema::ContentHash;

/// A loaded DBC file: what decoded files name as their provenance.
#[derive(Clone, Debug, PartialEq)]
pub struct DbcFile {
    /// Name to show, without folders.
    pub name: String,
    /// SHA-256 of the bytes.
    pub sha256: ContentHash,
    /// What could be read.
    pub database: Database,
    /// What could not, or only with a repair.
    pub warnings: Vec<DbcWarning>,
}

impl DbcFile {
    /// Loads the bytes of a file. See [`load`] for what happens to a broken one.
    pub fn new(name: impl Into<String>, bytes: &[u8]) -> Self {
        let (database, warnings) = load(bytes);
        Self {
            name: name.into(),
            sha256: ContentHash::of(bytes),
            database,
            warnings,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_hashed_as_it_is() {
        let file = DbcFile::new("empty.dbc", b"");
        assert_eq!(
            file.sha256.to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert!(file.database.messages.is_empty());
    }
}
