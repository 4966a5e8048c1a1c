//! The other boundaries: Kafka, SQL, gRPC.

use benches::gate::Noise;
use benches::ours::OURS;
use benches::system::System;
use benches::{grpc, kafka, sql};

use super::{NOISE, ON};
use crate::rows::{Group, Role, Row};

pub(super) fn messages() -> Group {
    let ours = |name: &str, goal, work: fn(u32, kafka::Broker<'_>)| {
        let role = Role::within("message", goal);
        Row::new(name, role, ON, move |rounds, broker| {
            (OURS.with)(&mut || work(rounds, broker));
        })
    };
    let mut rows = vec![Row::new("bare consumer", Role::Bare, &[], kafka::bare)];
    #[cfg(feature = "peers")]
    rows.push(Row::new(
        "stock recipe, a span each",
        Role::Peer("message"),
        ON,
        |rounds, broker| {
            benches::peers::stock::with(&mut || benches::peers::stock::messages(rounds, broker));
        },
    ));
    rows.push(ours("BatchConsumer, unsampled", 3_200, |rounds, broker| {
        kafka::each(kafka::UNSAMPLED, rounds, broker);
    }));
    rows.push(ours(
        "BatchConsumer, a span each",
        5_000,
        |rounds, broker| {
            kafka::each(kafka::TOPIC, rounds, broker);
        },
    ));
    rows.push(ours("BatchConsumer, batch span", 3_250, kafka::batches));
    Group {
        name: "kafka message (consumed in batches of 64)",
        background: false,
        mission: "B28",
        // librdkafka's threads hand over now one message and now ten.
        noise: Noise {
            percent: 5.0,
            instructions: 150.0,
            allocations: 1.0,
            background: 5.0,
        },
        rows,
    }
}

fn inside(system: System, name: &str, sampled: bool, role: Role, work: fn(u32)) -> Row {
    let case = if sampled { "sampled" } else { "unsampled" };
    Row::new(format!("{name}, {case}"), role, ON, move |rounds, _| {
        (system.with)(&mut || (system.in_request)(sampled, &mut || work(rounds)));
    })
}

pub(super) fn statements() -> Group {
    let bare = |rounds, _: kafka::Broker<'_>| sql::bare(rounds);
    let sqlite = |rounds, _: kafka::Broker<'_>| sql::sqlite(rounds);
    let mut rows = vec![
        Row::new("bare statement, no database", Role::Bare, &[], bare),
        Row::new("SQLite itself, one row", Role::Other, &[], sqlite),
    ];
    for (sampled, case) in [(false, "unsampled"), (true, "sampled")] {
        #[cfg(feature = "peers")]
        {
            use benches::peers::stock::{STOCK, statements};
            let peer = Role::Peer(case);
            rows.push(inside(
                STOCK,
                "stock recipe's statement",
                sampled,
                peer,
                statements,
            ));
        }
        let role = Role::ours(case);
        rows.push(inside(OURS, "Database", sampled, role, sql::ours));
    }
    Group {
        name: "SQL statement (a span around it, the database left out)",
        background: true,
        mission: "B28",
        noise: NOISE,
        rows,
    }
}

pub(super) fn calls() -> Group {
    let bare = |rounds, _: kafka::Broker<'_>| grpc::bare(rounds);
    let mut rows = vec![Row::new("bare call", Role::Bare, &[], bare)];
    for (sampled, case) in [(false, "unsampled"), (true, "sampled")] {
        #[cfg(feature = "peers")]
        {
            use benches::peers::{axum_tracing, fastrace};
            let (peer, tracing) = (Role::Peer(case), axum_tracing::AXUM_TRACING);
            let name = "tonic-tracing-opentelemetry";
            rows.push(inside(tracing, name, sampled, peer, axum_tracing::calls));
            let fast = fastrace::FASTRACE;
            rows.push(inside(
                fast,
                "fastrace-tonic",
                sampled,
                peer,
                fastrace::calls,
            ));
        }
        let role = Role::ours(case);
        rows.push(inside(
            OURS,
            "Client and ServerLayer",
            sampled,
            role,
            grpc::ours,
        ));
    }
    Group {
        name: "gRPC call (unary, both sides)",
        background: true,
        mission: "B28",
        noise: NOISE,
        rows,
    }
}
