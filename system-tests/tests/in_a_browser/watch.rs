//! What a page does besides its story: what it says, throws, asks for and opens.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chromiumoxide::Page;
use chromiumoxide::cdp::IntoEventKind;
use chromiumoxide::cdp::browser_protocol::log::{EventEntryAdded, LogEntryLevel};
use chromiumoxide::cdp::browser_protocol::network::{
    EventRequestWillBeSent, EventWebSocketCreated,
};
use chromiumoxide::cdp::browser_protocol::page::EventJavascriptDialogOpening;
use chromiumoxide::cdp::js_protocol::runtime::{
    ConsoleApiCalledType, EventConsoleApiCalled, EventExceptionThrown,
};
use futures_util::StreamExt as _;
use system_tests::Demo;
use tokio::time::Instant;

/// Names of the demo's listeners that a page may ask.
const OURS: [&str; 2] = ["viewer", "gateway"];

/// All that a tab did so far.
#[derive(Clone)]
pub(crate) struct Watch {
    page: Page,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    /// Errors in the console, exceptions, dialogs.
    wrong: Vec<String>,
    /// What the console may say in this story.
    expected: Vec<String>,
    requests: Vec<String>,
    /// Of the ends that [`Watch::caught_up`] marks.
    marks: Vec<String>,
}

impl Watch {
    /// Everything from now on.
    pub(crate) async fn over(page: &Page) -> Self {
        let watch = Self {
            page: page.clone(),
            seen: Arc::default(),
        };
        watch
            .on(|seen, event: &EventRequestWillBeSent| {
                seen.requests.push(event.request.url.clone())
            })
            .await;
        watch
            .on(|seen, event: &EventWebSocketCreated| seen.requests.push(event.url.clone()))
            .await;
        watch
            .on(|seen, event: &EventEntryAdded| {
                if event.entry.level == LogEntryLevel::Error {
                    let url = event.entry.url.as_deref().unwrap_or_default();
                    seen.wrong.push(format!("{} {url}", event.entry.text));
                }
            })
            .await;
        watch
            .on(|seen, event: &EventExceptionThrown| {
                let details = &event.exception_details;
                let thrown = details
                    .exception
                    .as_ref()
                    .and_then(|it| it.description.as_deref());
                seen.wrong.push(format!(
                    "uncaught: {} {}",
                    details.text,
                    thrown.unwrap_or_default()
                ));
            })
            .await;
        watch.on(Seen::console).await;
        watch
            .on(|seen, event: &EventJavascriptDialogOpening| {
                seen.wrong.push(format!("a dialog: {}", event.message));
            })
            .await;
        watch
    }

    async fn on<E: IntoEventKind + chromiumoxide::cdp::Event + Unpin>(
        &self,
        take: impl Fn(&mut Seen, &E) + Send + 'static,
    ) {
        let mut events = self.page.event_listener::<E>().await.unwrap();
        let seen = Arc::clone(&self.seen);
        shared_telemetry::task::spawn(async move {
            while let Some(event) = events.next().await {
                take(&mut seen.lock().unwrap(), &event);
            }
        });
    }

    /// Lets the console say something in this story: a fault that was asked for.
    pub(crate) fn expect(&self, text: &str) {
        self.seen.lock().unwrap().expected.push(text.to_owned());
    }

    /// The addresses asked for so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().requests.clone()
    }

    /// What went wrong so far, for messages.
    pub(crate) fn wrong(&self) -> Vec<String> {
        let seen = self.seen.lock().unwrap();
        let expected = |line: &&String| !seen.expected.iter().any(|text| line.contains(text));
        seen.wrong.iter().filter(expected).cloned().collect()
    }

    /// What was wrong in all, and what was asked for outside of the demo.
    pub(crate) async fn problems(&self, demo: &Demo) -> Vec<String> {
        self.caught_up().await;
        let ours = OURS.map(|name| format!("{}/", demo.url(name)));
        let inside = |url: &String| {
            ["data:", "blob:", "about:"]
                .iter()
                .any(|scheme| url.starts_with(scheme))
                || ours.iter().any(|origin| url.starts_with(origin.as_str()))
        };
        let outside = self.requests().into_iter().filter(|url| !inside(url));
        let asked = outside.map(|url| format!("asked {url}"));
        self.wrong().into_iter().chain(asked).collect()
    }

    /// Waits until all that happened is told: events come in order, and this is the last.
    async fn caught_up(&self) {
        let mark = format!("told until {:?}", Instant::now());
        let script = format!("console.debug({})", serde_json::json!(mark));
        self.page.evaluate_expression(script).await.unwrap();
        let deadline = Instant::now() + Duration::from_secs(20);
        while !self.seen.lock().unwrap().marks.contains(&mark) {
            assert!(Instant::now() < deadline, "the console is silent");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Whether a message that could not be read might have been one of those watched.
    pub(crate) fn needs(message: &str) -> bool {
        [
            "Runtime.",
            "Log.",
            "Network.requestWillBeSent\"",
            "Page.javascript",
        ]
        .iter()
        .any(|method| message.contains(method))
    }
}

impl Seen {
    fn console(&mut self, event: &EventConsoleApiCalled) {
        let values = event
            .args
            .iter()
            .filter_map(|argument| argument.value.as_ref());
        let texts = values.map(|value| value.as_str().map_or(value.to_string(), str::to_owned));
        let text = texts.collect::<Vec<_>>().join(" ");
        match event.r#type {
            ConsoleApiCalledType::Debug => self.marks.push(text),
            ConsoleApiCalledType::Error | ConsoleApiCalledType::Assert => {
                self.wrong.push(format!("console.error: {text}"));
            }
            _ => {}
        }
    }
}
