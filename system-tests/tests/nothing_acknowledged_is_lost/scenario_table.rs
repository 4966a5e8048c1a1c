//! Which test shows which scenario, and why some are shown by none.

use crate::scenarios::Row;

const BROKER: &str = "system-tests/tests/nothing_acknowledged_is_lost/broker.rs";
const CLOCK: &str = "system-tests/tests/nothing_acknowledged_is_lost/clock.rs";
const CLUSTER: &str = "system-tests/tests/nothing_acknowledged_is_lost/cluster.rs";
const KILLS: &str = "system-tests/tests/nothing_acknowledged_is_lost/kills.rs";
const MEMBERS: &str = "system-tests/tests/nothing_acknowledged_is_lost/members.rs";
const MESSAGES: &str = "system-tests/tests/nothing_acknowledged_is_lost/messages.rs";
const CRASHES: &str = "services/fulfillment/tests/api/crashes.rs";
const DEAD_LETTERS: &str = "services/fulfillment/tests/api/dead_letters.rs";
const GROUPS: &str = "services/fulfillment/tests/api/groups.rs";
const FAILURES: &str = "services/gateway/tests/api/failures.rs";
const IDEMPOTENCY: &str = "services/gateway/tests/api/idempotency.rs";
const KAFKA_CONSUMER: &str = "shared-telemetry/tests/kafka/consumer.rs";
const KAFKA_CROSSING: &str = "shared-telemetry/tests/kafka/crossing.rs";
const KAFKA_GROUP: &str = "shared-telemetry/tests/kafka/group.rs";
const KAFKA_PRODUCER: &str = "shared-telemetry/tests/kafka/producer.rs";
const KAFKA_REDELIVERY: &str = "shared-telemetry/tests/kafka/redelivery.rs";

const OUTAGE: (&str, &str) = (
    BROKER,
    "while_the_broker_is_down_customers_are_refused_in_time_and_then_all_goes_on",
);
const LONG_OUTAGE: (&str, &str) = (
    BROKER,
    "an_outage_longer_than_the_session_brings_what_was_in_hand_again_and_doubles_nothing",
);
const ROLLED: (&str, &str) = (
    CLUSTER,
    "while_a_cluster_is_rolled_no_order_is_lost_doubled_or_passed_over",
);
const REFUSED: (&str, &str) = (
    CLUSTER,
    "a_broker_that_refuses_for_a_moment_gets_each_order_once_and_its_span_is_no_failure",
);
const OFFSETS: (&str, &str) = (
    CLUSTER,
    "a_consumer_that_is_not_told_its_offsets_at_once_waits_and_begins_at_no_other_place",
);
const STOOD_STILL: (&str, &str) = (
    MEMBERS,
    "a_fulfillment_that_stood_still_commits_nothing_late_and_doubles_nothing",
);
const TWICE: (&str, &str) = (
    MESSAGES,
    "messages_that_come_twice_and_in_any_order_take_stock_once_and_each_has_its_span",
);
const NO_ORDER: (&str, &str) = (
    MESSAGES,
    "what_is_no_order_is_put_aside_and_the_orders_between_are_not_delayed",
);
const CONTEXTS: (&str, &str) = (
    MESSAGES,
    "a_context_that_is_missing_or_broken_is_no_link_and_the_order_is_fulfilled_all_the_same",
);
const COME_AND_GO: (&str, &str) = (
    GROUPS,
    "members_that_come_and_go_lose_no_order_and_double_no_effect",
);
const FAILED_COMMIT: (&str, &str) = (
    GROUPS,
    "a_commit_that_fails_brings_the_order_again_and_it_changes_nothing",
);
const GIVEN_BACK: (&str, &str) = (
    KAFKA_REDELIVERY,
    "what_is_left_and_all_behind_it_comes_again_after_the_pause_and_is_not_committed",
);
const KILLED_FULFILLMENT: (&str, &str) = (
    KILLS,
    "a_killed_fulfillment_costs_no_order_and_reserves_none_twice",
);
const LOST_SESSION: (&str, &str) = (
    KAFKA_GROUP,
    "work_that_outlasts_the_session_of_a_lost_broker_is_not_committed_but_comes_again",
);

const NO_TRANSACTIONS: &str = "Kafka's transactions are not used: a message is delivered at least \
    once, and the order's id makes its effect one. Nothing is ever aborted.";

const fn shown(id: &'static str, tests: &'static [(&'static str, &'static str)]) -> Row {
    Row {
        id,
        tests,
        note: "",
    }
}

const fn not_shown(id: &'static str, note: &'static str) -> Row {
    Row {
        id,
        tests: &[],
        note,
    }
}

/// One row for each scenario.
pub(crate) const TABLE: &[Row] = &[
    shown("inv-lost-write", &[OUTAGE, KILLED_FULFILLMENT]),
    not_shown("inv-G1a", NO_TRANSACTIONS),
    not_shown("inv-precommitted-read", NO_TRANSACTIONS),
    not_shown(
        "inv-inconsistent-offsets",
        "This is the broker's own promise: a test of it needs a replicated log, and the broker of \
         the tests keeps one copy in memory.",
    ),
    shown("inv-duplicate", &[REFUSED]),
    shown("inv-poll-skip", &[ROLLED, GIVEN_BACK]),
    shown("inv-nonmonotonic-poll", &[GIVEN_BACK]),
    shown("inv-int-poll-skip", &[GIVEN_BACK]),
    shown(
        "inv-nonmonotonic-send",
        &[(
            KAFKA_PRODUCER,
            "a_producer_span_says_where_the_broker_has_put_the_message",
        )],
    ),
    shown("inv-unseen", &[OUTAGE, LONG_OUTAGE, ROLLED]),
    shown("inv-consume-count", &[TWICE, FAILED_COMMIT]),
    shown(
        "jepsen-kill-consumer",
        &[
            KILLED_FULFILLMENT,
            (
                CRASHES,
                "orders_in_hand_at_a_kill_are_fulfilled_once_by_the_next_process",
            ),
        ],
    ),
    shown("jepsen-pause-consumer", &[STOOD_STILL]),
    shown(
        "jepsen-kill-producer",
        &[
            (
                KILLS,
                "a_killed_gateway_costs_no_order_that_it_has_acknowledged_and_doubles_none",
            ),
            (
                IDEMPOTENCY,
                "after_a_crash_between_writing_and_sending_the_retry_sends_the_written_order",
            ),
        ],
    ),
    shown(
        "jepsen-partition-broker",
        &[
            OUTAGE,
            LONG_OUTAGE,
            (
                BROKER,
                "services_that_start_without_a_broker_wait_for_it_and_promise_nothing",
            ),
        ],
    ),
    Row {
        id: "jepsen-clock-skew",
        tests: &[(
            CLOCK,
            "a_clock_that_is_set_back_and_forth_breaks_no_order_and_makes_no_impossible_span",
        )],
        note: "the lag is a difference of offsets, no clock is in it",
    },
    Row {
        id: "jepsen-membership",
        tests: &[ROLLED],
        note: "leaders and the coordinator move; the number of partitions stays, because the \
            broker of the tests can't change it",
    },
    shown("mock-storage-err", &[REFUSED]),
    shown("mock-commit-rebalance", &[FAILED_COMMIT]),
    shown("mock-cluster-roll", &[ROLLED]),
    shown("mock-session-timeout", &[LOST_SESSION, LONG_OUTAGE]),
    Row {
        id: "mock-commit-on-lost",
        tests: &[LOST_SESSION, STOOD_STILL, FAILED_COMMIT],
        note: "nothing is committed in a callback here",
    },
    shown("commit-in-rebalance", &[COME_AND_GO]),
    shown(
        "max-poll-interval",
        &[(
            KAFKA_GROUP,
            "work_that_outlasts_the_poll_interval_is_not_committed_but_comes_again",
        )],
    ),
    shown("offset-reset-permanent-err", &[ROLLED]),
    not_shown(
        "fetch-out-of-range",
        "Nobody fetches from a follower: no consumer has a rack. What `auto.offset.reset` does \
         when the log itself was cut is not tested yet.",
    ),
    shown("idempotence-possibly-persisted", &[REFUSED]),
    Row {
        id: "exp-backoff",
        tests: &[REFUSED],
        note: "for Produce; the waits of the other requests are librdkafka's defaults",
    },
    shown("offset-fetch-commit-err", &[OFFSETS, FAILED_COMMIT]),
    not_shown("txn-recoverable", NO_TRANSACTIONS),
    not_shown("txn-fenced", NO_TRANSACTIONS),
    not_shown("txn-timeout", NO_TRANSACTIONS),
    not_shown("txn-coordinator-switch", NO_TRANSACTIONS),
    shown("metadata-leader-change", &[ROLLED]),
    shown(
        "pause-resume",
        &[
            GIVEN_BACK,
            (
                KAFKA_REDELIVERY,
                "a_partition_that_holds_still_holds_up_no_other",
            ),
        ],
    ),
    not_shown(
        "kip848-fatal",
        "The group protocol is the classic one, librdkafka's default: there is no \
         ConsumerGroupHeartbeat.",
    ),
    shown(
        "msg-timeout",
        &[
            OUTAGE,
            (
                FAILURES,
                "an_unreachable_broker_is_a_503_with_retry_after_and_nothing_is_promised",
            ),
        ],
    ),
    Row {
        id: "headers",
        tests: &[
            CONTEXTS,
            (
                KAFKA_CROSSING,
                "a_header_added_on_the_way_beats_the_one_before_it_in_any_case",
            ),
        ],
        note: "of a repeated header the last one counts",
    },
    shown(
        "app-poison",
        &[
            NO_ORDER,
            (
                DEAD_LETTERS,
                "what_can_never_be_an_order_is_put_aside_at_once_and_nobody_is_asked",
            ),
        ],
    ),
    shown(
        "app-tombstone",
        &[
            NO_ORDER,
            (
                KAFKA_CROSSING,
                "a_record_without_a_value_says_so_on_its_span",
            ),
        ],
    ),
    shown("app-no-context", &[CONTEXTS]),
    shown("app-bad-context", &[CONTEXTS]),
    shown(
        "app-batch",
        &[(
            KAFKA_CONSUMER,
            "a_batch_is_a_trace_of_its_own_that_links_every_producer",
        )],
    ),
    shown("app-dup-delivery", &[TWICE]),
];
