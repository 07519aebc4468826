//! Accessible names that are only known while running. The only place that uses `gtk::Accessible`'s update calls,
//! so that a newer gtk4 (gtk-rs/gtk4-rs#2332) touches one file.

use gtk::prelude::*;

/// Gives `widget` the name that a screen reader says.
pub fn set_label(widget: &impl IsA<gtk::Accessible>, label: &str) {
    widget.update_property(&[gtk::accessible::Property::Label(label)]);
}

/// Gives `widget` the longer description that a screen reader says after its name.
pub fn set_description(widget: &impl IsA<gtk::Accessible>, description: &str) {
    widget.update_property(&[gtk::accessible::Property::Description(description)]);
}
