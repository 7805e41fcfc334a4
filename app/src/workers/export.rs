//! Writes exports. A target is either whole or as it was.
//!
//! In pieces: between two of them the work can be dropped, which cancels it and leaves no file.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use canlake_shared::expr::Event as Interval;
use canlake_shared::schema::SchemaError;

use super::EventSender;
use crate::export::{
    self, Column, CsvOptions, CsvWriter, ExportSignal, ParquetExport, Picture, Texts,
};
use crate::state::{
    Event, ExportColumn, ExportEvent, ExportId, ExportKind, ExportTarget, PictureOrder,
    SamplesOrder, VehicleRef,
};
use crate::stop::Stop;
use crate::time_display::{Zone, bytes_text};
use crate::whole_file::{self, Draft};

/// Rows between two looks at the clock.
const PIECE_ROWS: usize = 20_000;
/// Between two reports of progress.
const REPORT_EVERY: Duration = Duration::from_millis(100);

/// Writes samples, all of a stretch of time.
pub(crate) async fn samples(order: SamplesOrder, events: EventSender) {
    let result = write_samples(&order, &events).await;
    let ended = ExportEvent::Ended(order.id, result);
    events.send(Event::Export(ended)).await;
}

/// Draws a picture. It is told how much is drawn, from 0 to 1, and gives up when the answer is no.
pub type Draw = Box<dyn FnOnce(&mut dyn FnMut(f32) -> bool) -> Option<Picture> + Send>;

/// Share of the time that drawing a picture takes; the rest is writing it.
const DRAWING_SHARE: f32 = 0.6;

/// Draws a picture and writes it. That waits for nothing, so it looks at `stop`.
pub(crate) async fn picture(order: PictureOrder, draw: Draw, stop: Stop, events: EventSender) {
    let (id, target) = (order.id, &order.target);
    let mut reported = Instant::now();
    let mut go_on = |done: f32| {
        if reported.elapsed() >= REPORT_EVERY {
            reported = Instant::now();
            events.offer(Event::Export(ExportEvent::Progress(id, done)));
        }
        !stop.is_set()
    };
    let drawn = check(target, &target.path)
        .map(|()| draw(&mut |done| go_on(DRAWING_SHARE * done)))
        .transpose();
    // Nobody asks for what became of one that was cancelled.
    let Some(drawn) = drawn else {
        return;
    };
    let result = drawn.and_then(|picture| {
        let mut go_on = |done| go_on(DRAWING_SHARE + (1.0 - DRAWING_SHARE) * done);
        whole_file::write(&target.path, |file| {
            export::write_png_while(file, &picture, &order.facts, &mut go_on)
        })
        .map_err(|error| failure(&target.path, &error))?;
        written(&[target.path.as_path()])
    });
    events
        .send(Event::Export(ExportEvent::Ended(order.id, result)))
        .await;
}

/// Writes the events of conditions.
pub(crate) async fn found_events(
    id: ExportId,
    target: ExportTarget,
    conditions: Vec<(String, Arc<[Interval]>)>,
    options: CsvOptions,
    zone: Zone,
    events: EventSender,
) {
    let result = check(&target, &target.path).and_then(|()| {
        whole_file::write(&target.path, |file| {
            export::write_events(file, &conditions, options, &zone)
        })
        .map_err(|error| failure(&target.path, &error))?;
        written(&[target.path.as_path()])
    });
    events
        .send(Event::Export(ExportEvent::Ended(id, result)))
        .await;
}

async fn write_samples(order: &SamplesOrder, events: &EventSender) -> Result<String, String> {
    let progress = Progress {
        id: order.id,
        events,
        reported: Instant::now(),
    };
    match order.target.kind {
        ExportKind::Parquet => parquet(order, progress).await,
        ExportKind::Csv | ExportKind::Png | ExportKind::Events => csv(order, progress).await,
    }
}

/// Tells now and then how far it is, and lets the work be dropped.
struct Progress<'a> {
    id: ExportId,
    events: &'a EventSender,
    reported: Instant,
}

impl Progress<'_> {
    async fn rest(&mut self, done: f64) {
        if self.reported.elapsed() >= REPORT_EVERY {
            self.reported = Instant::now();
            let progress = ExportEvent::Progress(self.id, done as f32);
            self.events.offer(Event::Export(progress));
        }
        tokio::task::yield_now().await;
    }
}

async fn csv(order: &SamplesOrder, mut progress: Progress<'_>) -> Result<String, String> {
    let path = order.target.path.as_path();
    check(&order.target, path)?;
    let failed = |error: io::Error| failure(path, &error);
    let columns: Vec<_> = order.columns.iter().map(column).collect();
    let mut csv = CsvWriter::new(&columns, order.csv, order.range, order.zone.clone());
    let mut draft = Draft::begin(path).map_err(failed)?;
    csv.write_head(draft.file(), &order.facts).map_err(failed)?;
    let all = csv.remaining().max(1) as f64;
    while csv.write_rows(draft.file(), PIECE_ROWS).map_err(failed)? {
        progress.rest(1.0 - csv.remaining() as f64 / all).await;
    }
    draft.finish().map_err(failed)?;
    written(&[path])
}

/// A file has the signals of one vehicle: of several, the others get files of their own beside it.
async fn parquet(order: &SamplesOrder, mut progress: Progress<'_>) -> Result<String, String> {
    let mut by_vehicle: BTreeMap<&VehicleRef, Vec<&ExportColumn>> = BTreeMap::new();
    for column in &order.columns {
        let of = by_vehicle.entry(&column.signal.vehicle).or_default();
        of.push(column);
    }
    let n_signals = order.columns.len().max(1) as f64;
    let mut n_written = 0.0;
    let mut paths: Vec<PathBuf> = Vec::new();
    let mut drafts = Vec::new();
    for (vehicle, mut columns) in by_vehicle {
        let path = if paths.is_empty() {
            order.target.path.clone()
        } else {
            beside(&order.target.path, vehicle)
        };
        check(&order.target, &path)?;
        columns.sort_by(|a, b| a.signal.key.cmp(&b.signal.key));
        let of_schema = |error: SchemaError| {
            format!(
                "cannot write {}: {}",
                path.display(),
                canlake_shared::error_chain(&error)
            )
        };
        let mut draft = Draft::begin(&path).map_err(|error| failure(&path, &error))?;
        let known = order
            .vehicles
            .iter()
            .find(|known| known.vehicle == *vehicle);
        let mut file = ParquetExport::new(
            draft.file(),
            &vehicle.vehicle,
            known.and_then(|known| known.dbc.clone()),
            known
                .map(|known| known.coverage.clone())
                .unwrap_or_default(),
        )
        .map_err(of_schema)?;
        for exported in columns {
            let signal = ExportSignal {
                key: &exported.signal.key,
                declared: export::declaration(&exported.info),
                samples: column(exported),
            };
            file.write(&signal, order.range).map_err(of_schema)?;
            n_written += 1.0;
            progress.rest(n_written / n_signals).await;
        }
        file.close().map_err(of_schema)?;
        drafts.push((draft, path.clone()));
        paths.push(path);
    }
    // All or none.
    for (draft, path) in drafts {
        draft.finish().map_err(|error| failure(&path, &error))?;
    }
    let paths: Vec<_> = paths.iter().map(PathBuf::as_path).collect();
    written(&paths)
}

/// `drive.parquet` of another vehicle: `drive-VAN_2.parquet`.
fn beside(path: &Path, vehicle: &VehicleRef) -> PathBuf {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-');
    let name = vehicle.vehicle.chars();
    let name: String = name
        .map(|it| if is_plain(it) { it } else { '_' })
        .take(64)
        .collect();
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let source = vehicle.source.0;
    path.with_file_name(format!("{stem}-{name}-{source}.parquet"))
}

fn column(column: &ExportColumn) -> Column<'_> {
    Column {
        name: &column.name,
        unit: &column.info.unit,
        times: column.series.times(),
        values: column.series.values(),
        texts: Texts::ByValue(&column.info.labels),
        gaps: Some(column.series.gaps()),
    }
}

fn check(target: &ExportTarget, path: &Path) -> Result<(), String> {
    if !target.may_replace && path.exists() {
        return Err(format!(
            "not exported: {} exists; choose another name or allow replacing it",
            path.display()
        ));
    }
    Ok(())
}

/// What went wrong with a file and what to do, in one line.
fn failure(path: &Path, error: &io::Error) -> String {
    let remedy = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            "; nothing was written: make room or choose another disk"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "; choose a folder that you may write to"
        }
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => "; choose a folder that is there",
        _ => "",
    };
    format!("cannot write {}: {error}{remedy}", path.display())
}

fn written(paths: &[&Path]) -> Result<String, String> {
    let mut texts = Vec::new();
    for path in paths {
        let metadata = std::fs::metadata(path)
            .map_err(|error| format!("cannot read back {}: {error}", path.display()))?;
        let size = bytes_text(metadata.len());
        texts.push(format!("{} ({size})", path.display()));
    }
    Ok(format!("Wrote {}", texts.join(", ")))
}
