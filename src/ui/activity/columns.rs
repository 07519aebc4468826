//! The columns of the log, as a table: a column is data.

use gtk::glib;
use gtk::prelude::*;

use super::cells;
use super::event::EventObject;
use crate::recording::EventRow;
use crate::words::tr;

/// One column.
pub struct Column {
    /// Its heading, translated.
    pub title: String,
    /// Narrowest, in characters.
    pub min_chars: u32,
    /// As wide as it would like to be, in characters.
    pub nat_chars: u32,
    /// Whether it takes what room is left.
    pub expand: bool,
    /// Whether it is shown when there is little room.
    pub narrow: bool,
    /// Its text.
    pub text: fn(&EventRow) -> String,
}

/// Every column, in order.
pub fn all() -> Vec<Column> {
    let column = |title, min_chars, nat_chars, expand, narrow, text| Column {
        title,
        min_chars,
        nat_chars,
        expand,
        narrow,
        text,
    };
    vec![
        column(tr("Time"), 11, 11, false, false, cells::time),
        column(tr("Program"), 8, 10, false, false, cells::program),
        column(tr("PID"), 6, 6, false, false, cells::pid),
        column(tr("Action"), 14, 26, false, true, cells::action),
        column(tr("Object"), 12, 40, true, true, cells::object),
        column(tr("Decision"), 7, 7, false, true, cells::decision),
        column(tr("Why"), 7, 10, false, false, cells::why),
        column(tr("Result"), 7, 9, false, false, cells::result),
    ]
}

/// Makes the view's columns.
pub fn install(view: &gtk::ColumnView) -> Vec<(gtk::ColumnViewColumn, bool)> {
    all()
        .into_iter()
        .map(|column| {
            let narrow = column.narrow;
            let made = gtk::ColumnViewColumn::new(Some(&column.title), None::<gtk::ListItemFactory>);
            made.set_resizable(true);
            made.set_expand(column.expand);
            made.set_factory(Some(&factory(column)));
            view.append_column(&made);
            (made, narrow)
        })
        .collect()
}

fn factory(column: Column) -> gtk::SignalListItemFactory {
    let factory = gtk::SignalListItemFactory::new();
    let (min_chars, nat_chars) = (column.min_chars, column.nat_chars);
    factory.connect_setup(move |_, item| {
        let Some(item) = item.downcast_ref::<gtk::ListItem>() else { return };
        // An inscription asks for no new layout when its text changes.
        let cell = gtk::Inscription::builder()
            .min_chars(min_chars)
            .nat_chars(nat_chars)
            .text_overflow(gtk::InscriptionOverflow::EllipsizeEnd)
            .xalign(0.0)
            .css_classes(["numeric-cell"])
            .build();
        cell.set_has_tooltip(true);
        cell.connect_query_tooltip(move |cell, _, _, _, tooltip| {
            let text = cell.text().filter(|text| text.chars().count() as u32 > min_chars);
            tooltip.set_text(text.as_deref());
            text.is_some()
        });
        item.set_child(Some(&cell));
    });
    let column = std::rc::Rc::new(column);
    factory.connect_bind(move |_, item| {
        let Some(item) = item.downcast_ref::<gtk::ListItem>() else { return };
        let (Some(cell), Some(event)) = (item.child().and_downcast(), item.item().and_downcast::<EventObject>()) else {
            return;
        };
        show(&cell, &event, &column);
        if !event.loaded() {
            let (cell, column) = (cell.downgrade(), column.clone());
            let handler = event.connect_loaded_notify(move |event| {
                if let Some(cell) = cell.upgrade() {
                    show(&cell, event, &column);
                }
            });
            keep_handler(item, Some(handler));
        }
    });
    factory.connect_unbind(|_, item| {
        let Some(item) = item.downcast_ref::<gtk::ListItem>() else { return };
        if let (Some(event), Some(handler)) = (item.item(), keep_handler(item, None)) {
            event.disconnect(handler);
        }
    });
    factory
}

thread_local! {
    /// The rows that wait for their page, by the cell that shows them.
    static WAITING: std::cell::RefCell<std::collections::HashMap<gtk::ListItem, glib::SignalHandlerId>> =
        std::cell::RefCell::default();
}

/// Keeps `handler` for the cell, and returns the one before.
fn keep_handler(item: &gtk::ListItem, handler: Option<glib::SignalHandlerId>) -> Option<glib::SignalHandlerId> {
    WAITING.with_borrow_mut(|waiting| match handler {
        Some(handler) => waiting.insert(item.clone(), handler),
        None => waiting.remove(item),
    })
}

fn show(cell: &gtk::Inscription, event: &EventObject, column: &Column) {
    let text = event.with(column.text).unwrap_or_default();
    // A view that follows the end binds all its cells anew several times a second, and most say what they said: a text
    // is a new layout, a class a new style, a label a message to screen readers.
    if cell.text().is_none_or(|old| old != text) {
        cell.set_text(Some(&text));
        crate::ui::a11y::set_label(cell, &format!("{}: {text}", column.title));
    }
    let class = event.with(cells::class).flatten();
    for one in cells::CLASSES {
        match (cell.has_css_class(one), class == Some(one)) {
            (false, true) => cell.add_css_class(one),
            (true, false) => cell.remove_css_class(one),
            _ => {}
        }
    }
}
