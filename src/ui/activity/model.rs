//! The log as a list that holds nothing: rows are read page by page, on the recording's thread, when the view shows them.
//!
//! Growth is one `items_changed` a refresh; a new filter is two (all out, all in): one over millions of rows freezes
//! the view for seconds.

use gtk::prelude::*;
use gtk::subclass::prelude::*;
use gtk::{gio, glib};
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::event::EventObject;
use crate::recording::{EventRow, Filter, Matches, Reader, RecordingError};
use crate::ui::bridge::Queries;

/// Rows read at once.
const PAGE: u32 = 256;
/// Pages kept: some screens in both directions.
const KEPT: usize = 24;
/// Events looked at in one go: some 50 ms.
const CHUNK: u64 = 200_000;
/// Between two announcements of growth: a view at the end binds all its rows anew at each.
const REST: Duration = Duration::from_millis(250);
/// GTK counts the pixels of a list in an `int`; beyond this the scroll bar would die.
const MOST: usize = 50_000_000;

mod imp {
    use super::*;

    #[derive(glib::Properties)]
    #[properties(wrapper_type = super::EventModel)]
    pub struct EventModel {
        /// How many events match.
        #[property(get)]
        pub count: Cell<u32>,
        /// Whether the matching events are being counted for the first time.
        #[property(get)]
        pub counting: Cell<bool>,
        pub queries: RefCell<Option<Queries>>,
        /// What matches, as far as it is known; worked on by the recording's thread.
        pub matches: RefCell<Arc<Mutex<Matches>>>,
        /// Which recording and filter an answer belongs to.
        pub generation: Cell<u64>,
        pub pages: RefCell<HashMap<u32, Vec<EventRow>>>,
        pub page_order: RefCell<VecDeque<u32>>,
        pub asked: RefCell<HashSet<u32>>,
        pub shown: RefCell<HashMap<u32, glib::WeakRef<EventObject>>>,
        /// Whether the end is in view: its rows are then read before they are announced.
        pub tail: Cell<bool>,
        pub busy: Cell<bool>,
        pub again: Cell<bool>,
    }

    impl Default for EventModel {
        fn default() -> Self {
            EventModel {
                count: Cell::default(),
                counting: Cell::default(),
                queries: RefCell::default(),
                matches: RefCell::new(nothing_found(Filter::default())),
                generation: Cell::default(),
                pages: RefCell::default(),
                page_order: RefCell::default(),
                asked: RefCell::default(),
                shown: RefCell::default(),
                tail: Cell::default(),
                busy: Cell::default(),
                again: Cell::default(),
            }
        }
    }

    #[glib::object_subclass]
    impl ObjectSubclass for EventModel {
        const NAME: &'static str = "SyswallEventModel";
        type Type = super::EventModel;
        type Interfaces = (gio::ListModel,);
    }

    #[glib::derived_properties]
    impl ObjectImpl for EventModel {}

    impl ListModelImpl for EventModel {
        fn item_type(&self) -> glib::Type {
            EventObject::static_type()
        }

        fn n_items(&self) -> u32 {
            self.count.get()
        }

        fn item(&self, position: u32) -> Option<glib::Object> {
            if position >= self.count.get() {
                return None;
            }
            if let Some(object) = self.shown.borrow().get(&position).and_then(glib::WeakRef::upgrade) {
                return Some(object.upcast());
            }
            let row = self.row(position);
            if row.is_none() {
                self.obj().read_page(position / PAGE);
            }
            let object = EventObject::new(row);
            let mut shown = self.shown.borrow_mut();
            if shown.len() > 4096 {
                shown.retain(|_, object| object.upgrade().is_some());
            }
            shown.insert(position, object.downgrade());
            Some(object.upcast())
        }
    }

    impl EventModel {
        pub fn row(&self, position: u32) -> Option<EventRow> {
            self.pages.borrow().get(&(position / PAGE))?.get((position % PAGE) as usize).cloned()
        }
    }
}

glib::wrapper! {
    /// The events of a recording that match a filter, in order.
    pub struct EventModel(ObjectSubclass<imp::EventModel>) @implements gio::ListModel;
}

impl Default for EventModel {
    fn default() -> Self {
        glib::Object::new()
    }
}

impl EventModel {
    /// Shows another recording, or none.
    pub fn set_queries(&self, queries: Option<Queries>) {
        let filter = lock(&self.imp().matches.borrow()).filter().clone();
        self.imp().queries.replace(queries);
        self.set_filter(filter);
    }

    /// Shows only what matches.
    pub fn set_filter(&self, filter: Filter) {
        self.imp().matches.replace(nothing_found(filter));
        self.restart();
    }

    /// Says whether the end is in view.
    pub fn set_tail(&self, tail: bool) {
        self.imp().tail.set(tail);
    }

    /// Looks whether there is more. Any number of calls while one look is under way are one more look.
    pub fn refresh(&self) {
        let imp = self.imp();
        if imp.busy.replace(true) {
            imp.again.set(true);
            return;
        }
        glib::spawn_future_local(glib::clone!(
            #[strong(rename_to = model)]
            self,
            async move {
                model.count_once().await;
                glib::timeout_future(REST).await;
                model.imp().busy.set(false);
                if model.imp().again.take() {
                    model.refresh();
                }
            }
        ));
    }

    /// First step of a change: everything out. The second follows when the new count is known.
    fn restart(&self) {
        let imp = self.imp();
        imp.generation.set(imp.generation.get() + 1);
        imp.pages.borrow_mut().clear();
        imp.page_order.borrow_mut().clear();
        imp.asked.borrow_mut().clear();
        imp.shown.borrow_mut().clear();
        let old = imp.count.replace(0);
        if old > 0 {
            self.items_changed(0, old, 0);
            self.notify_count();
        }
        self.set_counting(imp.queries.borrow().is_some());
        self.refresh();
    }

    fn set_counting(&self, counting: bool) {
        if self.imp().counting.replace(counting) != counting {
            self.notify_counting();
        }
    }

    async fn count_once(&self) {
        let imp = self.imp();
        let Some(queries) = imp.queries.borrow().clone() else { return };
        let generation = imp.generation.get();
        let matches = imp.matches.borrow().clone();
        loop {
            let (work, tail) = (matches.clone(), imp.tail.get());
            let found = queries
                .ask(move |reader| {
                    let mut matches = lock(&work);
                    let more = matches.extend(reader, CHUNK)?;
                    let pages = if tail && !more { last_pages(reader, &matches)? } else { Vec::new() };
                    Ok::<_, RecordingError>((matches.len(), more, pages))
                })
                .await;
            if generation != imp.generation.get() {
                imp.again.set(true);
                return;
            }
            let Some(Ok((count, more, pages))) = found else { return self.set_counting(false) };
            self.set_counting(more && count == 0);
            for (page, rows) in pages {
                self.keep(page, rows);
            }
            self.grow(count.min(MOST) as u32);
            if !more {
                return;
            }
        }
    }

    /// Second step of a change, and growth: all that is new comes in at once.
    fn grow(&self, new: u32) {
        let old = self.imp().count.replace(new);
        if new > old {
            self.items_changed(old, 0, new - old);
            self.notify_count();
        } else if old == 0 {
            // So that an empty state can tell "none" from "not counted yet".
            self.notify_count();
        }
    }

    fn read_page(&self, page: u32) {
        let imp = self.imp();
        if !imp.asked.borrow_mut().insert(page) {
            return;
        }
        let Some(queries) = imp.queries.borrow().clone() else { return };
        let generation = imp.generation.get();
        let matches = imp.matches.borrow().clone();
        glib::spawn_future_local(glib::clone!(
            #[strong(rename_to = model)]
            self,
            async move {
                let rows = queries.ask(move |reader| rows_of(reader, &lock(&matches), page * PAGE)).await;
                if generation == model.imp().generation.get() {
                    model.imp().asked.borrow_mut().remove(&page);
                    if let Some(Ok(rows)) = rows {
                        model.keep(page, rows);
                    }
                }
            }
        ));
    }

    /// Keeps a page that has been read, and fills the rows on the screen.
    fn keep(&self, page: u32, rows: Vec<EventRow>) {
        let imp = self.imp();
        let first = page * PAGE;
        let waiting: Vec<_> = {
            let shown = imp.shown.borrow();
            (0..rows.len() as u32)
                .filter_map(|i| Some((i, shown.get(&(first + i))?.upgrade()?)))
                .filter(|(_, object)| !object.loaded())
                .collect()
        };
        for (i, object) in waiting {
            object.fill(rows[i as usize].clone());
        }
        // The page was asked for before it had grown to what is shown of it by now.
        let end = (first + PAGE).min(imp.count.get());
        let short = (first + rows.len() as u32..end)
            .any(|position| imp.shown.borrow().get(&position).is_some_and(|object| object.upgrade().is_some()));
        let mut order = imp.page_order.borrow_mut();
        order.retain(|p| *p != page);
        order.push_back(page);
        let mut pages = imp.pages.borrow_mut();
        pages.insert(page, rows);
        while order.len() > KEPT {
            if let Some(oldest) = order.pop_front() {
                pages.remove(&oldest);
            }
        }
        drop((order, pages));
        if short {
            self.read_page(page);
        }
    }
}

fn nothing_found(filter: Filter) -> Arc<Mutex<Matches>> {
    Arc::new(Mutex::new(Matches::new(filter)))
}

fn lock(matches: &Mutex<Matches>) -> std::sync::MutexGuard<'_, Matches> {
    // A reader that panicked leaves what it had found: still true.
    matches.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A page's worth of matching events from row `first` on.
fn rows_of(reader: &Reader, matches: &Matches, first: u32) -> Result<Vec<EventRow>, RecordingError> {
    if matches.filter().is_everything() {
        return reader.page(matches.filter(), first.into(), PAGE as usize);
    }
    let seqs: Vec<u64> = (first as usize..(first + PAGE) as usize).map_while(|row| matches.get(row)).collect();
    reader.events(&seqs)
}

/// The last two pages: a view holds some 200 rows ready.
fn last_pages(reader: &Reader, matches: &Matches) -> Result<Vec<(u32, Vec<EventRow>)>, RecordingError> {
    let last = matches.len().clamp(1, MOST) as u32 - 1;
    let pages = (last / PAGE).saturating_sub(1)..=last / PAGE;
    pages.map(|page| Ok((page, rows_of(reader, matches, page * PAGE)?))).collect()
}
