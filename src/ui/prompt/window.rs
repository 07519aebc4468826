//! The prompt's window: shows one question, and says what was answered.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use adw::prelude::*;
use adw::subclass::prelude::*;
use gtk::{gio, glib};

use super::arming::{ARM_AFTER, Arming};
use super::choices::PromptChoices;
use super::look::add_style;
use super::scope;
use crate::policy::answer::{Choice, HowLong, WhatScope, WhoScope};
use crate::policy::{Decision, Place};
use crate::tracer::Question;
use crate::words::{self, fill, tr, tr_n};

/// What is called with an answer.
type Answered = Box<dyn Fn(Choice)>;

mod imp {
    use super::*;

    #[derive(gtk::CompositeTemplate)]
    #[template(file = "window.ui")]
    pub struct PromptWindow {
        #[template_child]
        pub counter: TemplateChild<gtk::Label>,
        #[template_child]
        pub more: TemplateChild<gtk::MenuButton>,
        #[template_child]
        pub scroller: TemplateChild<gtk::ScrolledWindow>,
        #[template_child]
        pub body: TemplateChild<gtk::Box>,
        #[template_child]
        pub head: TemplateChild<gtk::Box>,
        #[template_child]
        pub headline: TemplateChild<gtk::Label>,
        #[template_child]
        pub through: TemplateChild<gtk::Label>,
        #[template_child]
        pub object_row: TemplateChild<gtk::Box>,
        #[template_child]
        pub object_scroller: TemplateChild<gtk::ScrolledWindow>,
        #[template_child]
        pub object: TemplateChild<gtk::Label>,
        #[template_child]
        pub via: TemplateChild<gtk::Label>,
        #[template_child]
        pub why_row: TemplateChild<gtk::Box>,
        #[template_child]
        pub why: TemplateChild<gtk::Label>,
        #[template_child]
        pub waiting: TemplateChild<gtk::Label>,
        #[template_child]
        pub what: TemplateChild<PromptChoices>,
        #[template_child]
        pub pattern_row: TemplateChild<gtk::Box>,
        #[template_child]
        pub pattern: TemplateChild<gtk::Entry>,
        #[template_child]
        pub pattern_hint: TemplateChild<gtk::Label>,
        #[template_child]
        pub who: TemplateChild<PromptChoices>,
        #[template_child]
        pub how_long: TemplateChild<PromptChoices>,
        #[template_child]
        pub details: TemplateChild<gtk::Expander>,
        #[template_child]
        pub details_grid: TemplateChild<gtk::Grid>,
        #[template_child]
        pub consent: TemplateChild<gtk::Label>,
        #[template_child]
        pub believes: TemplateChild<gtk::Label>,
        #[template_child]
        pub arming: TemplateChild<gtk::ProgressBar>,
        #[template_child]
        pub buttons: TemplateChild<gtk::Box>,
        #[template_child]
        pub deny: TemplateChild<gtk::Button>,
        #[template_child]
        pub pretend: TemplateChild<gtk::Button>,
        #[template_child]
        pub allow: TemplateChild<gtk::Button>,
        #[template_child]
        pub go_on: TemplateChild<gtk::Button>,
        #[template_child]
        pub footer: TemplateChild<gtk::Label>,
        pub actions: gio::SimpleActionGroup,
        pub state: RefCell<Arming>,
        pub timer: RefCell<Option<glib::SourceId>>,
        /// What is asked; `None` while a failure is shown, or nothing.
        pub asked: RefCell<Option<(Question, Place)>>,
        /// Whether the object is shown whole.
        pub complete: Cell<bool>,
        pub answered: RefCell<Option<Answered>>,
        pub went_on: RefCell<Option<Box<dyn Fn()>>>,
    }

    impl Default for PromptWindow {
        fn default() -> Self {
            PromptWindow {
                counter: Default::default(),
                more: Default::default(),
                scroller: Default::default(),
                body: Default::default(),
                head: Default::default(),
                headline: Default::default(),
                through: Default::default(),
                object_row: Default::default(),
                object_scroller: Default::default(),
                object: Default::default(),
                via: Default::default(),
                why_row: Default::default(),
                why: Default::default(),
                waiting: Default::default(),
                what: Default::default(),
                pattern_row: Default::default(),
                pattern: Default::default(),
                pattern_hint: Default::default(),
                who: Default::default(),
                how_long: Default::default(),
                details: Default::default(),
                details_grid: Default::default(),
                consent: Default::default(),
                believes: Default::default(),
                arming: Default::default(),
                buttons: Default::default(),
                deny: Default::default(),
                pretend: Default::default(),
                allow: Default::default(),
                go_on: Default::default(),
                footer: Default::default(),
                actions: Default::default(),
                state: RefCell::new(Arming::new(Instant::now())),
                timer: Default::default(),
                asked: Default::default(),
                complete: Cell::new(true),
                answered: Default::default(),
                went_on: Default::default(),
            }
        }
    }

    #[glib::object_subclass]
    impl ObjectSubclass for PromptWindow {
        const NAME: &'static str = "SyswallPromptWindow";
        type Type = super::PromptWindow;
        type ParentType = adw::Window;

        fn class_init(class: &mut Self::Class) {
            PromptChoices::ensure_type();
            class.bind_template();
        }

        fn instance_init(obj: &glib::subclass::InitializingObject<Self>) {
            obj.init_template();
        }
    }

    impl ObjectImpl for PromptWindow {
        fn constructed(&self) {
            self.parent_constructed();
            let window = self.obj();
            window.add_actions();
            window.add_shortcuts();
            window.watch_input();
            add_style();
            // In some languages three labels in a line are wider than a phone.
            for button in [&self.deny, &self.pretend, &self.allow] {
                if let Some(label) = button.child().and_downcast::<gtk::Label>() {
                    label.set_wrap(true);
                    label.set_wrap_mode(gtk::pango::WrapMode::WordChar);
                    label.set_natural_wrap_mode(gtk::NaturalWrapMode::None);
                    label.set_justify(gtk::Justification::Center);
                }
            }
            self.pattern.connect_changed(glib::clone!(
                #[weak]
                window,
                move |_| window.refresh()
            ));
            // What was asked to be seen comes into sight, once it has its size.
            self.details.connect_expanded_notify(glib::clone!(
                #[weak]
                window,
                move |details| {
                    if details.is_expanded() {
                        glib::timeout_add_local_once(Duration::from_millis(50), move || window.scroll_to_details());
                    }
                }
            ));
        }

        fn dispose(&self) {
            if let Some(timer) = self.timer.take() {
                timer.remove();
            }
        }
    }

    impl WidgetImpl for PromptWindow {}

    impl WindowImpl for PromptWindow {
        fn close_request(&self) -> glib::Propagation {
            // Whoever owns the window closes it, once the answer is taken.
            self.obj().dismiss();
            glib::Propagation::Stop
        }
    }

    impl AdwWindowImpl for PromptWindow {}
}

glib::wrapper! {
    /// A window that asks one question at a time.
    pub struct PromptWindow(ObjectSubclass<imp::PromptWindow>)
        @extends adw::Window, gtk::Window, gtk::Widget,
        @implements gio::ActionGroup, gio::ActionMap, gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget,
            gtk::Native, gtk::Root, gtk::ShortcutManager;
}

/// Actions that decide something; possible only while input counts.
const DECIDING: [&str; 5] = ["allow", "deny", "pretend", "stop-program", "continue"];

impl PromptWindow {
    /// A window over `parent`, not yet shown.
    pub fn new(parent: Option<&gtk::Window>) -> PromptWindow {
        // GTK before 4.10 tells screen readers that an alert dialog is a "filler", which they pass over; and there,
        // a role that the class sets is that of its first window only.
        let known = (gtk::major_version(), gtk::minor_version()) >= (4, 10);
        let role = if known { gtk::AccessibleRole::AlertDialog } else { gtk::AccessibleRole::Dialog };
        let window: PromptWindow = glib::Object::builder().property("accessible-role", role).build();
        window.set_transient_for(parent);
        window
    }

    /// Calls `answered` with each answer; the window itself stays as it is. The decision `Kill` means that the
    /// whole program is to be stopped.
    pub fn connect_answered(&self, answered: impl Fn(Choice) + 'static) {
        self.imp().answered.replace(Some(Box::new(answered)));
    }

    /// Calls `went_on` when the user has read a failure.
    pub fn connect_went_on(&self, went_on: impl Fn() + 'static) {
        self.imp().went_on.replace(Some(Box::new(went_on)));
    }

    /// Shows `question`, in place of what was shown.
    pub fn ask(&self, question: &Question, place: &Place) {
        let imp = self.imp();
        let home = place.home.as_deref();
        let said = words::question(question, home);
        imp.complete.set(said.complete);
        imp.headline.set_label(&said.headline);
        imp.headline.set_tooltip_text(Some(&words::elide(&said.object, 1000)));
        show_or_hide(&imp.through, said.through.as_deref());
        self.show_object(&said.object);
        imp.object_row.set_visible(!said.object.is_empty());
        let more = [&said.changed, &said.via, &said.what].map(Option::as_deref);
        let more: Vec<&str> = more.into_iter().flatten().collect();
        show_or_hide(&imp.via, (!more.is_empty()).then(|| more.join("\n")).as_deref());
        imp.why.set_label(said.why.as_deref().unwrap_or_default());
        imp.why_row.set_visible(said.why.is_some());
        self.set_waiting(question.waiting);
        self.show_details(question);

        let whats = scope::whats(question, place);
        let first = whats.first().map(|choice| choice.id.clone()).unwrap_or_default();
        imp.what.show(&tr("What"), "prompt.what", &whats);
        imp.who.show(&tr("Who"), "prompt.who", &scope::whos(question));
        imp.how_long.show(&tr("How Long"), "prompt.how-long", &scope::how_longs());
        imp.pattern.set_text(&scope::suggested_pattern(question, home));
        imp.asked.replace(Some((question.clone(), place.clone())));
        self.set_state("what", &first);
        self.set_state("who", &WhoScope::Program.id());
        self.set_state("how-long", &HowLong::UntilEnd.id());
        self.set_kind(true);
        self.refresh();
        self.start_over();
    }

    /// Shows that something about an answer failed, in place of what was shown.
    pub fn show_trouble(&self, headline: &str, text: &str) {
        let imp = self.imp();
        imp.asked.replace(None);
        imp.headline.set_label(headline);
        show_or_hide(&imp.through, None);
        self.show_object(text);
        imp.object_row.set_visible(true);
        show_or_hide(&imp.via, None);
        imp.why_row.set_visible(false);
        self.set_waiting(0);
        for choices in [&imp.what, &imp.who, &imp.how_long] {
            choices.show("", "prompt.what", &[]);
        }
        imp.consent.set_label(&tr("The answer holds until the program ends, but it is not saved."));
        self.set_kind(false);
        self.refresh();
        self.start_over();
    }

    /// The sentence that is shown.
    pub fn headline(&self) -> String {
        self.imp().headline.label().into()
    }

    /// Says that `waiting` tasks wait for this answer.
    pub fn set_waiting(&self, waiting: usize) {
        if let Some((question, _)) = self.imp().asked.borrow_mut().as_mut() {
            question.waiting = waiting;
        }
        let more = waiting.saturating_sub(1) as u64;
        let text = (more > 0).then(|| {
            tr_n(
                "+{n} waiting that this answer would also settle",
                "+{n} waiting that this answer would also settle",
                more,
            )
        });
        show_or_hide(&self.imp().waiting, text.as_deref());
    }

    /// Says that `waiting` questions are open, this one among them.
    pub fn set_queue(&self, waiting: usize) {
        let text = (waiting > 1).then(|| fill(&tr("1 of {n}"), &[("n", &waiting.to_string())]));
        show_or_hide(&self.imp().counter, text.as_deref());
    }

    /// A question, or a failure.
    fn set_kind(&self, question: bool) {
        let imp = self.imp();
        imp.buttons.set_visible(question);
        imp.go_on.set_visible(!question);
        imp.details.set_visible(question);
        imp.more.set_visible(question);
        imp.believes.set_visible(question);
        imp.footer.set_visible(question);
    }

    /// Brings everything that follows from the choices up to date: consent, what is possible.
    pub(super) fn refresh(&self) {
        let imp = self.imp();
        if let Some((question, place)) = &*imp.asked.borrow() {
            let home = place.home.as_deref();
            let choice = self.choice(Decision::Allow);
            let problem = self.pattern_problem(question, place);
            let pattern = matches!(choice.what, WhatScope::Pattern(_));
            imp.pattern_row.set_visible(pattern);
            let hint =
                problem.clone().unwrap_or_else(|| tr("* stands for anything within a folder, ** also across folders."));
            imp.pattern_hint.set_label(&hint);
            set_class(&*imp.pattern, "error", problem.is_some());
            imp.consent.set_label(&match &problem {
                Some(problem) => problem.clone(),
                None if !imp.complete.get() => tr("The name is too long to be shown whole, so this cannot be allowed."),
                None => {
                    let allow = words::consent(question, &choice, home);
                    // Translators: {consent} is a sentence, such as "curl may read /etc/passwd, just this once."
                    fill(&tr("If you allow: {consent}"), &[("consent", &allow)])
                }
            });
            let believes = match question.access().filter(|_| question.can_pretend) {
                Some(access) => fill(
                    &tr("If you pretend: {what_it_believes}"),
                    &[("what_it_believes", &words::pretended(access.kind))],
                ),
                None => words::why_not_pretended(&words::escape(&question.call), question.why_not_pretend),
            };
            imp.believes.set_label(&believes);
            let once = choice.how_long == HowLong::Once;
            imp.what.set_sensitive(!once);
            imp.pattern_row.set_sensitive(!once);
            imp.who.set_sensitive(!once);
            // A process does not outlive the run.
            imp.how_long.set_possible(&HowLong::Always.id(), choice.who != WhoScope::Process);
        } else {
            imp.pattern_row.set_visible(false);
        }
        self.update_property(&[
            gtk::accessible::Property::Label(&imp.headline.label()),
            gtk::accessible::Property::Description(&imp.consent.label()),
        ]);
        self.enable();
    }

    fn pattern_problem(&self, question: &Question, place: &Place) -> Option<String> {
        let choice = self.choice(Decision::Allow);
        match (&choice.what, choice.how_long) {
            (_, HowLong::Once) => None,
            (WhatScope::Pattern(pattern), _) => scope::pattern_problem(pattern, question, place),
            _ => None,
        }
    }

    /// Enables what is possible now.
    fn enable(&self) {
        let imp = self.imp();
        let armed = imp.state.borrow().armed(Instant::now());
        let asked = imp.asked.borrow();
        let valid = asked.as_ref().is_some_and(|(question, place)| self.pattern_problem(question, place).is_none());
        let can_pretend = asked.as_ref().is_some_and(|(question, _)| question.can_pretend);
        for name in DECIDING {
            let possible = match name {
                "allow" => valid && imp.complete.get(),
                "deny" => valid,
                "pretend" => valid && can_pretend,
                "stop-program" => asked.is_some(),
                _ => asked.is_none(),
            };
            if let Some(action) = self.action(name) {
                action.set_enabled(armed && possible);
            }
        }
    }

    /// Disarms, and moves the focus to where no key decides anything.
    fn start_over(&self) {
        let imp = self.imp();
        imp.state.borrow_mut().restart(Instant::now());
        imp.scroller.vadjustment().set_value(0.0);
        imp.head.grab_focus();
        self.arm_later();
    }

    /// Enables the decisions when their time has come.
    pub(super) fn arm_later(&self) {
        let imp = self.imp();
        if let Some(timer) = imp.timer.take() {
            timer.remove();
        }
        // Before `enable`, which looks at the clock again: the last turn must find the time come.
        let left = imp.state.borrow().left(Instant::now());
        self.enable();
        // A bar that fills is motion, too.
        let animated = gtk::Settings::default().is_none_or(|settings| settings.is_gtk_enable_animations());
        let fraction = 1.0 - left.as_secs_f64() / ARM_AFTER.as_secs_f64();
        imp.arming.set_fraction(if animated { fraction.clamp(0.0, 1.0) } else { 0.0 });
        imp.arming.set_opacity(if left.is_zero() { 0.0 } else { 1.0 });
        if left.is_zero() {
            return;
        }
        let wait = if animated { left.min(Duration::from_millis(33)) } else { left };
        let timer = glib::timeout_add_local_once(
            wait,
            glib::clone!(
                #[weak(rename_to = window)]
                self,
                move || {
                    window.imp().timer.replace(None);
                    window.arm_later();
                }
            ),
        );
        imp.timer.replace(Some(timer));
    }

    /// The answer as the choices stand.
    pub(super) fn choice(&self, decision: Decision) -> Choice {
        let what = match self.state("what").as_str() {
            scope::PATTERN => WhatScope::Pattern(self.imp().pattern.text().trim().to_owned()),
            id => WhatScope::from_id(id).unwrap_or(WhatScope::Exact),
        };
        Choice {
            decision,
            errno: None,
            what,
            who: WhoScope::from_id(&self.state("who")).unwrap_or(WhoScope::Process),
            how_long: HowLong::from_id(&self.state("how-long")).unwrap_or(HowLong::Once),
        }
    }

    pub(super) fn answer(&self, choice: Choice) {
        // Input that comes before the next question is shown is not for it.
        self.imp().state.borrow_mut().restart(Instant::now());
        self.arm_later();
        if let Some(answered) = &*self.imp().answered.borrow() {
            answered(choice);
        }
    }

    /// Escape, or the window's close button: denies just this once.
    pub(super) fn dismiss(&self) {
        if !self.imp().state.borrow().armed(Instant::now()) {
            return;
        }
        if self.imp().asked.borrow().is_some() {
            self.answer(Choice { how_long: HowLong::Once, ..self.choice(Decision::Deny) });
        } else {
            self.go_on();
        }
    }

    pub(super) fn go_on(&self) {
        if let Some(went_on) = &*self.imp().went_on.borrow() {
            went_on();
        }
    }

    pub(super) fn action(&self, name: &str) -> Option<gio::SimpleAction> {
        self.imp().actions.lookup_action(name).and_downcast()
    }

    fn state(&self, name: &str) -> String {
        self.action(name).and_then(|action| action.state()).and_then(|state| state.get()).unwrap_or_default()
    }

    fn set_state(&self, name: &str, id: &str) {
        if let Some(action) = self.action(name) {
            action.set_state(&id.to_variant());
        }
    }

    /// Takes a choice, if it is one.
    pub(super) fn choose(&self, action: &gio::SimpleAction, id: &str) {
        let imp = self.imp();
        let id = match id.strip_prefix("pattern:") {
            Some(pattern) if action.name() == "what" => {
                imp.pattern.set_text(pattern);
                scope::PATTERN
            }
            _ => id,
        };
        let known = match action.name().as_str() {
            "what" => id == scope::PATTERN || WhatScope::from_id(id).is_some(),
            "who" => WhoScope::from_id(id).is_some(),
            _ => HowLong::from_id(id).is_some(),
        };
        if !known {
            return;
        }
        action.set_state(&id.to_variant());
        let (process, always) = (WhoScope::Process.id(), HowLong::Always.id());
        if self.state("who") == process && self.state("how-long") == always {
            self.set_state("how-long", &HowLong::UntilEnd.id());
        }
        for (choices, name) in [(&imp.what, "what"), (&imp.who, "who"), (&imp.how_long, "how-long")] {
            choices.reveal(&self.state(name));
        }
        self.refresh();
    }
}

fn show_or_hide(label: &gtk::Label, text: Option<&str>) {
    label.set_label(text.unwrap_or_default());
    label.set_visible(text.is_some_and(|text| !text.is_empty()));
}

fn set_class(widget: &impl IsA<gtk::Widget>, class: &str, on: bool) {
    if on { widget.add_css_class(class) } else { widget.remove_css_class(class) }
}
