//! The statements of the price database, which both systems understand, and what their rows mean.

use shared_telemetry::sql::Statement;

use crate::quote::{Currency, Item, Promotion, unix_time};

pub(super) static SELECT_ITEM: Statement = Statement::new(
    "SELECT",
    "items",
    "SELECT name, unit_cents FROM items WHERE sku = $1 AND currency = $2",
);

pub(super) static SELECT_ITEMS: Statement = Statement::new(
    "SELECT",
    "items",
    "SELECT sku, currency, name, unit_cents FROM items ORDER BY sku, currency",
);

pub(super) static SELECT_PROMOTION: Statement = Statement::new(
    "SELECT",
    "promotions",
    "SELECT percent, valid_from, valid_until FROM promotions WHERE coupon = $1",
);

/// Name and price, of [`SELECT_ITEM`].
pub(super) type ItemRow = (String, i64);

/// SKU, currency, name and price, of [`SELECT_ITEMS`].
pub(super) type ItemsRow = (String, String, String, i64);

/// Percentage, beginning and end, of [`SELECT_PROMOTION`].
pub(super) type PromotionRow = (i64, i64, i64);

pub(super) fn item(sku: &str, currency: Currency, row: ItemRow) -> Result<Item, sqlx::Error> {
    let (name, unit_cents) = row;
    Ok(Item {
        sku: sku.to_owned(),
        currency,
        name,
        unit_cents: u64::try_from(unit_cents).map_err(|_| out_of_range("unit_cents"))?,
    })
}

pub(super) fn items(rows: Vec<ItemsRow>) -> Result<Vec<Item>, sqlx::Error> {
    let read = |(sku, currency, name, unit_cents): ItemsRow| {
        let currency = currency.parse().map_err(|_| out_of_range("currency"))?;
        item(&sku, currency, (name, unit_cents))
    };
    rows.into_iter().map(read).collect()
}

pub(super) fn promotion((percent, from, until): PromotionRow) -> Result<Promotion, sqlx::Error> {
    let percent = u8::try_from(percent).ok().filter(|percent| *percent <= 100);
    Ok(Promotion {
        percent: percent.ok_or_else(|| out_of_range("percent"))?,
        valid_from: unix_time(from).ok_or_else(|| out_of_range("valid_from"))?,
        valid_until: unix_time(until).ok_or_else(|| out_of_range("valid_until"))?,
    })
}

/// A stored value that the rules do not allow.
fn out_of_range(column: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("{column} is out of range").into())
}
