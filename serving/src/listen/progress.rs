//! How far one connection has come, and whether it took too long.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::{Limits, Protocol};

/// The first bytes of every HTTP/2 connection (RFC 9113, section 3.4).
const PREFACE_BYTES: usize = 24;
/// How long is waited for the peer's last bytes, so that what was answered reaches it, and for a
/// peer that was told to go.
pub(super) const LINGER: Duration = Duration::from_secs(1);

/// Written by the connection's own parts, read by the listener that looks after it.
#[derive(Debug)]
pub(super) struct Progress {
    protocol: Protocol,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// When it was accepted or, later, when the last request ended.
    since: Instant,
    /// When the first byte of what may become a request came.
    begun: Option<Instant>,
    bytes: usize,
    /// Requests between their head and the end of their answer.
    requests: usize,
    served: bool,
    /// The answers that are being taken, by the order of their beginning.
    answers: BTreeMap<u64, Instant>,
    next_answer: u64,
    unread_body: bool,
    /// The system takes no more of what is to be sent, because the peer does not.
    blocked: bool,
    closing: Option<Instant>,
}

/// What a connection took too long for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overdue {
    Head,
    Answer,
    Idle,
    Closing,
}

/// How long a connection has waited without a request. The lesser goes first: one that never
/// sent a request before one that did, then the longest wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Waiting {
    served: bool,
    since: Instant,
}

impl Progress {
    pub(super) fn new(protocol: Protocol) -> Self {
        Self {
            protocol,
            state: Mutex::new(State {
                since: Instant::now(),
                begun: None,
                bytes: 0,
                requests: 0,
                served: false,
                answers: BTreeMap::new(),
                next_answer: 0,
                unread_body: false,
                blocked: false,
                closing: None,
            }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn read(&self, bytes: usize) {
        let mut state = self.state();
        state.bytes = state.bytes.saturating_add(bytes);
        // Between requests an HTTP/2 peer says this and that; only its greeting is awaited.
        if self.protocol == Protocol::Http1 && state.requests == 0 && state.begun.is_none() {
            state.begun = Some(Instant::now());
        }
    }

    pub(super) fn write_blocked(&self, blocked: bool) {
        self.state().blocked = blocked;
    }

    pub(super) fn request_begins(&self) {
        let mut state = self.state();
        state.requests += 1;
        state.served = true;
        state.begun = None;
    }

    pub(super) fn request_ends(&self) {
        let mut state = self.state();
        state.requests -= 1;
        if state.requests == 0 {
            state.since = Instant::now();
            state.begun = None;
        }
    }

    /// Gives the answer's number, for its end.
    pub(super) fn answer_begins(&self) -> u64 {
        let mut state = self.state();
        let number = state.next_answer;
        state.next_answer += 1;
        state.answers.insert(number, Instant::now());
        number
    }

    pub(super) fn answer_ends(&self, number: u64) {
        self.state().answers.remove(&number);
    }

    pub(super) fn body_left_unread(&self) {
        self.state().unread_body = true;
    }

    /// Our side is closed. True when the peer may still be sending: closing the rest at once
    /// would reset the connection, and the peer might never read what it was answered.
    pub(super) fn closes(&self) -> bool {
        let mut state = self.state();
        state.closing.get_or_insert_with(Instant::now);
        state.begun.is_some() || state.unread_body
    }

    pub(super) fn waiting(&self) -> Option<Waiting> {
        let state = self.state();
        (state.requests == 0 && !state.blocked).then_some(Waiting {
            served: state.served,
            since: state.since,
        })
    }

    pub(super) fn overdue(&self, limits: &Limits) -> Option<Overdue> {
        let state = self.state();
        let over = |since: Instant, limit: Duration| since.elapsed() >= limit;
        if let Some(closing) = state.closing {
            return over(closing, LINGER).then_some(Overdue::Closing);
        }
        if let Some((_, begun)) = state.answers.first_key_value()
            && over(*begun, limits.answer)
        {
            return Some(Overdue::Answer);
        }
        if state.requests > 0 {
            return None;
        }
        let head_since = match self.protocol {
            Protocol::Http1 => state.begun.or((!state.served).then_some(state.since)),
            Protocol::Http2 => (state.bytes < PREFACE_BYTES).then_some(state.since),
        };
        if head_since.is_some_and(|since| over(since, limits.head)) {
            return Some(Overdue::Head);
        }
        if state.blocked {
            return over(state.since, limits.answer).then_some(Overdue::Answer);
        }
        over(state.since, limits.idle).then_some(Overdue::Idle)
    }
}
