//! Numbers for things that repeat, within bounded memory.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};

/// Gives equal keys equal ids as long as it remembers them: at least the last `limit` different ones.
/// A key that was forgotten gets a new id.
#[derive(Debug)]
pub(super) struct Intern {
    // Keys are remembered by 128 bits of hash under secret seeds, so that a program cannot make two texts collide.
    seeds: (RandomState, RandomState),
    young: HashMap<u128, i64>,
    old: HashMap<u128, i64>,
    limit: usize,
    last: i64,
}

impl Intern {
    /// Remembers `limit` to `2 * limit` keys. Ids count from 1.
    pub fn new(limit: usize) -> Intern {
        Intern {
            seeds: (RandomState::new(), RandomState::new()),
            young: HashMap::new(),
            old: HashMap::new(),
            limit,
            last: 0,
        }
    }

    /// The id of `key`, and whether it is new (then the caller writes the entry).
    pub fn id<K: Hash + ?Sized>(&mut self, key: &K) -> (i64, bool) {
        let hash = u128::from(self.seeds.0.hash_one(key)) << 64 | u128::from(self.seeds.1.hash_one(key));
        if let Some(id) = self.young.get(&hash) {
            return (*id, false);
        }
        if self.young.len() >= self.limit {
            self.old = std::mem::take(&mut self.young);
        }
        if let Some(id) = self.old.get(&hash).copied() {
            self.young.insert(hash, id);
            return (id, false);
        }
        self.last += 1;
        self.young.insert(hash, self.last);
        (self.last, true)
    }
}

#[cfg(test)]
mod tests {
    use super::Intern;

    #[test]
    fn what_is_used_is_remembered_and_what_is_not_is_forgotten() {
        let mut intern = Intern::new(4);
        assert_eq!(intern.id("a"), (1, true));
        for i in 0..100 {
            intern.id(&i);
            assert_eq!(intern.id("a"), (1, false), "after {i}");
        }
        assert!(intern.id(&0).1);
        assert!(intern.young.len() + intern.old.len() <= 8);
    }
}
