//! Colours: one a service, in the order in which the services are met; red for what is wrong.

/// Cyan, yellow, green, magenta, blue, and the bright ones: red is kept for errors.
const PALETTE: [&str; 8] = ["36", "33", "32", "35", "34", "96", "93", "92"];

pub(crate) struct Paint {
    on: bool,
    services: Vec<String>,
}

impl Paint {
    pub(crate) const fn new(on: bool) -> Self {
        Self {
            on,
            services: Vec::new(),
        }
    }

    fn code(&self, code: &str, text: &str) -> String {
        if self.on && !text.is_empty() {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    /// `text` in the colour of `service`.
    pub(crate) fn service(&mut self, service: &str, text: &str) -> String {
        let known = self.services.iter().position(|name| name == service);
        let index = known.unwrap_or_else(|| {
            self.services.push(service.to_owned());
            self.services.len() - 1
        });
        self.code(PALETTE[index % PALETTE.len()], text)
    }

    pub(crate) fn wrong(&self, text: &str) -> String {
        self.code("1;31", text)
    }

    pub(crate) fn heading(&self, text: &str) -> String {
        self.code("1", text)
    }

    pub(crate) fn aside(&self, text: &str) -> String {
        self.code("2", text)
    }
}
