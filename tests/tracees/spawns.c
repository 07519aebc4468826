/* Every way to make a process or a thread, many at once, one inside the other. */
#include "tracee.h"
#include <linux/sched.h>
#include <spawn.h>
#include <stddef.h>

extern char **environ;

static int child_of_clone(void *argument)
{
    return *(int *)argument;
}

static void *thread(void *argument)
{
    syscall(SYS_getppid);
    return argument;
}

static void each(const char *self)
{
    pid_t pid = MUST(fork());
    if (pid == 0) _exit(11);
    say("fork %s", how(wait_for(pid)));

    pid = vfork();
    if (pid == 0) _exit(12);
    say("vfork %s", how(wait_for(pid)));

    pid = vfork();
    if (pid == 0) {
        execl(self, self, "exit", "13", (char *)0);
        _exit(1);
    }
    say("vfork and exec %s", how(wait_for(pid)));

    pid = (pid_t)MUST(syscall(SYS_fork));
    if (pid == 0) _exit(14);
    say("raw fork %s", how(wait_for(pid)));

    pid = (pid_t)MUST(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
    if (pid == 0) _exit(15);
    say("raw clone %s", how(wait_for(pid)));

    char *stack = malloc(65536);
    int code = 16;
    pid = MUST(clone(child_of_clone, stack + 65536, CLONE_VM | CLONE_VFORK | SIGCHLD, &code));
    say("clone sharing memory %s", how(wait_for(pid)));

    code = 17;
    pid = MUST(clone(child_of_clone, stack + 65536, CLONE_FILES | CLONE_FS | SIGCHLD, &code));
    say("clone sharing files %s", how(wait_for(pid)));

    code = 18; /* no signal to the parent at its end: only __WALL waits for such */
    pid = MUST(clone(child_of_clone, stack + 65536, 0, &code));
    int status;
    MUST(waitpid(pid, &status, __WALL));
    say("clone without a signal %s", how(status));

    struct clone_args args = { .exit_signal = SIGCHLD };
    pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
    if (pid == 0) _exit(19);
    say("clone3 %s", how(wait_for(pid)));

    int pidfd = -1;
    args = (struct clone_args) { .flags = CLONE_PIDFD, .pidfd = (uintptr_t)&pidfd, .exit_signal = SIGCHLD };
    pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
    if (pid == 0) _exit(20);
    siginfo_t info = { 0 };
    MUST(waitid(P_PIDFD, pidfd, &info, WEXITED));
    say("clone3 with a pidfd %d %d", info.si_code, info.si_status);
    close(pidfd);

    char *words[] = { (char *)self, "exit", "21", NULL };
    CHECK(posix_spawn(&pid, self, NULL, NULL, words, environ) == 0);
    say("posix_spawn %s", how(wait_for(pid)));

    pthread_t one;
    void *back;
    CHECK(pthread_create(&one, NULL, thread, &code) == 0);
    pthread_join(one, &back);
    say("thread %d", back == &code);

    /* As a daemon does: the grandchild belongs to nobody here. */
    int ends[2];
    MUST(pipe(ends));
    if (MUST(fork()) == 0) {
        if (MUST(fork()) == 0) {
            setsid();
            sleep_ms(20);
            _exit(write(ends[1], "grandchild", 10) != 10);
        }
        _exit(0);
    }
    wait(NULL);
    char text[16] = "";
    CHECK(read(ends[0], text, 10) == 10);
    say("double fork %s", text);
    say("no children left: %s", outcome(wait(NULL)));
}

/* `workers` processes, each making `count` that end at once, whose first stop often comes before their parent's event. */
static void storm(int workers, int count)
{
    for (int w = 0; w < workers; w++) {
        if (MUST(fork()) == 0) {
            for (int i = 0; i < count; i++) {
                pid_t pid = i % 3 == 0 ? vfork() : fork();
                if (pid == 0) _exit(i & 0x7f);
                if (pid == -1) _exit(1);
                int status = wait_for(pid);
                if (!WIFEXITED(status) || WEXITSTATUS(status) != (i & 0x7f)) _exit(2);
            }
            /* And many alive at the same time. */
            for (int i = 0; i < 20; i++) {
                if (fork() == 0) _exit(3);
            }
            for (int i = 0; i < 20; i++) {
                int status;
                if (wait(&status) == -1 || WEXITSTATUS(status) != 3) _exit(4);
            }
            _exit(wait(NULL) == -1 && errno == ECHILD ? 55 : 5);
        }
    }
    for (int w = 0; w < workers; w++) {
        int status;
        MUST(wait(&status));
        say("worker %s", how(status));
    }
}

/* The same PID for one process after the other. */
static void reuse(const char *self)
{
    pid_t first = 0;
    for (int i = 0; i < 50; i++) {
        pid_t wanted[1] = { first };
        struct clone_args args = { .exit_signal = SIGCHLD };
        if (first) {
            args.set_tid = (uintptr_t)wanted;
            args.set_tid_size = 1;
        }
        pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
        if (pid == 0) {
            if (i % 2) execl(self, self, "exit", "31", (char *)0);
            _exit(32);
        }
        if (pid == -1) {
            say("not permitted: %s", strerrorname_np(errno));
            return;
        }
        if (first) CHECK(pid == first);
        first = pid;
        int status = wait_for(pid);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == (i % 2 ? 31 : 32));
    }
    say("one PID for 50 processes");
}

/* Ends at any moment: a child that makes calls, starts threads and processes is killed. */
static void *busy(void *nothing)
{
    for (;;) {
        syscall(SYS_getppid);
        close(open("/dev/null", O_RDONLY));
    }
    return nothing;
}

static void killed(int rounds)
{
    unsigned seed = 1;
    for (int i = 0; i < rounds; i++) {
        pid_t pid = MUST(fork());
        if (pid == 0) {
            pthread_t one;
            for (int k = 0; k < 3; k++) pthread_create(&one, NULL, busy, NULL);
            for (;;) {
                pid_t grand = fork();
                if (grand == 0) _exit(0);
                if (grand > 0) waitpid(grand, NULL, 0);
            }
        }
        usleep(rand_r(&seed) % 3000);
        MUST(kill(pid, SIGKILL));
        int status = wait_for(pid);
        CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    }
    say("killed %d times", rounds);
}

int main(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "";
    if (strcmp(verb, "exit") == 0) return atoi(argv[2]);
    if (strcmp(verb, "each") == 0) each(argv[0]);
    else if (strcmp(verb, "storm") == 0) storm(atoi(argv[2]), atoi(argv[3]));
    else if (strcmp(verb, "reuse") == 0) reuse(argv[0]);
    else if (strcmp(verb, "killed") == 0) killed(atoi(argv[2]));
    else if (strcmp(verb, "daemon") == 0) {
        /* The program ends; what it started goes on, and writes later. */
        if (MUST(fork()) == 0) {
            if (MUST(fork()) == 0) {
                setsid();
                sleep_ms(300);
                int fd = MUST(open(argv[2], O_WRONLY | O_CREAT, 0666));
                return write(fd, "still here\n", 11) != 11;
            }
            _exit(0);
        }
        wait(NULL);
        say("gone");
        return 5;
    }
    else return 2;
    return 0;
}
