//! Series: what a plot shows, without knowing how it is drawn.
