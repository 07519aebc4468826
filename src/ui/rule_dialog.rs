//! The dialog that makes a rule or changes one. What it has no field for stays as it is.

use adw::prelude::*;
use adw::subclass::prelude::*;
use gtk::glib;
use std::cell::{OnceCell, RefCell};

use super::rule_text;
use crate::policy::{Decision, Kinds, Ports, Rule};
use crate::syscall::Kind;
use crate::words::{fill, kind_name, tr};

/// Takes the rule; the error is one line for the user, and the dialog stays.
type Save = Box<dyn Fn(Rule) -> Result<(), String>>;

mod imp {
    use super::*;

    #[derive(Default, gtk::CompositeTemplate)]
    #[template(file = "rule_dialog.ui")]
    pub struct RuleDialog {
        #[template_child]
        pub error_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub decision_row: TemplateChild<adw::ComboRow>,
        #[template_child]
        pub kind_row: TemplateChild<adw::ComboRow>,
        #[template_child]
        pub path_row: TemplateChild<adw::EntryRow>,
        #[template_child]
        pub address_row: TemplateChild<adw::EntryRow>,
        #[template_child]
        pub port_row: TemplateChild<adw::EntryRow>,
        #[template_child]
        pub program_row: TemplateChild<adw::EntryRow>,
        #[template_child]
        pub note_row: TemplateChild<adw::EntryRow>,
        #[template_child]
        pub preview: TemplateChild<gtk::Label>,
        pub rule: RefCell<Option<Rule>>,
        pub save: OnceCell<Save>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for RuleDialog {
        const NAME: &'static str = "SyswallRuleDialog";
        type Type = super::RuleDialog;
        type ParentType = adw::Window;

        fn class_init(klass: &mut Self::Class) {
            klass.bind_template();
            klass.install_action("rule.save", None, |dialog, _, _| dialog.save());
            klass.add_binding_action(gtk::gdk::Key::Escape, gtk::gdk::ModifierType::empty(), "window.close");
        }

        fn instance_init(obj: &glib::subclass::InitializingObject<Self>) {
            obj.init_template();
        }
    }

    impl ObjectImpl for RuleDialog {}
    impl WidgetImpl for RuleDialog {}
    impl WindowImpl for RuleDialog {}
    impl AdwWindowImpl for RuleDialog {}
}

glib::wrapper! {
    /// The dialog that makes a rule or changes one.
    pub struct RuleDialog(ObjectSubclass<imp::RuleDialog>)
        @extends adw::Window, gtk::Window, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget, gtk::Native, gtk::Root, gtk::ShortcutManager;
}

/// The names that can be chosen as action: none (anything), the groups, the kinds.
fn kind_names() -> Vec<&'static str> {
    let groups = ["", "file", "network", "process"];
    groups.into_iter().chain(Kind::ALL.iter().map(|k| k.name())).collect()
}

impl RuleDialog {
    /// A dialog over `parent` that starts from `rule` and hands what it became to `save`; it closes when that worked.
    pub fn new(
        parent: &impl IsA<gtk::Window>,
        rule: Rule,
        save: impl Fn(Rule) -> Result<(), String> + 'static,
    ) -> Self {
        let dialog: Self = glib::Object::builder().property("transient-for", parent).build();
        let imp = dialog.imp();
        let _ = imp.save.set(Box::new(save));

        let decisions = gtk::StringList::new(&[]);
        Decision::ALL.iter().for_each(|d| decisions.append(&rule_text::decision(*d)));
        imp.decision_row.set_model(Some(&decisions));
        let selected = Decision::ALL.iter().position(|d| *d == rule.decision);
        imp.decision_row.set_selected(selected.unwrap_or(0) as u32);

        let kinds = gtk::StringList::new(&[]);
        for name in kind_names() {
            let text = match Kind::from_name(name) {
                Some(kind) => kind_name(kind),
                None => rule_text::group_name(name).unwrap_or_else(|| tr("anything")),
            };
            kinds.append(&text);
        }
        imp.kind_row.set_model(Some(&kinds));
        let chosen = rule.kinds.names().first().map_or("", String::as_str);
        imp.kind_row.set_selected(kind_names().iter().position(|n| *n == chosen).unwrap_or(0) as u32);
        // Several kinds or calls at once have no field here; they stay.
        imp.kind_row.set_sensitive(rule.kinds.names().len() <= 1);

        imp.path_row.set_text(rule.path.as_deref().unwrap_or_default());
        imp.address_row.set_text(&rule.address.map(|a| a.to_string()).unwrap_or_default());
        imp.port_row.set_text(&rule.port.map(|p| p.to_string()).unwrap_or_default());
        imp.program_row.set_text(rule.program.as_deref().unwrap_or_default());
        imp.note_row.set_text(rule.note.as_deref().unwrap_or_default());
        imp.rule.replace(Some(rule));
        dialog.connect_changes();
        dialog.update();
        dialog
    }

    fn connect_changes(&self) {
        let imp = self.imp();
        for row in [&imp.decision_row, &imp.kind_row] {
            let dialog = self.downgrade();
            row.connect_selected_notify(move |_| {
                if let Some(dialog) = dialog.upgrade() {
                    dialog.update();
                }
            });
        }
        for row in [&imp.path_row, &imp.address_row, &imp.port_row, &imp.program_row, &imp.note_row] {
            let dialog = self.downgrade();
            row.connect_changed(move |_| {
                if let Some(dialog) = dialog.upgrade() {
                    dialog.update();
                }
            });
        }
    }

    /// The rule as the fields say, or what is wrong with them.
    fn rule(&self) -> Result<Rule, String> {
        let imp = self.imp();
        let text = |row: &adw::EntryRow| Some(row.text().trim().to_owned()).filter(|t| !t.is_empty());
        let mut rule = imp.rule.borrow().clone().unwrap_or_else(|| Rule::new(Decision::Ask));
        if let Some(decision) = Decision::ALL.get(imp.decision_row.selected() as usize) {
            rule.decision = *decision;
        }
        if imp.kind_row.is_sensitive() {
            let name = kind_names().get(imp.kind_row.selected() as usize).copied().unwrap_or_default();
            let names: Vec<&str> = Some(name).filter(|n| !n.is_empty()).into_iter().collect();
            rule.kinds = Kinds::from_names(&names)?;
        }
        rule.path = text(&imp.path_row);
        rule.program = text(&imp.program_row);
        rule.note = text(&imp.note_row);
        rule.address = match text(&imp.address_row) {
            None => None,
            Some(text) => {
                Some(text.parse().or_else(|_| text.parse::<std::net::IpAddr>().map(Into::into)).map_err(|_| {
                    tr("The address is an IP address such as 192.0.2.1, or a network such as 10.0.0.0/8.")
                })?)
            }
        };
        rule.port = match text(&imp.port_row) {
            None => None,
            Some(text) => Some(
                parse_ports(&text)
                    .ok_or_else(|| tr("The port is a number from 0 to 65535, or two of them such as 8000-8099."))?,
            ),
        };
        Ok(rule)
    }

    fn update(&self) {
        let imp = self.imp();
        let rule = self.rule();
        let text = rule.as_ref().map(|rule| {
            fill(
                // Translators: such as "Deny: read files: /etc/** (every program of the run)".
                &tr("{decision}: {what} ({who})"),
                &[
                    ("decision", &rule_text::decision(rule.decision)),
                    ("what", &rule_text::what(rule)),
                    ("who", &rule_text::who(rule)),
                ],
            )
        });
        imp.preview.set_text(text.as_ref().map_or("", String::as_str));
        self.show_error(rule.as_ref().err().map(String::as_str));
        self.action_set_enabled("rule.save", rule.is_ok());
    }

    fn show_error(&self, error: Option<&str>) {
        let label = &self.imp().error_label;
        label.set_text(error.unwrap_or_default());
        label.set_visible(error.is_some());
    }

    fn save(&self) {
        let Some(save) = self.imp().save.get() else { return };
        match self.rule().and_then(save) {
            Ok(()) => self.close(),
            Err(error) => self.show_error(Some(&error)),
        }
    }
}

/// `443` or `8000-8099`.
fn parse_ports(text: &str) -> Option<Ports> {
    match text.split_once('-') {
        None => text.parse().ok().map(Ports::one),
        Some((first, last)) => {
            let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
            (first <= last).then_some(Ports { first, last })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_one_number_or_a_range_in_order() {
        assert_eq!(parse_ports("443"), Some(Ports::one(443)));
        assert_eq!(parse_ports("8000-8099"), Some(Ports { first: 8000, last: 8099 }));
        assert_eq!(parse_ports("9-8"), None);
        assert_eq!(parse_ports("65536"), None);
    }
}
