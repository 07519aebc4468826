//! The window that lists the keys, made from the table of actions.

use gtk::prelude::*;

use super::actions::WinAction;
use crate::words::tr;

impl WinAction {
    /// What the command does, for the list of keys.
    pub fn title(self) -> String {
        match self {
            WinAction::Run => tr("Run a program"),
            WinAction::Open => tr("Open a recording"),
            WinAction::ShowActivity => tr("Show the activity"),
            WinAction::ShowRules => tr("Show the rules"),
            WinAction::ShowStatistics => tr("Show the statistics"),
            WinAction::ShowCompare => tr("Compare two runs"),
            WinAction::ShowReport => tr("Show the report"),
            WinAction::StopProgram => tr("Stop the program"),
            WinAction::Pause => tr("Pause the program, or let it go on"),
            WinAction::ShowTerminal => tr("Show or hide the program’s terminal"),
            WinAction::ShowProcesses => tr("Show or hide the processes"),
            WinAction::Find => tr("Search the events"),
            WinAction::ClearFilters => tr("Clear the search and all filters"),
            WinAction::Follow => tr("Follow new events"),
            WinAction::SaveReport => tr("Save the report"),
            WinAction::AddRule => tr("Add a rule"),
            WinAction::ShowQuestion => tr("Show the oldest open question"),
            WinAction::Close => tr("Close the window"),
            WinAction::ShowHelpOverlay => tr("Show the keyboard shortcuts"),
        }
    }
}

/// The window that lists the keys.
pub fn window(parent: &impl IsA<gtk::Window>) -> gtk::ShortcutsWindow {
    use WinAction as A;
    let groups = [
        (tr("Program"), vec![A::Run, A::Pause, A::StopProgram, A::ShowTerminal, A::ShowQuestion]),
        (
            tr("Recording"),
            vec![A::Open, A::Find, A::ClearFilters, A::Follow, A::ShowProcesses, A::SaveReport, A::AddRule],
        ),
        (tr("Pages"), vec![A::ShowActivity, A::ShowRules, A::ShowStatistics, A::ShowCompare, A::ShowReport]),
        (tr("General"), vec![A::ShowHelpOverlay, A::Close]),
    ];
    let mut ui = String::from(
        "<interface><object class='GtkShortcutsWindow' id='window'><property name='modal'>1</property><child><object class='GtkShortcutsSection'><property name='section-name'>all</property>",
    );
    let escape = |text: &str| gtk::glib::markup_escape_text(text).to_string();
    for (title, actions) in groups {
        ui += &format!("<child><object class='GtkShortcutsGroup'><property name='title'>{}</property>", escape(&title));
        for action in actions {
            ui += &format!(
                "<child><object class='GtkShortcutsShortcut'><property name='title'>{}</property><property name='accelerator'>{}</property></object></child>",
                escape(&action.title()),
                escape(&action.keys().join(" "))
            );
        }
        ui += "</object></child>";
    }
    ui += "</object></child></object></interface>";
    // GtkShortcutsWindow of GTK 4.8 can only be filled by a builder.
    let window: gtk::ShortcutsWindow =
        gtk::Builder::from_string(&ui).object("window").unwrap_or_else(|| gtk::glib::Object::new());
    window.set_transient_for(Some(parent));
    window
}
