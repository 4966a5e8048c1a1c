//! A private PostgreSQL server, which lives as long as the process that started it.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Connection, Executor};

use super::programs::{Programs, User};
use super::{Postgres, next_number, programs, skipped};

/// Starts the server, stops and starts it when told to, and ends it with its folder when the pipe
/// closes: the system closes it, whatever becomes of the process that held it.
///
/// SIGINT is a fast stop, SIGQUIT an immediate one. Both are sent until the server has gone: a
/// shell starts it with both ignored, and one that comes before the server listens is lost.
const KEEPER: &str = r#"
end() { while kill "$1" $!; do sleep 0.05; done; }
"$@" >log 2>&1 &
while read -r word; do
    case $word in
    stop) end -INT; echo stopped ;;
    start) "$@" >>log 2>&1 & echo started ;;
    esac
done
end -QUIT
rm -rf "$PWD"
"#;

const USER: &str = "shop";

/// Ports are looked for from here on: below those that the system hands out by itself, of which
/// one may be gone before the server has bound it.
const FIRST_PORT: u16 = 12_000;
/// Each process looks in a block of its own.
const BLOCK: u16 = 16;
const BLOCKS: u32 = 500;

/// A server of a test's own.
#[derive(Debug)]
pub struct Server {
    folder: PathBuf,
    port: u16,
    password: String,
    keeper: Mutex<Keeper>,
}

/// The pipes to the keeper. When `words` is closed, the server ends.
#[derive(Debug)]
struct Keeper {
    words: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Server {
    /// Starts a server beside the shared one, for a test that stops it. `None` where there is no
    /// PostgreSQL, which is said on standard error.
    ///
    /// # Panics
    /// When there is none and `CI` is set, or when it cannot be started.
    #[must_use]
    pub fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            skipped();
            return None;
        };
        let started = Self::launch(&programs);
        Some(started.unwrap_or_else(|error| panic!("PostgreSQL cannot be started: {error}")))
    }

    fn launch(programs: &Programs) -> std::io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("postgres-").tempdir()?;
        let user = user_for(folder.path())?;
        let password = uuid::Uuid::new_v4().simple().to_string();
        initdb(programs, folder.path(), user, &password)?;
        let port = free_port()?;
        let mut command = command("sh", folder.path(), user);
        command
            .args(["-c", KEEPER, "keeper"])
            .arg(programs.path("postgres"))
            .args(["-D", "data", "-h", "127.0.0.1", "-p", &port.to_string()])
            // Nothing of it outlives the machine, so nothing is forced to the disk.
            .args(["-c", "fsync=off", "-c", "full_page_writes=off"])
            .args([
                "-c",
                "unix_socket_directories=",
                "-c",
                "max_connections=200",
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut keeper = command.spawn()?;
        let (Some(words), Some(answers)) = (keeper.stdin.take(), keeper.stdout.take()) else {
            unreachable!("both were asked for as pipes");
        };
        let folder = folder.keep();
        let answers = BufReader::new(answers);
        Ok(Self {
            folder,
            port,
            password,
            keeper: Mutex::new(Keeper { words, answers }),
        })
    }

    /// A new and empty database.
    ///
    /// # Panics
    /// When the server does not come up.
    pub async fn database(&self) -> Postgres {
        let mut connection = self.named("postgres").connect().await;
        let name = format!("test_{}", next_number());
        let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
        let created = connection.execute(create).await;
        created.expect("a superuser may create a database of a new name");
        let _ = connection.close().await;
        self.named(&name)
    }

    fn named(&self, database: &str) -> Postgres {
        let (password, port) = (&self.password, self.port);
        let text = format!("postgres://{USER}:{password}@127.0.0.1:{port}/{database}");
        let address = text.parse().expect("put together from parts that fit");
        let log = self.folder.join("log");
        Postgres { text, address, log }
    }

    /// The folder of its files, which goes with it.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Stops it, and is back when it is down: connections are broken, new ones refused.
    ///
    /// # Panics
    /// When its keeper has ended.
    pub fn stop(&self) {
        self.tell("stop");
    }

    /// Starts it again where it was, with what was in it, and is back when it listens. It answers a
    /// moment later.
    ///
    /// # Panics
    /// When its keeper has ended, or it does not come up.
    pub fn start_again(&self) {
        self.tell("start");
        let deadline = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(Instant::now() < deadline, "PostgreSQL does not come up");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn tell(&self, word: &str) {
        let mut keeper = self.keeper.lock().expect("no panic while it is held");
        let mut answer = String::new();
        let told = writeln!(keeper.words, "{word}");
        let told = told.and_then(|()| keeper.answers.read_line(&mut answer));
        assert!(
            told.is_ok() && !answer.is_empty(),
            "the keeper of PostgreSQL has ended: {told:?}"
        );
    }
}

/// Whoever owns the folder runs the server: ourselves, or another in root's place.
fn user_for(folder: &Path) -> std::io::Result<Option<User>> {
    if fs::metadata(folder)?.uid() != 0 {
        return Ok(None);
    }
    let user = User::instead_of_root().ok_or_else(|| {
        std::io::Error::other("it refuses root, and there is no user postgres or nobody")
    })?;
    chown(folder, Some(user.uid), Some(user.gid))?;
    Ok(Some(user))
}

fn command(program: impl Into<PathBuf>, folder: &Path, user: Option<User>) -> Command {
    let mut command = Command::new(program.into());
    // `PGDATA` and its kin would point it elsewhere. Its own group, so that Ctrl-C in a terminal
    // reaches the tests and not the keeper.
    command
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("LC_ALL", "C")
        .current_dir(folder)
        .process_group(0);
    if let Some(user) = user {
        user.runs(&mut command);
    }
    command
}

fn initdb(
    programs: &Programs,
    folder: &Path,
    user: Option<User>,
    password: &str,
) -> std::io::Result<()> {
    let secret = folder.join("password");
    fs::write(&secret, password)?;
    if let Some(user) = user {
        chown(&secret, Some(user.uid), Some(user.gid))?;
    }
    // By password as it is: a scrambled one costs a debug build a quarter of a second each time.
    let output = command(programs.path("initdb"), folder, user)
        .args(["-D", "data", "-U", USER, "-E", "UTF8", "--no-sync"])
        .args(["-A", "password", "--pwfile", "password"])
        .output()?;
    if output.status.success() {
        return Ok(());
    }
    let why = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(std::io::Error::other(format!("initdb: {why}")))
}

fn free_port() -> std::io::Result<u16> {
    static TAKEN: AtomicU16 = AtomicU16::new(0);
    let block = u16::try_from(std::process::id() % BLOCKS).unwrap_or(0);
    let first = FIRST_PORT + block * BLOCK;
    loop {
        // Counted up, so that two servers of one process never look at the same port.
        let port = first + TAKEN.fetch_add(1, Ordering::Relaxed) % BLOCK;
        if TAKEN.load(Ordering::Relaxed) > 4 * BLOCK {
            return Err(std::io::Error::other(format!("no port is free at {first}")));
        }
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
}
