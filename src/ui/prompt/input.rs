//! How the prompt is operated: named actions, keys, and the input that must not count yet.

use std::time::Instant;

use adw::prelude::*;
use adw::subclass::prelude::*;
use gtk::{gdk, gio, glib};

use super::window::PromptWindow;
use crate::policy::Decision;
use crate::policy::answer::{Choice, HowLong};
use crate::words;

impl PromptWindow {
    /// Adds the group `prompt` of contract 8.
    pub(super) fn add_actions(&self) {
        let actions = &self.imp().actions;
        let simple = |name: &str, run: fn(&PromptWindow)| {
            let action = gio::SimpleAction::new(name, None);
            action.connect_activate(glib::clone!(
                #[weak(rename_to = window)]
                self,
                move |_, _| run(&window)
            ));
            actions.add_action(&action);
        };
        simple("allow", |window| window.answer(window.choice(Decision::Allow)));
        simple("deny", |window| window.answer(window.choice(Decision::Deny)));
        simple("pretend", |window| window.answer(window.choice(Decision::Pretend)));
        simple("stop-program", |window| {
            window.answer(Choice { how_long: HowLong::Once, ..window.choice(Decision::Kill) });
        });
        simple("continue", PromptWindow::go_on);
        simple("dismiss", PromptWindow::dismiss);
        simple("copy", |window| window.clipboard().set_text(&window.imp().object.label()));
        simple("copy-details", |window| {
            if let Some((question, _)) = &*window.imp().asked.borrow() {
                let lines: Vec<String> =
                    words::details(question).into_iter().map(|(name, value)| format!("{name}: {value}")).collect();
                window.clipboard().set_text(&lines.join("\n"));
            }
        });
        for name in ["what", "who", "how-long"] {
            let action = gio::SimpleAction::new_stateful(name, Some(glib::VariantTy::STRING), &"".to_variant());
            action.connect_change_state(glib::clone!(
                #[weak(rename_to = window)]
                self,
                move |action, value| {
                    if let Some(id) = value.and_then(|value| value.get::<String>()) {
                        window.choose(action, &id);
                    }
                }
            ));
            actions.add_action(&action);
        }
        actions.add_action(&gio::PropertyAction::new("details", &*self.imp().details, "expanded"));
        self.insert_action_group("prompt", Some(actions));
    }

    /// Adds the keys. They activate actions, so they work only when those do.
    pub(super) fn add_shortcuts(&self) {
        let controller = gtk::ShortcutController::new();
        controller.set_scope(gtk::ShortcutScope::Managed);
        let named = |keys: &str, action: &str| {
            let trigger = gtk::ShortcutTrigger::parse_string(keys);
            controller.add_shortcut(gtk::Shortcut::new(trigger, Some(gtk::NamedAction::new(action))));
        };
        named("<Alt>a", "prompt.allow");
        named("<Alt>d", "prompt.deny");
        named("<Alt>p", "prompt.pretend");
        named("<Alt>i", "prompt.details");
        named("Escape", "prompt.dismiss");
        for n in 0..9 {
            for (modifier, name) in [("<Alt>", "what"), ("<Control>", "who"), ("<Control><Shift>", "how-long")] {
                let trigger = gtk::ShortcutTrigger::parse_string(&format!("{modifier}{}", n + 1));
                let window = self.downgrade();
                let action = gtk::CallbackAction::new(move |_, _| {
                    let Some(window) = window.upgrade() else { return glib::Propagation::Proceed };
                    window.choose_nth(name, n);
                    glib::Propagation::Stop
                });
                controller.add_shortcut(gtk::Shortcut::new(trigger, Some(action)));
            }
        }
        self.add_controller(controller);
    }

    fn choose_nth(&self, name: &str, n: usize) {
        let imp = self.imp();
        let id = match name {
            "what" => imp.what.nth(n),
            "who" => imp.who.nth(n),
            _ => imp.how_long.nth(n),
        };
        if let (Some(id), Some(action)) = (id, self.action(name)) {
            self.choose(&action, &id);
        }
    }

    /// Notices the input that arming is about, before any widget gets it.
    pub(super) fn watch_input(&self) {
        let keys = gtk::EventControllerKey::new();
        keys.set_propagation_phase(gtk::PropagationPhase::Capture);
        keys.connect_key_pressed(glib::clone!(
            #[weak(rename_to = window)]
            self,
            #[upgrade_or]
            glib::Propagation::Proceed,
            move |_, key, code, modifiers| {
                let counts = window.imp().state.borrow_mut().key_down(code, Instant::now());
                if counts || !decides(key, modifiers) { glib::Propagation::Proceed } else { glib::Propagation::Stop }
            }
        ));
        keys.connect_key_released(glib::clone!(
            #[weak(rename_to = window)]
            self,
            move |_, _, code, _| {
                window.imp().state.borrow_mut().key_up(code);
            }
        ));
        self.add_controller(keys);

        let pointer = gtk::GestureClick::builder().button(0).propagation_phase(gtk::PropagationPhase::Capture).build();
        pointer.connect_pressed(glib::clone!(
            #[weak(rename_to = window)]
            self,
            move |_, _, _, _| {
                window.imp().state.borrow_mut().pressed(Instant::now());
                window.arm_later();
            }
        ));
        self.add_controller(pointer);

        self.connect_is_active_notify(|window| {
            if window.is_active() {
                window.imp().state.borrow_mut().restart(Instant::now());
                window.arm_later();
            } else {
                window.imp().state.borrow_mut().forget_keys();
            }
        });
    }
}

/// Whether a key could activate something: typing into the pattern may go on meanwhile.
fn decides(key: gdk::Key, modifiers: gdk::ModifierType) -> bool {
    matches!(key, gdk::Key::Return | gdk::Key::KP_Enter | gdk::Key::ISO_Enter | gdk::Key::space | gdk::Key::KP_Space)
        || key == gdk::Key::Escape
        || modifiers.intersects(gdk::ModifierType::ALT_MASK | gdk::ModifierType::CONTROL_MASK)
}
