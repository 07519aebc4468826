/* sweep FROM TO: makes every call with a number in that range many times, with arguments that reach every decoder and
 * do no harm: as nobody, in its own IPC namespace, with descriptors that are closed and memory that is unreadable,
 * zero, small numbers or noise. Each number has a child of its own; one that blocks is killed and goes on behind the
 * call that blocked. The order and the values are the same in every run. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NOBODY 65534
#define BAD 0x10000L            /* nothing is mapped there */
#define NO_TASK 0x3ffffff0L     /* above every pid */
#define PLACE 0x20000000L       /* where the memory for arguments is */
#define PAGE 4096L
enum { ZERO, SMALL, NOISE, EDGE, PLACES };

static unsigned char content[PLACES][PAGE];
static volatile long *progress; /* shared: the pattern that is under way */

static const long no_call[] = {
    SYS_exit, SYS_exit_group, SYS_fork, SYS_vfork, SYS_clone3, SYS_rt_sigreturn, SYS_pause, SYS_sync, SYS_rt_sigsuspend,
    SYS_restart_syscall, SYS_vhangup, SYS_getrandom,
    SYS_setitimer, SYS_alarm, /* what the timer interrupts is chance */
#ifdef SYS_sigreturn
    SYS_sigreturn, SYS_sigsuspend,
#endif
};
static const long to_task[] = {
    SYS_kill, SYS_tkill, SYS_tgkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, SYS_process_vm_readv,
    SYS_process_vm_writev,
};

static int in(const long *list, size_t n, long nr)
{
    for (size_t i = 0; i < n; i++)
        if (list[i] == nr)
            return 1;
    return 0;
}
#define IN(list, nr) in(list, sizeof list / sizeof *list, nr)

static void fill(void)
{
    unsigned x = 12345;
    unsigned *words = (unsigned *)content[SMALL];
    for (unsigned i = 0; i < PAGE / 4; i++) {
        x = x * 1103515245 + 12345;
        words[i] = (x >> 16) % 8;
    }
    for (unsigned i = 0; i < PAGE; i++) {
        x = x * 1103515245 + 12345;
        content[NOISE][i] = content[EDGE][i] = x >> 16;
    }
}

static long made; /* patterns so far */
static long from; /* the first one to be made */

static void call(long nr, long a, long b, long c, long d, long e, long f)
{
    if (made++ < from)
        return;
    *progress = made;
    for (int i = 0; i < PLACES; i++)
        memcpy((void *)(PLACE + 2 * i * PAGE), content[i], PAGE);
    if (IN(to_task, nr))
        a = NO_TASK;
    if (nr == SYS_ptrace)
        b = NO_TASK, a = a ? a : 1;
    if (nr == SYS_clone)
        a = (a | 0x800) & ~0x100L; /* CLONE_SIGHAND without CLONE_VM is refused */
    if (nr == SYS_reboot)
        a = 1;
    syscall(nr, a, b, c, d, e, f);
}

/* Argument `i` of a call whose memory is in `place`. */
static long base(int place, int i)
{
    if (place < 0)
        return BAD;
    return place == EDGE ? PLACE + 2 * place * PAGE + PAGE - 4 * (i + 1) : PLACE + 2 * place * PAGE + 256 * i;
}

static void with(long nr, int place, int i, long value)
{
    long a[6];
    for (int k = 0; k < 6; k++)
        a[k] = base(place, k);
    a[i] = value;
    call(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static void sweep(long nr)
{
    int arguments = 6;
    call(nr, 0, 0, 0, 0, 0, 0);
    call(nr, -1, -1, -1, -1, -1, -1);
    call(nr, -100, BAD, -1, 0, 1, 2);
    for (int place = -1; place < PLACES; place++)
        call(nr, base(place, 0), base(place, 1), base(place, 2), base(place, 3), base(place, 4), base(place, 5));
    for (int place = 0; place < PLACES; place++) {
        call(nr, -1, base(place, 1), base(place, 2), base(place, 3), base(place, 4), base(place, 5));
        call(nr, -1, base(place, 1), 3, base(place, 3), 3, base(place, 5));
        call(nr, -1, 3, base(place, 2), 3, base(place, 4), 3);
        call(nr, base(place, 0), 3, 3, base(place, 3), 3, 3);
        call(nr, base(place, 0), base(place, 1), 40, base(place, 3), 40, 8);
        call(nr, base(place, 0), 64, base(place, 2), 64, 8, 8);
    }
    for (int i = 0; i < arguments; i++)
        for (int bit = 0; bit < 32; bit++)
            with(nr, -1, i, (long)(1UL << bit));
    for (int i = 0; i < arguments; i++) {
        with(nr, -1, i, -1);
        with(nr, -1, i, (long)0xffffffff);
        with(nr, -1, i, (long)0x123456789abcdef0ULL);
        with(nr, -1, i, 0x0f);
    }
    for (int i = 0; i < 4; i++)
        for (long value = 0; value < 48; value++)
            with(nr, SMALL, i, value);
    for (int i = 0; i < 2; i++)
        for (long value = 0; value < 24; value++)
            with(nr, NOISE, i, value);
}

/* Commands that are no small numbers. */
static void commands(long nr)
{
    static const struct { long from, to; } ranges[] = {
        {0x5400, 0x5480}, {0x8900, 0x89ff}, {0x1260, 0x1280}, {0x4c00, 0x4c10}, {0x4c80, 0x4c84}, {0x0300, 0x0330},
    };
    if (nr == SYS_ioctl)
        for (unsigned r = 0; r < sizeof ranges / sizeof *ranges; r++)
            for (long command = ranges[r].from; command < ranges[r].to; command++) {
                call(nr, -1, command, BAD, 0, 0, 0);
                call(nr, -1, command, base(SMALL, 2), 0, 0, 0);
            }
    if (nr == SYS_prctl)
        for (long command = 0; command < 80; command++)
            call(nr, command, 3, 3, 3, 3, 0);
    if (nr == SYS_fcntl)
        for (long command = 1024; command < 1044; command++)
            call(nr, -1, command, base(SMALL, 2), 0, 0, 0);
    if (nr == SYS_getsockopt || nr == SYS_setsockopt)
        for (long level = 0; level < 300; level++)
            for (long name = 0; name < (level < 2 || level == 6 || level == 41 || level == 263 ? 80 : 4); name++)
                call(nr, -1, level, name, base(SMALL, 3), nr == SYS_setsockopt ? 4 : base(SMALL, 4), 0);
    if (nr == SYS_socket)
        for (long family = 0; family < 48; family++)
            for (long protocol = 0; protocol < 24; protocol++)
                call(nr, family, 2 + 32, protocol, 0, 0, 0);
}

static void child(long nr)
{
    struct rlimit space = {256 << 20, 256 << 20};
    setrlimit(RLIMIT_AS, &space);
    close_range(3, ~0U, 0);
    sweep(nr);
    commands(nr);
    syscall(SYS_exit_group, 0);
}

int main(int argc, char **argv)
{
    long first = argc > 1 ? atol(argv[1]) : 0, last = argc > 2 ? atol(argv[2]) : 451;
    sigset_t chld;
    sigemptyset(&chld);
    sigaddset(&chld, SIGCHLD);
    sigprocmask(SIG_BLOCK, &chld, NULL);
    progress = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < PLACES; i++)
        mmap((void *)(PLACE + 2 * i * PAGE), PAGE, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    fill();
    if (geteuid() == 0) {
        unshare(CLONE_NEWIPC);
        setgroups(0, NULL);
        if (setgid(NOBODY) || setuid(NOBODY))
            return 1;
    }
    prctl(PR_SET_DUMPABLE, 1);
    for (long nr = first; nr < last; nr++) {
        if (IN(no_call, nr))
            continue;
#ifdef __x86_64__
        if (nr > SYS_rseq && nr < SYS_pidfd_send_signal)
            continue; /* no calls, or the kernel's own (uretprobe) */
#endif
        from = 0;
        for (int again = 0; again < 4; again++) {
            *progress = 0;
            pid_t pid = fork();
            if (pid == 0)
                child(nr);
            struct timespec limit = {0, 600000000};
            int ended;
            long before;
            do {
                before = *progress;
                ended = sigtimedwait(&chld, NULL, &limit) == SIGCHLD;
            } while (!ended && *progress != before);
            kill(pid, SIGKILL);
            int status;
            waitpid(pid, &status, 0);
            if (!ended) {
                struct timespec none = {0, 0};
                sigtimedwait(&chld, NULL, &none);
            }
            if (WIFEXITED(status))
                break;
            from = *progress;
        }
    }
    return 0;
}
