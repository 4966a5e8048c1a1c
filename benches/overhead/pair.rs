//! Two shops in turns, A B B A: what disturbs the machine disturbs both.

use tokio::runtime::Runtime;

use crate::figures::Figures;
use crate::leg::{Leg, Medians};
use crate::load::Loop;
use crate::programs::Programs;
use crate::receiver::{Mood, Receiver};
use crate::setting::Setting;
use crate::shop::Shop;

/// Enough customers to keep two processors busy.
pub(crate) const CUSTOMERS: u32 = 8;
/// How long a turn's load is.
const SECONDS: f64 = 1.0;

/// What all measurements need.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) programs: Programs,
    pub(crate) runtime: Runtime,
}

/// The spans of a checkout, over all checkouts of a shop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spans {
    /// Those that ended, arrived or not.
    pub(crate) ended: f64,
    /// The same of the other shop.
    pub(crate) of_base: f64,
    /// Of OTLP, with those that arrived.
    pub(crate) bytes: f64,
    /// Of the checkouts, so many have a SERVER span, in percent.
    pub(crate) checkouts: f64,
    /// Of the spans that ended, so many arrived, in percent.
    pub(crate) arrived: f64,
}

/// A shop beside another one.
#[derive(Clone, Debug)]
pub(crate) struct Compared {
    pub(crate) setting: Setting,
    pub(crate) medians: Medians,
    /// Its processor time over that of the other.
    pub(crate) cpu: Figures,
    /// Checkouts a second, likewise.
    pub(crate) rate: Figures,
    pub(crate) spans: Spans,
    /// The turns of the other.
    pub(crate) base: Vec<Leg>,
}

impl Bench {
    /// A shop, and the collector that its telemetry goes to.
    pub(crate) fn open(&self, setting: &Setting, mood: Mood) -> Result<(Shop, Receiver), String> {
        let receiver = Receiver::start(&self.runtime, mood)?;
        let shop = Shop::start(&self.programs, setting, &receiver)?;
        Ok((shop, receiver))
    }

    /// `setting` beside `base`, with so many turns for each.
    pub(crate) fn compare(
        &self,
        base: &Setting,
        setting: &Setting,
        turns: usize,
    ) -> Result<Compared, String> {
        let (recorded, of_base) = (setting.is_recorded(), base.is_recorded());
        let (base, base_receiver) = self.open(base, Mood::Well)?;
        let (shop, receiver) = self.open(setting, Mood::Well)?;
        let turn = |shop: &Shop, seed| {
            let how = Loop::Closed(CUSTOMERS);
            Leg::run(&self.programs, shop, how, SECONDS, seed)
        };
        // Connections, caches, tables: all that is made once.
        let mut base_legs = vec![turn(&base, 0)?];
        let mut legs = vec![turn(&shop, 0)?];
        let mut pairs = Vec::new();
        for seed in 1..=turns {
            // Who comes first changes from turn to turn.
            let pair = if seed % 2 == 1 {
                let first = turn(&base, seed)?;
                (first, turn(&shop, seed)?)
            } else {
                let first = turn(&shop, seed)?;
                (turn(&base, seed)?, first)
            };
            pairs.push(pair);
        }
        base_legs.extend(pairs.iter().map(|(base, _)| *base));
        legs.extend(pairs.iter().map(|(_, leg)| *leg));
        let of_base = spans_of(base, &base_receiver, &base_legs, of_base)?;
        let mut spans = spans_of(shop, &receiver, &legs, recorded)?;
        spans.of_base = of_base.ended;
        let ratio = |figure: &dyn Fn(&Leg) -> f64| {
            Figures::of(pairs.iter().map(|(base, leg)| figure(leg) / figure(base)))
        };
        Ok(Compared {
            setting: setting.clone(),
            medians: Medians::of(&legs[1..]),
            cpu: ratio(&Leg::all),
            rate: ratio(&|leg: &Leg| leg.load.per_second),
            spans,
            base: base_legs.split_off(1),
        })
    }
}

/// Stops the shop, which then exports its last spans and tells what became of all.
#[allow(clippy::cast_precision_loss)] // Far below 2⁵³.
fn spans_of(
    shop: Shop,
    receiver: &Receiver,
    legs: &[Leg],
    recorded: bool,
) -> Result<Spans, String> {
    shop.stop()?;
    let checkouts: f64 = legs.iter().map(|leg| leg.load.acknowledged).sum();
    let (arrived, told) = (receiver.arrived(), receiver.told());
    let lost = (told.dropped + told.failed + told.waiting) as f64;
    let spans = arrived.spans as f64;
    let share = |part: f64, whole: f64| {
        if recorded && whole > 0.0 {
            100.0 * part / whole
        } else {
            0.0
        }
    };
    Ok(Spans {
        ended: (spans + lost) / checkouts,
        of_base: 0.0,
        bytes: arrived.bytes as f64 / checkouts,
        checkouts: share(arrived.checkouts as f64, checkouts),
        arrived: share(spans, spans + lost),
    })
}
