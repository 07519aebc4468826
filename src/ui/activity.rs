//! What the program does: its processes, the log, one event's details.
//!
//! | file | what it does |
//! |---|---|
//! | `activity.rs` | the widget: search, filters, following the end |
//! | `activity/model.rs`, `event.rs` | the log as a list that is read page by page |
//! | `activity/columns.rs`, `cells.rs` | the columns and their texts |
//! | `activity/processes.rs` | the tree of processes |
//! | `activity/details.rs` | one event |

mod cells;
mod columns;
mod details;
mod event;
mod model;
mod processes;

use adw::prelude::*;
use adw::subclass::prelude::*;
use gtk::{gdk, glib};
use std::cell::{Cell, OnceCell, RefCell};

use self::details::EventDetails;
use self::event::EventObject;
use self::model::EventModel;
use self::processes::{ProcessObject, Processes};
use super::bridge::Queries;
use super::text::number;
use crate::policy::Decision;
use crate::recording::Filter;
use crate::syscall::{Kind, KindSet};
use crate::words::{fill, tr, tr_n};

/// What a toggle button above the log stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Toggle {
    /// Kinds, by the names of [`Kind::named`].
    Kinds(&'static [&'static str]),
    /// Denied, pretended, ended.
    Refused,
}

const TOGGLES: [Toggle; 6] = [
    Toggle::Kinds(&["file"]),
    Toggle::Kinds(&["network"]),
    Toggle::Kinds(&["process.execute", "process.spawn", "process.signal", "process.inspect", "process.identity"]),
    Toggle::Kinds(&["ipc", "device", "system", "bypass"]),
    Toggle::Kinds(&["descriptor", "memory", "time", "wait"]),
    Toggle::Refused,
];

impl Toggle {
    fn title(index: usize) -> String {
        match index {
            0 => tr("Files"),
            1 => tr("Network"),
            2 => tr("Processes"),
            3 => tr("System"),
            4 => tr("Other"),
            _ => tr("Refused"),
        }
    }
}

mod imp {
    use super::*;

    #[derive(Default, gtk::CompositeTemplate, glib::Properties)]
    #[properties(wrapper_type = super::Activity)]
    #[template(file = "activity.ui")]
    pub struct Activity {
        #[template_child]
        pub stack: TemplateChild<gtk::Stack>,
        #[template_child]
        pub flap: TemplateChild<adw::Flap>,
        #[template_child]
        pub tree: TemplateChild<gtk::ListView>,
        #[template_child]
        pub search: TemplateChild<gtk::SearchEntry>,
        #[template_child]
        pub kinds: TemplateChild<gtk::Box>,
        #[template_child]
        pub filter_error: TemplateChild<gtk::Label>,
        #[template_child]
        pub log_stack: TemplateChild<gtk::Stack>,
        #[template_child]
        pub scroller: TemplateChild<gtk::ScrolledWindow>,
        #[template_child]
        pub log: TemplateChild<gtk::ColumnView>,
        #[template_child]
        pub new_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub details: TemplateChild<EventDetails>,
        /// Whether the newest event is kept in view.
        #[property(get, explicit_notify)]
        pub follow: Cell<bool>,
        /// Whether the processes are shown.
        #[property(get, explicit_notify)]
        pub processes_shown: Cell<bool>,
        pub model: EventModel,
        pub selection: OnceCell<gtk::SingleSelection>,
        pub processes: Processes,
        pub columns: RefCell<Vec<(gtk::ColumnViewColumn, bool)>>,
        pub toggles: RefCell<Vec<gtk::ToggleButton>>,
        pub queries: RefCell<Option<Queries>>,
        /// How many rows there were when following ended.
        pub seen: Cell<u32>,
        pub reading_processes: Cell<bool>,
        /// Set from the wish to show the last row until it is done.
        pub scrolling: Cell<bool>,
        /// Set while the filters are changed together.
        pub quiet: Cell<bool>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for Activity {
        const NAME: &'static str = "SyswallActivity";
        type Type = super::Activity;
        type ParentType = adw::Bin;

        fn class_init(klass: &mut Self::Class) {
            EventDetails::ensure_type();
            klass.bind_template();
            klass.install_action("activity.previous", None, |page, _, _| page.step(-1));
            klass.install_action("activity.next", None, |page, _, _| page.step(1));
            klass.install_action("activity.copy", None, |page, _, _| page.imp().details.copy());
            klass.install_action("activity.close-details", None, |page, _, _| page.close_details());
            klass.add_binding_action(
                gdk::Key::c,
                gdk::ModifierType::CONTROL_MASK | gdk::ModifierType::SHIFT_MASK,
                "activity.copy",
            );
        }

        fn instance_init(obj: &glib::subclass::InitializingObject<Self>) {
            obj.init_template();
        }
    }

    #[glib::derived_properties]
    impl ObjectImpl for Activity {
        fn constructed(&self) {
            self.parent_constructed();
            self.follow.set(true);
            self.model.set_tail(true);
            self.processes_shown.set(true);
            let obj = self.obj();
            obj.build_log();
            obj.build_tree();
            obj.build_toggles();
            obj.connect_search();
            obj.connect_flap();
        }
    }
    impl WidgetImpl for Activity {
        fn map(&self) {
            self.parent_map();
            self.obj().refresh();
        }
    }
    impl BinImpl for Activity {}
}

glib::wrapper! {
    /// What the program does.
    pub struct Activity(ObjectSubclass<imp::Activity>)
        @extends adw::Bin, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget;
}

impl Activity {
    /// Shows another recording, or none.
    pub fn set_queries(&self, queries: Option<Queries>) {
        let imp = self.imp();
        imp.queries.replace(queries.clone());
        imp.processes.clear();
        imp.details.show_event(None);
        imp.stack.set_visible_child_name(if queries.is_some() { "log" } else { "empty" });
        imp.model.set_queries(queries);
        self.refresh();
    }

    /// Whether a run that has no recording yet will have one.
    pub fn set_recorded(&self, recorded: bool) {
        if !recorded {
            self.imp().stack.set_visible_child_name("not-recorded");
        }
    }

    /// Looks whether there is more to show, if it can be seen: a list binds its rows also where nobody sees them.
    pub fn refresh(&self) {
        let imp = self.imp();
        if !self.is_mapped() {
            return;
        }
        imp.model.refresh();
        let Some(queries) = imp.queries.borrow().clone() else { return };
        if imp.reading_processes.replace(true) {
            return;
        }
        glib::spawn_future_local(glib::clone!(
            #[weak(rename_to = page)]
            self,
            async move {
                let rows = queries.ask(|reader| reader.processes()).await;
                if let Some(Ok(rows)) = rows {
                    page.imp().processes.update(&rows);
                }
                page.imp().reading_processes.set(false);
            }
        ));
    }

    /// Puts the cursor into the search entry.
    pub fn find(&self) {
        self.imp().search.grab_focus();
    }

    /// Shows only what `text`, written as in the search entry, matches.
    pub fn search(&self, text: &str) {
        let imp = self.imp();
        imp.quiet.set(true);
        imp.toggles.borrow().iter().for_each(|t| t.set_active(false));
        self.select_process(0);
        imp.search.set_text(text);
        imp.quiet.set(false);
        self.apply_filter();
    }

    /// Shows everything again.
    pub fn clear_filters(&self) {
        self.search("");
    }

    /// Keeps the newest event in view, or not.
    pub fn set_follow(&self, follow: bool) {
        let imp = self.imp();
        imp.seen.set(imp.model.count());
        imp.model.set_tail(follow);
        if imp.follow.replace(follow) != follow {
            self.notify_follow();
        }
        imp.new_button.set_visible(false);
        if follow {
            imp.model.refresh();
            self.scroll_to_end();
        }
    }

    /// Shows the processes, or not.
    pub fn set_processes_shown(&self, shown: bool) {
        self.imp().flap.set_reveal_flap(shown);
    }

    fn build_log(&self) {
        let imp = self.imp();
        imp.columns.replace(columns::install(&imp.log));
        let selection = gtk::SingleSelection::builder().model(&imp.model).autoselect(false).can_unselect(true).build();
        selection.set_selected(gtk::INVALID_LIST_POSITION);
        selection.connect_selected_item_notify(glib::clone!(
            #[weak(rename_to = page)]
            self,
            move |_| page.show_selected()
        ));
        imp.log.set_model(Some(&selection));
        let _ = imp.selection.set(selection);
        imp.model.connect_count_notify(glib::clone!(
            #[weak(rename_to = page)]
            self,
            move |_| page.counted()
        ));
        imp.model.connect_counting_notify(glib::clone!(
            #[weak(rename_to = page)]
            self,
            move |_| page.counted()
        ));
        imp.new_button.connect_clicked(glib::clone!(
            #[weak(rename_to = page)]
            self,
            move |_| page.set_follow(true)
        ));
        self.follow_scrolling();
    }

    /// Scrolling up ends following, reaching the end begins it again.
    fn follow_scrolling(&self) {
        let imp = self.imp();
        let wheel = gtk::EventControllerScroll::new(gtk::EventControllerScrollFlags::VERTICAL);
        wheel.set_propagation_phase(gtk::PropagationPhase::Capture);
        wheel.connect_scroll(glib::clone!(
            #[weak(rename_to = page)]
            self,
            #[upgrade_or]
            glib::Propagation::Proceed,
            move |_, _, dy| {
                if dy < 0.0 && page.follow() {
                    page.set_follow(false);
                }
                glib::Propagation::Proceed
            }
        ));
        imp.scroller.add_controller(wheel);
        let keys = gtk::EventControllerKey::new();
        keys.set_propagation_phase(gtk::PropagationPhase::Capture);
        keys.connect_key_pressed(glib::clone!(
            #[weak(rename_to = page)]
            self,
            #[upgrade_or]
            glib::Propagation::Proceed,
            move |_, key, _, _| {
                if matches!(key, gdk::Key::Up | gdk::Key::Page_Up | gdk::Key::Home) && page.follow() {
                    page.set_follow(false);
                }
                glib::Propagation::Proceed
            }
        ));
        imp.scroller.add_controller(keys);
        // What was the end before the view had its new size is not the end after it.
        imp.scroller.vadjustment().connect_changed(glib::clone!(
            #[weak(rename_to = page)]
            self,
            move |_| {
                if page.follow() {
                    page.scroll_to_end();
                }
            }
        ));
        imp.scroller.connect_edge_reached(glib::clone!(
            #[weak(rename_to = page)]
            self,
            move |_, edge| {
                if edge == gtk::PositionType::Bottom && !page.follow() && !page.imp().details.is_visible() {
                    page.set_follow(true);
                }
            }
        ));
    }

    fn counted(&self) {
        let imp = self.imp();
        let count = imp.model.count();
        let filtered = !imp.search.text().is_empty()
            || self.selected_process().is_some()
            || imp.toggles.borrow().iter().any(gtk::prelude::ToggleButtonExt::is_active);
        imp.log_stack.set_visible_child_name(match (count, filtered, imp.model.counting()) {
            (0, true, false) => "nothing",
            (0, false, false) => "none",
            _ => "rows",
        });
        if self.follow() {
            imp.seen.set(count);
            self.scroll_to_end();
        }
        let new = u64::from(count.saturating_sub(imp.seen.get()));
        imp.new_button.set_visible(new > 0);
        if new > 0 {
            imp.new_button.set_label(&fill(&tr_n("↓ {count} new", "↓ {count} new", new), &[("count", &number(new))]));
        }
    }

    /// Shows the last row once the view has handled what is new.
    fn scroll_to_end(&self) {
        let imp = self.imp();
        if imp.scrolling.replace(true) {
            return;
        }
        glib::idle_add_local_once(glib::clone!(
            #[weak(rename_to = page)]
            self,
            move || {
                let imp = page.imp();
                imp.scrolling.set(false);
                if let (Some(last), Some(list)) = (imp.model.count().checked_sub(1), list_of(&imp.log)) {
                    let _ = list.activate_action("list.scroll-to-item", Some(&last.to_variant()));
                }
                let end = imp.scroller.vadjustment();
                end.set_value(end.upper() - end.page_size());
            }
        ));
    }

    fn show_selected(&self) {
        let imp = self.imp();
        let event = imp.selection.get().and_then(|s| s.selected_item()).and_downcast::<EventObject>();
        if event.is_some() && self.follow() {
            // Who looks at one event does not want it to run away.
            self.set_follow(false);
        }
        match event {
            Some(event) if event.with(|row| imp.details.show_event(Some(row))).is_none() => {
                event.connect_loaded_notify(glib::clone!(
                    #[weak(rename_to = page)]
                    self,
                    move |_| page.show_selected()
                ));
            }
            Some(_) => {}
            None => imp.details.show_event(None),
        }
    }

    fn step(&self, by: i32) {
        let imp = self.imp();
        let Some(selection) = imp.selection.get() else { return };
        let at = selection.selected();
        if at == gtk::INVALID_LIST_POSITION {
            return;
        }
        if let Some(next) = at.checked_add_signed(by).filter(|next| *next < imp.model.count()) {
            selection.set_selected(next);
            if let Some(list) = list_of(&imp.log) {
                let _ = list.activate_action("list.scroll-to-item", Some(&next.to_variant()));
            }
        }
    }

    fn close_details(&self) {
        if let Some(selection) = self.imp().selection.get() {
            selection.set_selected(gtk::INVALID_LIST_POSITION);
        }
        self.imp().details.show_event(None);
    }

    fn build_tree(&self) {
        let imp = self.imp();
        let selection = gtk::SingleSelection::new(Some(imp.processes.list.clone()));
        selection.connect_selected_notify(glib::clone!(
            #[weak(rename_to = page)]
            self,
            move |_| page.apply_filter()
        ));
        imp.tree.set_factory(Some(&processes::factory()));
        imp.tree.set_model(Some(&selection));
    }

    fn select_process(&self, position: u32) {
        if let Some(selection) = self.imp().tree.model().and_downcast::<gtk::SingleSelection>() {
            selection.set_selected(position);
        }
    }

    fn selected_process(&self) -> Option<i32> {
        let selection = self.imp().tree.model().and_downcast::<gtk::SingleSelection>()?;
        selection.selected_item().and_downcast::<ProcessObject>()?.pid()
    }

    fn build_toggles(&self) {
        let imp = self.imp();
        for index in 0..TOGGLES.len() {
            let button = gtk::ToggleButton::builder().label(Toggle::title(index)).build();
            button.connect_toggled(glib::clone!(
                #[weak(rename_to = page)]
                self,
                move |_| page.apply_filter()
            ));
            imp.kinds.append(&button);
            imp.toggles.borrow_mut().push(button);
        }
    }

    fn connect_search(&self) {
        let search = &self.imp().search;
        search.connect_search_changed(glib::clone!(
            #[weak(rename_to = page)]
            self,
            move |_| page.apply_filter()
        ));
        search.connect_stop_search(glib::clone!(
            #[weak(rename_to = page)]
            self,
            move |search| {
                search.set_text("");
                page.imp().log.grab_focus();
            }
        ));
    }

    fn apply_filter(&self) {
        let imp = self.imp();
        if imp.quiet.get() {
            return;
        }
        match self.filter() {
            Ok(filter) => {
                imp.filter_error.set_visible(false);
                imp.search.remove_css_class("error");
                imp.details.show_event(None);
                imp.model.set_filter(filter);
            }
            Err(error) => {
                imp.filter_error.set_text(&error);
                imp.filter_error.set_visible(true);
                imp.search.add_css_class("error");
            }
        }
    }

    /// What is asked for: the entry and a process and a kind; a kind or a refusal among those that are chosen.
    fn filter(&self) -> Result<Filter, String> {
        let imp = self.imp();
        let mut filter = Filter::parse(&imp.search.text()).map_err(|error| error.message)?;
        let mut kinds = KindSet::EMPTY;
        for (toggle, button) in TOGGLES.iter().zip(imp.toggles.borrow().iter()) {
            match toggle {
                _ if !button.is_active() => {}
                Toggle::Kinds(names) => kinds = names.iter().fold(kinds, |set, name| set.union(Kind::named(name))),
                Toggle::Refused => {
                    filter = filter.and(Filter::decisions(&[Decision::Deny, Decision::Pretend, Decision::Kill]));
                }
            }
        }
        if !kinds.is_empty() {
            filter = filter.and(Filter::kinds(kinds));
        }
        if let Some(pid) = self.selected_process() {
            filter = filter.and(Filter::pids(&[pid]));
        }
        Ok(filter)
    }

    fn connect_flap(&self) {
        let flap = &self.imp().flap;
        flap.connect_reveal_flap_notify(glib::clone!(
            #[weak(rename_to = page)]
            self,
            move |flap| {
                if page.imp().processes_shown.replace(flap.reveals_flap()) != flap.reveals_flap() {
                    page.notify_processes_shown();
                }
            }
        ));
        flap.connect_folded_notify(glib::clone!(
            #[weak(rename_to = page)]
            self,
            move |flap| {
                for (column, narrow) in page.imp().columns.borrow().iter() {
                    column.set_visible(*narrow || !flap.is_folded());
                }
                if page.follow() {
                    page.scroll_to_end();
                }
            }
        ));
    }
}

/// The list inside a column view: it has the action that scrolls.
fn list_of(view: &gtk::ColumnView) -> Option<gtk::Widget> {
    let mut child = view.first_child();
    while let Some(widget) = child {
        if widget.is::<gtk::ListView>() || widget.css_name() == "listview" {
            return Some(widget);
        }
        child = widget.next_sibling();
    }
    None
}
