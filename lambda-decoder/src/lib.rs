//! `canlake-decoder`: raw frames and DBC files to a decoded lake.
