//! The counts as a table.

use std::fmt;

use super::Table;
use crate::count::Way;
use crate::traces::Kind;

const KIB: usize = 1 << 10;

/// A count of each way, and what it is a share of.
struct Row {
    name: String,
    recorded: Option<usize>,
    counts: [Option<usize>; 3],
}

impl Table {
    fn rows(&self) -> Vec<Row> {
        let recorded = &self.recorded;
        let mut rows: Vec<_> = Kind::ALL.map(|kind| self.traces_of(kind)).into();
        rows.extend([
            self.share("all traces", recorded.traces.sum(), |way| way.traces.sum()),
            self.count("  of these not whole", |way| way.not_whole),
            self.share("spans stored", recorded.spans, |way| way.stored_spans),
            self.share("spans sent to the collector", recorded.spans, |way| {
                way.sent_spans
            }),
            self.share("KiB sent to the collector", recorded.bytes / KIB, |way| {
                way.sent_bytes / KIB
            }),
            Row {
                name: "spans by the collector's metrics".to_owned(),
                recorded: Some(recorded.spans),
                counts: self.ways.each_ref().map(|way| way.counted_spans),
            },
            self.share(
                "orders kept before and behind the queue",
                recorded.orders,
                |way| way.orders.both_sides,
            ),
            self.count("orders kept on one side only", |way| {
                way.orders.all() - way.orders.both_sides - way.orders.neither_side
            }),
            self.count("  which failed or was slow", |way| {
                way.orders.one_failed_or_slow
            }),
            self.count("  as part of another order's batch", |way| {
                way.orders.one_in_anothers_batch
            }),
            self.count("  for no reason", |way| way.orders.one_without_a_reason),
        ]);
        rows
    }

    fn traces_of(&self, kind: Kind) -> Row {
        let name = format!("{} traces", kind.name());
        self.share(&name, self.recorded.traces.all(kind), |way| {
            way.traces.all(kind)
        })
    }

    fn share(&self, name: &str, recorded: usize, count: impl Fn(&Way) -> usize) -> Row {
        Row {
            recorded: Some(recorded),
            ..self.count(name, count)
        }
    }

    fn count(&self, name: &str, count: impl Fn(&Way) -> usize) -> Row {
        Row {
            name: name.to_owned(),
            recorded: None,
            counts: self.ways.each_ref().map(|way| Some(count(way))),
        }
    }

    fn heading(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults = self.recorded.faults.iter();
        let faults: Vec<_> = faults
            .map(|(name, count)| format!("{name} {count}"))
            .collect();
        writeln!(f, "faults that were asked for: {}", faults.join(", "))?;
        writeln!(f, "slow: {} ms and more, and not failed", self.slow_ms)?;
        writeln!(
            f,
            "tail: what failed, what is slow, and {} % of all\n",
            self.tail_percent
        )?;
        let head = format!("head {}", percent(self.head));
        let both = format!("head {}, tail", percent(self.head_before_tail));
        writeln!(
            f,
            "{:40}{:>9}{head:>18}{:>18}{both:>18}",
            "", "recorded", "tail"
        )
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.heading(f)?;
        for (number, row) in self.rows().iter().enumerate() {
            if number > 0 {
                writeln!(f)?;
            }
            write!(f, "{row}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let recorded = self
            .recorded
            .map_or_else(String::new, |count| count.to_string());
        let mut line = format!("{:40}{recorded:>9}", self.name);
        for count in self.counts {
            line += &match (count, self.recorded) {
                (None, _) => format!("{:>9}{:9}", "-", ""),
                (Some(count), None) => format!("{count:>9}{:9}", ""),
                (Some(count), Some(of)) => format!("{count:>9}{:>7.1} %", share(count, of)),
            };
        }
        f.write_str(line.trim_end())
    }
}

/// In percent, for eyes.
#[allow(clippy::cast_precision_loss)]
fn share(count: usize, of: usize) -> f64 {
    100.0 * count as f64 / of.max(1) as f64
}

fn percent(share: f64) -> String {
    format!("{} %", (share * 1e4).round() / 1e2)
}
