//! The rules of the stock: what a reservation is, and why there may be none.

/// So many units of one article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Stock keeping unit, for example `TEAPOT-1`.
    pub sku: String,
    /// At least 1 in a [`Reservation`].
    pub quantity: u32,
}

/// Lines that can be looked for: at least one, each SKU once, in SKU order.
///
/// The order matters: two orders that take the same rows in the same order cannot wait for each
/// other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lines(Vec<Line>);

/// What an order wants to be kept for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    order_id: String,
    lines: Lines,
    anew: bool,
}

/// An order is reserved; was it already?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reserved {
    /// By this call.
    Now,
    /// By an earlier call: this one changed nothing.
    Before,
}

/// Why a request makes no sense, whatever the stock. Each is one sentence for the caller.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum InvalidRequest {
    #[error("the order id is empty")]
    EmptyOrderId,
    #[error("the order id is longer than {MAX_ORDER_ID} bytes")]
    LongOrderId,
    #[error("there is no line: expected at least one")]
    NoLine,
    #[error("the quantity of {0:?} is 0: expected at least 1")]
    ZeroQuantity(String),
    #[error("the SKU {0:?} is repeated: expected each once")]
    RepeatedSku(String),
}

/// Why the stock stays as it is. Each is one sentence for the caller.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum Refusal {
    #[error("the SKU {0:?} is unknown")]
    UnknownSku(String),
    #[error("{wanted} of {sku} are wanted and {left} are left")]
    Shortage { sku: String, wanted: u32, left: u64 },
    #[error("the reservation of order {0} was released before")]
    Released(String),
}

/// Room for any id in use; a UUID has 36.
const MAX_ORDER_ID: usize = 128;

/// Whether an order can be called so.
///
/// # Errors
/// An empty or very long id.
pub fn check_order_id(order_id: &str) -> Result<(), InvalidRequest> {
    if order_id.is_empty() {
        return Err(InvalidRequest::EmptyOrderId);
    }
    if order_id.len() > MAX_ORDER_ID {
        return Err(InvalidRequest::LongOrderId);
    }
    Ok(())
}

/// A word of the caller is quoted back up to here.
const ECHOED: usize = 64;

pub(crate) fn echo(text: &str) -> String {
    text.chars().take(ECHOED).collect()
}

impl Lines {
    /// Checks and orders the lines.
    ///
    /// # Errors
    /// None at all, a quantity of 0, or a repeated SKU.
    pub fn new(mut lines: Vec<Line>) -> Result<Self, InvalidRequest> {
        if lines.is_empty() {
            return Err(InvalidRequest::NoLine);
        }
        if let Some(line) = lines.iter().find(|line| line.quantity == 0) {
            return Err(InvalidRequest::ZeroQuantity(echo(&line.sku)));
        }
        lines.sort_by(|a, b| a.sku.cmp(&b.sku));
        if let Some(pair) = lines.windows(2).find(|pair| pair[0].sku == pair[1].sku) {
            return Err(InvalidRequest::RepeatedSku(echo(&pair[0].sku)));
        }
        Ok(Self(lines))
    }

    /// The lines in SKU order.
    pub fn iter(&self) -> std::slice::Iter<'_, Line> {
        self.0.iter()
    }

    /// How many lines there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

impl Reservation {
    /// A reservation for the order `order_id`.
    ///
    /// # Errors
    /// What [`check_order_id`] or [`Lines::new`] refuses.
    pub fn new(order_id: String, lines: Vec<Line>) -> Result<Self, InvalidRequest> {
        check_order_id(&order_id)?;
        Ok(Self {
            order_id,
            lines: Lines::new(lines)?,
            anew: false,
        })
    }

    /// With `anew`, the order may be reserved though its reservation was released.
    #[must_use]
    pub fn with_anew(self, anew: bool) -> Self {
        Self { anew, ..self }
    }

    /// Whether the order is asked for anew, after it was given up.
    #[must_use]
    pub fn is_anew(&self) -> bool {
        self.anew
    }

    /// Whose it is.
    #[must_use]
    pub fn order_id(&self) -> &str {
        &self.order_id
    }

    /// What it is for.
    #[must_use]
    pub fn lines(&self) -> &Lines {
        &self.lines
    }
}

impl Line {
    /// Why this line cannot be reserved when `available` units are there; `None` is an article
    /// that the warehouse does not know.
    #[must_use]
    pub fn refusal(&self, available: Option<u64>) -> Option<Refusal> {
        match available {
            None => Some(Refusal::UnknownSku(echo(&self.sku))),
            Some(left) if left < u64::from(self.quantity) => Some(Refusal::Shortage {
                sku: self.sku.clone(),
                wanted: self.quantity,
                left,
            }),
            Some(_) => None,
        }
    }

    /// The units that are left, when they are fewer than wanted. An unknown article has none.
    #[must_use]
    pub fn shortage(&self, available: Option<u64>) -> Option<Line> {
        let left = u32::try_from(available.unwrap_or(0)).unwrap_or(u32::MAX);
        (left < self.quantity).then(|| Line {
            sku: self.sku.clone(),
            quantity: left,
        })
    }
}

#[cfg(test)]
mod tests;
