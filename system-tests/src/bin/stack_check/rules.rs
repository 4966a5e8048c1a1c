//! The rules that Prometheus has loaded: what they record is there, and so is all that alerts ask for.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::panels::Asked;
use crate::stack::Stack;
use system_tests::check::http;

/// A question for each recorded name and for each series of an alert: an alert that is quiet has no
/// data itself, and one that asks for a name that nobody has is quiet for ever.
pub(crate) async fn all(stack: &Stack) -> Result<Vec<Asked>, String> {
    let prometheus = &stack.backends.prometheus;
    let loaded = http::get(&stack.client, prometheus, "/api/v1/rules", &[]).await?;
    let groups = loaded["data"]["groups"].as_array().into_iter().flatten();
    let rules = groups.flat_map(|group| group["rules"].as_array().into_iter().flatten());
    let mut asked = BTreeSet::new();
    for rule in rules {
        let name = rule["name"].as_str().unwrap_or_default();
        if rule["health"] == "err" {
            return Err(format!("rule {name}: {}", rule["lastError"]));
        }
        if rule["type"] == "recording" {
            asked.insert((format!("recorded {name}"), name.to_owned()));
            continue;
        }
        let query = [("query", rule["query"].as_str().unwrap_or_default())];
        let parsed = http::get(&stack.client, prometheus, "/api/v1/parse_query", &query).await?;
        let mut series = BTreeSet::new();
        selectors(&parsed["data"], &mut series);
        asked.extend(series.into_iter().map(|one| (format!("alert {name}"), one)));
    }
    if asked.is_empty() {
        return Err("Prometheus has loaded no rules".to_owned());
    }
    let ask = |(place, query)| Asked {
        place,
        source: "prometheus".to_owned(),
        query,
        exemplar: false,
    };
    Ok(asked.into_iter().map(ask).collect())
}

/// Every series that a parsed expression asks for.
fn selectors(node: &Value, found: &mut BTreeSet<String>) {
    match node {
        Value::Object(fields) => {
            if let Some(matchers) = node["matchers"].as_array() {
                let one = |matcher: &Value| {
                    let text = |key: &str| matcher[key].as_str().unwrap_or_default().to_owned();
                    format!("{}{}{:?}", text("name"), text("type"), text("value"))
                };
                let all: Vec<_> = matchers.iter().map(one).collect();
                found.insert(format!("{{{}}}", all.join(", ")));
            }
            fields.values().for_each(|field| selectors(field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| selectors(item, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_series_of_an_expression_is_found_whatever_stands_around_it() {
        let series = |name: &str, extra: &[Value]| {
            let name = serde_json::json!({"name": "__name__", "type": "=", "value": name});
            let matchers: Vec<_> = [name].iter().chain(extra).cloned().collect();
            serde_json::json!({"type": "vectorSelector", "matchers": matchers})
        };
        let service = serde_json::json!({"name": "job", "type": "=~", "value": "a|\"b\""});
        let parsed = serde_json::json!({
            "type": "binaryExpr",
            "lhs": {"type": "aggregation", "expr": series("asked", &[service])},
            "rhs": {"type": "call", "args": [series("behind", &[])]},
        });
        let mut found = BTreeSet::new();
        selectors(&parsed, &mut found);
        let expected = [
            r#"{__name__="asked", job=~"a|\"b\""}"#,
            r#"{__name__="behind"}"#,
        ];
        assert_eq!(found, expected.map(str::to_owned).into());
    }
}
