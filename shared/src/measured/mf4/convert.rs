//! Raw values to physical ones, as a channel says.

use crate::mdf4::{Channel, Conversion};

/// How the values of one channel are converted.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Converter {
    AsIs,
    Linear {
        offset: f64,
        factor: f64,
    },
    /// One polynomial of second degree over another, highest power first.
    Rational {
        above: [f64; 3],
        below: [f64; 3],
    },
    /// Raw and physical values, ascending; between them a line or a step.
    Table {
        points: Vec<(f64, f64)>,
        is_line: bool,
    },
    /// Ranges with values, and the value of what lies in none.
    Ranges {
        ranges: Vec<(f64, f64, f64)>,
        default: f64,
    },
    /// Texts of ranges, of single values where both ends are the same, and the text of all else.
    Texts {
        texts: Vec<(f64, f64, String)>,
        default: Option<String>,
    },
}

impl Converter {
    /// `None` where the conversion is one that is not known here.
    pub(super) fn of(channel: &Channel) -> Option<Self> {
        let Some(conversion) = &channel.conversion else {
            return Some(Self::AsIs);
        };
        Self::of_conversion(conversion)
    }

    fn of_conversion(conversion: &Conversion) -> Option<Self> {
        let parameters = conversion.parameters.as_slice();
        let texts = conversion.texts.iter();
        Some(match conversion.kind {
            0 => Self::AsIs,
            1 => match parameters {
                [offset, factor, ..] => Self::Linear {
                    offset: *offset,
                    factor: *factor,
                },
                _ => return None,
            },
            2 => Self::Rational {
                above: *parameters.first_chunk()?,
                below: *parameters.get(3..)?.first_chunk()?,
            },
            4 | 5 => {
                let (pairs, _) = parameters.as_chunks::<2>();
                let mut points: Vec<(f64, f64)> = pairs.iter().map(|[x, y]| (*x, *y)).collect();
                points.sort_by(|a, b| a.0.total_cmp(&b.0));
                Self::Table {
                    points,
                    is_line: conversion.kind == 4,
                }
            }
            6 => {
                let (ranges, rest) = parameters.as_chunks::<3>();
                Self::Ranges {
                    ranges: ranges
                        .iter()
                        .map(|[low, high, y]| (*low, *high, *y))
                        .collect(),
                    default: rest.first().copied().unwrap_or(f64::NAN),
                }
            }
            7 => Self::Texts {
                texts: (parameters.iter().zip(texts))
                    .filter_map(|(value, text)| Some((*value, *value, text.clone()?)))
                    .collect(),
                default: conversion.texts.get(parameters.len()).cloned().flatten(),
            },
            8 => {
                let (ranges, _) = parameters.as_chunks::<2>();
                Self::Texts {
                    texts: (ranges.iter().zip(texts))
                        .filter_map(|([low, high], text)| Some((*low, *high, text.clone()?)))
                        .collect(),
                    default: conversion.texts.get(ranges.len()).cloned().flatten(),
                }
            }
            _ => return None,
        })
    }

    /// The physical value and its text. A value that stands for a text stays as it is.
    pub(super) fn convert(&self, raw: f64) -> (f64, Option<&str>) {
        let value = match self {
            Self::AsIs => raw,
            Self::Linear { offset, factor } => raw * factor + offset,
            Self::Rational { above, below } => square(above, raw) / square(below, raw),
            Self::Table { points, is_line } => look_up(points, raw, *is_line),
            Self::Ranges { ranges, default } => {
                let found = ranges
                    .iter()
                    .find(|(low, high, _)| is_between(*low, raw, *high));
                found.map_or(*default, |(_, _, value)| *value)
            }
            Self::Texts { texts, default } => {
                let found = texts
                    .iter()
                    .find(|(low, high, _)| is_between(*low, raw, *high));
                let text = found.map(|(_, _, text)| text).or(default.as_ref());
                let label = text.map(String::as_str).filter(|text| !text.is_empty());
                return (raw, label);
            }
        };
        (value, None)
    }
}

fn square([a, b, c]: &[f64; 3], x: f64) -> f64 {
    (a * x + b) * x + c
}

/// Both ends belong to a range. For numbers that are no integers the upper end should not, but then
/// the range that begins there comes next and no value is lost.
fn is_between(low: f64, raw: f64, high: f64) -> bool {
    low <= raw && raw <= high
}

/// On the line between two points, or at the nearer of them; the ends hold for all beyond.
fn look_up(points: &[(f64, f64)], raw: f64, is_line: bool) -> f64 {
    let above = points.partition_point(|(x, _)| *x < raw);
    let below = above.checked_sub(1).and_then(|i| points.get(i));
    match (below, points.get(above)) {
        (Some((x0, y0)), Some((x1, y1))) => {
            if is_line {
                y0 + (raw - x0) * (y1 - y0) / (x1 - x0)
            } else if raw - x0 > x1 - raw {
                *y1
            } else {
                *y0
            }
        }
        (Some((_, y)), None) | (None, Some((_, y))) => *y,
        (None, None) => raw,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn convert(kind: u8, parameters: &[f64], texts: &[&str], raw: f64) -> String {
        let conversion = Conversion {
            kind,
            unit: String::new(),
            parameters: parameters.to_vec(),
            texts: texts.iter().map(|text| Some((*text).to_owned())).collect(),
        };
        match Converter::of_conversion(&conversion) {
            None => "unknown".to_owned(),
            Some(converter) => {
                let (value, label) = converter.convert(raw);
                format!("{value} {}", label.unwrap_or("-"))
            }
        }
    }

    /// Kind, parameters, texts, raw value, what comes out.
    type Case<'a> = (u8, &'a [f64], &'a [&'a str], f64, &'a str);

    #[test]
    fn every_conversion() {
        let table = [1.0, 10.0, 2.0, 20.0, 4.0, 0.0];
        let cases: [Case<'_>; 20] = [
            (0, &[], &[], 7.0, "7 -"),
            (1, &[1.0, 0.5], &[], 4.0, "3 -"),
            (1, &[1.0], &[], 4.0, "unknown"),
            (2, &[0.0, 0.1, 0.0, 0.0, 0.0, 1.0], &[], 50.0, "5 -"),
            (2, &[1.0, 2.0, 3.0, 0.0, 1.0, 1.0], &[], 1.0, "3 -"),
            (4, &table, &[], 3.0, "10 -"),
            (4, &table, &[], 0.0, "10 -"),
            (4, &table, &[], 9.0, "0 -"),
            (4, &table, &[], 2.0, "20 -"),
            (5, &table, &[], 2.9, "20 -"),
            (5, &table, &[], 3.1, "0 -"),
            (4, &[], &[], 3.0, "3 -"),
            (6, &[0.0, 9.0, 1.0, 10.0, 19.0, 2.0, -1.0], &[], 12.0, "2 -"),
            (
                6,
                &[0.0, 9.0, 1.0, 10.0, 19.0, 2.0, -1.0],
                &[],
                20.0,
                "-1 -",
            ),
            (7, &[2.0, 3.0], &["red", "blue", "other"], 3.0, "3 blue"),
            (7, &[2.0, 3.0], &["red", "blue", "other"], 4.0, "4 other"),
            (7, &[2.0, 3.0], &["red", "blue"], 4.0, "4 -"),
            (
                8,
                &[0.0, 1.0, 2.0, 3.0],
                &["low", "high", "none"],
                2.0,
                "2 high",
            ),
            (8, &[0.0, 1.0, 2.0, 3.0], &["low", "high", ""], 9.0, "9 -"),
            (3, &[], &["X+1"], 9.0, "unknown"),
        ];
        for (kind, parameters, texts, raw, expected) in cases {
            assert_eq!(
                convert(kind, parameters, texts, raw),
                expected,
                "{kind} of {raw}"
            );
        }
    }
}
