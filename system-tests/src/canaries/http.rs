//! Secrets in every part of every request over HTTP.

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use super::Canaries;
use crate::{Demo, cart};

/// Sends all of it. What is answered does not matter: refusals are told too.
pub(super) async fn send(demo: &Demo, canaries: &Canaries) {
    let client = Client::new();
    for service in ["gateway", "pricing", "inventory", "fulfillment"] {
        for (route, path) in paths(service, canaries) {
            let place = format!("GET {route} of {service}");
            let url = format!("{}{path}?{}", demo.url(service), query(&place, canaries));
            let request = with_headers(client.get(url), &place, canaries);
            request.send().await.expect("an answer");
        }
    }
    let url = format!("{}/checkout", demo.url("gateway"));
    for (what, body) in bodies(canaries) {
        let place = format!("POST /checkout with {what}");
        let request = client.post(&url).body(body);
        let request = request.header("content-type", "application/json");
        let request = with_headers(request, &place, canaries);
        request.send().await.expect("an answer");
    }
    let secret = canaries.word("a body that is no JSON");
    let request = client.post(&url).body(format!("password={secret}"));
    request.send().await.expect("an answer");
}

/// A checkout whose customer is called so, under a key, so that the gateway writes it down.
pub(super) async fn checkout_as(demo: &Demo, customer: &str, canaries: &Canaries) {
    let mut cart = cart();
    cart["customer"]["id"] = json!(customer);
    let url = format!("{}/checkout", demo.url("gateway"));
    let request = Client::new().post(url).json(&cart);
    let request = with_headers(request, "POST /checkout of that customer", canaries);
    request.send().await.expect("an answer");
}

/// Each route of a service, and some that it does not have: what it is called, and the path.
fn paths(service: &str, canaries: &Canaries) -> Vec<(String, String)> {
    let word = |what: &str| canaries.word(&format!("{what} of {service}"));
    let mail = |what: &str| canaries.mail(&format!("{what} of {service}"));
    let mut paths = vec![
        ("/reset/{}", format!("/reset/{}", word("a path"))),
        (
            "/token/{}",
            format!("/token/{}", word("a path after /token")),
        ),
        (
            "/a/{}",
            format!("/a/{}", mail("a path").replace('@', "%40")),
        ),
        ("/{}/x", format!("/{}/x", mail("a path in clear"))),
        (
            "/reset/{}%00",
            format!("/reset/{}%00", word("a path with a zero byte")),
        ),
        // PostgreSQL takes no such text, and its errors are told.
        (
            "/stock/{}%00",
            format!("/stock/{}%00", mail("a path with a zero byte")),
        ),
        ("/healthz", "/healthz".to_owned()),
        ("/readyz", "/readyz".to_owned()),
    ];
    let own: &[&str] = match service {
        "gateway" => &["/checkout", "/orders/{}", "/stock/{}"],
        "pricing" => &["/quote/{}", "/items"],
        "inventory" => &["/stock/{}"],
        _ => &["/orders/{}", "/lag"],
    };
    for route in own {
        let place = format!("{route} of {service}");
        for secret in [canaries.card(&place), canaries.mail(&place)] {
            paths.push((*route, route.replace("{}", &secret)));
        }
    }
    if service == "pricing" {
        paths.push(("/quote/TEAPOT-1", "/quote/TEAPOT-1".to_owned()));
    }
    let owned = |(route, path): (&str, String)| (route.to_owned(), path);
    paths.into_iter().map(owned).collect()
}

fn query(place: &str, canaries: &Canaries) -> String {
    let of = |name: &str| format!("?{name}= of {place}");
    [
        ("token", canaries.word(&of("token"))),
        ("coupon", canaries.coupon(&of("coupon"))),
        ("sku", canaries.mail(&of("sku"))),
        ("quantity", canaries.card(&of("quantity"))),
        ("currency", canaries.mail(&of("currency"))),
        ("note", canaries.mail(&of("note"))),
    ]
    .map(|(name, value)| format!("{name}={}", value.replace('@', "%40")))
    .join("&")
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
    let word = |header: &str| canaries.word(&place(header));
    request
        .header("traceparent", canaries.traceparent())
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
    let number = |place| (place, json!(canaries.number(place)));
    let twice = json!({"sku": canaries.mail("/lines, twice"), "quantity": 1});
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
        ("/lines", json!([twice, twice])),
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
