//! We ask fraud what it thinks of an order.

use std::time::Duration;

use axum::http::StatusCode;
use reqwest::{Response, Url};
use serde::Serialize;
use shared_telemetry::http::Client;

use crate::checkout::Tier;
use crate::fraud::{Assessment, HIGHEST_SCORE};

/// A score needs no fiftieth of it.
const MAX_ANSWER_BYTES: usize = 2048;

/// Fraud, over HTTP. Asked once: an order is not held up for a second try.
#[derive(Debug, Clone)]
pub(crate) struct FraudClient {
    score: Url,
    /// From the question to the last byte of the answer.
    timeout: Duration,
    http: Client,
}

/// All that fraud learns of an order: nothing of it is about a person.
#[derive(Serialize)]
struct Question {
    tier: &'static str,
    total_cents: u64,
    largest_quantity: u32,
}

/// Fraud gave no usable answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FraudError {
    #[error("fraud has not answered")]
    Unanswered(#[from] reqwest::Error),
    #[error("fraud has failed with status {0}")]
    Failed(StatusCode),
    #[error("fraud has given an answer of more than {MAX_ANSWER_BYTES} bytes")]
    TooLong,
    #[error("fraud has given an answer that cannot be read")]
    Unreadable(#[from] serde_json::Error),
    #[error("fraud has given the score {0}: the highest is {HIGHEST_SCORE}")]
    TooHigh(u8),
}

impl FraudClient {
    pub(crate) fn new(mut base: Url, timeout: Duration, http: Client) -> Self {
        if let Ok(mut segments) = base.path_segments_mut() {
            segments.pop_if_empty().push("score");
        }
        Self {
            score: base,
            timeout,
            http,
        }
    }

    pub(crate) async fn assess(
        &self,
        tier: Tier,
        total_cents: u64,
        largest_quantity: u32,
    ) -> Result<Assessment, FraudError> {
        let question = Question {
            tier: tier.name(),
            total_cents,
            largest_quantity,
        };
        let request = self.http.post(self.score.clone()).timeout(self.timeout);
        let response = self.http.send(request.json(&question)).await?;
        match response.status() {
            StatusCode::OK => {}
            status => return Err(FraudError::Failed(status)),
        }
        let assessment: Assessment = serde_json::from_slice(&body(response).await?)?;
        if assessment.score > HIGHEST_SCORE {
            return Err(FraudError::TooHigh(assessment.score));
        }
        Ok(assessment)
    }
}

async fn body(mut response: Response) -> Result<Vec<u8>, FraudError> {
    let mut body = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(reqwest::Error::without_url)?
    {
        if body.len() + chunk.len() > MAX_ANSWER_BYTES {
            return Err(FraudError::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

impl FraudError {
    /// As `error.type` has it; a status by its number.
    pub(crate) fn kind(&self) -> &str {
        match self {
            Self::Unanswered(error) if error.is_timeout() => "timeout",
            Self::Unanswered(error) if error.is_connect() => "connect",
            Self::Unanswered(_) => "_OTHER",
            Self::Failed(status) => status.as_str(),
            Self::TooLong => "answer_too_long",
            Self::Unreadable(_) | Self::TooHigh(_) => "answer_invalid",
        }
    }
}
