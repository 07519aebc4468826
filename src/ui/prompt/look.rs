//! How the prompt shows what does not fit into lines of text.

use adw::subclass::prelude::*;
use gtk::gdk;
use gtk::prelude::*;

use super::choices::without_hyphens;
use super::window::PromptWindow;
use crate::tracer::Question;
use crate::words;

impl PromptWindow {
    /// Shows the object, in as many lines as it is likely to need, and scrolls where those are too many.
    pub(super) fn show_object(&self, text: &str) {
        let imp = self.imp();
        imp.object.set_label(text);
        // A scrolled window asks for one line however its label wraps.
        let lines = text.chars().count().div_ceil(32).clamp(1, 6);
        let (_, line) = imp.object.create_pango_layout(Some("x")).pixel_size();
        let lines = i32::try_from(lines).unwrap_or(1);
        imp.object_scroller.set_min_content_height((lines * line + 18).min(imp.object_scroller.max_content_height()));
    }

    pub(super) fn scroll_to_details(&self) {
        let imp = self.imp();
        if let Some(bounds) = imp.details.compute_bounds(&*imp.body) {
            imp.scroller.vadjustment().set_value(f64::from(bounds.y()));
        }
    }

    pub(super) fn show_details(&self, question: &Question) {
        let grid = &self.imp().details_grid;
        while let Some(child) = grid.first_child() {
            grid.remove(&child);
        }
        for (row, (name, value)) in (0..).zip(words::details(question)) {
            let name = gtk::Label::builder().label(&name).xalign(0.0).yalign(0.0).css_classes(["dim-label"]).build();
            let value = gtk::Label::builder()
                .label(&value)
                .xalign(0.0)
                .wrap(true)
                .wrap_mode(gtk::pango::WrapMode::WordChar)
                .selectable(true)
                .attributes(&without_hyphens())
                .hexpand(true)
                .css_classes(["monospace", "caption"])
                .build();
            grid.attach(&name, 0, row, 1, 1);
            grid.attach(&value, 1, row, 1, 1);
        }
    }
}

/// Narrower buttons than usual, once for all prompts.
pub(super) fn add_style() {
    static ADDED: std::sync::Once = std::sync::Once::new();
    ADDED.call_once(|| {
        let style = gtk::CssProvider::new();
        style.load_from_data("button.decision { padding-left: 6px; padding-right: 6px; }");
        if let Some(display) = gdk::Display::default() {
            gtk::style_context_add_provider_for_display(&display, &style, gtk::STYLE_PROVIDER_PRIORITY_APPLICATION);
        }
    });
}
