//! The question window. One question is shown at a time; the others of the run wait behind it.

mod arming;
mod choices;
mod input;
mod look;
mod scope;
mod window;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use adw::prelude::*;
use gtk::{gio, glib};

use crate::policy::Place;
use crate::policy::answer::Choice;
use crate::tracer::{Question, QuestionId};
use crate::words;
use window::PromptWindow;

/// How long a question may stay in a window without the focus before the desktop is told.
const UNNOTICED: std::time::Duration = std::time::Duration::from_secs(3);
/// The notification about an unnoticed question.
const NOTIFICATION: &str = "question";

/// What waits to be shown.
enum Item {
    Question(Box<Question>, Place),
    /// What could not be done with an answer.
    Trouble(String),
}

/// What is called with each answer.
type Answered = Box<dyn Fn(Question, Choice)>;

/// Asks the questions of one run, one after the other. Lives on the GTK thread.
#[derive(Clone)]
pub struct Prompter(Rc<Inner>);

struct Inner {
    parent: glib::WeakRef<gtk::Window>,
    app: Option<gtk::Application>,
    window: RefCell<Option<PromptWindow>>,
    /// The first is the one that is shown.
    items: RefCell<VecDeque<Item>>,
    answered: RefCell<Option<Rc<Answered>>>,
    unnoticed: Cell<Option<glib::SourceId>>,
}

impl Prompter {
    /// Asks over `parent`, if there is a main window; `app` keeps running while something is asked.
    pub fn new(parent: Option<&gtk::Window>, app: Option<&gtk::Application>) -> Prompter {
        let weak = glib::WeakRef::new();
        weak.set(parent);
        Prompter(Rc::new(Inner {
            parent: weak,
            app: app.cloned(),
            window: RefCell::default(),
            items: RefCell::default(),
            answered: RefCell::default(),
            unnoticed: Cell::default(),
        }))
    }

    /// Calls `answered` with each question and its answer. The decision `Kill` means that the user wants the whole
    /// program stopped.
    pub fn connect_answered(&self, answered: impl Fn(Question, Choice) + 'static) {
        self.0.answered.replace(Some(Rc::new(Box::new(answered))));
    }

    /// Asks `question` when those before it are answered.
    pub fn add(&self, question: Question, place: Place) {
        self.0.items.borrow_mut().push_back(Item::Question(Box::new(question), place));
        let waiting = self.0.items.borrow().len();
        if waiting == 1 { self.0.show() } else { self.0.count() }
    }

    /// Takes a question back: it is settled, or who asked is gone.
    pub fn withdraw(&self, id: QuestionId) {
        let Some(at) = self.0.position(id) else { return };
        self.0.items.borrow_mut().remove(at);
        if at == 0 { self.0.show() } else { self.0.count() }
    }

    /// Takes all questions back: the run is over. A failure that is shown stays until it is read.
    pub fn withdraw_all(&self) {
        let asking = matches!(self.0.items.borrow().front(), Some(Item::Question(..)));
        self.0.items.borrow_mut().retain(|item| matches!(item, Item::Trouble(_)));
        if asking { self.0.show() } else { self.0.count() }
    }

    /// Tells how many tasks wait for the answer to `id` now.
    pub fn waiting(&self, id: QuestionId, waiting: usize) {
        let Some(at) = self.0.position(id) else { return };
        if let Some(Item::Question(question, _)) = self.0.items.borrow_mut().get_mut(at) {
            question.waiting = waiting;
        }
        if let (0, Some(window)) = (at, &*self.0.window.borrow()) {
            window.set_waiting(waiting);
        }
    }

    /// Shows that something about the answer to `id` failed, such as saving it. To be called from the closure of
    /// [`Prompter::connect_answered`], or later.
    pub fn show_error(&self, id: QuestionId, text: &str) {
        // The question is answered, so it goes; what went wrong comes before all others.
        if let Some(at) = self.0.position(id) {
            self.0.items.borrow_mut().remove(at);
        }
        self.0.items.borrow_mut().push_front(Item::Trouble(words::escape(text)));
        self.0.show();
    }

    /// How many questions are open.
    pub fn len(&self) -> usize {
        self.0.items.borrow().len()
    }

    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Brings the window to the front, if something is asked.
    pub fn present(&self) {
        if self.is_empty() {
            return;
        }
        if let Some(window) = &*self.0.window.borrow() {
            window.present();
        }
    }
}

impl Inner {
    fn position(&self, id: QuestionId) -> Option<usize> {
        self.items.borrow().iter().position(|item| matches!(item, Item::Question(question, _) if question.id == id))
    }

    /// Shows the first item, or nothing.
    fn show(self: &Rc<Self>) {
        self.notice();
        let items = self.items.borrow();
        let Some(first) = items.front() else {
            drop(items);
            // Not while its own signal handlers run; and visible until then: GTK 4.8 crashes where a screen reader asks
            // for a window by a number that is not there any more, and the last one in GTK's list is hidden.
            if let Some(window) = self.window.take() {
                glib::idle_add_local_once(move || window.destroy());
            }
            return;
        };
        let mut slot = self.window.borrow_mut();
        let window = slot.get_or_insert_with(|| self.make_window()).clone();
        drop(slot);
        window.set_application(self.app.as_ref());
        match first {
            Item::Question(question, place) => window.ask(question, place),
            Item::Trouble(text) => window.show_trouble(&words::tr("The answer could not be saved"), text),
        }
        drop(items);
        self.count();
        window.present();
        self.notify_later(&window);
    }

    /// Says how many wait.
    fn count(&self) {
        if let Some(window) = &*self.window.borrow() {
            window.set_queue(self.items.borrow().len());
        }
    }

    fn make_window(self: &Rc<Self>) -> PromptWindow {
        let window = PromptWindow::new(self.parent.upgrade().as_ref());
        let inner = Rc::downgrade(self);
        window.connect_answered(move |choice| on(&inner, |inner| inner.take_answer(choice.clone())));
        let inner = Rc::downgrade(self);
        window.connect_went_on(move || {
            on(&inner, |inner| {
                inner.items.borrow_mut().pop_front();
                inner.show();
            });
        });
        window
    }

    /// Hands the answer to the first question on, and goes on to the next.
    fn take_answer(self: &Rc<Self>, choice: Choice) {
        let Some(Item::Question(question, _)) = self.items.borrow_mut().pop_front() else { return };
        let answered = self.answered.borrow().clone();
        let shown = self.items.borrow().len();
        if let Some(answered) = answered {
            answered(*question, choice);
        }
        // An error has already been put in front and shown.
        let troubled =
            self.items.borrow().len() > shown && matches!(self.items.borrow().front(), Some(Item::Trouble(_)));
        if !troubled {
            self.show();
        }
    }

    /// Tells the desktop if the window has not been looked at in a while.
    fn notify_later(self: &Rc<Self>, window: &PromptWindow) {
        let inner = Rc::downgrade(self);
        let window = window.downgrade();
        let source = glib::timeout_add_local_once(UNNOTICED, move || {
            on(&inner, |inner| {
                inner.unnoticed.set(None);
                let (Some(app), Some(window)) = (&inner.app, window.upgrade()) else { return };
                if app.is_registered() && !window.is_active() {
                    let notification = gio::Notification::new(&words::tr("A program waits for your answer"));
                    notification.set_body(Some(&window.headline()));
                    notification.set_priority(gio::NotificationPriority::High);
                    app.send_notification(Some(NOTIFICATION), &notification);
                }
            });
        });
        self.unnoticed.set(Some(source));
    }

    /// Takes the notification back.
    fn notice(&self) {
        if let Some(source) = self.unnoticed.take() {
            source.remove();
        }
        if let Some(app) = self.app.as_ref().filter(|app| app.is_registered()) {
            app.withdraw_notification(NOTIFICATION);
        }
    }
}

fn on(inner: &Weak<Inner>, run: impl FnOnce(&Rc<Inner>)) {
    if let Some(inner) = inner.upgrade() {
        run(&inner);
    }
}
