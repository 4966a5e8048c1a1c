//! Instructions to read and write W3C Trace Context, ours and the SDK's: `cargo bench -p
//! shared-telemetry --bench propagation`. Needs valgrind.
//!
//! Instructions, because they are the same on every machine that runs the same code, busy or
//! not. The program runs itself under callgrind, which counts inside of `measured_extract` and
//! `measured_inject` only, headers included: the same `HeaderMap`s through the same carriers.

use std::hint::black_box;
use std::process::{Command, ExitCode};

use axum::http::{HeaderMap, HeaderValue};
use opentelemetry::Context;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use shared_telemetry::http::{HeaderCarrier, HeaderCarrierMut};
use shared_telemetry::propagation::TraceContext;

const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const CASES: [(&str, &[(&str, &str)]); 3] = [
    ("no header", &[]),
    ("traceparent", &[("traceparent", TRACEPARENT)]),
    (
        "traceparent and tracestate",
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
    if let [run, who, case] = arguments.as_slice()
        && run == "run"
    {
        let case = case.parse::<usize>().map_or(&[][..], |case| CASES[case].1);
        if who == "own" {
            rounds(&TraceContext, case);
        } else {
            rounds(&TraceContextPropagator::new(), case);
        }
        return ExitCode::SUCCESS;
    }
    println!(
        "{:<28}{:>14}{:>14}{:>14}",
        "instructions", "extract", "inject", "together"
    );
    for (case, (name, _)) in CASES.iter().enumerate() {
        for who in ["own", "sdk"] {
            let counted =
                ["measured_extract", "measured_inject"].map(|function| count(who, case, function));
            let [Ok(extract), Ok(inject)] = counted else {
                eprintln!("valgrind counted nothing: is it installed? {counted:?}");
                return ExitCode::FAILURE;
            };
            println!(
                "{:<28}{extract:>14}{inject:>14}{:>14}",
                format!("{who}, {name}"),
                extract + inject
            );
        }
    }
    ExitCode::SUCCESS
}

/// Instructions of one call.
fn count(who: &str, case: usize, function: &str) -> Result<u64, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(format!("--toggle-collect=*{function}*"))
        .arg(program)
        .args(["run", who, &case.to_string()])
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

fn rounds(propagator: &dyn TextMapPropagator, headers: &[(&'static str, &'static str)]) {
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
        let context = measured_extract(propagator, black_box(&received));
        measured_inject(propagator, black_box(&context), &mut sent);
        black_box(&sent);
    }
}

#[inline(never)]
fn measured_extract(propagator: &dyn TextMapPropagator, headers: &HeaderMap) -> Context {
    propagator.extract_with_context(&Context::new(), &HeaderCarrier(headers))
}

#[inline(never)]
fn measured_inject(propagator: &dyn TextMapPropagator, context: &Context, headers: &mut HeaderMap) {
    propagator.inject_context(context, &mut HeaderCarrierMut(headers));
}
