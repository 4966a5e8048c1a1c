//! A full disk under one service while orders come in.
//!
//! A limit on the size of its files stands in for the full disk: writes fail with EFBIG where a
//! full disk fails with ENOSPC, and SQLite reports an I/O error where it would report "disk is
//! full". It needs no rights and can be lifted again, as a disk is cleaned up, while the service
//! runs on.

use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, prlimit};
use system_tests::{Customers, Demo, DemoBuilder, Ledger};

use crate::{all_is_well, export_to, retries};

const BEFORE: usize = 20;
const MEANWHILE: usize = 40;

/// How large a service's files may be, `None` for any size.
fn limit_files(demo: &Demo, service: &str, bytes: Option<u64>) {
    let limit = Rlimit {
        current: bytes,
        maximum: None,
    };
    prlimit(demo.process_of(service), Resource::Fsize, limit).unwrap();
}

async fn fills_up(service: &str, noticed: impl Fn(&Demo, &Customers) -> bool) {
    let ledger = Ledger::start().await;
    // Without the signal that ends a process at the limit, the write fails and is told so.
    let binary = env!("CARGO_BIN_EXE_demo-under-test");
    let demo = DemoBuilder::through(&["env", "--ignore-signal=XFSZ"], binary);
    let demo = export_to(&ledger, demo).start();
    let pid = demo.process_of(service);
    let customers = Customers::default();
    customers.order(&demo, BEFORE).await;

    limit_files(&demo, service, Some(4096));
    tokio::join!(customers.order(&demo, MEANWHILE), async {
        let deadline = Instant::now() + Duration::from_secs(30);
        while !noticed(&demo, &customers) {
            assert!(Instant::now() < deadline, "nobody noticed the full disk");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        limit_files(&demo, service, None);
    });
    all_is_well(&demo, &ledger, &customers).await;
    assert_eq!(demo.process_of(service), pid, "it recovered by itself");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_fulfillment_s_disk_is_full_orders_wait() {
    fills_up("fulfillment", |demo, _| retries(demo) > 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_inventory_s_disk_is_full_orders_wait() {
    fills_up("inventory", |demo, _| retries(demo) > 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_gateway_s_disk_is_full_nothing_is_promised() {
    fills_up("gateway", |_, customers| customers.refusals() > 3).await;
}
