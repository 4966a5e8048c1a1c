//! secret-or-setting-wrong.md.

use std::process::Command;

use crate::demo;
use crate::page::Drill;

/// What a demo with that setting says, and its exit code.
fn refused(setting: &str) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_demo-under-test"))
        .args(["--free-ports", "--set", setting])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    (output.status.code(), said.into_owned())
}

#[test]
fn a_wrong_setting_ends_with_2_and_the_sentence_of_the_page() {
    let drill = Drill::of("secret-or-setting-wrong.md");
    let sentences = [
        r#"pricing: DATABASE_URL is "mysql:…": expected sqlite:<path of a file> without a query"#,
        r#"pricing: QUOTE_CACHE_TTL_MS is "soon": expected a whole number of milliseconds"#,
        "gateway does not read KAFKA_DELIVERY_TIMOUT_MS, as it is set up; the nearest name is KAFKA_DELIVERY_TIMEOUT_MS",
    ];
    let mut settings = drill.settings();
    settings.truncate(sentences.len());
    assert_eq!(settings.len(), sentences.len(), "{settings:?}");
    for (setting, sentence) in settings.iter().zip(sentences) {
        let (code, said) = refused(setting);
        assert_eq!(code, Some(2), "{setting}: {said}");
        drill.shows(sentence, &said);
        assert!(!said.contains("hunter2"), "a password is told: {said}");
    }
}

#[test]
fn a_wrong_setting_of_telemetry_is_told_and_the_shop_sells() {
    let drill = Drill::of("secret-or-setting-wrong.md");
    let demo = demo()
        .env("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
        .env("OTEL_TRACES_SAMPLER_ARG", "10")
        .start();
    let warning =
        r#"OTEL_TRACES_SAMPLER_ARG is "10": expected a number from 0 to 1; using the default"#;
    let line = demo.wait_for_line("the warning", |line| {
        line["service"] == "gateway" && line["message"].as_str() == Some(warning)
    });
    drill.shows(warning, line["message"].as_str().unwrap());
}
