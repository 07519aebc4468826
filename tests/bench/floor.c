// The least that a tracer of every call can do: two stops a call, nothing looked at.
// floor [-p] PROGRAM [ARG]...   -p: the tracer and everything it traces share one CPU.
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    argv++;
    if (argc > 2 && !strcmp(*argv, "-p")) {
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(sched_getcpu(), &one);
        sched_setaffinity(0, sizeof one, &one);
        argv++;
    }
    if (!*argv)
        return 2;
    pid_t root = fork();
    if (root == 0) {
        raise(SIGSTOP);
        execvp(*argv, argv);
        perror(*argv);
        _exit(127);
    }
    int status = 0, code = 125;
    waitpid(root, &status, WUNTRACED);
    long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
        PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
    if (ptrace(PTRACE_SEIZE, root, 0, options) < 0) {
        perror("ptrace");
        kill(root, SIGKILL);
        return 125;
    }
    kill(root, SIGCONT);
    for (;;) {
        pid_t tid = waitpid(-1, &status, __WALL);
        if (tid < 0 && errno == EINTR)
            continue;
        if (tid < 0)
            return code;
        if (!WIFSTOPPED(status)) {
            if (tid == root)
                code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            continue;
        }
        int event = status >> 16, signal = WSTOPSIG(status);
        if (event || signal == (SIGTRAP | 0x80))
            signal = 0;
        ptrace(PTRACE_SYSCALL, tid, 0, signal);
    }
}
