//! The counts as a table.

use std::fmt::Write as _;

use crate::callgrind::Cost;
use crate::rows::{Group, Measure, Role};

/// A row's numbers, and what they are compared with.
struct Line<'a> {
    role: Role,
    cost: &'a Cost,
    added: f64,
}

pub(crate) fn of(group: &Group, costs: &[Cost]) -> String {
    let bare = bare(group, costs);
    let whole = group.rows.iter().any(|row| row.measure == Measure::Start);
    let lines: Vec<Line<'_>> = group
        .rows
        .iter()
        .zip(costs)
        .map(|(row, cost)| Line {
            role: row.role,
            cost,
            added: cost.caller - bare,
        })
        .collect();
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{:<52}{:>9}{:>9}{:>8}{:>7}{:>9}{:>12}{:>7}{:>9}{:>7}{:>8}",
        group.name,
        "caller",
        "added",
        if whole { "of bare" } else { "allocs" },
        "goal",
        "of best",
        "background",
        "goal",
        "of best",
        "spans",
        "events"
    );
    for (row, line) in group.rows.iter().zip(&lines) {
        let cells = cells(line, &lines, group.background, whole.then_some(bare));
        let _ = writeln!(text, "{:<52}{}", row.name, cells);
    }
    text.lines()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect()
}

/// What is taken off the other rows of the group.
fn bare(group: &Group, costs: &[Cost]) -> f64 {
    let rows = group.rows.iter().zip(costs);
    let bare = rows.into_iter().find(|(row, _)| row.role == Role::Bare);
    bare.map_or(0.0, |(_, cost)| cost.caller)
}

fn cells(line: &Line<'_>, all: &[Line<'_>], with_background: bool, whole: Option<f64>) -> String {
    let background = |line: &Line<'_>| line.cost.background_per_span.filter(|_| with_background);
    let (mut goals, mut of_best, mut of_best_background) = ([None, None], None, None);
    if let Role::Ours {
        case,
        goal,
        goal_background,
    } = line.role
    {
        goals = [goal, goal_background];
        of_best = of_best_peer(line.added, case, all, |line| Some(line.added));
        of_best_background =
            background(line).and_then(|count| of_best_peer(count, case, all, background));
    }
    let whole_number = |count: Option<f64>| count.map(|count| format!("{count:.0}"));
    let ratio = |ratio: Option<f64>| ratio.map(|ratio| format!("{ratio:.2}"));
    let goal = |goal: Option<u64>| goal.map(|goal| goal.to_string());
    let some = |count: f64| (count > 0.0).then(|| format!("{count:.2}"));
    format!(
        "{:>9.0}{:>9}{:>8}{:>7}{:>9}{:>12}{:>7}{:>9}{:>7}{:>8}",
        line.cost.caller,
        whole_number((line.role != Role::Bare).then_some(line.added)).unwrap_or_default(),
        match whole {
            Some(bare) => format!("{:.2}", line.cost.caller / bare),
            None => format!("{:.1}", line.cost.allocations.max(0.0)),
        },
        goal(goals[0]).unwrap_or_default(),
        ratio(of_best).unwrap_or_default(),
        whole_number(background(line)).unwrap_or_default(),
        goal(goals[1]).unwrap_or_default(),
        ratio(of_best_background).unwrap_or_default(),
        some(line.cost.spans).unwrap_or_default(),
        some(line.cost.events).unwrap_or_default(),
    )
}

/// How many times what the cheapest peer of the same case costs.
fn of_best_peer(
    ours: f64,
    case: &'static str,
    all: &[Line<'_>],
    count: impl Fn(&Line<'_>) -> Option<f64>,
) -> Option<f64> {
    let peers = all.iter().filter(|line| line.role == Role::Peer(case));
    let best = peers.filter_map(count).min_by(f64::total_cmp)?;
    Some(ours / best)
}
