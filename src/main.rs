//! Command line in, front end chosen; nothing else.

fn main() {
    std::process::exit(syswall::cli::main());
}
