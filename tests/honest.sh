#!/bin/sh
# Big programs that must not notice Syswall: each runs alone and under `syswall run --no-gui --answer allow`, in the
# same folder, and must give the same output, exit status and files. The small ones are in tests/honest_programs.rs.
#
#     sh tests/honest.sh [postgresql] [node] [java] [go]       without a name: all
#
# Installs what is missing (some hundred megabytes). Uses target/release/syswall, or the program named by SYSWALL.
# shellcheck disable=SC2016,SC2034  # scripts and tables that are used by name
set -u
umask 022

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$project/data/setup.sh"
exec </dev/null

needed_postgresql='
command:initdb              postgresql            postgresql-server,postgresql-contrib  postgresql  postgresql-server,postgresql-contrib
command:setpriv             util-linux            util-linux            util-linux   util-linux
'
needed_node='
command:node                nodejs                nodejs                nodejs       nodejs
'
needed_java='
command:javac               default-jdk-headless  java-latest-openjdk-devel  jdk-openjdk  java-devel
'
needed_go='
command:go                  golang-go             golang                go           go
'

# Debian keeps the server's programs off the PATH.
for folder in /usr/lib/postgresql/*/bin; do
    [ -d "$folder" ] && PATH=$PATH:$folder
done
export PATH

syswall=${SYSWALL:-${CARGO_TARGET_DIR:-$project/target}/release/syswall}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/syswall-honest-XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
chmod 755 "$scratch"
failed=

# The scripts that are run twice. Each is given nothing but its folder, prints what must be the same, and leaves
# files there.
script_postgresql() {
    cat <<'END'
set -e
initdb -D data -A trust -U postgres --no-locale -E UTF8 --no-sync
pg_ctl -D data -o "-k $PWD -h ''" -l log -w start >started
trap 'pg_ctl -D data -m immediate stop >stopped 2>&1' EXIT
pgbench -i -q -s 1 -h "$PWD" -U postgres postgres >filled 2>&1
pgbench -n -c 4 -j 2 -t 200 -h "$PWD" -U postgres postgres | grep -E '^(number of (clients|threads|transactions)|transaction type)'
psql -h "$PWD" -U postgres -Atc 'select count(*), count(distinct tid) > 0 from pgbench_history' postgres
psql -h "$PWD" -U postgres -Atc 'select no_such_column' postgres || echo "psql ended with $?"
trap - EXIT
pg_ctl -D data -m fast -w stop
rm -rf log started filled data/pg_wal data/pg_stat data/logfile
END
}
script_node() {
    cat >main.js <<'END'
const { Worker } = require('worker_threads');
const child = require('child_process'), fs = require('fs'), http = require('http');
const sum = n => new Promise((done, fail) => {
  const w = new Worker('const {parentPort: p, workerData: n} = require("worker_threads"); let s = 0; for (let i = 1; i <= n; i++) s += i; p.postMessage(s)', { eval: true, workerData: n });
  w.on('message', done); w.on('error', fail);
});
const get = port => new Promise((done, fail) => http.get({ port, host: '127.0.0.1' }, r => {
  let text = ''; r.on('data', d => text += d); r.on('end', () => done(text));
}).on('error', fail));
(async () => {
  console.log('workers', await Promise.all([10, 1000, 100000].map(sum)));
  fs.writeFileSync('a.txt', 'a\n'.repeat(10000)); fs.renameSync('a.txt', 'b.txt');
  console.log('file', fs.statSync('b.txt').size, fs.existsSync('a.txt'));
  console.log('child', child.execFileSync('sh', ['-c', 'echo $((6 * 7))']).toString().trim());
  const died = child.spawnSync('sh', ['-c', 'kill -TERM $$']);
  console.log('signal', died.status, died.signal);
  const server = http.createServer((q, r) => r.end('hello ' + q.url)).listen(0, '127.0.0.1', async () => {
    const all = await Promise.all(Array.from({ length: 50 }, () => get(server.address().port)));
    console.log('http', all.length, new Set(all));
    server.close(() => setTimeout(() => process.exit(7), 20));
  });
})();
END
    echo 'node main.js'
}
script_java() {
    cat >Main.java <<'END'
import java.nio.file.*;
import java.util.concurrent.*;
import java.util.stream.*;
public class Main {
    public static void main(String[] args) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(8);
        long sum = 0;
        for (Future<Long> f : pool.invokeAll(IntStream.range(0, 64).mapToObj(i ->
                (Callable<Long>) () -> LongStream.rangeClosed(1, 10000 + i).sum()).collect(Collectors.toList())))
            sum += f.get();
        pool.shutdown();
        System.out.println("sum " + sum);
        Files.write(Paths.get("out.txt"), "written by java\n".getBytes());
        Process p = new ProcessBuilder("sh", "-c", "echo from a child; exit 3").redirectErrorStream(true).start();
        System.out.print(new String(p.getInputStream().readAllBytes()));
        System.out.println("child " + p.waitFor());
        try { Object o = null; o.toString(); } catch (NullPointerException e) { System.out.println("null caught"); }
        for (int i = 0; i < 50; i++) { byte[] b = new byte[1 << 20]; b[i] = 1; }
        System.gc();
        System.exit(5);
    }
}
END
    echo 'javac -J-XX:-UsePerfData Main.java && java -XX:-UsePerfData Main'
}
script_go() {
    cat >main.go <<'END'
package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"sync"
)

func main() {
	var group sync.WaitGroup
	var lock sync.Mutex
	sum := 0
	for i := 0; i < 200; i++ {
		group.Add(1)
		go func(i int) { defer group.Done(); lock.Lock(); sum += i; lock.Unlock() }(i)
	}
	group.Wait()
	fmt.Println("sum", sum)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hello") }))
	answer, err := http.Get(server.URL)
	if err != nil {
		panic(err)
	}
	body, _ := io.ReadAll(answer.Body)
	fmt.Println("http", string(body))
	server.Close()
	out, err := exec.Command("sh", "-c", "echo child; exit 4").Output()
	fmt.Printf("%q %v\n", out, err)
	os.WriteFile("out.txt", []byte("written by go\n"), 0o640)
	os.Exit(6)
}
END
    echo 'GOCACHE=$PWD/.cache GOPATH=$PWD/.path GOTOOLCHAIN=local GO111MODULE=off go build -o main main.go && ./main; status=$?'
    echo 'rm -rf .cache .path; exit $status'
}

# What a program left: type, mode and name of everything, and, where contents do not depend on chance, those.
files_of() { # PROGRAM
    find . -printf '%y %m %p\n' | sort
    case $1 in
        # A new cluster has a random identifier in its files, and caches that come and go.
        postgresql) ;;
        *) find . -type f -exec cksum {} + | sort -k3 ;;
    esac | grep -v pg_internal.init
}

# Runs PROGRAM's script in a fresh folder of always the same name, and keeps what came of it in RESULT.
run_once() { # PROGRAM RESULT [SYSWALL...]
    name=$1 result=$2
    shift 2
    rm -rf "$scratch/place"
    mkdir -p "$scratch/place/work" "$scratch/place/home" "$result"
    cd "$scratch/place/work" || return 1
    script_"$name" >../script
    set -- "$@" sh ../script
    if [ "$name" = postgresql ] && [ "$(id -u)" -eq 0 ]; then
        # PostgreSQL refuses to be run by root.
        chown -R 65534:65534 "$scratch/place"
        set -- setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
    fi
    begun=$(date +%s)
    env HOME="$scratch/place/home" XDG_STATE_HOME="$scratch/place/home" XDG_CONFIG_HOME="$scratch/place/home" LC_ALL=C TZ=UTC "$@" >"$result/output" 2>&1
    echo "exit status $?" >"$result/status"
    seconds=$(($(date +%s) - begun))
    files_of "$name" >"$result/files"
    cd "$project" || return 1
}

check() { # PROGRAM
    say "==> $1"
    table=
    eval "table=\$needed_$1"
    if ! set_up "$table"; then
        failed=yes
        return
    fi
    run_once "$1" "$scratch/$1.alone"
    alone=$seconds
    run_once "$1" "$scratch/$1.under" "$syswall" run --no-gui --answer allow --no-policy --record "$scratch/place/home/run.syswall" --
    under=$seconds
    same=yes
    for part in status output files; do
        diff -u "$scratch/$1.alone/$part" "$scratch/$1.under/$part" || same=
    done
    # Two runs that fail in the same way show nothing.
    case $1:$(cat "$scratch/$1.alone/status") in
        postgresql:'exit status 0' | node:'exit status 7' | java:'exit status 5' | go:'exit status 6') ;;
        *)
            complain "$1 does not work here, even alone:"
            cat "$scratch/$1.alone/status" "$scratch/$1.alone/output" >&2
            same=
            ;;
    esac
    if [ -n "$same" ]; then
        say "<== $1: same output, exit status and files ($(grep -c . "$scratch/$1.alone/files") lines); $alone s alone, $under s under Syswall"
    else
        say "<== $1: DIFFERENT"
        failed=yes
    fi
}

if [ ! -x "$syswall" ]; then
    complain "$syswall is not there yet; build it first: cargo build --release --locked"
    exit 1
fi
[ $# -gt 0 ] || set -- postgresql node java go
for program in "$@"; do
    case $program in
        postgresql | node | java | go) check "$program" ;;
        *)
            complain "unknown program $program; there are: postgresql node java go"
            exit 2
            ;;
    esac
done
[ -z "$failed" ]
