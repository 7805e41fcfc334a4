//! The lines of the tree: groups of signals, or what the search found. Pure.
//!
//! They are made anew only when what they depend on has changed ([`Shown`]); a frame looks at the
//! lines that are visible. A line names its signal by position, so that it borrows nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use canlake_shared::search::{Closeness, Hits, Index, Query, Searcher};

use super::search::entry;
use crate::source::{Catalogue, SignalInfo, Vehicle};
use crate::state::{Favourite, VehicleRef};

/// What can be listed: the signals of a vehicle, and those that no file has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listing<'a> {
    /// The vehicle.
    pub vehicle: &'a Vehicle,
    /// Signals that are worked out, in the order of their definitions.
    pub computed: &'a [&'a SignalInfo],
}

impl<'a> Listing<'a> {
    /// A signal by position: first those of the vehicle, then the others.
    pub(super) fn get(self, at: u32) -> Option<&'a SignalInfo> {
        let at = at as usize;
        let signals = &self.vehicle.signals;
        signals
            .get(at)
            .or_else(|| self.computed.get(at - signals.len()).copied())
    }

    /// All of them, in the order of their positions.
    fn signals(self) -> impl Iterator<Item = &'a SignalInfo> {
        self.vehicle
            .signals
            .iter()
            .chain(self.computed.iter().copied())
    }

    /// Whether a position is that of a signal which is worked out.
    pub(super) fn is_computed(self, at: u32) -> bool {
        at as usize >= self.vehicle.signals.len()
    }

    /// The number of signals.
    pub(super) fn len(self) -> u32 {
        let n_signals = self.vehicle.signals.len() + self.computed.len();
        u32::try_from(n_signals).unwrap_or(u32::MAX)
    }

    /// Whether another signal of its message has the same name. Signals are sorted by name, so
    /// namesakes follow each other.
    pub(super) fn is_namesake(self, at: u32) -> bool {
        let Some(info) = self.get(at) else {
            return false;
        };
        let neighbours = [at.checked_sub(1), at.checked_add(1)];
        neighbours.into_iter().flatten().any(|other| {
            self.get(other).is_some_and(|other| {
                other.key.message == info.key.message && other.key.signal == info.key.signal
            })
        })
    }
}

/// What a group of the tree is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum GroupId {
    /// Signals that the user has marked.
    Favourites,
    /// Signals that are worked out from others.
    Computed,
    /// The signals of a message.
    Message(Arc<str>),
}

impl GroupId {
    /// What its heading says.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Favourites => "Favourites",
            Self::Computed => "Computed",
            Self::Message(name) => name,
        }
    }
}

/// A heading of the tree with its signals.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Group {
    pub id: GroupId,
    /// Positions in the listing.
    pub signals: Vec<u32>,
}

/// A line.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Row {
    /// A heading.
    Group {
        /// Which.
        id: GroupId,
        /// Signals below it.
        n_signals: usize,
        /// Whether they are shown.
        is_open: bool,
    },
    /// A signal.
    Signal {
        /// Its position in the listing.
        at: u32,
        /// The group that it stands in; none in a list of hits.
        group: Option<GroupId>,
    },
}

impl Row {
    /// The signal of the line, if it is one.
    pub(super) fn signal(&self) -> Option<u32> {
        match self {
            Self::Signal { at, .. } => Some(*at),
            Self::Group { .. } => None,
        }
    }
}

/// The groups of the tree, in order.
pub(super) fn groups(
    listing: Listing<'_>,
    favourites: &BTreeSet<Favourite>,
    only_favourites: bool,
) -> Vec<Group> {
    let mut marked = Vec::new();
    let mut groups = Vec::new();
    if !favourites.is_empty() {
        let is_marked = |at: &u32| is_favourite(listing, *at, favourites);
        marked = (0..listing.len()).filter(is_marked).collect();
    }
    if !marked.is_empty() {
        groups.push(Group {
            id: GroupId::Favourites,
            signals: marked,
        });
    }
    if only_favourites {
        return groups;
    }
    let n_recorded = u32::try_from(listing.vehicle.signals.len()).unwrap_or(u32::MAX);
    if !listing.computed.is_empty() {
        groups.push(Group {
            id: GroupId::Computed,
            signals: (n_recorded..listing.len()).collect(),
        });
    }
    let mut first = 0;
    for (_, signals) in listing.vehicle.messages() {
        let Some(info) = signals.first() else {
            continue;
        };
        let end = first + u32::try_from(signals.len()).unwrap_or(u32::MAX);
        groups.push(Group {
            id: GroupId::Message(Arc::clone(&info.key.message)),
            signals: (first..end).collect(),
        });
        first = end;
    }
    groups
}

fn is_favourite(listing: Listing<'_>, at: u32, favourites: &BTreeSet<Favourite>) -> bool {
    let key = listing.get(at).map(|info| &info.key);
    key.is_some_and(|key| favourites.contains(&Favourite::of(key)))
}

/// The lines of groups.
pub(super) fn rows(
    groups: impl IntoIterator<Item = Group>,
    closed: &BTreeSet<GroupId>,
) -> Vec<Row> {
    let mut rows = Vec::new();
    for Group { id, signals } in groups {
        let is_open = !closed.contains(&id);
        rows.push(Row::Group {
            id: id.clone(),
            n_signals: signals.len(),
            is_open,
        });
        if is_open {
            rows.extend(signals.into_iter().map(|at| Row::Signal {
                at,
                group: Some(id.clone()),
            }));
        }
    }
    rows
}

/// What the lines depend on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown<'a> {
    pub catalogue: &'a Arc<Catalogue>,
    pub vehicle: &'a VehicleRef,
    pub computed: &'a [&'a SignalInfo],
    pub filter: &'a str,
    pub closed: &'a BTreeSet<GroupId>,
    pub favourites: &'a BTreeSet<Favourite>,
    pub only_favourites: bool,
}

/// What the lines were made of.
#[derive(Debug)]
struct Known {
    catalogue: Arc<Catalogue>,
    vehicle: VehicleRef,
    computed: Vec<SignalInfo>,
    filter: String,
    closed: BTreeSet<GroupId>,
    favourites: BTreeSet<Favourite>,
    only_favourites: bool,
}

impl Known {
    fn new(shown: Shown<'_>) -> Self {
        Self {
            catalogue: Arc::clone(shown.catalogue),
            vehicle: shown.vehicle.clone(),
            computed: shown.computed.iter().copied().cloned().collect(),
            filter: shown.filter.to_owned(),
            closed: shown.closed.clone(),
            favourites: shown.favourites.clone(),
            only_favourites: shown.only_favourites,
        }
    }

    /// Whether positions and texts of the signals are the same.
    fn lists(&self, shown: Shown<'_>) -> bool {
        Arc::ptr_eq(&self.catalogue, shown.catalogue)
            && self.vehicle == *shown.vehicle
            && self.computed.iter().eq(shown.computed.iter().copied())
    }

    /// Whether the search goes over the same signals.
    fn searches(&self, shown: Shown<'_>) -> bool {
        self.lists(shown)
            && self.favourites == *shown.favourites
            && self.only_favourites == shown.only_favourites
    }

    fn is(&self, shown: Shown<'_>) -> bool {
        self.searches(shown) && self.filter == shown.filter && self.closed == *shown.closed
    }
}

/// The lines of the tree, kept until what they depend on changes.
#[derive(Debug, Default)]
pub(super) struct Rows {
    known: Option<Known>,
    lines: Vec<Row>,
    query: Query,
    n_found: usize,
    /// Of the signals that are listed, once one was searched for.
    index: Option<Index>,
    searcher: Searcher,
}

impl Rows {
    /// Makes the lines anew if they have to be; gives whether they were.
    pub(super) fn refresh(&mut self, listing: Listing<'_>, shown: Shown<'_>) -> bool {
        if self.known.as_ref().is_some_and(|known| known.is(shown)) {
            return false;
        }
        if self.known.as_ref().is_none_or(|known| !known.lists(shown)) {
            self.index = None;
        }
        let query = Query::new(shown.filter, Closeness::Exact);
        if query.is_empty() {
            let groups = groups(listing, shown.favourites, shown.only_favourites);
            self.lines = rows(groups, shown.closed);
            self.query = query;
            self.n_found = listing.len() as usize;
        } else {
            let hits = self.search(listing, shown);
            self.query = Query::new(shown.filter, hits.closeness);
            self.n_found = hits.positions.len();
            let row = |at| Row::Signal { at, group: None };
            self.lines = hits.positions.into_iter().map(row).collect();
        }
        self.known = Some(Known::new(shown));
        true
    }

    fn search(&mut self, listing: Listing<'_>, shown: Shown<'_>) -> Hits {
        let index = self
            .index
            .get_or_insert_with(|| Index::new(listing.signals().map(entry)));
        // A longer text is in no signal that the shorter was not in.
        let narrows = self.known.as_ref().is_some_and(|known| {
            known.searches(shown)
                && !self.query.is_empty()
                && shown.filter.starts_with(&known.filter)
                && self.query.closeness() == Closeness::Exact
        });
        if narrows {
            let query = Query::new(shown.filter, Closeness::Exact);
            let before = self.lines.iter().filter_map(Row::signal);
            let hits = index.search_as(&mut self.searcher, &query, before);
            if !hits.positions.is_empty() {
                return hits;
            }
        }
        let mut among: Vec<u32> = (0..listing.len()).collect();
        if shown.only_favourites {
            among.retain(|at| is_favourite(listing, *at, shown.favourites));
        }
        index.search(&mut self.searcher, shown.filter, &among)
    }

    /// The headings.
    pub(super) fn groups(&self) -> BTreeSet<GroupId> {
        let headings = self.lines.iter().filter_map(|line| match line {
            Row::Group { id, .. } => Some(id.clone()),
            Row::Signal { .. } => None,
        });
        headings.collect()
    }

    /// The lines.
    pub(super) fn as_slice(&self) -> &[Row] {
        &self.lines
    }

    /// What is searched for.
    pub(super) fn query(&self) -> &Query {
        &self.query
    }

    /// Searcher and query, to find out what of a text is lit.
    pub(super) fn search_parts(&mut self) -> (&mut Searcher, &Query) {
        (&mut self.searcher, &self.query)
    }

    /// How literally the hits match.
    pub(super) fn closeness(&self) -> Closeness {
        self.query.closeness()
    }

    /// Signals that the search left, or all of them.
    pub(super) fn n_found(&self) -> usize {
        self.n_found
    }
}

#[cfg(test)]
#[path = "rows_tests.rs"]
mod tests;
