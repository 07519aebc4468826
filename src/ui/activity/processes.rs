//! The processes of the run as a tree, drawn as an indented list; selecting one narrows the log to it.

use gtk::prelude::*;
use gtk::subclass::prelude::*;
use gtk::{gio, glib};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use crate::recording::ProcessRow;
use crate::words::{fill, program_name, tr};

mod imp {
    use super::*;

    #[derive(Default, glib::Properties)]
    #[properties(wrapper_type = super::ProcessObject)]
    pub struct ProcessObject {
        /// What changes while it runs.
        #[property(get, set)]
        pub title: RefCell<String>,
        #[property(get, set)]
        pub subtitle: RefCell<String>,
        #[property(get, set)]
        pub ended: Cell<bool>,
        #[property(get, set)]
        pub depth: Cell<u32>,
        /// The process; none for the row that stands for all.
        pub pid: Cell<Option<i32>>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for ProcessObject {
        const NAME: &'static str = "SyswallProcessObject";
        type Type = super::ProcessObject;
    }

    #[glib::derived_properties]
    impl ObjectImpl for ProcessObject {}
}

glib::wrapper! {
    /// A process in the tree.
    pub struct ProcessObject(ObjectSubclass<imp::ProcessObject>);
}

impl ProcessObject {
    /// Its PID; `None` for the row that stands for all.
    pub fn pid(&self) -> Option<i32> {
        self.imp().pid.get()
    }
}

/// The processes of a recording, in the order of the tree.
pub struct Processes {
    /// What the list shows.
    pub list: gio::ListStore,
    known: RefCell<HashMap<i64, ProcessObject>>,
}

impl Default for Processes {
    fn default() -> Self {
        let processes = Processes { list: gio::ListStore::new::<ProcessObject>(), known: RefCell::default() };
        processes.clear();
        processes
    }
}

impl Processes {
    /// Forgets them all.
    pub fn clear(&self) {
        self.known.borrow_mut().clear();
        self.list.remove_all();
        let all: ProcessObject = glib::Object::new();
        all.set_title(tr("All Processes"));
        self.list.append(&all);
    }

    /// Shows `rows`. What stays the same stays in place, so that the selection does too.
    pub fn update(&self, rows: &[ProcessRow]) {
        let wanted: Vec<ProcessObject> = {
            let mut known = self.known.borrow_mut();
            in_tree_order(rows)
                .into_iter()
                .map(|(depth, index)| {
                    let object = known.entry(rows[index].id).or_insert_with(glib::Object::new);
                    show(object, &rows[index], depth);
                    object.clone()
                })
                .collect()
        };
        let have: Vec<ProcessObject> = self.list.iter().skip(1).filter_map(Result::ok).collect();
        let same_start = have.iter().zip(&wanted).take_while(|(a, b)| a == b).count();
        let same_end =
            have[same_start..].iter().rev().zip(wanted[same_start..].iter().rev()).take_while(|(a, b)| a == b).count();
        let removed = have.len() - same_start - same_end;
        let added = &wanted[same_start..wanted.len() - same_end];
        if removed > 0 || !added.is_empty() {
            self.list.splice(same_start as u32 + 1, removed as u32, added);
        }
    }
}

/// Each process after the one that started it: depth and index in `rows`.
fn in_tree_order(rows: &[ProcessRow]) -> Vec<(u32, usize)> {
    let index_of: HashMap<i64, usize> = rows.iter().enumerate().map(|(index, row)| (row.id, index)).collect();
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); rows.len()];
    let mut roots = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        // Whoever is its own ancestor by a damaged file is not shown; parents come before their children.
        match row.parent.and_then(|id| index_of.get(&id)).filter(|parent| **parent < index) {
            Some(parent) => children[*parent].push(index),
            None => roots.push(index),
        }
    }
    let mut order = Vec::with_capacity(rows.len());
    let mut todo: Vec<(u32, usize)> = roots.into_iter().rev().map(|index| (0, index)).collect();
    while let Some((depth, index)) = todo.pop() {
        order.push((depth, index));
        todo.extend(children[index].iter().rev().map(|child| (depth + 1, *child)));
    }
    order
}

fn show(object: &ProcessObject, row: &ProcessRow, depth: u32) {
    object.imp().pid.set(Some(row.pid));
    let title = program_name(row.program());
    if object.title() != title {
        object.set_title(title);
    }
    let pid = row.pid.to_string();
    let subtitle = match row.exit {
        None if row.ended.is_some() => fill(&tr("{pid}, ended"), &[("pid", &pid)]),
        None => fill(&tr("{pid}, running"), &[("pid", &pid)]),
        Some(status) if status.shell_code() == 0 => fill(&tr("{pid}, ended"), &[("pid", &pid)]),
        Some(status) => {
            fill(&tr("{pid}, ended with {code}"), &[("pid", &pid), ("code", &status.shell_code().to_string())])
        }
    };
    if object.subtitle() != subtitle {
        object.set_subtitle(subtitle);
    }
    if object.ended() != row.ended.is_some() {
        object.set_ended(row.ended.is_some());
    }
    if object.depth() != depth {
        object.set_depth(depth);
    }
}

/// How a process is drawn.
pub fn factory() -> gtk::SignalListItemFactory {
    let factory = gtk::SignalListItemFactory::new();
    factory.connect_setup(|_, item| {
        let Some(item) = item.downcast_ref::<gtk::ListItem>() else { return };
        let title = gtk::Label::builder().xalign(0.0).ellipsize(gtk::pango::EllipsizeMode::End).build();
        let subtitle = gtk::Label::builder()
            .xalign(0.0)
            .ellipsize(gtk::pango::EllipsizeMode::End)
            .css_classes(["caption", "dim-label", "numeric-cell"])
            .build();
        let cell = gtk::Box::builder().orientation(gtk::Orientation::Vertical).valign(gtk::Align::Center).build();
        cell.append(&title);
        cell.append(&subtitle);
        item.set_child(Some(&cell));
        let this = gtk::ConstantExpression::new(item);
        let of = |name: &str| {
            let object = gtk::PropertyExpression::new(gtk::ListItem::static_type(), Some(&this), "item");
            gtk::PropertyExpression::new(ProcessObject::static_type(), Some(&object), name)
        };
        of("title").bind(&title, "label", gtk::Widget::NONE);
        of("title").bind(&cell, "tooltip-text", gtk::Widget::NONE);
        of("subtitle").bind(&subtitle, "label", gtk::Widget::NONE);
        let shown = of("subtitle").chain_closure::<bool>(glib::closure!(
            |_: Option<glib::Object>, text: Option<&str>| text.is_some_and(|t| !t.is_empty())
        ));
        shown.bind(&subtitle, "visible", gtk::Widget::NONE);
        let margin = of("depth").chain_closure::<i32>(glib::closure!(
            // Beyond that the names would be out of sight.
            |_: Option<glib::Object>, depth: u32| (depth.min(10) * 14) as i32
        ));
        margin.bind(&cell, "margin-start", gtk::Widget::NONE);
        let opacity = of("ended")
            .chain_closure::<f64>(glib::closure!(|_: Option<glib::Object>, ended: bool| if ended { 0.7 } else { 1.0 }));
        opacity.bind(&cell, "opacity", gtk::Widget::NONE);
    });
    factory
}
