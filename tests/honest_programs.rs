//! Honest programs don't notice: under `--answer allow` their output, exit status and files are as without Syswall.

mod common;

use std::ffi::OsStr;
use std::net::TcpListener;

use common::{Dir, Done, need, same_as_alone, tracee};

/// Runs a bash script alone and under Syswall.
#[track_caller]
fn script_is_same(script: &str, prepare: impl Fn(&Dir), edit: impl Fn(String) -> String) -> Done {
    same_as_alone(&["bash".as_ref(), "-c".as_ref(), script.as_ref()], prepare, edit)
}

fn as_it_is(text: String) -> String {
    text
}

/// Runs a Python program alone and under Syswall: Debian's Python, so that nothing of the tester's is in it.
#[track_caller]
fn python_is_same(program: &str) -> Done {
    need("python3", "python3");
    let words: Vec<&OsStr> = ["/usr/bin/python3", "-I", "-c", program].into_iter().map(OsStr::new).collect();
    same_as_alone(&words, |_| {}, as_it_is)
}

#[test]
fn make_with_four_jobs_builds_a_c_project() {
    need("make", "make");
    need("gcc", "gcc");
    let prepare = |dir: &Dir| {
        let mut objects = String::new();
        let mut calls = String::new();
        for n in 0..8 {
            dir.file(
                &format!("part{n}.c"),
                &format!("#include \"all.h\"\nint part{n}(int x)\n{{\n    return x * {n} + 1;\n}}\n"),
            );
            objects.push_str(&format!(" part{n}.o"));
            calls.push_str(&format!(" + part{n}(2)"));
        }
        let header: String = (0..8).map(|n| format!("int part{n}(int);\n")).collect();
        dir.file("all.h", &header);
        let main = format!(
            "#include <stdio.h>\n#include \"all.h\"\nint main(void)\n{{\n    printf(\"%d\\n\", 0{calls});\n    return 0;\n}}\n"
        );
        dir.file("main.c", &main);
        dir.file("Makefile", &format!("CFLAGS = -O1\nOBJECTS = main.o{objects}\nprogram: $(OBJECTS)\n\t@$(CC) -o $@ $(OBJECTS)\n%.o: %.c all.h\n\t@$(CC) $(CFLAGS) -c $<\n.PHONY: check\ncheck: program\n\t@./program\n"));
    };
    script_is_same("make -j4 check && make -j4 check && touch all.h && make -j4", prepare, as_it_is)
        .code(0)
        .line("64")
        .quiet();
}

#[test]
fn git_makes_clones_and_packs_a_repository() {
    need("git", "git");
    let script = "set -e
        export GIT_AUTHOR_DATE='2026-01-01T00:00:00Z' GIT_COMMITTER_DATE='2026-01-01T00:00:00Z' GIT_CONFIG_NOSYSTEM=1
        git config --global user.name Tester; git config --global user.email tester@example.org; git config --global init.defaultBranch main
        git init -q one; cd one
        for i in 1 2 3 4 5; do echo $i >> file; mkdir -p d$i; echo $i > d$i/f; git add -A; git commit -q -m \"change $i\"; done
        git log --format='%h %s'; git gc -q; git fsck --no-progress; git count-objects
        cd ..; git clone -q one two; cd two; git log --oneline --stat; git switch -q -c other; echo x > new; git add new; git commit -q -m new
        git push -q origin other; git diff main other; git status --short; git rev-list --all | wc -l";
    // The index holds times and inode numbers.
    script_is_same(&format!("{script}; cd ..; rm -f one/.git/index two/.git/index"), |_| {}, as_it_is)
        .code(0)
        .says("change 5");
}

#[test]
fn python_threads() {
    python_is_same(
        "import threading, queue\n\
         q = queue.Queue(5); out = []\n\
         def work():\n\
         \x20   while (n := q.get()) is not None: out.append(n * n)\n\
         all = [threading.Thread(target=work) for _ in range(8)]\n\
         [t.start() for t in all]\n\
         [q.put(n) for n in range(500)]\n\
         [q.put(None) for _ in all]\n\
         [t.join() for t in all]\n\
         print(sum(out), len(out))",
    )
    .code(0)
    .line("41541750 500");
}

#[test]
fn python_asyncio() {
    python_is_same(
        "import asyncio, sys\n\
         async def serve(r, w):\n\
         \x20   while line := await r.readline(): w.write(line.upper()); await w.drain()\n\
         \x20   w.close()\n\
         async def talk(port, n):\n\
         \x20   r, w = await asyncio.open_connection('127.0.0.1', port)\n\
         \x20   w.write(b'hello %d\\n' % n); await w.drain()\n\
         \x20   got = await r.readline(); w.close(); await w.wait_closed(); return got\n\
         async def main():\n\
         \x20   server = await asyncio.start_server(serve, '127.0.0.1', 0)\n\
         \x20   port = server.sockets[0].getsockname()[1]\n\
         \x20   print(sorted(await asyncio.gather(*(talk(port, n) for n in range(20)))))\n\
         \x20   p = await asyncio.create_subprocess_exec('/bin/cat', stdin=-1, stdout=-1)\n\
         \x20   print(await p.communicate(b'through cat'), p.returncode)\n\
         \x20   try: await asyncio.wait_for(asyncio.sleep(100), 0.1)\n\
         \x20   except asyncio.TimeoutError: print('in time')\n\
         \x20   server.close()\n\
         asyncio.run(main())",
    )
    .code(0)
    .line("(b'through cat', None) 0")
    .line("in time");
}

#[test]
fn python_multiprocessing() {
    let program = "import multiprocessing as m, os\n\
        def square(n): return n * n\n\
        def work(q, l, v):\n\
        \x20   for _ in range(50):\n\
        \x20       with l: v.value += 1\n\
        \x20   q.put(os.getpid())\n\
        if __name__ == '__main__':\n\
        \x20   with m.Pool(4) as pool: print(sum(pool.map(square, range(200))))\n\
        \x20   q, l, v = m.Queue(), m.Lock(), m.Value('i', 0)\n\
        \x20   all = [m.Process(target=work, args=(q, l, v)) for _ in range(4)]\n\
        \x20   [p.start() for p in all]; pids = {q.get() for _ in all}; [p.join() for p in all]\n\
        \x20   print(v.value, pids == {p.pid for p in all}, [p.exitcode for p in all])\n\
        \x20   p = m.get_context('spawn').Process(target=print, args=('spawned',)); p.start(); p.join(); print(p.exitcode)\n";
    need("python3", "python3");
    let words: Vec<&OsStr> = ["/usr/bin/python3", "program.py"].into_iter().map(OsStr::new).collect();
    let done = same_as_alone(&words, |dir| drop(dir.file("program.py", program)), as_it_is).code(0);
    done.line("2646700").line("200 True [0, 0, 0, 0]").line("spawned");
}

#[test]
fn python_subprocess() {
    python_is_same(
        "import subprocess as s, signal, sys\n\
         print(s.run(['sh', '-c', 'echo out; echo err >&2; exit 3'], capture_output=True))\n\
         p = s.Popen(['sleep', '1000']); p.terminate(); print(p.wait())\n\
         p = s.Popen(['sh', '-c', 'kill -SEGV $$']); print(p.wait())\n\
         print(s.check_output('seq 1000 | sort -rn | head -3', shell=True))\n\
         try: s.run(['sleep', '1000'], timeout=0.2)\n\
         except s.TimeoutExpired: print('timed out')\n\
         try: s.run(['/no/such/program'])\n\
         except FileNotFoundError as e: print(e)\n\
         p = s.Popen(['cat'], stdin=-1, stdout=-1, start_new_session=True, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))\n\
         print(p.communicate(b'x' * 200000)[0] == b'x' * 200000, p.returncode)",
    )
    .code(0)
    .line("timed out")
    .line("True 0");
}

#[test]
fn perl_forks_pipes_and_alarms() {
    need("perl", "perl");
    let script = "perl -e '
        $| = 1; $SIG{ALRM} = sub { die \"alarm\\n\" }; alarm 1; eval { sleep 100 }; print \"got $@\";
        pipe R, W; for my $n (1..20) { if (!fork) { print W chr(64 + $n) x 10; exit $n } }
        close W; my %n; $n{$?>>8}++ while wait > 0; my $all = join \"\", <R>; print length $all, \" \", scalar keys %n, \"\\n\";
        open P, \"-|\", \"echo from a child; exit 2\"; print <P>; close P; print $? >> 8, \"\\n\"; kill TERM => $$'";
    script_is_same(script, |_| {}, as_it_is).code(143).line("got alarm").line("200 20").line("from a child");
}

#[test]
fn node_runs_its_workers_and_children() {
    if std::process::Command::new("node").arg("--version").output().is_err() {
        eprintln!("not run: node is not there; it is too big to be installed for the tests");
        return;
    }
    let script = "node -e '
        const { Worker, isMainThread } = require(\"worker_threads\"), fs = require(\"fs\"), cp = require(\"child_process\"), http = require(\"http\");
        (async () => {
            const sums = await Promise.all([1, 2, 3].map(n => new Promise(done => new Worker(`require(\"worker_threads\").parentPort.postMessage(${n} ** 2)`, { eval: true }).on(\"message\", done))));
            console.log(sums);
            await Promise.all([...Array(30).keys()].map(n => fs.promises.writeFile(`f${n}`, `${n}`)));
            console.log((await fs.promises.readdir(\".\")).length);
            console.log(cp.execSync(\"echo from sh\").toString().trim(), cp.spawnSync(\"sh\", [\"-c\", \"exit 5\"]).status);
            const server = http.createServer((q, r) => r.end(\"served \" + q.url)).listen(0, \"127.0.0.1\", () =>
                http.get({ port: server.address().port, host: \"127.0.0.1\", path: \"/x\", agent: false }, r => { r.on(\"data\", d => console.log(`${d}`)); r.on(\"end\", () => server.close()); }));
        })()'";
    script_is_same(script, |_| {}, as_it_is).code(0).line("[ 1, 4, 9 ]").line("from sh 5").line("served /x");
}

#[test]
fn curl_downloads_from_a_local_server() {
    need("curl", "curl");
    need("python3", "python3");
    let script = "/usr/bin/python3 -I -u -m http.server --bind 127.0.0.1 0 > log 2>&1 & server=$!
        until port=$(sed -n 's/.*port \\([0-9]*\\) .*/\\1/p' log) && [ -n \"$port\" ]; do sleep 0.05; done
        curl -sS -o got http://127.0.0.1:$port/file; echo $?; cmp file got && echo same
        curl -sS -o none --fail http://127.0.0.1:$port/missing 2>&1; echo $?
        seq 4 | xargs -P 4 -I N curl -sS -o aN http://127.0.0.1:$port/N; echo $?; cat a1 a2 a3 a4
        kill $server; wait $server 2>/dev/null; echo server $?; rm log";
    let prepare = |dir: &Dir| {
        dir.file("file", &"line of a file\n".repeat(20_000));
        for n in 1..5 {
            dir.file(&n.to_string(), &format!("number {n}\n"));
        }
    };
    script_is_same(script, prepare, as_it_is).code(0).line("same").line("22").line("number 4").line("server 143");
}

#[test]
fn redis_serves_its_benchmark() {
    need("redis-server", "redis-server");
    need("redis-benchmark", "redis-tools");
    let script = "port=$1
        redis-server --port $port --bind 127.0.0.1 --save '' --appendonly yes --daemonize no --logfile log & server=$!
        until redis-cli -p $port ping 2>/dev/null | grep -q PONG; do sleep 0.05; done
        redis-benchmark -p $port -n 400 -c 10 -q -t set,get,incr,lpush > figures; echo benchmark $?
        redis-cli -p $port set key value; redis-cli -p $port get key; redis-cli -p $port bgrewriteaof
        until redis-cli -p $port info persistence | grep -q 'aof_rewrite_in_progress:0'; do sleep 0.05; done
        redis-cli -p $port get counter:__rand_int__
        redis-cli -p $port shutdown nosave; wait $server; echo server $?; grep -c 'requests per second' figures; rm -rf figures log appendonlydir dump.rdb";
    let run = |under: bool| {
        let dir = Dir::new();
        // A port that was free a moment ago; the benchmark takes no other way.
        let port =
            TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port().to_string();
        let run = if under { dir.syswall().allow().arg("--") } else { dir.alone("env") };
        let done = run.args(["bash", "-c", script, "bash", &port]).run().code(0);
        dir.nothing_left_running();
        done
    };
    let (alone, under) = (run(false), run(true));
    assert_eq!(alone.stdout, under.stdout, "{alone}{under}");
    under.line("benchmark 0").line("value").line("400").line("server 0");
}

#[test]
fn sqlite_writes_and_recovers() {
    need("sqlite3", "sqlite3");
    let script = "sqlite3 db 'pragma journal_mode=wal; create table t(n integer primary key, x text);
            with recursive c(n) as (select 1 union all select n+1 from c where n<5000) insert into t select n, hex(n) from c;
            select count(*), sum(n) from t; delete from t where n % 2; vacuum; pragma integrity_check;'
        for i in 1 2 3 4; do sqlite3 -cmd '.timeout 60000' db \"insert into t(x) values('$i')\" & done; wait
        sqlite3 db 'select count(*) from t; pragma wal_checkpoint(truncate)'; sqlite3 db .dump | md5sum; sqlite3 bad.db 'select' 2>&1; echo $?; rm -f db*";
    // The four that insert at once do so in any order.
    let edit = |text: String| text.lines().filter(|l| !l.ends_with("  -")).map(|l| format!("{l}\n")).collect();
    script_is_same(script, |_| {}, edit).code(0).line("5000|12502500").line("ok").line("2504");
}

#[test]
fn tar_find_and_rsync_see_the_same_files() {
    need("rsync", "rsync");
    let script = "set -e
        mkdir -p a/b/c; for i in $(seq 60); do echo file $i > a/b/f$i; done; ln -s b/f1 a/link; ln a/b/f2 a/hard; chmod 640 a/b/f3; mkfifo a/pipe
        find a -type f | sort | xargs cat | md5sum; find a -name 'f1*' -printf '%p %s %m\\n' | sort
        tar cf a.tar --sort=name --mtime=2026-01-01 --owner=0 --group=0 --numeric-owner a; md5sum < a.tar; mkdir x; tar xf a.tar -C x; diff -r --no-dereference a/b x/a/b && echo tar same
        tar czf a.tgz a; tar tzf a.tgz | wc -l; rm a.tgz
        rsync -a --exclude pipe a/ copy/; rsync -ac --delete --itemize-changes --exclude pipe a/ copy/; diff -r a/b copy/b && echo rsync same
        find copy -type f -delete; find copy | sort; cp -a x y; mv y z; rm -r x; du -s --apparent-size z/a/b | cut -f2";
    let done = script_is_same(script, |_| {}, as_it_is).code(0).quiet();
    done.line("tar same").line("rsync same");
}

#[test]
fn a_crash_is_a_crash() {
    let words = [tracee("signals").into_os_string(), "die".into(), "11".into()];
    let words: Vec<&OsStr> = words.iter().map(|w| w.as_os_str()).collect();
    same_as_alone(&words, |_| {}, as_it_is).code(139);
    // And as a shell tells it.
    let script = "ulimit -c 0; sh -c 'kill -SEGV $$'; echo $?; sh -c 'kill -ABRT $$'; echo $?";
    let edit = |text: String| {
        text.lines().map(|l| l.split_once(": line").map_or(l, |(name, _)| name).to_owned() + "\n").collect()
    };
    script_is_same(script, |_| {}, edit).code(0).line("139").line("134");
}

#[test]
fn bash_with_pipes_subshells_traps_and_coprocesses() {
    let script = "trap 'echo term' TERM; trap 'echo bye' EXIT; kill -TERM $$
        coproc C { tr a-z A-Z; }; echo through >&${C[1]}; eval \"exec ${C[1]}>&-\"; cat <&${C[0]}; wait
        seq 2000 | (read a; read b; echo $a $b) ; diff <(seq 5) <(seq 6); f() { local i; for i in {1..50}; do echo $i; done | wc -l; }; f; f | cat
        x=$(echo $(echo $(echo deep))); echo $x; read -t 0.1 nothing < <(sleep 0.3); echo read $?
        time_out=$(timeout 0.2 sleep 100; echo $?); echo $time_out; set -m; sleep 0.1 & wait %1; echo $?; ( ulimit -n 20; ulimit -n ); umask 077; touch private; mkdir -p deep/er; cd deep/er; pwd -P | tail -c 8
        printf '%s\\n' *; exec 5>file; echo to five >&5; exec 5>&-; cat file; exit 12";
    script_is_same(script, |_| {}, as_it_is).code(12).line("THROUGH").line("124").line("bye");
}

#[test]
fn every_kind_of_signal_and_timer_in_one_go() {
    let signals = tracee("signals");
    let script =
        "for part in each queued faults timers threads children; do \"$0\" $part & done; wait; \"$0\" storm 1000";
    let words: Vec<&OsStr> = ["bash", "-c", script].into_iter().map(OsStr::new).chain([signals.as_os_str()]).collect();
    // Six at once: their lines come in any order.
    let sorted = |text: String| {
        let mut lines: Vec<_> = text.lines().map(|l| format!("{l}\n")).collect();
        lines.sort();
        lines.concat()
    };
    same_as_alone(&words, |_| {}, sorted).code(0).line("once: 120").line("sigwaitinfo: the sum is 4950");
}

#[test]
fn the_compilers_temporary_files_are_gone() {
    need("gcc", "gcc");
    let script = "mkdir tmp; TMPDIR=$PWD/tmp gcc -pipe -o hello hello.c && TMPDIR=$PWD/tmp gcc -save-temps=obj -c hello.c && ./hello; ls tmp | wc -l; rm -f hello hello.o";
    let source = "#include <stdio.h>\nint main(void) { puts(\"compiled\"); return 0; }\n";
    script_is_same(script, |dir| drop(dir.file("hello.c", source)), as_it_is).code(0).line("compiled").line("0");
}
