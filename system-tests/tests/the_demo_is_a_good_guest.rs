//! The demo's processes: they start together, stop together, and leave nothing behind.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use system_tests::{Demo, DemoBuilder, cart};

fn demo() -> DemoBuilder {
    DemoBuilder::new(env!("CARGO_BIN_EXE_demo-under-test"))
}

/// The processes whose parent is the demo.
fn children(demo: &Demo) -> Vec<(i32, String)> {
    let parent = format!("PPid:\t{}", demo.pid());
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    processes
        .filter_map(|entry| {
            let id: i32 = entry.file_name().to_str()?.parse().ok()?;
            let status = std::fs::read_to_string(entry.path().join("status")).ok()?;
            let command = std::fs::read_to_string(entry.path().join("cmdline")).ok()?;
            status
                .lines()
                .any(|line| line == parent)
                .then(|| (id, command.replace('\0', " ")))
        })
        .collect()
}

fn alive(id: i32) -> bool {
    test_kill_process(Pid::from_raw(id).unwrap()).is_ok()
}

fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !condition() {
        assert!(Instant::now() < deadline, "never: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Where the databases are: the open files of a service tell.
fn directory_of_databases(pid: i32) -> PathBuf {
    let files = std::fs::read_dir(format!("/proc/{pid}/fd"))
        .unwrap()
        .flatten();
    let database = files
        .filter_map(|file| std::fs::read_link(file.path()).ok())
        .find(|path| path.extension().is_some_and(|extension| extension == "db"));
    database
        .expect("an open database")
        .parent()
        .unwrap()
        .to_owned()
}

#[test]
fn sigterm_stops_every_process_and_removes_every_file() {
    let mut demo = demo().start();
    let children = children(&demo);
    assert_eq!(children.len(), 4, "{children:?}");
    let pricing = children
        .iter()
        .find(|(_, command)| command.contains("pricing"))
        .unwrap();
    let directory = directory_of_databases(pricing.0);
    assert!(directory.exists());
    let status = demo.stop();
    assert!(status.success(), "{status}");
    for (id, command) in children {
        assert!(!alive(id), "{command} is still there");
    }
    assert!(
        !Path::new(&directory).exists(),
        "{} is still there",
        directory.display()
    );
}

/// Memory that a process has for itself, its share of what is shared included, in kilobytes.
fn proportional_set_size(pid: i32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap();
    let line = text.lines().find(|line| line.starts_with("Pss:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn all_processes_together_stay_below_150_megabytes() {
    let demo = demo().start();
    for _ in 0..50 {
        demo.get("gateway", "/checkout?sku=TEAPOT-1&quantity=1")
            .await;
    }
    let mut processes = vec![i32::try_from(demo.pid()).unwrap()];
    processes.extend(children(&demo).into_iter().map(|(id, _)| id));
    let kilobytes: u64 = processes.into_iter().map(proportional_set_size).sum();
    assert!(kilobytes < 150 * 1024, "{kilobytes} kB");
}

#[test]
fn a_killed_demo_takes_its_services_along() {
    let mut demo = demo().start();
    let children = children(&demo);
    let id = demo.own_process();
    let directory = directory_of_databases(children[1].0);
    kill_process(id, Signal::KILL).unwrap();
    for (id, command) in &children {
        wait_until(&format!("{command} ends"), || !alive(*id));
    }
    // Already dead: this only takes the status.
    let _ = demo.wait();
    // A killed process can't clean up; the next one does.
    let next = self::demo().start_without_waiting();
    assert!(!directory.exists(), "{} is left", directory.display());
    drop(next);
}

#[test]
fn a_closed_terminal_stops_everything_as_ctrl_c_does() {
    // Who runs the tests may have said `nohup`, which would hold for the demo too.
    let as_usual = ["env", "--default-signal=HUP"];
    let mut demo = DemoBuilder::through(&as_usual, env!("CARGO_BIN_EXE_demo-under-test")).start();
    let children = children(&demo);
    let directory = directory_of_databases(children[1].0);
    kill_process(demo.own_process(), Signal::HUP).unwrap();
    let status = demo.wait();
    assert!(status.success(), "{status}");
    for (id, command) in children {
        assert!(!alive(id), "{command} is still there");
    }
    assert!(!directory.exists(), "{} is left", directory.display());
}

/// Runs a demo that is expected to end by itself: code and everything it has written.
fn ended(arguments: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_demo-under-test"))
        .arg("--free-ports")
        .args(arguments)
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

#[test]
fn a_service_that_cannot_use_its_settings_ends_the_demo_with_its_sentence_and_code_2() {
    let (code, text) = ended(&["--set", "pricing.QUOTE_CACHE_TTL_MS=soon"], &[]);
    assert_eq!(code, Some(2), "{text}");
    assert!(
        text.contains("demo: pricing: QUOTE_CACHE_TTL_MS is \"soon\": expected"),
        "{text}"
    );
    let (code, text) = ended(&[], &[("DEMO_FAULTS", "perhaps")]);
    assert_eq!(code, Some(2), "{text}");
    assert!(
        text.contains("DEMO_FAULTS is \"perhaps\": expected on or off"),
        "{text}"
    );
}

#[test]
fn a_variable_that_nobody_reads_is_refused_with_the_nearest_name() {
    let (code, text) = ended(&["--set", "gateway.PRICING_URI=http://127.0.0.1:1"], &[]);
    assert_eq!(code, Some(2), "{text}");
    assert!(
        text.contains(
            "gateway does not read PRICING_URI, as it is set up; the nearest name is PRICING_URL."
        ),
        "{text}"
    );
    assert!(text.contains("KAFKA_BROKERS, "), "{text}");
}

#[test]
fn faults_are_switched_on_for_every_service() {
    let by_argument = demo().argument("--faults").start_without_waiting();
    let by_environment = demo().env("DEMO_FAULTS", "on").start_without_waiting();
    for demo in [by_argument, by_environment] {
        let children = children(&demo);
        assert_eq!(children.len(), 4, "{children:?}");
        for (id, command) in children {
            let told = || {
                let variables = std::fs::read_to_string(format!("/proc/{id}/environ"));
                variables.is_ok_and(|all| all.split('\0').any(|one| one == "DEMO_FAULTS=on"))
            };
            wait_until(&format!("{command} may be asked for faults"), told);
        }
    }
}

#[tokio::test]
async fn a_service_that_dies_is_named_and_started_again() {
    let demo = demo().start();
    let killed = children(&demo)
        .into_iter()
        .find(|(_, command)| command.contains("pricing"));
    kill_process(
        Pid::from_raw(killed.as_ref().unwrap().0).unwrap(),
        Signal::KILL,
    )
    .unwrap();
    let line = demo.wait_for_line("word of the death", |line| {
        line["service"] == "demo"
            && line["message"]
                .as_str()
                .is_some_and(|m| m.contains("pricing died"))
    });
    assert!(
        line["message"].as_str().unwrap().contains("SIGKILL"),
        "{line}"
    );
    let old = killed.unwrap().0;
    wait_until("a new pricing", || {
        pricing_of(&demo).is_some_and(|new| new != old)
    });
    // The next order waits for it: until then the gateway says 503, and promises nothing.
    let deadline = Instant::now() + Duration::from_secs(20);
    while demo.checkout(&cart(), &[]).await.status != 202 {
        assert!(Instant::now() < deadline, "no order after the restart");
    }
}

fn pricing_of(demo: &Demo) -> Option<i32> {
    children(demo)
        .into_iter()
        .find(|(_, command)| command.contains("pricing"))
        .map(|(id, _)| id)
}

#[tokio::test]
async fn a_busy_port_is_replaced_and_said_so_and_two_demos_never_share_one() {
    // Without --free-ports a demo wants 8080: somebody has it, or this test takes it.
    let _mine = std::net::TcpListener::bind("127.0.0.1:8080");
    let binary = env!("CARGO_BIN_EXE_demo-under-test");
    let start = move || DemoBuilder::with_usual_ports(binary).start();
    let (one, other) = tokio::join!(
        shared_telemetry::task::spawn_blocking(start),
        shared_telemetry::task::spawn_blocking(start),
    );
    let demos = [one.unwrap(), other.unwrap()];
    for demo in &demos {
        assert!(!demo.url("gateway").ends_with(":8080"));
        let told = demo.log_lines(|line| {
            line["message"]
                .as_str()
                .is_some_and(|text| text.contains("port 8080 for the gateway"))
        });
        assert_eq!(told.len(), 1, "{}", demo.output());
    }
    for service in [
        "gateway",
        "pricing",
        "inventory",
        "fulfillment",
        "kafka",
        "viewer",
    ] {
        assert_ne!(demos[0].url(service), demos[1].url(service), "{service}");
    }
    // Each order is seen by the demo that took it, and by no other.
    for (demo, other) in [(&demos[0], &demos[1]), (&demos[1], &demos[0])] {
        let order = demo.order().await;
        demo.both_traces(&order).await;
        let path = format!("/orders/{}", order.id());
        assert_eq!(other.get("gateway", &path).await.status, 404);
    }
}

#[test]
fn a_setting_that_makes_no_sense_ends_a_service_with_code_2_and_one_sentence() {
    let service = |name: &str, variables: &[(&str, &str)]| {
        let mut process = Command::new(env!("CARGO_BIN_EXE_demo-under-test"))
            .args(["service", name])
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Held until the end: its end would stop the service.
        let lifeline = process.stdin.take();
        let output = process.wait_with_output().unwrap();
        drop(lifeline);
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let (code, text) = service(
        "pricing",
        &[("HTTP_ADDR", "8081"), ("DATABASE_URL", "sqlite:x.db")],
    );
    assert_eq!(code, Some(2), "{text}");
    assert!(
        text.starts_with("pricing: HTTP_ADDR is \"8081\": expected an address such as"),
        "{text}"
    );
    let (code, text) = service("fulfillment", &[]);
    assert_eq!(code, Some(2), "{text}");
    assert!(
        text.starts_with("fulfillment: DATABASE_URL is not set: expected"),
        "{text}"
    );
    let secret = [("DATABASE_URL", "mysql://shop:s3cret@db/x")];
    let (code, text) = service("inventory", &secret);
    assert_eq!(code, Some(2), "{text}");
    assert!(!text.contains("s3cret"), "{text}");
}

#[test]
fn arguments_that_make_no_sense_are_refused_with_an_example() {
    let output = Command::new(env!("CARGO_BIN_EXE_demo-under-test"))
        .args(["--set", "billing.A=1"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.contains("gateway, pricing, fulfillment, inventory"),
        "{text}"
    );
}
