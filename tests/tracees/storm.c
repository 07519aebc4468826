/* storm SEED TRIES: makes every call number of each ABI that the machine offers, and some that no kernel has, TRIES
 * times each with arguments at random from the extremes: whatever a call is, it must not be too much for who traces it.
 * Meant for a policy that denies or pretends whatever could do harm. Each number has a process of its own, as nobody;
 * one that blocks is killed. Prints how many calls were made, and ends with status 7. */
#include "tracee.h"
#include <grp.h>

#define NOBODY 65534
#define PLACE 0x20000000L /* within the reach of 32-bit pointers */
#define PAGE 4096L
enum { ZERO, SMALL, NOISE, PATHS, LOOP, PLACES };

struct progress {
    volatile long calls, under_way;
};
static struct progress *progress;
static uint64_t state;

static uint32_t chance(void)
{
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return state >> 33;
}

static void *place(int which)
{
    return (void *)(PLACE + 2 * which * PAGE); /* the page behind each is not readable */
}

static void fill(void)
{
    memset(place(ZERO), 0, PAGE);
    for (long i = 0; i < PAGE / 4; i++) ((uint32_t *)place(SMALL))[i] = chance() % 40;
    for (long i = 0; i < PAGE; i++) ((unsigned char *)place(NOISE))[i] = chance();
    for (long i = 0; i < PAGE; i++) ((char *)place(PATHS))[i] = "/../tmp/./x\0@\n\033[2J\342\200\256\377"[chance() % 24];
    /* Pointers to itself, in both widths. */
    for (long i = 0; i < PAGE / 4; i++) ((uint32_t *)place(LOOP))[i] = chance() % 3 ? PLACE + 2 * LOOP * PAGE + 16 * (chance() % 200) : chance() % 9;
}

static unsigned long argument(void)
{
    static const long extremes[] = {
        0, 1, 2, 3, 4, 7, 8, 16, 255, 256, 4096, -1, -2, -100, INT32_MIN, INT32_MAX, UINT32_MAX, 0x10000, 0xffff,
        (long)0x8000000000000000ULL, (long)0x7fffffffffffffffULL, (long)0x100000000ULL, (long)0xffffffff00000000ULL,
        (long)0xffff800000000000ULL, (long)0x800000000000ULL, 0xfffff000L, 0x80000, 0x541b, 0x5401,
    };
    switch (chance() % 8) {
    case 0: return ((uint64_t)chance() << 32) | chance();
    case 1: return chance() % 64;
    case 2: return 1UL << (chance() % (8 * sizeof(long)));
    case 3:
    case 4: return (unsigned long)place(chance() % PLACES) + (chance() % 3 ? 64 * (chance() % 60) : PAGE - chance() % 24);
    default: return extremes[chance() % (sizeof extremes / sizeof *extremes)];
    }
}

static long make(int abi, long nr, unsigned long a[6])
{
#ifdef __x86_64__
    if (abi == 1) {
        long result;
        register long r8 __asm__("r8") = 0;
        __asm__ volatile("push %%rbp\n\tmov %7, %%rbp\n\tint $0x80\n\tpop %%rbp"
                         : "=a"(result)
                         : "0"(nr), "b"(a[0]), "c"(a[1]), "d"(a[2]), "S"(a[3]), "D"(a[4]), "r"(r8)
                         : "memory", "cc", "r9", "r10", "r11");
        return result;
    }
    if (abi == 2) nr |= 0x40000000;
#endif
    return syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* What would end or stop the process itself, or make a second one of it on the same stack. */
static int left_out(int abi, long nr)
{
#ifdef __x86_64__
    static const long own[] = { SYS_exit, SYS_exit_group, SYS_pause, SYS_vfork, SYS_rt_sigreturn, SYS_rt_sigsuspend };
    static const long i386[] = { 1, 252, 29, 190, 119, 173, 72, 179 };
    const long *list = abi == 1 ? i386 : own;
    int n = abi == 1 ? 8 : 6;
#else
    static const long list[] = { 1, 252, 29, 190, 119, 173, 72, 179 };
    int n = 8;
#endif
    while (n-- > 0)
        if (list[n] == nr) return 1;
    return 0;
}

static int clones(int abi, long nr)
{
#ifdef __x86_64__
    return nr == (abi == 1 ? 120 : SYS_clone);
#else
    return nr == 120;
#endif
}

static void worker(int abi, long nr, int tries)
{
    struct rlimit space = { 512 << 20, 512 << 20 }, files = { 64, 64 }, none = { 0, 0 };
    setrlimit(RLIMIT_AS, &space);
    setrlimit(RLIMIT_NOFILE, &files);
    setrlimit(RLIMIT_CORE, &none);
    setpgid(0, 0);
    close_range(0, ~0U, 0);
    pid_t self = getpid();
    for (int i = 0; i < tries; i++) {
        unsigned long a[6];
        for (int k = 0; k < 6; k++) a[k] = argument();
        /* Without CLONE_VM and CLONE_VFORK: no second process on this stack. */
        if (clones(abi, nr)) a[0] &= ~0x4100UL;
        fill();
        progress->calls++;
        progress->under_way++;
        make(abi, nr, a);
        if (syscall(SYS_getpid) != self) syscall(SYS_exit_group, 0);
        progress->under_way++;
    }
    syscall(SYS_exit_group, 0);
}

/* Whatever a worker left behind. */
static void clear(void)
{
    char name[64], text[4096];
    snprintf(name, sizeof name, "/proc/self/task/%d/children", getpid());
    for (;;) {
        int fd = MUST(open(name, O_RDONLY | O_CLOEXEC));
        ssize_t got = MUST(read(fd, text, sizeof text - 1));
        close(fd);
        text[got] = 0;
        if (got == 0) return;
        for (char *rest = text, *end; ; rest = end) {
            long pid = strtol(rest, &end, 10);
            if (end == rest) break;
            kill(pid, SIGKILL);
            kill(pid, SIGCONT);
        }
        while (waitpid(-1, NULL, __WALL) > 0) { }
    }
}

int main(int argc, char **argv)
{
    CHECK(argc == 3);
    int tries = atoi(argv[2]);
    progress = MUST(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    for (int i = 0; i < PLACES; i++)
        CHECK(mmap(place(i), PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == place(i));
    if (geteuid() == 0) {
        MUST(setgroups(0, NULL));
        MUST(setgid(NOBODY));
        MUST(setuid(NOBODY));
        MUST(prctl(PR_SET_DUMPABLE, 1));
    }
    MUST(prctl(PR_SET_CHILD_SUBREAPER, 1));
#ifdef __x86_64__
    int abis = 3;
#else
    int abis = 1;
#endif
    long blocked = 0;
    for (int abi = 0; abi < abis; abi++)
        for (long nr = -1; nr < 560; nr++) {
            if (left_out(abi, nr)) continue;
            state = atol(argv[1]) * 1000003L + nr * 31 + abi;
            pid_t pid = MUST(fork());
            if (pid == 0) worker(abi, nr, tries);
            /* Blocked: nothing has moved for a fifth of a second. */
            long before = -1;
            for (long long since = now_ms(); ;) {
                pid_t ended = waitpid(pid, NULL, WNOHANG | __WALL);
                if (ended == pid || (ended == -1 && errno == ECHILD)) break;
                if (progress->under_way != before) before = progress->under_way, since = now_ms();
                if (now_ms() - since > 200) {
                    blocked++;
                    break;
                }
                sleep_ms(1);
            }
            clear();
        }
    say("%ld calls", progress->calls);
    return blocked > 300 ? 96 : 7;
}
