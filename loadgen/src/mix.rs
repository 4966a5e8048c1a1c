//! What is asked for, and how often: the shares of scenarios and of faults.

use std::str::FromStr;

use contracts::Fault;
use fastrand::Rng;

/// What a simulated customer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Scenario {
    /// `POST /checkout` of one to three lines.
    Checkout,
    /// `GET /stock/{sku}`.
    Stock,
    /// `GET /orders/{id}` of an order that is not known to be final.
    Orders,
    /// A checkout that was acknowledged, sent again with the same `Idempotency-Key`.
    Retry,
}

impl Scenario {
    /// All of them, in the order of reports.
    pub(crate) const ALL: [Self; 4] = [Self::Checkout, Self::Stock, Self::Orders, Self::Retry];

    /// Its name in arguments and reports.
    #[must_use]
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Checkout => "checkout",
            Self::Stock => "stock",
            Self::Orders => "orders",
            Self::Retry => "retry",
        }
    }
}

/// A weight for each scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mix([u32; Scenario::ALL.len()]);

impl Mix {
    pub(crate) fn draw(self, random: &mut Rng) -> Scenario {
        let mut left = random.u32(0..self.0.iter().sum());
        for (scenario, weight) in Scenario::ALL.into_iter().zip(self.0) {
            match left.checked_sub(weight) {
                Some(rest) => left = rest,
                None => return scenario,
            }
        }
        Scenario::Checkout
    }
}

/// `checkout=70,stock=20,orders=10`.
impl FromStr for Mix {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const ACCEPTED: &str = "accepted are checkout, stock, orders and retry, each once, with \
                                whole weights up to 1000000: checkout=70,stock=20,orders=10";
        let mut weights = [None; Scenario::ALL.len()];
        for (name, weight) in pairs(text).ok_or(ACCEPTED)? {
            let known = Scenario::ALL.iter().position(|known| known.name() == name);
            let weight: u32 = weight.parse().map_err(|_| ACCEPTED)?;
            let slot = &mut weights[known.ok_or(ACCEPTED)?];
            if weight > 1_000_000 || slot.replace(weight).is_some() {
                return Err(ACCEPTED.to_owned());
            }
        }
        let weights = weights.map(Option::unwrap_or_default);
        if weights.iter().sum::<u32>() == 0 {
            return Err("at least one weight must be above 0".to_owned());
        }
        Ok(Self(weights))
    }
}

/// Which share of the checkouts asks for which fault. One checkout asks for one at most.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct FaultShares(Vec<(Fault, f64)>);

impl FaultShares {
    pub(crate) fn draw(&self, random: &mut Rng) -> Option<Fault> {
        let mut left = random.f64();
        for (fault, share) in &self.0 {
            if left < *share {
                return Some(*fault);
            }
            left -= share;
        }
        None
    }
}

/// `pricing.slow=0.03,inventory.error=0.02`.
impl FromStr for FaultShares {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Fault::ALL.map(Fault::name).join(", ");
        let accepted = || {
            format!(
                "accepted are shares from 0 to 1, together at most 1, such as \
                 pricing.slow=0.03,inventory.error=0.02; the faults are {known}"
            )
        };
        let mut shares: Vec<(Fault, f64)> = Vec::new();
        for (name, share) in pairs(text).ok_or_else(accepted)? {
            let fault = Fault::ALL.into_iter().find(|fault| fault.name() == name);
            let fault = fault.ok_or_else(accepted)?;
            let share: f64 = share.parse().map_err(|_| accepted())?;
            if !(0.0..=1.0).contains(&share) || shares.iter().any(|(other, _)| *other == fault) {
                return Err(accepted());
            }
            shares.push((fault, share));
        }
        // Ten times 0.1 is a little more than 1.
        if shares.iter().map(|(_, share)| share).sum::<f64>() > 1.0 + 1e-9 {
            return Err(accepted());
        }
        Ok(Self(shares))
    }
}

fn pairs(text: &str) -> Option<Vec<(&str, &str)>> {
    text.split(',')
        .map(|pair| pair.trim().split_once('='))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scenarios_are_drawn_by_their_weights() {
        let mix: Mix = "checkout=70,stock=20,orders=10".parse().unwrap();
        let mut random = Rng::with_seed(1);
        let mut counts = [0; 4];
        for _ in 0..10_000 {
            counts[mix.draw(&mut random) as usize] += 1;
        }
        for (count, expected) in counts.into_iter().zip([7000_i32, 2000, 1000, 0]) {
            assert!((expected - count).abs() < 200, "{counts:?}");
        }
        assert_eq!(counts[3], 0, "what has no weight never comes");
    }

    #[test]
    fn faults_are_drawn_by_their_shares_and_one_at_a_time() {
        let shares: FaultShares = "pricing.slow=0.03,inventory.error=0.02".parse().unwrap();
        let mut random = Rng::with_seed(1);
        let drawn: Vec<_> = (0..10_000).map(|_| shares.draw(&mut random)).collect();
        let count = |fault| drawn.iter().filter(|drawn| **drawn == Some(fault)).count();
        assert!((250..350).contains(&count(Fault::PricingSlow)));
        assert!((150..250).contains(&count(Fault::InventoryError)));
        assert_eq!(FaultShares::default().draw(&mut random), None);
    }

    #[test]
    fn what_makes_no_mix_is_refused_with_what_is_accepted() {
        for text in [
            "",
            "checkout",
            "checkout=x",
            "buy=1",
            "stock=1,stock=2",
            "stock=-1",
        ] {
            let error = text.parse::<Mix>().unwrap_err();
            assert!(error.contains("checkout=70,stock=20"), "{text:?}: {error}");
        }
        assert!("stock=0".parse::<Mix>().unwrap_err().contains("above 0"));
    }

    #[test]
    fn what_makes_no_shares_is_refused_with_what_is_accepted() {
        for text in [
            "",
            "pricing.slow",
            "pricing.slow=2",
            "pricing.slow=NaN",
            "pricing.slow=0.6,inventory.slow=0.6",
            "pricing.slow=0.1,pricing.slow=0.1",
            "pricing.sluggish=0.1",
        ] {
            let error = text.parse::<FaultShares>().unwrap_err();
            assert!(error.contains("fulfillment.poison"), "{text:?}: {error}");
        }
    }
}
