//! One row of the log, made when the view asks for it and filled when its page has been read.

use gtk::glib;
use gtk::prelude::*;
use gtk::subclass::prelude::*;
use std::cell::{Cell, RefCell};

use crate::recording::EventRow;

mod imp {
    use super::*;

    #[derive(Default, glib::Properties)]
    #[properties(wrapper_type = super::EventObject)]
    pub struct EventObject {
        /// Whether the row has been read.
        #[property(get)]
        pub loaded: Cell<bool>,
        pub row: RefCell<Option<EventRow>>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for EventObject {
        const NAME: &'static str = "SyswallEventObject";
        type Type = super::EventObject;
    }

    #[glib::derived_properties]
    impl ObjectImpl for EventObject {}
}

glib::wrapper! {
    /// One row of the log.
    pub struct EventObject(ObjectSubclass<imp::EventObject>);
}

impl EventObject {
    /// A row; `None` if its page is still being read.
    pub fn new(row: Option<EventRow>) -> Self {
        let object: Self = glib::Object::new();
        object.imp().loaded.set(row.is_some());
        object.imp().row.replace(row);
        object
    }

    /// The row has been read.
    pub fn fill(&self, row: EventRow) {
        self.imp().row.replace(Some(row));
        self.imp().loaded.set(true);
        self.notify_loaded();
    }

    /// What `f` makes of the row; `None` if it has not been read yet.
    pub fn with<T>(&self, f: impl FnOnce(&EventRow) -> T) -> Option<T> {
        self.imp().row.borrow().as_ref().map(f)
    }
}
