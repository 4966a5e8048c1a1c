//! `tracectl cost` as a user runs it, and the page that shows it.

mod canned;

use std::path::Path;

use canned::{Output, Server, run};

const USUAL: &str = "cost --requests=100 --services=4 --spans=10 --errors=0.01 --slow=0.02";

async fn cost(line: &str) -> Output {
    let words: Vec<_> = line.split_whitespace().collect();
    run(Server::default().not_told(), &words).await
}

/// What stands in a page's fences, in order: the word behind the opening one, and the lines.
fn blocks(page: &str) -> Vec<(&str, &str)> {
    let pieces = page.split("```").skip(1).step_by(2);
    pieces.filter_map(|block| block.split_once('\n')).collect()
}

#[tokio::test]
async fn the_page_shows_what_its_commands_print() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/sampling-at-scale.md");
    let page = std::fs::read_to_string(path).unwrap();
    let blocks = blocks(&page);
    let mut commands = 0;
    for pair in blocks.windows(2) {
        let [("sh", command), ("text", printed)] = pair else {
            continue;
        };
        let command = command.replace("\\\n", " ");
        let words = command.split_once("-p tracectl -- ").unwrap().1;
        let out = cost(words).await;
        assert_eq!(out.code, 0, "{}", out.stderr);
        assert!(
            out.stdout == *printed,
            "docs/sampling-at-scale.md is stale: {words}\nprints\n{}",
            out.stdout
        );
        commands += 1;
    }
    assert_eq!(commands, 2, "the page has lost a command or its output");
}

#[tokio::test]
async fn json_says_what_was_asked_and_has_money_only_with_prices() {
    let out = cost(&format!("{USUAL} --json")).await;
    let answer: serde_json::Value = serde_json::from_str(&out.stdout).unwrap();
    assert_eq!(answer["given"]["requests"], 100.0);
    assert_eq!(answer["given"]["decision_wait"], 10.0);
    let strategies = answer["strategies"].as_array().unwrap().iter();
    let names: Vec<_> = strategies
        .map(|each| each["strategy"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "none",
            "head_ratio",
            "parent_based",
            "tail",
            "head_and_tail"
        ]
    );
    assert_eq!(answer["strategies"][2]["exported_spans_per_second"], 100.0);
    assert!(!out.stdout.contains("price_per_month"), "{}", out.stdout);
    let prices = "--price-gb-stored-month=0.1 --price-gb-transferred=0 --price-vcpu-month=20";
    let out = cost(&format!("{USUAL} {prices} --json")).await;
    assert!(out.stdout.contains("price_per_month"), "{}", out.stdout);
}

#[tokio::test]
async fn what_cannot_be_is_exit_code_2_and_one_clear_sentence() {
    for (line, sentence) in [
        (
            "--errors=1.5",
            "invalid value '1.5' for '--errors <SHARE>': accepted is a share from 0 to 1, for example 0.05",
        ),
        ("--slow=NaN", "accepted is a share from 0 to 1"),
        ("--head=10%", "accepted is a share from 0 to 1"),
        ("--spans=-1", "accepted is a number from 0 to 1000000000"),
        (
            "--requests=inf",
            "accepted is a number from 0 to 1000000000",
        ),
        ("--services=0", "0 is not in 1..=1000"),
        ("--retention=0", "0 is not in 1..=3650"),
        (
            "--decision-wait=2",
            "accepted is a number with a unit up to an hour",
        ),
        (
            "--price-vcpu-month=20",
            "the following required arguments were not provided:",
        ),
        (
            "--errors=0.6 --slow=0.6",
            "tracectl: --errors 0.6 and --slow 0.6 are more than all traces: a slow trace is one that has not failed\n",
        ),
    ] {
        let names: Vec<_> = line
            .split_whitespace()
            .filter_map(|word| word.split('=').next())
            .collect();
        let rest = USUAL.split_whitespace().filter(|word| {
            !names
                .iter()
                .any(|name| word.starts_with(&format!("{name}=")))
        });
        let rest: Vec<_> = rest.collect();
        let out = cost(&format!("{} {line}", rest.join(" "))).await;
        assert_eq!(out.code, 2, "{line}: {}", out.stdout);
        assert!(out.stderr.contains(sentence), "{line}: {}", out.stderr);
        assert_eq!(out.stdout, "", "{line}");
    }
}

#[tokio::test]
async fn help_names_where_every_measured_number_is_from() {
    let help = cost("cost --help").await.stdout;
    let measured = help.matches("[measured").count();
    let (_, told) = help.split_once("Measured").unwrap();
    for option in [
        "--bytes-per-span",
        "--sampler-bytes-per-span",
        "--collector-us-per-span",
        "--sampler-us-per-span",
        "--export-us-per-span",
        "--tail-export-us-per-span",
        "--bytes-per-log-line",
        "--collector-us-per-log-line",
    ] {
        assert!(told.contains(option), "{option}: {told}");
    }
    assert_eq!(measured, 8, "{help}");
}
