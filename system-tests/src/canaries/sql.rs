//! Secrets in the words of a database: what PostgreSQL says of a value that it does not take.
//!
//! No statement of the shop can make it say one. So its tables are changed, as somebody else may
//! do who has rights there: a constraint converts a text to a number, and the error quotes it.

use database::testing::{Postgres, postgres};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use super::{Canaries, grpc, http, kafka};
use crate::{Demo, DemoBuilder};

/// Whose tables become talkative, and how. Each of them spares what is not meant for it.
const QUOTING: [(&str, &str); 4] = [
    (
        "inventory",
        "ALTER TABLE reservations ADD CONSTRAINT quoting CHECK (CASE \
         WHEN order_id LIKE 'cast-call-%' THEN order_id::bigint > 0 ELSE true END)",
    ),
    (
        "fulfillment",
        "ALTER TABLE orders ADD CONSTRAINT quoting CHECK (CASE \
         WHEN order_id LIKE 'cast-message-%' AND state <> 'failed' THEN order_id::bigint > 0 \
         ELSE true END)",
    ),
    (
        "gateway",
        "ALTER TABLE checkouts ADD CONSTRAINT quoting CHECK (CASE \
         WHEN payload LIKE '%\"45391488034%' THEN payload::bigint > 0 ELSE true END)",
    ),
    (
        "gateway",
        "ALTER TABLE checkouts ADD CONSTRAINT detailing CHECK (payload NOT LIKE '%detail-%')",
    ),
];

/// The shop's databases on a private PostgreSQL.
#[derive(Debug)]
pub struct Databases(Vec<(&'static str, Postgres)>);

impl Databases {
    /// Four empty ones; `None` where there is no PostgreSQL.
    pub async fn start() -> Option<Self> {
        let mut databases = Vec::new();
        for service in ["gateway", "pricing", "fulfillment", "inventory"] {
            databases.push((service, postgres().await?));
        }
        Some(Self(databases))
    }

    /// A demo that uses them.
    #[must_use]
    pub fn under(&self, demo: DemoBuilder) -> DemoBuilder {
        self.0.iter().fold(demo, |demo, (service, database)| {
            let url = database.url_with_password();
            demo.set(&format!("{service}.DATABASE_URL={url}"))
        })
    }

    /// Makes them quote values in their errors, and provokes such errors: over gRPC, by a message,
    /// by a checkout. Gives how many messages are to become dead letters.
    ///
    /// # Panics
    /// When the demo has not made its tables yet.
    pub async fn let_in(&self, demo: &Demo, canaries: &Canaries) -> usize {
        self.become_talkative().await;
        let mail = |place: &str| canaries.mail(&format!("an SQL error, {place}"));
        let address = grpc::address(demo).await;
        let id = format!("cast-call-{}", mail("of a call"));
        grpc::reserve(&address, &id, grpc::good_lines(), canaries).await;

        let card = canaries.card("an SQL error, in the payload of a checkout");
        http::checkout_as(demo, &card, canaries).await;
        // A word without a form: only what is never told can't leak.
        let word = canaries.word("the DETAIL of an SQL error");
        http::checkout_as(demo, &format!("detail-{word}"), canaries).await;

        let id = format!("cast-message-{}", mail("of a message"));
        let order = kafka::order(&id, "MUG-2", canaries).to_string();
        let producer = kafka::producer(&demo.url("kafka"));
        kafka::publish(&producer, &order, canaries).await;
        1
    }

    async fn become_talkative(&self) {
        for (service, change) in QUOTING {
            let database = self.0.iter().find(|(name, _)| *name == service);
            let (_, database) = database.expect("every service has one");
            let mut connection = database.connect().await;
            let changed = connection.execute(AssertSqlSafe(change)).await;
            changed.expect("the demo has made its tables");
            let _ = connection.close().await;
        }
    }
}
