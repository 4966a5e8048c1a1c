//! The gate: what ours costs now, beside what it cost when somebody last agreed to it.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// `baseline.json`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// What the counts depend on beside the code: compiler, C library, valgrind.
    pub made_by: String,
    /// By the name of the row.
    pub rows: BTreeMap<String, Counts>,
}

/// What a row of ours adds to the bare one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    /// Instructions on the caller's thread.
    pub added: f64,
    /// Allocations on it.
    pub allocations: f64,
    /// Instructions of all other threads for each span that arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub background: Option<f64>,
}

/// How far two runs of the same program may be apart.
#[derive(Debug, Clone, Copy)]
pub struct Noise {
    /// In percent of what is added.
    pub percent: f64,
    /// In instructions: of little, a few percent are nothing.
    pub instructions: f64,
    /// In allocations.
    pub allocations: f64,
    /// In percent of the background, whose threads take turns as they like.
    pub background: f64,
}

/// What the gate says of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// As before.
    Same,
    /// It costs more: how much.
    Worse(String),
    /// It costs less: how much. The baseline has to follow, or the gain could be lost unseen.
    Better(String),
    /// The baseline does not know it.
    New,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Same => f.write_str("as before"),
            Self::Worse(how) => write!(f, "WORSE: {how}"),
            Self::Better(how) => write!(f, "better: {how}"),
            Self::New => f.write_str("not in the baseline"),
        }
    }
}

/// The middle of three runs, each count by itself.
#[must_use]
pub fn median(runs: [Counts; 3]) -> Counts {
    let middle = |mut counts: [f64; 3]| {
        counts.sort_by(f64::total_cmp);
        counts[1]
    };
    let background = runs.map(|run| run.background);
    Counts {
        added: middle(runs.map(|run| run.added)),
        allocations: middle(runs.map(|run| run.allocations)),
        background: match background {
            [Some(one), Some(two), Some(three)] => Some(middle([one, two, three])),
            _ => None,
        },
    }
}

/// Compares one row. Where one count is worse, that another is better does not make up for it.
#[must_use]
pub fn judge(before: Option<&Counts>, now: &Counts, noise: Noise) -> Verdict {
    let Some(before) = before else {
        return Verdict::New;
    };
    let percent = |of: f64, percent: f64| of.abs() * percent / 100.0;
    let instructions = percent(before.added, noise.percent).max(noise.instructions);
    let mut apart = vec![
        (before.added, now.added, instructions, "instructions"),
        (
            before.allocations,
            now.allocations,
            noise.allocations,
            "allocations",
        ),
    ];
    if let (Some(before), Some(now)) = (before.background, now.background) {
        let room = percent(before, noise.background);
        apart.push((before, now, room, "background instructions a span"));
    }
    let tell = |sign: f64| {
        let over = apart
            .iter()
            .filter(|(before, now, room, _)| (now - before) * sign > *room);
        let told = over.map(|(before, now, room, what)| {
            format!("{now:.1} {what} where it was {before:.1} (± {room:.1})")
        });
        told.collect::<Vec<_>>().join(", ")
    };
    let (worse, better) = (tell(1.0), tell(-1.0));
    match (worse.is_empty(), better.is_empty()) {
        (false, _) => Verdict::Worse(worse),
        (true, false) => Verdict::Better(better),
        (true, true) => Verdict::Same,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOISE: Noise = Noise {
        percent: 3.0,
        instructions: 30.0,
        allocations: 0.4,
        background: 5.0,
    };
    const BEFORE: Counts = Counts {
        added: 2_000.0,
        allocations: 5.0,
        background: Some(3_000.0),
    };

    fn with(change: impl FnOnce(&mut Counts)) -> Verdict {
        let mut now = BEFORE;
        change(&mut now);
        judge(Some(&BEFORE), &now, NOISE)
    }

    #[test]
    fn what_is_within_the_noise_is_the_same() {
        assert_eq!(with(|_| ()), Verdict::Same);
        assert_eq!(with(|now| now.added = 2_059.0), Verdict::Same);
        assert_eq!(with(|now| now.added = 1_941.0), Verdict::Same);
        assert_eq!(with(|now| now.background = Some(3_149.0)), Verdict::Same);
    }

    #[test]
    fn more_than_three_percent_is_worse_and_says_what_it_was() {
        let Verdict::Worse(how) = with(|now| now.added = 2_061.0) else {
            panic!("not worse");
        };
        assert_eq!(how, "2061.0 instructions where it was 2000.0 (± 60.0)");
    }

    #[test]
    fn an_allocation_more_is_worse_however_few_its_instructions() {
        let verdict = with(|now| now.allocations = 6.0);
        assert!(matches!(verdict, Verdict::Worse(_)), "{verdict}");
    }

    #[test]
    fn a_dearer_background_is_worse_also_where_the_caller_gained() {
        let verdict = with(|now| {
            now.added = 1_000.0;
            now.background = Some(4_000.0);
        });
        assert!(matches!(verdict, Verdict::Worse(_)), "{verdict}");
    }

    #[test]
    fn a_gain_is_told_so_that_it_can_be_kept() {
        let verdict = with(|now| now.added = 1_000.0);
        assert!(matches!(verdict, Verdict::Better(_)), "{verdict}");
    }

    #[test]
    fn one_run_that_is_far_off_does_not_move_the_median() {
        let off = Counts {
            added: 9_000.0,
            allocations: 1.0,
            background: Some(9_000.0),
        };
        let other = Counts {
            added: 1_990.0,
            allocations: 5.1,
            background: Some(3_010.0),
        };
        assert_eq!(
            median([off, BEFORE, other]),
            Counts {
                background: Some(3_010.0),
                ..BEFORE
            }
        );
        let none = Counts {
            background: None,
            ..BEFORE
        };
        assert_eq!(median([none; 3]), none);
    }

    #[test]
    fn a_row_that_the_baseline_does_not_know_is_new() {
        assert_eq!(judge(None, &BEFORE, NOISE), Verdict::New);
    }
}
