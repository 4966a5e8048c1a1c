//! A tab, and the hands and eyes of the person before it.

use std::time::Duration;

use chromiumoxide::Page;
use chromiumoxide::cdp::browser_protocol::emulation::{
    MediaFeature, SetDeviceMetricsOverrideParams, SetEmulatedMediaParams,
    SetFocusEmulationEnabledParams,
};
use chromiumoxide::cdp::browser_protocol::input::{DispatchKeyEventParams, DispatchKeyEventType};
use chromiumoxide::cdp::js_protocol::runtime::EvaluateParams;
use chromiumoxide::layout::Point;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::watch::Watch;

/// Nothing that a page is waited for takes longer on a busy machine.
const PATIENCE: Duration = Duration::from_secs(40);

/// Finds what a person would aim at: visible, with that text, and nothing else before it.
const AIM: &str = include_str!("page/aim.js");

/// An open tab of 1280 by 800, in light colours.
pub(crate) struct Tab {
    pub(crate) page: Page,
    pub(crate) watch: Watch,
}

impl Tab {
    pub(crate) async fn of(page: Page, watch: Watch) -> Self {
        let tab = Self { page, watch };
        tab.page
            .execute(SetFocusEmulationEnabledParams::new(true))
            .await
            .unwrap();
        tab.size(1280, 800).await;
        tab.colours("light").await;
        tab
    }

    /// Goes to an address and waits until its files are there.
    pub(crate) async fn open(&self, url: &str) {
        self.page.goto(url).await.unwrap();
        self.until("the page is loaded", "document.readyState === 'complete'")
            .await;
    }

    /// The window's inside, in CSS pixels.
    pub(crate) async fn size(&self, width: i64, height: i64) {
        let size = SetDeviceMetricsOverrideParams::new(width, height, 1.0, false);
        self.page.execute(size).await.unwrap();
    }

    /// `light` or `dark`, as the person's system has it.
    pub(crate) async fn colours(&self, scheme: &str) {
        let features = [
            MediaFeature::new("prefers-color-scheme", scheme),
            MediaFeature::new("prefers-reduced-motion", "reduce"),
        ];
        let media = SetEmulatedMediaParams::builder().features(features).build();
        self.page.execute(media).await.unwrap();
    }

    /// The value of an expression in the page; promises are waited for.
    pub(crate) async fn value(&self, expression: &str) -> Value {
        match self.try_value(expression).await {
            Ok(value) => value,
            Err(problem) => panic!("{expression}: {problem}"),
        }
    }

    async fn try_value(&self, expression: &str) -> Result<Value, String> {
        let evaluate = EvaluateParams::builder()
            .expression(expression)
            .await_promise(true)
            .return_by_value(true)
            .build()?;
        let told = self.page.execute(evaluate).await;
        let told = told.map_err(|error| error.to_string())?.result;
        match told.exception_details {
            Some(thrown) => Err(format!("{thrown:?}")),
            None => Ok(told.result.value.unwrap_or(Value::Null)),
        }
    }

    /// The text of the first element that matches, as it is seen.
    pub(crate) async fn text(&self, selector: &str) -> String {
        let script = format!(
            "document.querySelector({})?.innerText ?? ''",
            json!(selector)
        );
        self.value(&script)
            .await
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// How many elements match.
    pub(crate) async fn count(&self, selector: &str) -> u64 {
        let script = format!("document.querySelectorAll({}).length", json!(selector));
        self.value(&script).await.as_u64().unwrap()
    }

    /// The page's path with its query.
    pub(crate) async fn path(&self) -> String {
        let path = self.value("location.pathname + location.search").await;
        path.as_str().unwrap().to_owned()
    }

    /// Waits until an expression is truthy, and gives what it became.
    pub(crate) async fn until(&self, what: &str, expression: &str) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            // Between two documents there is nothing to ask.
            let told = self.try_value(expression).await;
            if let Ok(value) = &told
                && !matches!(value, Value::Null | Value::Bool(false))
                && *value != json!(0)
                && *value != json!("")
            {
                return value.clone();
            }
            if Instant::now() > deadline {
                self.give_up(
                    what,
                    &format!(
                        "{} is {told:?}",
                        expression.lines().last().unwrap_or_default()
                    ),
                )
                .await;
            }
            sleep(Duration::from_millis(25)).await;
        }
    }

    /// Waits until something with that text is in sight.
    pub(crate) async fn sees(&self, selector: &str, text: &str) {
        let script = format!("{AIM}({}, {}, false)", json!(selector), json!(text));
        self.until(&format!("{selector} with {text:?} is in sight"), &script)
            .await;
    }

    /// Clicks on the first that matches and has that text, with the mouse, once it is in sight.
    pub(crate) async fn click(&self, selector: &str, text: &str) {
        let script = format!("{AIM}({}, {}, true)", json!(selector), json!(text));
        let what = format!("{selector} with {text:?} can be clicked");
        let place = self.until(&what, &script).await;
        let point = Point::new(place["x"].as_f64().unwrap(), place["y"].as_f64().unwrap());
        self.page.click(point).await.unwrap();
    }

    /// Presses a key by its name: `Tab`, `Enter`, `?`; `Shift+` may stand before it.
    pub(crate) async fn press(&self, name: &str) {
        let (modifiers, name) = match name.strip_prefix("Shift+") {
            Some(name) => (8, name),
            None => (0, name),
        };
        let key = chromiumoxide::keys::get_key_definition(name)
            .unwrap_or_else(|| panic!("no key {name}"));
        let text = key.text.or((name.chars().count() == 1).then_some(key.key));
        let mut event = DispatchKeyEventParams::builder()
            .key(key.key)
            .code(key.code)
            .modifiers(modifiers)
            .windows_virtual_key_code(key.key_code);
        let mut down = DispatchKeyEventType::RawKeyDown;
        if let Some(text) = text {
            event = event.text(text);
            down = DispatchKeyEventType::KeyDown;
        }
        for kind in [down, DispatchKeyEventType::KeyUp] {
            self.page
                .execute(event.clone().r#type(kind).build().unwrap())
                .await
                .unwrap();
        }
    }

    /// Types a text into what has the focus.
    pub(crate) async fn types(&self, text: &str) {
        for letter in text.chars() {
            self.press(&letter.to_string()).await;
        }
    }

    async fn give_up(&self, what: &str, last: &str) -> ! {
        let place =
            self.try_value("location.href + '\\n' + document.body.innerText.slice(0, 3000)");
        let place = place.await.unwrap_or_default();
        panic!(
            "never: {what}\n{last}\nsaid: {:#?}\nat {}",
            self.watch.wrong(),
            place.as_str().unwrap_or_default()
        );
    }
}
