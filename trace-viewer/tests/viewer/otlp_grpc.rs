//! OTLP over gRPC with tonic's own client.

use shared_telemetry::otlp::proto::collector::{
    logs::v1::logs_service_client::LogsServiceClient,
    metrics::v1::{ExportMetricsServiceRequest, metrics_service_client::MetricsServiceClient},
    trace::v1::trace_service_client::TraceServiceClient,
};
use tonic::{
    Code,
    codec::CompressionEncoding,
    transport::{Channel, Endpoint},
};

use crate::harness::*;

async fn channel(viewer: &TestViewer) -> Channel {
    let endpoint = Endpoint::try_from(format!("http://{}", viewer.addresses.otlp_grpc)).unwrap();
    endpoint.connect().await.unwrap()
}

#[tokio::test]
async fn spans_and_logs_arrive_and_metrics_are_accepted() {
    let viewer = TestViewer::start().await;
    let channel = channel(&viewer).await;
    let traces = trace_request("pricing", vec![span(1, 1)]);
    let response = TraceServiceClient::new(channel.clone())
        .export(traces)
        .await
        .unwrap();
    assert!(response.into_inner().partial_success.is_none());
    let logs = logs_request("pricing", vec![log(1, 1, EPOCH, "quoted")]);
    LogsServiceClient::new(channel.clone())
        .export(logs)
        .await
        .unwrap();
    let metrics = ExportMetricsServiceRequest::default();
    MetricsServiceClient::new(channel)
        .export(metrics)
        .await
        .unwrap();

    assert_eq!(viewer.trace(1).await["services"][0], "pricing");
    assert_eq!(viewer.stat("logs").await, 1);
}

#[tokio::test]
async fn gzip_is_understood_both_ways() {
    let viewer = TestViewer::start().await;
    let mut client = TraceServiceClient::new(channel(&viewer).await)
        .send_compressed(CompressionEncoding::Gzip)
        .accept_compressed(CompressionEncoding::Gzip);
    let response = client
        .export(trace_request("pricing", vec![span(1, 1)]))
        .await
        .unwrap();
    assert_eq!(response.metadata().get("grpc-encoding").unwrap(), "gzip");
    assert!(viewer.has_trace(1).await);
}

#[tokio::test]
async fn partial_success_counts_the_refused() {
    let viewer = TestViewer::start().await;
    let mut client = TraceServiceClient::new(channel(&viewer).await);
    let spans = vec![span(1, 1), span(1, 0)];
    let response = client
        .export(trace_request("pricing", spans))
        .await
        .unwrap();
    let partial = response.into_inner().partial_success.unwrap();
    assert_eq!(partial.rejected_spans, 1);
    assert!(
        partial.error_message.contains("span_id"),
        "{}",
        partial.error_message
    );
}

#[tokio::test]
async fn a_message_over_the_limit_is_refused_compressed_or_not() {
    let viewer = TestViewer::start().await;
    let channel = channel(&viewer).await;
    let huge = with(span(1, 1), "k", text(&"a".repeat(17 * 1024 * 1024)));
    let request = trace_request("pricing", vec![huge]);
    let plain = TraceServiceClient::new(channel.clone())
        .export(request.clone())
        .await;
    assert_eq!(plain.unwrap_err().code(), Code::OutOfRange);
    let mut compressing =
        TraceServiceClient::new(channel).send_compressed(CompressionEncoding::Gzip);
    let bomb = compressing.export(request).await;
    assert_eq!(bomb.unwrap_err().code(), Code::ResourceExhausted);
    assert_eq!(viewer.stat("traces").await, 0);
}

#[tokio::test]
async fn garbage_is_an_invalid_argument_and_an_unknown_method_is_unimplemented() {
    let viewer = TestViewer::start().await;
    viewer.spans("pricing", vec![span(1, 1)]).await;
    let channel = channel(&viewer).await;
    let traces = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    for (path, code) in [
        (traces, Code::InvalidArgument),
        ("/other.Service/Export", Code::Unimplemented),
    ] {
        let mut grpc = tonic::client::Grpc::new(channel.clone());
        grpc.ready().await.unwrap();
        let garbage = tonic::Request::new("not protobuf".to_owned());
        let path = http::uri::PathAndQuery::from_static(path);
        let answer = grpc.unary(garbage, path, garbage_codec::Garbage).await;
        assert_eq!(answer.unwrap_err().code(), code);
    }
    assert_eq!(viewer.stat("spans").await, 1);
}

/// A client codec that writes its message as it is, which generated clients cannot.
mod garbage_codec {
    use bytes::BufMut;
    use tonic::{
        Status,
        codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    };

    pub(super) struct Garbage;

    impl Codec for Garbage {
        type Encode = String;
        type Decode = ();
        type Encoder = Self;
        type Decoder = Self;

        fn encoder(&mut self) -> Self {
            Self
        }

        fn decoder(&mut self) -> Self {
            Self
        }
    }

    impl Encoder for Garbage {
        type Item = String;
        type Error = Status;

        fn encode(&mut self, message: String, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
            buffer.put(message.as_bytes());
            Ok(())
        }
    }

    impl Decoder for Garbage {
        type Item = ();
        type Error = Status;

        fn decode(&mut self, _: &mut DecodeBuf<'_>) -> Result<Option<()>, Status> {
            Ok(Some(()))
        }
    }
}
