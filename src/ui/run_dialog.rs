//! The dialog that starts a program.

use adw::prelude::*;
use adw::subclass::prelude::*;
use gtk::{gdk, gio, glib};
use std::cell::{OnceCell, RefCell};
use std::ffi::OsString;
use std::path::PathBuf;

use super::completion;
use crate::policy::presets;
use crate::words::tr;

/// What the user wants to run.
#[derive(Clone, Debug)]
pub struct Request {
    /// Program and arguments.
    pub argv: Vec<OsString>,
    /// Where.
    pub cwd: PathBuf,
    /// With which preset on top of its own policy.
    pub preset: Option<String>,
    /// Whether to record it.
    pub record: bool,
    /// Whether it gets the display.
    pub display: bool,
}

/// Starts what was asked for; the error is one line for the user, and the dialog stays.
type Start = Box<dyn Fn(Request) -> Result<(), String>>;

mod imp {
    use super::*;

    #[derive(Default, gtk::CompositeTemplate)]
    #[template(file = "run_dialog.ui")]
    pub struct RunDialog {
        #[template_child]
        pub error_revealer: TemplateChild<gtk::Revealer>,
        #[template_child]
        pub error_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub command_row: TemplateChild<adw::EntryRow>,
        #[template_child]
        pub folder_row: TemplateChild<adw::ActionRow>,
        #[template_child]
        pub preset_row: TemplateChild<adw::ComboRow>,
        #[template_child]
        pub record_switch: TemplateChild<gtk::Switch>,
        #[template_child]
        pub display_switch: TemplateChild<gtk::Switch>,
        pub suggestions: OnceCell<(gtk::Popover, gtk::ListBox)>,
        pub folder: RefCell<PathBuf>,
        pub start: OnceCell<Start>,
        pub chooser: RefCell<Option<gtk::FileChooserNative>>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for RunDialog {
        const NAME: &'static str = "SyswallRunDialog";
        type Type = super::RunDialog;
        type ParentType = adw::Window;

        fn class_init(klass: &mut Self::Class) {
            klass.bind_template();
            klass.install_action("run.start", None, |dialog, _, _| dialog.start());
            klass.install_action("run.choose-folder", None, |dialog, _, _| dialog.choose(true));
            klass.install_action("run.choose-program", None, |dialog, _, _| dialog.choose(false));
        }

        fn instance_init(obj: &glib::subclass::InitializingObject<Self>) {
            obj.init_template();
        }
    }

    impl ObjectImpl for RunDialog {
        fn constructed(&self) {
            self.parent_constructed();
            let obj = self.obj();
            let names = gtk::StringList::new(&[&tr("None")]);
            for preset in presets::all() {
                names.append(&tr(&preset.title));
            }
            self.preset_row.set_model(Some(&names));
            self.preset_row.connect_selected_notify(glib::clone!(
                #[weak]
                obj,
                move |_| obj.describe_preset()
            ));
            obj.describe_preset();
            obj.set_folder(std::env::current_dir().unwrap_or_else(|_| glib::home_dir()));
            obj.action_set_enabled("run.start", false);
            obj.build_suggestions();
            obj.add_keys();
            self.command_row.grab_focus();
        }

        fn dispose(&self) {
            if let Some((popover, _)) = self.suggestions.get() {
                popover.unparent();
            }
        }
    }
    impl WidgetImpl for RunDialog {}
    impl WindowImpl for RunDialog {}
    impl AdwWindowImpl for RunDialog {}
}

glib::wrapper! {
    /// The dialog that starts a program.
    pub struct RunDialog(ObjectSubclass<imp::RunDialog>)
        @extends adw::Window, gtk::Window, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget, gtk::Native, gtk::Root, gtk::ShortcutManager;
}

impl RunDialog {
    /// A dialog over `parent` that hands what the user wants to `start`, and closes when that worked.
    pub fn new(parent: &impl IsA<gtk::Window>, start: impl Fn(Request) -> Result<(), String> + 'static) -> Self {
        let dialog: Self = glib::Object::builder().property("transient-for", parent).build();
        let _ = dialog.imp().start.set(Box::new(start));
        dialog
    }

    /// Shows a command and its folder, to be changed or run.
    pub fn fill(&self, line: &str, folder: PathBuf) {
        self.imp().command_row.set_text(line);
        self.set_folder(folder);
    }

    fn set_folder(&self, folder: PathBuf) {
        self.imp().folder_row.set_subtitle(&glib::markup_escape_text(&crate::words::escape(folder.as_os_str())));
        self.imp().folder.replace(folder);
    }

    fn describe_preset(&self) {
        let row = &self.imp().preset_row;
        let preset = (row.selected() as usize).checked_sub(1).and_then(|i| presets::all().get(i));
        let text = preset.map_or_else(|| tr("Asks about everything that has no rule"), |p| tr(&p.description));
        row.set_subtitle(&glib::markup_escape_text(&text));
    }

    /// Shows what went wrong, in place.
    pub fn show_error(&self, text: &str) {
        self.imp().error_label.set_text(text);
        self.imp().error_revealer.set_reveal_child(!text.is_empty());
        if text.is_empty() {
            self.imp().command_row.remove_css_class("error");
        } else {
            self.imp().command_row.add_css_class("error");
            super::a11y::set_description(self.imp().command_row.upcast_ref::<gtk::Widget>(), text);
        }
    }

    fn start(&self) {
        let imp = self.imp();
        self.hide_suggestions();
        let argv = match completion::split(&imp.command_row.text(), Some(&glib::home_dir())) {
            Ok(argv) => argv,
            Err(error) => return self.show_error(&error),
        };
        let selected = imp.preset_row.selected() as usize;
        let request = Request {
            argv,
            cwd: imp.folder.borrow().clone(),
            preset: selected.checked_sub(1).and_then(|i| presets::all().get(i)).map(|p| p.name.to_owned()),
            record: imp.record_switch.is_active(),
            display: imp.display_switch.is_active(),
        };
        let Some(start) = imp.start.get() else { return };
        match start(request) {
            Ok(()) => self.close(),
            Err(error) => self.show_error(&error),
        }
    }

    fn choose(&self, folder: bool) {
        let (title, action) = if folder {
            (tr("Choose a Folder"), gtk::FileChooserAction::SelectFolder)
        } else {
            (tr("Choose a Program"), gtk::FileChooserAction::Open)
        };
        let chooser = gtk::FileChooserNative::new(Some(&title), Some(self), action, None, None);
        let current = gio::File::for_path(&*self.imp().folder.borrow());
        let _ = chooser.set_current_folder(Some(&current));
        chooser.connect_response(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            move |chooser, response| {
                dialog.imp().chooser.replace(None);
                let path = chooser.file().and_then(|f| f.path());
                let Some(path) = path.filter(|_| response == gtk::ResponseType::Accept) else { return };
                if folder {
                    dialog.set_folder(path);
                } else {
                    let row = &dialog.imp().command_row;
                    row.set_text(&glib::shell_quote(&path).to_string_lossy());
                    row.set_position(-1);
                    row.grab_focus();
                }
            }
        ));
        chooser.show();
        // Without a reference of ours it would be gone at once.
        self.imp().chooser.replace(Some(chooser));
    }

    fn build_suggestions(&self) {
        let list = gtk::ListBox::builder().selection_mode(gtk::SelectionMode::Single).build();
        let scroller = gtk::ScrolledWindow::builder()
            .child(&list)
            .hscrollbar_policy(gtk::PolicyType::Never)
            .propagate_natural_height(true)
            .max_content_height(220)
            .build();
        let popover =
            gtk::Popover::builder().child(&scroller).autohide(false).has_arrow(false).can_focus(false).build();
        popover.set_position(gtk::PositionType::Bottom);
        popover.add_css_class("menu");
        let row = &self.imp().command_row;
        popover.set_parent(&**row);
        list.connect_row_activated(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            move |_, _| dialog.take_suggestion()
        ));
        row.connect_changed(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            move |row| {
                dialog.action_set_enabled("run.start", !row.text().trim().is_empty());
                dialog.show_error("");
                dialog.suggest();
            }
        ));
        let _ = self.imp().suggestions.set((popover, list));
    }

    fn suggest(&self) {
        let imp = self.imp();
        let Some((popover, list)) = imp.suggestions.get() else { return };
        while let Some(child) = list.first_child() {
            list.remove(&child);
        }
        let line = imp.command_row.text();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let lines = completion::complete(&line, &imp.folder.borrow(), &path, Some(&glib::home_dir()));
        // Nothing to choose where the word is complete already.
        let useful = lines.iter().any(|l| *l != line) && imp.command_row.has_css_class("focused") | self.is_typing();
        for text in &lines {
            let label =
                gtk::Label::builder().label(text).xalign(0.0).ellipsize(gtk::pango::EllipsizeMode::Start).build();
            list.append(&label);
        }
        if useful {
            popover.set_width_request((imp.command_row.width() - 24).max(100));
            popover.popup();
        } else {
            popover.popdown();
        }
    }

    /// Whether the keyboard focus is in the command line.
    fn is_typing(&self) -> bool {
        let row: &gtk::Widget = self.imp().command_row.upcast_ref();
        GtkWindowExt::focus(self).is_some_and(|focus| focus.is_ancestor(row))
    }

    fn hide_suggestions(&self) -> bool {
        let Some((popover, _)) = self.imp().suggestions.get() else { return false };
        let was = popover.is_visible();
        popover.popdown();
        was
    }

    fn take_suggestion(&self) {
        let imp = self.imp();
        let Some((_, list)) = imp.suggestions.get() else { return };
        let row = list.selected_row().or_else(|| list.row_at_index(0));
        let label = row.and_then(|r| r.child()).and_downcast::<gtk::Label>();
        let Some(label) = label else { return };
        let folder = label.text().ends_with('/');
        imp.command_row.set_text(&label.text());
        imp.command_row.set_position(-1);
        if !folder {
            self.hide_suggestions();
        }
    }

    fn add_keys(&self) {
        let keys = gtk::EventControllerKey::new();
        keys.set_propagation_phase(gtk::PropagationPhase::Capture);
        keys.connect_key_pressed(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            #[upgrade_or]
            glib::Propagation::Proceed,
            move |_, key, _, _| dialog.key_pressed(key)
        ));
        self.add_controller(keys);
    }

    fn key_pressed(&self, key: gdk::Key) -> glib::Propagation {
        let Some((popover, list)) = self.imp().suggestions.get() else { return glib::Propagation::Proceed };
        let open = popover.is_visible();
        let chosen = list.selected_row();
        match key {
            gdk::Key::Escape if self.hide_suggestions() => {}
            gdk::Key::Escape => self.close(),
            gdk::Key::Tab if open => self.take_suggestion(),
            gdk::Key::Return | gdk::Key::KP_Enter if open && chosen.is_some() => self.take_suggestion(),
            gdk::Key::Return | gdk::Key::KP_Enter if self.is_typing() => {
                if !self.imp().command_row.text().trim().is_empty() {
                    self.start();
                }
            }
            gdk::Key::Down | gdk::Key::Up if open => {
                let step = if key == gdk::Key::Down { 1 } else { -1 };
                let next = chosen.map_or(0, |row| row.index() + step);
                if let Some(row) = list.row_at_index(next) {
                    list.select_row(Some(&row));
                    scroll_to(popover, &row);
                }
            }
            _ => return glib::Propagation::Proceed,
        }
        glib::Propagation::Stop
    }
}

/// Scrolls the list in `popover` so that `row` is in view, without taking the keyboard focus from the entry.
fn scroll_to(popover: &gtk::Popover, row: &gtk::ListBoxRow) {
    let Some(scroller) = popover.child().and_downcast::<gtk::ScrolledWindow>() else { return };
    let Some(bounds) = row.parent().and_then(|list| row.compute_bounds(&list)) else { return };
    scroller.vadjustment().clamp_page(bounds.y().into(), (bounds.y() + bounds.height()).into());
}
