#!/bin/sh
# Collects every translatable string into po/syswall.pot and brings po/*.po up to date with it.
#
#   sh data/extract-strings.sh            write po/POTFILES, po/syswall.pot and po/*.po
#   sh data/extract-strings.sh --to FILE  write only the template, to FILE (tests/translations.rs compares it)
#
# Needs: gettext.
set -eu
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

grep -rlE --include='*.rs' '\b(tr|tr_n|mark|No)\(' src | grep -v '/tests/' | LC_ALL=C sort > "$work/rust"
grep -rl --include='*.ui' 'translatable="' src | LC_ALL=C sort > "$work/ui" || :

# xgettext of Debian 12 does not know Rust; its C parser reads Rust's string literals, but not `\` at a line's
# end, which the tests forbid. `No` is what keeps a call from being pretended (src/syscall/row.rs).
# A lifetime or a loop's label would be the start of a character to it, so it reads copies without them.
while read -r file; do
    mkdir -p "$work/tree/$(dirname "$file")"
    sed -E "s/(&|<|\\+ |break |continue |^ *)'([a-z_]+)/\\1\\2/g" "$file" > "$work/tree/$file"
    # `No` is given constants, too.
    for name in $(grep -oE '\bNo\([A-Z_]+\)' "$file" | sed -E 's/No\((.*)\)/\1/' | sort -u); do
        sed -i -z -E "s/const $name: &(static )?str =[[:space:]]*(\"[^\"]*\");/mark(\2);/" "$work/tree/$file"
    done
done < "$work/rust"
# What presets are called stands in their files.
for file in data/presets/*.json; do
    mkdir -p "$work/tree/data/presets"
    sed -n -E 's/^ *"(title|description)": (".*"),?$/mark(\2);/p' "$file" > "$work/tree/$file"
    echo "$file" >> "$work/presets"
done
cat "$work/rust" "$work/presets" > "$work/files"
xgettext --directory="$work/tree" --language=C --from-code=UTF-8 --add-location=file --add-comments=Translators \
    --keyword --keyword=tr --keyword=tr_n:1,2 --keyword=mark --keyword=No \
    --package-name=syswall --copyright-holder='The Syswall authors' \
    --files-from="$work/files" --output="$work/pot" 2> "$work/errors" || { cat "$work/errors" >&2; exit 1; }
cat "$work/errors" >&2
if [ -s "$work/ui" ]; then
    xgettext --language=Glade --from-code=UTF-8 --add-location=file --add-comments=Translators --join-existing \
        --package-name=syswall --files-from="$work/ui" --output="$work/pot" 2> "$work/errors" ||
        { cat "$work/errors" >&2; exit 1; }
    # Debian 12 has gettext's own rules for these files besides GTK's: either will do.
    grep -v 'a fallback ITS rule file' "$work/errors" >&2 || :
fi
xgettext --language=Python --from-code=UTF-8 --add-location=file --add-comments=Translators --join-existing \
    --package-name=syswall --output="$work/pot" data/file-managers/nautilus-syswall.py
# Without the date, the template is the same whenever nothing changed.
sed -i -e '/^"POT-Creation-Date/d' -e '1,/^msgid/{/^#/d}' -e 's/charset=CHARSET/charset=UTF-8/' "$work/pot"
{ echo '# What Syswall says. Written by data/extract-strings.sh.'; echo '#'; cat "$work/pot"; } > "$work/syswall.pot"

if [ "${1:-}" = --to ]; then
    cp "$work/syswall.pot" "$2"
    exit
fi
{ cat "$work/files" "$work/ui"; echo data/file-managers/nautilus-syswall.py; } > po/POTFILES
cp "$work/syswall.pot" po/syswall.pot
grep -v '^#' po/LINGUAS | while read -r language; do
    msgmerge --quiet --update --backup=none --no-fuzzy-matching --add-location=file "po/$language.po" po/syswall.pot
    msgattrib --no-obsolete --add-location=file -o "po/$language.po" "po/$language.po"
    echo "$language: $(msgfmt --statistics -o /dev/null "po/$language.po" 2>&1)"
done
