#!/bin/sh
# Runs the fuzz targets, each for SECONDS (600), one after the other, on one core at low priority:
#
#     sh tests/fuzz/run.sh [SECONDS [TARGET]...]
#
# Needs a C++ compiler (libFuzzer) and cargo-fuzz (`cargo install cargo-fuzz`). The stable toolchain is enough: without
# a sanitizer nothing of nightly is needed, and what is fuzzed has no unsafe code. Numbers that overflow are found all
# the same: the profile checks them. Ends with status 1 at the first finding, whose input is then in
# tests/fuzz/artifacts/TARGET/; `cargo fuzz run --fuzz-dir tests/fuzz --target-dir target/fuzz --sanitizer none TARGET FILE` shows it again.
# Mend it, and keep it as a test beside the code: tests/fuzz/corpus is not kept.
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-600}
[ $# -eq 0 ] || shift
fuzz=tests/fuzz
if [ $# -eq 0 ]; then
    set -- decode sockets policy filter recording report
fi

# What inputs look like, where there are examples.
seed() { # TARGET
    mkdir -p "$fuzz/corpus/$1"
    case $1 in
    policy) cp data/presets/*.json data/demo/policy.json "$fuzz/corpus/policy/" ;;
    report) printf '%s' '{"syswall":1,"program":["a"],"started":1,"ended":2,"exit":{"code":0},"processes":[{"role":"a","program":"/a","count":1,"calls":2}],"calls":[{"call":"read","count":1,"errors":0,"time_ns":5}],"files":[{"path":"~/x","read":1,"bytes_read":5,"by":["a"]}],"network":[{"transport":"tcp","direction":"out","address":"10.0.0.1","port":80,"by":["a"]}],"programs":[{"path":"/bin/sh","count":1}],"decisions":{"allow":1},"items":[{"role":"a","kind":"file.read","object":"~/x","decision":"allow","count":1}]}' >"$fuzz/corpus/report/seed" ;;
    filter) i=0; printf '%s\n' 'pid = 123 and kind = file.write and path ~ "*.ssh*" and decision = deny' \
        'call in (open, openat) and errno = ENOENT' 'duration > 1ms and not program ~ "*python*"' 'passwd "a b" or address = 10.0.0.0/8' |
        while read -r line; do i=$((i + 1)); printf '%s' "$line" >"$fuzz/corpus/filter/seed$i"; done ;;
    esac
}

for target in "$@"; do
    seed "$target"
    words=
    [ ! -f "$fuzz/words/$target" ] || words=-dict=$fuzz/words/$target
    echo "==> $target, $seconds s"
    # Time and memory have limits too: 10 s and 1 GiB for one input, 256 MiB in one piece.
    # shellcheck disable=SC2086  # one word or none
    nice -n 15 cargo fuzz run --fuzz-dir "$fuzz" --target-dir target/fuzz --sanitizer none "$target" -- -max_total_time="$seconds" -timeout=10 \
        -rss_limit_mb=1024 -malloc_limit_mb=256 -max_len=8192 -print_final_stats=1 $words
done
