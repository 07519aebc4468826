/* Much of one thing. `flood WHAT COUNT`. */
#include "tracee.h"
#include <sys/uio.h>

static void nothing(int signal) { (void)signal; }

/* A chain of processes, each the child of the one before, all alive at once. */
static void chain(int left)
{
    if (left == 0) return;
    pid_t pid = fork();
    if (pid == -1) { CHECK(errno == EAGAIN); return; }
    if (pid == 0) { chain(left - 1); _exit(0); }
    CHECK(wait_for(pid) == 0);
}

static void *thread(void *unused) { return unused; }

int main(int argc, char **argv)
{
    CHECK(argc > 2);
    const char *what = argv[1];
    int count = atoi(argv[2]);
#define IS(name) (strcmp(what, name) == 0)
    if (IS("processes")) {
        for (int i = 0; i < count; i++) {
            pid_t pid = MUST(fork());
            if (pid == 0) _exit(0);
            wait_for(pid);
        }
    }
    else if (IS("at-once")) { /* as many as there may be, none waited for before all are there */
        int made = 0;
        for (int i = 0; i < count; i++) {
            pid_t pid = fork();
            if (pid == 0) { pause(); _exit(0); }
            if (pid > 0) made++;
        }
        signal(SIGTERM, SIG_IGN);
        kill(0, SIGTERM);
        while (made > 0 && wait(0) > 0) made--;
    }
    else if (IS("chain")) chain(count);
    else if (IS("threads")) {
        for (int i = 0; i < count; i++) {
            pthread_t t;
            CHECK(pthread_create(&t, 0, thread, 0) == 0);
            pthread_join(t, 0);
        }
    }
    else if (IS("arguments")) { /* itself, again and again, with as much as execve takes */
        if (count == 0) { say("arguments: all of it"); return 0; }
        char number[16], *big = malloc(120001), *words[20] = { argv[0], "arguments", number };
        snprintf(number, sizeof number, "%d", count - 1);
        memset(big, 'x', 120000);
        big[120000] = 0;
        for (int i = 3; i < 10; i++) words[i] = big;
        execve(argv[0], words, words + 3);
        return 96;
    }
    else if (IS("paths")) {
        static char path[70000];
        for (int i = 0; i < count; i++) {
            /* Names that differ, some longer than any may be. */
            int length = i % 3 == 2 ? 65000 : 4000;
            memset(path, 0, sizeof path);
            for (int k = 0; k < length; k++) path[k] = k % 100 ? 'a' + (i + k) % 26 : '/';
            CHECK(access(path, F_OK) == -1);
        }
    }
    else if (IS("vectors")) {
        static struct iovec parts[1025];
        static char byte[65536];
        int fd = MUST(open("/dev/null", O_WRONLY));
        for (int i = 0; i < 1025; i++) parts[i] = (struct iovec){ byte, sizeof byte };
        for (int i = 0; i < count; i++) {
            CHECK(writev(fd, parts, 1024) == 1024L * sizeof byte);
            CHECK(writev(fd, parts, 1025) == -1 && errno == EINVAL);
        }
    }
    else if (IS("signals")) { /* two that do nothing but signal each other, and queue as many as they may */
        struct sigaction action = { .sa_handler = nothing, .sa_flags = SA_RESTART };
        sigaction(SIGUSR1, &action, 0);
        sigaction(SIGRTMIN, &action, 0);
        pid_t pid = MUST(fork()), other = pid ? pid : getppid();
        for (int i = 0; i < count; i++) {
            kill(other, SIGUSR1);
            sigqueue(other, SIGRTMIN, (union sigval){ i });
        }
        if (pid == 0) _exit(0);
        CHECK(wait_for(pid) == 0);
    }
    else if (IS("stops")) {
        pid_t pid = MUST(fork());
        if (pid == 0) for (;;) getppid();
        for (int i = 0; i < count; i++) { kill(pid, SIGSTOP); kill(pid, SIGCONT); }
        kill(pid, SIGKILL);
        wait_for(pid);
    }
    else return 2;
    say("%s: all of it", what);
    return 0;
}
