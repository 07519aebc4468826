//! Compiles the translations, so that a build that is not installed speaks the user's language too.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=po");
    let Some(out) = std::env::var_os("OUT_DIR") else { return };
    let languages = std::fs::read_to_string("po/LINGUAS").unwrap_or_default();
    for language in languages.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let directory = Path::new(&out).join("locale").join(language).join("LC_MESSAGES");
        let compiled = std::fs::create_dir_all(&directory).and_then(|()| {
            Command::new("msgfmt")
                .args(["--check", "-o"])
                .arg(directory.join("syswall.mo"))
                .arg(format!("po/{language}.po"))
                .status()
        });
        match compiled {
            Ok(status) if status.success() => {}
            Ok(status) => println!("cargo::error=msgfmt of po/{language}.po: {status}"),
            // English works without it, and a build from source should not need one more package.
            Err(error) => println!("cargo::warning=no translations: msgfmt (package gettext): {error}"),
        }
    }
}
