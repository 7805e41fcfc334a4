//! Names that must be unique, and texts that several definitions share.

use std::collections::{HashMap, HashSet};

/// A text for the first of several definitions, and for the others if it is short: a file that
/// repeats one name a thousand times must not repeat a megabyte as often.
pub(super) fn share(text: &mut String, is_repeated: bool) -> String {
    const SHORT_BYTES: usize = 4096;
    if text.len() <= SHORT_BYTES {
        text.clone()
    } else if is_repeated {
        String::new()
    } else {
        std::mem::take(text)
    }
}

/// Appends `_2`, `_3` … to names that others before them have, skipping names that are taken.
/// Gives the positions of changed names and what they were.
pub(super) fn make_unique(names: Vec<&mut String>) -> Vec<(usize, String)> {
    let mut taken: HashSet<String> = HashSet::with_capacity(names.len());
    let mut repeated = Vec::new();
    for (idx, name) in names.into_iter().enumerate() {
        if !taken.insert(name.clone()) {
            repeated.push((idx, name));
        }
    }
    let mut next_number: HashMap<String, usize> = HashMap::new();
    repeated
        .into_iter()
        .map(|(idx, name)| {
            let number = next_number.entry(name.clone()).or_insert(2);
            let unique = loop {
                let candidate = format!("{name}_{number}");
                *number += 1;
                if taken.insert(candidate.clone()) {
                    break candidate;
                }
            };
            (idx, std::mem::replace(name, unique))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_names_get_free_numbers() {
        let mut names = ["A", "B", "A", "A_2", "A", "B_2", "B"].map(str::to_owned);
        let changed = make_unique(names.iter_mut().collect());
        assert_eq!(names, ["A", "B", "A_3", "A_2", "A_4", "B_2", "B_3"]);
        assert_eq!(changed[0], (2, "A".to_owned()));
        assert_eq!(changed.len(), 3);
    }
}
