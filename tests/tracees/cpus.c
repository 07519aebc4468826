/* What a program knows of the CPUs that it may run on, after so many calls in a row that a tracer may have changed that. */
#include "tracee.h"

static void many_calls(void)
{
    for (int i = 0; i < 5000; i++) syscall(SYS_getppid);
}

/* As text, from the call and from /proc; they must say the same. */
static const char *mask(void)
{
    static _Thread_local char text[2048];
    cpu_set_t set;
    CPU_ZERO(&set);
    many_calls();
    int size = MUST(syscall(SYS_sched_getaffinity, 0, sizeof set, &set));
    many_calls();
    char status[8192], want[32];
    int fd = MUST(open("/proc/thread-self/status", O_RDONLY | O_CLOEXEC));
    many_calls();
    ssize_t got = MUST(read(fd, status, sizeof status - 1));
    status[got] = 0;
    close(fd);
    char *line = strstr(status, "Cpus_allowed:");
    CHECK(line);
    *strchr(line, '\n') = 0;
    /* The lowest 32 CPUs are the digits behind the last comma. */
    char *digits = strrchr(line, ',');
    unsigned long low = strtoul(digits ? digits + 1 : strchr(line, ':') + 1, NULL, 16);
    CHECK(low != 0 || size > 4);
    snprintf(want, sizeof want, "%lx", low);
    int at = snprintf(text, sizeof text, "%s:", want);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, &set)) continue;
        if (cpu < 32) CHECK(low >> cpu & 1);
        at += snprintf(text + at, sizeof text - at, " %d", cpu);
    }
    return text;
}

static void *in_thread(void *who)
{
    say("%s %s", (char *)who, mask());
    return NULL;
}

static void thread(const char *who)
{
    pthread_t other;
    MUST(-pthread_create(&other, NULL, in_thread, (void *)who));
    pthread_join(other, NULL);
}

static void family(const char *who)
{
    say("%s %s", who, mask());
    thread("its thread");
    pid_t pid = MUST(fork());
    if (pid == 0) {
        say("its child %s", mask());
        thread("the child's thread");
        _exit(0);
    }
    CHECK(wait_for(pid) == 0);
    pid = MUST(vfork());
    if (pid == 0) {
        execl("/proc/self/exe", "cpus", "show", NULL);
        _exit(1);
    }
    CHECK(wait_for(pid) == 0);
    say("%s still %s", who, mask());
}

/* The highest CPU that it may use. */
static int last(void)
{
    cpu_set_t set;
    MUST(sched_getaffinity(0, sizeof set, &set));
    int cpu = CPU_SETSIZE - 1;
    while (!CPU_ISSET(cpu, &set)) cpu--;
    return cpu;
}

static void pinned(void)
{
    cpu_set_t all, one;
    MUST(sched_getaffinity(0, sizeof all, &all));
    int cpu = last();
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    many_calls();
    MUST(sched_setaffinity(0, sizeof one, &one));
    for (int i = 0; i < 2000; i++) {
        syscall(SYS_getppid);
        CHECK(sched_getcpu() == cpu);
    }
    family("pinned");
    /* Another process's mask is its own, and may be changed too. */
    int gate[2];
    MUST(pipe(gate));
    pid_t pid = MUST(fork());
    if (pid == 0) {
        char byte;
        many_calls();
        MUST(read(gate[0], &byte, 1));
        say("changed by its parent %s", mask());
        _exit(0);
    }
    many_calls();
    MUST(sched_setaffinity(pid, sizeof all, &all));
    cpu_set_t seen;
    MUST(sched_getaffinity(pid, sizeof seen, &seen));
    CHECK(CPU_EQUAL(&seen, &all));
    MUST(write(gate[1], "x", 1));
    CHECK(wait_for(pid) == 0);
    MUST(sched_setaffinity(0, sizeof all, &all));
    family("free again");
}

static atomic_int cpus[2] = { -1, -1 };
static atomic_int met;

/* Computes, with a call now and then, until both have been seen on two CPUs at once. */
static void *runs(void *mine)
{
    int me = (int)(long)mine;
    many_calls();
    for (unsigned long round = 1; !met; round++) {
        cpus[me] = sched_getcpu();
        int other = cpus[!me];
        if (other != -1 && other != cpus[me]) met = 1;
        if (round % 1000000 == 0) syscall(SYS_getppid);
    }
    return NULL;
}

static void parallel(void)
{
    cpu_set_t all;
    MUST(sched_getaffinity(0, sizeof all, &all));
    if (CPU_COUNT(&all) > 1) {
        pthread_t other;
        MUST(-pthread_create(&other, NULL, runs, (void *)1));
        runs((void *)0);
        pthread_join(other, NULL);
    }
    say("on two CPUs, or there is but one");
}

int main(int argc, char **argv)
{
    if (argc != 2) return 2;
    if (!strcmp(argv[1], "show")) say("its program %s", mask());
    else if (!strcmp(argv[1], "family")) family("it");
    else if (!strcmp(argv[1], "pinned")) pinned();
    else if (!strcmp(argv[1], "parallel")) parallel();
    else if (!strcmp(argv[1], "calls")) {
        /* Until it is killed. */
        char line[16];
        int fd = MUST(open("pid", O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
        MUST(write(fd, line, snprintf(line, sizeof line, "%d\n", getpid())));
        for (;;) syscall(SYS_getppid);
    } else return 2;
    return 0;
}
