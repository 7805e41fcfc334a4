//! Raw record batches to decoded record batches.
