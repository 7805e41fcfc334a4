//! Entry point of `canlake-decoder`; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    canlake_decoder::cli::main()
}
