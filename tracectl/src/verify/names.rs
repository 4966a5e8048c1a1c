//! What the shop's spans are called. The same names stand in its services and in the documents.

pub(crate) const GATEWAY: &str = "gateway";
pub(crate) const PRICING: &str = "pricing";
pub(crate) const FULFILLMENT: &str = "fulfillment";
pub(crate) const INVENTORY: &str = "inventory";
/// Where it runs at all.
pub(crate) const FRAUD_SERVICE: &str = "fraud";

pub(crate) const CHECKOUT: &str = "POST /checkout";
pub(crate) const BUSINESS: &str = "business.checkout";
pub(crate) const STEP: &str = "checkout.step";
pub(crate) const FRAUD: &str = "score_fraud";
pub(crate) const POST: &str = "POST";
pub(crate) const SCORE: &str = "POST /score";
pub(crate) const GET: &str = "GET";
pub(crate) const QUOTE: &str = "GET /quote/{sku}";
pub(crate) const SEND: &str = "send order.created";
pub(crate) const PROCESS_BATCH: &str = "process_batch order.created";
pub(crate) const PROCESS: &str = "process order.created";
pub(crate) const RESERVE_STOCK: &str = "inventory.v1.Inventory/ReserveStock";
pub(crate) const RESERVE: &str = "reserve_inventory";
