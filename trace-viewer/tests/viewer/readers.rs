//! Pages of other origins: who may read the API, and that nobody may do more.

use reqwest::{Method, Response};
use trace_viewer::Limits;

use crate::harness::*;

const SHOP: &str = "http://127.0.0.1:8080";

async fn viewer() -> TestViewer {
    let mut settings = settings(Limits::default());
    settings.readers = vec![SHOP.to_owned()];
    TestViewer::with_settings(settings).await
}

async fn ask(viewer: &TestViewer, method: Method, path: &str, origin: &str) -> Response {
    let url = format!("http://{}{path}", viewer.addresses.query);
    let request = viewer.http.request(method, url);
    request.header("origin", origin).send().await.unwrap()
}

#[tokio::test]
async fn a_listed_page_may_read_the_api_its_refusals_too() {
    let viewer = viewer().await;
    let unknown = format!("/api/traces/{}", trace_hex(7));
    for (path, status) in [("/api/traces", 200), (unknown.as_str(), 404)] {
        let answer = ask(&viewer, Method::GET, path, SHOP).await;
        assert_eq!(answer.status(), status);
        assert_eq!(answer.headers()["access-control-allow-origin"], SHOP);
        assert_eq!(answer.headers()["vary"], "origin");
        assert!(
            !answer
                .headers()
                .contains_key("access-control-allow-credentials")
        );
    }
}

#[tokio::test]
async fn no_other_page_may_read_and_none_may_do_more_than_read() {
    let viewer = viewer().await;
    for (method, path, origin) in [
        (Method::GET, "/api/traces", "http://127.0.0.1:8081"),
        (Method::GET, "/api/traces", "https://127.0.0.1:8080"),
        (Method::GET, "/api/traces", "null"),
        (Method::GET, "/", SHOP),
        (Method::GET, "/page/main.mjs", SHOP),
    ] {
        let answer = ask(&viewer, method, path, origin).await;
        let allowed = answer.headers().get("access-control-allow-origin");
        assert_eq!(allowed, None, "{path} for {origin}");
    }
    // What needs to be asked for first is not granted.
    let preflight = ask(&viewer, Method::OPTIONS, "/api/traces", SHOP).await;
    assert!(
        !preflight
            .headers()
            .contains_key("access-control-allow-methods")
    );
    assert!(
        !preflight
            .headers()
            .contains_key("access-control-allow-headers")
    );
}

#[tokio::test]
async fn without_a_list_no_page_of_another_origin_may_read() {
    let viewer = TestViewer::start().await;
    let answer = ask(&viewer, Method::GET, "/api/traces", SHOP).await;
    assert_eq!(answer.headers().get("access-control-allow-origin"), None);
    assert_eq!(answer.headers().get("vary"), None);
}
