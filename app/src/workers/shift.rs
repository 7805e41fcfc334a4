//! Moves loaded samples in time, for drives that are compared.

use std::sync::Arc;

use super::EventSender;
use crate::state::{Event, ShiftOrder, ShiftedSeries};

/// Moves series, one after the other; others of the runtime have their turn in between.
pub(crate) async fn run(orders: Vec<ShiftOrder>, events: EventSender) {
    let mut moved = Vec::with_capacity(orders.len());
    for order in orders {
        let after = order.series.shifted(order.by_ns);
        moved.push(ShiftedSeries {
            signal: order.signal,
            before: order.series,
            after: Arc::new(after),
        });
        tokio::task::yield_now().await;
    }
    events.send(Event::Shifted(Ok(moved))).await;
}
