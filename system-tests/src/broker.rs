//! A demo's broker goes away and comes back, as its users can ask for.

use rustix::process::{Signal, kill_process};

use crate::Demo;

impl Demo {
    /// As `kill -USR1` does; returns when the broker is down.
    ///
    /// # Panics
    /// When the demo does not run, or does not say that it has done so.
    pub fn take_broker_away(&self) {
        self.ask(Signal::USR1, "the Kafka broker is down, as asked");
    }

    /// As `kill -USR2` does; returns when the broker is up again.
    ///
    /// # Panics
    /// When the demo does not run, or does not say that it has done so.
    pub fn bring_broker_back(&self) {
        self.ask(Signal::USR2, "the Kafka broker is up again, as asked");
    }

    fn ask(&self, signal: Signal, said: &str) {
        kill_process(self.own_process(), signal).unwrap();
        self.wait_for_line(said, |line| {
            line["service"] == "demo" && line["message"] == said
        });
    }
}
