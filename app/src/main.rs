//! `canlake`: the desktop app, or one of its headless commands.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::SUCCESS
}
