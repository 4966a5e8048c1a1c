//! The local rule of fraud: a score from what is ordered and by whom. `services/fraud` has the same.

use serde::Deserialize;

use crate::checkout::Tier;

/// A score is not above it.
pub const HIGHEST_SCORE: u8 = 100;

/// From this score on an order is refused.
const REFUSED_FROM: u8 = 80;

/// What is thought of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Assessment {
    /// 0 (harmless) to [`HIGHEST_SCORE`].
    pub score: u8,
    /// What follows from it.
    pub decision: Decision,
}

/// Whether an order goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Decision {
    Accept,
    Refuse,
}

/// The order was refused. The customer is not told why: the rule is no puzzle to solve.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this order cannot be accepted")]
pub struct Refused;

/// Scores an order: a point for each 250.00 up to 60, 15 for a line of more than 100 units, and
/// up to 20 for a customer of whom little is known.
#[must_use]
pub fn assess(tier: Tier, total_cents: u64, largest_quantity: u32) -> Assessment {
    // At most 60, so it fits.
    let amount = u8::try_from((total_cents / 25_000).min(60)).unwrap_or(60);
    let bulk = if largest_quantity > 100 { 15 } else { 0 };
    let stranger = match tier {
        Tier::Standard => 20,
        Tier::Silver => 10,
        Tier::Gold => 0,
    };
    let score = amount + bulk + stranger;
    let decision = if score < REFUSED_FROM {
        Decision::Accept
    } else {
        Decision::Refuse
    };
    Assessment { score, decision }
}

impl Assessment {
    /// Goes on with an order that is accepted.
    ///
    /// # Errors
    /// [`Refused`] for one that is not.
    pub fn verdict(self) -> Result<(), Refused> {
        match self.decision {
            Decision::Accept => Ok(()),
            Decision::Refuse => Err(Refused),
        }
    }
}

impl Decision {
    /// As spans have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Refuse => "refuse",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_everyday_order_of_a_stranger_is_accepted() {
        let assessment = assess(Tier::Standard, 4_980, 2);
        assert_eq!(
            assessment,
            Assessment {
                score: 20,
                decision: Decision::Accept
            }
        );
        assert_eq!(assessment.verdict(), Ok(()));
    }

    #[test]
    fn a_fortune_in_one_article_is_sold_to_a_gold_customer_only() {
        let fortune = |tier| assess(tier, 1_500_000, 1000).verdict();
        assert_eq!(fortune(Tier::Standard), Err(Refused));
        assert_eq!(fortune(Tier::Silver), Err(Refused));
        assert_eq!(fortune(Tier::Gold), Ok(()));
    }

    #[derive(Deserialize)]
    struct Vector {
        tier: String,
        total_cents: u64,
        largest_quantity: u32,
        #[serde(flatten)]
        expected: Assessment,
    }

    #[test]
    fn it_thinks_as_the_service_does_at_every_boundary() {
        let vectors = include_str!("../../../contracts/fraud_scores.json");
        let vectors: Vec<Vector> = serde_json::from_str(vectors).unwrap();
        assert!(vectors.len() > 10);
        for vector in vectors {
            let tier = vector.tier.parse().unwrap();
            let got = assess(tier, vector.total_cents, vector.largest_quantity);
            let (cents, most) = (vector.total_cents, vector.largest_quantity);
            assert_eq!(
                got, vector.expected,
                "{tier:?}, {cents} cents, {most} units"
            );
            assert!(got.score <= HIGHEST_SCORE);
        }
    }
}
