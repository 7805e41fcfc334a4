//! Makes code that reads the rows of a plot: only the source knows in which files they are.

use std::sync::Arc;

use canlake_shared::error_chain;

use super::{EventSender, open};
use crate::share::{Selection, copy_as};
use crate::source::SignalSource;
use crate::state::{Event, ShareEffect, ShareEvent};

/// Carries an effect out and sends what became of it.
pub(crate) async fn perform(effect: ShareEffect, sources: Arc<open::Sources>, events: EventSender) {
    let ShareEffect::CopyAs {
        source,
        vehicle,
        signals,
        range,
        kind,
        left_out,
    } = effect;
    let n_signals = signals.len();
    let result = match sources.get(source) {
        Some(source) => {
            let superseded = superseded(source.as_ref()).await;
            superseded.and_then(|superseded| {
                let selection = Selection {
                    source: source.location(),
                    vehicle: &vehicle,
                    signals: &signals,
                    range,
                    superseded: &superseded,
                };
                copy_as(&selection, kind).map_err(|error| error_chain(&error))
            })
        }
        None => Err("the source of these signals has been closed".to_owned()),
    };
    let copied = ShareEvent::Copied {
        result,
        kind,
        n_signals,
        left_out,
    };
    events.send(Event::Share(copied)).await;
}

/// Files that others replace. The listing is there already, or is waited for.
async fn superseded(source: &dyn SignalSource) -> Result<Vec<String>, String> {
    let catalogue = source.catalogue(Arc::new(|_progress| {})).await;
    catalogue
        .map(|catalogue| catalogue.superseded.clone())
        .map_err(|error| error_chain(&*error))
}
