//! `canlake-edge`: the Raspberry Pi agent.
