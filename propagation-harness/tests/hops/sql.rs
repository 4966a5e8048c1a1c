//! SQL: the CLIENT span of a statement, for sqlx.

use propagation_harness::{Boundary, Caller, Landing, Observation};
use shared_telemetry::sql::{Database, Statement};
use shared_telemetry::testing::SpanKind;
use sqlx::sqlite::SqlitePoolOptions;

static SELECT_NUMBER: Statement = Statement::new("SELECT", "numbers", "SELECT 1 WHERE 1 = $1");

#[tokio::test]
async fn a_statement_runs_inside_its_caller() {
    for caller in Caller::BOTH {
        let observation = Observation::begin().await;
        let pool = SqlitePoolOptions::new().max_connections(1);
        let pool = pool.connect("sqlite::memory:").await.unwrap();
        let database = Database::sqlite("harness");
        let ask = |landing: Landing| {
            let pool = pool.clone();
            async move {
                let query = async {
                    let landed = Landing::here();
                    let query = sqlx::query(SELECT_NUMBER.text()).bind(1);
                    query.execute(&pool).await.map(|_| landed)
                };
                (landing, database.run(&SELECT_NUMBER, query).await.unwrap())
            }
        };
        let (sent, landed) = caller.run(ask).await;
        // sqlx's thread holds the caller's span until it has closed its connection.
        pool.close().await;

        let hop = Boundary::Sql;
        if caller.sampled() {
            let recorded = observation
                .recorded_when(|recorded| recorded.has("caller"))
                .await;
            let around = recorded.one("caller", SpanKind::Internal);
            hop.child(&recorded, around, SpanKind::Client, "SELECT numbers");
        }
        hop.landed(&sent, &landed);
        if !caller.sampled() {
            hop.not_recorded(&observation.recorded(), &["caller", "SELECT numbers"]);
        }
    }
}
