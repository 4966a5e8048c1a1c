//! The gate: ours is measured and compared with `baseline.json`, or becomes it.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use benches::gate::{self, Baseline, Counts, Verdict};

use crate::background::Background;
use crate::callgrind::{self, Cost};
use crate::rows::{Group, Role, Row};
use crate::{planted, scenarios};

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("baseline.json")
}

/// Compares every row of ours.
///
/// # Errors
/// What got worse, row by row, with the row of the mission; or what got better.
pub(crate) fn check(background: &Background) -> Result<(), String> {
    let text = fs::read_to_string(path()).map_err(|error| format!("baseline.json: {error}"))?;
    let baseline: Baseline =
        serde_json::from_str(&text).map_err(|error| format!("baseline.json: {error}"))?;
    let (mut worse, mut better) = (Vec::new(), Vec::new());
    let mut gone = baseline.rows.clone();
    for group in scenarios::all() {
        for (row, counts) in counts(&group, background)? {
            let verdict = gate::judge(baseline.rows.get(&row.name), &counts, group.noise);
            gone.remove(&row.name);
            let line = format!("{} ({}): {verdict}", row.name, group.mission);
            println!("{line}");
            match verdict {
                Verdict::Same => {}
                Verdict::Worse(_) => worse.push(line),
                Verdict::Better(_) | Verdict::New => better.push(line),
            }
        }
    }
    better.extend(
        gone.keys()
            .map(|row| format!("{row}: in the baseline, and nowhere else")),
    );
    if worse.is_empty() && better.is_empty() {
        return Ok(());
    }
    let compiler = compiler();
    let mut told = vec![String::new()];
    told.append(&mut worse);
    if !better.is_empty() {
        told.append(&mut better);
        told.push(
            "Bless it where that is meant: cargo bench -p benches --no-default-features --bench cost -- \
             --bless"
                .to_owned(),
        );
    }
    if compiler != baseline.compiler {
        let before = &baseline.compiler;
        told.push(format!("The baseline is of {before}, this is {compiler}."));
    }
    Err(told.join("\n"))
}

/// Makes what is measured now the baseline.
pub(crate) fn bless(background: &Background) -> Result<(), String> {
    let mut baseline = Baseline {
        compiler: compiler(),
        ..Baseline::default()
    };
    for group in scenarios::all() {
        for (row, counts) in counts(&group, background)? {
            println!("{}: {counts:?}", row.name);
            baseline.rows.insert(row.name.clone(), counts);
        }
    }
    let text = serde_json::to_string_pretty(&baseline).map_err(|error| error.to_string())?;
    fs::write(path(), text + "\n").map_err(|error| format!("baseline.json: {error}"))
}

/// Proves the gate: the same row twice is as before, and with an allocation planted it is worse.
pub(crate) fn prove(background: &Background) -> Result<(), String> {
    let groups = scenarios::all();
    let group = groups.first().ok_or("there are no rows")?;
    let find = |wanted: &dyn Fn(&Row) -> bool| {
        let row = group.rows.iter().find(|row| wanted(row));
        row.ok_or("the row is gone")
    };
    let bare = callgrind::cost(find(&|row| row.role == Role::Bare)?, background)?;
    let growing = find(&|row| row.name == scenarios::GROWING)?;
    let measure = |row: &Row| Ok::<_, String>(counted(&callgrind::cost(row, background)?, &bare));
    let (before, again, grown) = (
        measure(growing)?,
        measure(growing)?,
        measure(&planted::row())?,
    );
    let same = gate::judge(Some(&before), &again, group.noise);
    let worse = gate::judge(Some(&before), &grown, group.noise);
    println!("{}: {same}", growing.name);
    println!("{}: {worse}", planted::row().name);
    if same != Verdict::Same {
        return Err("the gate is red where nothing was changed".to_owned());
    }
    if !matches!(worse, Verdict::Worse(_)) {
        return Err("the gate does not see an allocation more for each request".to_owned());
    }
    Ok(())
}

/// The rows of ours.
fn counts<'a>(group: &'a Group, background: &Background) -> Result<Vec<(&'a Row, Counts)>, String> {
    let mut bare = Cost::default();
    let mut counts = Vec::new();
    for row in group.rows.iter().filter(|row| row.role.is_gated()) {
        let cost = callgrind::cost(row, background)?;
        if row.role == Role::Bare {
            bare = cost;
        } else {
            let mut counted = counted(&cost, &bare);
            counted.background = counted.background.filter(|_| group.background);
            counts.push((row, counted));
        }
    }
    Ok(counts)
}

fn counted(cost: &Cost, bare: &Cost) -> Counts {
    // A tenth is more than two runs agree on. Adding nothing makes a zero of a minus zero.
    let rounded = |count: f64| (count * 10.0).round() / 10.0 + 0.0;
    Counts {
        added: rounded(cost.caller - bare.caller),
        allocations: rounded(cost.allocations - bare.allocations),
        background: cost.background_per_span.map(rounded),
    }
}

/// `rustc 1.95.0 (…) on x86_64`.
fn compiler() -> String {
    let output = Command::new("rustc").arg("--version").output();
    let version = output.map_or_else(
        |_| "an unknown rustc".to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    );
    format!("{version} on {}", std::env::consts::ARCH)
}
