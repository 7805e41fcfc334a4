//! Parquet files of expected values, as plain columns.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array as _, AsArray as _, RecordBatch};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// The folder of shared test data, or `None` (with the reason printed) where it is not there.
pub(crate) fn data_dir() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let dir = std::env::var_os("CANLAKE_TEST_DATA").map_or(beside, PathBuf::from);
    if dir.join("oracle").is_dir() {
        return Some(dir);
    }
    let reason = format!("no test data in {}; set CANLAKE_TEST_DATA", dir.display());
    assert!(
        std::env::var_os("CANLAKE_NO_SKIP").is_none(),
        "would be skipped: {reason}"
    );
    #[expect(
        clippy::print_stdout,
        reason = "the runner shows why a test did nothing"
    )]
    {
        println!("skipped: {reason}");
    }
    None
}

/// One file, whole.
pub(crate) struct Table(RecordBatch);

impl Table {
    pub(crate) fn read(path: &Path) -> Self {
        let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
        let schema = Arc::clone(builder.schema());
        let batches: Vec<RecordBatch> = builder.build().unwrap().map(Result::unwrap).collect();
        Self(concat_batches(&schema, &batches).unwrap())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.num_rows()
    }

    /// A column as text; null as `None`.
    pub(crate) fn text(&self, name: &str) -> Vec<Option<String>> {
        let column = cast(self.0.column_by_name(name).unwrap(), &DataType::Utf8).unwrap();
        let column = column.as_string::<i32>().iter();
        column.map(|text| text.map(str::to_owned)).collect()
    }

    /// A column of whole numbers or booleans without nulls.
    pub(crate) fn integers(&self, name: &str) -> Vec<i64> {
        let column = cast(self.0.column_by_name(name).unwrap(), &DataType::Int64).unwrap();
        assert_eq!(column.null_count(), 0, "{name}");
        column.as_primitive::<Int64Type>().values().to_vec()
    }

    pub(crate) fn floats(&self, name: &str) -> Vec<f64> {
        let column = cast(self.0.column_by_name(name).unwrap(), &DataType::Float64).unwrap();
        column.as_primitive::<Float64Type>().values().to_vec()
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<Vec<u8>> {
        let column = self.0.column_by_name(name).unwrap().as_binary::<i32>();
        column.iter().map(|bytes| bytes.unwrap().to_vec()).collect()
    }
}
