//! Figures about the run: cards, events over time, a table of calls. Added up by a thread that has the recording for
//! itself, four times a second at most and never for more than a fifth of the time.

use adw::prelude::*;
use adw::subclass::prelude::*;
use gtk::glib;
use std::cell::{Cell, OnceCell, RefCell};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::bridge::Queries;
use super::chart::{Chart, Data, Layer};
use super::table::{Field, Table};
use super::text::{duration, number};
use crate::recording::{CallRow, RecordingError, Tally};
use crate::syscall::{Kind, KindSet};
use crate::words::{fill, tr, tr_n};

/// Bins of the chart.
const BINS: usize = 120;
/// Between two readings.
const REST: Duration = Duration::from_millis(250);

/// Kinds by the names of [`Kind::named`], and their colour: red, green, blue.
type LayerOf = (&'static [&'static str], (u8, u8, u8));

/// What shows the events that a filter matches.
type ShowEvents = Box<dyn Fn(&str)>;

/// The layers of the chart from the bottom up: kinds and colour (GNOME's palette; told apart by lightness too).
const LAYERS: [LayerOf; 5] = [
    (&["file"], (0x1c, 0x71, 0xd8)),
    (&["network"], (0x2e, 0xc2, 0x7e)),
    (&["process"], (0xe6, 0x61, 0x00)),
    (&["ipc", "device", "system", "bypass"], (0xc0, 0x1c, 0x28)),
    (&["descriptor", "memory", "time", "wait"], (0x9a, 0x99, 0x96)),
];

fn layer_name(index: usize) -> String {
    match index {
        0 => tr("Files"),
        1 => tr("Network"),
        2 => tr("Processes"),
        3 => tr("System"),
        _ => tr("Other"),
    }
}

fn layer_kinds(index: usize) -> KindSet {
    LAYERS[index].0.iter().fold(KindSet::EMPTY, |set, name| set.union(Kind::named(name)))
}

/// What the page shows, read in one go.
struct Figures {
    /// In the order of the cards.
    cards: [u64; 6],
    layers: Vec<Vec<u64>>,
    bin_seconds: f64,
    calls: Vec<CallRow>,
}

/// Events added up in one go: the first look at a long recording shows something soon.
const CHUNK: u64 = 500_000;

fn figures(tally: &Tally) -> Figures {
    let (calls, reached) = (tally.calls(), tally.reached());
    let denied = calls.iter().map(|c| c.denied).sum();
    let cards = [reached.read, reached.changed, reached.deleted, reached.hosts, reached.programs, denied];
    let rate = tally.rate(BINS);
    let mut layers = vec![vec![0; rate.total.len()]; LAYERS.len()];
    for (kind, counts) in &rate.kinds {
        let layer = (0..LAYERS.len()).find(|index| layer_kinds(*index).contains(*kind)).unwrap_or(LAYERS.len() - 1);
        for (sum, count) in layers[layer].iter_mut().zip(counts) {
            *sum += count;
        }
    }
    Figures { cards, layers, bin_seconds: rate.width_ns as f64 / 1e9, calls }
}

/// The cards: title and the filter that lists what they count.
fn cards() -> [(String, &'static str); 6] {
    [
        (tr("Files Read"), "kind = file.read"),
        (tr("Files Changed"), "kind in (file.write, file.create)"),
        (tr("Files Deleted"), "kind = file.delete"),
        (tr("Hosts"), "kind = network"),
        (tr("Programs"), "kind = process.execute"),
        (tr("Denied"), "decision in (deny, kill)"),
    ]
}

mod imp {
    use super::*;

    #[derive(Default, gtk::CompositeTemplate)]
    #[template(file = "statistics.ui")]
    pub struct Statistics {
        #[template_child]
        pub stack: TemplateChild<gtk::Stack>,
        #[template_child]
        pub cards: TemplateChild<gtk::FlowBox>,
        #[template_child]
        pub as_table: TemplateChild<gtk::ToggleButton>,
        #[template_child]
        pub chart_stack: TemplateChild<gtk::Stack>,
        #[template_child]
        pub chart: TemplateChild<Chart>,
        #[template_child]
        pub legend: TemplateChild<gtk::FlowBox>,
        #[template_child]
        pub chart_table: TemplateChild<gtk::ColumnView>,
        #[template_child]
        pub calls: TemplateChild<gtk::ColumnView>,
        /// The figures on the cards.
        pub figures: RefCell<Vec<gtk::Label>>,
        pub chart_rows: OnceCell<Table>,
        pub call_rows: OnceCell<Table>,
        pub queries: RefCell<Option<Queries>>,
        /// What was added up of the recording so far.
        pub tally: RefCell<Arc<Mutex<Tally>>>,
        pub reading: Cell<bool>,
        pub again: Cell<bool>,
        pub show_events: OnceCell<ShowEvents>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for Statistics {
        const NAME: &'static str = "SyswallStatistics";
        type Type = super::Statistics;
        type ParentType = adw::Bin;

        fn class_init(klass: &mut Self::Class) {
            Chart::ensure_type();
            klass.bind_template();
        }

        fn instance_init(obj: &glib::subclass::InitializingObject<Self>) {
            obj.init_template();
        }
    }

    impl ObjectImpl for Statistics {
        fn constructed(&self) {
            self.parent_constructed();
            let obj = self.obj();
            obj.build_cards();
            obj.build_legend();
            obj.build_tables();
            self.as_table.connect_toggled(glib::clone!(
                #[weak]
                obj,
                move |button| {
                    obj.imp().chart_stack.set_visible_child_name(if button.is_active() { "table" } else { "chart" });
                    obj.fill_chart_table();
                }
            ));
        }
    }

    impl WidgetImpl for Statistics {
        fn map(&self) {
            self.parent_map();
            self.obj().refresh();
        }
    }

    impl BinImpl for Statistics {}
}

glib::wrapper! {
    /// Figures about the run.
    pub struct Statistics(ObjectSubclass<imp::Statistics>)
        @extends adw::Bin, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget;
}

impl Statistics {
    /// Shows another recording, or none.
    pub fn set_queries(&self, queries: Option<Queries>) {
        self.imp().stack.set_visible_child_name(if queries.is_some() { "figures" } else { "empty" });
        self.imp().queries.replace(queries);
        self.imp().tally.take();
        self.refresh();
    }

    /// Calls `show` with a filter when the user wants to see the events behind a figure.
    pub fn connect_show_events(&self, show: impl Fn(&str) + 'static) {
        let _ = self.imp().show_events.set(Box::new(show));
    }

    /// Reads the figures anew, if they can be seen.
    pub fn refresh(&self) {
        let imp = self.imp();
        let Some(queries) = imp.queries.borrow().clone().filter(|_| self.is_mapped()) else { return };
        if imp.reading.replace(true) {
            imp.again.set(true);
            return;
        }
        glib::spawn_future_local(glib::clone!(
            #[weak(rename_to = page)]
            self,
            async move {
                let began = Instant::now();
                let tally = page.imp().tally.borrow().clone();
                let work = Arc::clone(&tally);
                let added = queries.ask_long(move |reader| {
                    // One that panicked leaves what it had added: still true.
                    let mut tally = work.lock().unwrap_or_else(PoisonError::into_inner);
                    let more = tally.extend(reader, CHUNK)?;
                    Ok::<_, RecordingError>((figures(&tally), more))
                });
                let mut more = false;
                if let Some(Ok((figures, left))) = added.await
                    && Arc::ptr_eq(&tally, &page.imp().tally.borrow())
                {
                    page.show(&figures);
                    more = left;
                }
                glib::timeout_future(if more { Duration::ZERO } else { REST.max(began.elapsed() * 4) }).await;
                page.imp().reading.set(false);
                if page.imp().again.take() || more {
                    page.refresh();
                }
            }
        ));
    }

    fn show(&self, figures: &Figures) {
        let imp = self.imp();
        for (card, count) in imp.figures.borrow().iter().zip(figures.cards) {
            card.set_text(&number(count));
        }
        let layers = figures.layers.iter().enumerate().map(|(index, counts)| Layer {
            name: layer_name(index),
            color: LAYERS[index].1,
            counts: counts.clone(),
        });
        let data = Data { layers: layers.collect(), bin_seconds: figures.bin_seconds };
        let text = describe(&data);
        imp.chart.set_data(data, &text);
        self.fill_chart_table();
        if let Some(table) = imp.call_rows.get() {
            let figure = |n: u64| Field::Figure(n, number(n));
            let row = |c: &CallRow| {
                vec![
                    Field::Text(crate::words::escape(&*c.call)),
                    figure(c.count),
                    figure(c.errors),
                    figure(c.denied),
                    Field::Figure(c.total_ns, duration(c.total_ns)),
                ]
            };
            table.set(figures.calls.iter().map(row).collect());
        }
    }

    /// The chart as a table, where that is what is seen.
    fn fill_chart_table(&self) {
        let imp = self.imp();
        if let (true, Some(table)) = (imp.as_table.is_active(), imp.chart_rows.get()) {
            table.set(chart_rows(&imp.chart.data()));
        }
    }

    fn build_cards(&self) {
        let imp = self.imp();
        for (title, filter) in cards() {
            let value = gtk::Label::builder().label("0").css_classes(["figure"]).build();
            let name = gtk::Label::builder()
                .label(&title)
                .wrap(true)
                .justify(gtk::Justification::Center)
                .css_classes(["caption"])
                .build();
            let inner = gtk::Box::builder().orientation(gtk::Orientation::Vertical).build();
            inner.append(&value);
            inner.append(&name);
            let button = gtk::Button::builder()
                .child(&inner)
                .css_classes(["card", "statistic"])
                .tooltip_text(tr("Show These Events"))
                .build();
            button.connect_clicked(glib::clone!(
                #[weak(rename_to = page)]
                self,
                move |_| {
                    if let Some(show) = page.imp().show_events.get() {
                        show(filter);
                    }
                }
            ));
            let child = gtk::FlowBoxChild::builder().child(&button).focusable(false).build();
            imp.cards.append(&child);
            imp.figures.borrow_mut().push(value);
        }
    }

    fn build_legend(&self) {
        for (index, (_, (red, green, blue))) in LAYERS.iter().enumerate() {
            let color = format!("#{red:02x}{green:02x}{blue:02x}");
            let text = gtk::Label::builder()
                .use_markup(true)
                .label(format!("<span color='{color}'>■</span> {}", glib::markup_escape_text(&layer_name(index))))
                .css_classes(["caption"])
                .build();
            let child = gtk::FlowBoxChild::builder().child(&text).focusable(false).build();
            self.imp().legend.append(&child);
        }
    }

    fn build_tables(&self) {
        let imp = self.imp();
        let headings = [
            (tr("System Call"), false),
            (tr("Count"), true),
            (tr("Errors"), true),
            (tr("Denied"), true),
            (tr("Time"), true),
        ];
        let _ = imp.call_rows.set(Table::new(&imp.calls, &headings));
        let mut headings = vec![(tr("From"), false)];
        headings.extend((0..LAYERS.len()).map(|index| (layer_name(index), true)));
        let _ = imp.chart_rows.set(Table::new(&imp.chart_table, &headings));
    }
}

/// The chart's bins that are not empty, as rows.
fn chart_rows(data: &Data) -> Vec<Vec<Field>> {
    let row = |bin: usize| {
        let from = (bin as f64 * data.bin_seconds * 1e9) as u64;
        let mut fields = vec![Field::Figure(from, duration(from))];
        fields.extend(data.layers.iter().map(|l| Field::Figure(l.counts[bin], number(l.counts[bin]))));
        fields
    };
    (0..data.bins()).filter(|bin| data.total(*bin) > 0).map(row).collect()
}

/// What the chart shows, in words.
fn describe(data: &Data) -> String {
    let parts = data.layers.iter().map(|layer| {
        let sum: u64 = layer.counts.iter().sum();
        format!("{}: {}", layer.name, fill(&tr_n("{count} event", "{count} events", sum), &[("count", &number(sum))]))
    });
    fill(&tr("Events over time. {sums}"), &[("sums", &parts.collect::<Vec<_>>().join("; "))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_in_exactly_one_layer_of_the_chart() {
        for kind in Kind::ALL {
            let layers = (0..LAYERS.len()).filter(|index| layer_kinds(*index).contains(*kind)).count();
            assert_eq!(layers, 1, "{kind}");
        }
    }
}
