//! x
use adw::subclass::prelude::*;
use gtk::glib;
mod imp {
    use super::*;
    #[derive(Default)]
    pub struct Compare;
    #[glib::object_subclass]
    impl ObjectSubclass for Compare {
        const NAME: &'static str = "SyswallCompare";
        type Type = super::Compare;
        type ParentType = adw::Bin;
    }
    impl ObjectImpl for Compare {}
    impl WidgetImpl for Compare {}
    impl BinImpl for Compare {}
}
glib::wrapper! {pub struct Compare(ObjectSubclass<imp::Compare>) @extends adw::Bin, gtk::Widget, @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget;}
impl Compare {
    pub fn set_before(&self, _p: Option<&std::path::Path>) {}
}
