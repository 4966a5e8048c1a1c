//! Instructions to read and write W3C Trace Context, ours and the SDK's: `cargo bench -p
//! shared-telemetry --bench propagation`. Needs valgrind.
//!
//! Instructions, because they are the same on every machine that runs the same code, busy or
//! not. The program runs itself under callgrind, which counts inside of `measured_extract` and
//! `measured_inject` only. Each propagator is measured twice: with headers that cost next to
//! nothing (`slots`), and with the `HeaderMap` of a real request through this crate's carriers.

use std::hint::black_box;
use std::process::{Command, ExitCode};

use axum::http::{HeaderMap, HeaderValue};
use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use shared_telemetry::http::{HeaderCarrier, HeaderCarrierMut};
use shared_telemetry::propagation::TraceContext;

type Headers = [(&'static str, &'static str)];

const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
const CASES: [(&str, &Headers); 3] = [
    ("no header", &[]),
    ("traceparent", &[("traceparent", TRACEPARENT)]),
    (
        "and tracestate",
        &[
            ("traceparent", TRACEPARENT),
            ("tracestate", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"),
        ],
    ),
];
const ROUNDS: u64 = 1000;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    // As `main` runs itself; cargo passes `--bench`.
    if let [carrier, whose, case] = arguments.as_slice() {
        let case = case.parse::<usize>().map_or(&[][..], |case| CASES[case].1);
        let own: &dyn TextMapPropagator = &TraceContext;
        let sdk: &dyn TextMapPropagator = &TraceContextPropagator::new();
        let propagator = if whose == "own" { own } else { sdk };
        if carrier == "slots" {
            with_slots(propagator, case);
        } else {
            with_header_map(propagator, case);
        }
        return ExitCode::SUCCESS;
    }
    println!(
        "{:<30}{:>9}{:>9}{:>10}",
        "instructions", "extract", "inject", "together"
    );
    for carrier in ["slots", "HeaderMap"] {
        for (case, (name, _)) in CASES.iter().enumerate() {
            for whose in ["own", "sdk"] {
                let words = [carrier, whose, &case.to_string()];
                let counted = ["extract", "inject"].map(|side| count(words, side));
                let [Ok(extract), Ok(inject)] = counted else {
                    eprintln!("valgrind counted nothing: is it installed? {counted:?}");
                    return ExitCode::FAILURE;
                };
                let row = format!("{carrier} {whose} {name}");
                println!("{row:<30}{extract:>9}{inject:>9}{:>10}", extract + inject);
            }
        }
    }
    ExitCode::SUCCESS
}

/// Instructions of one call.
fn count(words: [&str; 3], side: &str) -> Result<u64, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(format!("--toggle-collect=*measured_{side}*"))
        .arg(program)
        .args(words)
        .output()
        .map_err(|error| error.to_string())?;
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let collected = told
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    collected
        .and_then(|(_, count)| count.trim().parse::<u64>().ok())
        .map(|count| count / ROUNDS)
        .ok_or(told)
}

#[inline(never)]
fn measured_extract(propagator: &dyn TextMapPropagator, headers: &dyn Extractor) -> Context {
    propagator.extract_with_context(&Context::new(), headers)
}

#[inline(never)]
fn measured_inject(
    propagator: &dyn TextMapPropagator,
    context: &Context,
    headers: &mut dyn Injector,
) {
    propagator.inject_context(context, headers);
}

fn with_header_map(propagator: &dyn TextMapPropagator, headers: &Headers) {
    let received: HeaderMap = headers
        .iter()
        .map(|(name, value)| {
            (
                name.parse().expect("a name"),
                HeaderValue::from_static(value),
            )
        })
        .collect();
    let mut sent = HeaderMap::with_capacity(8);
    for _ in 0..ROUNDS {
        sent.clear();
        let context = measured_extract(propagator, &HeaderCarrier(black_box(&received)));
        measured_inject(
            propagator,
            black_box(&context),
            &mut HeaderCarrierMut(&mut sent),
        );
        black_box(&sent);
    }
}

fn with_slots(propagator: &dyn TextMapPropagator, headers: &Headers) {
    let value = |name| headers.iter().find(|header| header.0 == name);
    let received = Slots {
        traceparent: value("traceparent").map(|header| header.1.to_owned()),
        tracestate: value("tracestate").map(|header| header.1.to_owned()),
    };
    for _ in 0..ROUNDS {
        let mut sent = Slots::default();
        let context = measured_extract(propagator, black_box(&received));
        measured_inject(propagator, black_box(&context), &mut sent);
        black_box(&sent);
    }
}

/// A place for each of the two headers.
#[derive(Default)]
struct Slots {
    traceparent: Option<String>,
    tracestate: Option<String>,
}

impl Extractor for Slots {
    fn get(&self, key: &str) -> Option<&str> {
        match key {
            "traceparent" => self.traceparent.as_deref(),
            _ => self.tracestate.as_deref(),
        }
    }

    fn keys(&self) -> Vec<&str> {
        Vec::new()
    }
}

impl Injector for Slots {
    fn set(&mut self, key: &str, value: String) {
        match key {
            "traceparent" => self.traceparent = Some(value),
            _ => self.tracestate = Some(value),
        }
    }
}
