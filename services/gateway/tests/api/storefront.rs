//! The storefront: its files with their policy, what it is told, and the articles.

use std::fs;

use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use crate::neighbours::articles;
use crate::shop::{Shop, body, problem, trace_id};

const STOREFRONT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../storefront");

fn header(response: &Response, name: &str) -> String {
    let value = response.headers().get(name);
    let value = value.unwrap_or_else(|| panic!("no header {name}: {response:?}"));
    value.to_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_page_is_at_the_root_and_its_policy_lets_it_call_only_home_and_the_viewer() {
    let shop = Shop::open_with(&[("VIEWER_URL", "http://127.0.0.1:16686/x/")]).await;
    let page = shop.get("/").await;
    assert_eq!(page.status(), StatusCode::OK);
    assert_eq!(header(&page, "content-type"), "text/html; charset=utf-8");
    assert_eq!(
        header(&page, "content-security-policy"),
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self' http://127.0.0.1:16686; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    );
    assert_eq!(header(&page, "x-content-type-options"), "nosniff");
    assert_eq!(header(&page, "referrer-policy"), "no-referrer");
    assert_eq!(header(&page, "cache-control"), "no-cache");
    assert!(page.text().await.unwrap().contains("/assets/style.css"));
}

#[tokio::test]
async fn every_file_of_the_storefront_is_served_as_what_it_is() {
    let shop = Shop::open().await;
    for entry in fs::read_dir(STOREFRONT).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let content_type = match path.extension().unwrap().to_str().unwrap() {
            "css" => "text/css",
            "mjs" => "text/javascript",
            "svg" => "image/svg+xml",
            // The page itself and the word about it.
            "html" | "md" => continue,
            other => panic!("what is a {other} file?"),
        };
        let answer = shop.get(&format!("/assets/{name}")).await;
        assert_eq!(answer.status(), StatusCode::OK, "{name}");
        assert_eq!(header(&answer, "content-type"), content_type);
        assert!(header(&answer, "content-security-policy").contains("connect-src 'self';"));
        let same = answer.bytes().await.unwrap() == fs::read(&path).unwrap();
        assert!(same, "{name} was changed after the gateway was built");
    }
}

#[tokio::test]
async fn a_file_that_is_not_there_is_a_404_problem() {
    let shop = Shop::open().await;
    for path in [
        "/assets/none.mjs",
        "/assets/..%2Findex.html",
        "/assets/%2Fetc%2Fpasswd",
    ] {
        let answer = shop.get(path).await;
        assert_eq!(header(&answer, "content-type"), "application/problem+json");
        let problem = body(answer, StatusCode::NOT_FOUND).await;
        assert_eq!(problem["detail"], "the storefront has no such file");
    }
    let posted = shop.http.post(&shop.url).send().await.unwrap();
    let problem = body(posted, StatusCode::METHOD_NOT_ALLOWED).await;
    assert_eq!(problem["detail"], "POST is not served at /");
}

#[tokio::test]
async fn files_and_facts_are_worth_no_trace() {
    let shop = Shop::open_with(&ON).await;
    let traced = (
        "traceparent",
        "00-0af7651916cd43dd8448eb211c80319d-b7ad6b7169203331-01",
    );
    for path in ["/", "/assets/style.css", "/assets/none", "/storefront.json"] {
        let request = shop.http.get(format!("{}{path}", shop.url));
        let answer = request.header(traced.0, traced.1).send().await.unwrap();
        assert!(!answer.headers().contains_key("traceresponse"), "{path}");
    }
    // A span that follows them is the only one of its trace.
    let request = shop.http.get(format!("{}/items", shop.url));
    let answer = request.header(traced.0, traced.1).send().await.unwrap();
    let trace = trace_id(&answer);
    let done = shop
        .recorder
        .trace_when(trace, |tree| tree.has("GET /items"));
    let tree = done.await;
    assert_eq!(tree.len(), 2, "{tree}");
}

/// What the demo sets.
const ON: [(&str, &str); 4] = [
    ("EDGE_TRUST", "trust"),
    ("BROWSER_SPANS", "on"),
    ("DEMO_FAULTS", "on"),
    ("VIEWER_URL", "http://127.0.0.1:16686"),
];

async fn facts(settings: &[(&'static str, &str)]) -> Value {
    let shop = Shop::open_with(settings).await;
    let answer = shop.get("/storefront.json").await;
    assert_eq!(header(&answer, "cache-control"), "no-cache");
    body(answer, StatusCode::OK).await
}

#[tokio::test]
async fn the_page_is_told_what_is_on_and_where_the_viewer_is() {
    let mut on = ON.to_vec();
    on.push(("TRACE_URL", ""));
    let facts = facts(&on).await;
    assert_eq!(facts["telemetry"], true);
    assert_eq!(facts["viewer_url"], "http://127.0.0.1:16686");
    assert_eq!(
        facts["trace_url"],
        "http://127.0.0.1:16686/trace/{trace_id}"
    );
    let names: Vec<_> = contracts::Fault::ALL
        .iter()
        .map(|fault| fault.name())
        .collect();
    assert_eq!(facts["faults"], json!(names));
    assert_eq!(facts["service"]["version"], env!("CARGO_PKG_VERSION"));
}

#[tokio::test]
async fn by_default_nothing_is_on() {
    let facts = facts(&[("TRACE_URL", "")]).await;
    assert_eq!(facts["telemetry"], false);
    assert_eq!(facts["viewer_url"], Value::Null);
    assert_eq!(facts["trace_url"], Value::Null);
    assert_eq!(facts["faults"], json!([]));
}

#[tokio::test]
async fn the_page_begins_traces_only_where_they_are_gone_on_with() {
    let wanted = ("BROWSER_SPANS", "on");
    let restart = facts(&[wanted, ("EDGE_TRUST", "restart")]).await;
    assert_eq!(restart["telemetry"], false);
    let only_if = [wanted, ("EDGE_TRUST", "trust_if")];
    let near = [only_if[0], only_if[1], ("EDGE_TRUST_PEERS", "127.0.0.0/8")];
    assert_eq!(facts(&near).await["telemetry"], true);
    let far = [only_if[0], only_if[1], ("EDGE_TRUST_PEERS", "10.0.0.0/8")];
    assert_eq!(facts(&far).await["telemetry"], false);
}

#[tokio::test]
async fn the_articles_are_pricings_word_for_word_in_one_trace() {
    let shop = Shop::open().await;
    let answer = shop.get("/items").await;
    let trace = trace_id(&answer);
    assert_eq!(body(answer, StatusCode::OK).await, articles());
    let heard = shop.neighbours.heard();
    let parent = heard[0].headers["traceparent"].to_str().unwrap();
    assert!(parent.contains(&trace.to_string()), "{parent}");
}

#[tokio::test]
async fn without_pricing_there_are_no_articles_and_a_problem_says_so() {
    let shop = Shop::open().await;
    shop.neighbours.break_with(StatusCode::SERVICE_UNAVAILABLE);
    let detail = problem(shop.get("/items").await, StatusCode::SERVICE_UNAVAILABLE).await;
    assert!(detail.starts_with("pricing has failed"), "{detail}");
    shop.neighbours.break_with(StatusCode::NOT_FOUND);
    let detail = problem(shop.get("/items").await, StatusCode::BAD_GATEWAY).await;
    assert!(detail.starts_with("pricing has failed"), "{detail}");
}
