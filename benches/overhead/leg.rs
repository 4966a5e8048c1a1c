//! One turn of a shop: load, then rest, and the processor time that both took.

use crate::figures::Figures;
use crate::load::{Load, Loop};
use crate::programs::Programs;
use crate::shop::Shop;

/// What a turn took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leg {
    pub(crate) load: Load,
    /// Microseconds of processor time for each checkout, by service.
    pub(crate) micros: [f64; 4],
}

impl Leg {
    /// A turn in which every checkout must be acknowledged.
    pub(crate) fn run(
        programs: &Programs,
        shop: &Shop,
        how: Loop,
        seconds: f64,
        seed: usize,
    ) -> Result<Self, String> {
        let leg = Self::of(programs, shop, how, seconds, seed)?;
        leg.load.all_acknowledged()?;
        Ok(leg)
    }

    /// A turn, whatever comes of it; the processor time is that of each checkout sent.
    pub(crate) fn of(
        programs: &Programs,
        shop: &Shop,
        how: Loop,
        seconds: f64,
        seed: usize,
    ) -> Result<Self, String> {
        let before = shop.cpu()?;
        let load = Load::run(programs, &shop.gateway, how, seconds, seed)?;
        shop.rest()?;
        let mut micros = shop.cpu()?;
        for (micros, before) in micros.iter_mut().zip(before) {
            *micros = (*micros - before) / load.sent * 1e6;
        }
        Ok(Self { load, micros })
    }

    /// Of all services.
    pub(crate) fn all(&self) -> f64 {
        self.micros.iter().sum()
    }
}

/// The medians of several turns of one shop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Medians {
    pub(crate) all: f64,
    pub(crate) micros: [f64; 4],
    pub(crate) per_second: f64,
}

impl Medians {
    pub(crate) fn of(legs: &[Leg]) -> Self {
        let of = |figure: &dyn Fn(&Leg) -> f64| Figures::of(legs.iter().map(figure)).median;
        Self {
            all: of(&Leg::all),
            micros: [0, 1, 2, 3].map(|service| of(&|leg: &Leg| leg.micros[service])),
            per_second: of(&|leg: &Leg| leg.load.per_second),
        }
    }
}
