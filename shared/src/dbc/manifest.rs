//! The manifest of a folder of DBC files: which files decode which vehicle and channel.
//!
//! The decoder, the agent and the app read the same `manifest.toml`:
//!
//! ```toml
//! # The first rule that fits counts; a pattern that is left out fits everything.
//! [[rule]]
//! vehicle = "truck_*"        # `*` any characters, `?` one; the whole id must fit
//! channel = ["can0", "can2"] # one pattern or several, of which one must fit
//! dbc = ["engine.dbc", "j1939/body.dbc"]
//! matching = "j1939"         # "auto" (default), "exact" or "j1939"
//!
//! [[rule]]
//! dbc = "default.dbc"
//! ```
//!
//! Paths are relative to the manifest and stay in its folder. Of several files, the first that has
//! a message decodes it. No file is opened here.

use serde::{Deserialize, Serialize};

/// Why a text is no manifest. Each names the place and the remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// Not TOML, an unknown field, or a field of another type.
    #[error("line {line}: {problem}")]
    Syntax {
        /// Line in the text, from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// A rule that names no DBC file, and so could never decode anything.
    #[error("line {line}: dbc is empty; name at least one file")]
    NoFiles {
        /// Line of the field.
        line: usize,
    },
    /// A list of patterns without an entry, which would fit nothing.
    #[error("line {line}: {field} is empty; leave it out to fit everything")]
    NoPatterns {
        /// Line of the field.
        line: usize,
        /// `vehicle` or `channel`.
        field: &'static str,
    },
    /// A path that leaves the manifest's folder or does not end in `.dbc`.
    #[error("line {line}: dbc {path:?} is no path to a .dbc file below the manifest's folder")]
    Path {
        /// Line of the field.
        line: usize,
        /// The path as it was given.
        path: String,
    },
    /// A rule after one that fits everything, which could never count.
    #[error(
        "line {line}: this rule never counts, the one before it fits every vehicle and channel"
    )]
    Unreachable {
        /// Line of the rule's first pattern or file.
        line: usize,
    },
}

/// How the identifiers of frames are matched to messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Matching {
    /// As the DBC file says of each message: by parameter group number where it declares J1939, else
    /// by identifier.
    #[default]
    Auto,
    /// By identifier and frame format alone, whatever the file says.
    Exact,
    /// All extended frames by parameter group number, whatever the file says.
    J1939,
}

/// The rules of a manifest, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    rules: Vec<Rule>,
}

/// One rule of a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    vehicle: Vec<String>,
    channel: Vec<String>,
    /// Files relative to the manifest, with `/`; never empty.
    pub dbc: Vec<String>,
    /// How identifiers are matched.
    pub matching: Matching,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TextManifest {
    #[serde(default)]
    rule: Vec<TextRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TextRule {
    vehicle: Option<toml::Spanned<OneOrMany>>,
    channel: Option<toml::Spanned<OneOrMany>>,
    dbc: toml::Spanned<OneOrMany>,
    #[serde(default)]
    matching: Matching,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a string or a list of strings")]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text],
            Self::Many(texts) => texts,
        }
    }
}

impl Manifest {
    /// Reads a manifest. A text without rules is valid and fits nothing.
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        let line_at = |position: usize| {
            let before = text.get(..position).unwrap_or(text);
            before.bytes().filter(|byte| *byte == b'\n').count() + 1
        };
        let manifest: TextManifest =
            toml::from_str(text).map_err(|error| ManifestError::Syntax {
                line: error.span().map_or(1, |span| line_at(span.start)),
                problem: error.message().trim().replace('\n', ", "),
            })?;
        let mut rules: Vec<Rule> = Vec::with_capacity(manifest.rule.len());
        for rule in manifest.rule {
            let line = line_at(rule.dbc.span().start);
            let dbc = rule.dbc.into_inner().into_vec();
            if dbc.is_empty() {
                return Err(ManifestError::NoFiles { line });
            }
            if let Some(path) = dbc.iter().find(|path| !is_dbc_path(path)) {
                let path = path.clone();
                return Err(ManifestError::Path { line, path });
            }
            if rules.last().is_some_and(Rule::fits_everything) {
                return Err(ManifestError::Unreachable { line });
            }
            let patterns = |field, given: Option<toml::Spanned<OneOrMany>>| match given {
                None => Ok(vec!["*".to_owned()]),
                Some(given) => {
                    let line = line_at(given.span().start);
                    let patterns = given.into_inner().into_vec();
                    if patterns.is_empty() {
                        Err(ManifestError::NoPatterns { line, field })
                    } else {
                        Ok(patterns)
                    }
                }
            };
            rules.push(Rule {
                vehicle: patterns("vehicle", rule.vehicle)?,
                channel: patterns("channel", rule.channel)?,
                dbc,
                matching: rule.matching,
            });
        }
        Ok(Self { rules })
    }

    /// The first rule that fits, if any does. An unknown channel is the empty text, which only
    /// patterns of `*` fit.
    pub fn resolve(&self, vehicle: &str, channel: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.fits(vehicle, channel))
    }

    /// All rules, in order.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Every file that a rule names, sorted, each once.
    pub fn files(&self) -> Vec<&str> {
        let all = self.rules.iter().flat_map(|rule| &rule.dbc);
        let mut files: Vec<&str> = all.map(String::as_str).collect();
        files.sort_unstable();
        files.dedup();
        files
    }
}

impl Rule {
    /// Whether the rule is for a vehicle's channel.
    pub fn fits(&self, vehicle: &str, channel: &str) -> bool {
        let fits = |patterns: &[String], text| patterns.iter().any(|pattern| glob(pattern, text));
        fits(&self.vehicle, vehicle) && fits(&self.channel, channel)
    }

    fn fits_everything(&self) -> bool {
        let any = |patterns: &[String]| patterns.iter().any(|pattern| pattern == "*");
        any(&self.vehicle) && any(&self.channel)
    }
}

/// A relative path with `/`, of ordinary names, that ends in `.dbc` in any case.
fn is_dbc_path(path: &str) -> bool {
    let is_dbc = path
        .rsplit_once('.')
        .is_some_and(|(stem, extension)| !stem.is_empty() && extension.eq_ignore_ascii_case("dbc"));
    let ordinary = |part: &str| {
        !part.is_empty()
            && part != "."
            && part != ".."
            && !part.contains(['\\', ':'])
            && !part.chars().any(char::is_control)
    };
    is_dbc && path.split('/').all(ordinary)
}

/// Whether all of `text` fits `pattern`, in which `*` stands for any characters and `?` for one.
///
/// The usual backtracking to the last `*` alone, which takes at most `pattern × text` steps.
fn glob(pattern: &str, text: &str) -> bool {
    let mut pattern = pattern.chars();
    let mut text = text.chars();
    // Where to go on when a mismatch shows that the last `*` stands for one character more.
    let mut retry = None;
    loop {
        let text_before = text.clone();
        match (pattern.next(), text.next()) {
            (None, None) => return true,
            (Some('*'), _) => {
                retry = Some((pattern.clone(), text_before.clone()));
                text = text_before;
            }
            (Some('?'), Some(_)) => {}
            (Some(wanted), Some(got)) if wanted == got => {}
            _ => {
                let Some((after_star, mut rest)) = retry.take() else {
                    return false;
                };
                if rest.next().is_none() {
                    return false;
                }
                pattern = after_star.clone();
                text = rest.clone();
                retry = Some((after_star, rest));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
[[rule]]
vehicle = "truck_*"
channel = ["can0", "can2"]
dbc = ["engine.dbc", "j1939/body.DBC"]
matching = "j1939"

[[rule]]
dbc = "default.dbc"
"#;

    #[test]
    fn first_rule_that_fits_counts() {
        let manifest = Manifest::parse(TEXT).unwrap();
        let truck = manifest.resolve("truck_07", "can2").unwrap();
        assert_eq!(truck.dbc, ["engine.dbc", "j1939/body.DBC"]);
        assert_eq!(truck.matching, Matching::J1939);
        for (vehicle, channel) in [("truck_07", "can1"), ("car", "can0"), ("truck_07", "")] {
            let rule = manifest.resolve(vehicle, channel).unwrap();
            assert_eq!(rule.dbc, ["default.dbc"], "{vehicle} {channel}");
            assert_eq!(rule.matching, Matching::Auto);
        }
        assert_eq!(
            manifest.files(),
            ["default.dbc", "engine.dbc", "j1939/body.DBC"]
        );
        assert_eq!(Manifest::parse("").unwrap().resolve("car", "can0"), None);
    }

    #[test]
    fn errors_name_the_line() {
        let cases = [
            ("[[rule]]\ndbc = []\n", "line 2: dbc is empty"),
            (
                "[[rule]]\nvehicle = []\ndbc = \"a.dbc\"",
                "line 2: vehicle is empty",
            ),
            (
                "[[rule]]\n\ndbc = \"../a.dbc\"",
                "line 3: dbc \"../a.dbc\" is no path",
            ),
            (
                "[[rule]]\ndbc = \"/etc/a.dbc\"",
                "line 2: dbc \"/etc/a.dbc\" is no path",
            ),
            (
                "[[rule]]\ndbc = \"a.txt\"",
                "line 2: dbc \"a.txt\" is no path",
            ),
            (
                "[[rule]]\ndbc = \"a.dbc\"\nmatching = \"pgn\"",
                "line 3: unknown variant",
            ),
            (
                "[[rule]]\ndbc = \"a.dbc\"\nchanel = \"x\"",
                "line 3: unknown field",
            ),
            ("[[rule]]\ndbc = 5", "line 2: "),
            ("[[rule]]\nvehicle = \"x\"", "line 1: missing field"),
            (
                "[[rule]]\ndbc = \"a.dbc\"\n[[rule]]\ndbc = \"b.dbc\"",
                "line 4: this rule never",
            ),
            ("[[rule\n", "line 1: "),
        ];
        for (text, expected) in cases {
            let error = Manifest::parse(text).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{text:?}: {error}");
        }
    }

    #[test]
    fn patterns() {
        let cases = [
            ("*", "", true),
            ("*", "anything", true),
            ("?", "", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-b-b-d", false),
            ("*ab", "aab", true),
            ("can?", "can12", false),
            ("", "", true),
            ("", "x", false),
            ("**?", "ü", true),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(glob(pattern, text), expected, "{pattern:?} {text:?}");
        }
        // Exponential in a naive matcher.
        assert!(!glob(&"*a".repeat(30), &"a".repeat(29)));
        assert!(!glob(&format!("{}b", "*a".repeat(50)), &"a".repeat(5000)));
    }
}
