//! Everything about one event.

use adw::prelude::*;
use adw::subclass::prelude::*;
use gtk::glib;
use std::cell::RefCell;

use super::cells;
use crate::recording::EventRow;

mod imp {
    use super::*;

    #[derive(Default, gtk::CompositeTemplate)]
    #[template(file = "details.ui")]
    pub struct EventDetails {
        #[template_child]
        pub headline: TemplateChild<gtk::Label>,
        #[template_child]
        pub line: TemplateChild<gtk::Label>,
        #[template_child]
        pub fields: TemplateChild<gtk::Grid>,
        pub text: RefCell<String>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for EventDetails {
        const NAME: &'static str = "SyswallEventDetails";
        type Type = super::EventDetails;
        type ParentType = adw::Bin;

        fn class_init(klass: &mut Self::Class) {
            klass.bind_template();
        }

        fn instance_init(obj: &glib::subclass::InitializingObject<Self>) {
            obj.init_template();
        }
    }

    impl ObjectImpl for EventDetails {}
    impl WidgetImpl for EventDetails {}
    impl BinImpl for EventDetails {}
}

glib::wrapper! {
    /// Everything about one event.
    pub struct EventDetails(ObjectSubclass<imp::EventDetails>)
        @extends adw::Bin, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget;
}

impl EventDetails {
    /// Shows `row`, or nothing.
    pub fn show_event(&self, row: Option<&EventRow>) {
        let imp = self.imp();
        self.set_visible(row.is_some());
        let Some(row) = row else { return };
        let line = cells::line(row);
        imp.headline.set_text(&cells::headline(row));
        imp.line.set_text(&line);
        while let Some(child) = imp.fields.first_child() {
            imp.fields.remove(&child);
        }
        let mut text = line;
        for (at, (name, value)) in cells::fields(row).into_iter().enumerate() {
            text += &format!("\n{name}: {value}");
            let name = gtk::Label::builder().label(&name).xalign(1.0).yalign(0.0).css_classes(["dim-label"]).build();
            let value = gtk::Label::builder()
                .label(&value)
                .xalign(0.0)
                .hexpand(true)
                .wrap(true)
                .wrap_mode(gtk::pango::WrapMode::WordChar)
                .selectable(true)
                .build();
            imp.fields.attach(&name, 0, at as i32, 1, 1);
            imp.fields.attach(&value, 1, at as i32, 1, 1);
        }
        imp.text.replace(text);
    }

    /// What is shown, as text.
    pub fn copy(&self) {
        self.clipboard().set_text(&self.imp().text.borrow());
    }
}
