//! The main window: one recording, whether its program is still running or not.
//!
//! | file | what it does |
//! |---|---|
//! | `window.rs` | the widget, its actions, opening recordings |
//! | `window/run.rs` | starting a program, its messages, its questions, its end |
//! | `window/close.rs` | what happens when the window is closed while a program runs |

mod close;
mod run;

use adw::prelude::*;
use adw::subclass::prelude::*;
use gtk::{gio, glib};
use std::cell::{Cell, OnceCell, RefCell};
use std::path::PathBuf;
use std::rc::Rc;

use super::actions::WinAction;
use super::activity::Activity;
use super::application::Application;
use super::bridge::Queries;
use super::compare::Compare;
use super::prompt::Prompter;
use super::report_page::ReportPage;
use super::rules::Rules;
use super::statistics::Statistics;
use super::terminal::TerminalPane;
use super::{chart::Chart, shortcuts};
use crate::words::{fill, tr};
pub use run::Run;

mod imp {
    use super::*;

    #[derive(Default, gtk::CompositeTemplate)]
    #[template(file = "window.ui")]
    pub struct Window {
        #[template_child]
        pub toasts: TemplateChild<adw::ToastOverlay>,
        #[template_child]
        pub switcher_title: TemplateChild<adw::ViewSwitcherTitle>,
        #[template_child]
        pub open_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub strip_revealer: TemplateChild<gtk::Revealer>,
        #[template_child]
        pub state_icon: TemplateChild<gtk::Image>,
        #[template_child]
        pub run_title: TemplateChild<gtk::Label>,
        #[template_child]
        pub run_status: TemplateChild<gtk::Label>,
        /// Says that not every call is watched, where that is so.
        #[template_child]
        pub unwatched: TemplateChild<gtk::Label>,
        #[template_child]
        pub question_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub terminal_button: TemplateChild<gtk::ToggleButton>,
        #[template_child]
        pub pause_button: TemplateChild<gtk::ToggleButton>,
        #[template_child]
        pub stop_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub pages: TemplateChild<adw::ViewStack>,
        #[template_child]
        pub activity: TemplateChild<Activity>,
        #[template_child]
        pub rules: TemplateChild<Rules>,
        #[template_child]
        pub statistics: TemplateChild<Statistics>,
        #[template_child]
        pub compare: TemplateChild<Compare>,
        #[template_child]
        pub report: TemplateChild<ReportPage>,
        #[template_child]
        pub terminal: TemplateChild<TerminalPane>,
        pub run: RefCell<Option<Rc<Run>>>,
        pub recording: RefCell<Option<PathBuf>>,
        pub prompter: OnceCell<Prompter>,
        /// The window closes as soon as the program has ended.
        pub close_when_ended: Cell<bool>,
        /// The process's exit status is that of this window's program.
        pub owns_exit_code: Cell<bool>,
        pub chooser: RefCell<Option<gtk::FileChooserNative>>,
        /// The window's own group of that name would be exported on the session bus, where the program could use it.
        pub actions: gio::SimpleActionGroup,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for Window {
        const NAME: &'static str = "SyswallWindow";
        type Type = super::Window;
        type ParentType = adw::ApplicationWindow;

        fn class_init(klass: &mut Self::Class) {
            Activity::ensure_type();
            Rules::ensure_type();
            Statistics::ensure_type();
            Chart::ensure_type();
            Compare::ensure_type();
            ReportPage::ensure_type();
            TerminalPane::ensure_type();
            klass.bind_template();
        }

        fn instance_init(obj: &glib::subclass::InitializingObject<Self>) {
            obj.init_template();
        }
    }

    impl ObjectImpl for Window {
        fn constructed(&self) {
            self.parent_constructed();
            let obj = self.obj();
            obj.install_actions();
            obj.connect_pages();
            obj.show_no_run();
        }
    }

    impl WidgetImpl for Window {}

    impl WindowImpl for Window {
        fn close_request(&self) -> glib::Propagation {
            if self.obj().may_close() { self.parent_close_request() } else { glib::Propagation::Stop }
        }
    }

    impl ApplicationWindowImpl for Window {}
    impl AdwApplicationWindowImpl for Window {}
}

glib::wrapper! {
    /// The main window.
    pub struct Window(ObjectSubclass<imp::Window>)
        @extends adw::ApplicationWindow, gtk::ApplicationWindow, gtk::Window, gtk::Widget,
        @implements gio::ActionGroup, gio::ActionMap, gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget,
                    gtk::Native, gtk::Root, gtk::ShortcutManager;
}

impl Window {
    /// An empty window.
    pub fn new(app: &Application) -> Self {
        let window: Self = glib::Object::builder().property("application", app).build();
        window.insert_action_group("app", Some(app.actions()));
        window
    }

    /// Whether it shows neither a program nor a recording.
    pub fn is_empty(&self) -> bool {
        self.imp().run.borrow().is_none() && self.imp().recording.borrow().is_none()
    }

    /// The run that goes on in this window, if it has not ended.
    pub fn running(&self) -> Option<Rc<Run>> {
        self.imp().run.borrow().clone().filter(|run| !run.has_ended())
    }

    /// Shows a recording.
    pub fn open_recording(&self, path: PathBuf) {
        glib::spawn_future_local(glib::clone!(
            #[weak(rename_to = window)]
            self,
            async move {
                match Queries::open(path.clone()).await {
                    Ok(queries) => {
                        window.imp().run.replace(None);
                        window.imp().rules.set_run(None);
                        window.show_recording(&path, queries);
                        window.show_opened(&path);
                    }
                    Err(error) => window.toast(&fill(
                        &tr("{file} cannot be opened: {error}"),
                        &[("file", &crate::words::escape(&path)), ("error", &error)],
                    )),
                }
            }
        ));
    }

    /// Says something that needs no answer.
    pub fn toast(&self, text: &str) {
        let toast = adw::Toast::builder().title(glib::markup_escape_text(text)).timeout(8).build();
        self.imp().toasts.add_toast(toast);
    }

    /// Says something that can be undone.
    pub fn toast_with_undo(&self, text: &str, undo: impl Fn() + 'static) {
        let toast =
            adw::Toast::builder().title(glib::markup_escape_text(text)).button_label(tr("_Undo")).timeout(10).build();
        toast.connect_button_clicked(move |_| undo());
        self.imp().toasts.add_toast(toast);
    }

    /// Makes every page show `queries`.
    fn show_recording(&self, path: &std::path::Path, queries: Queries) {
        let imp = self.imp();
        imp.recording.replace(Some(path.to_owned()));
        self.say_what_is_watched(&queries);
        imp.activity.set_queries(Some(queries.clone()));
        imp.statistics.set_queries(Some(queries.clone()));
        imp.report.set_queries(Some(queries));
        imp.compare.set_after(path);
        self.update_actions();
    }

    fn say_what_is_watched(&self, queries: &Queries) {
        let queries = queries.clone();
        glib::spawn_future_local(glib::clone!(
            #[weak(rename_to = window)]
            self,
            async move {
                if let Some(Ok(info)) = queries.ask(|reader| reader.info()).await {
                    window.imp().unwatched.set_visible(info.run.watch == "policy");
                }
            }
        ));
    }

    /// The strip says which recording this is.
    fn show_opened(&self, path: &std::path::Path) {
        let imp = self.imp();
        let name = path.file_name().map(crate::words::escape).unwrap_or_default();
        imp.run_title.set_text(&name);
        imp.run_status.set_text(&tr("Recording of an earlier run"));
        imp.state_icon.set_icon_name(Some("document-open-recent-symbolic"));
        imp.strip_revealer.set_reveal_child(true);
        self.set_title(Some(&fill(&tr("{name} – Syswall"), &[("name", &name)])));
        imp.report.refresh();
        self.update_actions();
    }

    fn install_actions(&self) {
        for action in WinAction::ALL {
            let simple = match action.state() {
                Some(on) => gio::SimpleAction::new_stateful(action.name(), None, &on.to_variant()),
                None => gio::SimpleAction::new(action.name(), None),
            };
            simple.connect_activate(glib::clone!(
                #[weak(rename_to = window)]
                self,
                move |simple, _| {
                    let on = simple.state().and_then(|s| s.get::<bool>()).map(|on| !on);
                    window.perform(action, on.unwrap_or(true));
                }
            ));
            self.imp().actions.add_action(&simple);
        }
        self.insert_action_group("win", Some(&self.imp().actions));
        self.update_actions();
    }

    /// Carries out a command; `on` is the state that one with a state gets.
    fn perform(&self, action: WinAction, on: bool) {
        let imp = self.imp();
        match action {
            WinAction::Run => self.show_run_dialog(),
            WinAction::Open => self.choose_recording(),
            WinAction::ShowActivity => self.show_page("activity"),
            WinAction::ShowRules => self.show_page("rules"),
            WinAction::ShowStatistics => self.show_page("statistics"),
            WinAction::ShowCompare => self.show_page("compare"),
            WinAction::ShowReport => self.show_page("report"),
            WinAction::StopProgram => self.stop_program(),
            WinAction::Pause => self.pause(on),
            WinAction::ShowTerminal => {
                self.set_state(action, on);
                imp.terminal.set_visible(on);
                if on {
                    imp.terminal.focus();
                }
            }
            WinAction::ShowProcesses => imp.activity.set_processes_shown(on),
            WinAction::Find => {
                self.show_page("activity");
                imp.activity.find();
            }
            WinAction::ClearFilters => imp.activity.clear_filters(),
            WinAction::Follow => imp.activity.set_follow(on),
            WinAction::SaveReport => imp.report.save(),
            WinAction::AddRule => {
                self.show_page("rules");
                imp.rules.add_rule();
            }
            WinAction::ShowQuestion => self.show_question(),
            WinAction::Close => self.close(),
            WinAction::ShowHelpOverlay => shortcuts::window(self).present(),
        }
    }

    fn show_page(&self, name: &str) {
        self.imp().pages.set_visible_child_name(name);
    }

    /// Sets the state of an action that has one.
    pub fn set_state(&self, action: WinAction, on: bool) {
        if let Some(simple) = self.imp().actions.lookup_action(action.name()).and_downcast::<gio::SimpleAction>() {
            simple.set_state(&on.to_variant());
        }
    }

    fn set_enabled(&self, action: WinAction, enabled: bool) {
        if let Some(simple) = self.imp().actions.lookup_action(action.name()).and_downcast::<gio::SimpleAction>() {
            simple.set_enabled(enabled);
        }
    }

    /// Enables what can be done now.
    fn update_actions(&self) {
        let imp = self.imp();
        let run = imp.run.borrow().clone();
        let running = run.as_ref().is_some_and(|r| !r.has_ended());
        let recorded = imp.recording.borrow().is_some();
        let has_terminal = run.as_ref().is_some_and(|r| r.in_terminal);
        self.set_enabled(WinAction::StopProgram, running);
        self.set_enabled(WinAction::Pause, running);
        self.set_enabled(WinAction::ShowTerminal, has_terminal);
        self.set_enabled(WinAction::AddRule, run.is_some());
        self.set_enabled(WinAction::ShowQuestion, imp.prompter.get().is_some_and(|p| !p.is_empty()));
        for action in [WinAction::Find, WinAction::ClearFilters, WinAction::SaveReport] {
            self.set_enabled(action, recorded);
        }
        imp.stop_button.set_visible(running);
        imp.pause_button.set_visible(running);
        imp.terminal_button.set_visible(has_terminal);
    }

    fn connect_pages(&self) {
        let imp = self.imp();
        for (property, action) in [("processes-shown", WinAction::ShowProcesses), ("follow", WinAction::Follow)] {
            let window = self.downgrade();
            imp.activity.connect_notify_local(Some(property), move |activity, spec| {
                if let Some(window) = window.upgrade() {
                    window.set_state(action, activity.property(spec.name()));
                }
            });
        }
        // Where there is little room, the menu has it.
        imp.switcher_title
            .bind_property("title-visible", &*imp.open_button, "visible")
            .invert_boolean()
            .sync_create()
            .build();
        imp.pages.connect_visible_child_notify(glib::clone!(
            #[weak(rename_to = window)]
            self,
            move |pages| {
                if pages.visible_child_name().as_deref() == Some("report") {
                    pages.page(&*window.imp().report).set_needs_attention(false);
                }
            }
        ));
        imp.statistics.connect_show_events(glib::clone!(
            #[weak(rename_to = window)]
            self,
            move |filter| {
                window.show_page("activity");
                window.imp().activity.search(filter);
            }
        ));
    }

    fn choose_recording(&self) {
        let chooser = gtk::FileChooserNative::new(
            Some(&tr("Open a Recording")),
            Some(self),
            gtk::FileChooserAction::Open,
            None,
            None,
        );
        if let Some(folder) = super::recordings_folder().filter(|f| f.is_dir()) {
            let _ = chooser.set_current_folder(Some(&gio::File::for_path(folder)));
        }
        chooser.connect_response(glib::clone!(
            #[weak(rename_to = window)]
            self,
            move |chooser, response| {
                window.imp().chooser.replace(None);
                let path = chooser.file().and_then(|f| f.path());
                let app = window.application().and_downcast::<Application>();
                if let (gtk::ResponseType::Accept, Some(path), Some(app)) = (response, path, app) {
                    if window.running().is_some() {
                        app.open_recording(path);
                    } else {
                        window.open_recording(path);
                    }
                }
            }
        ));
        chooser.show();
        self.imp().chooser.replace(Some(chooser));
    }
}
