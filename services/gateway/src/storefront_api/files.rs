//! The storefront's files, which are part of the program.

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_bytes!(concat!("../../../../storefront/", $name)))),*]
    };
}

pub(super) const PAGE: &str = include_str!("../../../../storefront/index.html");

/// Name and content of everything that the page loads.
const FILES: &[(&str, &[u8])] = files![
    "articles.mjs",
    "caddy.svg",
    "cart.mjs",
    "checkout.mjs",
    "color.mjs",
    "dom.mjs",
    "faults.mjs",
    "format.mjs",
    "gaiwan.svg",
    "happening.mjs",
    "hops.mjs",
    "icon.svg",
    "infuser.svg",
    "kettle.svg",
    "main.mjs",
    "mug.svg",
    "order_card.mjs",
    "orders.mjs",
    "parcel.svg",
    "poll.mjs",
    "sencha.svg",
    "shelf.mjs",
    "story.mjs",
    "style.css",
    "teapot.svg",
    "traced_fetch.mjs",
    "tracer.mjs",
    "tray.svg",
    "whisk.svg",
];

/// Content type and content of a file.
pub(super) fn asset(name: &str) -> Option<(&'static str, &'static [u8])> {
    let (name, content) = FILES.iter().find(|(known, _)| *known == name)?;
    let content_type = match name.rsplit('.').next()? {
        "css" => "text/css",
        "mjs" => "text/javascript",
        "svg" => "image/svg+xml",
        _ => "application/octet-stream",
    };
    Some((content_type, content))
}
