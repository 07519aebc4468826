//! A run that goes on in a window: start, messages, questions, end.

use adw::prelude::*;
use adw::subclass::prelude::*;
use gtk::glib;
use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::Window;
use crate::policy::answer::{Asked, Choice, HowLong, make_rule};
use crate::policy::{Decision, Place, Policy, Rule, Rules};
use crate::recording::ExitStatus;
use crate::session::{self, RecordChoice, RunError, Session, Watch};
use crate::tracer::{Ended, Handle, Message, Progress, Question};
use crate::ui::a11y;
use crate::ui::actions::WinAction;
use crate::ui::application::Application;
use crate::ui::bridge::{self, Queries};
use crate::ui::prompt::Prompter;
use crate::ui::run_dialog::{Request, RunDialog};
use crate::ui::text::{command, number};
use crate::words::{fill, tr, tr_n};

/// A run that goes on, or went on, in a window.
pub struct Run {
    /// The engine's end of it; gone when it has been put to rest.
    session: RefCell<Option<Session>>,
    handle: Handle,
    program: PathBuf,
    place: Place,
    presets: Vec<String>,
    /// The rules that answers made for this run only.
    answers: RefCell<Vec<Rule>>,
    /// The policy as it was when the session was put to rest.
    last_policy: RefCell<Policy>,
    policy_file: PathBuf,
    /// The command, escaped.
    pub command: String,
    /// Whether the program has its terminal in the window.
    pub in_terminal: bool,
    /// Which calls are watched.
    watch: Watch,
    began: Instant,
    progress: RefCell<Progress>,
    ended: RefCell<Option<Ended>>,
    /// How long it ran, when it has ended.
    took: Cell<Option<Duration>>,
}

impl Run {
    fn new(session: Session, command: String, presets: Vec<String>, in_terminal: bool) -> Run {
        Run {
            handle: session.handle.clone(),
            program: session.program.clone(),
            place: session.place.clone(),
            last_policy: RefCell::new(session.policy().clone()),
            policy_file: session.own_policy().to_owned(),
            watch: session.watch,
            session: RefCell::new(Some(session)),
            presets,
            answers: RefCell::default(),
            command,
            in_terminal,
            began: Instant::now(),
            progress: RefCell::default(),
            ended: RefCell::default(),
            took: Cell::new(None),
        }
    }

    /// Whether the last message has come.
    pub fn has_ended(&self) -> bool {
        self.ended.borrow().is_some()
    }

    /// What the program is called, escaped.
    pub fn name(&self) -> String {
        crate::words::program_name(&self.program)
    }

    /// Reaches the tracer.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// The policy as it is now.
    pub fn policy(&self) -> Policy {
        match &*self.session.borrow() {
            Some(session) => session.policy().clone(),
            None => self.last_policy.borrow().clone(),
        }
    }

    /// Saves `policy` and puts it in force. The error is one line for the user.
    pub fn set_policy(&self, policy: Policy) -> Result<(), String> {
        match &mut *self.session.borrow_mut() {
            Some(session) => session.set_policy(policy).map_err(|error| error.message),
            None => {
                policy.save(&self.policy_file).map_err(|error| error.to_string())?;
                self.last_policy.replace(policy);
                Ok(())
            }
        }
    }

    /// All rules, as they decide now. The error is one line for the user.
    pub fn rules(&self) -> Result<Rules, String> {
        let mut rules = Rules::new(&self.policy(), &self.presets, &self.place).map_err(|error| error.to_string())?;
        for answer in self.answers.borrow().iter() {
            rules.add_session(answer.clone());
        }
        Ok(rules)
    }

    /// Answers `question`. The error is one line for the user; the answer holds for this run all the same.
    fn answer(&self, question: &Question, choice: &Choice) -> Result<(), String> {
        let mut session = self.session.borrow_mut();
        let Some(session) = session.as_mut() else { return Ok(()) };
        let saved = session.answer(question, choice).map_err(|error| error.message);
        if saved.is_err() || choice.how_long != HowLong::Always {
            let rule = question.access().and_then(|access| {
                let asked = Asked { program: &question.program, pid: question.pid, call: &question.call, access };
                make_rule(&asked, choice, &self.place)
            });
            self.answers.borrow_mut().extend(rule);
        }
        saved
    }
}

impl Window {
    pub(super) fn show_no_run(&self) {
        self.imp().strip_revealer.set_reveal_child(false);
        self.update_actions();
    }

    pub(super) fn show_run_dialog(&self) {
        self.run_dialog().present();
    }

    /// Runs the program that a file manager named. What a `.desktop` file would run is shown first.
    pub fn run_file(&self, file: &std::path::Path) {
        let folder = file.parent().map_or_else(glib::home_dir, std::path::Path::to_path_buf);
        if file.extension().is_some_and(|e| e == "desktop") {
            let dialog = self.run_dialog();
            dialog.present();
            match desktop_command(file) {
                Ok(line) => dialog.fill(&line, folder),
                Err(error) => dialog.show_error(&error),
            }
            return;
        }
        let argv = vec![file.as_os_str().to_owned()];
        let line = command(&argv);
        if let Err(error) = self.start(Request { argv, cwd: folder.clone(), preset: None, record: true, display: true })
        {
            let dialog = self.run_dialog();
            dialog.present();
            dialog.fill(&line, folder);
            dialog.show_error(&error);
        }
    }

    fn run_dialog(&self) -> RunDialog {
        // A window that is busy stays as it is; the new run gets its own.
        let app = self.application().and_downcast::<Application>();
        RunDialog::new(
            self,
            glib::clone!(
                #[weak(rename_to = window)]
                self,
                #[upgrade_or]
                Ok(()),
                move |request| match (&app, window.running()) {
                    (Some(app), Some(_)) => {
                        let other = Window::new(app);
                        // A window that nobody sees would keep the application alive.
                        other.start(request).inspect_err(|_| other.destroy())
                    }
                    _ => window.start(request),
                }
            ),
        )
    }

    fn start(&self, request: Request) -> Result<(), String> {
        let terminal = self.imp().terminal.open()?;
        let mut options = session::Options::new(request.argv);
        options.cwd = Some(request.cwd);
        options.presets = request.preset.into_iter().collect();
        options.record = if request.record { RecordChoice::Default } else { RecordChoice::No };
        options.terminal = Some(terminal);
        if !request.display {
            options.without_display();
        }
        options.accessibility = Some(a11y::bus_sockets());
        let (line, presets) = (command(&options.argv), options.presets.clone());
        let session = session::start(options).map_err(|error| error.message)?;
        self.present();
        self.attach(Run::new(session, line, presets, true));
        Ok(())
    }

    /// Starts and shows what was given on the command line; its exit status becomes the process's.
    pub fn run_from_terminal(&self, mut options: session::Options) -> Result<(), RunError> {
        options.accessibility = Some(a11y::bus_sockets());
        let (line, presets) = (command(&options.argv), options.presets.clone());
        let session = session::start(options)?;
        self.imp().owns_exit_code.set(true);
        self.attach(Run::new(session, line, presets, false));
        Ok(())
    }

    fn attach(&self, run: Run) {
        let imp = self.imp();
        let (messages, recording) = match &*run.session.borrow() {
            Some(session) => (session.messages.clone(), session.recording.clone()),
            None => return,
        };
        let in_terminal = run.in_terminal;
        let run = Rc::new(run);
        imp.run.replace(Some(run.clone()));
        imp.recording.replace(None);
        imp.activity.set_queries(None);
        imp.activity.set_recorded(recording.is_some());
        imp.statistics.set_queries(None);
        imp.report.set_queries(None);
        imp.rules.set_run(Some(run.clone()));
        imp.run_title.set_text(&run.command);
        imp.unwatched.set_visible(run.watch == Watch::Policy);
        self.set_title(Some(&fill(&tr("{name} – Syswall"), &[("name", &run.name())])));
        self.set_state(WinAction::Pause, false);
        self.set_state(WinAction::ShowTerminal, in_terminal);
        imp.terminal.set_visible(in_terminal);
        imp.strip_revealer.set_reveal_child(true);
        self.show_page("activity");
        self.show_progress(&run);
        self.update_actions();
        if let Some(path) = recording {
            glib::spawn_future_local(glib::clone!(
                #[weak(rename_to = window)]
                self,
                async move {
                    match Queries::open(path.clone()).await {
                        Ok(queries) => window.show_recording(&path, queries),
                        Err(error) => window.toast(&error),
                    }
                }
            ));
        }
        bridge::listen(
            messages,
            glib::clone!(
                #[weak(rename_to = window)]
                self,
                move |batch| window.take(&run, batch)
            ),
        );
        // Time goes on when nothing else does, and the recorder writes a moment after the tracer tells.
        glib::timeout_add_seconds_local(
            1,
            glib::clone!(
                #[weak(rename_to = window)]
                self,
                #[upgrade_or]
                glib::ControlFlow::Break,
                move || match window.running() {
                    Some(run) => {
                        window.show_progress(&run);
                        window.refresh_pages();
                        glib::ControlFlow::Continue
                    }
                    None => glib::ControlFlow::Break,
                }
            ),
        );
    }

    fn take(&self, run: &Rc<Run>, batch: Vec<Message>) {
        let mut changed = false;
        for message in batch {
            match message {
                Message::Started { .. } => changed = true,
                Message::Question(question) => self.prompter().add(*question, run.place.clone()),
                Message::Waiting { id, waiting } => self.prompter().waiting(id, waiting),
                Message::Withdrawn { id, .. } => self.prompter().withdraw(id),
                Message::Heartbeat => run.handle().alive(),
                Message::Progress(progress) => {
                    run.progress.replace(progress);
                    changed = true;
                }
                Message::Ended(ended) => self.ended(run, ended),
            }
        }
        if changed {
            self.show_progress(run);
            self.refresh_pages();
        }
        self.show_questions();
    }

    fn refresh_pages(&self) {
        let imp = self.imp();
        imp.activity.refresh();
        imp.statistics.refresh();
    }

    /// The last message has come: the recording is completed, then shown once more.
    fn ended(&self, run: &Rc<Run>, ended: Ended) {
        run.progress.replace(ended.progress.clone());
        run.took.set(Some(run.began.elapsed()));
        self.prompter().withdraw_all();
        let session = run.session.take();
        if let Some(session) = &session {
            run.last_policy.replace(session.policy().clone());
        }
        run.ended.replace(Some(ended.clone()));
        self.set_state(WinAction::Pause, false);
        self.show_progress(run);
        self.update_actions();
        glib::spawn_future_local(glib::clone!(
            #[weak(rename_to = window)]
            self,
            #[strong]
            run,
            async move {
                let finished = match session {
                    Some(session) => bridge::work(move || session.finish(&ended)).await,
                    None => None,
                };
                let (code, failure) =
                    finished.unwrap_or_else(|| (125, Some(tr("The recording could not be completed."))));
                window.finished(&run, code, failure.as_deref());
            }
        ));
    }

    fn finished(&self, run: &Rc<Run>, code: i32, failure: Option<&str>) {
        let imp = self.imp();
        if let (true, Some(app)) = (imp.owns_exit_code.get(), self.application().and_downcast::<Application>()) {
            app.set_exit_code(code);
        }
        if imp.owns_exit_code.get() {
            self.end_on_signals();
        }
        if let Some(failure) = failure {
            self.toast(failure);
            if imp.owns_exit_code.get() {
                eprintln!("syswall: {failure}");
            }
        }
        self.refresh_pages();
        imp.report.refresh();
        self.update_actions();
        if imp.close_when_ended.get() {
            self.close();
        } else if imp.recording.borrow().is_some() {
            let read = imp.pages.visible_child_name().as_deref() == Some("report");
            imp.pages.page(&*imp.report).set_needs_attention(!read);
            self.toast_ended(run);
        }
    }

    /// While the program ran, signals were for it. Now Ctrl+C in the terminal ends Syswall, with the program's status.
    fn end_on_signals(&self) {
        use nix::sys::signal::{SigSet, Signal};
        let Some(app) = self.application() else { return };
        // They stay blocked, and a thread waits for them: the default action would end Syswall with another status.
        let signals = SigSet::from_iter([Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGQUIT]);
        glib::spawn_future_local(async move {
            match bridge::work(move || signals.wait()).await {
                Some(Ok(_)) => app.quit(),
                Some(Err(_)) | None => glib::g_warning!("syswall", "signals stay blocked"),
            }
        });
    }

    fn toast_ended(&self, run: &Rc<Run>) {
        let text = fill(&tr("{program} has ended"), &[("program", &run.name())]);
        let toast = adw::Toast::builder()
            .title(glib::markup_escape_text(&text))
            .button_label(tr("Show _Report"))
            .action_name("win.show-report")
            .build();
        self.imp().toasts.add_toast(toast);
    }

    fn show_progress(&self, run: &Rc<Run>) {
        let imp = self.imp();
        let progress = run.progress.borrow();
        let took = run.took.get().unwrap_or_else(|| run.began.elapsed()).as_secs();
        let mut parts = vec![match &*run.ended.borrow() {
            None if progress.paused => tr("Paused"),
            None => tr("Running"),
            Some(ended) => ended_text(ended),
        }];
        parts.push(format!("{}:{:02}", took / 60, took % 60));
        let mut count = |template: String, n: u64| parts.push(fill(&template, &[("count", &number(n))]));
        count(tr_n("{count} call", "{count} calls", progress.calls), progress.calls);
        if !run.has_ended() {
            count(tr_n("{count} process", "{count} processes", progress.processes), progress.processes);
        }
        if progress.denied > 0 {
            count(tr_n("{count} denied", "{count} denied", progress.denied), progress.denied);
        }
        if progress.pretended > 0 {
            count(tr_n("{count} pretended", "{count} pretended", progress.pretended), progress.pretended);
        }
        imp.run_status.set_text(&parts.join(" · "));
        imp.state_icon.set_icon_name(Some(match (run.has_ended(), progress.paused) {
            (true, _) => "media-playback-stop-symbolic",
            (_, true) => "media-playback-pause-symbolic",
            _ => "media-record-symbolic",
        }));
    }

    pub(super) fn stop_program(&self) {
        if let Some(run) = self.running() {
            run.handle().stop_program();
        }
    }

    pub(super) fn pause(&self, on: bool) {
        let Some(run) = self.running() else { return };
        run.handle().pause(on);
        self.set_state(WinAction::Pause, on);
        let label = if on { tr("Let the Program Go On") } else { tr("Pause the Program") };
        self.imp().pause_button.set_tooltip_text(Some(&label));
        crate::ui::a11y::set_label(&*self.imp().pause_button, &label);
    }

    /// Where questions are asked.
    fn prompter(&self) -> &Prompter {
        self.imp().prompter.get_or_init(|| {
            let prompter = Prompter::new(Some(self.upcast_ref()), self.application().as_ref());
            prompter.connect_answered(glib::clone!(
                #[weak(rename_to = window)]
                self,
                move |question, choice| window.answered(&question, &choice)
            ));
            prompter
        })
    }

    fn answered(&self, question: &Question, choice: &Choice) {
        let Some(run) = self.running() else { return };
        if choice.decision == Decision::Kill {
            run.handle().stop_program();
        } else if let Err(error) = run.answer(question, choice) {
            self.prompter().show_error(question.id, &error);
        }
        self.imp().rules.refresh();
        self.show_questions();
    }

    fn show_questions(&self) {
        let waiting = self.imp().prompter.get().map_or(0, Prompter::len) as u64;
        let button = &self.imp().question_button;
        button.set_visible(waiting > 0);
        let text = tr_n("{count} Question", "{count} Questions", waiting);
        button.set_label(&fill(&text, &[("count", &number(waiting))]));
        self.set_enabled(WinAction::ShowQuestion, waiting > 0);
    }

    pub(super) fn show_question(&self) {
        if let Some(prompter) = self.imp().prompter.get() {
            prompter.present();
        }
    }
}

/// How a run ended, in a few words.
/// The command of a `.desktop` file, without its field codes (Desktop Entry Specification, "The Exec key").
fn desktop_command(file: &std::path::Path) -> Result<String, String> {
    let keys = glib::KeyFile::new();
    keys.load_from_file(file, glib::KeyFileFlags::NONE).map_err(|e| e.to_string())?;
    let line = keys.string("Desktop Entry", "Exec").map_err(|e| e.to_string())?;
    let words = glib::shell_parse_argv(line.as_str()).map_err(|e| e.to_string())?;
    let is_code = |word: &std::ffi::OsStr| word.len() == 2 && word.as_encoded_bytes().starts_with(b"%");
    let argv: Vec<std::ffi::OsString> = words.into_iter().filter(|w| !is_code(w)).collect();
    Ok(command(&argv))
}

fn ended_text(ended: &Ended) -> String {
    match (&ended.failure, ended.status) {
        (Some(_), _) | (None, None) => tr("Syswall failed and ended the program"),
        (None, Some(ExitStatus::Code(0))) => tr("Ended"),
        (None, Some(ExitStatus::Code(code))) => fill(&tr("Ended with status {code}"), &[("code", &code.to_string())]),
        (None, Some(ExitStatus::Signal { number, .. })) => {
            fill(&tr("Ended by signal {number}"), &[("number", &number.to_string())])
        }
    }
}
