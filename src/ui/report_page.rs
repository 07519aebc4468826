//! What the run did, in plain words: read when the program has ended, or when a recording is opened.

use adw::prelude::*;
use adw::subclass::prelude::*;
use gtk::{gio, glib};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::bridge::Queries;
use super::text::{command, date_and_time, number};
use super::window::Window;
use crate::recording::{ExitStatus, FileRow, Filter, Info, NetworkRow, ProgramRow, Reader, RecordingError};
use crate::report::{self, Report};
use crate::syscall::Object;
use crate::words::{self, elide, escape, fill, program_name, tr, tr_n};

/// Most rows of one list; the saved report has them all.
const MOST: usize = 10;
/// Most entries that are looked at for a list.
const LOOKED_AT: usize = 100_000;

/// What the page shows, read in one go.
struct Summary {
    info: Info,
    files: Vec<FileRow>,
    network: Vec<NetworkRow>,
    programs: Vec<ProgramRow>,
    calls: u64,
    denied: u64,
    pretended: u64,
}

fn read(reader: &Reader) -> Result<Summary, RecordingError> {
    let all = Filter::default();
    let calls = reader.calls(&all)?;
    Ok(Summary {
        info: reader.info()?,
        files: reader.files(&all, LOOKED_AT)?,
        network: reader.network(&all, LOOKED_AT)?,
        programs: reader.programs(&all, LOOKED_AT)?,
        calls: calls.iter().map(|c| c.count).sum(),
        denied: calls.iter().map(|c| c.denied).sum(),
        pretended: calls.iter().map(|c| c.pretended).sum(),
    })
}

mod imp {
    use super::*;

    #[derive(Default, gtk::CompositeTemplate)]
    #[template(file = "report_page.ui")]
    pub struct ReportPage {
        #[template_child]
        pub stack: TemplateChild<gtk::Stack>,
        #[template_child]
        pub headline: TemplateChild<gtk::Label>,
        #[template_child]
        pub ended: TemplateChild<gtk::Label>,
        #[template_child]
        pub sections: TemplateChild<gtk::Box>,
        pub queries: RefCell<Option<Queries>>,
        pub reading: Cell<bool>,
        pub chooser: RefCell<Option<gtk::FileChooserNative>>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for ReportPage {
        const NAME: &'static str = "SyswallReportPage";
        type Type = super::ReportPage;
        type ParentType = adw::Bin;

        fn class_init(klass: &mut Self::Class) {
            klass.bind_template();
        }

        fn instance_init(obj: &glib::subclass::InitializingObject<Self>) {
            obj.init_template();
        }
    }

    impl ObjectImpl for ReportPage {}
    impl WidgetImpl for ReportPage {}
    impl BinImpl for ReportPage {}
}

glib::wrapper! {
    /// What the run did, summed up.
    pub struct ReportPage(ObjectSubclass<imp::ReportPage>)
        @extends adw::Bin, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget;
}

/// One list of the page: its heading and what is in it.
type Section = (String, Vec<String>);

impl ReportPage {
    /// Reports on another recording, or none; [`ReportPage::refresh`] reads it.
    pub fn set_queries(&self, queries: Option<Queries>) {
        self.imp().queries.replace(queries);
        self.imp().stack.set_visible_child_name("empty");
    }

    /// Reads the recording and shows what it says.
    pub fn refresh(&self) {
        let imp = self.imp();
        let Some(queries) = imp.queries.borrow().clone() else { return };
        if imp.reading.replace(true) {
            return;
        }
        glib::spawn_future_local(glib::clone!(
            #[weak(rename_to = page)]
            self,
            async move {
                let summary = queries.ask_long(read).await;
                page.imp().reading.set(false);
                match summary {
                    Some(Ok(summary)) => page.show(&summary),
                    Some(Err(error)) => page.say(&error.to_string()),
                    None => {}
                }
            }
        ));
    }

    fn show(&self, summary: &Summary) {
        let imp = self.imp();
        let run = &summary.info.run;
        imp.headline.set_text(&fill(&tr("What {program} did"), &[("program", &program_name(&run.program))]));
        let lines = [
            elide(&command(&run.argv), 400),
            fill(
                &tr("Started {time} in {folder}."),
                &[("time", &date_and_time(run.started)), ("folder", &elide(&escape(&run.cwd), 200))],
            ),
            ended_text(&summary.info),
            counts_text(summary),
        ];
        imp.ended.set_text(&lines.join("\n"));
        while let Some(child) = imp.sections.first_child() {
            imp.sections.remove(&child);
        }
        for (title, items) in sections(summary) {
            imp.sections.append(&section(&title, &items));
        }
        imp.stack.set_visible_child_name("report");
    }

    /// Asks where to and saves the report; the name's ending chooses the format.
    pub fn save(&self) {
        let Some(window) = self.root().and_downcast::<gtk::Window>() else { return };
        let title = tr("Save Report");
        let chooser =
            gtk::FileChooserNative::new(Some(&title), Some(&window), gtk::FileChooserAction::Save, None, None);
        for (name, ending) in
            [(tr("Web page"), "html"), (tr("Markdown"), "md"), (tr("JSON"), "json"), (tr("Plain text"), "txt")]
        {
            let filter = gtk::FileFilter::new();
            filter.set_name(Some(&format!("{name} (.{ending})")));
            filter.add_suffix(ending);
            chooser.add_filter(&filter);
        }
        chooser.set_current_name("report.html");
        chooser.connect_filter_notify(follow_filter);
        chooser.connect_response(glib::clone!(
            #[weak(rename_to = page)]
            self,
            move |chooser, response| {
                page.imp().chooser.replace(None);
                let path = chooser.file().and_then(|f| f.path());
                if let (gtk::ResponseType::Accept, Some(path)) = (response, path) {
                    page.save_to(path);
                }
            }
        ));
        chooser.show();
        self.imp().chooser.replace(Some(chooser));
    }

    fn save_to(&self, path: PathBuf) {
        let Some(queries) = self.imp().queries.borrow().clone() else { return };
        glib::spawn_future_local(glib::clone!(
            #[weak(rename_to = page)]
            self,
            async move {
                let to = path.clone();
                let saved = queries.ask_long(move |reader| write(reader, &to)).await;
                let name = path.file_name().map(escape).unwrap_or_default();
                page.say(&match saved {
                    Some(Ok(())) => fill(&tr("Report saved as {name}"), &[("name", &name)]),
                    Some(Err(error)) => fill(&tr("The report was not saved: {error}"), &[("error", &error)]),
                    None => return,
                });
            }
        ));
    }

    fn say(&self, text: &str) {
        if let Some(window) = self.root().and_downcast::<Window>() {
            window.toast(text);
        }
    }
}

/// The name gets the ending of the format that was chosen.
fn follow_filter(chooser: &gtk::FileChooserNative) {
    let ending = chooser.filter().and_then(|f| f.name()).and_then(|name| {
        let start = name.rfind("(.")? + 2;
        name.get(start..name.len().checked_sub(1)?).map(str::to_owned)
    });
    let name = chooser.current_name();
    if let (Some(ending), Some(name)) = (ending, name) {
        chooser.set_current_name(&Path::new(name.as_str()).with_extension(ending).to_string_lossy());
    }
}

/// Makes the report and writes it in the format of `path`'s ending: a new file that takes the place of an old one whole.
fn write(reader: &Reader, path: &Path) -> Result<(), String> {
    let report = Report::of(reader).map_err(|error| error.to_string())?;
    let text = match path.extension().and_then(|e| e.to_str()) {
        Some("md" | "markdown") => report::markdown(&report),
        Some("json") => report::json(&report),
        Some("txt") => report::text(&report),
        _ => report::html(&report),
    };
    let file = gio::File::for_path(path);
    file.replace_contents(text.as_bytes(), None, false, gio::FileCreateFlags::NONE, gio::Cancellable::NONE)
        .map(|_| ())
        .map_err(|error| error.message().to_owned())
}

fn ended_text(info: &Info) -> String {
    if let Some(failure) = &info.failure {
        return fill(&tr("Syswall failed and ended it: {failure}"), &[("failure", &escape(failure))]);
    }
    match (info.exit, info.ended) {
        (Some(ExitStatus::Code(0)), _) => tr("It ended by itself, without an error."),
        (Some(ExitStatus::Code(code)), _) => {
            fill(&tr("It ended by itself, with status {code}."), &[("code", &code.to_string())])
        }
        (Some(ExitStatus::Signal { number, .. }), _) => {
            fill(&tr("It was ended by signal {number}."), &[("number", &number.to_string())])
        }
        (None, Some(_)) => tr("How it ended is not known."),
        (None, None) => tr("It still runs, or Syswall was ended before it."),
    }
}

fn counts_text(summary: &Summary) -> String {
    let count = |template: String, n: u64| fill(&template, &[("count", &number(n))]);
    let mut sentences = vec![count(
        tr_n("It made {count} system call.", "It made {count} system calls.", summary.calls),
        summary.calls,
    )];
    if summary.denied > 0 {
        sentences.push(count(tr_n("{count} was denied.", "{count} were denied.", summary.denied), summary.denied));
    }
    if summary.pretended > 0 {
        let template = tr_n("{count} was only pretended.", "{count} were only pretended.", summary.pretended);
        sentences.push(count(template, summary.pretended));
    }
    sentences.join(" ")
}

fn sections(summary: &Summary) -> Vec<Section> {
    let files = |wanted: &dyn Fn(&FileRow) -> bool| -> Vec<String> {
        // Nothing stays in a device node.
        let real = |f: &&FileRow| !f.path.starts_with("/dev") || f.denied > 0;
        summary.files.iter().filter(real).filter(|f| wanted(f)).map(|f| elide(&escape(&f.path), 300)).collect()
    };
    let network = |denied: bool| -> Vec<String> {
        let rows = summary.network.iter().filter(|n| !matches!(n.object, Object::Socket { .. }));
        rows.filter(|n| (n.denied > 0) == denied)
            .map(|n| elide(&words::named_object(&n.object, n.host.as_deref()), 300))
            .collect()
    };
    let programs = |denied: bool| -> Vec<String> {
        let rows = summary.programs.iter().filter(|p| (p.denied > 0) == denied);
        rows.map(|p| elide(&escape(&p.path), 300)).collect()
    };
    // A program that was not run is among the files as well.
    let denied: BTreeSet<String> =
        files(&|f| f.denied > 0).into_iter().chain(network(true)).chain(programs(true)).collect();
    let mut sections = vec![
        (tr("Denied"), denied.into_iter().collect()),
        (tr("Files it deleted"), files(&|f| f.deleted > 0 && f.denied == 0)),
        (tr("Files it changed"), files(&|f| f.written > 0 && f.created == 0 && f.denied == 0)),
        (tr("Files it created"), files(&|f| f.created > 0 && f.denied == 0)),
        (tr("Whom it talked to"), network(false)),
        (tr("Programs it ran"), programs(false)),
        (tr("Files it read"), files(&|f| f.read > 0 && f.written + f.created + f.deleted + f.denied == 0)),
    ];
    sections.retain(|(_, items)| !items.is_empty());
    sections
}

fn section(title: &str, items: &[String]) -> gtk::Widget {
    let group = adw::PreferencesGroup::builder()
        .title(glib::markup_escape_text(&fill(
            // Translators: a heading and how many there are, such as "Files it read (12)".
            &tr("{title} ({count})"),
            &[("title", title), ("count", &number(items.len() as u64))],
        )))
        .build();
    let row = |text: &str| adw::ActionRow::builder().use_markup(false).title(text).title_lines(2).build();
    for item in items.iter().take(MOST) {
        group.add(&row(item));
    }
    if items.len() > MOST {
        let more = (items.len() - MOST) as u64;
        let text = tr_n("and {count} more, in the saved report", "and {count} more, in the saved report", more);
        group.add(&row(&fill(&text, &[("count", &number(more))])));
    }
    group.upcast()
}
