//! When requests are due: computed before anything is sent, from a rate, a spacing and a seed.

use std::time::Duration;

use clap::ValueEnum;
use fastrand::Rng;

/// How arrivals follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Spacing {
    /// Evenly, as a metronome
    Constant,
    /// At random and independently, as customers do: bursts and gaps
    Poisson,
}

/// Arrivals a second, at the start and at the end of the load; in between it changes steadily.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rate {
    /// At the start, above 0.
    pub(crate) from: f64,
    /// At the end, above 0.
    pub(crate) to: f64,
}

/// How much load there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    /// As many arrivals as fit.
    Time(Duration),
    /// As long as it takes.
    Count(u64),
}

/// The whole plan. It does not look at the answers: that is what an open loop is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Schedule {
    /// How many a second.
    pub(crate) rate: Rate,
    /// How they follow each other.
    pub(crate) spacing: Spacing,
    /// How many in all, the warm-up not counted.
    pub(crate) length: Length,
    /// Load at the first rate that comes before and is not counted.
    pub(crate) warm_up: Duration,
}

/// One request that is due.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Arrival {
    /// When, from the start of the warm-up.
    pub(crate) at: Duration,
    /// False in the warm-up.
    pub(crate) measured: bool,
}

impl Rate {
    /// Its mean over the load.
    #[must_use]
    pub(crate) fn mean(self) -> f64 {
        f64::midpoint(self.from, self.to)
    }

    /// The moment by which so many arrivals were due, in seconds: the inverse of the rate's
    /// integral. After `seconds` the last rate goes on.
    fn moment_of(self, arrivals: f64, seconds: f64) -> f64 {
        let whole = self.mean() * seconds;
        if arrivals > whole {
            return seconds + (arrivals - whole) / self.to;
        }
        let slope = (self.to - self.from) / seconds;
        // This way round nothing cancels out when the slope is small.
        let root = (self.from * self.from + 2.0 * slope * arrivals).max(0.0);
        2.0 * arrivals / (self.from + root.sqrt())
    }
}

impl Schedule {
    /// How long the counted load lasts.
    #[must_use]
    pub(crate) fn duration(&self) -> Duration {
        match self.length {
            Length::Time(time) => time,
            Length::Count(count) => Duration::from_secs_f64(count as f64 / self.rate.mean()),
        }
    }

    /// All arrivals by time; the same seed gives the same ones.
    pub(crate) fn arrivals(self, seed: u64) -> impl Iterator<Item = Arrival> + Send {
        let warm_up = self.warm_up;
        let before = Self {
            rate: Rate {
                from: self.rate.from,
                to: self.rate.from,
            },
            length: Length::Time(warm_up),
            ..self
        };
        let arrival = |at, measured| Arrival { at, measured };
        before
            .moments(seed ^ 1)
            .map(move |at| arrival(at, false))
            .chain(
                self.moments(seed)
                    .map(move |at| arrival(at + warm_up, true)),
            )
    }

    /// The counted arrivals, from their own start on.
    fn moments(self, seed: u64) -> impl Iterator<Item = Duration> + Send {
        let seconds = self.duration().as_secs_f64();
        let due = self.rate.mean() * seconds;
        // Rounding must not add an arrival at the very end.
        let most = match (self.length, self.spacing) {
            (Length::Count(count), _) => count,
            (Length::Time(_), Spacing::Constant) => (due - 1e-6).ceil() as u64,
            (Length::Time(_), Spacing::Poisson) => u64::MAX,
        };
        let ends = matches!(self.length, Length::Time(_));
        let mut random = Rng::with_seed(seed);
        let mut waited = 0.0;
        (0..most)
            .map(move |index| match self.spacing {
                // Not a sum: a hundred thousand roundings would be a drift.
                Spacing::Constant => index as f64,
                Spacing::Poisson => {
                    waited -= (1.0 - random.f64()).ln();
                    waited
                }
            })
            .map(move |arrivals| self.rate.moment_of(arrivals, seconds))
            .take_while(move |moment| !ends || *moment < seconds)
            .map(Duration::from_secs_f64)
    }
}

#[cfg(test)]
mod tests;
