//! One order through the four real services: HTTP, Kafka, gRPC and SQL, and the work between.

use propagation_harness::{Answer, Boundary, Observation, Shop, TIER};
use serde_json::Value;
use shared_telemetry::testing::{Active, SpanKind, SpanNode, TraceTree};
use tokio::sync::OnceCell;

pub(crate) const RESERVE: &str = "inventory.v1.Inventory/ReserveStock";

/// What one order has left behind.
pub(crate) struct Evidence {
    pub(crate) answer: Answer,
    pub(crate) recorded: TraceTree,
    /// The log lines that name the order, and those of pricing.
    pub(crate) lines: Vec<Value>,
}

/// The order is placed once; the tests look at it from all sides.
pub(crate) async fn evidence() -> &'static Evidence {
    static EVIDENCE: OnceCell<Evidence> = OnceCell::const_new();
    EVIDENCE.get_or_init(place_an_order).await
}

async fn place_an_order() -> Evidence {
    let observation = Observation::begin().await;
    let shop = Shop::open().await;
    let answer = shop.order(&[]).await;
    observation
        .recorded_when(|recorded| recorded.has("commit order.created"))
        .await;
    shop.close().await;
    let mut lines = observation.log_lines(&answer.order_id);
    lines.extend(observation.log_lines("\"quoted\""));
    Evidence {
        recorded: observation.recorded(),
        answer,
        lines,
    }
}

impl Evidence {
    pub(crate) fn one(&self, name: &str, kind: SpanKind) -> SpanNode<'_> {
        self.recorded.one(name, kind)
    }

    pub(crate) fn all(&self, name: &str, kind: &SpanKind) -> Vec<SpanNode<'_>> {
        let named = self.recorded.named(name).into_iter();
        named.filter(|span| span.kind() == *kind).collect()
    }
}

/// The customer's tier, which came with the baggage.
#[track_caller]
fn assert_gold(boundary: Boundary, span: SpanNode<'_>) {
    boundary.baggage(Some("gold"), Some(&span.text(TIER)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_work_of_the_gateway_is_one_tree() {
    let evidence = evidence().await;
    let (inside, recorded) = (Boundary::InsideGateway, &evidence.recorded);
    let server = evidence.one("POST /checkout", SpanKind::Server);
    inside.names(
        "trace id of the answer",
        &server.trace_id(),
        &evidence.answer.trace_id.to_string(),
    );
    let business = inside.child(recorded, server, SpanKind::Internal, "business.checkout");
    inside.children(recorded, business, SpanKind::Client, "GET", 2);
    inside.child(recorded, business, SpanKind::Internal, "score_fraud");
    inside.child(recorded, business, SpanKind::Producer, "send order.created");
}

#[tokio::test(flavor = "multi_thread")]
async fn pricing_answers_within_the_trace_of_the_gateway() {
    let evidence = evidence().await;
    let (hop, recorded) = (Boundary::HttpGatewayPricing, &evidence.recorded);
    hop.ended(recorded, &SpanKind::Client, "GET", 2);
    for client in evidence.all("GET", &SpanKind::Client) {
        let server = hop.child(recorded, client, SpanKind::Server, "GET /quote/{sku}");
        assert_gold(hop, server);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_work_and_the_sql_of_pricing_hang_on_its_request() {
    let evidence = evidence().await;
    let (inside, sql, recorded) = (
        Boundary::InsidePricing,
        Boundary::SqlPricing,
        &evidence.recorded,
    );
    for server in evidence.all("GET /quote/{sku}", &SpanKind::Server) {
        sql.child(recorded, server, SpanKind::Client, "SELECT items");
        let promotion = inside.child(recorded, server, SpanKind::Internal, "apply_promotion");
        sql.child(recorded, promotion, SpanKind::Client, "SELECT promotions");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fulfillment_links_to_the_producer_of_the_gateway() {
    let evidence = evidence().await;
    let (hop, recorded) = (Boundary::KafkaGatewayFulfillment, &evidence.recorded);
    let producer = evidence.one("send order.created", SpanKind::Producer);
    for name in ["process order.created", "process_batch order.created"] {
        hop.ended(recorded, &SpanKind::Consumer, name, 1);
        let consumer = evidence.one(name, SpanKind::Consumer);
        hop.own_trace(recorded, consumer, producer);
        hop.links(recorded, consumer, &[(producer.trace_id(), producer.id())]);
    }
    assert_gold(
        hop,
        evidence.one("process order.created", SpanKind::Consumer),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_work_and_the_sql_of_fulfillment_hang_on_its_message() {
    let evidence = evidence().await;
    let (inside, sql, recorded) = (
        Boundary::InsideFulfillment,
        Boundary::SqlFulfillment,
        &evidence.recorded,
    );
    let batch = evidence.one("process_batch order.created", SpanKind::Consumer);
    let process = inside.child(recorded, batch, SpanKind::Consumer, "process order.created");
    inside.child(recorded, process, SpanKind::Client, RESERVE);
    inside.child(recorded, batch, SpanKind::Client, "commit order.created");
    sql.child(recorded, process, SpanKind::Client, "SELECT orders");
    sql.child(recorded, process, SpanKind::Client, "INSERT orders");
}

#[tokio::test(flavor = "multi_thread")]
async fn inventory_answers_within_the_trace_of_fulfillment() {
    let evidence = evidence().await;
    let (hop, recorded) = (Boundary::GrpcFulfillmentInventory, &evidence.recorded);
    hop.ended(recorded, &SpanKind::Client, RESERVE, 1);
    let client = evidence.one(RESERVE, SpanKind::Client);
    hop.child(recorded, client, SpanKind::Server, RESERVE);
    assert_gold(hop, evidence.one("reserve_inventory", SpanKind::Internal));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_work_and_the_sql_of_inventory_hang_on_its_call() {
    let evidence = evidence().await;
    let (inside, sql, recorded) = (
        Boundary::InsideInventory,
        Boundary::SqlInventory,
        &evidence.recorded,
    );
    let server = evidence.one(RESERVE, SpanKind::Server);
    let work = inside.child(recorded, server, SpanKind::Internal, "reserve_inventory");
    for (name, count) in [
        ("INSERT reservations", 1),
        ("UPDATE stock", 2),
        ("INSERT reservation_lines", 2),
    ] {
        sql.children(recorded, work, SpanKind::Client, name, count);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unsampled_order_is_recorded_by_nobody() {
    let observation = Observation::begin().await;
    let shop = Shop::open_for_neighbours().await;
    let caller = Active::elsewhere(false, "");
    let answer = shop.order(&[("traceparent", &caller.traceparent())]).await;
    shop.reserved(&answer.order_id).await;
    shop.close().await;
    let recorded = observation.recorded();

    let hop = Boundary::HttpGatewayPricing;
    hop.names(
        "trace id of the answer",
        &caller.trace_id,
        &answer.trace_id.to_string(),
    );
    let of_the_request = [
        "POST /checkout",
        "business.checkout",
        "GET",
        "GET /quote/{sku}",
        "SELECT items",
        "send order.created",
    ];
    hop.not_recorded(&recorded, &of_the_request);
    let behind_the_queue = [
        "process_batch order.created",
        "process order.created",
        RESERVE,
        "reserve_inventory",
        "commit order.created",
    ];
    Boundary::KafkaGatewayFulfillment.not_recorded_behind(&recorded, &behind_the_queue);
}
