//! The customers of a run: who they are and what they order, drawn from a seed.

use std::sync::Arc;

use contracts::Fault;
use fastrand::Rng;
use serde_json::{Value, json};

use crate::mix::{FaultShares, Mix, Scenario};

/// The articles that the demo stocks, without the one of which there is only one.
pub const ARTICLES: [&str; 8] = [
    "TEAPOT-1",
    "MUG-2",
    "KETTLE-3",
    "INFUSER-4",
    "CADDY-5",
    "WHISK-6",
    "TRAY-7",
    "SENCHA-8",
];

/// Among so many customers.
const CUSTOMERS: u32 = 1000;

/// Where all customers come from. The one of a number is always the same.
#[derive(Debug, Clone)]
pub(crate) struct Customers {
    pub(crate) seed: u64,
    pub(crate) mix: Mix,
    pub(crate) faults: FaultShares,
    pub(crate) articles: Arc<[String]>,
}

/// What one customer wants.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Draw {
    pub(crate) scenario: Scenario,
    pub(crate) cart: Cart,
    /// The article that is looked at.
    pub(crate) article: String,
    /// For a checkout only.
    pub(crate) fault: Option<Fault>,
    /// Chooses among the orders that there are by then.
    pub(crate) pick: usize,
}

/// What is ordered by whom.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cart {
    pub(crate) lines: Vec<Line>,
    customer: u32,
    tier: &'static str,
    coupon: Option<&'static str>,
}

/// So many of one article.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub(crate) struct Line {
    pub(crate) sku: String,
    pub(crate) quantity: u32,
}

impl Customers {
    pub(crate) fn number(&self, number: u64) -> Draw {
        // A stream for each number, so that it does not matter who asks first.
        let stream = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut random = Rng::with_seed(self.seed.wrapping_add(stream));
        let scenario = self.mix.draw(&mut random);
        let cart = self.cart(&mut random);
        let fault = self.faults.draw(&mut random);
        Draw {
            scenario,
            article: self.articles[random.usize(0..self.articles.len())].clone(),
            fault,
            pick: random.usize(..),
            cart,
        }
    }

    fn cart(&self, random: &mut Rng) -> Cart {
        let lines = random.usize(1..=3.min(self.articles.len()));
        let chosen = random.choose_multiple(self.articles.iter(), lines);
        let line = |sku: &String, random: &mut Rng| Line {
            sku: sku.clone(),
            quantity: random.u32(1..=2),
        };
        Cart {
            lines: chosen.into_iter().map(|sku| line(sku, random)).collect(),
            customer: random.u32(0..CUSTOMERS),
            tier: ["standard", "silver", "gold"][random.usize(0..3)],
            coupon: (random.u8(0..10) == 0).then_some("WELCOME10"),
        }
    }
}

impl Cart {
    /// The body of `POST /checkout`.
    pub(crate) fn body(&self) -> Value {
        let number = self.customer;
        let mut body = json!({
            "lines": self.lines,
            "currency": "EUR",
            "customer": {
                "id": format!("load-{number}"),
                "tier": self.tier,
                "email": format!("load-{number}@example.com"),
            },
            "payment_token": format!("tok_load_{number}"),
        });
        if let Some(coupon) = self.coupon {
            body["coupon"] = coupon.into();
        }
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn customers(seed: u64) -> Customers {
        Customers {
            seed,
            mix: "checkout=1,stock=1".parse().unwrap(),
            faults: "pricing.slow=0.5".parse().unwrap(),
            articles: ARTICLES.map(str::to_owned).into(),
        }
    }

    #[test]
    fn the_same_seed_brings_the_same_customers_in_whatever_order_they_are_asked_for() {
        let forwards: Vec<_> = (0..200).map(|n| customers(9).number(n)).collect();
        let mut backwards: Vec<_> = (0..200).rev().map(|n| customers(9).number(n)).collect();
        backwards.reverse();
        assert_eq!(forwards, backwards);
        let others: Vec<_> = (0..200).map(|n| customers(10).number(n)).collect();
        assert_ne!(forwards, others);
    }

    #[test]
    fn a_cart_has_one_to_three_lines_and_each_article_once() {
        let mut sizes = [0; 4];
        for number in 0..500 {
            let cart = customers(1).number(number).cart;
            let mut skus: Vec<_> = cart.lines.iter().map(|line| &line.sku).collect();
            skus.sort();
            skus.dedup();
            assert_eq!(skus.len(), cart.lines.len());
            sizes[cart.lines.len()] += 1;
        }
        assert!(sizes[0] == 0 && sizes[1..].iter().all(|size| *size > 100));
    }
}
