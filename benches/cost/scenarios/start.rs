//! The start of a program.

use benches::bare::BARE;
use benches::gate::Noise;
use benches::ours::OURS;
use benches::service::{self, Decision, Work};
use benches::system::System;

use super::{ON, layers};
use crate::rows::{Group, Measure, Role, Row};

pub(super) fn starts() -> Group {
    let start = |system: System, role| {
        let name = format!("{}, first answer", system.name);
        let mut row = Row::new(name, role, ON, move |_, _| {
            (system.with)(&mut || {
                let routes = (system.layer)(service::routes(&system, Work::Hello));
                service::send(routes, Decision::On, 1);
                // What follows is the stop.
                std::process::exit(0);
            });
        });
        row.measure = Measure::Start;
        row
    };
    let mut rows = vec![start(BARE, Role::Bare)];
    rows.extend(
        layers()
            .into_iter()
            .map(|peer| start(peer, Role::Peer("start"))),
    );
    rows.push(start(OURS, Role::ours("start")));
    Group {
        name: "start of a program until its first answer",
        background: false,
        mission: "B28",
        noise: Noise {
            percent: 5.0,
            instructions: 20_000.0,
            allocations: 100.0,
            background: 5.0,
        },
        rows,
    }
}
