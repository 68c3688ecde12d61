//! What is learned from steps, and when: a step that can still be taken back teaches nothing yet.

use serde::{Deserialize, Serialize};

use super::follow::Follower;
use super::habits::Habits;
use super::promise::Levels;
use super::times::{DeskAt, ServiceAt, Times};

/// A handling longer than this was forgotten to be ended, seconds.
const HANDLING_S_MAX: f64 = 4.0 * 3_600.0;

/// What a desk's last step teaches, once it cannot be taken back any more.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Lesson {
    pub at: f64,
    pub desk: DeskAt,
    pub service: ServiceAt,
    pub waited_s: f64,
    pub what: Left,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) enum Left {
    /// After a stay of so long, and sent on to there.
    Served(f64, Option<ServiceAt>),
    /// Awaited for so long.
    DidNotCome(f64),
}

/// What is learned of a centre, to be kept.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Learned {
    times: Times,
    habits: Habits,
    levels: Levels,
    /// Steps that could still be taken back.
    lessons: Vec<Lesson>,
    day_counted: bool,
}

impl Learned {
    /// Whether it can be gone on with: not where it was damaged.
    pub fn is_sound(&self) -> bool {
        self.times.is_sound()
    }

    /// Handling times.
    pub fn times(&self) -> &Times {
        &self.times
    }
}

impl Follower {
    /// Goes on with what was learned before.
    pub fn know(&mut self, learned: Learned) {
        self.times = learned.times;
        self.habits = learned.habits;
        self.levels = learned.levels;
        self.lessons = learned.lessons;
        self.day_counted = learned.day_counted;
    }

    /// What is learned so far.
    pub fn learned(&self) -> Learned {
        Learned {
            times: self.times.clone(),
            habits: self.habits.clone(),
            levels: self.levels.clone(),
            lessons: self.lessons.clone(),
            day_counted: self.day_counted,
        }
    }

    /// What is learned so far, for a centre that begins with it: no day is under way there.
    pub fn learned_by_another(&mut self) -> Learned {
        self.learn(f64::INFINITY);
        self.times.new_day();
        self.day_counted = false;
        self.learned()
    }

    /// Learns from the steps before a moment: they cannot be taken back any more.
    pub(super) fn learn(&mut self, before: f64) {
        let (times, habits) = (&mut self.times, &mut self.habits);
        self.lessons.retain(|lesson| {
            if lesson.at > before {
                return true;
            }
            match lesson.what {
                Left::Served(handling_s, sent_on) => {
                    if handling_s < HANDLING_S_MAX {
                        times.observe(lesson.service, lesson.desk, handling_s);
                    }
                    habits.called(lesson.waited_s, true);
                    habits.ended(lesson.service, sent_on);
                }
                Left::DidNotCome(after_s) => {
                    habits.called(lesson.waited_s, false);
                    habits.no_show_after.add(after_s);
                }
            }
            false
        });
    }

    /// Keeps what a step teaches, or learns it where nothing is ever taken back.
    pub(super) fn keep(&mut self, lesson: Lesson) {
        self.lessons.push(lesson);
        if self.undo_s <= 0.0 {
            self.learn(self.now);
        }
    }
}
