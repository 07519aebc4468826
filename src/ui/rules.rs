//! The rules of the program in the order in which they decide, those of the presets and of this run's answers among
//! them. What is changed here is saved and in force at once; it can be undone for some seconds.

use adw::prelude::*;
use adw::subclass::prelude::*;
use gtk::glib;
use std::cell::RefCell;
use std::rc::Rc;

use super::rule_dialog::RuleDialog;
use super::rule_text;
use super::window::{Run, Window};
use crate::policy::{Decision, Ordered, Origin, Policy, Rule, presets};
use crate::words::{escape, fill, tr};

mod imp {
    use super::*;

    #[derive(Default, gtk::CompositeTemplate)]
    #[template(file = "rules.ui")]
    pub struct Rules {
        #[template_child]
        pub stack: TemplateChild<gtk::Stack>,
        #[template_child]
        pub groups: TemplateChild<gtk::Box>,
        pub run: RefCell<Option<Rc<Run>>>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for Rules {
        const NAME: &'static str = "SyswallRules";
        type Type = super::Rules;
        type ParentType = adw::Bin;

        fn class_init(klass: &mut Self::Class) {
            klass.bind_template();
        }

        fn instance_init(obj: &glib::subclass::InitializingObject<Self>) {
            obj.init_template();
        }
    }

    impl ObjectImpl for Rules {}
    impl WidgetImpl for Rules {}
    impl BinImpl for Rules {}
}

glib::wrapper! {
    /// The rules of the program.
    pub struct Rules(ObjectSubclass<imp::Rules>)
        @extends adw::Bin, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget;
}

impl Rules {
    /// Shows the rules of `run`, or none.
    pub fn set_run(&self, run: Option<Rc<Run>>) {
        self.imp().stack.set_visible_child_name(if run.is_some() { "rules" } else { "empty" });
        self.imp().run.replace(run);
        self.refresh();
    }

    /// Shows the rules as they are now.
    pub fn refresh(&self) {
        let groups = &self.imp().groups;
        while let Some(child) = groups.first_child() {
            groups.remove(&child);
        }
        let Some(run) = self.imp().run.borrow().clone() else { return };
        let policy = run.policy();
        let rules = match run.rules() {
            Ok(rules) => rules,
            Err(error) => {
                let label = gtk::Label::builder().label(&error).wrap(true).xalign(0.0).css_classes(["error"]).build();
                groups.append(&label);
                return;
            }
        };
        let mut rest = rules.ordered();
        while let Some(first) = rest.first() {
            let kind = group_of(&first.origin);
            let split = rest.iter().position(|r| group_of(&r.origin) != kind).unwrap_or(rest.len());
            let tail = rest.split_off(split);
            groups.append(&self.group(kind, &rest));
            rest = tail;
        }
        groups.append(&otherwise(&policy));
    }

    /// Opens the dialog that makes a rule.
    pub fn add_rule(&self) {
        let mut rule = Rule::new(Decision::Deny);
        rule.origin = Some("window".to_owned());
        self.edit(rule, |policy, rule| policy.rules.push(rule));
    }

    fn group(&self, kind: Group, rules: &[Ordered]) -> adw::PreferencesGroup {
        let group = adw::PreferencesGroup::builder().title(kind.title()).build();
        for ordered in rules {
            group.add(&self.row(ordered));
        }
        group
    }

    fn row(&self, ordered: &Ordered) -> adw::ActionRow {
        let rule = &*ordered.rule;
        let session = matches!(ordered.origin, Origin::Session(_));
        let origin = match ordered.origin {
            Origin::Policy(_) => rule_text::origin(rule),
            Origin::Session(_) => tr("from an answer"),
            Origin::Preset(name) => preset_title(name),
        };
        let mut parts = vec![rule_text::who(rule)];
        if !matches!(ordered.origin, Origin::Preset(_)) {
            parts.push(rule_text::how_long(rule, session));
        }
        parts.push(origin);
        parts.extend(rule.note.as_ref().map(escape));
        let row = adw::ActionRow::builder()
            .use_markup(false)
            .title(rule_text::what(rule))
            .subtitle(parts.join(" · "))
            .title_lines(2)
            .subtitle_lines(2)
            .build();
        let badge = gtk::Label::builder()
            .label(rule_text::decision(rule.decision))
            .valign(gtk::Align::Center)
            .width_chars(8)
            .css_classes(["decision", rule.decision.name()])
            .build();
        row.add_prefix(&badge);
        if let Origin::Policy(index) = ordered.origin {
            self.make_editable(&row, rule, index);
        }
        row
    }

    /// Adds what changes the rule at `index` of the policy.
    fn make_editable(&self, row: &adw::ActionRow, rule: &Rule, index: usize) {
        let name = rule_text::what(rule);
        let enabled = gtk::Switch::builder().active(rule.enabled).valign(gtk::Align::Center).build();
        enabled.set_tooltip_text(Some(&tr("In Force")));
        super::a11y::set_label(&enabled, &fill(&tr("In force: {rule}"), &[("rule", &name)]));
        enabled.connect_active_notify(glib::clone!(
            #[weak(rename_to = page)]
            self,
            move |switch| {
                let on = switch.is_active();
                let said = if on { tr("Rule is in force again") } else { tr("Rule is not in force any more") };
                page.change(&said, |policy| {
                    if let Some(rule) = policy.rules.get_mut(index) {
                        rule.enabled = on;
                    }
                });
            }
        ));
        let remove = gtk::Button::builder()
            .icon_name("user-trash-symbolic")
            .valign(gtk::Align::Center)
            .tooltip_text(tr("Remove Rule"))
            .css_classes(["flat"])
            .build();
        super::a11y::set_label(&remove, &fill(&tr("Remove rule: {rule}"), &[("rule", &name)]));
        remove.connect_clicked(glib::clone!(
            #[weak(rename_to = page)]
            self,
            move |_| page.change(&tr("Rule removed"), |policy| {
                if index < policy.rules.len() {
                    policy.rules.remove(index);
                }
            })
        ));
        row.add_suffix(&enabled);
        row.add_suffix(&remove);
        row.set_activatable(true);
        let rule = rule.clone();
        row.connect_activated(glib::clone!(
            #[weak(rename_to = page)]
            self,
            move |_| page.edit(rule.clone(), move |policy, rule| {
                if let Some(place) = policy.rules.get_mut(index) {
                    *place = rule;
                }
            })
        ));
    }

    fn edit(&self, rule: Rule, put: impl Fn(&mut Policy, Rule) + 'static) {
        let Some(window) = self.root().and_downcast::<Window>() else { return };
        let Some(run) = self.imp().run.borrow().clone() else { return };
        let dialog = RuleDialog::new(
            &window,
            rule,
            glib::clone!(
                #[weak(rename_to = page)]
                self,
                #[upgrade_or]
                Ok(()),
                move |rule| {
                    let mut policy = run.policy();
                    put(&mut policy, rule);
                    page.put_in_force(&tr("Rule saved"), policy)
                }
            ),
        );
        dialog.present();
    }

    fn change(&self, said: &str, change: impl FnOnce(&mut Policy)) {
        let Some(run) = self.imp().run.borrow().clone() else { return };
        let mut policy = run.policy();
        change(&mut policy);
        if let Err(error) = self.put_in_force(said, policy)
            && let Some(window) = self.root().and_downcast::<Window>()
        {
            window.toast(&error);
            self.refresh();
        }
    }

    /// Saves `policy`, puts it in force, and says so with a way back.
    fn put_in_force(&self, said: &str, policy: Policy) -> Result<(), String> {
        let Some(run) = self.imp().run.borrow().clone() else { return Ok(()) };
        let before = run.policy();
        run.set_policy(policy)?;
        self.refresh();
        if let Some(window) = self.root().and_downcast::<Window>() {
            window.toast_with_undo(
                said,
                glib::clone!(
                    #[weak(rename_to = page)]
                    self,
                    #[weak]
                    window,
                    move || {
                        if let Err(error) = run.set_policy(before.clone()) {
                            window.toast(&error);
                        }
                        page.refresh();
                    }
                ),
            );
        }
        Ok(())
    }
}

/// Rules under one heading.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Policy,
    Session,
    Presets,
}

impl Group {
    fn title(self) -> String {
        match self {
            Group::Policy => tr("Rules of the Program"),
            Group::Session => tr("Answers in This Run"),
            Group::Presets => tr("Presets"),
        }
    }
}

fn group_of(origin: &Origin) -> Group {
    match origin {
        Origin::Policy(_) => Group::Policy,
        Origin::Session(_) => Group::Session,
        Origin::Preset(_) => Group::Presets,
    }
}

fn preset_title(name: &str) -> String {
    let title = presets::all().iter().find(|p| p.name == name).map(|p| tr(&p.title));
    fill(&tr("preset {name}"), &[("name", title.as_deref().unwrap_or(name))])
}

/// What happens where no rule matches.
fn otherwise(policy: &Policy) -> adw::PreferencesGroup {
    let group = adw::PreferencesGroup::builder().title(tr("Otherwise")).build();
    let row = adw::ActionRow::builder()
        .use_markup(false)
        .title(tr("everything that changes or reveals something"))
        .subtitle(tr("What only lists names or looks at properties is allowed unless a rule names it."))
        .build();
    let badge = gtk::Label::builder()
        .label(rule_text::decision(policy.default))
        .valign(gtk::Align::Center)
        .width_chars(8)
        .css_classes(["decision", policy.default.name()])
        .build();
    row.add_prefix(&badge);
    group.add(&row);
    group
}
