//! One thing in words: its name, what that belongs to, and what else is known of it.

use super::fold;

/// Stands between the fields of a text; no word has it.
const BORDER: char = '\n';

/// What of a thing a word was found in. In the order of the text of an [`Entry`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The name itself.
    Name,
    /// What the name belongs to: the message of a signal.
    Group,
    /// Group, dot, name: what is copied from elsewhere.
    Path,
    /// An identifier, in whatever notation.
    Id,
    /// A unit.
    Unit,
    /// A text that stands for a value.
    Label,
    /// A channel.
    Channel,
    /// A comment.
    Comment,
}

impl Field {
    /// A match in a name is worth more than one in a comment.
    fn weight(self) -> u32 {
        match self {
            Self::Name => 1_000,
            Self::Path => 900,
            Self::Group => 600,
            Self::Id => 500,
            Self::Unit => 400,
            Self::Label => 300,
            Self::Channel => 200,
            Self::Comment => 100,
        }
    }
}

/// All that is known of a thing in words.
#[derive(Debug)]
pub struct Entry {
    /// Group, dot, name; then the other fields in the order of their weight, all folded.
    text: Box<str>,
    /// Where the name begins.
    name: usize,
    /// Where the name ends.
    path_end: usize,
    /// Where each of the further fields ends.
    ends: [usize; FURTHER.len()],
    /// Places in the name where a word begins with a capital letter.
    humps: Box<[u16]>,
}

/// The further fields, in order.
const FURTHER: [Field; 5] = [
    Field::Id,
    Field::Unit,
    Field::Label,
    Field::Channel,
    Field::Comment,
];

impl Entry {
    /// Of a name, with what it belongs to before it and a dot between them. `further` come in the order
    /// of their weight.
    pub fn new<'a>(
        group: Option<&str>,
        name: &str,
        further: impl IntoIterator<Item = (Field, &'a str)>,
    ) -> Self {
        let mut text = String::with_capacity(96);
        let mut add = |part: &str, border: char| {
            text.extend(
                part.chars()
                    .map(|it| if it == BORDER { ' ' } else { fold(it) }),
            );
            let end = text.len();
            text.push(border);
            end
        };
        let start = group.map_or(0, |group| add(group, '.') + 1);
        let path_end = add(name, BORDER);
        let mut ends = [path_end; FURTHER.len()];
        for (field, part) in further {
            let end = add(part, BORDER);
            // What stands after it ends there as well, until it has a text of its own.
            let from = FURTHER.iter().position(|it| *it == field);
            ends.iter_mut()
                .skip(from.unwrap_or(FURTHER.len()))
                .for_each(|it| *it = end);
        }
        Self {
            text: text.into(),
            name: start,
            path_end,
            ends,
            humps: humps(name),
        }
    }

    pub(super) fn path(&self) -> &str {
        self.text.get(..self.path_end).unwrap_or_default()
    }

    /// How many bytes group and name take.
    pub(super) fn path_len(&self) -> usize {
        self.path_end
    }

    /// Of a folded word: in which field it occurs first, if it does anywhere.
    pub fn field_of(&self, word: &str) -> Option<Field> {
        let start = self.text.find(word)?;
        Some(self.field(start, start + word.len()))
    }

    /// How well a folded word matches; `None` when it is nowhere.
    pub(super) fn score_word(&self, word: &str) -> Option<u32> {
        let mut best = None;
        for (start, _) in self.text.match_indices(word) {
            best = best.max(Some(self.score_at(start, start + word.len())));
            if start >= self.path_end {
                // Fields follow in the order of their weight.
                break;
            }
        }
        best
    }

    /// Worth of a match at a place: of its field, and of how much of the field it is.
    fn score_at(&self, start: usize, end: usize) -> u32 {
        let field = self.field(start, end);
        let before = self
            .text
            .get(..start)
            .and_then(|text| text.chars().next_back());
        let after = self.text.get(end..).and_then(|text| text.chars().next());
        let begins = before.is_none_or(|letter| letter == BORDER) || start == self.name;
        let ends = after.is_none_or(|letter| letter == BORDER)
            || field == Field::Group && end + 1 == self.name;
        let begins_word = before.is_some_and(|letter| !letter.is_alphanumeric()) || {
            let at = start
                .checked_sub(self.name)
                .and_then(|at| u16::try_from(at).ok());
            at.is_some_and(|at| self.humps.contains(&at))
        };
        let share = match (begins, ends, begins_word) {
            (true, true, _) => 90,
            (true, false, _) => 60,
            (false, _, true) => 40,
            _ => 0,
        };
        field.weight() + share
    }

    fn field(&self, start: usize, end: usize) -> Field {
        if start >= self.path_end {
            let further = FURTHER.iter().zip(self.ends);
            let mut ends = further.filter(|(_, end)| start < *end);
            return ends.next().map_or(Field::Comment, |(field, _)| *field);
        }
        if start >= self.name {
            Field::Name
        } else if end < self.name {
            Field::Group
        } else {
            Field::Path
        }
    }
}

/// Places of capital letters after small ones, where folding keeps places.
fn humps(name: &str) -> Box<[u16]> {
    if !name.is_ascii() {
        return Box::default();
    }
    let pairs = name.as_bytes().windows(2).zip(1_u16..);
    let is_hump =
        |pair: &[u8]| matches!(pair, [a, b] if !a.is_ascii_uppercase() && b.is_ascii_uppercase());
    let humps = pairs.filter(|(pair, _)| is_hump(pair));
    humps.map(|(_, at)| at).collect()
}
