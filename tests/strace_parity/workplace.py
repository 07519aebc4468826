"""The directory that every program finds: some files to read, to change and to build from."""

import subprocess

FILES = {
    "text": "".join(f"line {i} of the text\n" for i in range(200)),
    "numbers": "".join(f"{i * 7919 % 1000}\n" for i in range(300)),
    "dir/a": "a\n",
    "dir/b": "b\n",
    "dir/deep/c": "c\n",
    "hello.c": '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n',
    "Makefile": "all: one two\none: text\n\tcp text one\ntwo: one\n\tcat one one > two\n",
    "script.sh": "for i in 1 2 3; do echo $i | cat; done; (exit 3) || echo failed; sleep 0.1 & wait; cd dir; ls >/dev/null\n",
    "signals.sh": "trap 'echo usr1' USR1; kill -USR1 $$; sleep 5 & kill $!; wait; trap - TERM; kill -TERM $$\n",
    "threads.py": (
        "import threading\n"
        "for _ in range(4):\n    t = threading.Thread(target=lambda: open('text').read())\n    t.start()\n    t.join()\n"
    ),
    "sockets.py": (
        "import socket, select\n"
        "s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n"
        "s.bind(('127.0.0.1', 0)); s.listen()\n"
        "c = socket.create_connection(s.getsockname()); p, _ = s.accept()\n"
        "c.sendall(b'question'); select.select([p], [], [], 1); p.recv(100); p.sendall(b'answer'); c.recv(100)\n"
        "c.shutdown(socket.SHUT_WR); p.recv(1); c.close(); p.close(); s.close()\n"
        "a, b = socket.socketpair(); socket.send_fds(a, [b'x'], [0]); socket.recv_fds(b, 10, 4)\n"
        "u = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); u.bind(('::1', 0)); u.sendto(b'y', u.getsockname())\n"
        "u.recvfrom(10)\n"
    ),
    "asyncio.py": (
        "import asyncio\n"
        "async def main():\n"
        "    s = await asyncio.start_server(lambda r, w: w.close(), '127.0.0.1', 0)\n"
        "    r, w = await asyncio.open_connection(*s.sockets[0].getsockname())\n"
        "    await r.read(); w.close(); s.close()\n"
        "    p = await asyncio.create_subprocess_exec('true'); await p.wait()\n"
        "asyncio.run(main())\n"
    ),
    "subprocess.py": "import subprocess\nprint(subprocess.run(['cat'], input=b'hello', capture_output=True).stdout)\n",
    "serve.py": (
        "import http.server, subprocess, threading\n"
        "s = http.server.HTTPServer(('127.0.0.1', 0), http.server.SimpleHTTPRequestHandler)\n"
        "threading.Thread(target=s.handle_request).start()\n"
        "subprocess.run(['curl', '-s', f'http://127.0.0.1:{s.server_port}/text'], check=True)\n"
    ),
    "base.sql": "create table t(a, b); insert into t values (1, 'one'), (2, 'two'); select * from t; vacuum;\n",
}


def make(work):
    """Makes it."""
    for path, content in FILES.items():
        file = work / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    (work / "link").symlink_to("text")
    subprocess.run(["tar", "-cf", "archive.tar", "dir", "text"], cwd=work, check=True)
    environment = {"HOME": str(work), "PATH": "/usr/bin:/bin:/usr/local/bin", "GIT_CONFIG_NOSYSTEM": "1"}
    environment |= {f"GIT_{who}_DATE": "2001-02-03T04:05:06Z" for who in ("AUTHOR", "COMMITTER")}
    git = ["git", "-c", "user.name=p", "-c", "user.email=p@localhost", "-c", "init.defaultBranch=main"]
    for words in (["init", "-q"], ["add", "text", "dir"], ["commit", "-qm", "one"]):
        subprocess.run([*git, *words], cwd=work, env=environment, check=True)
