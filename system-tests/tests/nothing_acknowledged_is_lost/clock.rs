//! The system clock is set back by an hour, and forth again, while orders come in.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use system_tests::{Customers, DemoBuilder, Ledger};

use crate::{all_is_well, export_to};

/// No span of this test lasts longer, in nanoseconds: a pricing that is asked to be slow takes
/// two seconds.
const LONGEST: u64 = 60 * 1_000_000_000;

/// libfaketime, of Debian's package `faketime`, loaded into every process of the demo.
fn library() -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib").ok()?;
    let candidates = folders
        .flatten()
        .map(|folder| folder.path().join("faketime/libfaketimeMT.so.1"));
    let found = candidates.into_iter().find(|path| path.exists());
    if found.is_none() {
        #[allow(clippy::disallowed_methods)] // A test may ask where it runs.
        let in_ci = std::env::var_os("CI").is_some();
        assert!(!in_ci, "no libfaketime: install the package faketime");
        eprintln!("skipped: no libfaketime");
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_back_and_forth_breaks_no_order_and_makes_no_impossible_span() {
    let Some(library) = library() else { return };
    let folder = tempfile::tempdir().unwrap();
    let offset = folder.path().join("offset");
    // In one step: half a file would be another time.
    let set = |to: &str| {
        let next = folder.path().join("next");
        std::fs::write(&next, to).unwrap();
        std::fs::rename(&next, &offset).unwrap();
    };
    set("+0");
    let ledger = Ledger::start().await;
    let demo = DemoBuilder::new(env!("CARGO_BIN_EXE_demo-under-test"))
        .env("LD_PRELOAD", library.to_str().unwrap())
        .env("FAKETIME_TIMESTAMP_FILE", offset.to_str().unwrap())
        .env("FAKETIME_NO_CACHE", "1")
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    let demo = export_to(&ledger, demo).start();
    let injected = || {
        demo.log_lines(|line| !line["fields"]["app.fault"].is_null())
            .len()
    };
    let slow = Customers::with_baggage("demo.fault=pricing.slow");
    for moved in ["-3600", "+0"] {
        let told = injected();
        // The clock moves while spans are open: those that wait for a slow price.
        tokio::join!(slow.order(&demo, 8), async {
            let deadline = Instant::now() + Duration::from_secs(30);
            while injected() == told {
                assert!(Instant::now() < deadline, "nobody is slow");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            set(moved);
        });
    }
    all_is_well(&demo, &ledger, &slow).await;
    let lines = demo.log_lines(|line| line["service"] == "gateway");
    let hours: HashSet<_> = lines
        .iter()
        .map(|line| line["timestamp"].as_str().unwrap()[..13].to_owned())
        .collect();
    assert!(hours.len() > 1, "the clock was never set: {hours:?}");
    ledger.read(|spans| {
        for span in spans {
            let (start, end) = span.time;
            let name = format!("{} {}", span.service, span.name);
            assert!(start <= end, "{name} ends before it starts: {start} {end}");
            assert!(end - start < LONGEST, "{name} lasts {} ns", end - start);
        }
    });
}
