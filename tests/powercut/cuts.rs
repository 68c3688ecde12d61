//! Cutting the power at chosen moments of a recording, under every model.

use std::path::Path;

use crate::common::{Seeded, scratch};
use crate::disk::{Disk, Keeps};
use crate::recording::Op;

/// Cuts examined at the same time.
const THREADS: usize = 2;

/// What one power cut left.
pub struct Cut<'a> {
    /// Which moment of those asked for.
    pub number: usize,
    /// Operations done before it.
    pub at: usize,
    /// The model.
    pub keeps: Keeps,
    /// The recorded directory as it is after the cut.
    pub left: &'a Path,
}

impl std::fmt::Display for Cut<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cut {} after {}, {:?}", self.number, self.at, self.keeps)
    }
}

/// Moments anywhere in a recording of so many operations, in their order.
pub fn anywhere(moments: usize, length: usize) -> Vec<usize> {
    let mut seeded = Seeded(7);
    let mut cuts: Vec<usize> = (0..moments)
        .map(|_| seeded.below(length as u64 + 1) as usize)
        .collect();
    cuts.sort_unstable();
    cuts
}

/// Cuts the power after each of these numbers of operations, which ascend, under every model, and
/// examines what is left. How many cuts were examined.
pub fn cut_all(ops: &[Op], cuts: &[usize], examine: impl Fn(&Cut<'_>) + Sync) -> usize {
    std::thread::scope(|scope| {
        let examine = &examine;
        let parts: Vec<_> = (0..THREADS)
            .map(|part| scope.spawn(move || cut_part(ops, cuts, part, examine)))
            .collect();
        parts.into_iter().map(|part| part.join().unwrap()).sum()
    })
}

fn cut_part(ops: &[Op], cuts: &[usize], part: usize, examine: impl Fn(&Cut<'_>)) -> usize {
    let mut disk = Disk::default();
    let (mut done, mut examined) = (0, 0);
    for (number, &at) in cuts.iter().enumerate() {
        ops[done..at].iter().for_each(|op| disk.apply(op));
        done = at;
        if number % THREADS != part {
            continue;
        }
        for keeps in Keeps::ALL {
            let dir = scratch();
            disk.after_cut(keeps, &mut Seeded(number as u64), dir.path());
            examine(&Cut {
                number,
                at,
                keeps,
                left: dir.path(),
            });
            examined += 1;
        }
    }
    examined
}
