//! A service beside the bare one.

use std::thread;
use std::time::{Duration, Instant};

use benches::bare::BARE;
use benches::collector::Collector;
use benches::service::Decision;
use benches::system::System;

use crate::leg::Leg;
use crate::row::Row;
use crate::server::Server;

/// How often it is each one's turn.
const TURNS: usize = 9;
/// All that export do so once a second. Who has sent nothing for longer has sent it all.
const QUIET: Duration = Duration::from_millis(1_300);
/// And who has still not after so long keeps a turn from ending.
const PATIENCE: Duration = Duration::from_secs(20);

/// A service and the bare one, in turns.
pub(crate) fn pair(
    system: &System,
    decision: Decision,
    endpoint: &str,
    collector: &Collector,
) -> Result<Row, String> {
    let (bare, traced) = (
        Server::start(BARE.name, endpoint)?,
        Server::start(system.name, endpoint)?,
    );
    let before = collector.arrived();
    let turn = || -> Result<(Leg, Leg), String> {
        let plain = Leg::run(&bare, decision, || ())?;
        let traced = Leg::run(&traced, decision, || settle(collector, decision))?;
        Ok((plain, traced))
    };
    // Connections, buffers, tables: all that is made once.
    let mut recorded = turn()?.1.recorded(decision);
    let mut pairs: Vec<(f64, f64)> = Vec::new();
    for _ in 0..TURNS {
        let (plain, traced) = turn()?;
        recorded += traced.recorded(decision);
        pairs.push((traced.micros(), plain.micros()));
    }
    let resident = traced.resident()? - bare.resident()?;
    traced.stop()?;
    bare.stop()?;
    pairs.sort_by(|a, b| (a.0 / a.1).total_cmp(&(b.0 / b.1)));
    let (cpu, bare) = pairs[TURNS / 2];
    #[allow(clippy::cast_precision_loss)] // Far below 2⁵³.
    let arrived = collector.arrived().since(before).spans as f64;
    Ok(Row {
        system: system.name,
        decision,
        ratio: cpu / bare,
        cpu,
        bare,
        arrived: if recorded > 0.0 {
            100.0 * arrived / recorded
        } else {
            0.0
        },
        resident,
    })
}

/// Waits until nothing arrives any more.
fn settle(collector: &Collector, decision: Decision) {
    if decision == Decision::Off {
        return;
    }
    let deadline = Instant::now() + PATIENCE;
    let mut last = (collector.arrived(), Instant::now());
    while last.1.elapsed() < QUIET && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(20));
        let arrived = collector.arrived();
        if arrived != last.0 {
            last = (arrived, Instant::now());
        }
    }
}
