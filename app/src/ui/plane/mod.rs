//! Points in a plane of values: where they are on the screen, how they are painted, and what the mouse
//! does there. XY plots and tracks are drawn with it.

mod mouse;
mod paint;
mod projection;

pub(crate) use mouse::{interact, mouse};
pub(crate) use paint::{
    Coloring, paint, paint_axes, paint_frame, paint_gradient, paint_markers, time_ends,
};
pub(crate) use projection::Projection;
