//! What happens when the window is closed while its program runs.

use adw::prelude::*;
use adw::subclass::prelude::*;
use gtk::glib;

use super::Window;
use crate::words::{fill, tr};

impl Window {
    /// Whether the window may close now. If a program runs in it, the user is asked, and it closes later.
    pub(super) fn may_close(&self) -> bool {
        let Some(run) = self.running() else { return true };
        if self.imp().close_when_ended.get() {
            return false;
        }
        let heading = fill(&tr("Stop {program}?"), &[("program", &run.name())]);
        let dialog = adw::MessageDialog::new(Some(self), Some(&heading), None);
        dialog.set_body(&tr("The program cannot go on without Syswall. If you close the window, it is ended at once, with everything it started."));
        dialog.add_response("keep", &tr("_Keep Running"));
        dialog.add_response("stop", &tr("_Stop the Program"));
        dialog.set_response_appearance("stop", adw::ResponseAppearance::Destructive);
        dialog.set_close_response("keep");
        dialog.set_default_response(Some("keep"));
        dialog.connect_response(
            Some("stop"),
            glib::clone!(
                #[weak(rename_to = window)]
                self,
                move |_, _| {
                    window.imp().close_when_ended.set(true);
                    match window.running() {
                        // Closes when the last message has come.
                        Some(run) => run.handle().stop_program(),
                        None => window.close(),
                    }
                }
            ),
        );
        dialog.present();
        false
    }
}
