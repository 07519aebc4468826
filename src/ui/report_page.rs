//! What the run did, summed up: read when the program has ended, or when a recording is opened.

use adw::prelude::*;
use adw::subclass::prelude::*;
use gtk::{gio, glib};
use std::cell::{Cell, RefCell};
use std::path::Path;

use super::bridge::{self, Queries};
use super::text::{bytes, number};
use super::window::Window;
use crate::report::{self, Report};
use crate::words::{elide, escape, fill, tr, tr_n};

/// Most rows of one list; the saved report has them all.
const MOST: usize = 12;

mod imp {
    use super::*;

    #[derive(Default, gtk::CompositeTemplate)]
    #[template(file = "report_page.ui")]
    pub struct ReportPage {
        #[template_child]
        pub stack: TemplateChild<gtk::Stack>,
        #[template_child]
        pub headline: TemplateChild<gtk::Label>,
        #[template_child]
        pub ended: TemplateChild<gtk::Label>,
        #[template_child]
        pub sections: TemplateChild<gtk::Box>,
        pub queries: RefCell<Option<Queries>>,
        pub reading: Cell<bool>,
        pub chooser: RefCell<Option<gtk::FileChooserNative>>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for ReportPage {
        const NAME: &'static str = "SyswallReportPage";
        type Type = super::ReportPage;
        type ParentType = adw::Bin;

        fn class_init(klass: &mut Self::Class) {
            klass.bind_template();
        }

        fn instance_init(obj: &glib::subclass::InitializingObject<Self>) {
            obj.init_template();
        }
    }

    impl ObjectImpl for ReportPage {}
    impl WidgetImpl for ReportPage {}
    impl BinImpl for ReportPage {}
}

glib::wrapper! {
    /// What the run did, summed up.
    pub struct ReportPage(ObjectSubclass<imp::ReportPage>)
        @extends adw::Bin, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget;
}
