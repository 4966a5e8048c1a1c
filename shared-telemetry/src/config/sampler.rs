//! `OTEL_TRACES_SAMPLER` and its argument.

use super::read::Reader;
use crate::sampling::{Decide, Rule, Sampling};

const SAMPLER: &str = "OTEL_TRACES_SAMPLER";
const ARGUMENT: &str = "OTEL_TRACES_SAMPLER_ARG";
/// Traces a second, where `ratelimiting` is asked for without saying how many.
const DEFAULT_RATE: f64 = 10.0;

pub(super) fn sampling(reader: &mut Reader<'_>) -> Sampling {
    let name = reader
        .text(SAMPLER)
        .unwrap_or_else(|| "parentbased_always_on".to_owned());
    let lower = name.to_ascii_lowercase();
    let (parent_based, decide) = match lower.strip_prefix("parentbased_") {
        Some(rest) => (true, rest),
        None => (false, lower.as_str()),
    };
    let (rules, root) = match decide {
        "always_on" => (Vec::new(), Decide::Always),
        "always_off" => (Vec::new(), Decide::Never),
        "traceidratio" => (Vec::new(), Decide::Ratio(reader.ratio(ARGUMENT))),
        "ratelimiting" => (Vec::new(), Decide::PerSecond(rate(reader))),
        "rules" => (rules(reader), Decide::Always),
        _ => {
            reader.warn(
                SAMPLER,
                &name,
                "always_on, always_off, traceidratio, ratelimiting or rules, or one of them with \
                 parentbased_ before it",
            );
            return Sampling::default();
        }
    };
    Sampling {
        parent_based,
        rules,
        root,
    }
}

fn rate(reader: &mut Reader<'_>) -> f64 {
    let Some(value) = reader.text(ARGUMENT) else {
        return DEFAULT_RATE;
    };
    match value.parse::<f64>() {
        Ok(rate) if rate.is_finite() && rate >= 0.0 => rate,
        _ => {
            let accepted = format_args!("a number of traces a second, {DEFAULT_RATE} for example");
            reader.warn(ARGUMENT, &value, accepted);
            DEFAULT_RATE
        }
    }
}

/// One bad rule makes the whole list bad: half of it would keep traces that nobody asked for.
fn rules(reader: &mut Reader<'_>) -> Vec<Rule> {
    let value = reader.text(ARGUMENT).unwrap_or_default();
    let read = Rule::parse_list(&value);
    let said = match &read {
        Ok(rules) if !rules.is_empty() => None,
        Ok(_) => Some(String::new()),
        Err(invalid) => Some(format!(" ({invalid})")),
    };
    if let Some(said) = said {
        let accepted = format_args!(
            "rules such as GET /healthz=never,POST /upload=always,*=0.1, each with always, \
             never, a share from 0 to 1, or a rate such as 10/s{said}"
        );
        reader.warn(ARGUMENT, &value, accepted);
        return Vec::new();
    }
    read.unwrap_or_default()
}
