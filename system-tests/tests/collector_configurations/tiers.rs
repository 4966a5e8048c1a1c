//! Three tiers of collectors between a test and stand-ins for the backends.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::collector::{Collector, Settings};
use crate::stack::{Backends, files};
use crate::until;

/// How long the samplers of a test wait, in seconds: for a root's trace, and for one without.
pub(crate) const WAITS: [u64; 2] = [2, 3];

pub(crate) struct Tiers {
    pub(crate) backends: Backends,
    pub(crate) agents: Vec<Collector>,
    pub(crate) loadbalancers: Vec<Collector>,
    pub(crate) samplers: Vec<Collector>,
}

/// As the list of samplers is given to a load balancer.
pub(crate) fn list(samplers: &[Collector]) -> String {
    let all: Vec<_> = samplers.iter().map(Collector::address).collect();
    all.join(",")
}

impl Tiers {
    /// So many load balancers, each with an agent before it, and samplers; none of them runs.
    pub(crate) fn new(
        program: &Path,
        [loadbalancers, samplers]: [usize; 2],
        more: &[(&'static str, &str)],
    ) -> Self {
        let backends = Backends::new(program);
        let made = |role: &str, settings: &Settings| {
            let all = [backends.settings(), settings.clone()].concat();
            Collector::new(program, files(role), backends.place(), all)
        };
        let owned = |(name, value): &(&'static str, &str)| (*name, (*value).to_owned());
        let mut of_samplers: Settings = vec![
            ("TAIL_WAIT_AFTER_ROOT", format!("{}s", WAITS[0])),
            ("TAIL_WAIT", format!("{}s", WAITS[1])),
            ("TAIL_QUIET_SPANS_PER_SECOND", "0".to_owned()),
        ];
        of_samplers.extend(more.iter().map(owned));
        let samplers: Vec<_> = (0..samplers)
            .map(|_| made("sampler", &of_samplers))
            .collect();
        let of_loadbalancers = vec![("SAMPLERS", list(&samplers))];
        let loadbalancers: Vec<_> = (0..loadbalancers)
            .map(|_| made("loadbalancer", &of_loadbalancers))
            .collect();
        let agent = |to: &Collector| made("agent", &vec![("LOADBALANCER_OTLP", to.address())]);
        let agents = loadbalancers.iter().map(agent).collect();
        Self {
            agents,
            loadbalancers,
            samplers,
            backends,
        }
    }

    pub(crate) async fn start(&mut self) {
        self.backends.start().await;
        for collector in self.samplers.iter_mut() {
            collector.start().await;
        }
        for collector in self.loadbalancers.iter_mut() {
            collector.start().await;
        }
        for collector in self.agents.iter_mut() {
            collector.start().await;
        }
    }

    /// The sum of a metric over these samplers.
    pub(crate) async fn of_samplers(&self, name: &str, label: &str) -> f64 {
        let mut sum = 0.0;
        for sampler in &self.samplers {
            sum += sampler.own_metric(name, label).await;
        }
        sum
    }

    /// When nothing waits anywhere, and nothing has come for longer than a sampler waits.
    pub(crate) async fn quiet(&self) {
        let mut last = (0, Instant::now());
        until("quiet", Duration::from_secs(120), async || {
            let came = self.backends.text("tempo").len();
            if came != last.0 {
                last = (came, Instant::now());
            }
            let queues = "otelcol_exporter_queue_size";
            let mut waiting = 0.0;
            for collector in self.agents.iter().chain(&self.loadbalancers) {
                waiting += collector.own_metric(queues, "data_type=\"traces\"").await;
            }
            waiting += self.of_samplers(queues, "data_type=\"traces\"").await;
            let memory = "otelcol_processor_tail_sampling_sampling_traces_on_memory";
            waiting += self.of_samplers(memory, "").await;
            let still = last.1.elapsed() > Duration::from_secs(WAITS[1] + 2);
            (waiting == 0.0 && still).then_some(())
        })
        .await;
    }
}
