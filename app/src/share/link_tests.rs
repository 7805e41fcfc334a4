//! Links are read back as they were, and any text is a link or an error.

use proptest::prelude::*;

use super::*;

fn link(text: &str) -> Result<Link, LinkError> {
    text.parse()
}

#[test]
fn a_link_is_read_by_people_too() {
    let full = Link {
        source: Some(SourceLocation::Local(vec![
            "/data/my lake".into(),
            "b&c=d".into(),
        ])),
        vehicle: Some("EV_DEMO_1".to_owned()),
        range: Some(TimeRange::new(
            "2026-03-04T23:55:00Z".parse().unwrap(),
            "2026-03-05T00:05:00.000000001Z".parse().unwrap(),
        )),
        signals: vec![
            SignalKey::new("can0", "BMS", Some(0x1A1), "SOC"),
            SignalKey::new("", "Ünï.1", None, "a b"),
        ],
        layout: Some("Drive & brake".to_owned()),
    };
    let text = full.to_text().unwrap();
    assert_eq!(
        text,
        "canlake://open?v=1&path=/data/my%20lake&path=b%26c%3Dd&vehicle=EV_DEMO_1\
         &from=2026-03-04T23:55:00.000000000Z&to=2026-03-05T00:05:00.000000001Z\
         &signal=can0:BMS%5B0x1A1%5D.SOC&signal=%C3%9Cn%C3%AF%252E1.a%20b&layout=Drive%20%26%20brake"
    );
    assert_eq!(link(&text), Ok(full));
}

#[test]
fn what_is_missing_or_unknown_does_no_harm() {
    for text in [
        "canlake://open",
        "canlake://open?",
        "CANLAKE://Open/?v=1",
        "  canlake://open?v=1&shiny=%zz&&=&x#top \n",
    ] {
        assert!(Link::is_meant_by(text), "{text}");
        assert_eq!(link(text), Ok(Link::default()), "{text}");
    }
    let half = link("canlake://open?from=2026-01-01T01:00:00%2B01:00").unwrap();
    let range = half.range.unwrap();
    assert_eq!(range.start.to_string(), "2026-01-01T00:00:00.000000000Z");
    assert_eq!(range.end, Timestamp::MAX);
    let lake = link("canlake://open?source=s3://lake/a").unwrap();
    assert_eq!(
        lake.source,
        Some(SourceLocation::S3("s3://lake/a".to_owned()))
    );
}

#[test]
fn what_is_wrong_is_named() {
    let long = format!("canlake://open?layout={}", "x".repeat(Link::MAX_BYTES));
    for (text, reason) in [
        ("", "no link"),
        ("canlake:open", "no link"),
        ("canlake://close?v=1", "no link"),
        ("https://example.com/?v=1", "no link"),
        (&long, "too long"),
        ("canlake://open?v=2&from=?", "version 2"),
        ("canlake://open?v=0", "link's v cannot be read"),
        ("canlake://open?v=one", "link's v cannot be read"),
        (
            "canlake://open?from=yesterday",
            "link's from cannot be read: \"yesterday\"",
        ),
        (
            "canlake://open?to=%zz",
            "link's to cannot be read: \"%zz\" is not percent-encoded",
        ),
        (
            "canlake://open?signal=A.B.C",
            "link's signal cannot be read",
        ),
        ("canlake://open?path=%FF", "link's path cannot be read"),
        ("canlake://open?source=%20", "link's source cannot be read"),
        ("canlake://open?vehicle=a&vehicle=b", "vehicle twice"),
        ("canlake://open?path=a&source=s3://b", "source twice"),
    ] {
        let error = link(text).unwrap_err().to_string();
        assert!(error.contains(reason), "{text}: {error}");
    }
}

#[test]
fn what_no_link_can_hold_is_refused() {
    let signal = SignalKey::new("", "M", Some(u32::MAX), "S");
    let cases = [
        Link {
            source: Some(SourceLocation::Local(Vec::new())),
            ..Link::default()
        },
        Link {
            source: Some(SourceLocation::S3("lake".to_owned())),
            ..Link::default()
        },
        Link {
            signals: vec![signal],
            ..Link::default()
        },
        Link {
            layout: Some("x".repeat(Link::MAX_BYTES)),
            ..Link::default()
        },
    ];
    for link in cases {
        assert!(link.to_text().is_err(), "{link:?}");
    }
}

fn any_instant() -> impl Strategy<Value = Timestamp> {
    any::<i64>().prop_map(Timestamp::from_ns)
}

fn any_link() -> impl Strategy<Value = Link> {
    let path = any::<String>().prop_map(PathBuf::from);
    let source = prop_oneof![
        proptest::collection::vec(path, 1..4).prop_map(SourceLocation::Local),
        any::<String>().prop_map(|rest| SourceLocation::S3(format!("s3://{rest}"))),
        any::<String>().prop_map(|rest| SourceLocation::Athena(format!("athena://{rest}"))),
        any::<String>().prop_map(|rest| SourceLocation::Http(format!("HTTPS://{rest}"))),
    ];
    let id = proptest::option::of(0..=0x1FFF_FFFF_u32);
    let signal = (any::<String>(), any::<String>(), id, any::<String>())
        .prop_map(|(channel, message, id, signal)| SignalKey::new(&channel, &message, id, &signal));
    let range = (any_instant(), any_instant()).prop_map(|(a, b)| TimeRange::new(a, b));
    (
        proptest::option::of(source),
        proptest::option::of(any::<String>()),
        proptest::option::of(range),
        proptest::collection::vec(signal, 0..4),
        proptest::option::of(any::<String>()),
    )
        .prop_map(|(source, vehicle, range, signals, layout)| Link {
            source,
            vehicle,
            range,
            signals,
            layout,
        })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_link_is_read_back(link in any_link()) {
        let text = link.to_text().unwrap();
        prop_assert!(text.bytes().all(|byte| byte.is_ascii_graphic()));
        prop_assert_eq!(text.parse(), Ok(link));
    }

    #[test]
    fn any_text_is_a_link_or_an_error(text in "(canlake://open\\?)?[a-z=&%0-9A-F:./\u{e4}#?]{0,40}", any in any::<String>()) {
        for text in [&text, &any] {
            if let Ok(link) = text.parse::<Link>() {
                prop_assert_eq!(link.to_text().unwrap().parse(), Ok(link));
            }
        }
    }
}
