//! An X server of our own with a window manager, and the program on it.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _};

/// A debug build that paints in software, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);
/// Between two actions of a hand.
const HAND: Duration = Duration::from_millis(120);
const SETTLE: Duration = Duration::from_millis(400);

/// Says why a test does not run here.
fn skip(reason: &str) {
    assert!(
        std::env::var_os("CANLAKE_NO_SKIP").is_none(),
        "would be skipped: {reason}"
    );
    #[expect(
        clippy::print_stderr,
        reason = "the runner shows why a test did nothing"
    )]
    {
        eprintln!("skipped: {reason}");
    }
}

/// A screen with nothing on it but what a test starts.
#[derive(Debug)]
pub(crate) struct Display {
    name: String,
    server: Child,
    manager: Child,
    home: TempDir,
}

impl Display {
    /// Starts the server. `None`, after saying so, where a program for it is absent.
    pub(crate) fn start(width: u32, height: u32) -> Option<Self> {
        for program in ["Xvfb", "openbox", "xdotool", "import"] {
            let found = Command::new("which").arg(program).output();
            if !found.is_ok_and(|output| output.status.success()) {
                skip(&format!("the window is not tested: no {program} here"));
                return None;
            }
        }
        let screen = format!("{width}x{height}x24");
        let mut server = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                &screen,
                "-nolisten",
                "tcp",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap())
            .read_line(&mut number)
            .unwrap();
        let name = format!(":{}", number.trim());
        let manager = Command::new("openbox")
            .env("DISPLAY", &name)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_for_manager(&name);
        Some(Self {
            name,
            server,
            manager,
            home: tempfile::tempdir().unwrap(),
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Where the program keeps its data and settings.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Starts the program, maximised, and waits for its first frame.
    pub(crate) fn canlake(&self, args: &[&str]) -> Window<'_> {
        let log = self.home().join("canlake.log");
        let file = File::create(&log).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_canlake"))
            .args(args)
            .env("DISPLAY", &self.name)
            .env("HOME", self.home())
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("XDG_DATA_HOME")
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("XDG_CACHE_HOME")
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env("RUST_LOG", "canlake=debug")
            .stdout(Stdio::null())
            .stderr(file)
            .spawn()
            .unwrap();
        let window = Window {
            display: self,
            child,
            log,
        };
        window.wait_for_log("first frame");
        let id = self.window_id();
        self.xdotool(&["windowactivate", &id]);
        self.xdotool(&["windowmove", &id, "0", "0"]);
        self.xdotool(&["windowsize", &id, "100%", "100%"]);
        std::thread::sleep(2 * SETTLE);
        window
    }

    fn window_id(&self) -> String {
        let start = Instant::now();
        loop {
            let found = self.xdotool(&["search", "--onlyvisible", "--name", "^Canlake"]);
            if let Some(id) = found.lines().next() {
                return id.to_owned();
            }
            assert!(start.elapsed() < PATIENCE, "the window does not appear");
            std::thread::sleep(HAND);
        }
    }

    /// Runs xdotool and gives what it prints.
    pub(crate) fn xdotool(&self, args: &[&str]) -> String {
        let output = Command::new("xdotool")
            .args(args)
            .env("DISPLAY", &self.name)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    }
}

/// A window that is opened before the window manager is ready may never be shown.
fn wait_for_manager(display: &str) {
    let (connection, screen) = x11rb::connect(Some(display)).unwrap();
    let root = connection.setup().roots[screen].root;
    let name = b"_NET_SUPPORTING_WM_CHECK";
    let atom = connection.intern_atom(false, name).unwrap();
    let atom = atom.reply().unwrap().atom;
    let start = Instant::now();
    loop {
        let property = connection.get_property(false, root, atom, AtomEnum::WINDOW, 0, 1);
        if property.unwrap().reply().unwrap().value_len > 0 {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "no window manager");
        std::thread::sleep(HAND);
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        for child in [&mut self.manager, &mut self.server] {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

/// The program's window.
#[derive(Debug)]
pub(crate) struct Window<'a> {
    display: &'a Display,
    child: Child,
    log: PathBuf,
}

impl Window<'_> {
    /// What the program logged.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// Waits until the program has logged something, and gives the line.
    pub(crate) fn wait_for_log(&self, text: &str) -> String {
        let start = Instant::now();
        loop {
            let log = self.log();
            if let Some(line) = log.lines().find(|line| line.contains(text)) {
                return line.to_owned();
            }
            assert!(start.elapsed() < PATIENCE, "no {text:?} in the log:\n{log}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Writes a picture of the screen, where pictures are wanted.
    pub(crate) fn screenshot(&self, name: &str) {
        std::thread::sleep(SETTLE);
        let Some(folder) = std::env::var_os("CANLAKE_SCREENSHOTS") else {
            return;
        };
        fs::create_dir_all(&folder).unwrap();
        let path = Path::new(&folder).join(format!("{name}.png"));
        let status = Command::new("import")
            .args(["-window", "root"])
            .arg(path)
            .env("DISPLAY", &self.display.name)
            .status()
            .unwrap();
        assert!(status.success());
    }

    /// Presses a key, such as `ctrl+s`.
    pub(crate) fn key(&self, key: &str) {
        self.xdotool(&["key", key]);
    }

    /// Types into what has the keyboard.
    pub(crate) fn type_text(&self, text: &str) {
        self.xdotool(&["type", "--delay", "15", text]);
    }

    /// Types over what is in the field that has the keyboard.
    pub(crate) fn replace_text(&self, text: &str) {
        self.key("ctrl+a");
        self.type_text(text);
    }

    /// Moves the pointer.
    pub(crate) fn point_at(&self, [x, y]: [i32; 2]) {
        self.xdotool(&["mousemove", &x.to_string(), &y.to_string()]);
    }

    /// Turns the wheel a notch away from the user.
    pub(crate) fn wheel_up(&self) {
        self.xdotool(&["click", "4"]);
    }

    /// Drags with the left button.
    pub(crate) fn drag(&self, from: [i32; 2], to: [i32; 2]) {
        self.drag_with(1, from, to);
    }

    /// Drags with a button, as a hand does: with places in between.
    pub(crate) fn drag_with(&self, button: u8, from: [i32; 2], to: [i32; 2]) {
        const STEPS: i32 = 8;
        let button = button.to_string();
        self.point_at(from);
        self.xdotool(&["mousedown", &button]);
        for step in 1..=STEPS {
            let between = |at: usize| from[at] + (to[at] - from[at]) * step / STEPS;
            self.point_at([between(0), between(1)]);
        }
        self.xdotool(&["mouseup", &button]);
    }

    /// Waits until the program has ended by itself.
    pub(crate) fn wait_for_end(&mut self) {
        let start = Instant::now();
        while self.is_running() {
            assert!(start.elapsed() < PATIENCE, "the program does not end");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Gives the program time to draw what came, as a hand would.
    fn xdotool(&self, args: &[&str]) {
        self.display.xdotool(args);
        std::thread::sleep(HAND);
    }

    /// Whether the program still runs.
    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }
}

impl Drop for Window<'_> {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.child.kill().unwrap_or_default();
        self.child.wait().unwrap();
    }
}
