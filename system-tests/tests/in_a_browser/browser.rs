//! A Chromium of a test's own: found, started without traffic of its own, ended with the test.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chromiumoxide::browser::BrowserConfig;
use chromiumoxide::error::CdpError;
use futures_util::StreamExt as _;
use system_tests::Demo;
use system_tests::program::find;
use tempfile::TempDir;

use crate::tab::Tab;
use crate::watch::Watch;

/// What Debian and others call it.
const PROGRAMS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// No updates, no reports, no suggestions, and no name but this machine's can be looked up.
const QUIET: [&str; 9] = [
    "disable-component-update",
    "disable-domain-reliability",
    "disable-field-trial-config",
    "no-default-browser-check",
    "no-pings",
    "disable-gpu",
    "disable-search-engine-choice-screen",
    "host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "proxy-server=direct://",
];

/// A running browser. Its process ends with it, whatever becomes of the test.
pub(crate) struct Browser {
    chromium: chromiumoxide::Browser,
    /// What Chromium said that the driver could not read.
    unread: Arc<Mutex<Vec<String>>>,
    watches: Mutex<Vec<Watch>>,
    /// Profile and downloads.
    folder: TempDir,
}

/// Runs a story with a demo and a browser, and judges what its pages did besides. Says so and
/// passes where there is no Chromium.
pub(crate) async fn browse(start: impl FnOnce() -> Demo, story: impl AsyncFnOnce(&Demo, &Browser)) {
    let Some(program) = find("CHROMIUM", &PROGRAMS) else {
        return;
    };
    let demo = start();
    let browser = Browser::start(&program).await;
    story(&demo, &browser).await;
    browser.end(&demo).await;
}

/// Root has no sandbox to go into.
fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0)
}

impl Browser {
    async fn start(program: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = BrowserConfig::builder()
            .chrome_executable(program)
            .new_headless_mode()
            .user_data_dir(folder.path().join("profile"))
            .window_size(1280, 800)
            .viewport(None)
            .launch_timeout(Duration::from_secs(60))
            .surface_invalid_messages()
            .args(QUIET);
        if is_root() {
            config = config.no_sandbox();
        }
        let launched = chromiumoxide::Browser::launch(config.build().unwrap()).await;
        let (chromium, mut handler) = launched.expect("Chromium starts");
        let unread: Arc<Mutex<Vec<String>>> = Arc::default();
        let said = Arc::clone(&unread);
        shared_telemetry::task::spawn(async move {
            while let Some(result) = handler.next().await {
                if let Err(CdpError::InvalidMessage(message, _)) = result {
                    said.lock().unwrap().push(message);
                }
            }
        });
        Self {
            chromium,
            unread,
            watches: Mutex::default(),
            folder,
        }
    }

    /// A new tab, watched from its first request on.
    pub(crate) async fn tab(&self) -> Tab {
        let page = self.chromium.new_page("about:blank").await.unwrap();
        let watch = Watch::over(&page).await;
        self.watches.lock().unwrap().push(watch.clone());
        Tab::of(page, watch).await
    }

    /// Where downloads of this browser go.
    pub(crate) fn downloads(&self) -> PathBuf {
        self.folder.path().join("downloads")
    }

    pub(crate) fn chromium(&self) -> &chromiumoxide::Browser {
        &self.chromium
    }

    async fn end(mut self, demo: &Demo) {
        let watches = self.watches.lock().unwrap().clone();
        let mut problems = Vec::new();
        for watch in watches {
            problems.extend(watch.problems(demo).await);
        }
        let unread = self.unread.lock().unwrap().clone();
        problems.extend(unread.into_iter().filter(|message| Watch::needs(message)));
        self.chromium.close().await.unwrap();
        self.chromium.wait().await.unwrap();
        assert!(
            problems.is_empty(),
            "besides its story:\n{}",
            problems.join("\n")
        );
    }
}
