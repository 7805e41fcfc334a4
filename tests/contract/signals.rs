//! The text of `canlake.signals` in the footer of a decoded file: newer contracts only ever add fields.

use canlake_shared::schema::{
    DecodedFileWriter, Labels, SignalColumn, SignalDeclaration, SignalKey, read_summary,
};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use test_support::info;

fn file(declared: Option<&SignalDeclaration>) -> bytes::Bytes {
    let mut writer = DecodedFileWriter::new(Vec::new(), info("V")).unwrap();
    let column = SignalColumn {
        key: &SignalKey::new("can0", "M", Some(416), "S"),
        unit: "V",
        declared,
        timestamps: &[1, 2],
        values: &[0.5, 3.0],
        labels: Labels::None,
    };
    writer.write_signal(column).unwrap();
    let (bytes, _) = writer.close(Vec::new()).unwrap();
    bytes.into()
}

fn text(file: bytes::Bytes) -> String {
    let reader = SerializedFileReader::new(file).unwrap();
    let metadata = reader.metadata().file_metadata().key_value_metadata();
    let mut pairs = metadata.unwrap().iter();
    let signals = pairs.find(|pair| pair.key == "canlake.signals");
    signals.unwrap().value.clone().unwrap()
}

#[test]
fn what_a_dbc_does_not_say_is_left_out() {
    assert_eq!(
        text(file(None)),
        r#"[{"channel":"can0","message":"M","arb_id":416,"signal":"S","unit":"V","rows":2,"nan":0,"min":"0.5","max":"3","first":1,"last":2,"integer":false}]"#
    );
}

#[test]
fn what_a_dbc_says_is_told_and_read_back() {
    let declared = SignalDeclaration {
        cycle_time_ms: Some(100),
        is_on_change: true,
        labels: vec![(0.0, "off".to_owned())],
        comment: "behind the \"pump\"".to_owned(),
    };
    let file = file(Some(&declared));
    assert_eq!(
        text(file.clone()),
        r#"[{"channel":"can0","message":"M","arb_id":416,"signal":"S","unit":"V","rows":2,"nan":0,"min":"0.5","max":"3","first":1,"last":2,"integer":false,"cycle_time_ms":100,"on_change":true,"labels":[["0","off"]],"comment":"behind the \"pump\""}]"#
    );
    let (summary, warnings) = read_summary(&file).unwrap();
    assert!(warnings.is_empty());
    assert_eq!(summary.signals.unwrap()[0].declared, declared);
}
