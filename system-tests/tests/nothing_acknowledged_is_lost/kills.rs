//! `kill -9` of each service while orders come in; the demo starts it again.

use rustix::process::Signal;
use system_tests::Customers;

use crate::{EXPORT, all_is_well, shop};

const ORDERS: usize = 150;

/// Spans that had not ended, or had ended and not left, die with their process. So the orphans are
/// the killed service's own spans and those that it has called for, and no more.
struct Fallout {
    service: &'static str,
    /// What it calls, as `service name` of the SERVER span.
    calls: &'static [&'static str],
    /// A checkout's PRODUCER span may be among the dead; and who sent an order and died before the
    /// customer heard of it sends it again, for fulfillment to know by its id.
    producers_may_be_missing: bool,
    /// An order's CONSUMER span may be among the dead.
    consumers_may_be_missing: bool,
}

async fn killed_in_mid_load(fallout: Fallout) {
    let (demo, ledger) = shop().await;
    let demo = demo.start();
    let customers = Customers::default();
    customers.order(&demo, ORDERS / 3).await;
    let before = demo.process_of(fallout.service);
    tokio::join!(customers.order(&demo, ORDERS * 2 / 3), async {
        let third = ORDERS / 3;
        while customers.promised() < third + 10 {
            tokio::task::yield_now().await;
        }
        demo.signal(fallout.service, Signal::KILL);
    });
    customers.are_served(&demo).await;
    assert_ne!(demo.process_of(fallout.service), before, "it was killed");

    let verdict = ledger.verdict(&customers.acknowledged(), EXPORT / 2).await;
    assert_eq!(verdict.orders, ORDERS);
    assert_eq!(verdict.taken_twice, [""; 0], "{verdict}");
    for orphan in &verdict.orphans {
        let own = orphan.starts_with(fallout.service);
        assert!(own || fallout.calls.contains(&orphan.as_str()), "{verdict}");
    }
    if !fallout.consumers_may_be_missing {
        // Whose PRODUCER span is missing can't be seen to be linked; nobody else lacks his link.
        let mut unlinked = verdict.lost.iter();
        assert!(
            unlinked.all(|id| verdict.untraced.contains(id)),
            "{verdict}"
        );
    }
    if !fallout.producers_may_be_missing {
        assert_eq!(verdict.untraced, [""; 0], "{verdict}");
        assert_eq!(verdict.doubled, [""; 0], "{verdict}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_pricing_costs_no_order() {
    killed_in_mid_load(Fallout {
        service: "pricing",
        calls: &[],
        producers_may_be_missing: false,
        consumers_may_be_missing: false,
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_gateway_costs_no_order_that_it_has_acknowledged_and_doubles_none() {
    killed_in_mid_load(Fallout {
        service: "gateway",
        calls: &["pricing GET /quote/{sku}"],
        producers_may_be_missing: true,
        consumers_may_be_missing: false,
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_fulfillment_costs_no_order_and_reserves_none_twice() {
    killed_in_mid_load(Fallout {
        service: "fulfillment",
        calls: &["inventory inventory.v1.Inventory/ReserveStock"],
        producers_may_be_missing: false,
        consumers_may_be_missing: true,
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_inventory_costs_no_order_and_reserves_none_twice() {
    killed_in_mid_load(Fallout {
        service: "inventory",
        calls: &[],
        producers_may_be_missing: false,
        consumers_may_be_missing: false,
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_fault_every_order_is_one_unbroken_story() {
    let (demo, ledger) = shop().await;
    let demo = demo.start();
    let customers = Customers::default();
    customers.order(&demo, ORDERS).await;
    assert_eq!(customers.refusals(), 0, "nobody was asked to come again");
    let verdict = all_is_well(&demo, &ledger, &customers).await;
    assert_eq!((verdict.orders, verdict.orphaned_spans), (ORDERS, 0));
}
