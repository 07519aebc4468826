# What the scripts share: which system packages are needed, and how to get them. Sourced, not run; POSIX sh.
#
# A table has one line for each thing that is needed:
#
#     CHECK   APT   DNF   PACMAN   ZYPPER
#
# CHECK is command:NAME, library:PKG-CONFIG-NAME, file:PATH, python:MODULE (gi.NAME: a GObject library) or
# gcc:OPTION (it links a program with that option), and decides whether anything is missing;
# several packages are joined by commas, `-` means that the system has no such package. A `?` before CHECK
# marks what one can do without: where it cannot be had, a line says so and the script goes on.

# shellcheck disable=SC2034  # used by those who source this
needed_to_build='
command:cc                  build-essential       gcc                           gcc          gcc
command:ld                  binutils              binutils                      binutils     binutils
command:pkg-config          pkg-config            pkgconf-pkg-config            pkgconf      pkgconf-pkg-config
command:msgfmt              gettext               gettext                       gettext      gettext-tools
library:gtk4                libgtk-4-dev          pkgconfig(gtk4)               gtk4         pkgconfig(gtk4)
library:libadwaita-1        libadwaita-1-dev      pkgconfig(libadwaita-1)       libadwaita   pkgconfig(libadwaita-1)
library:libseccomp          libseccomp-dev        pkgconfig(libseccomp)         libseccomp   pkgconfig(libseccomp)
library:vte-2.91-gtk4       libvte-2.91-gtk4-dev  pkgconfig(vte-2.91-gtk4)      vte4         pkgconfig(vte-2.91-gtk4)
'

say() { printf '%s\n' "$*"; }

complain() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

have() { command -v "$1" >/dev/null 2>&1; }

# Whether the thing that CHECK names is on this machine.
is_there() {
    case $1 in
        command:*) have "${1#command:}" ;;
        library:*) have pkg-config && pkg-config --exists "${1#library:}" ;;
        file:*) [ -e "${1#file:}" ] ;;
        python:gi.*) /usr/bin/python3 -c "import gi; gi.require_version('${1#python:gi.}', '2.0')" 2>/dev/null ;;
        python:*) /usr/bin/python3 -c "import ${1#python:}" 2>/dev/null ;;
        gcc:*) links_with "${1#gcc:}" ;;
        *) complain "the table of packages has an unknown check: $1"; return 2 ;;
    esac
}

# Whether gcc makes a program with OPTION, which says more than any list of packages.
links_with() { # OPTION
    have gcc && printf 'int main(void) { return 0; }\n' | gcc "$1" -x c -o /dev/null - 2>/dev/null
}

package_manager() {
    for manager in apt-get dnf pacman zypper; do
        if have "$manager"; then
            say "$manager"
            return
        fi
    done
}

# The packages of MANAGER for the lines of TABLE that are required (or optional) and missing.
missing_packages() { # MANAGER TABLE required|optional
    say "$2" | while read -r check apt dnf pacman zypper; do
        [ -n "$check" ] || continue
        case $check in
            '?'*) [ "$3" = optional ] || continue ;;
            *) [ "$3" = required ] || continue ;;
        esac
        is_there "${check#\?}" && continue
        case $1 in
            apt-get) package=$apt ;;
            dnf) package=$dnf ;;
            pacman) package=$pacman ;;
            zypper) package=$zypper ;;
            *) package=$apt ;;
        esac
        [ "$package" = - ] || say "$package" | tr , '\n'
    done | sort -u | tr '\n' ' ' | sed 's/ $//'
}

# How one becomes root here: nothing, `sudo`, or no way at all (then it returns 1).
as_root_prefix() {
    [ "$(id -u)" -ne 0 ] || return 0
    have sudo || return 1
    # Without a terminal, sudo cannot ask for a password.
    if (: </dev/tty) 2>/dev/null; then say sudo; elif sudo -n true 2>/dev/null; then say 'sudo -n'; else return 1; fi
}

# The words of the command that installs packages, to run and to show.
install_command() { # MANAGER
    case $1 in
        apt-get) say 'apt-get install -y --no-install-recommends' ;;
        dnf) say 'dnf install -y' ;;
        pacman) say 'pacman -S --needed --noconfirm' ;;
        zypper) say 'zypper --non-interactive install' ;;
    esac
}

# PACKAGES as one types them: `pkgconfig(x)` is not a word to a shell.
quoted() { # PACKAGES
    say "$1" | sed "s/[^ ]*([^ ]*/'&'/g"
}

# Installs PACKAGES; the package lists are refreshed once in a run, and only if something is to be installed.
lists_are_fresh=
install_packages() { # MANAGER ROOT PACKAGES
    if [ -z "$lists_are_fresh" ]; then
        case $1 in
            apt-get) $2 apt-get update -q ;;
            pacman) $2 pacman -Sy --noconfirm ;;
            zypper) $2 zypper --non-interactive refresh ;;
        esac </dev/null || complain "the package lists could not be refreshed; going on with those at hand"
        lists_are_fresh=yes
    fi
    # Unquoted on purpose: each is a list of words.
    # shellcheck disable=SC2046,SC2086
    $2 env DEBIAN_FRONTEND=noninteractive $(install_command "$1") $3 </dev/null
}

# Sees to it that everything in TABLE is there; asks the package manager only for what is not.
set_up() { # TABLE
    manager=$(package_manager)
    packages=$(missing_packages "$manager" "$1" required)
    optional=$(missing_packages "$manager" "$1" optional)
    [ -n "$packages$optional" ] || return 0
    if [ -z "$manager" ]; then
        [ -n "$packages" ] || return 0
        complain 'this needs some system packages, and neither apt-get, dnf, pacman nor zypper is here to install them.'
        complain "Install what your system calls these, then run it again (names as in Debian): $packages"
        return 1
    fi
    if ! root=$(as_root_prefix); then
        [ -n "$packages" ] || return 0
        complain 'this needs some system packages, and neither root nor sudo is at hand to install them.'
        complain "As root, run this, then start again: $(install_command "$manager") $(quoted "$packages")"
        return 1
    fi
    if [ -n "$packages" ]; then
        say "Installing with $manager: $packages"
        if ! install_packages "$manager" "$root" "$packages"; then
            complain "$manager could not install these packages (its own message is above): $packages"
            complain "Install them as root, then start again: $(install_command "$manager") $(quoted "$packages")"
            return 1
        fi
    fi
    for package in $optional; do
        say "Installing with $manager (one can do without it): $package"
        install_packages "$manager" "$root" "$package" || say "Going on without $package."
    done
}

# Puts cargo on the PATH, also where a login shell would have done so, and says what to do where there is none.
set_up_rust() {
    : "${HOME:=$(getent passwd "$(id -u)" 2>/dev/null | cut -d: -f6)}"
    : "${HOME:=/root}"
    export HOME
    have cargo || PATH=${CARGO_HOME:-$HOME/.cargo}/bin:$PATH
    export PATH
    have cargo && return
    complain 'Rust is missing. Install Rust 1.92 or newer (https://rustup.rs), then start again.'
    return 1
}
