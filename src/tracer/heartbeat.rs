//! Whether the front end still listens while it has questions to answer.
//!
//! The answer to a [`Message::Heartbeat`](super::Message::Heartbeat) comes from the loop that takes the messages, so a
//! user who thinks for an hour is no silence, and a window that hangs is one.

use std::time::{Duration, Instant};

/// Between an answer and the next heartbeat.
const EVERY: Duration = Duration::from_secs(1);
/// A longer time between two looks was no silence of the front end's: Syswall as a whole was stopped, or got no processor.
const STEP: Duration = Duration::from_millis(100);

/// What is to be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    Nothing,
    /// Send a heartbeat.
    Send,
    /// The front end has been silent for too long; said once.
    Lost,
}

pub(super) struct Heartbeat {
    patience: Duration,
    /// Whether a heartbeat is out that was not answered.
    asked: bool,
    /// Time that counts since the last heartbeat went out, or was answered.
    passed: Duration,
    looked: Instant,
    lost: bool,
}

impl Heartbeat {
    /// `patience`: how long the front end may be silent.
    pub fn new(patience: Duration, now: Instant) -> Heartbeat {
        Heartbeat { patience, asked: false, passed: Duration::ZERO, looked: now, lost: false }
    }

    /// Whether the front end has been silent for too long, and is so still.
    pub fn is_lost(&self) -> bool {
        self.lost
    }

    /// To be called often while questions are open.
    pub fn look(&mut self, now: Instant) -> Due {
        self.passed += now.saturating_duration_since(self.looked).min(STEP);
        self.looked = now;
        if !self.asked && self.passed >= EVERY.min(self.patience) {
            self.asked = true;
            self.passed = Duration::ZERO;
            return Due::Send;
        }
        if self.asked && !self.lost && self.passed >= self.patience {
            self.lost = true;
            return Due::Lost;
        }
        Due::Nothing
    }

    /// The front end's answer. Whether it had been given up before.
    pub fn answered(&mut self) -> bool {
        self.asked = false;
        self.passed = Duration::ZERO;
        std::mem::take(&mut self.lost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks every 20 ms for `time`; what was due, and when.
    fn watch(beat: &mut Heartbeat, now: &mut Instant, time: Duration) -> Vec<Due> {
        let end = *now + time;
        let mut seen = Vec::new();
        while *now < end {
            *now += Duration::from_millis(20);
            seen.extend(Some(beat.look(*now)).filter(|d| *d != Due::Nothing));
        }
        seen
    }

    #[test]
    fn silence_is_noticed_once_and_its_end_too() {
        let mut now = Instant::now();
        let mut beat = Heartbeat::new(Duration::from_secs(10), now);
        assert_eq!(watch(&mut beat, &mut now, Duration::from_secs(9)), [Due::Send]);
        assert!(!beat.answered());
        assert_eq!(watch(&mut beat, &mut now, Duration::from_secs(30)), [Due::Send, Due::Lost]);
        assert!(beat.is_lost());
        assert!(beat.answered() && !beat.is_lost());
        assert_eq!(watch(&mut beat, &mut now, Duration::from_secs(9)), [Due::Send]);
    }

    #[test]
    fn time_in_which_nobody_looked_is_no_silence() {
        let mut now = Instant::now();
        let mut beat = Heartbeat::new(Duration::from_secs(10), now);
        assert_eq!(watch(&mut beat, &mut now, Duration::from_secs(2)), [Due::Send]);
        now += Duration::from_secs(3600);
        assert_eq!(beat.look(now), Due::Nothing);
        assert_eq!(watch(&mut beat, &mut now, Duration::from_secs(8)), []);
    }
}
