//! Every DBC file of the test data through the loader, and all of them as a library.
//!
//! - [`oracle`]: messages and signals against those that cantools and an independent reader found.
//! - [`warnings`]: how many warnings each file gives, against a checked-in list.
//! - [`strict`]: files that cantools refuses, which must have a warning.
//! - [`coverage`]: what is said to be explained of the real logs, against what the decoder decodes.
//! - [`proposal`]: which file of the library is proposed for the real logs.
//! - [`diff`]: what differs between the files.
//! - [`mutations`]: broken copies of the files, which must give a valid database all the same.
//!
//! Without the test data the tests print why they do nothing.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod coverage;
mod diff;
mod mutations;
mod oracle;
mod proposal;
#[expect(dead_code, reason = "the test of decoded values needs more of it")]
#[path = "../decode_oracle/recordings.rs"]
mod recordings;
mod strict;
#[expect(
    dead_code,
    reason = "the other test that reads tables needs more of it"
)]
#[path = "../decode_oracle/table.rs"]
mod table;
#[path = "../test_data/mod.rs"]
mod test_data;
mod warnings;

use std::fs;
use std::path::{Path, PathBuf};

use canlake_shared::dbc::DbcFile;
use canlake_shared::dbc::census::{Census, CensusTaker};
use canlake_shared::decode::FrameBatches;

/// All DBC files as (folder/name, path), in order.
fn dbc_files(data: &Path) -> Vec<(String, PathBuf)> {
    let mut files = Vec::new();
    for folder in fs::read_dir(data.join("dbc")).unwrap() {
        let folder = folder.unwrap().path();
        if !folder.is_dir() {
            continue;
        }
        for file in fs::read_dir(&folder).unwrap() {
            let path = file.unwrap().path();
            if path
                .extension()
                .is_some_and(|extension| extension.eq_ignore_ascii_case("dbc"))
            {
                let name = path.strip_prefix(data.join("dbc")).unwrap();
                files.push((name.to_str().unwrap().replace('\\', "/"), path));
            }
        }
    }
    files.sort();
    files
}

/// All DBC files, loaded.
fn library(data: &Path) -> Vec<DbcFile> {
    let files = dbc_files(data).into_iter();
    files
        .map(|(name, path)| DbcFile::new(name, &fs::read(path).unwrap()))
        .collect()
}

/// The frames of a real log.
fn frames(data: &Path, log: &str) -> FrameBatches {
    let path = data.join("logs").join(log).join(format!("{log}.log"));
    FrameBatches::log(fs::File::open(path).unwrap(), log).unwrap()
}

fn census(data: &Path, log: &str) -> Census {
    let mut taker = CensusTaker::default();
    for batch in frames(data, log) {
        taker.push(&batch.unwrap()).unwrap();
    }
    taker.finish()
}
