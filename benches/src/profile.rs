//! Reads what callgrind wrote about one thread.

/// Instructions of everything that was called from `main` on.
///
/// What runs before is left out: loading a program with all its peers, and the constructor of one of
/// them, which watches the clock for as long as it takes.
#[must_use]
pub fn of_main(profile: &str) -> Option<u64> {
    let (mut main, mut into_main) = (None, false);
    let mut lines = profile.lines();
    while let Some(line) = lines.next() {
        if let Some((caller, id, name)) = function(line) {
            if name == "main" {
                main = Some(id);
            }
            into_main = caller == "c" && main == Some(id);
        } else if into_main && line.starts_with("calls=") {
            // The line after a call has its place and what it took in all.
            let (_, instructions) = lines.next()?.split_once(' ')?;
            return instructions.trim().parse().ok();
        }
    }
    None
}

/// All instructions of the thread.
#[must_use]
pub fn total(profile: &str) -> u64 {
    profile
        .lines()
        .find_map(|line| line.strip_prefix("totals: "))
        .and_then(|count| count.trim().parse().ok())
        .unwrap_or_default()
}

/// Calls of `malloc` and its siblings.
#[must_use]
pub fn allocations(profile: &str) -> u64 {
    let mut ids = Vec::new();
    let (mut calls, mut into_allocator) = (0, false);
    for line in profile.lines() {
        if let Some((caller, id, name)) = function(line) {
            if matches!(name, "malloc" | "calloc" | "realloc" | "posix_memalign") {
                ids.push(id);
            }
            if caller == "c" {
                into_allocator = ids.contains(&id);
            }
        } else if let Some(counts) = line.strip_prefix("calls=")
            && into_allocator
        {
            let count = counts.split(' ').next();
            calls += count
                .and_then(|count| count.parse::<u64>().ok())
                .unwrap_or_default();
        }
    }
    calls
}

/// Whether a line names the function that calls (an empty text) or the one that is called (`c`), its
/// number, and its name where that is said for the first time: `fn=(7) malloc`, `cfn=(7)` from then on.
fn function(line: &str) -> Option<(&str, &str, &str)> {
    let (caller, function) = line.split_once("fn=")?;
    let (id, name) = function.split_once(' ').unwrap_or((function, ""));
    matches!(caller, "" | "c").then_some((caller, id, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names are told where they come first, which may be where the function itself calls.
    const PROFILE: &str = "\
totals: 1000
fn=(1) before
8 600
fn=(2) main
3 10
cfn=(3) malloc
calls=2 1
4 50
cfn=(4) work
calls=1 1
5 40

fn=(5) (below main)
cfn=(3)
calls=1 1
6 25
cfn=(2)
calls=1 9
7 100
";

    #[test]
    fn what_runs_before_main_is_not_counted() {
        assert_eq!(of_main(PROFILE), Some(100));
        assert_eq!(of_main(&PROFILE.replace("main", "start")), None);
    }

    #[test]
    fn the_total_is_what_callgrind_says() {
        assert_eq!(total(PROFILE), 1000);
    }

    #[test]
    fn allocations_are_found_by_the_number_of_the_function() {
        assert_eq!(allocations(PROFILE), 3);
    }
}
