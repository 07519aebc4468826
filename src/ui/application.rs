//! The application: what is there once, whatever windows are open.

use adw::prelude::*;
use adw::subclass::prelude::*;
use gtk::{gio, glib};
use std::cell::{Cell, RefCell};
use std::path::PathBuf;

use super::actions::WinAction;
use super::window::Window;
use crate::session::Start;
use crate::words::tr;

/// The application's id: desktop entry, icon and D-Bus name go by it.
pub const ID: &str = "io.github.syswall.Syswall";

mod imp {
    use super::*;

    #[derive(Default)]
    pub struct Application {
        pub start: RefCell<Start>,
        pub exit_code: Cell<i32>,
        /// The application's own group would be exported on the session bus, where the program could use it.
        pub actions: gio::SimpleActionGroup,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for Application {
        const NAME: &'static str = "SyswallApplication";
        type Type = super::Application;
        type ParentType = adw::Application;
    }

    impl ObjectImpl for Application {}

    impl ApplicationImpl for Application {
        fn startup(&self) {
            self.parent_startup();
            gtk::Window::set_default_icon_name(ID);
            load_style();
            self.obj().install_actions();
        }

        fn activate(&self) {
            self.parent_activate();
            let app = self.obj();
            match self.start.take() {
                Start::Run(options) => {
                    let window = Window::new(&app);
                    match window.run_from_terminal(*options) {
                        Ok(()) => window.present(),
                        Err(error) => {
                            eprintln!("syswall: {error}");
                            self.exit_code.set(error.exit_code);
                            window.destroy();
                        }
                    }
                }
                Start::Program(file) => {
                    let window = Window::new(&app);
                    window.present();
                    window.run_file(&file);
                }
                Start::Recording(file) => app.open_recording(file),
                Start::Nothing => match app.active_window() {
                    Some(window) => window.present(),
                    None => Window::new(&app).present(),
                },
            }
        }

        fn open(&self, files: &[gio::File], _hint: &str) {
            for path in files.iter().filter_map(gio::prelude::FileExt::path) {
                self.obj().open_recording(path);
            }
        }
    }

    impl GtkApplicationImpl for Application {}
    impl AdwApplicationImpl for Application {}

    fn load_style() {
        let provider = gtk::CssProvider::new();
        provider.load_from_data(include_str!("style.css"));
        if let Some(display) = gtk::gdk::Display::default() {
            gtk::style_context_add_provider_for_display(&display, &provider, gtk::STYLE_PROVIDER_PRIORITY_APPLICATION);
        }
    }
}

glib::wrapper! {
    /// The application.
    pub struct Application(ObjectSubclass<imp::Application>)
        @extends adw::Application, gtk::Application, gio::Application,
        @implements gio::ActionMap, gio::ActionGroup;
}

impl Application {
    /// An application that starts with `start`, if given, in a window of its own.
    ///
    /// A run started on the command line keeps to its own process (its exit status is the program's), so it never
    /// hands over to an instance that is already there.
    pub fn new(start: Start) -> Self {
        let flags = match start {
            Start::Nothing => gio::ApplicationFlags::HANDLES_OPEN,
            _ => gio::ApplicationFlags::NON_UNIQUE,
        };
        let app: Self = glib::Object::builder().property("application-id", ID).property("flags", flags).build();
        app.imp().start.replace(start);
        app
    }

    /// What the process should end with.
    pub fn exit_code(&self) -> i32 {
        self.imp().exit_code.get()
    }

    /// Sets what the process should end with.
    pub fn set_exit_code(&self, code: i32) {
        self.imp().exit_code.set(code);
    }

    /// Opens `path` in a window of its own, unless an empty one is there.
    pub fn open_recording(&self, path: PathBuf) {
        let window = self
            .windows()
            .into_iter()
            .filter_map(|w| w.downcast::<Window>().ok())
            .find(Window::is_empty)
            .unwrap_or_else(|| Window::new(self));
        window.present();
        window.open_recording(path);
    }

    fn install_actions(&self) {
        self.install_action("quit", |app| {
            // Each window asks for itself whether its program may be stopped.
            for window in app.windows() {
                window.close();
            }
        });
        self.install_action("about", Self::show_about);
        self.install_action("new-window", |app| Window::new(app).present());
        self.set_accels_for_action("app.quit", &["<Control>q"]);
        self.set_accels_for_action("app.new-window", &["<Control><Shift>n"]);
        for action in WinAction::ALL {
            self.set_accels_for_action(&format!("win.{}", action.name()), action.keys());
        }
    }

    fn install_action(&self, name: &str, perform: impl Fn(&Self) + 'static) {
        let action = gio::SimpleAction::new(name, None);
        action.connect_activate(glib::clone!(
            #[weak(rename_to = app)]
            self,
            move |_, _| perform(&app)
        ));
        self.imp().actions.add_action(&action);
    }

    /// The application's commands, for each of its windows.
    pub fn actions(&self) -> &gio::SimpleActionGroup {
        &self.imp().actions
    }

    fn show_about(&self) {
        let about = adw::AboutWindow::builder()
            .application_name("Syswall")
            .application_icon(ID)
            .version(env!("CARGO_PKG_VERSION"))
            .comments(tr("A firewall for system calls, on the desktop"))
            .license_type(gtk::License::Lgpl30)
            .developer_name(tr("The Syswall contributors"))
            // Translators: your names, one a line.
            .translator_credits(tr("translator-credits"))
            .modal(true)
            .build();
        about.set_transient_for(self.active_window().as_ref());
        about.present();
    }
}
