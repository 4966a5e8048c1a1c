//! A request through axum: as it is, with spans inside, failing.

use benches::bare::BARE;
use benches::gate::Noise;
use benches::kafka::Broker;
use benches::ours::OURS;
use benches::service::{self, Decision, SHARE, Work};
use benches::system::System;

use super::{NOISE, ON, layers};
use crate::rows::{Group, Role, Row};

pub(super) fn requests() -> Group {
    let work = Work::Hello;
    let mut rows = vec![
        Row::new("bare handler", Role::Bare, &[], move |rounds, _| {
            send(BARE, work, Decision::On, rounds);
        }),
        Row::new("an empty layer", Role::Other, &[], move |rounds, _| {
            let empty = System {
                layer: |routes| routes.layer(tower::layer::util::Identity::new()),
                ..BARE
            };
            send(empty, work, Decision::On, rounds);
        }),
    ];
    for decision in Decision::ALL {
        let case = decision.name();
        for peer in layers() {
            rows.push(request(peer, "", work, decision, Role::Peer(case)));
        }
        let role = match decision {
            Decision::Off => Role::within(case, 2_000),
            Decision::Share => Role::ours(case),
            Decision::On => Role::within(case, 3_000).exported(),
        };
        rows.push(request(OURS, "", work, decision, role));
    }
    Group {
        name: "request (axum, one route)",
        background: true,
        mission: "B28",
        noise: NOISE,
        rows,
    }
}

pub(super) fn three_spans() -> Group {
    let rows = off_and_on("bare handler of three steps", Work::Three, ", three spans");
    Group {
        name: "request with three business spans inside",
        background: true,
        mission: "B18",
        noise: NOISE,
        rows,
    }
}

pub(super) fn failures() -> Group {
    let rows = off_and_on("bare handler that fails", Work::Failing, ", failing");
    Group {
        name: "request that fails (exception with stack)",
        background: true,
        mission: "B3",
        // A stack's names are looked up in tables whose walk differs from process to process: two runs were 6 % apart.
        noise: Noise {
            percent: 10.0,
            background: 10.0,
            ..NOISE
        },
        rows,
    }
}

/// The bare service, and everybody who is there, not sampled and sampled.
fn off_and_on(bare: &'static str, work: Work, what: &str) -> Vec<Row> {
    let bare_work = move |rounds, _: Broker<'_>| send(BARE, work, Decision::On, rounds);
    let mut rows = vec![Row::new(bare, Role::Bare, &[], bare_work)];
    for decision in [Decision::Off, Decision::On] {
        let case = decision.name();
        for peer in layers() {
            rows.push(request(peer, what, work, decision, Role::Peer(case)));
        }
        rows.push(request(OURS, what, work, decision, Role::ours(case)));
    }
    rows
}

fn request(system: System, what: &str, work: Work, decision: Decision, role: Role) -> Row {
    let name = format!("{}{what}, {}", system.name, decision.name());
    let mut row = Row::new(name, role, ON, move |rounds, _| {
        send(system, work, decision, rounds);
    });
    if decision == Decision::Share {
        row.times = SHARE;
    }
    row
}

/// Sends requests to the routes in their layer.
fn send(system: System, work: Work, decision: Decision, rounds: u32) {
    (system.with)(&mut || {
        let routes = (system.layer)(service::routes(&system, work));
        service::send(routes, decision, rounds);
    });
}
