/* Processes, threads and calls of every sort. `busy ROUNDS WORKERS`: so many times each; 0: until there is a file `stop`. */
#include "tracee.h"

static void *thread(void *unused)
{
    for (int i = 0; i < 20; i++) getppid();
    return unused;
}

static void calls(void)
{
    char buffer[256];
    int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
    if (fd != -1) {
        while (read(fd, buffer, sizeof buffer) > 0) { }
        close(fd);
    }
    struct stat st;
    stat("/no/such/name", &st);
    int ends[2];
    if (pipe(ends) == 0) {
        if (write(ends[1], buffer, 64) == 64) read(ends[0], buffer, 64);
        close(ends[0]);
        close(ends[1]);
    }
}

static void empty(int signal) { (void)signal; }

/* One of everything. */
static void round_of(int worker)
{
    char name[64];
    calls();
    pid_t pid = fork();
    if (pid == 0) { calls(); _exit(0); }
    if (pid > 0) wait_for(pid);

    pid = vfork();
    if (pid == 0) { execl("/bin/true", "true", (char *)0); _exit(1); }
    if (pid > 0) wait_for(pid);

    pthread_t threads[3];
    for (int i = 0; i < 3; i++) if (pthread_create(&threads[i], 0, thread, 0)) exit(96);
    for (int i = 0; i < 3; i++) pthread_join(threads[i], 0);

    pid = fork();
    if (pid == 0) { /* one that outlives its parent, in a session of its own */
        setsid();
        if (fork() == 0) { sleep_ms(20); calls(); _exit(0); }
        _exit(0);
    }
    if (pid > 0) wait_for(pid);

    pid = fork();
    if (pid == 0) for (;;) calls();
    if (pid > 0) { kill(pid, SIGSTOP); kill(pid, SIGCONT); kill(pid, SIGKILL); wait_for(pid); }

    for (int i = 0; i < 10; i++) raise(SIGUSR1);
    snprintf(name, sizeof name, "busy-%d", worker);
    int fd = open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd != -1) { write(fd, name, sizeof name); close(fd); unlink(name); }
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 0;
    int workers = argc > 2 ? atoi(argv[2]) : 3;
    signal(SIGUSR1, empty);
    close(open("started", O_WRONLY | O_CREAT, 0600));
    for (int i = 0; i < workers; i++)
        if (MUST(fork()) == 0) {
            for (int n = 0; rounds == 0 ? access("stop", F_OK) == -1 : n < rounds; n++) round_of(i);
            _exit(0);
        }
    while (wait(0) > 0 || errno == EINTR) { }
    return 0;
}
