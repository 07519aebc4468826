/* What the tracees share. They print only what is the same in every run. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/types.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Ends the program where something that must work does not. */
#define MUST(x)                                                                                    \
    ({                                                                                             \
        __typeof__(x) got_ = (x);                                                                  \
        if ((long)got_ == -1) {                                                                    \
            fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #x, strerror(errno));           \
            exit(99);                                                                              \
        }                                                                                          \
        got_;                                                                                      \
    })

/* Ends the program where something is not as it must be. */
#define CHECK(x)                                                                                   \
    do {                                                                                           \
        if (!(x)) {                                                                                \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #x);                        \
            exit(98);                                                                              \
        }                                                                                          \
    } while (0)

/* The name of a failure, or "ok". */
static inline const char *outcome(long result)
{
    return result == -1 ? strerrorname_np(errno) : "ok";
}

/* A line at once, whatever happens next. */
static inline void say(const char *format, ...)
{
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line - 1, format, arguments);
    va_end(arguments);
    line[length++] = '\n';
    if (write(1, line, length) != length) _exit(97);
}

static inline long long now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static inline void sleep_ms(long ms)
{
    struct timespec t = { ms / 1000, ms % 1000 * 1000000 };
    while (nanosleep(&t, &t) == -1 && errno == EINTR) { }
}

/* How a child ended or stopped, as one word and a number. */
static inline const char *how(int status)
{
    static char text[64];
    if (WIFEXITED(status)) snprintf(text, sizeof text, "exit %d", WEXITSTATUS(status));
    else if (WIFSIGNALED(status)) snprintf(text, sizeof text, "signal %d", WTERMSIG(status));
    else if (WIFSTOPPED(status)) snprintf(text, sizeof text, "stopped %d", WSTOPSIG(status));
    else if (WIFCONTINUED(status)) snprintf(text, sizeof text, "continued");
    else snprintf(text, sizeof text, "status %x", status);
    return text;
}

static inline int wait_for(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) == -1) {
        if (errno != EINTR) { perror("waitpid"); exit(99); }
    }
    return status;
}

/* Waits until a task is in one of the states (as /proc/PID/stat has them). */
static inline void until_state(pid_t pid, const char *states)
{
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    for (;;) {
        int fd = MUST(open(path, O_RDONLY | O_CLOEXEC));
        ssize_t got = MUST(read(fd, text, sizeof text - 1));
        close(fd);
        text[got] = 0;
        char *state = strrchr(text, ')');
        if (state && strchr(states, state[2])) return;
        sleep_ms(1);
    }
}
