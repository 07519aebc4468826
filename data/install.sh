#!/bin/sh
# Puts Syswall in place, or takes away exactly what it put there.
#
#     sh data/install.sh PREFIX [--destdir DIR]       for everybody, for example PREFIX=/usr/local
#     sh data/install.sh --user                       for yourself, in ~/.local
#     sh data/install.sh PREFIX --uninstall           (with the same --destdir or --user)
#
# Installs target/release/syswall (build it first: cargo build --release --locked; or name another with
# SYSWALL=FILE), the desktop entry, icons, the type of recordings, translations, and “Run under Syswall” for
# Nautilus and Thunar. Files of other programs are never written: the list of what was installed is in
# PREFIX/share/syswall/installed.
set -eu
umask 022

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$project/data/setup.sh"
id=io.github.syswall.Syswall

usage() {
    complain "$1"
    complain 'usage: sh data/install.sh PREFIX [--destdir DIR] [--uninstall], or sh data/install.sh --user [--uninstall]'
    exit 2
}

prefix='' destdir='' user='' uninstall=''
while [ $# -gt 0 ]; do
    case $1 in
        --destdir)
            [ $# -ge 2 ] || usage '--destdir needs a folder'
            destdir=$2
            shift
            ;;
        --destdir=*) destdir=${1#--destdir=} ;;
        --user) user=yes ;;
        --uninstall) uninstall=yes ;;
        -*) usage "unknown option $1" ;;
        *)
            [ -z "$prefix" ] || usage "one PREFIX is enough: $prefix, $1"
            prefix=$1
            ;;
    esac
    shift
done
if [ -n "$user" ] && [ -z "$prefix" ]; then
    [ -n "${HOME:-}" ] || usage '--user needs HOME to be set'
    prefix=$HOME/.local
fi
case $prefix in
    *[\\\"\'\`%]* | *"
"*) usage "PREFIX has a character that desktop entries cannot name: $prefix" ;;
    '') usage 'where to? Name a PREFIX, such as /usr/local' ;;
    /*) prefix=${prefix%/} ;;
    *) usage "PREFIX must be an absolute path: $prefix" ;;
esac

share=$destdir$prefix/share
list=$share/syswall/installed

# The desktop learns of new types, entries and icons from caches; without the tool there is no cache to renew.
renew_caches() {
    [ -z "$destdir" ] || return 0
    if have update-mime-database && [ -d "$share/mime/packages" ]; then
        # It remarks on prefixes outside the search path, which is no news to who chose one.
        update-mime-database "$share/mime" 2>"$scratch/remarks" || cat "$scratch/remarks" >&2
    fi
    if have update-desktop-database && [ -d "$share/applications" ]; then
        update-desktop-database -q "$share/applications" || true
    fi
    if have gtk-update-icon-cache && [ -f "$share/icons/hicolor/index.theme" ]; then
        gtk-update-icon-cache -q -t -f "$share/icons/hicolor" || true
    fi
}

remove_files() {
    grep '^file ' "$list" | while read -r _ path; do rm -f "$destdir$prefix/$path"; done
}

# Whether an installation made PREFIX/FOLDER, so that nobody else counts on it.
made_by_us() { grep -qxF "folder $1" "$scratch/list"; }

# Removes the folders that an installation made and that hold nothing of anybody else now. Caches of nothing
# are nothing.
remove_folders() {
    if made_by_us share/mime && rmdir "$share/mime/packages" 2>/dev/null; then
        for cache in XMLnamespaces aliases generic-icons globs globs2 icons magic mime.cache subclasses treemagic types version; do
            rm -f "$share/mime/$cache"
        done
        rmdir "$share/mime/application" 2>/dev/null || true
    fi
    if made_by_us share/applications && [ "$(ls -A "$share/applications")" = mimeinfo.cache ]; then
        rm -f "$share/applications/mimeinfo.cache"
    fi
    grep '^folder ' "$scratch/list" | sort -r | while read -r _ path; do
        rmdir "$destdir$prefix/$path" 2>/dev/null || true
    done
}

scratch=$(mktemp -d "${TMPDIR:-/tmp}/syswall-install-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [ -n "$uninstall" ]; then
    if [ ! -f "$list" ]; then
        complain "nothing to remove: $list, the list of what was installed, is not there"
        exit 1
    fi
    cp "$list" "$scratch/list"
    remove_files
    rm -f "$list"
    renew_caches
    remove_folders
    say "Syswall is removed from $destdir$prefix."
    exit 0
fi

program=${SYSWALL:-${CARGO_TARGET_DIR:-$project/target}/release/syswall}
if [ ! -x "$program" ]; then
    complain "$program is not there yet; build it first: cargo build --release --locked"
    exit 1
fi
have msgfmt || set_up 'command:msgfmt gettext gettext gettext gettext-tools'

# What an earlier version put there and this one does not would stay for ever; its folders are still ours.
: >"$scratch/list"
if [ -f "$list" ]; then
    grep '^folder ' "$list" >"$scratch/list" || true
    remove_files
fi

# Makes PREFIX/FOLDER and notes each folder that was not there before.
make_folder() { # FOLDER
    [ ! -d "$destdir$prefix/$1" ] || return 0
    case $1 in */*) make_folder "${1%/*}" ;; esac
    mkdir -p "$destdir$prefix/$1"
    made_by_us "$1" || say "folder $1" >>"$scratch/list"
}

put() { # MODE FROM TO-UNDER-PREFIX
    make_folder "${3%/*}"
    # Beside its place first, then renamed: a running syswall keeps its file.
    cp "$2" "$destdir$prefix/$3.new"
    chmod "$1" "$destdir$prefix/$3.new"
    mv -f "$destdir$prefix/$3.new" "$destdir$prefix/$3"
    say "file $3" >>"$scratch/list"
}

# A session looks for programs in these; elsewhere, the entry names the program by its path, quoted as the
# Desktop Entry Specification wants it.
entry() { # FROM TO
    case $prefix in
        /usr | /usr/local) cp "$1" "$2" ;;
        *)
            path=$prefix/bin/syswall
            in_exec=$(say "$path" | sed 's/\$/\\\\&/g')
            case $path in *[!A-Za-z0-9/._-]*) in_exec="\"$in_exec\"" ;; esac
            in_sed() { say "$1" | sed 's/[\\&|]/\\&/g'; }
            sed -e "s|^Exec=syswall|Exec=$(in_sed "$in_exec")|" -e "s|^TryExec=syswall|TryExec=$(in_sed "$path")|" "$1" >"$2"
            ;;
    esac
}

data=$project/data
make_folder share/syswall
put 755 "$program" bin/syswall
entry "$data/desktop/$id.desktop" "$scratch/app.desktop"
put 644 "$scratch/app.desktop" "share/applications/$id.desktop"
put 644 "$data/desktop/$id.metainfo.xml" "share/metainfo/$id.metainfo.xml"
put 644 "$data/desktop/$id.mime.xml" "share/mime/packages/$id.xml"
put 644 "$data/icons/$id.svg" "share/icons/hicolor/scalable/apps/$id.svg"
put 644 "$data/icons/$id-symbolic.svg" "share/icons/hicolor/symbolic/apps/$id-symbolic.svg"
put 644 "$data/icons/application-x-syswall-recording.svg" \
    share/icons/hicolor/scalable/mimetypes/application-x-syswall-recording.svg
for translation in "$project"/po/*.po; do
    [ -f "$translation" ] || continue
    language=$(basename "$translation" .po)
    msgfmt -o "$scratch/$language.mo" "$translation"
    put 644 "$scratch/$language.mo" "share/locale/$language/LC_MESSAGES/syswall.mo"
done
put 644 "$data/file-managers/nautilus-syswall.py" share/nautilus-python/extensions/syswall.py
# Thunar's own file of custom actions, uca.xml, belongs to the user; Send To has a folder to drop into.
entry "$data/file-managers/thunar-sendto-syswall.desktop" "$scratch/thunar.desktop"
put 644 "$scratch/thunar.desktop" share/Thunar/sendto/thunar-sendto-syswall.desktop
if [ -n "$user" ]; then
    # Scripts are read from each user's own folder only.
    put 755 "$data/file-managers/nautilus-script.sh" 'share/nautilus/scripts/Run under Syswall'
fi
put 644 "$scratch/list" share/syswall/installed
renew_caches
say "Syswall is installed in $destdir$prefix. To remove it: sh data/install.sh $prefix${destdir:+ --destdir $destdir}${user:+ --user} --uninstall"
