//! Every command of the main window, as one table: name, keys, whether it has a state.
//!
//! Keys, menus, screen readers and tests reach the commands by these names (contract 8).

/// One command of the main window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WinAction {
    /// Opens the dialog that starts a program.
    Run,
    /// Opens a recording.
    Open,
    /// Shows the log.
    ShowActivity,
    /// Shows the rules.
    ShowRules,
    /// Shows the figures.
    ShowStatistics,
    /// Shows the comparison.
    ShowCompare,
    /// Shows the report.
    ShowReport,
    /// Ends the program.
    StopProgram,
    /// Holds the program, or lets it go on.
    Pause,
    /// Shows or hides the program's terminal.
    ShowTerminal,
    /// Shows or hides the processes.
    ShowProcesses,
    /// Puts the cursor into the search entry.
    Find,
    /// Empties the search and all filters.
    ClearFilters,
    /// Keeps the newest event in view.
    Follow,
    /// Saves the report.
    SaveReport,
    /// Opens the dialog that makes a rule.
    AddRule,
    /// Brings the oldest open question to the front.
    ShowQuestion,
    /// Closes the window.
    Close,
    /// Lists the keys.
    ShowHelpOverlay,
}

impl WinAction {
    /// Every command.
    pub const ALL: [WinAction; 19] = [
        WinAction::Run,
        WinAction::Open,
        WinAction::ShowActivity,
        WinAction::ShowRules,
        WinAction::ShowStatistics,
        WinAction::ShowCompare,
        WinAction::ShowReport,
        WinAction::StopProgram,
        WinAction::Pause,
        WinAction::ShowTerminal,
        WinAction::ShowProcesses,
        WinAction::Find,
        WinAction::ClearFilters,
        WinAction::Follow,
        WinAction::SaveReport,
        WinAction::AddRule,
        WinAction::ShowQuestion,
        WinAction::Close,
        WinAction::ShowHelpOverlay,
    ];

    /// The name within the window's group, such as `run`.
    pub const fn name(self) -> &'static str {
        match self {
            WinAction::Run => "run",
            WinAction::Open => "open",
            WinAction::ShowActivity => "show-activity",
            WinAction::ShowRules => "show-rules",
            WinAction::ShowStatistics => "show-statistics",
            WinAction::ShowCompare => "show-compare",
            WinAction::ShowReport => "show-report",
            WinAction::StopProgram => "stop-program",
            WinAction::Pause => "pause",
            WinAction::ShowTerminal => "show-terminal",
            WinAction::ShowProcesses => "show-processes",
            WinAction::Find => "find",
            WinAction::ClearFilters => "clear-filters",
            WinAction::Follow => "follow",
            WinAction::SaveReport => "save-report",
            WinAction::AddRule => "add-rule",
            WinAction::ShowQuestion => "show-question",
            WinAction::Close => "close",
            WinAction::ShowHelpOverlay => "show-help-overlay",
        }
    }

    /// The keys, as GTK writes accelerators.
    pub const fn keys(self) -> &'static [&'static str] {
        match self {
            WinAction::Run => &["<Control>r"],
            WinAction::Open => &["<Control>o"],
            WinAction::ShowActivity => &["<Alt>1"],
            WinAction::ShowRules => &["<Alt>2"],
            WinAction::ShowStatistics => &["<Alt>3"],
            WinAction::ShowCompare => &["<Alt>4"],
            WinAction::ShowReport => &["<Alt>5"],
            WinAction::StopProgram => &["<Control><Shift>period"],
            WinAction::Pause => &["<Control><Shift>p"],
            WinAction::ShowTerminal => &["F7"],
            WinAction::ShowProcesses => &["F9"],
            WinAction::Find => &["<Control>f"],
            WinAction::ClearFilters => &["<Control><Shift>f"],
            WinAction::Follow => &["<Control>End"],
            WinAction::SaveReport => &["<Control>s"],
            WinAction::AddRule => &["<Control>n"],
            WinAction::ShowQuestion => &["<Control>j"],
            WinAction::Close => &["<Control>w"],
            WinAction::ShowHelpOverlay => &["<Control>question"],
        }
    }

    /// The initial state of those that are on or off; `None` for plain commands.
    pub const fn state(self) -> Option<bool> {
        match self {
            WinAction::Pause => Some(false),
            WinAction::ShowTerminal => Some(false),
            WinAction::ShowProcesses | WinAction::Follow => Some(true),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_name_and_no_key_stands_for_two_commands() {
        let names: HashSet<_> = WinAction::ALL.iter().map(|a| a.name()).collect();
        assert_eq!(names.len(), WinAction::ALL.len());
        let keys: Vec<_> = WinAction::ALL.iter().flat_map(|a| a.keys()).collect();
        assert_eq!(keys.iter().collect::<HashSet<_>>().len(), keys.len());
    }

    #[test]
    fn the_actions_of_the_contract_are_there() {
        let names: HashSet<_> = WinAction::ALL.iter().map(|a| a.name()).collect();
        for wanted in
            ["run", "open", "show-activity", "show-rules", "show-statistics", "show-compare", "stop-program", "pause"]
        {
            assert!(names.contains(wanted), "{wanted}");
        }
    }
}
