use canlake::command::*;
use canlake::query::*;
use canlake::series::*;
use canlake::source::*;
use canlake::state::*;
use canlake_shared::schema::SignalKey;
use canlake_shared::time::*;
use std::sync::Arc;
#[test]
fn look() {
    let t0 = 1_772_438_400_000_000_000i64;
    let hour = 3_600_000_000_000i64;
    let range = TimeRange::new(Timestamp::from_ns(t0), Timestamp::from_ns(t0 + hour));
    let info = |m: &str, s: &str, u: &str, labels: &[(f64, &str)]| SignalInfo {
        key: SignalKey::new("can0", m, Some(0x1a0), s),
        unit: u.into(),
        rows: 360_000,
        min: Some(0.0),
        max: Some(100.0),
        first: range.start,
        last: range.end,
        cycle_time_ms: Some(10),
        on_change: false,
        integer: !labels.is_empty(),
        labels: labels.iter().map(|(v, l)| (*v, Arc::from(*l))).collect(),
    };
    let mut signals = vec![
        info("MotorCtrl_Status", "Motor_RPM", "rpm", &[]),
        info("BMS_PackStatus", "Pack_Voltage", "V", &[]),
        info("Vehicle", "Gear", "", &[(0.0, "P"), (1.0, "R"), (2.0, "D")]),
        info("BMS_PackStatus", "Pack_Current", "A", &[]),
    ];
    signals.sort_by(|a, b| a.key.cmp(&b.key));
    let session = |a: i64, b: i64| SessionInfo {
        range: TimeRange::new(Timestamp::from_ns(a), Timestamp::from_ns(b)),
        rows: 2_040_000,
        bytes: 15_000_000,
        estimated: false,
        files: 3,
        signals: 17,
        gaps: vec![],
        overlapping: false,
        lost_frames: 0,
        lost_at_least: false,
    };
    let vehicle = Vehicle {
        id: "EV_DEMO_1".into(),
        range: TimeRange::new(Timestamp::from_ns(t0 - 30 * hour), range.end),
        rows: 12_000_000,
        bytes: 50_000_000,
        files: 12,
        sessions: vec![
            session(t0 - 30 * hour, t0 - 29 * hour),
            session(t0 - 6 * hour, t0 - 5 * hour),
            session(t0, t0 + hour),
        ],
        signals: signals.clone(),
    };
    let catalogue = Catalogue {
        vehicles: vec![vehicle],
        files_total: 12,
        ..Default::default()
    };
    for theme in [ThemeChoice::Dark, ThemeChoice::Light] {
        let mut state = AppState::new(Settings {
            theme,
            statistics: true,
            ..Settings::default()
        });
        let fx = state.update(Command::Open(vec!["/data/lake".into()]));
        assert_eq!(fx.len(), 1);
        let id = state.sources[0].id;
        let mut local = canlake::ui::UiState::default();
        let mut q = CommandQueue::default();
        save(
            &format!("empty_{theme:?}"),
            &canlake::ui::render(theme, egui::vec2(1280.0, 800.0), 1.0, |ui| {
                canlake::ui::show(ui, &state, &mut local, &mut q)
            }),
        );
        state.apply(Event::SourceReady {
            source: id,
            catalogue: Arc::new(catalogue.clone()),
            location: SourceLocation::path("/data/lake"),
            remarks: vec![],
        });
        let v = VehicleRef {
            source: id,
            vehicle: "EV_DEMO_1".into(),
        };
        let refs: Vec<_> = signals
            .iter()
            .map(|s| SignalRef {
                vehicle: v.clone(),
                key: s.key.clone(),
            })
            .collect();
        let mut fx = state.update(Command::Plot {
            signals: refs[..3].to_vec(),
            target: PlotTarget::Active,
        });
        fx.extend(state.update(Command::Plot {
            signals: vec![refs[3].clone()],
            target: PlotTarget::NewPanel,
        }));
        for e in fx {
            if let Effect::Load {
                load,
                signals,
                vehicle,
                range,
                ..
            } = e
            {
                let parts = signals
                    .iter()
                    .enumerate()
                    .map(|(k, s)| {
                        let mut b = SeriesBuilder::new();
                        let n = 360_000;
                        let times: Vec<i64> = (0..n)
                            .filter(|i| !(100_000..130_000).contains(i))
                            .map(|i| range.start.as_ns() + i as i64 * 10_000_000)
                            .collect();
                        let values: Vec<f64> = times
                            .iter()
                            .enumerate()
                            .map(|(i, _)| {
                                if !s.labels.is_empty() {
                                    ((i / 50_000) % 3) as f64
                                } else {
                                    (i as f64 / 20_000.0 * (k + 1) as f64).sin()
                                        * 100.0
                                        * (k as f64 + 1.0)
                                        + ((i * 7919) % 101) as f64 / 10.0
                                        + if i == 200_000 { 300.0 } else { 0.0 }
                                }
                            })
                            .collect();
                        b.append(&times, &values).unwrap();
                        LoadedPart {
                            signal: SignalRef {
                                vehicle: vehicle.clone(),
                                key: s.key.clone(),
                            },
                            series: Arc::new(Prepared::new(
                                b.finish(),
                                &GapPolicy {
                                    expected_period_ns: Some(10_000_000),
                                    ..Default::default()
                                },
                            )),
                        }
                    })
                    .collect::<Vec<_>>();
                state.apply(Event::LoadEnded {
                    load,
                    parts,
                    result: Ok((Completeness::Complete, QueryStats::default())),
                });
            }
        }
        if let Some(Effect::Statistics { range, signals }) = state.refresh_statistics() {
            let s = signals
                .into_iter()
                .map(|p| SignalStatistics {
                    stats: Stats::compute(&p.series, (range.start.as_ns(), range.end.as_ns())),
                    signal: p.signal,
                })
                .collect();
            state.apply(Event::Statistics(range, s));
        }
        state.update(Command::Hover(Some(Timestamp::from_ns(t0 + hour / 3))));
        let t = std::time::Instant::now();
        save(
            &format!("plots_{theme:?}"),
            &canlake::ui::render(theme, egui::vec2(1280.0, 800.0), 1.0, |ui| {
                canlake::ui::show(ui, &state, &mut local, &mut q)
            }),
        );
        eprintln!("{:?}", t.elapsed());
        state.update(Command::Run(Action::ShowKeys));
        save(
            &format!("keys_{theme:?}"),
            &canlake::ui::render(theme, egui::vec2(1280.0, 800.0), 1.0, |ui| {
                canlake::ui::show(ui, &state, &mut local, &mut q)
            }),
        );
    }
}
fn save(name: &str, p: &canlake::export::Picture) {
    canlake::export::write_png(
        std::fs::File::create(format!("/tmp/work/{name}.png")).unwrap(),
        p,
    )
    .unwrap();
}
