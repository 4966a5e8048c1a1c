//! `tracectl dlq`: the messages that were put aside, seen and sent once more.

mod choose;
mod letter;
mod letterbox;
mod list;
mod replay;
mod send;

use rdkafka::error::KafkaError;

use crate::Answer;
use crate::config::Dlq;

/// Why the dead letters can't be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unread {
    #[error("no Kafka client can be made: {0}")]
    Client(#[source] KafkaError),
    #[error("the Kafka broker at {brokers} does not answer: {reason}")]
    NoBroker { brokers: String, reason: KafkaError },
    #[error(
        "there is no topic {topic} at {brokers}: nothing was ever put aside there, or it is \
         another broker"
    )]
    NoTopic {
        topic: &'static str,
        brokers: String,
    },
    #[error(
        "the Kafka broker at {brokers} has been silent for {waited}{last}; dead letters are \
         missing, so none are told (--timeout gives it longer)"
    )]
    Silent {
        brokers: String,
        waited: String,
        /// The last error, behind ": ".
        last: String,
    },
    #[error("the replay can't be traced: {0}")]
    Telemetry(#[from] shared_telemetry::StartError),
}

pub(crate) async fn run(command: &Dlq) -> Result<Answer, Unread> {
    match command {
        Dlq::List(settings) => list::run(settings).await,
        Dlq::Replay(settings) => replay::run(settings).await,
    }
}
