//! Exports to disks that are full and folders that may not be written to.

use std::path::{Path, PathBuf};
use std::process::Command as Process;

use canlake::command::Command;
use canlake::state::{
    EventsCommand, ExportCommand, ExportKind, ExportOptions, ExportTarget, PngOptions, Severity,
};
use test_support::skip;

use crate::window::TestWindow;

/// A disk that a file fills.
struct FullDisk {
    folder: tempfile::TempDir,
}

impl FullDisk {
    /// Needs the rights to mount; `None` without.
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Process::new("mount")
            .args(["-t", "tmpfs", "-o", "size=4k", "canlake-test"])
            .arg(folder.path())
            .output();
        let is_mounted = mounted.is_ok_and(|output| output.status.success());
        if !is_mounted {
            return None;
        }
        let disk = Self { folder };
        std::fs::write(disk.path().join("all there is"), [0; 4_096]).unwrap();
        Some(disk)
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for FullDisk {
    fn drop(&mut self) {
        let unmounted = Process::new("umount").arg(self.path()).output();
        let is_unmounted = unmounted.is_ok_and(|output| output.status.success());
        assert!(is_unmounted || std::thread::panicking());
    }
}

/// A window with something to export of every kind.
fn with_events() -> TestWindow {
    let mut window = TestWindow::plotted();
    let condition = EventsCommand::Watch("Speed > 40".to_owned());
    window.send(Command::Events(condition));
    window.wait("the events", |state| {
        let id = state.analysis.conditions[0].id;
        let found = state.events.of(id);
        found.is_some_and(|it| it.intervals.len() > 100)
    });
    let options = ExportOptions {
        png: PngOptions {
            size: Some((1280, 720)),
            ..PngOptions::default()
        },
        ..ExportOptions::default()
    };
    window.send(Command::Export(ExportCommand::Choose(Box::new(options))));
    window
}

/// What is said of an export that fails.
fn fail(window: &mut TestWindow, kind: ExportKind, path: PathBuf) -> String {
    window.send(Command::Export(ExportCommand::Write(ExportTarget {
        kind,
        path,
        may_replace: true,
    })));
    window.wait("the export", |state| state.exports.is_empty());
    let notice = window.state().notices.iter().next_back().unwrap();
    assert_eq!(notice.severity, Severity::Error, "{}", notice.title);
    notice.title.clone()
}

#[test]
fn a_full_disk_is_told_and_nothing_is_left_on_it() {
    let Some(disk) = FullDisk::mount() else {
        return skip("a full disk needs the rights to mount one");
    };
    let mut window = with_events();
    for kind in ExportKind::ALL {
        let path = disk.path().join("out").with_extension(kind.extension());
        let said = fail(&mut window, kind, path.clone());
        assert!(said.starts_with(&format!("cannot write {}", path.display())));
        assert!(said.contains("make room or choose another disk"), "{said}");
        let left = std::fs::read_dir(disk.path()).unwrap().count();
        assert_eq!(left, 1, "{kind:?} leaves a part behind");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_device_without_room_is_told() {
    let mut window = with_events();
    for kind in ExportKind::ALL {
        let said = fail(&mut window, kind, PathBuf::from("/dev/full"));
        assert!(said.starts_with("cannot write /dev/full"), "{said}");
        assert!(said.contains("make room or choose another disk"), "{said}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_folder_that_may_not_be_written_to_is_told() {
    // Not even an administrator may make files there.
    let folder = Path::new("/sys");
    let mut window = with_events();
    for kind in ExportKind::ALL {
        let path = folder.join("canlake").with_extension(kind.extension());
        let said = fail(&mut window, kind, path.clone());
        assert!(said.starts_with(&format!("cannot write {}", path.display())));
        assert!(
            said.contains("choose a folder that you may write to"),
            "{said}"
        );
    }
}
