//! The real logs of the test data: DBC files and matching, as its manifest says.

use std::fs;
use std::path::Path;

use canlake_shared::dbc::{Database, Matching, load};

use crate::table::Table;

/// One real log, and what decodes it.
pub(crate) struct Recording {
    pub(crate) name: &'static str,
    pub(crate) dbcs: &'static [&'static str],
    pub(crate) matching: Matching,
}

const J1939_DEMO: &str = "css/asammdf-basics_CSS-Electronics-SAE-J1939-DEMO.dbc";

pub(crate) const RECORDINGS: [Recording; 7] = [
    Recording {
        name: "j1939_tractor_6130",
        dbcs: &[J1939_DEMO, "canmatrix/j1939.dbc", "css/tp_j1939.dbc"],
        matching: Matching::J1939,
    },
    Recording {
        name: "j1939_vehicle_imu",
        dbcs: &[
            J1939_DEMO,
            "canmatrix/j1939.dbc",
            "css/matlab_canmod-gps.dbc",
            "css/tp_j1939.dbc",
        ],
        matching: Matching::J1939,
    },
    Recording {
        name: "nmea2000_a",
        dbcs: &["canboat/canboat.dbc"],
        matching: Matching::J1939,
    },
    Recording {
        name: "nmea2000_raymarine",
        dbcs: &["canboat/canboat.dbc"],
        matching: Matching::J1939,
    },
    Recording {
        name: "obd2_imu_a",
        dbcs: &["css/OBD-v4.4.dbc", "css/matlab_canmod-gps.dbc"],
        matching: Matching::Exact,
    },
    Recording {
        name: "tesla_model_s",
        dbcs: &["opendbc/tesla_can.dbc"],
        matching: Matching::Exact,
    },
    Recording {
        name: "uds_kona_leaf",
        dbcs: &["css/tp_uds.dbc"],
        matching: Matching::Exact,
    },
];

impl Recording {
    pub(crate) fn databases(&self, data: &Path) -> Vec<Database> {
        let load_file = |dbc: &&str| load(&fs::read(data.join("dbc").join(dbc)).unwrap()).0;
        self.dbcs.iter().map(load_file).collect()
    }

    pub(crate) fn table(&self, data: &Path, kind: &str) -> Option<Table> {
        let path = data.join("logs").join(self.name).join(kind);
        path.is_file().then(|| Table::read(&path))
    }
}
