//! Something that the gate has to see: one allocation more for each request.

use std::hint::black_box;

use benches::ours::OURS;
use benches::service::{self, Decision, Work};

use crate::rows::{Role, Row};
use crate::scenarios::{GROWING, ON};

/// [`GROWING`], grown.
pub(crate) fn row() -> Row {
    let name = format!("{GROWING}, and an allocation planted");
    Row::new(name, Role::ours("unsampled"), ON, |rounds, _| {
        (OURS.with)(&mut || {
            let routes = (OURS.layer)(service::routes(&OURS, Work::Hello));
            let grow = || drop(black_box(Box::new([0_u8; 64])));
            service::send_with(routes, Decision::Off, rounds, grow);
        });
    })
}
