//! The price database on a real SQLite file.
#![allow(clippy::unwrap_used)] // A test fails by panicking, in its helpers too.

use std::time::SystemTime;

use pricing::quote::{Currency, QuoteError};
use pricing::quote_store::{QuoteStore, SqliteQuoteStore};
use tempfile::TempDir;

async fn open(dir: &TempDir) -> SqliteQuoteStore {
    SqliteQuoteStore::open(&dir.path().join("pricing.db"))
        .await
        .unwrap()
}

#[tokio::test]
async fn an_article_has_a_price_in_each_currency() {
    let dir = TempDir::new().unwrap();
    let store = open(&dir).await;
    for sku in ["TEAPOT-1", "MUG-2", "KETTLE-3", "ONE-LEFT-9"] {
        let eur = store.item(sku, Currency::Eur).await.unwrap().unwrap();
        let usd = store.item(sku, Currency::Usd).await.unwrap().unwrap();
        assert_eq!((eur.sku.as_str(), eur.currency), (sku, Currency::Eur));
        assert_eq!(eur.name, usd.name);
        assert_ne!(eur.unit_cents, usd.unit_cents);
    }
    assert_eq!(store.item("NOPE", Currency::Eur).await.unwrap(), None);
}

#[tokio::test]
async fn the_seeded_coupons_count_and_the_expired_one_does_not() {
    let dir = TempDir::new().unwrap();
    let store = open(&dir).await;
    for (coupon, percent) in [("WELCOME10", 10), ("GOLD20", 20)] {
        let promotion = store.promotion(coupon).await.unwrap().unwrap();
        assert_eq!(promotion.percent, percent);
        assert!(promotion.valid_at(SystemTime::now()).is_ok());
    }
    let expired = store.promotion("EXPIRED5").await.unwrap().unwrap();
    assert_eq!(
        expired.valid_at(SystemTime::now()),
        Err(QuoteError::ExpiredCoupon)
    );
    assert_eq!(store.promotion("welcome10").await.unwrap(), None);
}

#[tokio::test]
async fn a_database_is_opened_again_as_it_was() {
    let dir = TempDir::new().unwrap();
    let first = open(&dir).await.items().await.unwrap();
    assert_eq!(open(&dir).await.items().await.unwrap(), first);
}
