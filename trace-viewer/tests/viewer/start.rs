//! Start and stop: busy ports, and a shutdown that idle connections do not hold up.

use std::{net::TcpListener, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
    task::JoinSet,
    time::timeout,
};
use trace_viewer::{Address, Limits, Settings, Viewer};

use crate::harness::settings;

const DEADLINE: Duration = Duration::from_secs(10);

#[test]
fn a_busy_port_is_an_error_that_names_the_listener_the_address_and_the_reason() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let error = Viewer::build(Settings {
        otlp_grpc: Address::exactly(address),
        ..settings(Limits::default())
    });
    let message = error.unwrap_err().to_string();
    assert!(message.contains("OTLP over gRPC"), "{message}");
    assert!(message.contains(&address.to_string()), "{message}");
    assert!(message.contains("in use"), "{message}");
}

#[test]
fn a_busy_port_that_may_be_replaced_is_replaced() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let viewer = Viewer::build(Settings {
        query: Address::or_a_free_port(address),
        ..settings(Limits::default())
    });
    let bound = viewer.unwrap().addresses().query;
    assert_eq!(bound.ip(), address.ip());
    assert_ne!(bound.port(), address.port());
}

#[tokio::test]
async fn shutdown_ends_the_viewer_and_frees_its_ports_despite_idle_connections() {
    let viewer = Viewer::build(settings(Limits::default())).unwrap();
    let addresses = viewer.addresses();
    let (stop, stopped) = oneshot::channel::<()>();
    let mut running = JoinSet::new();
    running.spawn(async move {
        viewer
            .run(async {
                let _ = stopped.await;
            })
            .await
    });
    let url = format!("http://{}/healthz", addresses.query);
    assert_eq!(reqwest::get(url).await.unwrap().status(), 200);
    // One silent connection each; the HTTP/2 one never even says hello.
    let _query = TcpStream::connect(addresses.query).await.unwrap();
    let _grpc = TcpStream::connect(addresses.otlp_grpc).await.unwrap();

    stop.send(()).unwrap();
    let ended = timeout(DEADLINE, running.join_next())
        .await
        .expect("the viewer ends in time");
    ended.unwrap().unwrap().unwrap();
    for address in [addresses.query, addresses.otlp_http, addresses.otlp_grpc] {
        assert!(
            TcpStream::connect(address).await.is_err(),
            "{address} is closed"
        );
    }
}

#[tokio::test]
async fn a_request_under_way_at_shutdown_is_still_answered() {
    let viewer = Viewer::build(settings(Limits::default())).unwrap();
    let addresses = viewer.addresses();
    let (stop, stopped) = oneshot::channel::<()>();
    let mut running = JoinSet::new();
    running.spawn(async move {
        viewer
            .run(async {
                let _ = stopped.await;
            })
            .await
    });
    let mut exporter = TcpStream::connect(addresses.otlp_http).await.unwrap();
    let head = "POST /v1/traces HTTP/1.1\r\nhost: viewer\r\ncontent-type: application/json\r\n\
                content-length: 2\r\nexpect: 100-continue\r\n\r\n";
    exporter.write_all(head.as_bytes()).await.unwrap();
    // The viewer has begun to read once it asks for the body.
    let mut interim = [0; 25];
    exporter.read_exact(&mut interim).await.unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");

    stop.send(()).unwrap();
    let closed = async { while TcpStream::connect(addresses.otlp_http).await.is_ok() {} };
    timeout(DEADLINE, closed)
        .await
        .expect("the port closes in time");
    exporter.write_all(b"{}").await.unwrap();
    let mut answer = String::new();
    exporter.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");
}
