//! The question window under Xvfb, driven as a user and as a screen reader would.
//!
//! Runs itself again inside a private display and session bus, so it needs xvfb, xauth, dbus, at-spi2-core, xdotool
//! and python3-gi with gir1.2-atspi-2.0 (`data/setup.sh` installs them).
//!
//!     cargo test --test prompt_window [-- PART_OF_A_NAME]
//!     PICTURES=DIR cargo test --test prompt_window -- pictures      also writes pictures of the window to DIR

use std::cell::RefCell;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::rc::Rc;
use std::time::{Duration, Instant};

use gtk::glib;
use gtk::prelude::*;
use syswall::policy::answer::{Choice, HowLong, WhatScope, WhoScope};
use syswall::policy::{Decision, Place};
use syswall::syscall::{Abi, Access, ArgText, Kind, Object, Transport};
use syswall::tracer::{Ancestor, Question};
use syswall::ui::prompt::Prompter;

const TESTS: &[(&str, fn())] = &[
    ("nothing_decides_before_the_prompt_is_armed", nothing_decides_before_the_prompt_is_armed),
    ("keys_typed_or_held_from_before_do_not_answer", keys_typed_or_held_from_before_do_not_answer),
    ("alt_a_allows_once_armed", alt_a_allows_once_armed),
    ("escape_denies_once_and_saves_nothing", escape_denies_once_and_saves_nothing),
    ("enter_on_a_button_that_the_user_focused_answers", enter_on_a_button_that_the_user_focused_answers),
    ("the_choices_are_in_the_answer", the_choices_are_in_the_answer),
    ("a_pattern_that_does_not_cover_the_object_cannot_be_chosen", a_pattern_that_does_not_cover_the_object),
    ("what_cannot_be_pretended_or_shown_whole_is_not_offered", what_cannot_be_pretended_or_shown_whole),
    ("the_next_question_is_shown_and_armed_anew", the_next_question_is_shown_and_armed_anew),
    ("a_withdrawn_question_is_gone", a_withdrawn_question_is_gone),
    ("a_failed_save_is_shown_in_the_prompt", a_failed_save_is_shown_in_the_prompt),
    ("a_screen_reader_hears_the_question_and_can_deny", a_screen_reader_hears_the_question_and_can_deny),
    ("pictures_of_the_window_in_every_dress", pictures_of_the_window_in_every_dress),
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "--list") {
        TESTS.iter().for_each(|(name, _)| println!("{name}: test"));
        return ExitCode::SUCCESS;
    }
    let wanted = args.iter().find(|arg| !arg.starts_with('-')).cloned().unwrap_or_default();
    let chosen: Vec<_> = TESTS.iter().filter(|(name, _)| name.contains(&wanted)).collect();
    if chosen.is_empty() {
        return ExitCode::SUCCESS;
    }
    if std::env::var_os("PROMPT_WINDOW_INSIDE").is_none() {
        return inside_a_display(&args);
    }
    syswall::words::init();
    adw::init().expect("libadwaita starts");
    for (name, test) in &chosen {
        println!("test {name} ...");
        // Windows are destroyed here too: a panic ends the process, and the display with it.
        test();
        println!("test {name} ... ok");
    }
    ExitCode::SUCCESS
}

/// Runs this program again where nobody else types, in English, without the user's settings.
fn inside_a_display(args: &[String]) -> ExitCode {
    let home = tempfile::tempdir().expect("a temporary directory");
    let status = Command::new("timeout")
        .args(["300", "dbus-run-session", "--", "xvfb-run", "-a", "-s", "-screen 0 1280x1024x24 -nolisten tcp"])
        .arg(std::env::current_exe().expect("our own path"))
        .args(args)
        .envs([("PROMPT_WINDOW_INSIDE", "1"), ("GDK_BACKEND", "x11"), ("GSK_RENDERER", "cairo")])
        .envs([("GSETTINGS_BACKEND", "memory"), ("NO_AT_BRIDGE", "0")])
        .env("LC_ALL", "C.UTF-8")
        .env("LANGUAGE", std::env::var("LANGUAGE").unwrap_or_else(|_| "en".into()))
        .env("HOME", home.path())
        .env("XDG_CONFIG_HOME", home.path())
        .env_remove("WAYLAND_DISPLAY")
        .stdin(Stdio::null())
        .status()
        .expect("dbus-run-session and xvfb-run are installed");
    if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

// ---- what is asked

fn place() -> Place {
    Place { home: Some("/home/anna".into()), cwd: "/home/anna".into(), program_dir: "/usr/bin".into() }
}

fn question(id: u64, kind: Kind, object: Object) -> Question {
    let ancestor = |pid, program: &str| Ancestor { pid, program: Path::new(program).into() };
    Question {
        id,
        pid: 4242,
        tid: 4243,
        program: Path::new("/usr/bin/photo-sorter").into(),
        argv: ["photo-sorter", "--by", "date and place", "/home/anna/Pictures"].map(Into::into).to_vec(),
        ancestry: vec![ancestor(4240, "/bin/sh"), ancestor(4200, "/usr/bin/make")],
        cwd: "/home/anna".into(),
        abi: Abi::X86_64,
        call: "openat".into(),
        args: ArgText::of(&["AT_FDCWD", "\"Pictures/2026/holiday.jpg\"", "O_RDONLY|O_CLOEXEC"]),
        host: None,
        accesses: vec![Access { kind, object: Some(object) }],
        asked: 0,
        can_pretend: true,
        why_not_pretend: None,
        changed: false,
        since: 1_700_000_000_123_000_000,
        waiting: 1,
    }
}

fn file(path: &str) -> Object {
    Object::Path { path: path.into(), asked: path.into() }
}

fn picture(id: u64) -> Question {
    question(id, Kind::FileRead, file("/home/anna/Pictures/2026/holiday.jpg"))
}

// ---- how it is driven

/// The answers so far.
type Answers = Rc<RefCell<Vec<(u64, Choice)>>>;

fn prompter() -> (Prompter, Answers) {
    let prompter = Prompter::new(None, None);
    let answers = Answers::default();
    let into = answers.clone();
    prompter.connect_answered(move |question, choice| into.borrow_mut().push((question.id, choice)));
    (prompter, answers)
}

/// Runs the main loop until `done`; panics with `what` after ten seconds.
fn until(what: &str, mut done: impl FnMut() -> bool) {
    let context = glib::MainContext::default();
    let end = Instant::now() + Duration::from_secs(10);
    // Wakes the loop, so that `done` is asked again.
    let tick = glib::timeout_add_local(Duration::from_millis(10), || glib::ControlFlow::Continue);
    while !done() {
        assert!(Instant::now() < end, "waited in vain for: {what}");
        context.iteration(true);
    }
    tick.remove();
}

/// Lets `time` go by. Only to show that nothing happens meanwhile.
fn pass(time: Duration) {
    let end = Instant::now() + time;
    until("time", || Instant::now() >= end);
}

fn window() -> gtk::Window {
    let visible = || {
        gtk::Window::list_toplevels()
            .into_iter()
            .filter_map(|w| w.downcast::<gtk::Window>().ok())
            .find(|w| w.is_visible())
    };
    until("a window", || visible().is_some_and(|window| window.is_mapped()));
    let window = visible().expect("just seen");
    // There is no window manager here that gives the focus, and X refuses it to a window that is not yet on screen.
    let mut last = Instant::now();
    until("the focus", || {
        if !window.is_active() && last.elapsed() > Duration::from_millis(100) {
            last = Instant::now();
            window.present();
        }
        window.is_active()
    });
    window
}

fn no_window() -> bool {
    !gtk::Window::list_toplevels().into_iter().any(|w| w.is_visible())
}

fn button(window: &gtk::Window, action: &str) -> gtk::Button {
    fn find(widget: &gtk::Widget, action: &str) -> Option<gtk::Button> {
        if let Some(button) = widget.downcast_ref::<gtk::Button>()
            && button.action_name().as_deref() == Some(action)
        {
            return Some(button.clone());
        }
        let mut child = widget.first_child();
        while let Some(widget) = child {
            if let Some(found) = find(&widget, action) {
                return Some(found);
            }
            child = widget.next_sibling();
        }
        None
    }
    find(window.upcast_ref(), action).expect("the button is in the window")
}

fn armed(window: &gtk::Window) -> bool {
    button(window, "prompt.deny").is_sensitive()
}

fn wait_armed(window: &gtk::Window) {
    until("the prompt to be armed", || window.is_active() && armed(window));
}

/// Does `action`, as a menu or a screen reader would.
fn act(window: &gtk::Window, action: &str, value: Option<&str>) {
    window.activate_action(action, value.map(|v| v.to_variant()).as_ref()).expect("there is such an action");
}

fn keys(arguments: &[&str]) {
    let mut child = Command::new("xdotool").args(arguments).spawn().expect("xdotool is installed");
    until("xdotool", || child.try_wait().expect("our child").is_some());
}

fn finish(prompter: &Prompter) {
    prompter.withdraw_all();
    until("the window to go", no_window);
}

// ---- what is shown

fn nothing_decides_before_the_prompt_is_armed() {
    let (prompter, answers) = prompter();
    let start = Instant::now();
    prompter.add(picture(1), place());
    let window = window();
    for action in ["prompt.allow", "prompt.deny", "prompt.pretend", "prompt.stop-program"] {
        act(&window, action, None);
    }
    window.close();
    assert!(answers.borrow().is_empty() && window.is_visible());
    wait_armed(&window);
    assert!(start.elapsed() >= Duration::from_millis(900));
    act(&window, "prompt.deny", None);
    assert_eq!(answers.borrow().len(), 1);
    assert_eq!(answers.borrow()[0].1.decision, Decision::Deny);
    until("the window to go", no_window);
}

fn keys_typed_or_held_from_before_do_not_answer() {
    let (prompter, answers) = prompter();
    prompter.add(picture(1), place());
    let window = window();
    until("the focus", || window.is_active());
    keys(&["keydown", "Return"]);
    keys(&["key", "space", "alt+a", "Escape", "Tab", "space"]);
    wait_armed(&window);
    // X repeats the key that is still held.
    pass(Duration::from_millis(700));
    keys(&["keyup", "Return"]);
    pass(Duration::from_millis(200));
    assert!(answers.borrow().is_empty() && window.is_visible());
    finish(&prompter);
}

fn alt_a_allows_once_armed() {
    let (prompter, answers) = prompter();
    prompter.add(picture(1), place());
    wait_armed(&window());
    keys(&["key", "alt+a"]);
    until("an answer", || !answers.borrow().is_empty());
    let expected = Choice {
        decision: Decision::Allow,
        errno: None,
        what: WhatScope::Exact,
        who: WhoScope::Program,
        how_long: HowLong::UntilEnd,
    };
    assert_eq!(*answers.borrow(), [(1, expected)]);
    until("the window to go", no_window);
}

fn escape_denies_once_and_saves_nothing() {
    let (prompter, answers) = prompter();
    prompter.add(picture(1), place());
    let window = window();
    wait_armed(&window);
    act(&window, "prompt.how-long", Some("always"));
    keys(&["key", "Escape"]);
    until("an answer", || !answers.borrow().is_empty());
    let (_, choice) = answers.borrow()[0].clone();
    assert_eq!((choice.decision, choice.how_long), (Decision::Deny, HowLong::Once));
    until("the window to go", no_window);
}

fn enter_on_a_button_that_the_user_focused_answers() {
    let (prompter, answers) = prompter();
    prompter.add(picture(1), place());
    let window = window();
    wait_armed(&window);
    keys(&["key", "Return", "space"]);
    pass(Duration::from_millis(200));
    assert!(answers.borrow().is_empty(), "the focus begins where no key decides");
    button(&window, "prompt.deny").grab_focus();
    keys(&["key", "Return"]);
    until("an answer", || !answers.borrow().is_empty());
    assert_eq!(answers.borrow()[0].1.decision, Decision::Deny);
    until("the window to go", no_window);
}

fn the_choices_are_in_the_answer() {
    let (prompter, answers) = prompter();
    prompter.add(picture(1), place());
    let window = window();
    wait_armed(&window);
    act(&window, "prompt.what", Some("tree"));
    keys(&["key", "ctrl+1"]);
    keys(&["key", "ctrl+shift+2"]);
    act(&window, "prompt.what", Some("nonsense"));
    act(&window, "prompt.pretend", None);
    let (_, choice) = answers.borrow()[0].clone();
    assert_eq!(
        (choice.decision, choice.what, choice.who, choice.how_long),
        (Decision::Pretend, WhatScope::Tree, WhoScope::Process, HowLong::UntilEnd)
    );
    until("the window to go", no_window);
}

fn a_pattern_that_does_not_cover_the_object() {
    let (prompter, answers) = prompter();
    prompter.add(picture(1), place());
    let window = window();
    wait_armed(&window);
    act(&window, "prompt.what", Some("pattern:~/Music/**"));
    assert!(!armed(&window));
    act(&window, "prompt.allow", None);
    assert!(answers.borrow().is_empty());
    act(&window, "prompt.what", Some("pattern:~/Pictures/**"));
    act(&window, "prompt.allow", None);
    assert_eq!(answers.borrow()[0].1.what, WhatScope::Pattern("~/Pictures/**".into()));
    until("the window to go", no_window);
}

fn what_cannot_be_pretended_or_shown_whole() {
    let (prompter, answers) = prompter();
    let long = format!("/tmp/{}", "x".repeat(20_000));
    prompter.add(Question { can_pretend: false, ..question(1, Kind::FileRead, file(&long)) }, place());
    let window = window();
    wait_armed(&window);
    assert!(!button(&window, "prompt.allow").is_sensitive() && !button(&window, "prompt.pretend").is_sensitive());
    act(&window, "prompt.allow", None);
    act(&window, "prompt.pretend", None);
    assert!(answers.borrow().is_empty());
    finish(&prompter);
}

fn the_next_question_is_shown_and_armed_anew() {
    let (prompter, answers) = prompter();
    prompter.add(picture(1), place());
    prompter.add(question(2, Kind::FileDelete, file("/home/anna/old")), place());
    let window = window();
    wait_armed(&window);
    act(&window, "prompt.allow", None);
    act(&window, "prompt.allow", None);
    assert_eq!(answers.borrow().iter().map(|(id, _)| *id).collect::<Vec<_>>(), [1]);
    assert!(!armed(&window) && window.is_visible());
    wait_armed(&window);
    act(&window, "prompt.deny", None);
    assert_eq!(answers.borrow().iter().map(|(id, _)| *id).collect::<Vec<_>>(), [1, 2]);
    until("the window to go", no_window);
}

fn a_withdrawn_question_is_gone() {
    let (prompter, answers) = prompter();
    (1..=3).for_each(|id| prompter.add(picture(id), place()));
    let window = window();
    prompter.withdraw(2);
    prompter.withdraw(1);
    prompter.withdraw(77);
    assert_eq!(prompter.len(), 1);
    wait_armed(&window);
    act(&window, "prompt.deny", None);
    assert_eq!(answers.borrow()[0].0, 3);
    until("the window to go", no_window);
    prompter.add(picture(4), place());
    self::window();
    prompter.withdraw(4);
    until("the window to go", no_window);
}

fn a_failed_save_is_shown_in_the_prompt() {
    let prompter = Prompter::new(None, None);
    let again = prompter.clone();
    prompter.connect_answered(move |question, _| again.show_error(question.id, "disk full"));
    prompter.add(picture(1), place());
    let window = window();
    wait_armed(&window);
    act(&window, "prompt.allow", None);
    assert!(window.is_visible() && !button(&window, "prompt.deny").is_visible());
    until("Continue", || button(&window, "prompt.continue").is_sensitive());
    act(&window, "prompt.continue", None);
    until("the window to go", no_window);
}

/// What a screen reader gets. Speaks to the accessibility bus from another process, as one does.
const SCREEN_READER: &str = r#"
import gi, sys, time
gi.require_version("Atspi", "2.0")
from gi.repository import Atspi

def prompt():
    desktop = Atspi.get_desktop(0)
    for i in range(desktop.get_child_count()):
        app = desktop.get_child_at_index(i)
        for j in range(app.get_child_count() if app else 0):
            window = app.get_child_at_index(j)
            if "photo-sorter wants to read" in (window.get_name() or ""):
                return window

end = time.time() + 10
while not (window := prompt()):
    assert time.time() < end, "no prompt on the accessibility bus"
    time.sleep(0.05)
print("role:", window.get_role_name())
print("description:", window.get_description())
print("modal:", window.get_state_set().contains(Atspi.StateType.MODAL))
early = [window.get_action_name(i) for i in range(window.get_n_actions())]
print("deny at once:", "prompt.deny" in early)
end = time.time() + 10
while prompt():
    # What is not possible yet is not listed.
    names = [window.get_action_name(i) for i in range(window.get_n_actions())]
    if "prompt.deny" in names:
        print("actions:", " ".join(sorted(names)))
        window.do_action(names.index("prompt.deny"))
    assert time.time() < end, "prompt.deny does not work"
    time.sleep(0.05)
"#;

fn a_screen_reader_hears_the_question_and_can_deny() {
    let (prompter, answers) = prompter();
    let start = Instant::now();
    prompter.add(picture(1), place());
    window();
    let mut reader = Command::new("/usr/bin/python3")
        .args(["-W", "ignore", "-c", SCREEN_READER])
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is installed");
    until("the screen reader", || reader.try_wait().expect("our child").is_some());
    let output = reader.wait_with_output().expect("its output");
    let heard = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{heard}");
    assert_eq!(answers.borrow().len(), 1);
    assert_eq!(answers.borrow()[0].1.decision, Decision::Deny);
    assert!(start.elapsed() >= Duration::from_millis(900), "only once it is armed");
    for part in ["role: dialog", "description: If you allow: photo-sorter", "holiday.jpg", "modal: True"] {
        assert!(heard.contains(part), "{heard}");
    }
    for action in ["allow", "deny", "pretend", "stop-program", "details"] {
        assert!(heard.contains(&format!("prompt.{action}")), "{heard}");
    }
}

fn pictures_of_the_window_in_every_dress() {
    let directory = std::env::var_os("PICTURES");
    let address = Object::Address { transport: Transport::Tcp, address: [192, 168, 1, 17].into(), port: 443 };
    let hostile = format!("/home/anna/.ssh/\u{202e}gpj.\x1b[2J{}\nid_ed25519", "long name ".repeat(60));
    let link = Object::Path { path: "/etc/passwd".into(), asked: "/home/anna/x".into() };
    let no = Some("the program would go on with a result that is not there");
    let dresses: Vec<(&str, Question, bool, i32, Option<&str>)> = vec![
        ("light", picture(1), false, 0, None),
        ("dark", Question { waiting: 38, ..question(2, Kind::NetworkConnect, address) }, true, 0, None),
        ("narrow", question(3, Kind::FileWrite, file(&hostile)), false, 360, None),
        ("pattern", picture(4), false, 0, Some("pattern")),
        (
            "details",
            Question { can_pretend: false, why_not_pretend: no, ..question(5, Kind::FileRead, link) },
            false,
            0,
            Some("details"),
        ),
    ];
    for (name, question, dark, width, state) in dresses {
        let style = adw::StyleManager::default();
        style.set_color_scheme(if dark { adw::ColorScheme::ForceDark } else { adw::ColorScheme::ForceLight });
        let (prompter, _) = prompter();
        prompter.add(question, place());
        prompter.add(picture(100), place());
        // Before it is on screen: without a window manager nobody resizes it afterwards.
        for window in gtk::Window::list_toplevels().into_iter().filter_map(|w| w.downcast::<gtk::Window>().ok()) {
            if width > 0 {
                window.set_default_size(width, 640);
            }
        }
        let window = window();
        match state {
            Some("details") => act(&window, "prompt.details", None),
            Some(state) => act(&window, "prompt.what", Some(state)),
            None => {}
        }
        wait_armed(&window);
        pass(Duration::from_millis(300));
        let (min, _, _, _) = window.measure(gtk::Orientation::Horizontal, -1);
        assert!(min <= 360, "{name}: the window needs {min} px");
        if width > 0 {
            until("the narrow window", || window.width() <= width);
        }
        if let Some(directory) = &directory {
            let file = Path::new(directory).join(format!("{name}.png"));
            let done =
                Command::new("import").args(["-window", "root"]).arg(file).status().expect("imagemagick is installed");
            assert!(done.success());
        }
        finish(&prompter);
    }
    adw::StyleManager::default().set_color_scheme(adw::ColorScheme::Default);
}
