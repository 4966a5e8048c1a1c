//! Where the messages of a batch are from, told once for all of them.

use std::sync::Arc;

use rdkafka::TopicPartitionList;

/// A partition, and what the spans of all its messages say alike.
#[derive(Debug)]
pub(super) struct Origin {
    pub(super) topic: Arc<str>,
    pub(super) partition: i32,
    /// The partition's number as the text that an attribute wants.
    pub(super) partition_id: Arc<str>,
    pub(super) group: Arc<str>,
    /// Of a process span.
    pub(super) span_name: String,
}

/// The partitions that a batch has messages of.
pub(super) struct Origins {
    group: Arc<str>,
    known: Vec<Arc<Origin>>,
}

impl Origins {
    pub(super) fn new(group: Arc<str>) -> Self {
        let known = Vec::new();
        Self { group, known }
    }

    pub(super) fn of(&mut self, topic: &str, partition: i32) -> Arc<Origin> {
        // Messages come in runs of one partition, so the latest is the likely one.
        let mut latest = self.known.iter().rev();
        let same = |origin: &&Arc<Origin>| origin.partition == partition && *origin.topic == *topic;
        if let Some(origin) = latest.find(same) {
            return Arc::clone(origin);
        }
        let origin = Arc::new(Origin {
            topic: topic.into(),
            partition,
            partition_id: partition.to_string().into(),
            group: Arc::clone(&self.group),
            span_name: format!("process {topic}"),
        });
        self.known.push(Arc::clone(&origin));
        origin
    }

    /// The partitions that are not among `ours`.
    pub(super) fn strange_to(mut self, ours: &TopicPartitionList) -> Vec<Arc<Origin>> {
        self.known.retain(|origin| {
            let partition = ours.find_partition(&origin.topic, origin.partition);
            partition.is_none()
        });
        self.known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACES: [(&str, i32); 4] = [("orders", 0), ("orders", 1), ("returns", 0), ("orders", 0)];

    fn origins() -> (Origins, Vec<Arc<Origin>>) {
        let mut origins = Origins::new("fulfillment".into());
        let of_each = PLACES.map(|(topic, partition)| origins.of(topic, partition));
        (origins, of_each.into())
    }

    #[test]
    fn messages_of_one_partition_share_what_is_said_of_it_in_any_order() {
        let (origins, of_each) = origins();
        assert_eq!(origins.known.len(), 3);
        assert!(Arc::ptr_eq(&of_each[0], &of_each[3]));
        for ((topic, partition), origin) in PLACES.iter().zip(&of_each) {
            assert_eq!((&*origin.topic, origin.partition), (*topic, *partition));
            assert_eq!(*origin.partition_id, partition.to_string());
            assert_eq!(origin.span_name, format!("process {topic}"));
            assert_eq!(&*origin.group, "fulfillment");
        }
    }

    #[test]
    fn a_partition_that_was_given_to_another_member_is_strange_and_no_other() {
        let (origins, of_each) = origins();
        let mut ours = TopicPartitionList::new();
        ours.add_partition("orders", 0);
        ours.add_partition("returns", 0);
        ours.add_partition("orders", 7);
        let strange = origins.strange_to(&ours);
        assert_eq!(strange.len(), 1);
        assert!(Arc::ptr_eq(&strange[0], &of_each[1]));
    }
}
