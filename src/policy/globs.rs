//! Globs, found by what they begin and end with, or by a piece of text in them.

use std::collections::{BTreeSet, HashMap};

use aho_corasick::AhoCorasick;

use super::pattern::{Ending, Pattern};
use super::table::Positions;

/// So many globs in one place are few: there nothing better is looked for.
const FEW: usize = 8;

/// Globs by what they have in common with all that they match.
#[derive(Clone, Debug, Default)]
pub(super) struct Globs {
    exact: HashMap<Vec<u8>, Positions>,
    /// By the fixed beginning up to its last slash.
    below: HashMap<Vec<u8>, Bucket>,
    /// The lengths of the keys of `below`.
    lengths: BTreeSet<usize>,
    /// Those of crowded places, by a piece of text that few others have.
    pieces: Pieces,
}

/// Globs that begin alike, by what they end with.
#[derive(Clone, Debug, Default)]
struct Bucket {
    /// By a fixed last component.
    names: HashMap<Vec<u8>, Filed>,
    /// By what follows the last dot of the last component.
    extensions: HashMap<Vec<u8>, Filed>,
    rest: Filed,
}

/// Globs in one place, and the pieces of those that have any, until [`Globs::finish`].
#[derive(Clone, Debug, Default)]
struct Filed {
    positions: Positions,
    pieces: Vec<(u32, Vec<Vec<u8>>)>,
}

/// Positions by pieces of text, which one pass over a text finds all.
#[derive(Clone, Debug, Default)]
struct Pieces {
    automaton: Option<AhoCorasick>,
    /// Of each piece, in the automaton's order.
    positions: Vec<Positions>,
}

impl Globs {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.below.is_empty()
    }

    /// Files a glob; `position` is later than those before.
    pub fn insert(&mut self, pattern: &Pattern, position: u32) {
        if pattern.is_exact() {
            self.exact.entry(pattern.prefix().to_vec()).or_default().push(position);
            return;
        }
        let end = pattern.prefix().iter().rposition(|b| *b == b'/').map_or(0, |slash| slash + 1);
        self.lengths.insert(end);
        let bucket = self.below.entry(pattern.prefix()[..end].to_vec()).or_default();
        let filed = match pattern.ending() {
            Ending::Name(name) => bucket.names.entry(name.clone()).or_default(),
            Ending::Extension(extension) => bucket.extensions.entry(extension.clone()).or_default(),
            Ending::Any => &mut bucket.rest,
        };
        filed.positions.push(position);
        if !pattern.pieces().is_empty() {
            filed.pieces.push((position, pattern.pieces().to_vec()));
        }
    }

    /// Files what stands in crowded places anew, by the rarest of its pieces. Call it once, after the last `insert`.
    pub fn finish(&mut self) {
        let all = || self.below.values();
        let filed = all().flat_map(|b| b.names.values().chain(b.extensions.values()).chain([&b.rest]));
        let mut common: HashMap<Vec<u8>, usize> = HashMap::new();
        for piece in filed.flat_map(|f| &f.pieces).flat_map(|(_, pieces)| pieces) {
            *common.entry(piece.clone()).or_default() += 1;
        }
        let mut found: HashMap<Vec<u8>, Positions> = HashMap::new();
        for bucket in self.below.values_mut() {
            let ends = bucket.names.values_mut().chain(bucket.extensions.values_mut());
            for filed in ends.chain([&mut bucket.rest]) {
                let pieces = std::mem::take(&mut filed.pieces);
                let crowd = filed.positions.len();
                if crowd <= FEW {
                    continue;
                }
                // In order, as they were filed.
                let mut moved = Positions::new();
                for (position, pieces) in pieces {
                    let count = |piece: &Vec<u8>| common.get(piece).copied().unwrap_or(0);
                    if let Some(rarest) = pieces.into_iter().min_by_key(count).filter(|p| count(p) < crowd) {
                        moved.push(position);
                        found.entry(rarest).or_default().push(position);
                    }
                }
                filed.positions.retain(|position| moved.binary_search(position).is_err());
            }
        }
        if found.is_empty() {
            return;
        }
        let (texts, mut positions): (Vec<Vec<u8>>, Vec<Positions>) = found.into_iter().unzip();
        positions.iter_mut().for_each(|p| p.sort_unstable());
        match AhoCorasick::new(&texts) {
            Ok(automaton) => self.pieces = Pieces { automaton: Some(automaton), positions },
            // Too many for the automaton: then all of them are looked at.
            Err(_) => {
                self.lengths.insert(0);
                let rest = &mut self.below.entry(Vec::new()).or_default().rest.positions;
                rest.extend(positions.into_iter().flatten());
                rest.sort_unstable();
            }
        }
    }

    /// Shows `visit` the positions of every glob that can match `bytes`, list by list.
    pub fn visit<'a>(&'a self, bytes: &[u8], visit: &mut impl FnMut(&'a Positions)) {
        self.exact.get(bytes).into_iter().for_each(&mut *visit);
        let name = bytes.rsplit(|b| *b == b'/').next().unwrap_or_default();
        let extension = name.iter().rposition(|b| *b == b'.').map(|dot| &name[dot + 1..]);
        for length in &self.lengths {
            match bytes.get(..*length) {
                Some(start) if *length == 0 || start.ends_with(b"/") => {
                    let Some(bucket) = self.below.get(start) else { continue };
                    bucket.names.get(name).into_iter().for_each(|f| visit(&f.positions));
                    extension.and_then(|e| bucket.extensions.get(e)).into_iter().for_each(|f| visit(&f.positions));
                    visit(&bucket.rest.positions);
                }
                Some(_) => {}
                None => break,
            }
        }
        let Some(automaton) = &self.pieces.automaton else { return };
        // A text can hold a piece many times.
        let mut found: Vec<usize> = automaton.find_overlapping_iter(bytes).map(|m| m.pattern().as_usize()).collect();
        found.sort_unstable();
        found.dedup();
        found.into_iter().filter_map(|piece| self.pieces.positions.get(piece)).for_each(visit);
    }
}
