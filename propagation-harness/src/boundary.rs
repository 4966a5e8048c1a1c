//! The boundaries, in one list: every place where a context changes hands.

use std::fmt;

/// A place where a context changes hands, as failures and sabotage patches name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // The names say it.
pub enum Boundary {
    // Of the shop.
    HttpGatewayPricing,
    KafkaGatewayFulfillment,
    GrpcFulfillmentInventory,
    KafkaFulfillmentDeadLetter,
    SqlPricing,
    SqlFulfillment,
    SqlInventory,
    InsideGateway,
    InsidePricing,
    InsideFulfillment,
    InsideInventory,
    LogLines,
    // Of shared-telemetry alone.
    Http,
    Grpc,
    KafkaMessage,
    KafkaBatch,
    KafkaRetry,
    KafkaRedelivery,
    KafkaDeadLetter,
    Sql,
    Spawn,
    SpawnBlocking,
    Thread,
    Channel,
}

/// What carries the context across a boundary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Medium {
    Http,
    Grpc,
    Kafka,
    DeadLetter,
    Sql,
    Task,
    Log,
}

impl Boundary {
    /// All of them.
    pub const ALL: [Self; 24] = [
        Self::HttpGatewayPricing,
        Self::KafkaGatewayFulfillment,
        Self::GrpcFulfillmentInventory,
        Self::KafkaFulfillmentDeadLetter,
        Self::SqlPricing,
        Self::SqlFulfillment,
        Self::SqlInventory,
        Self::InsideGateway,
        Self::InsidePricing,
        Self::InsideFulfillment,
        Self::InsideInventory,
        Self::LogLines,
        Self::Http,
        Self::Grpc,
        Self::KafkaMessage,
        Self::KafkaBatch,
        Self::KafkaRetry,
        Self::KafkaRedelivery,
        Self::KafkaDeadLetter,
        Self::Sql,
        Self::Spawn,
        Self::SpawnBlocking,
        Self::Thread,
        Self::Channel,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::HttpGatewayPricing => "HTTP gateway → pricing",
            Self::KafkaGatewayFulfillment => "Kafka gateway → fulfillment",
            Self::GrpcFulfillmentInventory => "gRPC fulfillment → inventory",
            Self::KafkaFulfillmentDeadLetter => "Kafka fulfillment → dead letter",
            Self::SqlPricing => "SQL pricing → items, promotions",
            Self::SqlFulfillment => "SQL fulfillment → orders",
            Self::SqlInventory => "SQL inventory → stock",
            Self::InsideGateway => "tasks inside gateway",
            Self::InsidePricing => "tasks inside pricing",
            Self::InsideFulfillment => "tasks inside fulfillment",
            Self::InsideInventory => "tasks inside inventory",
            Self::LogLines => "log lines",
            Self::Http => "HTTP client → server",
            Self::Grpc => "gRPC client → server",
            Self::KafkaMessage => "Kafka producer → message",
            Self::KafkaBatch => "Kafka producers → batch",
            Self::KafkaRetry => "Kafka message → retry topic",
            Self::KafkaRedelivery => "Kafka message → redelivery",
            Self::KafkaDeadLetter => "Kafka message → dead letter",
            Self::Sql => "SQL statement",
            Self::Spawn => "task spawn",
            Self::SpawnBlocking => "task spawn_blocking",
            Self::Thread => "thread",
            Self::Channel => "channel",
        }
    }

    /// Where it is explained, from the root of the repository.
    #[must_use]
    pub fn lesson(self) -> String {
        let section = match self {
            Self::KafkaRetry | Self::KafkaRedelivery => "kafka-retry-and-redelivery",
            Self::SpawnBlocking | Self::Thread => "blocking-work-and-threads",
            Self::Channel => "channels",
            _ => match self.medium() {
                Medium::Http => "http",
                Medium::Grpc => "grpc",
                Medium::Kafka => "kafka",
                Medium::DeadLetter => "kafka-dead-letters",
                Medium::Sql => "sql",
                Medium::Task => "tasks",
                Medium::Log => "log-lines",
            },
        };
        format!("docs/propagation.md#{section}")
    }

    pub(crate) fn medium(self) -> Medium {
        match self {
            Self::HttpGatewayPricing | Self::Http => Medium::Http,
            Self::GrpcFulfillmentInventory | Self::Grpc => Medium::Grpc,
            Self::KafkaGatewayFulfillment
            | Self::KafkaMessage
            | Self::KafkaBatch
            | Self::KafkaRetry
            | Self::KafkaRedelivery => Medium::Kafka,
            Self::KafkaFulfillmentDeadLetter | Self::KafkaDeadLetter => Medium::DeadLetter,
            Self::SqlPricing | Self::SqlFulfillment | Self::SqlInventory | Self::Sql => Medium::Sql,
            Self::InsideGateway
            | Self::InsidePricing
            | Self::InsideFulfillment
            | Self::InsideInventory
            | Self::Spawn
            | Self::SpawnBlocking
            | Self::Thread
            | Self::Channel => Medium::Task,
            Self::LogLines => Medium::Log,
        }
    }
}

impl fmt::Display for Boundary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As GitHub makes an anchor of a heading.
    fn anchor(heading: &str) -> String {
        let kept = |char: &char| char.is_alphanumeric() || matches!(char, ' ' | '-' | '_');
        let text: String = heading.to_lowercase().chars().filter(kept).collect();
        text.trim().replace(' ', "-")
    }

    #[test]
    fn every_lesson_is_a_section_of_its_page() {
        let page = include_str!("../../docs/propagation.md");
        let headings = page.lines().filter_map(|line| line.strip_prefix("## "));
        let sections: Vec<_> = headings.map(anchor).collect();
        for boundary in Boundary::ALL {
            let lesson = boundary.lesson();
            let section = lesson.split_once('#').unwrap().1;
            assert!(
                sections.iter().any(|one| one == section),
                "{boundary}: no section {section} among {sections:?}"
            );
        }
    }

    #[test]
    fn no_name_is_given_twice() {
        let mut names: Vec<_> = Boundary::ALL.map(Boundary::name).into();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Boundary::ALL.len());
    }
}
