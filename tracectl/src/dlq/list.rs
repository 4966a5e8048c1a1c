//! `tracectl dlq list`: what is there, and why.

use std::collections::BTreeMap;
use std::time::SystemTime;

use contracts::topics::{ORDER_CREATED_DLQ, dead_letter};
use serde_json::{Value, json};
use shared_telemetry::kafka::ProducerSpan;

use super::Unread;
use super::letter::{Letter, text};
use super::letterbox::Letterbox;
use crate::Answer;
use crate::config::List;
use crate::terminal_text::{clip, printable};

/// Nothing that others wrote is told at greater length, in characters.
const TOLD: usize = 300;

/// What is told of a letter: short, so that thousands can be kept.
struct Told {
    partition: i32,
    offset: i64,
    time: Option<SystemTime>,
    order_id: String,
    error: Option<String>,
    attempts: Option<String>,
    original: [Option<String>; 3],
    put_aside_by: Option<ProducerSpan>,
    first_sent_by: Option<ProducerSpan>,
    value_bytes: usize,
    left_out_bytes: Option<String>,
}

pub(super) async fn run(settings: &List) -> Result<Answer, Unread> {
    let mut letterbox = Letterbox::open(&settings.place)?;
    // By time: each partition comes in order, and the partitions side by side.
    let mut newest = BTreeMap::new();
    let mut count = 0_usize;
    while let Some(letter) = letterbox.next().await? {
        count += 1;
        let place = (letter.time, letter.partition, letter.offset);
        newest.insert(place, Told::of(&letter));
        if newest.len() > settings.limit.get() {
            newest.pop_first();
        }
    }
    let letters: Vec<_> = newest.into_values().collect();
    let text = if settings.json {
        as_json(count, &letters)
    } else {
        as_text(count, &letters)
    };
    Ok(Answer {
        text,
        complaint: None,
        good: true,
    })
}

fn as_text(count: usize, letters: &[Told]) -> String {
    if count == 0 {
        return format!("no dead letters on {ORDER_CREATED_DLQ}\n");
    }
    let mut all = match count {
        1 => format!("1 dead letter on {ORDER_CREATED_DLQ}"),
        _ => format!("{count} dead letters on {ORDER_CREATED_DLQ}"),
    };
    if letters.len() < count {
        all += &format!(", the newest {} of them", letters.len());
    }
    all.push('\n');
    for letter in letters {
        all += &letter.lines();
    }
    all
}

fn as_json(count: usize, letters: &[Told]) -> String {
    let letters: Vec<Value> = letters.iter().map(Told::json).collect();
    let all = json!({
        "topic": ORDER_CREATED_DLQ,
        "count": count,
        "shown": letters.len(),
        "letters": letters,
    });
    format!("{all:#}\n")
}

impl Told {
    fn of(letter: &Letter) -> Self {
        let header = |name| letter.header(name).map(shortened);
        Self {
            partition: letter.partition,
            offset: letter.offset,
            time: letter.time,
            order_id: clip(&letter.order_id(), TOLD),
            error: header(dead_letter::ERROR),
            attempts: header(dead_letter::ATTEMPTS),
            original: [
                header(dead_letter::ORIGINAL_TOPIC),
                header(dead_letter::ORIGINAL_PARTITION),
                header(dead_letter::ORIGINAL_OFFSET),
            ],
            put_aside_by: letter.put_aside_by,
            first_sent_by: letter.first_sent_by(),
            value_bytes: letter.payload.len(),
            left_out_bytes: header(dead_letter::LEFT_OUT),
        }
    }

    fn lines(&self) -> String {
        let or_unknown = |told: &Option<String>| {
            let told = told.as_deref().map(printable);
            told.unwrap_or_else(|| "unknown".to_owned())
        };
        let span = |span: Option<ProducerSpan>| match span {
            Some(span) => format!("{} span {}", span.trace_id, span.span_id),
            None => "unknown".to_owned(),
        };
        let [topic, partition, offset] = self.original.each_ref().map(or_unknown);
        let value = match &self.left_out_bytes {
            Some(bytes) => format!("left out: {} bytes were too many", printable(bytes)),
            None => format!("{} bytes", self.value_bytes),
        };
        format!(
            "\n{}/{}  {}  order {}\n  error           {}\n  attempts        {}\n  \
             was at          {topic} {partition}/{offset}\n  value           {value}\n  \
             given up in     {}\n  checkout trace  {}\n",
            self.partition,
            self.offset,
            self.time().unwrap_or_else(|| "unknown time".to_owned()),
            if self.order_id.is_empty() {
                "unknown".to_owned()
            } else {
                printable(&self.order_id)
            },
            or_unknown(&self.error),
            or_unknown(&self.attempts),
            span(self.put_aside_by),
            span(self.first_sent_by),
        )
    }

    fn json(&self) -> Value {
        let span = |span: Option<ProducerSpan>| {
            span.map(|span| {
                json!({"trace_id": span.trace_id.to_string(), "span_id": span.span_id.to_string()})
            })
        };
        let number = |told: &Option<String>| told.as_ref().and_then(|n| n.parse::<i64>().ok());
        let [topic, partition, offset] = &self.original;
        json!({
            "partition": self.partition,
            "offset": self.offset,
            "time": self.time(),
            "order_id": self.order_id,
            "error": self.error,
            "attempts": number(&self.attempts),
            "original": {
                "topic": topic,
                "partition": number(partition),
                "offset": number(offset),
            },
            "given_up": span(self.put_aside_by),
            "checkout": span(self.first_sent_by),
            "value_bytes": self.value_bytes,
            "left_out_bytes": number(&self.left_out_bytes),
        })
    }

    fn time(&self) -> Option<String> {
        // Beyond the year 9999 there is no such text, and formatting it is an error.
        let time = self.time?;
        let since = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        (since.as_secs() < 253_402_300_800)
            .then(|| humantime::format_rfc3339_millis(time).to_string())
    }
}

/// Bytes as text, before they are read in full: a header may be a megabyte.
fn shortened(bytes: &[u8]) -> String {
    let (bytes, more) = match bytes.split_at_checked(TOLD * 4) {
        Some((head, rest)) => (head, !rest.is_empty()),
        None => (bytes, false),
    };
    let told = clip(&text(bytes), TOLD);
    if more && !told.ends_with('…') {
        return told + "…";
    }
    told
}
