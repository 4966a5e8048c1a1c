//! How long a checkout takes at a steady rate that the shop bears.

use crate::figures::Figures;
use crate::leg::Leg;
use crate::load::Loop;
use crate::pair::Bench;
use crate::receiver::Mood;
use crate::setting::{Setting, Tracing};

/// Checkouts a second: far below what two processors bear.
pub(crate) const RATE: u32 = 60;
const SECONDS: f64 = 5.0;
/// How often it is each one's turn.
const TURNS: usize = 3;

pub(crate) fn measure(bench: &Bench) -> Result<String, String> {
    let all = [
        Setting::new(Tracing::Disabled, true),
        Setting::new(Tracing::Share, true),
        Setting::new(Tracing::AlwaysOn, true),
    ];
    let mut shops = Vec::new();
    for setting in &all {
        let (shop, receiver) = bench.open(setting, Mood::Well)?;
        Leg::run(&bench.programs, &shop, Loop::Open(RATE), 1.0, 0)?;
        shops.push((setting, shop, receiver, Vec::new()));
    }
    for turn in 1..=TURNS {
        for (_, shop, _, legs) in &mut shops {
            let how = Loop::Open(RATE);
            legs.push(Leg::run(&bench.programs, shop, how, SECONDS, turn)?);
        }
    }
    let mut text = format!(
        "{:<24}{:>24}{:>26}{:>10}\n",
        format!("{RATE} checkouts/s, logs on"),
        "p50, ms",
        "p99, ms",
        "µs CPU"
    );
    for (setting, shop, _receiver, legs) in shops {
        shop.stop()?;
        let of = |figure: &dyn Fn(&Leg) -> f64| Figures::of(legs.iter().map(figure));
        text += &format!(
            "{:<24}{:>24}{:>26}{:>10.0}\n",
            setting.name(),
            of(&|leg: &Leg| leg.load.p50),
            of(&|leg: &Leg| leg.load.p99),
            of(&Leg::all).median,
        );
    }
    print!("{text}");
    Ok(text)
}
