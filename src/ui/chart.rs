//! A chart of counts over time, stacked. Data comes binned; drawing never looks at events.

use gtk::cairo;
use gtk::prelude::*;
use gtk::subclass::prelude::*;
use gtk::{gdk, glib};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters_cairo::CairoBackend;
use std::cell::RefCell;

use crate::words::{fill, tr};

/// One layer of the stack.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// As the legend calls it, translated.
    pub name: String,
    /// Its colour, red, green, blue.
    pub color: (u8, u8, u8),
    /// How many in each bin.
    pub counts: Vec<u64>,
}

/// What a chart shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Data {
    /// From the bottom up, all of the same length.
    pub layers: Vec<Layer>,
    /// How long one bin is, in seconds.
    pub bin_seconds: f64,
}

impl Data {
    /// How many bins there are.
    pub fn bins(&self) -> usize {
        self.layers.first().map_or(0, |l| l.counts.len())
    }

    /// The sum of all layers in a bin.
    pub fn total(&self, bin: usize) -> u64 {
        self.layers.iter().filter_map(|l| l.counts.get(bin)).sum()
    }

    /// The largest sum.
    fn top(&self) -> u64 {
        (0..self.bins()).map(|bin| self.total(bin)).max().unwrap_or(0)
    }
}

mod imp {
    use super::*;

    #[derive(Default)]
    pub struct Chart {
        pub data: RefCell<Data>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for Chart {
        const NAME: &'static str = "SyswallChart";
        type Type = super::Chart;
        type ParentType = gtk::Widget;

        fn class_init(klass: &mut Self::Class) {
            klass.set_accessible_role(gtk::AccessibleRole::Img);
            klass.set_css_name("chart");
        }
    }

    impl ObjectImpl for Chart {}

    impl WidgetImpl for Chart {
        fn snapshot(&self, snapshot: &gtk::Snapshot) {
            let widget = self.obj();
            let (width, height) = (widget.width(), widget.height());
            if width < 40 || height < 40 {
                return;
            }
            let bounds = gtk::graphene::Rect::new(0.0, 0.0, width as f32, height as f32);
            let context = snapshot.append_cairo(&bounds);
            // Plotters knows whole pixels only: draw at the screen's scale.
            let scale = widget.scale_factor();
            context.scale(1.0 / f64::from(scale), 1.0 / f64::from(scale));
            let size = ((width * scale) as u32, (height * scale) as u32);
            let text = widget.style_context().color();
            if draw(&context, size, scale, &self.data.borrow(), &text).is_err() {
                glib::g_warning!("syswall", "the chart could not be drawn");
            }
        }

        fn measure(&self, orientation: gtk::Orientation, _for_size: i32) -> (i32, i32, i32, i32) {
            match orientation {
                gtk::Orientation::Horizontal => (120, 400, -1, -1),
                _ => (120, 200, -1, -1),
            }
        }
    }
}

glib::wrapper! {
    /// Counts over time, stacked.
    pub struct Chart(ObjectSubclass<imp::Chart>) @extends gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget;
}

impl Chart {
    /// What it shows.
    pub fn data(&self) -> Data {
        self.imp().data.borrow().clone()
    }

    /// Shows `data`; `text` says the same to those who do not see it.
    pub fn set_data(&self, data: Data, text: &str) {
        if *self.imp().data.borrow() != data {
            self.imp().data.replace(data);
            self.queue_draw();
            super::a11y::set_label(self, text);
        }
    }
}

fn draw(
    context: &cairo::Context,
    size: (u32, u32),
    scale: i32,
    data: &Data,
    text: &gdk::RGBA,
) -> Result<(), Box<dyn std::error::Error>> {
    let top = data.top();
    if top == 0 {
        return Ok(());
    }
    let byte = |v: f32| (v * 255.0) as u8;
    let ink = RGBColor(byte(text.red()), byte(text.green()), byte(text.blue()));
    let backend = CairoBackend::new(context, size)?;
    let area = backend.into_drawing_area();
    let label = ("sans-serif", 11 * scale).into_font().color(&ink.mix(0.8));
    let length = data.bins() as f64 * data.bin_seconds;
    let mut chart = ChartBuilder::on(&area)
        .margin(4 * scale)
        .x_label_area_size(18 * scale)
        .y_label_area_size(44 * scale)
        .build_cartesian_2d(0.0..length, 0.0..top as f64 * 1.05)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .bold_line_style(ink.mix(0.15))
        .light_line_style(TRANSPARENT)
        .axis_style(ink.mix(0.4))
        .x_labels(6)
        .y_labels(4)
        .x_label_style(label.clone().pos(Pos::new(HPos::Center, VPos::Top)))
        .y_label_style(label)
        .x_label_formatter(&|seconds| short_seconds(*seconds, length))
        .y_label_formatter(&|count| format!("{count:.0}"))
        .draw()?;
    let mut base = vec![0u64; data.bins()];
    for layer in &data.layers {
        let (r, g, b) = layer.color;
        let color = RGBColor(r, g, b).filled();
        let bars: Vec<_> = layer
            .counts
            .iter()
            .zip(&mut base)
            .enumerate()
            .filter(|(_, (count, _))| **count > 0)
            .map(|(bin, (count, base))| {
                let (from, to) = (*base as f64, (*base + count) as f64);
                *base += count;
                let (left, right) = (bin as f64 * data.bin_seconds, (bin + 1) as f64 * data.bin_seconds);
                Rectangle::new([(left, from), (right, to)], color)
            })
            .collect();
        chart.draw_series(bars)?;
    }
    area.present()?;
    Ok(())
}

/// `1.25 s`, `3 min`: as exact as an axis of `length` seconds needs.
fn short_seconds(seconds: f64, length: f64) -> String {
    let with = |template: String, n: String| fill(&template, &[("n", &n)]);
    if length >= 180.0 {
        with(tr("{n} min"), format!("{:.0}", seconds / 60.0))
    } else if length >= 10.0 {
        with(tr("{n} s"), format!("{seconds:.0}"))
    } else if length >= 1.0 {
        with(tr("{n} s"), format!("{seconds:.1}"))
    } else {
        with(tr("{n} ms"), format!("{:.0}", seconds * 1000.0))
    }
}
