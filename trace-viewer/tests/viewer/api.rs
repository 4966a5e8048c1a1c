//! The rest of the JSON API: lists, counts, redirects and problems.

use serde_json::{Value, json};

use crate::harness::*;

#[tokio::test]
async fn services_are_listed_with_their_operations() {
    let viewer = TestViewer::start().await;
    viewer.spans("pricing", vec![span(1, 3)]).await;
    viewer
        .spans("gateway", vec![span(1, 2), span(1, 1), span(2, 1)])
        .await;
    assert_eq!(
        viewer.json("/api/services").await,
        json!({"services": [
            {"name": "gateway", "operations": ["span 1", "span 2"]},
            {"name": "pricing", "operations": ["span 3"]},
        ]})
    );
}

#[tokio::test]
async fn spans_come_by_start_time_and_share_their_resources() {
    let viewer = TestViewer::start().await;
    viewer
        .spans("pricing", vec![child(1, 3, 1), child(1, 2, 1)])
        .await;
    viewer.spans("gateway", vec![span(1, 1)]).await;
    viewer.spans("pricing", vec![child(1, 4, 1)]).await;
    let trace = viewer.trace(1).await;
    let spans = trace["spans"].as_array().unwrap();
    let seen: Vec<_> = spans
        .iter()
        .map(|span| {
            (
                span["name"].as_str().unwrap(),
                span["resource"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [("span 1", 0), ("span 2", 1), ("span 3", 1), ("span 4", 1)]
    );
    assert_eq!(trace["resources"].as_array().unwrap().len(), 2);
    assert_eq!(trace["resources"][1]["service.name"], "pricing");
}

#[tokio::test]
async fn an_id_is_read_in_either_case_and_a_malformed_one_is_a_400() {
    let viewer = TestViewer::start().await;
    viewer.spans("gateway", vec![span(0xab, 1)]).await;
    let upper = trace_hex(0xab).to_uppercase();
    assert_eq!(
        viewer.json(&format!("/api/traces/{upper}")).await["trace_id"],
        trace_hex(0xab)
    );
    let almost = format!("+{}", &trace_hex(0xab)[1..]);
    for id in ["ab", "%ff", &"g".repeat(32), &"0".repeat(33), &almost] {
        for path in [
            format!("/api/traces/{id}"),
            format!("/api/traces/{id}/logs"),
            format!("/trace/{id}"),
            format!("/joined/{id}"),
            format!("/compare/{id}/{id}"),
        ] {
            let response = viewer.get(&path).await;
            assert_eq!(response.status(), 400, "{path}");
            let problem: Value = response.json().await.unwrap();
            assert_eq!(problem["detail"], "a trace id is 32 hex digits");
        }
    }
}

#[tokio::test]
async fn an_unknown_trace_is_a_404_problem() {
    let viewer = TestViewer::start().await;
    let response = viewer.get(&format!("/api/traces/{}", trace_hex(1))).await;
    assert_eq!(response.status(), 404);
    assert_eq!(
        response.headers()["content-type"],
        "application/problem+json"
    );
    assert_eq!(
        response.json::<Value>().await.unwrap(),
        json!({
            "type": "about:blank", "title": "Not Found", "status": 404,
            "detail": format!("no span of trace {} is kept", trace_hex(1)),
        })
    );
}

#[tokio::test]
async fn health_and_index_are_plain_text_and_other_addresses_are_problems() {
    let viewer = TestViewer::start().await;
    assert_eq!(viewer.get("/healthz").await.text().await.unwrap(), "ok");
    let index = viewer.get("/api").await.text().await.unwrap();
    for address in ["/api/services", "/api/traces", "/api/stats", "/healthz"] {
        assert!(index.contains(address), "{index}");
    }
    assert_eq!(
        viewer.get("/nothing").await.json::<Value>().await.unwrap()["status"],
        404
    );
    let url = format!("http://{}/api/stats", viewer.addresses.query);
    let response = viewer.http.post(url).send().await.unwrap();
    assert_eq!(response.status(), 405);
    assert_eq!(response.json::<Value>().await.unwrap()["status"], 405);
}
