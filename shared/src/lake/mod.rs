//! The Hive layout of the lake: keys, partitions, sessions.
