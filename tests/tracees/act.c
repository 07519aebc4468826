/* Does what its arguments say, one after the other, and says how each went. */
#include "tracee.h"
#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>

static int last = -1; /* the descriptor that the last open or socket gave */

static void result(const char *what, long got)
{
    say("%s: %s", what, outcome(got));
}

static void show(const char *what, long got, const char *content)
{
    if (got == -1) result(what, got);
    else say("%s: %ld %.*s", what, got, (int)got, content);
}

static int address(struct sockaddr_in *to, const char *host, const char *port)
{
    memset(to, 0, sizeof *to);
    to->sin_family = AF_INET;
    to->sin_port = htons(atoi(port));
    return inet_pton(AF_INET, host, &to->sin_addr);
}

int main(int argc, char **argv)
{
    char buffer[65536];
    struct stat st;
    for (int i = 1; i < argc; i++) {
        const char *verb = argv[i];
#define NEXT (i + 1 < argc ? argv[++i] : (fprintf(stderr, "%s: an argument is missing\n", verb), exit(2), ""))
#define IS(name) (strcmp(verb, name) == 0)
        if (IS("open")) result("open", last = open(NEXT, O_RDONLY));
        else if (IS("open-write")) result("open-write", last = open(NEXT, O_WRONLY | O_CREAT | O_TRUNC, 0666));
        else if (IS("open-append")) result("open-append", last = open(NEXT, O_WRONLY | O_APPEND));
        else if (IS("read")) show("read", read(last, buffer, sizeof buffer), buffer);
        else if (IS("write")) {
            const char *text = NEXT;
            long got = write(last, text, strlen(text));
            say("write: %s", got == -1 ? outcome(got) : got == (long)strlen(text) ? "whole" : "part");
        }
        else if (IS("fstat")) result("fstat", fstat(last, &st));
        else if (IS("seek")) result("seek", lseek(last, 0, SEEK_SET));
        else if (IS("close")) result("close", close(last));
        else if (IS("same-fd")) say("same-fd: %s", fcntl(last, F_GETFD) == -1 ? "none" : "open");
        else if (IS("cat")) {
            int fd = open(NEXT, O_RDONLY);
            if (fd == -1) { result("cat", fd); continue; }
            show("cat", read(fd, buffer, sizeof buffer), buffer);
            close(fd);
        }
        else if (IS("put")) {
            int fd = open(NEXT, O_WRONLY | O_CREAT | O_TRUNC, 0666);
            const char *text = NEXT;
            if (fd == -1) { result("put", fd); continue; }
            result("put", write(fd, text, strlen(text)));
            close(fd);
        }
        else if (IS("unlink")) result("unlink", unlink(NEXT));
        else if (IS("unlinkat")) result("unlinkat", unlinkat(AT_FDCWD, NEXT, 0));
        else if (IS("rmdir")) result("rmdir", rmdir(NEXT));
        else if (IS("mkdir")) result("mkdir", mkdir(NEXT, 0777));
        else if (IS("chmod")) result("chmod", chmod(NEXT, 0600));
        else if (IS("chdir")) result("chdir", chdir(NEXT));
        else if (IS("truncate")) result("truncate", truncate(NEXT, 0));
        else if (IS("stat")) result("stat", stat(NEXT, &st));
        else if (IS("rename")) { const char *from = NEXT; result("rename", rename(from, NEXT)); }
        else if (IS("link")) { const char *from = NEXT; result("link", link(from, NEXT)); }
        else if (IS("symlink")) { const char *from = NEXT; result("symlink", symlink(from, NEXT)); }
        else if (IS("list")) {
            DIR *dir = opendir(NEXT);
            int count = 0;
            if (!dir) { result("list", -1); continue; }
            while (readdir(dir)) count++;
            closedir(dir);
            say("list: %d", count);
        }
        else if (IS("socket")) result("socket", last = socket(AF_INET, SOCK_STREAM, 0));
        else if (IS("socket-unix")) result("socket-unix", last = socket(AF_UNIX, SOCK_STREAM, 0));
        else if (IS("connect")) {
            struct sockaddr_in to;
            const char *host = NEXT;
            address(&to, host, NEXT);
            result("connect", connect(last, (struct sockaddr *)&to, sizeof to));
        }
        else if (IS("connect-unix")) {
            struct sockaddr_un to = { .sun_family = AF_UNIX };
            strncpy(to.sun_path, NEXT, sizeof to.sun_path - 1);
            result("connect-unix", connect(last, (struct sockaddr *)&to, sizeof to));
        }
        else if (IS("bind")) {
            struct sockaddr_in to;
            const char *host = NEXT;
            address(&to, host, NEXT);
            result("bind", bind(last, (struct sockaddr *)&to, sizeof to));
        }
        else if (IS("listen")) result("listen", listen(last, 5));
        else if (IS("send")) {
            const char *text = NEXT;
            long got = send(last, text, strlen(text), MSG_NOSIGNAL);
            say("send: %s", got == -1 ? outcome(got) : got == (long)strlen(text) ? "whole" : "part");
        }
        else if (IS("recv")) {
            long got = recv(last, buffer, sizeof buffer, MSG_DONTWAIT);
            say("recv: %s", got == -1 ? outcome(got) : got == 0 ? "end" : "data");
        }
        else if (IS("fork")) {
            fflush(0);
            pid_t pid = fork();
            if (pid == 0) _exit(0);
            if (pid > 0) wait_for(pid);
            result("fork", pid);
        }
        else if (IS("in-child")) { /* the rest in a child; the parent says how it ended */
            pid_t pid = MUST(fork());
            if (pid == 0) continue;
            say("in-child: %s", how(wait_for(pid)));
            return 0;
        }
        else if (IS("exec")) {
            const char *path = NEXT;
            execl(path, path, (char *)0);
            result("exec", -1);
        }
        else if (IS("run")) { /* what exec does, in a child */
            const char *path = NEXT;
            pid_t pid = MUST(fork());
            if (pid == 0) {
                execl(path, path, (char *)0);
                _exit(errno == EACCES ? 113 : 114);
            }
            say("run: %s", how(wait_for(pid)));
        }
        else if (IS("kill")) { int pid = atoi(NEXT); result("kill", kill(pid, atoi(NEXT))); }
        else if (IS("kill-parent")) result("kill-parent", kill(getppid(), atoi(NEXT)));
        else if (IS("tiocsti")) { char c = 'x'; result("tiocsti", syscall(SYS_ioctl, 0, 0x5412, &c)); }
        else if (IS("tcgets")) { char termios[64]; result("tcgets", syscall(SYS_ioctl, 0, 0x5401, termios)); }
        else if (IS("setuid")) result("setuid", setuid(getuid()));
        else if (IS("pid")) say("pid: %d", getpid());
        else if (IS("getppid")) { int n = atoi(NEXT); while (n-- > 0) syscall(SYS_getppid); }
        else if (IS("sleep")) sleep_ms(atoi(NEXT));
        else if (IS("pause")) for (;;) pause();
        else if (IS("say")) say("%s", NEXT);
        else if (IS("note")) { /* a line into a file, at once */
            int fd = open(NEXT, O_WRONLY | O_CREAT | O_APPEND, 0666);
            const char *text = NEXT;
            dprintf(fd, "%s %d\n", text, getpid());
            close(fd);
        }
        else if (IS("until")) { /* waits for a file */
            const char *path = NEXT;
            while (access(path, F_OK) == -1) sleep_ms(5);
        }
        else if (IS("fill")) { /* many calls that are all recorded */
            int n = atoi(NEXT);
            char path[64];
            for (int k = 0; k < n; k++) {
                snprintf(path, sizeof path, "/no/such/file/of/the/name/%d", k);
                if (access(path, F_OK) == 0) return 3;
            }
            say("fill: done");
        }
        else if (IS("exit")) return atoi(NEXT);
        else { fprintf(stderr, "unknown: %s\n", verb); return 2; }
    }
    return 0;
}
