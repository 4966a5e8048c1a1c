//! What is written inside a request: business spans, log lines.

use benches::log;
use benches::ours::OURS;
use benches::system::System;

use super::{IDS, NOISE, ON};
use crate::rows::{Group, Role, Row};

pub(super) fn log_lines() -> Group {
    let mut rows = Vec::new();
    #[cfg(feature = "peers")]
    rows.push(Row::new(
        "stock JSON formatter, no ids",
        Role::Peer("line"),
        IDS,
        |rounds, _| benches::peers::stock::with_lines(&mut || log::lines(rounds)),
    ));
    let role = Role::within("line", 2_300);
    rows.push(Row::new("ours, with ids", role, IDS, |rounds, _| {
        (OURS.with)(&mut || log::lines(rounds));
    }));
    Group {
        name: "log line (JSON, two fields, in a span)",
        background: true,
        mission: "B28",
        noise: NOISE,
        rows,
    }
}

fn span(system: System, name: &str, sampled: bool, role: Role) -> Row {
    let case = if sampled { "a sampled" } else { "an unsampled" };
    let name = format!("{name}, in {case} request");
    Row::new(name, role, ON, move |rounds, _| {
        (system.with)(&mut || (system.in_request)(sampled, &mut || (system.spans)(rounds)));
    })
}

pub(super) fn spans() -> Group {
    let mut rows = Vec::new();
    for sampled in [false, true] {
        let case = if sampled { "sampled" } else { "unsampled" };
        #[cfg(feature = "peers")]
        for (system, name) in peers_inside() {
            rows.push(span(system, name, sampled, Role::Peer(case)));
        }
        let role = if sampled {
            Role::ours(case).exported()
        } else {
            Role::within(case, 100)
        };
        rows.push(span(OURS, "ours", sampled, role));
    }
    Group {
        name: "business span (two attributes)",
        background: true,
        mission: "B18",
        noise: NOISE,
        rows,
    }
}

/// Peers that differ in how a business span is made.
#[cfg(feature = "peers")]
fn peers_inside() -> [(System, &'static str); 3] {
    use benches::peers::{fastrace, instrumentation_tower, stock};
    [
        (stock::STOCK, "stock layer"),
        (instrumentation_tower::INSTRUMENTATION_TOWER, "API by hand"),
        (fastrace::FASTRACE, "fastrace"),
    ]
}

pub(super) fn exports() -> Group {
    let export = |system: System, name: &str, role| {
        Row::new(format!("{name}, exported"), role, ON, move |rounds, _| {
            let spans = &mut || (system.wide_spans)(rounds);
            (system.with)(&mut || (system.in_request)(true, spans));
        })
    };
    let ours = export(OURS, "ours", Role::ours("exported").exported());
    #[cfg_attr(not(feature = "peers"), allow(unused_mut))]
    let mut rows = vec![ours];
    #[cfg(feature = "peers")]
    for (system, name) in peers_inside() {
        rows.push(export(system, name, Role::Peer("exported")));
    }
    Group {
        name: "span of five attributes, exported in batches",
        background: true,
        mission: "B24",
        noise: NOISE,
        rows,
    }
}
