//! Times in a histogram of bounded size, with their exact maximum.

use std::time::Duration;

use hdrhistogram::Histogram;

/// Far above every limit: so that a histogram can't grow without end.
const LONGEST: Duration = Duration::from_secs(48 * 3600);

/// Times to the microsecond, percentiles to so many digits.
#[derive(Debug, Clone)]
pub(crate) struct Latencies {
    histogram: Histogram<u64>,
    highest_micros: u64,
}

impl Latencies {
    /// None yet. Percentiles will have `digits` significant digits, at most 5.
    pub(super) fn new(digits: u8) -> Self {
        Self {
            histogram: Histogram::new(digits).expect("at most five digits are asked for"),
            highest_micros: 0,
        }
    }

    pub(super) fn add(&mut self, time: Duration) {
        let micros = time.min(LONGEST).as_micros() as u64;
        self.highest_micros = self.highest_micros.max(micros);
        let recorded = self.histogram.record(micros);
        recorded.expect("it grows with its values");
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.histogram += &other.histogram;
        self.highest_micros = self.highest_micros.max(other.highest_micros);
    }

    /// How many times there are.
    pub(crate) fn len(&self) -> u64 {
        self.histogram.len()
    }

    /// The time below which this share of all times is, in milliseconds; `None` without a time.
    pub(crate) fn at(&self, quantile: f64) -> Option<f64> {
        let micros = self.histogram.value_at_quantile(quantile);
        // The histogram rounds up.
        let micros = micros.min(self.highest_micros);
        (!self.histogram.is_empty()).then_some(micros as f64 / 1e3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_near_and_the_highest_is_exact() {
        let mut latencies = Latencies::new(3);
        assert_eq!(latencies.at(0.5), None);
        for millis in 1..=1001 {
            latencies.add(Duration::from_millis(millis));
        }
        let median = latencies.at(0.5).unwrap();
        assert!((median - 501.0).abs() < 0.6, "{median}");
        assert_eq!(latencies.at(1.0), Some(1001.0));
        let mut other = Latencies::new(3);
        other.add(Duration::from_secs(5));
        latencies.merge(&other);
        assert_eq!((latencies.len(), latencies.at(1.0)), (1002, Some(5000.0)));
    }
}
