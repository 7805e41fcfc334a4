//! Where signals come from, as a person writes it: a path, several paths, or the address of a lake.
//!
//! Only text becomes a value here; nothing is opened.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A text that names no place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LocationError {
    /// An empty text; a path or an address is needed.
    #[error("a source is a file, a folder or an address such as s3://bucket/prefix; got nothing")]
    Empty,
    /// Files and addresses cannot be opened together; open them one after the other.
    #[error(
        "several sources can be opened together only if all are files or folders; {text} is not"
    )]
    Mixed {
        /// The address among the paths.
        text: String,
    },
}

/// Where signals come from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SourceLocation {
    /// Files and folders of this machine, at least one, in the order given.
    Local(Vec<PathBuf>),
    /// An object store: `s3://bucket/prefix`.
    S3(String),
    /// A query service over an object store: `athena://workgroup/database`.
    Athena(String),
    /// A recorder or a store that speaks HTTP: `http://…` or `https://…`.
    Http(String),
}

impl SourceLocation {
    /// One place of this machine.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self::Local(vec![path.into()])
    }

    /// Several arguments as one place: any number of paths, or one address.
    pub fn from_args<T: AsRef<str>>(args: &[T]) -> Result<Self, LocationError> {
        let mut paths = Vec::with_capacity(args.len());
        for arg in args {
            match arg.as_ref().parse()? {
                Self::Local(more) => paths.extend(more),
                address if args.len() == 1 => return Ok(address),
                _ => {
                    return Err(LocationError::Mixed {
                        text: arg.as_ref().to_owned(),
                    });
                }
            }
        }
        if paths.is_empty() {
            return Err(LocationError::Empty);
        }
        Ok(Self::Local(paths))
    }

    /// As [`Self::from_args`] reads it.
    pub fn args(&self) -> Vec<String> {
        match self {
            Self::Local(paths) => {
                let paths = paths.iter();
                paths
                    .map(|path| path.to_string_lossy().into_owned())
                    .collect()
            }
            Self::S3(text) | Self::Athena(text) | Self::Http(text) => vec![text.clone()],
        }
    }

    /// A name short enough for a list: the last part of the path or the address.
    pub fn short_name(&self) -> String {
        match self {
            Self::Local(paths) => {
                let name = paths
                    .first()
                    .map(|path| file_name(path))
                    .unwrap_or_default();
                match paths.len() {
                    0 | 1 => name,
                    more => format!("{name} and {} more", more - 1),
                }
            }
            Self::S3(text) | Self::Athena(text) | Self::Http(text) => text.clone(),
        }
    }
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

impl FromStr for SourceLocation {
    type Err = LocationError;

    fn from_str(text: &str) -> Result<Self, LocationError> {
        let scheme = |names: &[&str]| {
            text.split_once("://").is_some_and(|(scheme, _)| {
                names.iter().any(|name| scheme.eq_ignore_ascii_case(name))
            })
        };
        if text.trim().is_empty() {
            return Err(LocationError::Empty);
        }
        Ok(if scheme(&["s3"]) {
            Self::S3(text.to_owned())
        } else if scheme(&["athena"]) {
            Self::Athena(text.to_owned())
        } else if scheme(&["http", "https"]) {
            Self::Http(text.to_owned())
        } else {
            Self::path(text)
        })
    }
}

impl fmt::Display for SourceLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(paths) => {
                for (i, path) in paths.iter().enumerate() {
                    if i > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{}", path.display())?;
                }
                Ok(())
            }
            Self::S3(text) | Self::Athena(text) | Self::Http(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_a_place() {
        let cases = [
            ("drive.parquet", SourceLocation::path("drive.parquet")),
            (
                "/data/vehicle_id=A",
                SourceLocation::path("/data/vehicle_id=A"),
            ),
            ("C:\\logs", SourceLocation::path("C:\\logs")),
            (
                "s3://lake/fleet",
                SourceLocation::S3("s3://lake/fleet".to_owned()),
            ),
            ("S3://lake", SourceLocation::S3("S3://lake".to_owned())),
            (
                "athena://wg/db",
                SourceLocation::Athena("athena://wg/db".to_owned()),
            ),
            (
                "https://pi.local",
                SourceLocation::Http("https://pi.local".to_owned()),
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse(), Ok(expected.clone()), "{text}");
            assert_eq!(expected.to_string(), text);
        }
        assert_eq!(" ".parse::<SourceLocation>(), Err(LocationError::Empty));
    }

    #[test]
    fn several_arguments_are_paths_or_one_address() {
        let both = SourceLocation::from_args(&["a.log", "b.log"]).unwrap();
        assert_eq!(both.short_name(), "a.log and 1 more");
        assert!(SourceLocation::from_args(&["s3://lake"]).is_ok());
        assert_eq!(
            SourceLocation::from_args(&["a.log", "s3://lake"]),
            Err(LocationError::Mixed {
                text: "s3://lake".to_owned()
            })
        );
        assert_eq!(
            SourceLocation::from_args::<&str>(&[]),
            Err(LocationError::Empty)
        );
    }
}
