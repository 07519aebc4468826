/* Says what a program finds when it starts: all that its starter handed down. */
#include "tracee.h"
#include <dirent.h>
#include <sys/personality.h>
#include <termios.h>

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void status_lines(void)
{
    static const char *wanted[] = { "Umask", "TracerPid", "Uid", "Gid", "Groups", "SigPnd", "ShdPnd", "SigBlk", "SigIgn", "SigCgt",
        "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp", "Cpus_allowed", "Threads" };
    char line[8192];
    FILE *status = fopen("/proc/self/status", "re");
    while (fgets(line, sizeof line, status)) {
        for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
            size_t n = strlen(wanted[i]);
            if (strncmp(line, wanted[i], n) == 0 && line[n] == ':') {
                if (i == 1) continue; /* only a tracer can change that one, and does */
                fputs(line, stdout);
            }
        }
    }
    fclose(status);
}

int main(int argc, char **argv, char **env)
{
    printf("argc %d argv", argc);
    for (int i = 1; i < argc; i++) printf(" [%s]", argv[i]);
    int count = 0;
    while (env[count]) count++;
    qsort(env, count, sizeof *env, by_text);
    puts("");
    for (int i = 0; i < count; i++) {
        /* The shell's own bookkeeping is about the shell. */
        if (strncmp(env[i], "_=", 2) != 0) printf("env %s\n", env[i]);
    }
    char cwd[4096];
    printf("cwd %s\n", getcwd(cwd, sizeof cwd));
    status_lines();
    for (int fd = 0; fd < 1024; fd++) {
        int flags = fcntl(fd, F_GETFD), mode = fcntl(fd, F_GETFL);
        if (flags == -1) continue;
        struct stat st;
        fstat(fd, &st);
        off_t at = lseek(fd, 0, SEEK_CUR);
        printf("fd %d flags %x mode %x type %o at %lld tty %d\n", fd, flags, mode, st.st_mode & S_IFMT, (long long)at, isatty(fd));
    }
    for (int i = 0; i < RLIM_NLIMITS; i++) {
        struct rlimit limit;
        if (getrlimit(i, &limit) == 0) printf("rlimit %d %llu %llu\n", i, (unsigned long long)limit.rlim_cur, (unsigned long long)limit.rlim_max);
    }
    for (int i = 1; i < 65; i++) {
        struct sigaction action;
        if (i == 32 || i == 33 || sigaction(i, NULL, &action) == -1) continue;
        if (action.sa_handler != SIG_DFL) printf("signal %d %s\n", i, action.sa_handler == SIG_IGN ? "ignored" : "caught");
    }
    int death = -1;
    prctl(PR_GET_PDEATHSIG, &death);
    printf("pdeathsig %d dumpable %d keepcaps %d subreaper ", death, prctl(PR_GET_DUMPABLE), prctl(PR_GET_KEEPCAPS));
    int subreaper = -1;
    prctl(PR_GET_CHILD_SUBREAPER, &subreaper);
    printf("%d timerslack %ld nice %d personality %x\n", subreaper, (long)prctl(PR_GET_TIMERSLACK), getpriority(PRIO_PROCESS, 0), personality(0xffffffff));
    printf("scheduler %d no_new_privs %d\n", sched_getscheduler(0), prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
    printf("controlling terminal %s", tty == -1 ? "none\n" : "there");
    if (tty != -1) printf(", in the foreground %d, of my session %d\n", tcgetpgrp(tty) == getpgrp(), tcgetsid(tty) == getsid(0));
    printf("children %d\n", waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD ? 0 : 1);
    return 0;
}
