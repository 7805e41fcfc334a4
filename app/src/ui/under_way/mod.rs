//! Long work of all kinds as one line: a bar, how much is done, how long it will still take, and a way
//! to end it. Several pieces share the bar; a list tells them apart.

mod pace;

use std::collections::BTreeMap;
use std::time::Duration;

use egui::{Align, Label, Layout, ProgressBar, Ui};

use crate::command::{Action, Command, CommandQueue};
use crate::state::{Amount, AppState, Job, OpenProgress, SourceId, UnderWay};
use pace::{Pace, left_text};

/// Work that ends sooner, in seconds, is not worth a word; less so where its place says that it goes on.
const SHOWN_AFTER: f64 = 0.25;
const SHOWN_AFTER_IN_ITS_PLACE: f64 = 1.5;
/// Width of a bar, in points; in a narrow window that of the other.
const BAR_WIDTHS: [f32; 2] = [160.0, 70.0];
/// Less room than this is a narrow window, in points.
const NARROW: f32 = 520.0;
const BAR_HEIGHT: f32 = 12.0;
/// Width of the list, in points.
const LIST_WIDTH: f32 = 420.0;
/// Workers tell ten times a second how far they are.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// How fast each piece of work goes, by the window's clock.
#[derive(Debug, Default)]
pub(crate) struct Paces(BTreeMap<Job, Pace>);

/// A piece of work with what is said of it.
struct Line {
    job: Job,
    title: String,
    amount: Option<Amount>,
    secs_left: Option<f64>,
}

impl Line {
    /// How much is done, and how long the rest takes.
    fn facts(&self) -> String {
        let left = self.secs_left.map(left_text);
        let facts = [self.amount.map(Amount::text), left];
        let facts: Vec<_> = facts.into_iter().flatten().collect();
        facts.join(" · ")
    }

    fn text(&self) -> String {
        let facts = self.facts();
        if facts.is_empty() {
            self.title.clone()
        } else {
            format!("{} · {facts}", self.title)
        }
    }
}

impl Paces {
    /// What is worth a word.
    fn lines(&mut self, all: Vec<UnderWay>, now: f64) -> Vec<Line> {
        self.0.retain(|job, _| all.iter().any(|it| it.job == *job));
        let mut lines = Vec::new();
        for work in all {
            let pace = self.0.entry(work.job).or_insert_with(|| Pace::new(now));
            let left = |amount: Amount| pace.secs_left(amount.share(), now);
            let secs_left = work.amount.and_then(left);
            let shown_after = match work.job {
                Job::Summaries | Job::Inspect => SHOWN_AFTER_IN_ITS_PLACE,
                _ => SHOWN_AFTER,
            };
            if pace.age(now) >= shown_after {
                lines.push(Line {
                    job: work.job,
                    title: work.title,
                    amount: work.amount,
                    secs_left,
                });
            }
        }
        lines
    }
}

/// Draws the line; whether there was anything to say.
pub(crate) fn show(
    ui: &mut Ui,
    state: &AppState,
    paces: &mut Paces,
    queue: &mut CommandQueue,
) -> bool {
    let now = ui.input(|input| input.time);
    let lines = paces.lines(state.under_way(), now);
    if !paces.0.is_empty() {
        ui.ctx().request_repaint_after(LOOK_EVERY);
    }
    match lines.as_slice() {
        [] => return false,
        [only] => {
            let is_narrow = ui.available_width() < NARROW;
            if bar_and_button(ui, only, "Cancel") {
                queue.send(Command::Cancel(only.job));
            }
            let facts = only.facts();
            let text = if is_narrow && !facts.is_empty() {
                facts
            } else {
                only.text()
            };
            ui.add(Label::new(text).truncate())
                .on_hover_text(only.text());
        }
        [first, ..] => {
            let amounts: Vec<_> = lines.iter().filter_map(|it| it.amount).collect();
            let longest = lines.iter().filter_map(|it| it.secs_left);
            let all = Line {
                job: first.job,
                title: format!("{} under way", lines.len()),
                amount: Amount::together(&amounts),
                secs_left: longest.reduce(f64::max),
            };
            if bar_and_button(ui, &all, "Cancel all") {
                queue.run(Action::CancelWork);
            }
            ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Truncate);
            ui.menu_button(all.text(), |ui| list(ui, &lines, queue));
        }
    }
    true
}

/// The beginning of the line: whatever room there is, these two are seen. Whether the button was clicked.
fn bar_and_button(ui: &mut Ui, line: &Line, cancel: &str) -> bool {
    let [wide, narrow] = BAR_WIDTHS;
    let is_narrow = ui.available_width() < NARROW;
    bar(ui, line, if is_narrow { narrow } else { wide });
    ui.small_button(cancel).clicked()
}

fn bar(ui: &mut Ui, line: &Line, width: f32) {
    match line.amount {
        Some(amount) => {
            let bar = ProgressBar::new(amount.share()).desired_width(width);
            ui.add(bar.desired_height(BAR_HEIGHT));
        }
        None => {
            ui.spinner();
        }
    }
}

/// Each piece of work by itself.
fn list(ui: &mut Ui, lines: &[Line], queue: &mut CommandQueue) {
    ui.set_width(LIST_WIDTH);
    for line in lines {
        ui.push_id(line.job, |ui| {
            ui.horizontal(|ui| {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if ui.small_button("Cancel").clicked() {
                        queue.send(Command::Cancel(line.job));
                    }
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        ui.add(Label::new(&line.title).truncate());
                    });
                });
            });
            ui.horizontal(|ui| {
                let [_, narrow] = BAR_WIDTHS;
                bar(ui, line, narrow);
                ui.weak(line.facts());
            });
        });
        ui.separator();
    }
}

/// A bar, what is done, and a button to end it, for a place that says itself what is under way.
pub(crate) fn opening(
    ui: &mut Ui,
    source: SourceId,
    progress: &OpenProgress,
    queue: &mut CommandQueue,
) {
    ui.horizontal(|ui| {
        if ui.small_button("Cancel").clicked() {
            queue.send(Command::Cancel(Job::Open(source)));
        }
        let text = match progress.done {
            Some(done) => format!("{} · {}", progress.text, done.text()),
            None => progress.text.clone(),
        };
        ui.add(Label::new(egui::RichText::new(&text).weak()).truncate())
            .on_hover_text(text);
    });
    if let Some(done) = progress.done {
        let width = ui.available_width().min(BAR_WIDTHS[0]);
        let bar = ProgressBar::new(done.share()).desired_width(width);
        ui.add(bar.desired_height(BAR_HEIGHT));
    }
}
