//! Instructions of the viewer's process, counted by callgrind.

use std::{fs, process::Command, sync::atomic::AtomicU32, sync::atomic::Ordering};

use trace_viewer::Limits;

use crate::{large, offer::Offer, viewer::Viewer};

/// Of 1,792 spans each.
const ROUNDS: [u64; 2] = [4, 8];
const FETCHES: [u64; 2] = [1, 3];

/// For each span, in a store that is full: an old span goes for every one that comes.
pub(crate) async fn of_a_span() -> Option<f64> {
    let limits = Limits {
        traces: 200,
        ..Limits::default()
    };
    let mut counts = [0; 2];
    for (count, rounds) in counts.iter_mut().zip(ROUNDS) {
        let (viewer, profile) = under_callgrind(limits)?;
        for export in Offer::rounds(rounds).exports() {
            viewer.export(export).await;
        }
        *count = total(viewer, &profile)?;
    }
    let spans = ROUNDS.map(|rounds| Offer::rounds(rounds).spans());
    Some(ratio(counts, spans))
}

pub(crate) async fn of_a_large_trace() -> Option<f64> {
    let mut counts = [0; 2];
    for (count, fetches) in counts.iter_mut().zip(FETCHES) {
        let (viewer, profile) = under_callgrind(Limits::default())?;
        large::send(&viewer).await;
        for _ in 0..fetches {
            viewer.get(&large::path()).await;
        }
        *count = total(viewer, &profile)?;
    }
    Some(ratio(counts, FETCHES))
}

#[allow(clippy::cast_precision_loss)] // Far below 2⁵³.
fn ratio(counts: [u64; 2], of: [u64; 2]) -> f64 {
    (counts[1] - counts[0]) as f64 / (of[1] - of[0]) as f64
}

/// None, and a line that says so, where there is no valgrind.
fn under_callgrind(limits: Limits) -> Option<(Viewer, std::path::PathBuf)> {
    static RUN: AtomicU32 = AtomicU32::new(0);
    let mut version = Command::new("valgrind");
    if version.arg("--version").output().is_err() {
        println!("no valgrind: no instructions");
        return None;
    }
    let run = RUN.fetch_add(1, Ordering::Relaxed);
    let profile = format!("viewer-{}-{run}.callgrind", std::process::id());
    let profile = std::env::temp_dir().join(profile);
    let mut command = Command::new("valgrind");
    command
        .args(["--quiet", "--tool=callgrind"])
        .arg(format!("--callgrind-out-file={}", profile.display()))
        .arg(std::env::current_exe().expect("this program"));
    Some((Viewer::start_by(command, limits), profile))
}

fn total(viewer: Viewer, profile: &std::path::Path) -> Option<u64> {
    viewer.stop();
    let told = fs::read_to_string(profile).ok()?;
    if std::env::args().any(|argument| argument == "--keep") {
        println!("{}", profile.display());
    } else {
        let _ = fs::remove_file(profile);
    }
    let total = told
        .lines()
        .find_map(|line| line.strip_prefix("totals: "))?;
    total.trim().parse().ok()
}
