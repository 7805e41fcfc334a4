//! A small X11 program that a file can be dragged out of: version 5 of the XDND protocol
//! (<https://www.freedesktop.org/wiki/Specifications/XDND/>), as a file manager speaks it.
//!
//! It is a square in a corner of the screen. Pressing the button on it begins a drag; moving, and
//! letting go over a window that takes drops, does the rest.

use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ButtonPressEvent, ClientMessageEvent, ConnectionExt as _, CreateWindowAux,
    EventMask, MotionNotifyEvent, PropMode, SELECTION_NOTIFY_EVENT, SelectionNotifyEvent,
    SelectionRequestEvent, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;
use x11rb::{COPY_DEPTH_FROM_PARENT, COPY_FROM_PARENT};

x11rb::atom_manager! {
    Atoms: AtomsCookie {
        XdndAware,
        XdndEnter,
        XdndPosition,
        XdndStatus,
        XdndDrop,
        XdndFinished,
        XdndSelection,
        XdndActionCopy,
        TextUriList: b"text/uri-list",
    }
}

const VERSION: u32 = 5;
const SIZE: u16 = 40;
const PATIENCE: Duration = Duration::from_mins(1);

/// The program, running in a thread of its own.
#[derive(Debug)]
pub(crate) struct DragSource {
    thread: JoinHandle<bool>,
}

impl DragSource {
    /// Puts the square at a place of the screen; the file can be dragged out of it.
    pub(crate) fn new(display: &str, at: [i16; 2], file: &Path) -> Self {
        let display = display.to_owned();
        let uri = format!("file://{}\r\n", file.to_str().unwrap());
        let (ready, is_ready) = sync_channel(1);
        let thread = thread::Builder::new()
            .name("drag source".to_owned())
            .spawn(move || {
                let mut program = Program::new(&display, at, uri);
                ready.send(()).unwrap();
                program.run()
            })
            .unwrap();
        wait(&is_ready);
        Self { thread }
    }

    /// Whether the other window said that it took the file.
    pub(crate) fn was_taken(self) -> bool {
        self.thread.join().unwrap()
    }
}

fn wait(is_ready: &Receiver<()>) {
    is_ready.recv_timeout(PATIENCE).unwrap();
}

struct Program {
    connection: RustConnection,
    atoms: Atoms,
    root: Window,
    window: Window,
    uri: String,
    target: Option<Window>,
    is_accepted: bool,
    is_dropped: bool,
}

impl Program {
    fn new(display: &str, at: [i16; 2], uri: String) -> Self {
        let (connection, screen) = x11rb::connect(Some(display)).unwrap();
        let atoms = Atoms::new(&connection).unwrap().reply().unwrap();
        let root = connection.setup().roots[screen].root;
        let pixel = connection.setup().roots[screen].white_pixel;
        let window = connection.generate_id().unwrap();
        let look = CreateWindowAux::new()
            .background_pixel(pixel)
            // No window manager moves it.
            .override_redirect(1)
            .event_mask(
                EventMask::BUTTON_PRESS | EventMask::BUTTON_RELEASE | EventMask::POINTER_MOTION,
            );
        connection
            .create_window(
                COPY_DEPTH_FROM_PARENT,
                window,
                root,
                at[0],
                at[1],
                SIZE,
                SIZE,
                0,
                WindowClass::INPUT_OUTPUT,
                COPY_FROM_PARENT,
                &look,
            )
            .unwrap();
        connection.map_window(window).unwrap();
        connection.sync().unwrap();
        Self {
            connection,
            atoms,
            root,
            window,
            uri,
            target: None,
            is_accepted: false,
            is_dropped: false,
        }
    }

    /// Until the drop is finished; whether it was accepted.
    fn run(&mut self) -> bool {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            match self.connection.poll_for_event().unwrap() {
                None => thread::sleep(Duration::from_millis(5)),
                Some(Event::ButtonPress(event)) => self.begin(&event),
                Some(Event::MotionNotify(event)) => self.moved(&event),
                Some(Event::ButtonRelease(event)) => self.release(&event),
                Some(Event::SelectionRequest(event)) => self.hand_over(&event),
                Some(Event::ClientMessage(event)) => {
                    if event.type_ == self.atoms.XdndStatus {
                        self.is_accepted = event.data.as_data32()[1] & 1 == 1;
                    } else if event.type_ == self.atoms.XdndFinished {
                        return event.data.as_data32()[1] & 1 == 1;
                    }
                }
                Some(_) => {}
            }
        }
        false
    }

    /// From now on the server sends every move of the pointer here: the button is held.
    fn begin(&self, event: &ButtonPressEvent) {
        self.connection
            .set_selection_owner(self.window, self.atoms.XdndSelection, event.time)
            .unwrap();
        self.connection.flush().unwrap();
    }

    fn moved(&mut self, event: &MotionNotifyEvent) {
        let below = self.window_below(event.root_x, event.root_y);
        if below != self.target {
            self.target = below;
            self.is_accepted = false;
            let types = [self.atoms.TextUriList, 0, 0];
            self.tell(
                self.atoms.XdndEnter,
                [VERSION << 24, types[0], types[1], types[2]],
            );
        }
        let place = u32::from(event.root_x as u16) << 16 | u32::from(event.root_y as u16);
        let action = self.atoms.XdndActionCopy;
        self.tell(self.atoms.XdndPosition, [0, place, event.time, action]);
    }

    fn release(&mut self, event: &ButtonPressEvent) {
        // A target that has not answered the last move yet is given the time to.
        let start = Instant::now();
        while !self.is_accepted && start.elapsed() < Duration::from_secs(5) {
            match self.connection.poll_for_event().unwrap() {
                Some(Event::SelectionRequest(event)) => self.hand_over(&event),
                Some(Event::ClientMessage(event)) if event.type_ == self.atoms.XdndStatus => {
                    self.is_accepted = event.data.as_data32()[1] & 1 == 1;
                }
                _ => thread::sleep(Duration::from_millis(5)),
            }
        }
        self.is_dropped = self.is_accepted;
        if self.is_dropped {
            self.tell(self.atoms.XdndDrop, [0, event.time, 0, 0]);
        }
    }

    /// The target asks for the file's address.
    fn hand_over(&self, event: &SelectionRequestEvent) {
        self.connection
            .change_property8(
                PropMode::REPLACE,
                event.requestor,
                event.property,
                event.target,
                self.uri.as_bytes(),
            )
            .unwrap();
        let answer = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: event.time,
            requestor: event.requestor,
            selection: event.selection,
            target: event.target,
            property: event.property,
        };
        self.connection
            .send_event(false, event.requestor, EventMask::NO_EVENT, answer)
            .unwrap();
        self.connection.flush().unwrap();
    }

    fn tell(&self, what: Atom, data: [u32; 4]) {
        let Some(target) = self.target else {
            return;
        };
        let data = [self.window, data[0], data[1], data[2], data[3]];
        let message = ClientMessageEvent::new(32, target, what, data);
        self.connection
            .send_event(false, target, EventMask::NO_EVENT, message)
            .unwrap();
        self.connection.flush().unwrap();
    }

    /// The innermost window at a place that takes drops; ours is not among them.
    fn window_below(&self, x: i16, y: i16) -> Option<Window> {
        let mut window = self.root;
        loop {
            let here = self
                .connection
                .translate_coordinates(self.root, window, x, y)
                .unwrap()
                .reply()
                .unwrap();
            if window != self.root && self.takes_drops(window) {
                return Some(window);
            }
            if here.child == x11rb::NONE || here.child == self.window {
                return None;
            }
            window = here.child;
        }
    }

    fn takes_drops(&self, window: Window) -> bool {
        let aware = self
            .connection
            .get_property(false, window, self.atoms.XdndAware, AtomEnum::ANY, 0, 1)
            .unwrap()
            .reply();
        aware.is_ok_and(|aware| aware.value_len > 0)
    }
}
