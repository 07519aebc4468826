//! The program's own terminal, for programs that were started from the window.
//!
//! Syswall makes the pseudo-terminal and hands its slave end to the tracer, which makes it the program's controlling
//! terminal; VTE only shows the master end and never starts anything.

use adw::subclass::prelude::*;
use gtk::prelude::*;
use gtk::{gdk, gio, glib};
use nix::fcntl::OFlag;
use nix::pty::{grantpt, posix_openpt, ptsname_r, unlockpt};
use nix::sys::stat::Mode;
use std::os::fd::{AsFd, OwnedFd};
use vte::prelude::*;

mod imp {
    use super::*;

    #[derive(Default, gtk::CompositeTemplate)]
    #[template(file = "terminal.ui")]
    pub struct TerminalPane {
        #[template_child]
        pub terminal: TemplateChild<vte::Terminal>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for TerminalPane {
        const NAME: &'static str = "SyswallTerminalPane";
        type Type = super::TerminalPane;
        type ParentType = gtk::Box;

        fn class_init(klass: &mut Self::Class) {
            vte::Terminal::ensure_type();
            klass.bind_template();
        }

        fn instance_init(obj: &glib::subclass::InitializingObject<Self>) {
            obj.init_template();
        }
    }

    impl ObjectImpl for TerminalPane {
        fn constructed(&self) {
            self.parent_constructed();
            let obj = self.obj();
            // What the program writes is not to be trusted: no links, no bells.
            self.terminal.set_allow_hyperlink(false);
            self.terminal.set_audible_bell(false);
            let style = adw::StyleManager::default();
            style.connect_dark_notify(glib::clone!(
                #[weak]
                obj,
                move |style| obj.follow_style(style)
            ));
            obj.follow_style(&style);
            obj.install_copy_and_paste();
        }
    }
    impl WidgetImpl for TerminalPane {}
    impl BoxImpl for TerminalPane {}
}

glib::wrapper! {
    /// Shows the program's terminal.
    pub struct TerminalPane(ObjectSubclass<imp::TerminalPane>)
        @extends gtk::Box, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget, gtk::Orientable;
}

impl TerminalPane {
    /// Makes a new pseudo-terminal, shows it, and returns the program's end of it.
    pub fn open(&self) -> Result<OwnedFd, String> {
        let (master, slave) = open_pair().map_err(|error| error.to_string())?;
        let pty = vte::Pty::foreign_sync(master, gio::Cancellable::NONE).map_err(|error| error.to_string())?;
        let terminal = &self.imp().terminal;
        terminal.reset(true, true);
        terminal.set_pty(Some(&pty));
        // A size before the first allocation, for programs that ask at once.
        let _ = pty.set_size(terminal.row_count() as i32, terminal.column_count() as i32);
        Ok(slave)
    }

    /// Puts the keyboard focus into the terminal.
    pub fn focus(&self) {
        self.imp().terminal.grab_focus();
    }

    fn follow_style(&self, style: &adw::StyleManager) {
        let (text, ground) = if style.is_dark() {
            (gdk::RGBA::new(0.93, 0.93, 0.93, 1.0), gdk::RGBA::new(0.12, 0.12, 0.12, 1.0))
        } else {
            (gdk::RGBA::new(0.12, 0.12, 0.12, 1.0), gdk::RGBA::new(1.0, 1.0, 1.0, 1.0))
        };
        self.imp().terminal.set_colors(Some(&text), Some(&ground), &[]);
    }

    fn install_copy_and_paste(&self) {
        let keys = gtk::ShortcutController::new();
        keys.set_propagation_phase(gtk::PropagationPhase::Capture);
        let terminal = self.imp().terminal.get();
        for (trigger, paste) in [("<Control><Shift>c", false), ("<Control><Shift>v", true)] {
            let action = gtk::CallbackAction::new(glib::clone!(
                #[weak]
                terminal,
                #[upgrade_or]
                glib::Propagation::Proceed,
                move |_, _| {
                    if paste {
                        terminal.paste_clipboard();
                    } else {
                        terminal.copy_clipboard_format(vte::Format::Text);
                    }
                    glib::Propagation::Stop
                }
            ));
            keys.add_shortcut(gtk::Shortcut::new(gtk::ShortcutTrigger::parse_string(trigger), Some(action)));
        }
        self.imp().terminal.add_controller(keys);
    }
}

/// A pseudo-terminal; neither end is inherited by what is started, nor becomes Syswall's own terminal.
fn open_pair() -> nix::Result<(OwnedFd, OwnedFd)> {
    let flags = OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
    let master = posix_openpt(flags)?;
    grantpt(&master)?;
    unlockpt(&master)?;
    let slave = nix::fcntl::open(ptsname_r(&master)?.as_str(), flags, Mode::empty())?;
    let master =
        master.as_fd().try_clone_to_owned().map_err(|e| nix::Error::from_raw(e.raw_os_error().unwrap_or(0)))?;
    Ok((master, slave))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_to_one_end_of_the_terminal_comes_out_of_the_other() {
        let (master, slave) = open_pair().unwrap();
        nix::unistd::write(&slave, b"hello\n").unwrap();
        let mut buffer = [0; 16];
        let n = nix::unistd::read(&master, &mut buffer).unwrap();
        assert_eq!(&buffer[..n], b"hello\r\n");
    }
}
