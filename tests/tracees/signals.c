/* Everything that can happen with signals and timers. Each part says what it saw; nothing it says depends on time. */
#include "tracee.h"
#include <linux/futex.h>
#include <setjmp.h>
#include <sys/file.h>
#include <sys/select.h>
#include <ucontext.h>

static volatile sig_atomic_t seen[65];
static volatile int values[64], order[64], codes[64], count;
static volatile pid_t sender;
static volatile int go = -1; /* where a handler tells that it has run */

static void note(int number, siginfo_t *info, void *context)
{
    (void)context;
    seen[number]++;
    if (count < 64) {
        order[count] = number;
        codes[count] = info->si_code;
        values[count++] = info->si_value.sival_int;
    }
    sender = info->si_pid;
    if (go != -1 && write(go, "x", 1) != 1) _exit(96);
}

static void handle(int number, int flags)
{
    struct sigaction action = { .sa_sigaction = note, .sa_flags = SA_SIGINFO | flags };
    MUST(sigaction(number, &action, NULL));
}

static void forget(void)
{
    memset((void *)seen, 0, sizeof seen);
    count = 0;
}

static int is_catchable(int number)
{
    return number != SIGKILL && number != SIGSTOP && number != 32 && number != 33;
}

static void each(void)
{
    for (int s = 1; s <= 64; s++) if (is_catchable(s)) handle(s, 0);
    int once = 0;
    for (int s = 1; s <= 64; s++) {
        if (!is_catchable(s)) continue;
        forget();
        MUST(kill(getpid(), s));
        if (seen[s] == 1 && count == 1 && codes[0] == SI_USER && sender == getpid()) once++;
        else say("signal %d came %d times, %d in all", s, seen[s], count);
        forget();
        MUST(syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), s));
        if (seen[s] == 1 && count == 1 && codes[0] == SI_TKILL) once++;
        else say("thread signal %d came %d times, %d in all", s, seen[s], count);
    }
    say("once: %d", once);
}

static void queued(void)
{
    sigset_t all, old;
    sigfillset(&all);
    for (int s = 1; s <= 64; s++) if (is_catchable(s)) handle(s, 0);
    sigprocmask(SIG_SETMASK, &all, &old);
    for (int k = 0; k < 5; k++) {
        for (int s = SIGRTMIN; s < SIGRTMIN + 4; s++) MUST(sigqueue(getpid(), s, (union sigval) { .sival_int = s * 100 + k }));
        MUST(kill(getpid(), SIGUSR1)); /* a standard one: five are one */
        MUST(sigqueue(getpid(), SIGUSR2, (union sigval) { .sival_int = 7 }));
    }
    forget();
    sigprocmask(SIG_SETMASK, &old, NULL);
    for (int i = 0; i < count; i++) {
        if (order[i] >= SIGRTMIN) say("RT+%d value %d code %d", order[i] - SIGRTMIN, values[i] - order[i] * 100, codes[i]);
        else say("signal %d value %d code %d", order[i], order[i] == SIGUSR2 ? values[i] : 0, codes[i]);
    }
}

static sigjmp_buf back;
static volatile void *where;
static volatile int on_stack, fault_code;
static char alternative[65536];

static void fault(int number, siginfo_t *info, void *context)
{
    (void)context;
    char here;
    on_stack = &here >= alternative && &here < alternative + sizeof alternative;
    where = info->si_addr;
    fault_code = info->si_code;
    seen[number]++;
    siglongjmp(back, number);
}

static void faults(void)
{
    stack_t stack = { .ss_sp = alternative, .ss_size = sizeof alternative };
    MUST(sigaltstack(&stack, NULL));
    struct sigaction action = { .sa_sigaction = fault, .sa_flags = SA_SIGINFO | SA_ONSTACK };
    static const int all[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP };
    for (int i = 0; i < 5; i++) MUST(sigaction(all[i], &action, NULL));
    int got;
    char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if ((got = sigsetjmp(back, 1)) == 0) *(volatile char *)page = 1;
    say("write to a read-only page: %d code %d at it %d on the other stack %d", got, fault_code, where == page, on_stack);
    if ((got = sigsetjmp(back, 1)) == 0) *(volatile char *)8 = 1;
    say("write to 8: %d code %d at it %d", got, fault_code, where == (void *)8);
    int fd = MUST(memfd_create("x", MFD_CLOEXEC));
    char *hole = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    if ((got = sigsetjmp(back, 1)) == 0) (void)*(volatile char *)hole;
    say("behind the end of a file: %d code %d at it %d", got, fault_code, where == hole);
#if defined __x86_64__ || defined __i386__
    if ((got = sigsetjmp(back, 1)) == 0) __asm__ volatile("xorl %%edx, %%edx; xorl %%eax, %%eax; divl %%edx" ::: "eax", "edx");
    say("division by zero: %d code %d", got, fault_code);
    if ((got = sigsetjmp(back, 1)) == 0) __asm__ volatile("ud2");
    say("illegal instruction: %d code %d", got, fault_code);
    if ((got = sigsetjmp(back, 1)) == 0) __asm__ volatile("int3");
    say("breakpoint: %d code %d", got, fault_code);
    if ((got = sigsetjmp(back, 1)) == 0) /* the trap flag: one step */
        __asm__ volatile("pushf; orl $0x100, (%%rsp); popf; nop; nop" ::: "memory");
    say("single step: %d code %d", got, fault_code);
#endif
}

/* A helper process sends `number` once this one sleeps in the kernel. */
static pid_t later(int number)
{
    pid_t me = getpid(), pid = MUST(fork());
    if (pid == 0) {
        until_state(me, "S");
        sleep_ms(30); /* it may sleep in fork's own locks for a moment: then in the call for sure */
        until_state(me, "S");
        kill(me, number);
        _exit(0);
    }
    return pid;
}

/* Each blocking call, interrupted by a handler with and without SA_RESTART. Where it goes on, something ends it. */
static void interrupted(void)
{
    for (int restart = 0; restart < 2; restart++) {
        handle(SIGUSR1, restart ? SA_RESTART : 0);
        signal(SIGCHLD, SIG_DFL);
        for (int which = 0; which < 14; which++) {
            int ends[2], sockets[2], ran[2], epoll, timer, result = 0;
            char byte;
            struct timespec t = { 1, 500000000 }, rest = { 9, 9 };
            struct pollfd one;
            fd_set set;
            sigset_t none, usr2;
            uint64_t ticks;
            uint32_t word = 0;
            struct epoll_event event;
            const char *name = "";
            struct flock lock = { .l_type = F_WRLCK };
            MUST(pipe(ends));
            MUST(pipe(ran));
            go = ran[1];
            MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
            epoll = MUST(epoll_create1(0));
            timer = MUST(timerfd_create(CLOCK_MONOTONIC, 0));
            int file = MUST(memfd_create("lock", 0));
            sigemptyset(&none);
            sigemptyset(&usr2);
            sigaddset(&usr2, SIGUSR2);
            sigprocmask(SIG_BLOCK, &usr2, NULL);
            forget();
            /* What ends a call that goes on after the handler. */
            pid_t ender = 0;
            if (which == 0 || which == 7 || which == 8 || which == 9) {
                if ((ender = MUST(fork())) == 0) {
                    if (which == 8) MUST(fcntl(file, F_SETLK, &lock));
                    CHECK(read(ran[0], &byte, 1) == 1); /* the handler has run */
                    sleep_ms(50);
                    if (which == 0) _exit(write(ends[1], "x", 1) != 1);
                    if (which == 7) _exit(write(sockets[1], "x", 1) != 1);
                    _exit(0);
                }
                if (which == 8) while (fcntl(file, F_GETLK, &lock) == 0 && lock.l_type == F_UNLCK) { lock.l_type = F_WRLCK; sleep_ms(1); }
                lock.l_type = F_WRLCK;
            }
            pid_t helper = later(SIGUSR1);
            errno = 0;
            switch (which) {
            case 0: name = "read from a pipe"; result = read(ends[0], &byte, 1); break;
            case 1: name = "nanosleep"; result = nanosleep(&t, &rest); break;
            case 2: name = "clock_nanosleep"; result = clock_nanosleep(CLOCK_MONOTONIC, 0, &t, &rest); if (result) errno = result, result = -1; break;
            case 3: name = "poll"; one = (struct pollfd) { ends[0], POLLIN, 0 }; result = poll(&one, 1, 1500); break;
            case 4: name = "select"; FD_ZERO(&set); FD_SET(ends[0], &set); { struct timeval v = { 1, 500000 }; result = select(ends[0] + 1, &set, NULL, NULL, &v); } break;
            case 5: name = "epoll_wait"; result = epoll_wait(epoll, &event, 1, 1500); break;
            case 6: name = "futex"; result = syscall(SYS_futex, &word, FUTEX_WAIT, 0, &t, NULL, 0); break;
            case 7: name = "recv"; result = recv(sockets[0], &byte, 1, 0); break;
            case 8: name = "fcntl lock"; result = fcntl(file, F_SETLKW, &lock); break;
            case 9: name = "waitpid"; result = waitpid(ender, NULL, 0) == ender ? 0 : -1; if (result == 0) ender = 0; break;
            case 10: name = "sigsuspend"; result = sigsuspend(&none); break;
            case 11: name = "sigtimedwait"; result = sigtimedwait(&usr2, NULL, &t); break;
            case 12: name = "timerfd"; { struct itimerspec i = { { 0, 0 }, { 1, 500000000 } }; timerfd_settime(timer, 0, &i, NULL); } result = read(timer, &ticks, 8); break;
            case 13: name = "ppoll"; one = (struct pollfd) { ends[0], POLLIN, 0 }; result = ppoll(&one, 1, &t, &none); break;
            }
            int error = errno;
            say("%s%s: %d %s, handler %d%s", name, restart ? " with SA_RESTART" : "", result, result == -1 ? strerrorname_np(error) : "",
                (int)seen[SIGUSR1], which == 1 && result == -1 ? (rest.tv_sec == 0 && rest.tv_nsec > 0 ? ", the rest is told" : ", no rest") : "");
            wait_for(helper);
            if (ender) wait_for(ender);
            go = -1;
            close(ran[0]), close(ran[1]), close(ends[0]), close(ends[1]), close(sockets[0]), close(sockets[1]), close(epoll), close(timer), close(file);
        }
    }
}

/* A sleep that is stopped and continued is not cut short (restart_syscall). */
static void stops(void)
{
    static const int numbers[] = { SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU };
    if (getpid() != getsid(0)) MUST(setpgid(0, 0)); /* an orphaned group ignores SIGTSTP: the children get one below this one */
    for (int i = 0; i < 4; i++) {
        for (int which = 0; which < (i ? 1 : 3); which++) {
            pid_t pid = MUST(fork());
            if (pid == 0) {
                setpgid(0, 0);
                long long start = now_ms();
                struct timespec t = { 0, 600000000 };
                int result = which == 0 ? nanosleep(&t, NULL) : which == 1 ? poll(NULL, 0, 600) : clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL);
                _exit(result == 0 && now_ms() - start >= 599 ? 42 : 43);
            }
            setpgid(pid, pid);
            until_state(pid, "S");
            int status;
            MUST(kill(pid, numbers[i]));
            MUST(waitpid(pid, &status, WUNTRACED));
            char stopped[64];
            snprintf(stopped, sizeof stopped, "%s", how(status));
            until_state(pid, "Tt");
            MUST(kill(pid, SIGCONT));
            MUST(waitpid(pid, &status, WCONTINUED));
            char continued[64];
            snprintf(continued, sizeof continued, "%s", how(status));
            say("%s, %s, %s", stopped, continued, how(wait_for(pid)));
        }
    }
    /* A whole threaded process stops and goes on; a handler of SIGCONT runs once. */
    pid_t pid = MUST(fork());
    if (pid == 0) {
        handle(SIGCONT, 0);
        raise(SIGSTOP);
        raise(SIGSTOP);
        _exit(seen[SIGCONT]);
    }
    for (int k = 0; k < 2; k++) {
        int status;
        MUST(waitpid(pid, &status, WUNTRACED));
        say("by itself: %s", how(status));
        MUST(kill(pid, SIGCONT));
    }
    say("handlers of SIGCONT: %s", how(wait_for(pid)));
    /* Killed while stopped. */
    pid = MUST(fork());
    if (pid == 0) { raise(SIGSTOP); _exit(0); }
    int status;
    MUST(waitpid(pid, &status, WUNTRACED));
    MUST(kill(pid, SIGKILL));
    say("killed while stopped: %s", how(wait_for(pid)));
    /* A fatal signal to a stopped process waits for SIGCONT. */
    pid = MUST(fork());
    if (pid == 0) { raise(SIGSTOP); _exit(0); }
    MUST(waitpid(pid, &status, WUNTRACED));
    MUST(kill(pid, SIGTERM));
    sleep_ms(50);
    say("SIGTERM while stopped: %s", waitpid(pid, &status, WNOHANG) == 0 ? "still there" : how(status));
    MUST(kill(pid, SIGCONT));
    say("then: %s", how(wait_for(pid)));
}

static void deaths(void)
{
    struct rlimit none = { 0, 0 };
    MUST(setrlimit(RLIMIT_CORE, &none));
    for (int s = 1; s <= 64; s++) {
        if (s == 32 || s == 33) continue;
        pid_t pid = MUST(fork());
        if (pid == 0) {
            signal(s, SIG_DFL);
            kill(getpid(), s);
            _exit(0);
        }
        int status;
        MUST(waitpid(pid, &status, WUNTRACED));
        say("%d: %s", s, how(status));
        if (WIFSTOPPED(status)) {
            kill(pid, SIGKILL);
            wait_for(pid);
        }
    }
}

static void timers(void)
{
    static const struct { int which, number; const char *name; } all[] = {
        { ITIMER_REAL, SIGALRM, "real" }, { ITIMER_VIRTUAL, SIGVTALRM, "virtual" }, { ITIMER_PROF, SIGPROF, "prof" } };
    for (int i = 0; i < 3; i++) {
        handle(all[i].number, SA_RESTART);
        forget();
        struct itimerval t = { { 0, 5000 }, { 0, 5000 } }, off = { { 0, 0 }, { 0, 0 } };
        MUST(setitimer(all[i].which, &t, NULL));
        while (seen[all[i].number] < 5) { for (volatile int k = 0; k < 100000; k++) { } }
        MUST(setitimer(all[i].which, &off, NULL));
        say("setitimer %s: five", all[i].name);
    }
    forget();
    alarm(1);
    pause();
    say("alarm: %d", (int)seen[SIGALRM]);
    handle(SIGRTMIN + 2, 0);
    forget();
    timer_t timer;
    struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 2, .sigev_value.sival_int = 77 };
    MUST(timer_create(CLOCK_MONOTONIC, &event, &timer));
    struct itimerspec once = { { 0, 0 }, { 0, 20000000 } };
    sigset_t mask, old;
    sigemptyset(&mask);
    sigaddset(&mask, SIGRTMIN + 2);
    sigprocmask(SIG_BLOCK, &mask, &old);
    MUST(timer_settime(timer, 0, &once, NULL));
    while (!count) sigsuspend(&old);
    sigprocmask(SIG_SETMASK, &old, NULL);
    say("timer_create: %d value %d code %d", (int)seen[SIGRTMIN + 2], values[0], codes[0]);
    timer_delete(timer);
    int fd = MUST(timerfd_create(CLOCK_MONOTONIC, 0));
    MUST(timerfd_settime(fd, 0, &once, NULL));
    uint64_t ticks;
    CHECK(read(fd, &ticks, 8) == 8);
    say("timerfd: %d", (int)ticks);
    /* A busy interval timer while many calls are made: none of them may fail. */
    handle(SIGALRM, SA_RESTART);
    struct itimerval fast = { { 0, 1000 }, { 0, 1000 } }, off = { { 0, 0 }, { 0, 0 } };
    MUST(setitimer(ITIMER_REAL, &fast, NULL));
    int ends[2];
    MUST(pipe(ends));
    for (int i = 0; i < 3000; i++) {
        char byte = (char)i, other = 0;
        CHECK(write(ends[1], &byte, 1) == 1 && read(ends[0], &other, 1) == 1 && byte == other);
    }
    MUST(setitimer(ITIMER_REAL, &off, NULL));
    say("calls under a timer: all well");
}

static volatile pid_t handler_tid;

static void who(int number)
{
    seen[number]++;
    handler_tid = (pid_t)syscall(SYS_gettid);
}

static void *blocked(void *tid)
{
    *(volatile pid_t *)tid = (pid_t)syscall(SYS_gettid);
    char byte;
    int *ends = (int *)((char *)tid + sizeof(int));
    long got = read(ends[0], &byte, 1);
    return (void *)(got == -1 ? (long)errno : got);
}

static void *waits(void *set)
{
    long sum = 0;
    for (int i = 0; i < 100; i++) {
        siginfo_t info;
        if (sigwaitinfo(set, &info) == SIGRTMIN + 1) sum += info.si_value.sival_int;
    }
    return (void *)sum;
}

static void threads(void)
{
    struct sigaction action = { .sa_handler = who };
    MUST(sigaction(SIGUSR1, &action, NULL));
    struct { volatile pid_t tid; int ends[2]; } one = { 0, { 0, 0 } };
    MUST(pipe(one.ends));
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, blocked, &one) == 0);
    while (!one.tid) sched_yield();
    until_state(one.tid, "S");
    sleep_ms(30);
    pthread_kill(thread, SIGUSR1);
    void *back;
    pthread_join(thread, &back);
    say("the thread's read: %s, the handler ran in it: %d, %d times", strerrorname_np((int)(long)back), handler_tid == one.tid, (int)seen[SIGUSR1]);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 1);
    sigaddset(&set, SIGUSR2);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    CHECK(pthread_create(&thread, NULL, waits, &set) == 0);
    for (int i = 0; i < 100; i++) while (sigqueue(getpid(), SIGRTMIN + 1, (union sigval) { .sival_int = i }) == -1) sched_yield();
    pthread_join(thread, &back);
    say("sigwaitinfo: the sum is %ld", (long)back);
    int fd = MUST(signalfd(-1, &set, SFD_CLOEXEC));
    MUST(sigqueue(getpid(), SIGUSR2, (union sigval) { .sival_int = 5 }));
    struct signalfd_siginfo info;
    CHECK(read(fd, &info, sizeof info) == sizeof info);
    say("signalfd: %d value %d", info.ssi_signo, info.ssi_int);
}

/* As many queued signals as were sent arrive, in order, while both sides make calls. */
static volatile int received, disorder;

static void in_order(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    if (info->si_value.sival_int != received) disorder++;
    received++;
}

static void storm(int total)
{
    struct sigaction action = { .sa_sigaction = in_order, .sa_flags = SA_SIGINFO | SA_RESTART };
    MUST(sigaction(SIGRTMIN, &action, NULL));
    handle(SIGCHLD, SA_RESTART);
    forget();
    pid_t me = getpid(), pid = MUST(fork());
    if (pid == 0) {
        for (int i = 0; i < total; i++) while (sigqueue(me, SIGRTMIN, (union sigval) { .sival_int = i }) == -1) sched_yield();
        _exit(0);
    }
    while (received < total) syscall(SYS_getppid);
    int status = wait_for(pid);
    while (!seen[SIGCHLD]) sched_yield();
    say("%d received, %d out of order, child %s, SIGCHLD %d", received, disorder, how(status), (int)seen[SIGCHLD]);
}

/* Children that end while the parent makes calls: each is told of, none is lost. */
static void children(void)
{
    handle(SIGCHLD, SA_RESTART);
    for (int i = 0; i < 100; i++) {
        forget();
        pid_t pid = MUST(fork());
        if (pid == 0) _exit(i);
        int status = wait_for(pid);
        CHECK(WEXITSTATUS(status) == i);
        CHECK(seen[SIGCHLD] == 1);
        CHECK(codes[0] == CLD_EXITED);
    }
    say("SIGCHLD: one for each");
    signal(SIGCHLD, SIG_IGN);
    pid_t pid = MUST(fork());
    if (pid == 0) _exit(1);
    say("ignored SIGCHLD: %s", outcome(waitpid(pid, NULL, 0)));
    signal(SIGCHLD, SIG_DFL);
    pid = MUST(fork());
    if (pid == 0) { prctl(PR_SET_PDEATHSIG, SIGKILL); _exit(9); }
    siginfo_t info = { 0 };
    MUST(waitid(P_PID, pid, &info, WEXITED | WNOWAIT));
    say("seen without taking: %d %d", info.si_code, info.si_status);
    say("taken: %s", how(wait_for(pid)));
}

/* Says which signals come, until SIGUSR1 ends it. */
static void told(int number)
{
    seen[number]++;
}

static void report(const char *path)
{
    static const int all[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1 };
    struct sigaction action = { .sa_handler = told };
    for (int i = 0; i < 5; i++) MUST(sigaction(all[i], &action, NULL));
    int fd = MUST(open(path, O_WRONLY | O_CREAT | O_APPEND, 0666));
    dprintf(fd, "ready %d\n", getpid());
    int before[5] = { 0 };
    sigset_t mask, old;
    sigfillset(&mask);
    sigprocmask(SIG_BLOCK, &mask, &old);
    while (!seen[SIGUSR1]) {
        sigsuspend(&old);
        for (int i = 0; i < 4; i++) {
            if (seen[all[i]] != before[i]) dprintf(fd, "%d %d\n", all[i], (int)seen[all[i]]);
            before[i] = seen[all[i]];
        }
    }
    exit(3);
}

int main(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "";
    if (strcmp(verb, "each") == 0) each();
    else if (strcmp(verb, "queued") == 0) queued();
    else if (strcmp(verb, "faults") == 0) faults();
    else if (strcmp(verb, "interrupted") == 0) interrupted();
    else if (strcmp(verb, "stops") == 0) stops();
    else if (strcmp(verb, "deaths") == 0) deaths();
    else if (strcmp(verb, "timers") == 0) timers();
    else if (strcmp(verb, "threads") == 0) threads();
    else if (strcmp(verb, "storm") == 0) storm(atoi(argv[2]));
    else if (strcmp(verb, "children") == 0) children();
    else if (strcmp(verb, "report") == 0) report(argv[2]);
    else if (strcmp(verb, "die") == 0) {
        struct rlimit none = { 0, 0 };
        MUST(setrlimit(RLIMIT_CORE, &none));
        int s = atoi(argv[2]);
        signal(s, SIG_DFL);
        kill(getpid(), s);
        pause();
    }
    else return 2;
    return 0;
}
