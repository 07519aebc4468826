//! One row of radio buttons of the prompt: what, who, or how long. Broad choices are under "More".

use adw::subclass::prelude::*;
use gtk::glib;
use gtk::prelude::*;

use crate::words::tr;

/// One choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choosable {
    /// The state of the action while it is chosen.
    pub id: String,
    /// What the user reads.
    pub label: String,
    /// Whether it is under "More".
    pub more: bool,
}

mod imp {
    use super::*;
    use std::cell::RefCell;

    #[derive(Default)]
    pub struct PromptChoices {
        pub buttons: RefCell<Vec<(Choosable, gtk::CheckButton)>>,
        pub more: RefCell<Option<gtk::Expander>>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for PromptChoices {
        const NAME: &'static str = "SyswallPromptChoices";
        type Type = super::PromptChoices;
        type ParentType = gtk::Box;
    }

    impl ObjectImpl for PromptChoices {
        fn constructed(&self) {
            self.parent_constructed();
            self.obj().set_orientation(gtk::Orientation::Vertical);
        }
    }
    impl WidgetImpl for PromptChoices {}
    impl BoxImpl for PromptChoices {}
}

glib::wrapper! {
    /// A heading, and radio buttons that set the string state of one action.
    pub struct PromptChoices(ObjectSubclass<imp::PromptChoices>)
        @extends gtk::Box, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget, gtk::Orientable;
}

impl PromptChoices {
    /// Shows `choices` under `title`, as states of `action` (`prompt.what`). What was there is replaced.
    pub fn show(&self, title: &str, action: &str, choices: &[Choosable]) {
        while let Some(child) = self.first_child() {
            self.remove(&child);
        }
        self.imp().buttons.borrow_mut().clear();
        self.imp().more.replace(None);
        self.set_visible(!choices.is_empty());
        self.update_property(&[gtk::accessible::Property::Label(title)]);
        let heading = gtk::Label::builder().label(title).xalign(0.0).css_classes(["heading"]).build();
        self.append(&heading);
        let more = gtk::Box::new(gtk::Orientation::Vertical, 0);
        for choice in choices {
            let button = radio(action, choice);
            if choice.more {
                more.append(&button)
            } else {
                self.append(&button)
            }
            self.imp().buttons.borrow_mut().push((choice.clone(), button));
        }
        if more.first_child().is_some() {
            let expander = gtk::Expander::builder().label(tr("More")).child(&more).margin_top(3).build();
            self.append(&expander);
            self.imp().more.replace(Some(expander));
        }
    }

    /// Opens "More" where the choice `id` is in there.
    pub fn reveal(&self, id: &str) {
        if let Some(more) = &*self.imp().more.borrow()
            && self.imp().buttons.borrow().iter().any(|(choice, _)| choice.id == id && choice.more)
        {
            more.set_expanded(true);
        }
    }

    /// Lets the choice `id` be chosen or not.
    pub fn set_possible(&self, id: &str, possible: bool) {
        if let Some((_, button)) = self.imp().buttons.borrow().iter().find(|(choice, _)| choice.id == id) {
            button.set_sensitive(possible);
        }
    }

    /// The id of the `n`th choice, from 0, if there are so many and it can be chosen.
    pub fn nth(&self, n: usize) -> Option<String> {
        let buttons = self.imp().buttons.borrow();
        buttons.get(n).filter(|(_, button)| button.is_sensitive()).map(|(choice, _)| choice.id.clone())
    }
}

fn radio(action: &str, choice: &Choosable) -> gtk::CheckButton {
    // A check button's own label neither wraps nor ends in an ellipsis.
    let label = gtk::Label::builder()
        .label(&choice.label)
        .wrap(true)
        .wrap_mode(gtk::pango::WrapMode::WordChar)
        .natural_wrap_mode(gtk::NaturalWrapMode::None)
        .xalign(0.0)
        .attributes(&without_hyphens())
        .build();
    let button = gtk::CheckButton::builder().child(&label).build();
    button.update_property(&[gtk::accessible::Property::Label(&choice.label)]);
    button.set_action_target_value(Some(&choice.id.to_variant()));
    button.set_action_name(Some(action));
    button
}

/// For labels that break names: a hyphen at a line's end would look like a part of the name.
pub fn without_hyphens() -> gtk::pango::AttrList {
    let attributes = gtk::pango::AttrList::new();
    attributes.insert(gtk::pango::AttrInt::new_insert_hyphens(false));
    attributes
}
