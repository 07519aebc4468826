//! Two runs side by side: what only one of them did, what was decided otherwise, what happened much more often.

use adw::prelude::*;
use adw::subclass::prelude::*;
use gtk::{gio, glib};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::text::number;
use super::{bridge, rule_text};
use crate::policy::Decision;
use crate::recording::Reader;
use crate::report::compare::Key;
use crate::report::{Comparison, Report, compare};
use crate::syscall::Kind;
use crate::words::{elide, escape, fill, kind_name, tr, tr_n};

/// Most rows of one group.
const MOST: usize = 100;
/// Larger files are no saved reports.
const LARGEST: u64 = 1 << 30;

/// One of the two runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Before,
    After,
}

mod imp {
    use super::*;

    #[derive(Default, gtk::CompositeTemplate)]
    #[template(file = "compare.ui")]
    pub struct Compare {
        #[template_child]
        pub before_row: TemplateChild<adw::ActionRow>,
        #[template_child]
        pub after_row: TemplateChild<adw::ActionRow>,
        #[template_child]
        pub summary: TemplateChild<gtk::Label>,
        #[template_child]
        pub groups: TemplateChild<gtk::Box>,
        pub before: RefCell<Option<PathBuf>>,
        pub after: RefCell<Option<PathBuf>>,
        /// Which comparison an answer belongs to.
        pub generation: Cell<u64>,
        pub chooser: RefCell<Option<gtk::FileChooserNative>>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for Compare {
        const NAME: &'static str = "SyswallCompare";
        type Type = super::Compare;
        type ParentType = adw::Bin;

        fn class_init(klass: &mut Self::Class) {
            klass.bind_template();
            klass.install_action("compare.choose-before", None, |page, _, _| page.choose(Side::Before));
            klass.install_action("compare.choose-after", None, |page, _, _| page.choose(Side::After));
        }

        fn instance_init(obj: &glib::subclass::InitializingObject<Self>) {
            obj.init_template();
        }
    }

    impl ObjectImpl for Compare {
        fn constructed(&self) {
            self.parent_constructed();
            self.obj().show_choice();
        }
    }
    impl WidgetImpl for Compare {}
    impl BinImpl for Compare {}
}

glib::wrapper! {
    /// Two runs side by side.
    pub struct Compare(ObjectSubclass<imp::Compare>)
        @extends adw::Bin, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget;
}

impl Compare {
    /// Takes `path` as the later run, to be compared when the earlier one is chosen.
    pub fn set_after(&self, path: &Path) {
        self.imp().after.replace(Some(path.to_owned()));
        self.compare();
    }

    fn choose(&self, side: Side) {
        let Some(window) = self.root().and_downcast::<gtk::Window>() else { return };
        let title = match side {
            Side::Before => tr("Choose the Earlier Run"),
            Side::After => tr("Choose the Later Run"),
        };
        let chooser =
            gtk::FileChooserNative::new(Some(&title), Some(&window), gtk::FileChooserAction::Open, None, None);
        if let Some(folder) = super::recordings_folder().filter(|f| f.is_dir()) {
            let _ = chooser.set_current_folder(Some(&gio::File::for_path(folder)));
        }
        chooser.connect_response(glib::clone!(
            #[weak(rename_to = page)]
            self,
            move |chooser, response| {
                page.imp().chooser.replace(None);
                let path = chooser.file().and_then(|f| f.path());
                if let (gtk::ResponseType::Accept, Some(path)) = (response, path) {
                    match side {
                        Side::Before => page.imp().before.replace(Some(path)),
                        Side::After => page.imp().after.replace(Some(path)),
                    };
                    page.compare();
                }
            }
        ));
        chooser.show();
        self.imp().chooser.replace(Some(chooser));
    }

    fn show_choice(&self) {
        let imp = self.imp();
        let show = |row: &adw::ActionRow, path: &Option<PathBuf>| {
            row.set_use_markup(false);
            row.set_subtitle(&path.as_ref().map_or_else(|| tr("Not chosen"), escape));
        };
        show(&imp.before_row, &imp.before.borrow());
        show(&imp.after_row, &imp.after.borrow());
    }

    fn compare(&self) {
        let imp = self.imp();
        self.show_choice();
        imp.generation.set(imp.generation.get() + 1);
        let generation = imp.generation.get();
        let (Some(before), Some(after)) = (imp.before.borrow().clone(), imp.after.borrow().clone()) else { return };
        self.say(&tr("Comparing…"));
        glib::spawn_future_local(glib::clone!(
            #[weak(rename_to = page)]
            self,
            async move {
                let result = bridge::work(move || Ok::<_, String>(compare(&load(&before)?, &load(&after)?))).await;
                if generation != page.imp().generation.get() {
                    return;
                }
                match result {
                    Some(Ok(comparison)) => page.show(&comparison),
                    Some(Err(error)) => page.say(&error),
                    None => page.say(&tr("The runs could not be compared.")),
                }
            }
        ));
    }

    fn say(&self, text: &str) {
        let imp = self.imp();
        imp.summary.set_text(text);
        imp.summary.set_visible(true);
        while let Some(child) = imp.groups.first_child() {
            imp.groups.remove(&child);
        }
    }

    fn show(&self, comparison: &Comparison) {
        self.say(&summary(comparison));
        let add = |title: String, rows: Vec<(String, String)>| {
            if !rows.is_empty() {
                self.imp().groups.append(&group(&title, &rows));
            }
        };
        let keys = |keys: &[Key]| keys.iter().map(|k| (what(k), escape(&k.role))).collect();
        add(tr("Only in the later run"), keys(&comparison.only_after));
        add(tr("Only in the earlier run"), keys(&comparison.only_before));
        let decided = comparison.different_decision.iter().map(|d| {
            let text = fill(
                &tr("was: {before}; now: {after}"),
                &[("before", &decisions(&d.before)), ("after", &decisions(&d.after))],
            );
            (what(&d.key), format!("{text} · {}", escape(&d.key.role)))
        });
        add(tr("Decided otherwise"), decided.collect());
        let counted = comparison.different_amount.iter().map(|a| {
            let text =
                fill(&tr("{before} times, now {after}"), &[("before", &number(a.before)), ("after", &number(a.after))]);
            (what(&a.key), format!("{text} · {}", escape(&a.key.role)))
        });
        add(tr("Much more or less often"), counted.collect());
    }
}

/// What is new and what is the same, in sentences.
fn summary(comparison: &Comparison) -> String {
    let count = |template: String, n: u64| fill(&template, &[("count", &number(n))]);
    let new = comparison.only_after.len() as u64;
    let first = match (comparison.differs(), new) {
        (false, _) => tr("Both runs did the same."),
        (true, 0) => tr("The later run did nothing that the earlier run did not do."),
        (true, _) => count(
            tr_n(
                "The later run did {count} thing that the earlier run did not do.",
                "The later run did {count} things that the earlier run did not do.",
                new,
            ),
            new,
        ),
    };
    let same =
        count(tr_n("{count} thing is the same.", "{count} things are the same.", comparison.same), comparison.same);
    format!("{first} {same}")
}

fn what(key: &Key) -> String {
    let doing = Kind::from_name(&key.kind).map_or_else(|| escape(&key.kind), kind_name);
    if key.object.is_empty() { doing } else { format!("{doing}: {}", elide(&escape(&key.object), 300)) }
}

fn decisions(names: &BTreeSet<String>) -> String {
    let word = |name: &String| Decision::from_name(name).map_or_else(|| escape(name), rule_text::decision);
    names.iter().map(word).collect::<Vec<_>>().join(", ")
}

fn group(title: &str, rows: &[(String, String)]) -> adw::PreferencesGroup {
    let title = fill(&tr("{title} ({count})"), &[("title", title), ("count", &number(rows.len() as u64))]);
    let group = adw::PreferencesGroup::builder().title(glib::markup_escape_text(&title)).build();
    for (title, subtitle) in rows.iter().take(MOST) {
        let row = adw::ActionRow::builder()
            .use_markup(false)
            .title(title)
            .subtitle(subtitle)
            .title_lines(2)
            .subtitle_lines(1)
            .build();
        group.add(&row);
    }
    if rows.len() > MOST {
        let more = (rows.len() - MOST) as u64;
        let text = fill(&tr_n("and {count} more", "and {count} more", more), &[("count", &number(more))]);
        group.add(&adw::ActionRow::builder().use_markup(false).title(text).build());
    }
    group
}

/// The report of a recording, or a saved one. The error is one line for the user.
fn load(path: &Path) -> Result<Report, String> {
    let name = path.file_name().map(escape).unwrap_or_default();
    let fail = |error: &dyn std::fmt::Display| {
        fill(&tr("{file} cannot be compared: {error}"), &[("file", &name), ("error", &escape(error.to_string()))])
    };
    let mut file = std::fs::File::open(path).map_err(|e| fail(&e))?;
    let mut start = Vec::new();
    file.by_ref().take(16).read_to_end(&mut start).map_err(|e| fail(&e))?;
    if start.starts_with(b"SQLite format 3\0") {
        let reader = Reader::open(path).map_err(|e| fail(&e))?;
        return Report::of(&reader).map_err(|e| fail(&e));
    }
    file.take(LARGEST).read_to_end(&mut start).map_err(|e| fail(&e))?;
    let text = String::from_utf8(start).map_err(|_| fail(&tr("it is neither a recording nor a saved report")))?;
    Report::parse(&text).map_err(|e| fail(&e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_neither_recording_nor_report_is_refused_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("notes.txt");
        std::fs::write(&path, "hello").unwrap();
        let error = load(&path).unwrap_err();
        assert!(error.contains("notes.txt"), "{error}");
        assert!(load(dir.path()).is_err());
    }

    #[test]
    fn two_reports_that_are_the_same_are_said_to_be() {
        assert!(summary(&Comparison { same: 3, ..Comparison::default() }).starts_with("Both runs did the same. 3"));
    }
}
