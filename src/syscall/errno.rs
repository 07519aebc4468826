//! Names and texts of error numbers.

/// `ENOENT`; a number without a name is written as such.
pub fn name(errno: i32) -> String {
    syscalls::Errno::new(errno).name().map_or_else(|| errno.to_string(), str::to_owned)
}

/// What strerror(3) says.
pub fn text(errno: i32) -> String {
    syscalls::Errno::new(errno).description().map_or_else(|| format!("Unknown error {errno}"), str::to_owned)
}

/// The number of the name, such as `EACCES`.
pub fn number(wanted: &str) -> Option<i32> {
    (1..=133).find(|n| syscalls::Errno::new(*n).name() == Some(wanted))
}
