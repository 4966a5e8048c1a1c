//! Secrets in every part of every request over HTTP.

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use system_tests::{Demo, cart};

use crate::canaries::Canaries;

/// Sends all of it. What is answered does not matter: refusals are told too.
pub(crate) async fn send(demo: &Demo, canaries: &Canaries) {
    let client = Client::new();
    for service in ["gateway", "pricing", "inventory", "fulfillment"] {
        for (path, query) in paths(service, canaries) {
            let url = format!("{}{path}?{query}", demo.url(service));
            let request = client.get(url);
            with_headers(request, &format!("{service} {path}"), canaries)
                .send()
                .await
                .expect("an answer");
        }
    }
    let url = format!("{}/checkout", demo.url("gateway"));
    for (what, body) in bodies(canaries) {
        let request = client.post(&url).body(body);
        let request = request.header("content-type", "application/json");
        let request = with_headers(request, &format!("checkout with {what}"), canaries);
        request.send().await.expect("an answer");
    }
    let secret = canaries.word("a body that is no JSON");
    let request = client.post(&url).body(format!("password={secret}"));
    request.send().await.expect("an answer");
}

/// Each route of a service, and one that it does not have.
fn paths(service: &str, canaries: &Canaries) -> Vec<(String, String)> {
    let query = |place: &str| {
        [
            ("token", canaries.word("?token=")),
            ("coupon", canaries.coupon("?coupon=")),
            ("sku", canaries.mail("?sku=")),
            ("quantity", canaries.card("?quantity=")),
            ("currency", canaries.mail("?currency=")),
            ("note", canaries.mail(place)),
        ]
        .map(|(name, value)| format!("{name}={}", value.replace('@', "%40")))
        .join("&")
    };
    let mut paths = vec![
        format!("/reset/{}", canaries.word("a segment of a path")),
        format!("/token/{}", canaries.word("a segment behind /token")),
        format!("/a/{}", canaries.mail("a path").replace('@', "%40")),
        format!("/{}/x", canaries.mail("a path in clear")),
        "/healthz".to_owned(),
        "/readyz".to_owned(),
    ];
    let own: &[&str] = match service {
        "gateway" => &["/checkout", "/orders/{}", "/stock/{}"],
        "pricing" => &["/quote/{}", "/items"],
        "inventory" => &["/stock/{}"],
        _ => &["/orders/{}", "/lag"],
    };
    for route in own {
        for secret in [canaries.card(route), canaries.mail(route)] {
            paths.push(route.replace("{}", &secret));
        }
    }
    let quoted = "/quote/TEAPOT-1".to_owned();
    paths.extend((service == "pricing").then_some(quoted));
    let pair = |path: String| {
        let query = query(&format!("the query of {path}"));
        (path, query)
    };
    paths.into_iter().map(pair).collect()
}

fn with_headers(request: RequestBuilder, to: &str, canaries: &Canaries) -> RequestBuilder {
    let place = |header: &str| format!("{header} of {to}");
    let baggage = format!(
        "app.customer.tier={},demo.fault={};owner={},{}=1,secret={}",
        canaries.mail(&place("app.customer.tier in baggage")),
        canaries.card(&place("demo.fault in baggage")),
        canaries.mail(&place("a property in baggage")),
        canaries.card(&place("a key of baggage")),
        canaries.word(&place("an entry of baggage")),
    );
    let tracestate = format!(
        "kept=1,vendor={},token={}",
        canaries.mail(&place("tracestate")),
        canaries.word(&place("tracestate")),
    );
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let word = |header: &str| canaries.word(&place(header));
    request
        .header("traceparent", parent)
        .header("tracestate", tracestate)
        .header("baggage", baggage)
        .header("authorization", format!("Bearer {}", word("Authorization")))
        .header("cookie", format!("theme=dark; session={}", word("Cookie")))
        .header("x-api-key", word("X-Api-Key"))
        .header("idempotency-key", word("Idempotency-Key"))
        .header(
            "user-agent",
            format!("me/1 ({})", canaries.mail(&place("User-Agent"))),
        )
        .header("x-forwarded-for", canaries.mail(&place("X-Forwarded-For")))
        .header("x-debug-trace", word("X-Debug-Trace"))
        .header("referer", format!("http://a/?token={}", word("Referer")))
}

/// Carts with secrets where they belong, carts with secrets where they do not, by their place,
/// and what is no cart.
fn bodies(canaries: &Canaries) -> Vec<(&'static str, String)> {
    let good = || {
        let mut cart = cart();
        cart["customer"]["email"] = json!(canaries.mail("customer.email"));
        cart["payment_token"] = json!(canaries.word("payment_token"));
        cart["coupon"] = json!(canaries.coupon("coupon"));
        cart
    };
    let mail = |place| (place, json!(canaries.mail(place)));
    let card = |place| (place, json!(canaries.card(place)));
    let word = |place| (place, json!(canaries.word(place).repeat(9)));
    let number = |place| {
        let number: u64 = canaries.card(place).parse().unwrap();
        (place, json!(number))
    };
    let carts = [
        // A coupon that the shop has, and one that it does not have.
        ("/coupon", json!("WELCOME10")),
        ("/coupon", json!(canaries.coupon("/coupon"))),
        word("/coupon"),
        number("/coupon"),
        card("/payment_token"),
        number("/payment_token"),
        number("/customer/email"),
        word("/customer/email"),
        mail("/customer/id"),
        card("/customer/id"),
        mail("/customer/tier"),
        mail("/currency"),
        mail("/lines/0/sku"),
        card("/lines/0/sku"),
        number("/lines/0/quantity"),
        mail("/lines/0/quantity"),
    ];
    let with = |(pointer, value): (&'static str, Value)| {
        let mut cart = good();
        *cart.pointer_mut(pointer).unwrap() = value;
        (pointer, cart.to_string())
    };
    let (secret, address) = (canaries.word("broken JSON"), canaries.mail("broken JSON"));
    let broken = format!(
        "{{\"payment_token\": \"{secret}\", \"customer\": {{\"email\": \"{address}\"}}, oops"
    );
    let broken = ("broken JSON", broken);
    carts.into_iter().map(with).chain([broken]).collect()
}
