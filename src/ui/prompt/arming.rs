//! When input counts. A prompt that has just come up must not take the key or click that was meant for what was
//! there before: decisions are possible only after a while, and a key only if it was pressed after that.

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// How long a prompt is shown before it can be answered.
pub const ARM_AFTER: Duration = Duration::from_millis(900);
/// How long the pointer's buttons must have been left alone.
const AFTER_PRESS: Duration = Duration::from_millis(500);
/// Presses can put it off for no longer than this: else an impatient user would be locked out.
const LONGEST: Duration = Duration::from_secs(5);

/// The state of one prompt's arming.
#[derive(Debug)]
pub struct Arming {
    since: Instant,
    at: Instant,
    /// Keys that are down, and whether they went down when input counted.
    held: HashMap<u32, bool>,
}

impl Arming {
    /// Disarmed at `now`.
    pub fn new(now: Instant) -> Arming {
        Arming { since: now, at: now + ARM_AFTER, held: HashMap::new() }
    }

    /// Starts again: new content, or the window got the focus.
    pub fn restart(&mut self, now: Instant) {
        self.since = now;
        self.at = now + ARM_AFTER;
        self.held.values_mut().for_each(|counts| *counts = false);
    }

    /// A button of the pointer was pressed.
    pub fn pressed(&mut self, now: Instant) {
        if !self.armed(now) {
            self.at = self.at.max((now + AFTER_PRESS).min(self.since + LONGEST));
        }
    }

    /// A key went down, or repeats. Returns whether it counts.
    pub fn key_down(&mut self, keycode: u32, now: Instant) -> bool {
        let armed = self.armed(now);
        match self.held.insert(keycode, armed) {
            None => armed,
            // A repeat of one that was pressed in time must not answer the next prompt, nor this one twice.
            Some(_) => {
                self.held.insert(keycode, false);
                false
            }
        }
    }

    /// A key went up. Returns whether its press had counted.
    pub fn key_up(&mut self, keycode: u32) -> bool {
        self.held.remove(&keycode).unwrap_or(false)
    }

    /// Keys may have gone up unseen: the window lost the focus.
    pub fn forget_keys(&mut self) {
        self.held.clear();
    }

    /// Whether input counts.
    pub fn armed(&self, now: Instant) -> bool {
        now >= self.at
    }

    /// How long until it does.
    pub fn left(&self, now: Instant) -> Duration {
        self.at.saturating_duration_since(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    #[test]
    fn nothing_counts_before_the_time_and_a_restart_begins_anew() {
        let t = Instant::now();
        let mut arming = Arming::new(t);
        assert!(!arming.armed(t + ms(899)) && arming.armed(t + ms(900)));
        arming.restart(t + ms(2000));
        assert!(!arming.armed(t + ms(2899)) && arming.armed(t + ms(2900)));
    }

    #[test]
    fn a_held_key_never_counts_and_a_new_press_does() {
        let t = Instant::now();
        let mut arming = Arming::new(t);
        for n in [100, 500, 950, 1500] {
            assert!(!arming.key_down(36, t + ms(n)));
        }
        assert!(!arming.key_up(36));
        assert!(arming.key_down(36, t + ms(1600)));
        assert!(!arming.key_down(36, t + ms(1650)), "a repeat of it does not");
    }

    #[test]
    fn clicking_meanwhile_puts_it_off_but_not_for_ever() {
        let t = Instant::now();
        let mut arming = Arming::new(t);
        arming.pressed(t + ms(800));
        assert!(!arming.armed(t + ms(1299)) && arming.armed(t + ms(1300)));
        for n in (0..100).map(|n| 1200 + n * 100) {
            arming.pressed(t + ms(n));
        }
        assert!(arming.armed(t + ms(5000)));
    }
}
