//! What every price database must do: on a real SQLite file, and on a real PostgreSQL.
#![allow(clippy::unwrap_used)] // A test fails by panicking, in its helpers too.

use std::time::SystemTime;

use database::Url;
use pricing::quote::{Currency, QuoteError};
use pricing::quote_store::{ChosenQuoteStore, QuoteStore};

/// Each case on each system, with an empty database of its own.
macro_rules! on_both {
    ($($case:ident)*) => {
        mod on_sqlite {
            $(#[tokio::test]
            async fn $case() {
                let dir = tempfile::TempDir::new().unwrap();
                super::$case(database::Url::Sqlite(dir.path().join("pricing.db"))).await;
            })*
        }

        mod on_postgres {
            $(#[tokio::test]
            async fn $case() {
                if let Some(postgres) = database::testing::postgres().await {
                    super::$case(postgres.url()).await;
                }
            })*
        }
    };
}

on_both! {
    an_article_has_a_price_in_each_currency
    the_articles_come_by_sku_and_currency
    the_seeded_coupons_count_and_the_expired_one_does_not
    a_database_is_opened_again_as_it_was
    a_store_that_was_closed_answers_with_an_error
}

async fn open(url: &Url) -> ChosenQuoteStore {
    ChosenQuoteStore::open(url).await.unwrap()
}

async fn an_article_has_a_price_in_each_currency(url: Url) {
    let store = open(&url).await;
    for sku in ["TEAPOT-1", "MUG-2", "KETTLE-3", "ONE-LEFT-9"] {
        let eur = store.item(sku, Currency::Eur).await.unwrap().unwrap();
        let usd = store.item(sku, Currency::Usd).await.unwrap().unwrap();
        assert_eq!((eur.sku.as_str(), eur.currency), (sku, Currency::Eur));
        assert_eq!(eur.name, usd.name);
        assert_ne!(eur.unit_cents, usd.unit_cents);
    }
    assert_eq!(store.item("NOPE", Currency::Eur).await.unwrap(), None);
    store.close().await;
}

async fn the_articles_come_by_sku_and_currency(url: Url) {
    let store = open(&url).await;
    let items = store.items().await.unwrap();
    assert_eq!(items.len(), 18);
    let order = |item: &pricing::quote::Item| (item.sku.clone(), item.currency.code());
    assert!(items.is_sorted_by_key(order), "{items:?}");
    store.close().await;
}

async fn the_seeded_coupons_count_and_the_expired_one_does_not(url: Url) {
    let store = open(&url).await;
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
    store.close().await;
}

async fn a_database_is_opened_again_as_it_was(url: Url) {
    let store = open(&url).await;
    let first = store.items().await.unwrap();
    store.close().await;
    let again = open(&url).await;
    assert_eq!(again.items().await.unwrap(), first);
    again.close().await;
}

async fn a_store_that_was_closed_answers_with_an_error(url: Url) {
    let store = open(&url).await;
    store.ready().await.unwrap();
    store.close().await;
    let error = store.ready().await.unwrap_err();
    assert_eq!(error.to_string(), "the price database cannot be read");
    store.item("MUG-2", Currency::Eur).await.unwrap_err();
}
