//! The measured process: a viewer alone, and what the system says of it.

use std::{
    io::{BufRead, BufReader, Write},
    os::fd::AsFd,
    process::{Child, Command, Stdio},
    time::Duration,
};

use reqwest::{Client, StatusCode};
use tokio::{io::AsyncReadExt, net::unix::pipe::Receiver};
use trace_viewer::{Address, Limits, Settings};

/// Of `/proc/{id}/stat`: Linux counts it in hundredths of a second, whatever the clock's own.
const TICK: Duration = Duration::from_millis(10);

/// A viewer in a process of its own, which ends with this value.
pub(crate) struct Viewer {
    process: Child,
    query: String,
    otlp_http: String,
    http: Client,
}

/// In kibibytes.
pub(crate) struct Memory {
    pub(crate) resident: u64,
    pub(crate) anonymous: u64,
}

/// The child's side: serves until its standard input is closed.
pub(crate) async fn serve(traces: &str, bytes: &str) {
    let number = |text: &str| text.parse().expect("written by this program");
    let free = Address::exactly("127.0.0.1:0".parse().expect("an address"));
    let viewer = trace_viewer::Viewer::build(Settings {
        query: free,
        otlp_http: free,
        otlp_grpc: free,
        limits: Limits {
            traces: number(traces),
            bytes: number(bytes),
            ..Limits::default()
        },
        meanings: Vec::new(),
        readers: Vec::new(),
    });
    let viewer = viewer.expect("free ports");
    let addresses = viewer.addresses();
    let mut told = std::io::stdout();
    writeln!(told, "{} {}", addresses.query, addresses.otlp_http).expect("somebody listens");
    let input = std::io::stdin().as_fd().try_clone_to_owned();
    let input = Receiver::from_owned_fd(input.expect("it is open")).expect("it is a pipe");
    let closed = async move {
        let mut input = input;
        let _ = input.read_to_end(&mut Vec::new()).await;
    };
    viewer.run(closed).await.expect("a runtime");
}

impl Viewer {
    pub(crate) fn start(limits: Limits) -> Self {
        let program = std::env::current_exe().expect("this program");
        Self::start_by(Command::new(program), limits)
    }

    /// `command`: this program, or another that runs it.
    pub(crate) fn start_by(mut command: Command, limits: Limits) -> Self {
        command.args([
            "--viewer",
            &limits.traces.to_string(),
            &limits.bytes.to_string(),
        ]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().expect("this program can be run");
        let mut told = String::new();
        let output = process.stdout.as_mut().expect("a pipe");
        BufReader::new(output).read_line(&mut told).expect("a line");
        let (query, otlp_http) = told.trim().split_once(' ').expect("two addresses");
        Self {
            query: format!("http://{query}"),
            otlp_http: format!("http://{otlp_http}/v1/traces"),
            process,
            http: Client::new(),
        }
    }

    pub(crate) async fn export(&self, body: Vec<u8>) {
        let request = self.http.post(&self.otlp_http).body(body);
        let request = request.header("content-type", "application/x-protobuf");
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
        let told = answer.bytes().await.expect("an answer");
        assert!(told.is_empty(), "every span was taken");
    }

    /// The body of a 200; none for a 404.
    pub(crate) async fn find(&self, path: &str) -> Option<String> {
        let url = format!("{}{path}", self.query);
        let answer = self.http.get(url).send().await.expect("an answer");
        if answer.status() == StatusCode::NOT_FOUND {
            return None;
        }
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        Some(answer.text().await.expect("a text"))
    }

    pub(crate) async fn get(&self, path: &str) -> String {
        self.find(path).await.expect("it is there")
    }

    pub(crate) fn memory(&self) -> Memory {
        let status = self.about("status");
        let kibibytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let number = line.and_then(|line| line.split_whitespace().next());
            number
                .and_then(|number| number.parse().ok())
                .expect("Linux tells it")
        };
        Memory {
            resident: kibibytes("VmRSS:"),
            anonymous: kibibytes("RssAnon:"),
        }
    }

    /// Processor time so far, the system's work for it included.
    pub(crate) fn busy(&self) -> Duration {
        let stat = self.about("stat");
        // After the name, which may have spaces: fields 14 and 15 of proc_pid_stat(5).
        let (_, fields) = stat.rsplit_once(") ").expect("Linux writes it so");
        let ticks = fields.split(' ').skip(11).take(2);
        let ticks: u32 = ticks
            .map(|ticks| ticks.parse::<u32>().expect("a number"))
            .sum();
        TICK * ticks
    }

    fn about(&self, what: &str) -> String {
        let path = format!("/proc/{}/{what}", self.process.id());
        std::fs::read_to_string(path).expect("it runs, on Linux")
    }

    /// Waits for its end, when all it has to write is written.
    pub(crate) fn stop(mut self) {
        drop(self.process.stdin.take());
        let status = self.process.wait().expect("it is ours");
        assert!(status.success(), "{status}");
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
