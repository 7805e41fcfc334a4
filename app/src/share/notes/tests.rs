//! Files of notes: read back, merged, never harmed.

use canlake_shared::time::TimeRange;
use proptest::prelude::*;
use serde_json::json;

use super::*;

fn at(secs: i64) -> Timestamp {
    Timestamp::from_ns(secs * 1_000_000_000)
}

fn note(text: &str, start: i64) -> Note {
    Note::new(NoteTime::At(at(start)), text, None, at(1_000))
}

fn read(text: &str) -> Notes {
    let (notes, skipped) = Notes::parse(text).unwrap();
    assert_eq!(skipped, []);
    notes
}

fn texts(notes: &Notes) -> Vec<&str> {
    notes.iter().map(|note| &*note.text).collect()
}

#[test]
fn the_file_is_as_documented() {
    let mut notes = Notes::default();
    let range = TimeRange::new(at(0), at(60) + 1);
    let mut squeal = Note::new(
        NoteTime::During(range),
        "brakes\nsqueal",
        Some("V"),
        at(100),
    );
    squeal.colour = 2;
    squeal.id = NoteId::new("a").unwrap();
    notes.put(squeal.clone());
    let text = notes.to_text().unwrap();
    let expected = r#"{
  "notes": [
    {
      "changed": "1970-01-01T00:01:40.000000000Z",
      "colour": 2,
      "created": "1970-01-01T00:01:40.000000000Z",
      "from": "1970-01-01T00:00:00.000000000Z",
      "id": "a",
      "text": "brakes\nsqueal",
      "to": "1970-01-01T00:01:00.000000001Z",
      "vehicle": "V"
    }
  ],
  "version": 1
}
"#;
    assert_eq!(text, expected);
    assert_eq!(read(&text), notes);
    assert_eq!(notes.get(&squeal.id), Some(&squeal));
}

#[test]
fn ids_come_from_what_is_said() {
    let ids: BTreeSet<NoteId> = [note("a", 1), note("a", 2), note("b", 1), note("a", 1)]
        .map(|note| note.id)
        .into();
    assert_eq!(ids.len(), 3);
    assert_eq!(note("a", 1).id.as_str(), note("a", 1).id.to_string());
    assert_eq!(note("a", 1).id.as_str().len(), 12);
    assert_eq!(NoteId::new(""), None);
}

#[test]
fn notes_are_in_the_order_of_their_times() {
    let mut notes = Notes::default();
    for (text, start) in [("c", 3), ("a", -1), ("b", 2)] {
        notes.put(note(text, start));
    }
    assert_eq!(texts(&notes), ["a", "b", "c"]);
    let removed = note("b", 2).id;
    assert!(notes.remove(&removed, at(0)));
    assert!(!notes.remove(&removed, at(0)));
    assert_eq!(texts(&notes), ["a", "c"]);
    assert_eq!(texts(&read(&notes.to_text().unwrap())), ["a", "c"]);
}

#[test]
fn two_people_lose_nothing() {
    let mut before = Notes::default();
    for (text, start) in [("shared", 1), ("removed", 2), ("edited twice", 3)] {
        before.put(note(text, start));
    }
    let edit = |notes: &mut Notes, id: &NoteId, text: &str, changed: i64| {
        let mut note = notes.get(id).unwrap().clone();
        note.text = text.to_owned();
        note.changed = at(changed);
        notes.put(note);
    };
    let (mut anna, mut ben) = (before.clone(), before);
    anna.put(note("Anna's", 4));
    assert!(anna.remove(&note("removed", 2).id, at(2_000)));
    edit(&mut anna, &note("edited twice", 3).id, "by Anna", 2_001);
    ben.put(note("Ben's", 5));
    edit(&mut ben, &note("edited twice", 3).id, "by Ben", 2_002);
    // Ben's clock is far behind; that he changed what was there is what counts.
    edit(&mut ben, &note("shared", 1).id, "shared, by Ben", 5);
    let merged = anna.clone().merge(ben.clone());
    assert_eq!(merged, ben.merge(anna));
    let expected = ["shared, by Ben", "by Ben", "Anna's", "Ben's"];
    assert_eq!(texts(&merged), expected);
}

#[test]
fn one_bad_note_costs_itself_alone_and_stays_in_the_file() {
    let good = json!({"id": "g", "at": "2026-01-01T00:00:00Z", "created": "2026-01-01T00:00:00Z",
        "future": {"x": [1]}});
    let bad = [
        (json!(5), "it is no object"),
        (json!({"at": "2026-01-01T00:00:00Z"}), "it has no id"),
        (json!({"id": ""}), "it has no id"),
        (json!({"id": "a"}), "it has no time"),
        (
            json!({"id": "a", "from": "2026-01-01T00:00:00Z"}),
            "it has no time",
        ),
        (
            json!({"id": "a", "at": "today"}),
            "its at \"today\" is not a time in RFC 3339",
        ),
        (
            json!({"id": "a", "at": "2026-01-01T00:00:00Z"}),
            "it has no created",
        ),
        (
            json!({"id": "a", "at": "2026-01-01T00:00:00Z", "created": "2026-01-01T00:00:00Z",
                "colour": 300}),
            "its colour 300 is not a number from 0 to 255",
        ),
    ];
    let mut values: Vec<Value> = bad.iter().map(|(value, _)| value.clone()).collect();
    values.push(good);
    let text = json!({"notes": values, "who": "Anna"}).to_string();
    let (notes, skipped) = Notes::parse(&text).unwrap();
    assert_eq!(notes.iter().count(), 1);
    for (idx, (problem, (_, reason))) in skipped.iter().zip(&bad).enumerate() {
        let said = problem.to_string();
        assert!(
            said.starts_with(&format!("note {} of the file", idx + 1)),
            "{said}"
        );
        assert!(said.contains(reason), "{said}");
    }
    assert_eq!(skipped.len(), bad.len());
    let written: Value = serde_json::from_str(&notes.to_text().unwrap()).unwrap();
    assert_eq!(written["who"], "Anna");
    assert_eq!(written["notes"][0]["future"], json!({"x": [1]}));
    for (value, _) in &bad {
        assert!(
            written["notes"].as_array().unwrap().contains(value),
            "{value}"
        );
    }
}

#[test]
fn a_later_version_is_read_and_not_written() {
    let mut later = note("later", 1).to_json();
    later["shape"] = json!("circle");
    let text = json!({"version": 2, "notes": [later], "palette": "dark"}).to_string();
    let (mut notes, skipped) = Notes::parse(&text).unwrap();
    assert_eq!(skipped, []);
    notes.put(note("mine", 2));
    assert_eq!(texts(&notes), ["later", "mine"]);
    let merged = Notes::default().merge(notes.clone());
    for notes in [notes, merged] {
        assert!(!notes.is_writable());
        let error = notes.to_text().unwrap_err().to_string();
        assert!(error.contains("version 2"), "{error}");
    }
}

#[test]
fn what_holds_no_notes_is_said() {
    for (text, reason) in [
        ("{\"notes\": [", "no JSON"),
        ("[]", "no object"),
        ("{}", "no list of notes"),
        ("{\"version\": \"1\", \"notes\": []}", "no version number"),
    ] {
        let error = Notes::parse(text).unwrap_err().to_string();
        assert!(error.contains(reason), "{text}: {error}");
    }
    for empty in ["", " \n", "\u{FEFF}{\"notes\": []}"] {
        assert_eq!(read(empty), Notes::default());
    }
}

fn any_note() -> impl Strategy<Value = Note> {
    let instant = || any::<i64>().prop_map(Timestamp::from_ns);
    let time = prop_oneof![
        instant().prop_map(NoteTime::At),
        (instant(), instant()).prop_map(|(a, b)| NoteTime::During(TimeRange::new(a, b))),
    ];
    let vehicle = proptest::option::of(any::<String>());
    // Few ids and times of change, so that versions of one note meet.
    let rest = (any::<u8>(), any::<bool>(), "[ab]", 0..3_i64, any::<bool>());
    (time, "[a-c\"\u{202E}]{0,3}", vehicle, instant(), rest).prop_map(
        |(time, text, vehicle, created, (colour, removed, id, changed, is_extra))| {
            let mut note = Note::new(time, &text, vehicle.as_deref(), created);
            note.id = NoteId::new(&id).unwrap();
            note.changed = at(changed);
            (note.colour, note.removed) = (colour, removed);
            if is_extra {
                note.extra.insert("later".to_owned(), json!([text]));
            }
            note
        },
    )
}

fn any_notes() -> impl Strategy<Value = Notes> {
    let unreadable = proptest::collection::btree_set("[0-9]", 0..2);
    let extra = proptest::option::of("[ab]");
    let version = 1..3_u64;
    (
        proptest::collection::vec(any_note(), 0..4),
        unreadable,
        extra,
        version,
    )
        .prop_map(|(notes, unreadable, extra, version)| {
            let by_id = notes
                .into_iter()
                .map(|note| (note.id.clone(), note))
                .collect();
            let extra = extra.map(|value| ("who".to_owned(), json!(value)));
            Notes {
                version,
                by_id,
                unreadable,
                extra: extra.into_iter().collect(),
            }
        })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_way_of_merging_ends_in_the_same(a in any_notes(), b in any_notes(), c in any_notes()) {
        let merge = |a: &Notes, b: &Notes| a.clone().merge(b.clone());
        prop_assert_eq!(merge(&a, &b), merge(&b, &a));
        prop_assert_eq!(merge(&merge(&a, &b), &c), merge(&a, &merge(&b, &c)));
        prop_assert_eq!(merge(&a, &a), a);
    }

    #[test]
    fn notes_are_read_back(notes in any_notes()) {
        let notes = Notes { version: VERSION, ..notes };
        let text = notes.to_text().unwrap();
        let (read, skipped) = Notes::parse(&text).unwrap();
        prop_assert_eq!(skipped.len(), notes.unreadable.len());
        prop_assert_eq!(read.to_text().unwrap(), text);
        prop_assert_eq!(read, notes);
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>(), json in "[\\[\\]{}\":,a-z0-9 ]{0,40}") {
        for text in [text, json] {
            if let Ok((notes, _)) = Notes::parse(&text) {
                drop(notes.to_text());
            }
        }
    }
}
