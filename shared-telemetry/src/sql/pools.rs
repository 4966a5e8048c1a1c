//! How a pool of connections is used, as metrics.
//!
//! A request that waits for a connection waits inside its statement's span, which does not say
//! so: a pool with no idle connection and as many used as it may have does.
//!
//! Source: OpenTelemetry semantic conventions v1.44.0, "Database client metrics".

use sqlx::{Database, Pool};

use crate::metrics::{self, Observe};
use crate::names::{
    DB_CLIENT_CONNECTION_COUNT, DB_CLIENT_CONNECTION_MAX, DB_CLIENT_CONNECTION_POOL_NAME,
    DB_CLIENT_CONNECTION_STATE,
};

/// Tells of these pools, each by its name, how many connections are idle and in use, and how many
/// it may have. Call it once in a process, after `Telemetry::start`, with all pools of one system.
///
/// sqlx doesn't tell how many wait for a connection, so `db.client.connection.pending_requests` is
/// not among the metrics.
pub fn observe_pools<DB: Database>(pools: &[(&'static str, &Pool<DB>)]) {
    let kept = || -> Vec<_> {
        let own = |(name, pool): &(&'static str, &Pool<DB>)| (*name, Pool::clone(pool));
        pools.iter().map(own).collect()
    };
    let counted = kept();
    metrics::gauge(&DB_CLIENT_CONNECTION_COUNT, move |observe| {
        for (name, pool) in &counted {
            count(observe, name, pool);
        }
    });
    let limited = kept();
    metrics::gauge(&DB_CLIENT_CONNECTION_MAX, move |observe| {
        for (name, pool) in &limited {
            let max = i64::from(pool.options().get_max_connections());
            observe(max, &[(DB_CLIENT_CONNECTION_POOL_NAME, (*name).into())]);
        }
    });
}

fn count<DB: Database>(observe: Observe<'_>, name: &'static str, pool: &Pool<DB>) {
    // Read first: one that is returned in between makes the other smaller, never below zero.
    let all = i64::from(pool.size());
    let idle = i64::try_from(pool.num_idle()).unwrap_or(i64::MAX).min(all);
    for (state, connections) in [("idle", idle), ("used", all - idle)] {
        let attributes = [
            (DB_CLIENT_CONNECTION_POOL_NAME, name.into()),
            (DB_CLIENT_CONNECTION_STATE, state.into()),
        ];
        observe(connections, &attributes);
    }
}
