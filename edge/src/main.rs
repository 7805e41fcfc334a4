//! Entry point of `canlake-edge`; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    canlake_edge::main()
}
