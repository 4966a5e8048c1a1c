//! `traceparent` through a real hop: the cases of the W3C suite, and those of level 2 beyond it.

use crate::hop::{Sent, callback_for, callbacks};

const TRACE: &str = "12345678901234567890123456789012";
const PARENT: &str = "1234567890123456";

fn header(flags: &str) -> String {
    format!("00-{TRACE}-{PARENT}-{flags}")
}

async fn continues(headers: Sent<'_>) {
    let out = callback_for(headers).await;
    let [_, trace, parent, _] = out.traceparent();
    assert_eq!(trace, TRACE, "{headers:?} was refused");
    assert_ne!(parent, PARENT, "the hop has a span of its own");
}

/// A new trace begins, and nothing of the header is in it.
async fn restarts(value: &str) {
    let out = callback_for(&[("traceparent", value), ("tracestate", "foo=1")]).await;
    assert_ne!(out.trace_id(), TRACE, "{value:?} was accepted");
    assert!(
        !value.contains(out.trace_id()),
        "{value:?} was half believed"
    );
    assert_eq!(
        out.tracestate(),
        None,
        "{value:?} must take its tracestate with it"
    );
}

#[tokio::test]
async fn without_any_header_a_trace_begins() {
    assert_eq!(callback_for(&[]).await.tracestate(), None);
}

#[tokio::test]
async fn a_traceparent_alone_is_continued() {
    continues(&[("traceparent", &header("01"))]).await;
}

#[tokio::test]
async fn a_repeated_traceparent_is_refused() {
    let other = header("01").replace("9012-", "9011-");
    for second in [&header("01"), &other, ""] {
        let headers = [
            ("traceparent", header("01")),
            ("traceparent", second.to_owned()),
        ];
        let headers = headers
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        let out = callback_for(&headers).await;
        assert_ne!(out.trace_id(), TRACE);
        assert!(!other.contains(out.trace_id()));
    }
}

#[tokio::test]
async fn other_header_names_mean_nothing() {
    for name in ["trace-parent", "trace.parent", "trace_parent"] {
        assert_ne!(
            callback_for(&[(name, &header("01"))]).await.trace_id(),
            TRACE
        );
    }
}

#[tokio::test]
async fn the_header_s_name_is_read_in_any_case() {
    for name in ["TraceParent", "TrAcEpArEnT", "TRACEPARENT"] {
        continues(&[(name, &header("01"))]).await;
    }
}

#[tokio::test]
async fn version_00_ends_with_its_flags() {
    for tail in [".", "-", "-what-the-future-will-be-like", "-00", " -"] {
        restarts(&(header("01") + tail)).await;
    }
}

#[tokio::test]
async fn a_higher_version_is_read_by_its_first_four_fields() {
    for version in ["01", "0a", "cc", "fe"] {
        let header = header("01").replacen("00", version, 1);
        continues(&[("traceparent", &header)]).await;
        continues(&[(
            "traceparent",
            &format!("{header}-what-the-future-will-be-like"),
        )])
        .await;
        continues(&[("traceparent", &format!("{header}-"))]).await;
        restarts(&format!("{header}.what-the-future-will-be-like")).await;
        restarts(&format!("{header}0")).await;
    }
}

#[tokio::test]
async fn version_ff_is_refused() {
    restarts(&header("01").replacen("00", "ff", 1)).await;
    restarts(&(header("01").replacen("00", "ff", 1) + "-x")).await;
}

#[tokio::test]
async fn a_version_is_two_lower_case_digits() {
    for version in [".0", "0.", "000", "0000", "0", "", "CC", "+0", "0x", " 0"] {
        restarts(&format!("{version}-{TRACE}-{PARENT}-01")).await;
    }
}

#[tokio::test]
async fn a_trace_id_is_32_lower_case_digits_and_not_all_zero() {
    let zero = "0".repeat(32);
    let (long, short) = (format!("{TRACE}3"), &TRACE[..31]);
    let upper = "ABCDEF78901234567890123456789012";
    for id in [
        &zero,
        &long,
        short,
        upper,
        ".2345678901234567890123456789012",
        "1234567890123456789012345678901.",
        "1",
        "",
    ] {
        restarts(&format!("00-{id}-{PARENT}-01")).await;
    }
}

#[tokio::test]
async fn a_parent_id_is_16_lower_case_digits_and_not_all_zero() {
    let zero = "0".repeat(16);
    for id in [
        &zero,
        "12345678901234567",
        "123456789012345",
        "ABCDEF7890123456",
        ".234567890123456",
        "123456789012345.",
        "1",
        "",
    ] {
        restarts(&format!("00-{TRACE}-{id}-01")).await;
    }
}

#[tokio::test]
async fn flags_are_two_lower_case_digits() {
    for flags in [".0", "0.", "001", "1", "", "0A", "+1"] {
        restarts(&header(flags)).await;
    }
    restarts("00-1-1-1").await;
}

#[tokio::test]
async fn blanks_around_the_header_are_no_part_of_it() {
    for (before, after) in [(" ", ""), ("\t", ""), ("", " "), ("", "\t"), ("\t ", " \t")] {
        continues(&[("traceparent", &format!("{before}{}{after}", header("01")))]).await;
    }
}

#[tokio::test]
async fn the_sampled_flag_is_followed() {
    for (sent, left) in [("00", "00"), ("01", "01")] {
        assert_eq!(
            callback_for(&[("traceparent", &header(sent))])
                .await
                .flags(),
            left
        );
    }
}

#[tokio::test]
async fn the_random_flag_survives_a_hop_sampled_or_not_and_is_not_made_up() {
    for (sent, left) in [("02", "02"), ("03", "03"), ("00", "00"), ("01", "01")] {
        assert_eq!(
            callback_for(&[("traceparent", &header(sent))])
                .await
                .flags(),
            left
        );
    }
}

#[tokio::test]
async fn a_trace_that_begins_here_has_the_random_flag() {
    assert_eq!(callback_for(&[]).await.flags(), "03");
    assert_eq!(
        callback_for(&[("b3", "0")]).await.flags(),
        "02",
        "not sampled, still random"
    );
}

#[tokio::test]
async fn flags_that_nobody_defined_are_cleared() {
    for (sent, left) in [("ff", "03"), ("fc", "00"), ("09", "01")] {
        assert_eq!(
            callback_for(&[("traceparent", &header(sent))])
                .await
                .flags(),
            left
        );
    }
}

/// The trace ids and the number of different parent ids of three callbacks.
async fn three(headers: Sent<'_>) -> (Vec<String>, usize) {
    let out = callbacks(headers, 3).await;
    let mut traces: Vec<_> = out.iter().map(|out| out.trace_id().to_owned()).collect();
    let mut parents: Vec<_> = out.iter().map(|out| out.traceparent()[2]).collect();
    traces.dedup();
    parents.sort_unstable();
    parents.dedup();
    (traces, parents.len())
}

#[tokio::test]
async fn several_callbacks_have_one_trace_and_a_parent_each() {
    assert_eq!(
        three(&[("traceparent", &header("01"))]).await,
        (vec![TRACE.to_owned()], 3)
    );
    let (traces, parents) = three(&[]).await;
    assert_eq!((traces.len(), parents), (1, 3));
    let zero = header("01").replace(TRACE, &"0".repeat(32));
    let (traces, parents) = three(&[("traceparent", &zero)]).await;
    assert_eq!((traces.len(), parents), (1, 3));
    assert_ne!(traces[0], "0".repeat(32));
}
