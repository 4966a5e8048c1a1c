//! The gate: ours is measured and compared with `baseline.json`, or becomes it.

use std::fs;
use std::path::PathBuf;

use benches::gate::{self, Baseline, Counts, Verdict};

use crate::background::Background;
use crate::callgrind::{self, Cost};
use crate::rows::{Group, Role, Row};
use crate::{made_by, planted, scenarios};

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("baseline.json")
}

/// Compares every row of ours. Counts of something else are not compared: it says so, and that is no
/// error.
///
/// # Errors
/// What got worse, row by row, with the row of the mission; or what got better.
pub(crate) fn check(background: &Background) -> Result<(), String> {
    let text = fs::read_to_string(path()).map_err(|error| format!("baseline.json: {error}"))?;
    let baseline: Baseline =
        serde_json::from_str(&text).map_err(|error| format!("baseline.json: {error}"))?;
    let here = made_by::here();
    if baseline.made_by != here {
        println!(
            "left out: baseline.json is of {}; this is {here}",
            baseline.made_by
        );
        return Ok(());
    }
    let (mut worse, mut better) = (Vec::new(), Vec::new());
    let mut gone = baseline.rows.clone();
    for group in scenarios::all() {
        let bare = bare(&group, background)?;
        for row in ours(&group) {
            let before = baseline.rows.get(&row.name);
            let counts = count(row, &group, &bare, background)?;
            let mut verdict = gate::judge(before, &counts, group.noise);
            if !matches!(verdict, Verdict::Same | Verdict::New) {
                // One run in many is far off, because of the turns that threads take: three are not.
                println!("{}: {verdict}; counted twice more", row.name);
                let again = || count(row, &group, &bare, background);
                let counts = gate::median([counts, again()?, again()?]);
                verdict = gate::judge(before, &counts, group.noise);
            }
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
    Err(told.join("\n"))
}

/// Makes what is measured now the baseline, in the median of three runs.
pub(crate) fn bless(background: &Background) -> Result<(), String> {
    let mut baseline = Baseline {
        made_by: made_by::here(),
        ..Baseline::default()
    };
    for group in scenarios::all() {
        let bare = bare(&group, background)?;
        for row in ours(&group) {
            let once = || count(row, &group, &bare, background);
            let runs = [once()?, once()?, once()?];
            let counts = gate::median(runs);
            println!("{}: {counts:?} of {runs:?}", row.name);
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
    let bare = bare(group, background)?;
    let growing = ours(group).find(|row| row.name == scenarios::GROWING);
    let growing = growing.ok_or("the row is gone")?;
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

fn ours(group: &Group) -> impl Iterator<Item = &Row> {
    let rows = group.rows.iter();
    rows.filter(|row| matches!(row.role, Role::Ours { .. }))
}

/// What is taken off.
fn bare(group: &Group, background: &Background) -> Result<Cost, String> {
    let bare = group.rows.iter().find(|row| row.role == Role::Bare);
    bare.map_or(Ok(Cost::default()), |row| callgrind::cost(row, background))
}

fn count(row: &Row, group: &Group, bare: &Cost, background: &Background) -> Result<Counts, String> {
    let mut counted = counted(&callgrind::cost(row, background)?, bare);
    counted.background = counted.background.filter(|_| group.background);
    Ok(counted)
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
