//! Faults that a caller may ask for, one request at a time, by the baggage entry `demo.fault`.
//!
//! The value is `service.fault`; several are separated by `+`. Each service looks for its own
//! faults and ignores those of others, so that one entry reaches whom it names, through Kafka
//! too. Nobody listens unless `DEMO_FAULTS=on`.

/// The key of the baggage entry.
pub const BAGGAGE_KEY: &str = "demo.fault";

/// Between two faults of one entry.
const SEPARATOR: char = '+';

/// A service's ear for faults: `DEMO_FAULTS` of its environment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Faults {
    listening: bool,
}

impl Faults {
    /// Whether requests may ask for faults at all.
    #[must_use]
    pub const fn new(listening: bool) -> Self {
        Self { listening }
    }

    /// True when requests may ask for faults: an edge need not let the entry in otherwise.
    #[must_use]
    pub const fn listening(self) -> bool {
        self.listening
    }

    /// Whether the current request asks for `fault`. If so the current span says that what now
    /// goes wrong was asked for, by the event `fault.injected`.
    #[must_use]
    pub fn asked(self, fault: Fault) -> bool {
        let asked = self.listening
            && shared_telemetry::baggage::get(BAGGAGE_KEY).is_some_and(|entry| fault.is_in(&entry));
        if asked {
            tracing::warn!(
                name: "fault.injected",
                { app.fault = fault.name() },
                "the request asks for this fault"
            );
        }
        asked
    }
}

/// Something that goes wrong because a caller wants to see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// pricing answers two seconds late.
    PricingSlow,
    /// pricing fails with 500.
    PricingError,
    /// inventory answers two seconds late.
    InventorySlow,
    /// inventory fails with INTERNAL.
    InventoryError,
    /// inventory has nothing left of anything.
    InventoryOutOfStock,
    /// fulfillment takes the order for a message that can never be processed.
    FulfillmentPoison,
    /// fulfillment's process ends in the middle of the order, once.
    FulfillmentCrash,
    /// The broker rejects the gateway's message.
    GatewayBrokerRejects,
}

impl Fault {
    /// All of them, in the order in which a checkout meets them.
    pub const ALL: [Self; 8] = [
        Self::PricingSlow,
        Self::PricingError,
        Self::GatewayBrokerRejects,
        Self::FulfillmentPoison,
        Self::FulfillmentCrash,
        Self::InventorySlow,
        Self::InventoryError,
        Self::InventoryOutOfStock,
    ];

    /// Its name in the entry.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PricingSlow => "pricing.slow",
            Self::PricingError => "pricing.error",
            Self::InventorySlow => "inventory.slow",
            Self::InventoryError => "inventory.error",
            Self::InventoryOutOfStock => "inventory.out_of_stock",
            Self::FulfillmentPoison => "fulfillment.poison",
            Self::FulfillmentCrash => "fulfillment.crash",
            Self::GatewayBrokerRejects => "gateway.broker_rejects",
        }
    }

    /// Whether the entry's value asks for this fault.
    #[must_use]
    pub fn is_in(self, entry: &str) -> bool {
        entry
            .split(SEPARATOR)
            .any(|asked| asked.trim() == self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_may_ask_for_several_faults() {
        let entry = "pricing.slow+inventory.error";
        let asked: Vec<_> = Fault::ALL.into_iter().filter(|f| f.is_in(entry)).collect();
        assert_eq!(asked, [Fault::PricingSlow, Fault::InventoryError]);
    }

    #[test]
    fn what_is_not_a_fault_asks_for_nothing() {
        for entry in ["", "on", "pricing", "pricing.slower", "pricing.slow,x", "+"] {
            assert!(
                Fault::ALL.iter().all(|fault| !fault.is_in(entry)),
                "{entry}"
            );
        }
    }
}
