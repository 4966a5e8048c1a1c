//! The environment as a user may set it, well and badly.

use super::*;
use crate::sampling::{Decide, Rule};

fn read(variables: &[(&str, &str)]) -> Settings {
    Settings::from_lookup(&|name| {
        variables
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| (*value).to_owned())
    })
}

#[test]
fn without_variables_everything_is_the_specifications_default() {
    let settings = read(&[]);
    assert!(!settings.disabled);
    assert_eq!(settings.sampling, Sampling::default());
    assert_eq!(settings.extract, Format::DEFAULT);
    assert!(settings.export_traces && settings.export_logs);
    assert_eq!(settings.warnings, [""; 0]);
}

#[test]
fn an_empty_value_is_an_unset_one() {
    let empty = read(&[
        ("OTEL_TRACES_SAMPLER", ""),
        ("OTEL_PROPAGATORS", " "),
        ("OTEL_SDK_DISABLED", ""),
    ]);
    assert_eq!(empty.sampling, Sampling::default());
    assert_eq!(empty.warnings, [""; 0]);
}

#[test]
fn sampler_names_are_read_in_any_case() {
    let settings = read(&[
        ("OTEL_TRACES_SAMPLER", "ParentBased_TraceIdRatio"),
        ("OTEL_TRACES_SAMPLER_ARG", "0.25"),
    ]);
    assert_eq!(
        settings.sampling,
        Sampling {
            root: Decide::Ratio(0.25),
            ..Sampling::default()
        }
    );
}

#[test]
fn a_bad_value_is_told_by_name_with_what_is_accepted_and_replaced() {
    let settings = read(&[
        ("OTEL_TRACES_SAMPLER", "sometimes"),
        ("OTEL_SDK_DISABLED", "1"),
    ]);
    assert_eq!(settings.sampling, Sampling::default());
    assert!(!settings.disabled);
    assert_eq!(
        settings.warnings,
        [
            "OTEL_SDK_DISABLED is \"1\": expected true or false; using the default",
            "OTEL_TRACES_SAMPLER is \"sometimes\": expected always_on, always_off, traceidratio, \
             ratelimiting or rules, or one of them with parentbased_ before it; using the default",
        ]
    );
}

#[test]
fn a_ratio_outside_of_0_to_1_keeps_every_trace_and_says_so() {
    for bad in ["2", "-0.1", "NaN", "half"] {
        let settings = read(&[
            ("OTEL_TRACES_SAMPLER", "traceidratio"),
            ("OTEL_TRACES_SAMPLER_ARG", bad),
        ]);
        assert_eq!(settings.sampling.root, Decide::Ratio(1.0), "{bad}");
        assert_eq!(settings.warnings.len(), 1, "{bad}");
    }
}

#[test]
fn a_rate_is_traces_a_second_and_a_strange_one_is_the_default_and_told() {
    let rate = |argument| {
        let settings = read(&[
            ("OTEL_TRACES_SAMPLER", "parentbased_ratelimiting"),
            ("OTEL_TRACES_SAMPLER_ARG", argument),
        ]);
        (settings.sampling.root, settings.warnings)
    };
    assert_eq!(rate("0.5"), (Decide::PerSecond(0.5), Vec::new()));
    assert_eq!(rate(""), (Decide::PerSecond(10.0), Vec::new()));
    for bad in ["-1", "NaN", "inf", "many", "5/s"] {
        let warning = format!(
            "OTEL_TRACES_SAMPLER_ARG is {bad:?}: expected a number of traces a second, 10 for \
             example; using the default"
        );
        assert_eq!(rate(bad), (Decide::PerSecond(10.0), vec![warning]));
    }
}

#[test]
fn rules_are_read_and_one_bad_rule_or_none_at_all_keeps_everything_and_is_told() {
    let rules = |argument| {
        let settings = read(&[
            ("OTEL_TRACES_SAMPLER", "parentbased_rules"),
            ("OTEL_TRACES_SAMPLER_ARG", argument),
        ]);
        (settings.sampling, settings.warnings)
    };
    let list = "GET /healthz=never,*=0.1";
    let (sampling, warnings) = rules(list);
    assert_eq!(sampling.rules, Rule::parse_list(list).unwrap());
    assert_eq!((sampling.root, warnings), (Decide::Always, Vec::new()));
    for (bad, said) in [("", ""), ("*=0.1,/x=10%", " (\"/x=10%\" is no rule)")] {
        let (sampling, warnings) = rules(bad);
        assert_eq!(sampling, Sampling::default());
        let warning = format!(
            "OTEL_TRACES_SAMPLER_ARG is {bad:?}: expected rules such as GET \
             /healthz=never,POST /upload=always,*=0.1, each with always, never, a share from 0 \
             to 1, or a rate such as 10/s{said}; using the default"
        );
        assert_eq!(warnings, [warning]);
    }
}

#[test]
fn redaction_is_on_unless_it_is_off_and_a_typo_leaves_it_on() {
    let read = |value| read(&[("TELEMETRY_REDACTION", value)]);
    for (value, on) in [("", true), ("on", true), ("OFF", false), ("off", false)] {
        assert_eq!(
            (read(value).redaction, read(value).warnings),
            (on, Vec::new())
        );
    }
    let typo = read("of");
    assert!(typo.redaction);
    assert_eq!(
        typo.warnings,
        ["TELEMETRY_REDACTION is \"of\": expected on or off; using the default"]
    );
}

#[test]
fn extract_and_inject_can_be_set_apart() {
    let settings = read(&[
        ("OTEL_PROPAGATORS", "tracecontext"),
        ("PROPAGATORS_INJECT", "none"),
    ]);
    assert_eq!(settings.extract, [Format::TraceContext]);
    assert_eq!(settings.inject, []);
}

#[test]
fn resource_attributes_are_percent_decoded_and_one_bad_pair_discards_all() {
    let good = read(&[(
        "OTEL_RESOURCE_ATTRIBUTES",
        "deployment.environment.name=prod%20eu, team=a",
    )]);
    assert_eq!(
        good.resource_attributes[0],
        ("deployment.environment.name".into(), "prod eu".into())
    );
    assert_eq!(good.resource_attributes[1], ("team".into(), "a".into()));
    let bad = read(&[("OTEL_RESOURCE_ATTRIBUTES", "team=a,oops")]);
    assert_eq!(bad.resource_attributes, []);
    assert_eq!(bad.warnings.len(), 1);
}

#[test]
fn the_span_limit_beats_the_general_one() {
    let settings = read(&[
        ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "100"),
        ("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "10"),
        ("OTEL_ATTRIBUTE_COUNT_LIMIT", "5"),
    ]);
    assert_eq!(settings.limits.value_length, 10);
    assert_eq!(settings.limits.attributes, 5);
}

#[test]
fn old_names_are_off_unless_asked_for_and_a_strange_word_is_told() {
    assert_eq!(read(&[]).old_names, OldNames::default());
    let settings = read(&[("OTEL_SEMCONV_STABILITY_OPT_IN", "http/dup,htp/dup")]);
    assert_ne!(settings.old_names, OldNames::default());
    assert_eq!(
        settings.warnings,
        [
            "OTEL_SEMCONV_STABILITY_OPT_IN has \"htp/dup\": known here are http, database, \
             messaging and rpc, each also with /dup; the word does nothing here"
        ]
    );
}
