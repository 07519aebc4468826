//! Accessible names that are only known while running. The only place that uses `gtk::Accessible`'s update calls,
//! so that a newer gtk4 (gtk-rs/gtk4-rs#2332) touches one file.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use gtk::prelude::*;
use gtk::{gio, glib};

/// Gives `widget` the name that a screen reader says.
pub fn set_label(widget: &impl IsA<gtk::Accessible>, label: &str) {
    widget.update_property(&[gtk::accessible::Property::Label(label)]);
}

/// Gives `widget` the longer description that a screen reader says after its name.
pub fn set_description(widget: &impl IsA<gtk::Accessible>, description: &str) {
    widget.update_property(&[gtk::accessible::Property::Description(description)]);
}

/// How long the session bus may take to say where the accessibility bus is, in ms.
const PATIENCE: i32 = 1000;

/// The sockets of the accessibility bus: who speaks to it can press the buttons of Syswall's windows.
pub fn bus_sockets() -> Vec<OsString> {
    let told = gio::bus_get_sync(gio::BusType::Session, gio::Cancellable::NONE).and_then(|bus| {
        let (name, path, flags) = ("org.a11y.Bus", "/org/a11y/bus", gio::DBusCallFlags::NONE);
        bus.call_sync(Some(name), path, name, "GetAddress", None, None, flags, PATIENCE, gio::Cancellable::NONE)
    });
    let told = told.ok().and_then(|answer| answer.get::<(String,)>()).map(|(address,)| address);
    let set = std::env::var("AT_SPI_BUS_ADDRESS").ok();
    told.iter().chain(&set).flat_map(|addresses| sockets(addresses)).collect()
}

/// The unix sockets of a list of D-Bus addresses, as Syswall names them (D-Bus Specification, "Server Addresses").
fn sockets(addresses: &str) -> Vec<OsString> {
    let unix = addresses.split(';').filter_map(|address| address.strip_prefix("unix:"));
    let keys = unix.flat_map(|address| address.split(',')).filter_map(|pair| pair.split_once('='));
    keys.filter_map(|(key, value)| {
        let value = glib::Uri::unescape_bytes(value, None).map(|bytes| bytes.to_vec()).ok()?;
        match key {
            "path" => Some(OsString::from_vec(value)),
            "abstract" => Some(OsString::from_vec([b"@", &value[..]].concat())),
            _ => None,
        }
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_bus_are_names_of_sockets() {
        let list = "unix:path=/run/user/0/at-spi/bus%5f0,guid=1a;unix:abstract=/tmp/dbus-x,guid=2;tcp:host=localhost";
        assert_eq!(sockets(list), ["/run/user/0/at-spi/bus_0", "@/tmp/dbus-x"]);
    }
}
