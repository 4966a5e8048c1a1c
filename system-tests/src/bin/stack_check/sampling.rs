//! The long counts of `docs/sampling.md`: no pair of linked traces is torn apart by a share, at the head or
//! at the tail. They run on the demo, beside the containers.

use tokio::process::Command;

use system_tests::check::Said;

/// Head: so many orders at each share.
const ORDERS: &str = "10000";
const SHARES: [&str; 2] = ["0.5", "0.05"];
/// Tail, by the real collector.
const TABLE: &str = "--orders 5500 --rate 40 --slow-ms 1500";
/// The row of the table that counts what nothing but a share can have torn apart.
const TORN: &str = "for no reason";

pub(crate) async fn counted() -> Said {
    let mut facts = Vec::new();
    for share in SHARES {
        let arguments = ["--orders", ORDERS, "--ratio", share];
        let (code, told) = run("pair-check", &arguments).await?;
        if code != 0 {
            return Err(told);
        }
        facts.push(format!("{ORDERS} orders, {share} at the head:"));
        facts.extend(told.lines().map(|line| format!("  {line}")));
    }
    let arguments: Vec<_> = TABLE.split(' ').collect();
    let (code, told) = run("sampling-table", &arguments).await?;
    if code == 2 {
        facts.push(format!("the tail was not counted: {told}"));
        return Ok(facts);
    }
    let torn = told.lines().find(|line| line.trim().starts_with(TORN));
    let torn = torn.ok_or_else(|| format!("no table: {told}"))?;
    if torn.bytes().any(|byte| matches!(byte, b'1'..=b'9')) {
        return Err(told);
    }
    facts.push(format!("sampling-table {TABLE}:"));
    facts.extend(told.lines().map(|line| format!("  {line}")));
    Ok(facts)
}

/// A program that was built with this one: 0 and what it printed, or 2 and why it could not begin.
async fn run(name: &str, arguments: &[&str]) -> Result<(i32, String), String> {
    let me = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new(me.with_file_name(name))
        .args(arguments)
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|error| format!("{name} was not built with this program: {error}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    match output.status.code() {
        Some(0) => Ok((0, text(&output.stdout))),
        Some(2) => Ok((2, text(&output.stderr))),
        _ => Err(format!(
            "{name} {}: {}{}",
            arguments.join(" "),
            text(&output.stdout),
            text(&output.stderr)
        )),
    }
}
