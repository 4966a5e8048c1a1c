//! The services' processes, as Linux tells of them.

use std::fs;

/// The process of each service of a demo.
pub(crate) fn processes(demo: u32, services: [&str; 4]) -> Result<[u32; 4], String> {
    // A child belongs to the thread that has made it.
    let threads = fs::read_dir(format!("/proc/{demo}/task")).map_err(|error| error.to_string())?;
    let children: Vec<u32> = threads
        .flatten()
        .filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok())
        .flat_map(|children| {
            let ids = children.split_whitespace().map(str::parse);
            ids.map_while(Result::ok).collect::<Vec<_>>()
        })
        .collect();
    let mut found = [0; 4];
    for (found, service) in found.iter_mut().zip(services) {
        let is_it = |child: &&u32| {
            let command = fs::read(format!("/proc/{child}/cmdline")).unwrap_or_default();
            let mut arguments = command.split(|byte| *byte == 0);
            arguments.any(|argument| argument == service.as_bytes())
        };
        let child = children.iter().find(is_it);
        *found = *child.ok_or_else(|| format!("the demo has no process for {service}"))?;
    }
    Ok(found)
}

/// Seconds of processor time so far, of all its threads, those that have ended too.
pub(crate) fn cpu_of(process: u32) -> Result<f64, String> {
    let path = format!("/proc/{process}/stat");
    let stat = fs::read_to_string(&path)
        .map_err(|error| format!("a service is gone ({path}: {error})"))?;
    // The program's name is in parentheses, and may hold anything.
    let after = stat.rsplit_once(')').map_or("", |(_, after)| after);
    let fields: Vec<&str> = after.split_whitespace().collect();
    let ticks = |field: usize| fields.get(field)?.parse::<u32>().ok();
    // `utime` and `stime` are the 14th and 15th; Linux counts them in hundredths.
    match (ticks(11), ticks(12)) {
        (Some(user), Some(system)) => Ok(f64::from(user + system) / 100.0),
        _ => Err(format!("{path} has no times")),
    }
}
