//! The environment as a user may set it, well and badly.

use super::*;

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
    assert_eq!(
        settings.sampling,
        Sampling {
            parent_based: true,
            root: Decide::Always
        }
    );
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
            parent_based: true,
            root: Decide::Ratio(0.25)
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
             or one of them with parentbased_ before it; using the default",
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
    assert_eq!(settings.limits.value_length, Some(10));
    assert_eq!(settings.limits.attributes, Some(5));
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
