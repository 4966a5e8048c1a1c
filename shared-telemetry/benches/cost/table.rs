//! The counts as a table.

use crate::callgrind::Cost;
use crate::rows::{Group, Role};

pub(crate) fn print(group: &Group, costs: &[Cost]) {
    println!();
    println!(
        "{:<42}{:>9}{:>9}{:>8}{:>8}{:>8}{:>12}{:>8}",
        group.name, "caller", "added", "allocs", "goal", "of peer", "background", "goal"
    );
    let bare = group
        .rows
        .iter()
        .zip(costs)
        .find_map(|(row, cost)| (row.role == Role::Bare).then_some(cost.caller))
        .unwrap_or_default();
    for (row, cost) in group.rows.iter().zip(costs) {
        let added = cost.caller - bare;
        let background = cost.background_per_span.filter(|_| group.background);
        let background = background.map(|count| format!("{count:.0}"));
        let (goal, of_peer, goal_background) = match row.role {
            Role::Ours {
                peer,
                goal,
                goal_background,
            } => {
                let of_peer = added / (costs[peer].caller - bare);
                (text(goal), format!("{of_peer:.2}"), text(goal_background))
            }
            Role::Bare | Role::Other => Default::default(),
        };
        let added = match row.role {
            Role::Bare => String::new(),
            Role::Other | Role::Ours { .. } => format!("{added:.0}"),
        };
        println!(
            "{:<42}{:>9.0}{:>9}{:>8.1}{:>8}{:>8}{:>12}{:>8}",
            row.name,
            cost.caller,
            added,
            cost.allocations,
            goal,
            of_peer,
            background.unwrap_or_default(),
            goal_background,
        );
    }
}

fn text(goal: Option<u64>) -> String {
    goal.map(|goal| goal.to_string()).unwrap_or_default()
}
