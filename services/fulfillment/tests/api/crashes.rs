//! Ends of the process in the middle of its work: nothing is lost, and nothing is done twice.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};

use contracts::Fault;
use fulfillment::order_store::{OrderStore, SqliteOrderStore};
use shared_telemetry::testing::SpanKind;

use crate::inventory::silent_port;
use crate::warehouse::{Running, Warehouse, eventually, order};

/// A dead member of the group is found out about soon; no sooner than the mock broker lets a new
/// group begin.
const SESSION: (&str, &str) = ("KAFKA_SESSION_TIMEOUT_MS", "4000");

/// Fulfillment as a process of its own. Dropping it kills it.
struct Process(Child);

impl Process {
    fn start(warehouse: &Warehouse, inventory: SocketAddr, settings: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fulfillment"));
        command
            .env_clear()
            .env("OTEL_TRACES_EXPORTER", "none")
            .env("OTEL_LOGS_EXPORTER", "none")
            .env("OTEL_METRICS_EXPORTER", "none")
            .envs(warehouse.settings(inventory))
            .envs(settings.iter().copied())
            .stdout(Stdio::null());
        Self(command.spawn().unwrap())
    }

    async fn ended(&mut self) -> ExitStatus {
        let child = std::cell::RefCell::new(&mut self.0);
        eventually("the process has ended", async || {
            child.borrow_mut().try_wait().unwrap()
        })
        .await
    }

    /// SIGKILL, as `kill -9`.
    fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn served(warehouse: &Warehouse) -> SocketAddr {
    let (listener, addr) = silent_port().await;
    warehouse.inventory.serve(listener);
    addr
}

async fn restart(warehouse: &Warehouse, inventory: SocketAddr) -> Running {
    let settings = [SESSION, ("DEMO_FAULTS", "on")];
    warehouse
        .start_with_inventory_at(inventory, &settings)
        .await
}

#[tokio::test]
async fn a_crash_that_is_asked_for_happens_once_and_the_next_delivery_tells_of_it() {
    let warehouse = Warehouse::open();
    let inventory = served(&warehouse).await;
    let settings = [SESSION, ("DEMO_FAULTS", "on")];
    let mut process = Process::start(&warehouse, inventory, &settings);
    let order = order("MUG-2");
    let checkout = warehouse
        .send_with_fault(&order, Fault::FulfillmentCrash)
        .await;
    let status = process.ended().await;
    assert_eq!(status.signal(), Some(6), "SIGABRT: {status}");
    assert_eq!(
        warehouse.inventory.calls().len(),
        1,
        "it crashed behind the reservation"
    );

    let running = restart(&warehouse, inventory).await;
    assert_eq!(running.order(&order.order_id).await["state"], "reserved");
    running.until_nothing_waits(1).await;
    running.stop().await;
    assert_eq!(warehouse.inventory.reserved().len(), 1);

    // What the first delivery did died with it. The second says that there was one, and where.
    let tree = warehouse.recorder.linked_to(checkout).pop().unwrap();
    let processed = tree.one("process order.created", SpanKind::Consumer);
    let crashed = processed.event_text("crash.survived", "app.crashed.trace_id");
    assert_eq!(crashed.len(), 32);
    assert_ne!(crashed, processed.trace_id().to_string());
    let events = processed.events();
    assert!(
        !events.contains(&"fault.injected"),
        "nothing goes wrong now: {events:?}"
    );
}

#[tokio::test]
async fn orders_in_hand_at_a_kill_are_fulfilled_once_by_the_next_process() {
    let warehouse = Warehouse::open();
    let inventory = served(&warehouse).await;
    // One batch, of which one order is done and the other is not when the process is killed.
    let (recorded, in_hand) = (order("MUG-2"), order("HANGS"));
    let first = warehouse.send(&recorded).await;
    let second = warehouse.send(&in_hand).await;
    let settings = [SESSION, ("BATCH_MAX_WAIT_MS", "2000")];
    let process = Process::start(&warehouse, inventory, &settings);
    let store = SqliteOrderStore::open(&warehouse.database()).await.unwrap();
    let known = async || store.find(&recorded.order_id).await.unwrap();
    eventually("one is recorded", known).await;
    let asked = async || (warehouse.inventory.calls().len() >= 2).then_some(());
    eventually("both are in hand", asked).await;
    store.close().await;
    process.kill();

    warehouse.inventory.mend();
    let running = restart(&warehouse, inventory).await;
    for order in [&recorded, &in_hand] {
        assert_eq!(running.order(&order.order_id).await["state"], "reserved");
    }
    running.until_nothing_waits(2).await;
    running.stop().await;
    let both = HashSet::from([recorded.order_id, in_hand.order_id]);
    assert_eq!(warehouse.inventory.reserved(), both);
    // Both came again, linked to their checkouts once more; for the first it was too late.
    for (checkout, duplicate) in [(first, true), (second, false)] {
        let deliveries = warehouse.deliveries(checkout);
        let processed = deliveries[0].named("process order.created");
        let its_own = processed
            .iter()
            .find(|span| span.links().any(|(trace, _)| trace == checkout));
        let events = its_own.unwrap().events();
        assert_eq!(events.contains(&"order.duplicate"), duplicate, "{events:?}");
    }
}
