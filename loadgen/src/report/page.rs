//! The result as one page that needs nothing else: no script, nothing that is loaded, light and
//! dark.

use std::fmt::Write as _;

use super::Report;
use super::curves::{by_percentile, curve, over_time};
use super::shape::ScenarioScores;
use super::table::{listed, or_dash};

/// No script runs and nothing is loaded, whatever the page says; the one style is its own.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
                      form-action 'none'";

const STYLE: &str = include_str!("page.css");

impl Report {
    /// An HTML document.
    #[must_use]
    pub fn page(&self) -> String {
        let total = self.tally.total();
        let mut rows = self.scenarios();
        rows.push(ScenarioScores::of("total", &total));
        let points = curve(&total);
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n\
             <title>Load on {target}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
             <h1>Load on {target}</h1>\n{summary}\
             <h2>Latency by percentile</h2>\n{by_percentile}\
             <h2>Latency over time</h2>\n{over_time}\
             <h2>By scenario</h2>\n{scenarios}\
             <h2>Slowest requests</h2>\n{slowest}\
             </main>\n</body>\n</html>\n",
            target = escaped(&self.target),
            summary = self.summary(),
            by_percentile = by_percentile(&points),
            over_time = over_time(&self.moments()),
            scenarios = scenarios(&rows),
            slowest = self.slowest_table(),
        )
    }

    fn summary(&self) -> String {
        let total = self.tally.total();
        let (rate, requests) = (self.rates(&total), self.requests(&total));
        let mut html = String::from("<dl>\n");
        let mut fact = |name: &str, value: &str| {
            let _ = writeln!(
                html,
                "<div><dt>{name}</dt><dd>{}</dd></div>",
                escaped(value)
            );
        };
        let interrupted = if self.interrupted {
            ", interrupted"
        } else {
            ""
        };
        fact("load", &format!("{}{interrupted}", self.load.told()));
        fact("time", &format!("{:.1} s", self.load_time.as_secs_f64()));
        let intended = rate.intended_per_s;
        fact(
            "intended",
            &intended.map_or("-".to_owned(), |rate| format!("{rate}/s")),
        );
        fact("sent", &format!("{}/s", rate.sent_per_s));
        fact("answered", &format!("{}/s", rate.answered_per_s));
        fact("requests", &requests.sent.to_string());
        fact("late", &requests.late.to_string());
        fact("dropped", &requests.dropped.to_string());
        fact("statuses", &listed(&total.statuses));
        let rows = ScenarioScores::of("total", &total);
        fact("errors", &listed(&rows.errors));
        let orders = self.orders();
        fact("orders", &format!("{} acknowledged", orders.acknowledged));
        if let Some(verified) = orders.verification {
            fact("verified", &listed(verified.states));
            fact("not as promised", &verified.not_as_promised.to_string());
        }
        fact("seed", &self.seed.to_string());
        if let Some(problem) = &self.telemetry_problem {
            fact("traces", problem);
        }
        html.push_str("</dl>\n");
        html
    }

    fn slowest_table(&self) -> String {
        let mut html = String::from(
            "<table>\n<thead><tr><th>scenario</th><th>status</th>\
             <th class=\"n\">due at, s</th><th class=\"n\">from intended start, ms</th>\
             <th class=\"n\">service time, ms</th><th>trace</th></tr></thead>\n<tbody>\n",
        );
        for slow in self.slow() {
            let status = slow.status.map(|status| status.to_string());
            let status = status.as_deref().or(slow.error).unwrap_or("-");
            let trace = match (&slow.trace_id, &slow.trace_url) {
                (Some(id), Some(url)) => {
                    format!("<a href=\"{}\"><code>{id}</code></a>", escaped(url))
                }
                _ => "not traced".to_owned(),
            };
            let _ = writeln!(
                html,
                "<tr><td>{}</td><td>{status}</td><td class=\"n\">{:.2}</td>\
                 <td class=\"n\">{:.1}</td><td class=\"n\">{:.1}</td><td>{trace}</td></tr>",
                slow.scenario,
                slow.due_at_s,
                slow.latency_from_intended_start_ms,
                slow.service_time_ms
            );
        }
        html.push_str("</tbody>\n</table>\n");
        html
    }
}

fn scenarios(rows: &[ScenarioScores<'_>]) -> String {
    let mut html = String::from("<table>\n<thead><tr><th>scenario</th>");
    let columns = [
        "sent", "2xx", "4xx", "5xx", "errors", "p50", "p90", "p99", "p99.9", "max",
    ];
    for column in columns {
        let _ = write!(html, "<th class=\"n\">{column}</th>");
    }
    html.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        let errors: u64 = row.errors.values().sum();
        let counts = [
            row.sent,
            row.class("2xx"),
            row.class("4xx"),
            row.class("5xx"),
            errors,
        ];
        let latencies = row.latency_from_intended_start_ms.all().map(or_dash);
        let _ = write!(html, "<tr><td>{}</td>", row.scenario);
        for cell in counts.iter().map(u64::to_string).chain(latencies) {
            let _ = write!(html, "<td class=\"n\">{cell}</td>");
        }
        html.push_str("</tr>\n");
    }
    html.push_str(
        "</tbody>\n</table>\n<p>Latencies from the intended start, in milliseconds. What was \
         dropped is in none of them.</p>\n",
    );
    html
}

/// Text for HTML, within and without quotes.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(char),
        }
    }
    safe
}
