//! How the telemetry of a shop is set.

/// Which traces are recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tracing {
    /// `OTEL_SDK_DISABLED=true`: no spans at all, and nothing exported.
    Disabled,
    /// Spans are started and decided against.
    AlwaysOff,
    /// 5 % of the traces.
    Share,
    AlwaysOn,
}

/// A shop's settings, as variables.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    tracing: Tracing,
    logs: bool,
    more: Vec<(&'static str, String)>,
}

impl Setting {
    pub(crate) fn new(tracing: Tracing, logs: bool) -> Self {
        Self {
            tracing,
            logs,
            more: Vec::new(),
        }
    }

    /// One more variable for all services.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.more.push((name, value.to_owned()));
        self
    }

    pub(crate) fn tracing(&self) -> Tracing {
        self.tracing
    }

    /// True where a span may be recorded.
    pub(crate) fn is_recorded(&self) -> bool {
        matches!(self.tracing, Tracing::Share | Tracing::AlwaysOn)
    }

    /// As rows are named.
    pub(crate) fn name(&self) -> &'static str {
        match self.tracing {
            Tracing::Disabled => "disabled",
            Tracing::AlwaysOff => "always_off",
            Tracing::Share => "5 % sampled",
            Tracing::AlwaysOn => "always_on",
        }
    }

    pub(crate) fn logs(&self) -> &'static str {
        if self.logs { "on" } else { "off" }
    }

    /// For the demo, whose services have it too.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        let sampler = match self.tracing {
            Tracing::Disabled | Tracing::AlwaysOn => "parentbased_always_on",
            Tracing::AlwaysOff => "parentbased_always_off",
            Tracing::Share => "parentbased_traceidratio",
        };
        let disabled = self.tracing == Tracing::Disabled;
        let logs = if self.logs { "otlp" } else { "none" };
        let mut variables = vec![
            ("OTEL_SDK_DISABLED", disabled.to_string()),
            ("OTEL_TRACES_SAMPLER", sampler.to_owned()),
            ("OTEL_LOGS_EXPORTER", logs.to_owned()),
            ("RUST_LOG", "info".to_owned()),
        ];
        if self.tracing == Tracing::Share {
            variables.push(("OTEL_TRACES_SAMPLER_ARG", "0.05".to_owned()));
        }
        variables.extend(self.more.iter().cloned());
        variables
    }

    /// For the services alone: the demo itself says in its log that it is open.
    pub(crate) fn of_services(&self) -> Option<(&'static str, &'static str)> {
        (!self.logs).then_some(("RUST_LOG", "off"))
    }
}
