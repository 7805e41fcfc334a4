//! Links to a view: `canlake://open?v=1&path=/lake&vehicle=V&from=…&to=…&signal=M.S&layout=…`.
//!
//! | parameter | what | how often |
//! |---|---|---|
//! | `v` | version of the format; 1 where it is missing | once |
//! | `path` | a file or folder | any number |
//! | `source` | an address such as `s3://bucket/prefix`; not together with `path` | once |
//! | `vehicle` | the vehicle | once |
//! | `from`, `to` | the range, RFC 3339; without limit where one is missing | once |
//! | `signal` | a signal, as `SignalKey` prints | any number |
//! | `layout` | how it is shown: the caller's text | once |
//!
//! Values are percent-encoded UTF-8. Parameters of other names are ignored, so that a later version
//! can add some; a later `v` says that the link would be misunderstood.
//!
//! A link only says what to show: whoever opens one asks before reading places that it names.
//!
//! Invariant: what [`Link::to_text`] gives parses to an equal link; no text makes parsing panic.

use std::path::PathBuf;
use std::str::FromStr;

use canlake_shared::schema::SignalKey;
use canlake_shared::time::{TimeRange, Timestamp};

use super::percent;
use crate::source::SourceLocation;

const SCHEME: &str = "canlake://";
const VERSION: u32 = 1;

/// A text that is no link that this version opens, or a view that no link can hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// It is some other text; links begin with `canlake://open`.
    #[error("{text:?} is no link; links begin with canlake://open?")]
    NotALink {
        /// The beginning of the text.
        text: String,
    },
    /// Longer than programs pass on; leave out signals or the layout.
    #[error("a link of {bytes} bytes is too long; at most {max} are passed on", max = Link::MAX_BYTES)]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// Made by a later version; update this program.
    #[error("the link is of version {version}, this program knows {VERSION}; update it")]
    Version {
        /// The version.
        version: u32,
    },
    /// A value cannot be read; the sender must copy the link again.
    #[error("the link's {parameter} cannot be read: {value:?} is not {expected}")]
    Malformed {
        /// The parameter.
        parameter: &'static str,
        /// What it should be.
        expected: &'static str,
        /// Its value as it stands in the link.
        value: String,
    },
    /// A parameter that says one thing is there twice, or two exclude each other.
    #[error("the link has {parameter} twice, or another that excludes it")]
    Repeated {
        /// The parameter.
        parameter: &'static str,
    },
    /// The path is no Unicode text; rename the file or folder.
    #[error("this path is no Unicode text, so that no link can hold it; rename it: {path}", path = path.display())]
    NotText {
        /// The path.
        path: PathBuf,
    },
    /// A value that no link can hold, because it would not be read back.
    #[error("no link can hold the {parameter} {value:?}")]
    Unfit {
        /// The parameter.
        parameter: &'static str,
        /// The value.
        value: String,
    },
}

/// What a link shows. Everything may be left out: what is open stays then.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Link {
    /// Where the signals come from.
    pub source: Option<SourceLocation>,
    /// The vehicle.
    pub vehicle: Option<String>,
    /// The range of time; possibly an empty one.
    pub range: Option<TimeRange>,
    /// The signals.
    pub signals: Vec<SignalKey>,
    /// How they are shown: a name or a text, the caller's business.
    pub layout: Option<String>,
}

impl Link {
    /// The longest link, in bytes: what a program can be started with on every system.
    pub const MAX_BYTES: usize = 30_000;

    /// Whether a text is meant as a link, so that it is none of a file.
    pub fn is_meant_by(text: &str) -> bool {
        let scheme = text.trim_start().get(..SCHEME.len());
        scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(SCHEME))
    }

    /// The link as text.
    pub fn to_text(&self) -> Result<String, LinkError> {
        let mut text = format!("{SCHEME}open?v={VERSION}");
        let mut add = |parameter: &str, value: &str| {
            text.extend(["&", parameter, "=", &percent::encode(value)]);
        };
        match &self.source {
            None => {}
            Some(SourceLocation::Local(paths)) => {
                for path in paths {
                    let not_text = || LinkError::NotText { path: path.clone() };
                    add("path", path.to_str().ok_or_else(not_text)?);
                }
            }
            Some(address) => add("source", &address.to_string()),
        }
        if let Some(vehicle) = &self.vehicle {
            add("vehicle", vehicle);
        }
        if let Some(TimeRange { start, end }) = self.range {
            add("from", &start.to_string());
            add("to", &end.to_string());
        }
        for signal in &self.signals {
            add("signal", &signal.to_string());
        }
        if let Some(layout) = &self.layout {
            add("layout", layout);
        }
        let read_back: Self = text.parse()?;
        if read_back == *self {
            Ok(text)
        } else {
            // Only a source that no text stands for: one without paths, or an unknown scheme.
            Err(LinkError::Unfit {
                parameter: "source",
                value: format!("{:?}", self.source),
            })
        }
    }
}

impl FromStr for Link {
    type Err = LinkError;

    fn from_str(text: &str) -> Result<Self, LinkError> {
        let text = text.trim();
        let not_a_link = || LinkError::NotALink {
            text: text.chars().take(80).collect(),
        };
        if !Self::is_meant_by(text) {
            return Err(not_a_link());
        }
        if text.len() > Self::MAX_BYTES {
            return Err(LinkError::TooLong { bytes: text.len() });
        }
        let rest = text.get(SCHEME.len()..).unwrap_or_default();
        let (rest, _fragment) = rest.split_once('#').unwrap_or((rest, ""));
        let (action, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        // Some programs end the part before the parameters with a slash.
        let action = action.strip_suffix('/').unwrap_or(action);
        if !action.eq_ignore_ascii_case("open") {
            return Err(not_a_link());
        }
        let mut parsed = Parsed::default();
        // The version first: a later one may mean something else by what follows.
        for (name, value) in pairs(parameters).filter(|(name, _)| *name == "v") {
            parsed.take(name, value)?;
        }
        for (name, value) in pairs(parameters).filter(|(name, _)| *name != "v") {
            parsed.take(name, value)?;
        }
        parsed.finish()
    }
}

fn pairs(parameters: &str) -> impl Iterator<Item = (&str, &str)> {
    let parameters = parameters.split('&');
    parameters.map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

#[derive(Default)]
struct Parsed {
    version: Option<u32>,
    paths: Vec<PathBuf>,
    address: Option<SourceLocation>,
    vehicle: Option<String>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    signals: Vec<SignalKey>,
    layout: Option<String>,
}

impl Parsed {
    fn take(&mut self, name: &str, value: &str) -> Result<(), LinkError> {
        match name {
            "v" => {
                let expected = "a version number from 1";
                once(&mut self.version, "v", expected, value)?;
                match self.version {
                    Some(0) => return Err(malformed("v", expected, value)),
                    Some(version) if version > VERSION => {
                        return Err(LinkError::Version { version });
                    }
                    _ => {}
                }
            }
            "path" => self
                .paths
                .push(parse::<String>("path", TEXT, value)?.into()),
            "source" => once(&mut self.address, "source", "a source", value)?,
            "vehicle" => once(&mut self.vehicle, "vehicle", TEXT, value)?,
            "from" => once(&mut self.from, "from", TIME, value)?,
            "to" => once(&mut self.to, "to", TIME, value)?,
            "signal" => {
                let expected = "a signal, such as can1:EEC1[0x0CF00400].EngineSpeed";
                self.signals.push(parse("signal", expected, value)?);
            }
            "layout" => once(&mut self.layout, "layout", TEXT, value)?,
            _ => {}
        }
        Ok(())
    }

    fn finish(self) -> Result<Link, LinkError> {
        let source = match (self.address, self.paths.is_empty()) {
            (address, true) => address,
            (None, false) => Some(SourceLocation::Local(self.paths)),
            (Some(_), false) => {
                return Err(LinkError::Repeated {
                    parameter: "source",
                });
            }
        };
        let all = TimeRange::ALL;
        let range = (self.from.is_some() || self.to.is_some())
            .then(|| TimeRange::new(self.from.unwrap_or(all.start), self.to.unwrap_or(all.end)));
        Ok(Link {
            source,
            vehicle: self.vehicle,
            range,
            signals: self.signals,
            layout: self.layout,
        })
    }
}

const TEXT: &str = "percent-encoded UTF-8";
const TIME: &str = "a time in RFC 3339, such as 2026-01-31T12:00:00Z";

fn malformed(parameter: &'static str, expected: &'static str, value: &str) -> LinkError {
    LinkError::Malformed {
        parameter,
        expected,
        value: value.chars().take(80).collect(),
    }
}

fn parse<T: FromStr>(
    parameter: &'static str,
    expected: &'static str,
    value: &str,
) -> Result<T, LinkError> {
    let text = percent::decode(value).ok_or_else(|| malformed(parameter, TEXT, value))?;
    let parsed = text.parse().ok();
    parsed.ok_or_else(|| malformed(parameter, expected, value))
}

/// Parses a value that may stand there once.
fn once<T: FromStr>(
    slot: &mut Option<T>,
    parameter: &'static str,
    expected: &'static str,
    value: &str,
) -> Result<(), LinkError> {
    if slot.is_some() {
        return Err(LinkError::Repeated { parameter });
    }
    *slot = Some(parse(parameter, expected, value)?);
    Ok(())
}

#[cfg(test)]
#[path = "link_tests.rs"]
mod tests;
