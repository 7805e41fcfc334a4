//! `canlake`: the desktop app, or one of its headless commands.

use std::process::ExitCode;

use canlake::app::{self, Start};
use canlake::cli::{self, Request};

fn main() -> ExitCode {
    let paths = match cli::run(std::env::args_os()) {
        Request::Done(code) => return code,
        Request::App(paths) => paths,
    };
    let start = if paths.is_empty() {
        Start::Demo
    } else {
        Start::Open(paths)
    };
    match app::run(start.clone()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => cli::run_without_display(&error.to_string(), &start),
    }
}
