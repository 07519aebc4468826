//! Small tables of texts and figures, sortable by their headings. For summaries, never for events.

use gtk::prelude::*;
use gtk::subclass::prelude::*;
use gtk::{gio, glib};
use std::cell::RefCell;
use std::cmp::Ordering;

/// One field of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Field {
    /// A text, sorted as such.
    Text(String),
    /// A figure, sorted by its value and shown as its text.
    Figure(u64, String),
}

impl Field {
    fn text(&self) -> &str {
        match self {
            Field::Text(text) | Field::Figure(_, text) => text,
        }
    }

    fn compare(&self, other: &Field) -> Ordering {
        match (self, other) {
            (Field::Figure(a, _), Field::Figure(b, _)) => a.cmp(b),
            _ => self.text().cmp(other.text()),
        }
    }
}

mod imp {
    use super::*;

    #[derive(Default)]
    pub struct TableRow {
        pub fields: RefCell<Vec<Field>>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for TableRow {
        const NAME: &'static str = "SyswallTableRow";
        type Type = super::TableRow;
    }

    impl ObjectImpl for TableRow {}
}

glib::wrapper! {
    /// One row.
    pub struct TableRow(ObjectSubclass<imp::TableRow>);
}

impl TableRow {
    fn new(fields: Vec<Field>) -> Self {
        let row: Self = glib::Object::new();
        row.imp().fields.replace(fields);
        row
    }

    fn text(&self, column: usize) -> String {
        self.imp().fields.borrow().get(column).map(|f| f.text().to_owned()).unwrap_or_default()
    }

    fn compare(&self, other: &TableRow, column: usize) -> Ordering {
        match (self.imp().fields.borrow().get(column), other.imp().fields.borrow().get(column)) {
            (Some(a), Some(b)) => a.compare(b),
            _ => Ordering::Equal,
        }
    }
}

/// The rows behind a view.
#[derive(Clone)]
pub struct Table {
    rows: gio::ListStore,
    shown: std::rc::Rc<RefCell<Vec<Vec<Field>>>>,
}

impl Table {
    /// Gives `view` columns with these headings; `true`: a figure, set to the right.
    pub fn new(view: &gtk::ColumnView, headings: &[(String, bool)]) -> Table {
        let rows = gio::ListStore::new::<TableRow>();
        for (index, (heading, figure)) in headings.iter().enumerate() {
            let column = gtk::ColumnViewColumn::new(Some(heading), Some(factory(index, *figure)));
            column.set_resizable(true);
            column.set_expand(index == 0);
            let sorter = gtk::CustomSorter::new(move |a, b| {
                match (a.downcast_ref::<TableRow>(), b.downcast_ref::<TableRow>()) {
                    (Some(a), Some(b)) => a.compare(b, index).into(),
                    _ => gtk::Ordering::Equal,
                }
            });
            column.set_sorter(Some(&sorter));
            view.append_column(&column);
        }
        let sorted = gtk::SortListModel::new(Some(rows.clone()), view.sorter());
        view.set_model(Some(&gtk::NoSelection::new(Some(sorted))));
        Table { rows, shown: std::rc::Rc::default() }
    }

    /// Shows `rows`; those that are the same stay where they are.
    pub fn set(&self, rows: Vec<Vec<Field>>) {
        let mut shown = self.shown.borrow_mut();
        if *shown == rows {
            return;
        }
        let same = shown.iter().zip(&rows).take_while(|(a, b)| a == b).count();
        let new: Vec<TableRow> = rows[same..].iter().cloned().map(TableRow::new).collect();
        self.rows.splice(same as u32, (shown.len() - same) as u32, &new);
        *shown = rows;
    }
}

fn factory(index: usize, figure: bool) -> gtk::SignalListItemFactory {
    let factory = gtk::SignalListItemFactory::new();
    factory.connect_setup(move |_, item| {
        let Some(item) = item.downcast_ref::<gtk::ListItem>() else { return };
        let label = gtk::Label::builder()
            .xalign(if figure { 1.0 } else { 0.0 })
            .ellipsize(if figure { gtk::pango::EllipsizeMode::None } else { gtk::pango::EllipsizeMode::Middle })
            .css_classes(["numeric-cell"])
            .build();
        item.set_child(Some(&label));
    });
    factory.connect_bind(move |_, item| {
        let Some(item) = item.downcast_ref::<gtk::ListItem>() else { return };
        if let (Some(label), Some(row)) =
            (item.child().and_downcast::<gtk::Label>(), item.item().and_downcast::<TableRow>())
        {
            let text = row.text(index);
            label.set_text(&text);
            label.set_tooltip_text(Some(&text).filter(|t| t.len() > 24).map(String::as_str));
        }
    });
    factory
}
