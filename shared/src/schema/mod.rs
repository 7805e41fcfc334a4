//! The Arrow contracts of the lake.
