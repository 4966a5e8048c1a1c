//! Makes docs/telemetry.md of the dictionary.

use shared_telemetry::names::{Entry, Seen, Source, Type, What};

use crate::dictionary;

const HEAD: &str = "\
# Telemetry: every name

This page is made of the dictionary: `shared_telemetry::names` for what the boundaries emit,
`contracts::telemetry` for the shop ([why in two places](adr/0010-names-are-one-dictionary.md)). Do
not edit it. A test fails when it is stale, and makes it anew:

```sh
UPDATE=1 cargo test -p system-tests --test names_are_one_dictionary the_page
```

\"Conventions\" are OpenTelemetry's semantic conventions v1.44.0. A name without \"only when\" is seen on
any ordinary day, and a test holds that a running system shows it.
";

/// The whole page.
pub(crate) fn page() -> String {
    let mut page = HEAD.to_owned();
    page += "\n## Spans\n\n`{key}` in a name stands for the value of the span's own attribute `key`.\n\n";
    page += "| name | kind | meaning | always has | source |\n|---|---|---|---|---|\n";
    for entry in dictionary() {
        if let What::Span { kind, always } = &entry.what {
            page += &format!(
                "| `{}` | {} | {}{} | {} | {} |\n",
                entry.name,
                format!("{kind:?}").to_uppercase(),
                entry.meaning,
                when(entry),
                code(always),
                entry.source.as_str()
            );
        }
    }
    let attribute = |entry: &Entry| match entry.what {
        What::Attribute(of) if entry.source != Source::Deprecated => Some(of),
        _ => None,
    };
    page += &table("Attributes of spans", "", attribute);
    page += &events();
    page += &table("Attributes of events", "", |entry| match entry.what {
        What::EventAttribute(of) => Some(of),
        _ => None,
    });
    page += &table("The Resource", "", |entry| match entry.what {
        What::Resource(of) => Some(of),
        _ => None,
    });
    let lines = "Keys of a JSON line on standard output (`LOG_FORMAT=json`).\n\n";
    page += &table("Log lines", lines, |entry| match entry.what {
        What::LineKey(of) => Some(of),
        _ => None,
    });
    let fields = "Below `fields` of a line, and attributes of the OTLP log record. Lines of libraries \
                  have fields of their own.\n\n";
    page += &table("Fields of log lines", fields, |entry| match entry.what {
        What::LogField(of) => Some(of),
        _ => None,
    });
    page += &metrics();
    page += &table("Attributes of metrics", "", |entry| match entry.what {
        What::MetricAttribute(of) => Some(of),
        _ => None,
    });
    let old = "`OTEL_SEMCONV_STABILITY_OPT_IN=http/dup,database/dup,messaging/dup,rpc/dup` emits them \
               beside the new ones, each domain by itself. `rpc.method` keeps its new meaning.\n\n";
    page += &table("Old names", old, |entry| match entry.what {
        What::Attribute(of) if entry.source == Source::Deprecated => Some(of),
        _ => None,
    });
    page
}

fn events() -> String {
    let mut table = "\n## Events of spans\n\nThose of the shop are log lines too.\n\n".to_owned();
    table += "| name | meaning | always has | source |\n|---|---|---|---|\n";
    for entry in dictionary() {
        if let What::Event { always } = entry.what {
            table += &format!(
                "| `{}` | {}{} | {} | {} |\n",
                entry.name,
                entry.meaning,
                when(entry),
                code(always),
                entry.source.as_str()
            );
        }
    }
    table
}

fn metrics() -> String {
    let mut table = "\n## Metrics\n\nWhat spans can't tell; `OTEL_METRICS_EXPORTER=none` switches \
                     them off.\n\n"
        .to_owned();
    table +=
        "| name | instrument | unit | meaning | attributes | source |\n|---|---|---|---|---|---|\n";
    for entry in dictionary() {
        if let What::Metric {
            instrument,
            unit,
            attributes,
        } = entry.what
        {
            table += &format!(
                "| `{}` | {} | `{unit}` | {}{} | {} | {} |\n",
                entry.name,
                instrument.as_str(),
                entry.meaning,
                when(entry),
                code(attributes),
                entry.source.as_str()
            );
        }
    }
    table
}

fn table(title: &str, text: &str, wanted: impl Fn(&Entry) -> Option<Type>) -> String {
    let mut table = format!("\n## {title}\n\n{text}");
    table += "| name | type | meaning | source |\n|---|---|---|---|\n";
    for entry in dictionary() {
        if let Some(of) = wanted(entry) {
            table += &format!(
                "| `{}` | {} | {}{} | {} |\n",
                entry.name,
                of.as_str(),
                entry.meaning,
                when(entry),
                entry.source.as_str()
            );
        }
    }
    table
}

fn when(entry: &Entry) -> String {
    match entry.seen {
        Seen::Always => String::new(),
        Seen::When(circumstances) => format!("; only when {circumstances}"),
    }
}

fn code(names: &[&str]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
