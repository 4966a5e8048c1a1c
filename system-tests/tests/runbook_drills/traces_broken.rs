//! traces-missing-or-broken.md.

use system_tests::Demo;

use crate::demo;
use crate::page::Drill;

/// What `tracectl verify` says.
fn verify(demo: &Demo, more: &[&str]) -> String {
    let output = demo.verify(env!("CARGO_BIN_EXE_tracectl-under-test"), more);
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn each_break_prints_what_the_page_shows_and_without_it_all_checks_pass() {
    let drill = Drill::of("traces-missing-or-broken.md");
    let shown: [&[&str]; 2] = [
        &[
            "✗ HTTP gateway → pricing: pricing has no span in trace ",
            "✗ Kafka gateway → fulfillment: fulfillment's CONSUMER span `process order.created` ",
            "6 of 25 checks failed",
        ],
        &[
            "nor a lost one in another trace",
            "pricing's server layer is missing, or it does not export to this backend",
            "3 of 25 checks failed",
        ],
    ];
    for (setting, words) in drill.settings().iter().zip(shown) {
        let demo = demo().set(setting).start();
        // Who misses a span waits for it as long as this.
        let said = verify(&demo, &["--timeout", "10s"]);
        for words in words {
            drill.shows(words, &said);
        }
    }
    drill.shows("25 checks passed", &verify(&demo().start(), &[]));
}
