/* Calls of other tables than the program's own: `int 0x80`, and x32 where the kernel has it. */
#include "tracee.h"

#ifdef __x86_64__
static long int80(long nr, long a, long b, long c)
{
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(nr), "b"(a), "c"(b), "d"(c) : "memory", "r8", "r9", "r10", "r11");
    return (int)result;
}
#endif

static void told(const char *what, long result)
{
    say("%s: %s", what, result < 0 ? strerrorname_np((int)-result) : "ok");
}

int main(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "";
    if (argc > 2 && strcmp(verb, "plain") == 0) {
        long got = syscall(SYS_unlink, argv[2]);
        told("unlink", got == -1 ? -errno : got);
        return 0;
    }
#ifdef __x86_64__
    char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    CHECK(low != MAP_FAILED);
    if (argc > 2) strcpy(low, argv[2]);
    if (strcmp(verb, "int80") == 0) {
        say("getpid by int 0x80: %d", int80(20, 0, 0, 0) == getpid());
        told("unlink by int 0x80", int80(10, (long)low, 0, 0));
        told("number 10 of its own table, mprotect", syscall(10, low, 4096, PROT_READ) == -1 ? -errno : 0);
        return 0;
    }
    if (strcmp(verb, "dirty") == 0) { /* the kernel takes 32 bits of what is an int: the rest must not confuse anybody */
        long got = syscall(SYS_unlinkat, 0xdeadbeef00000000UL | (uint32_t)AT_FDCWD, argv[2], 0xdeadbeef00000000UL);
        told("unlinkat with rubbish in the upper half", got == -1 ? -errno : got);
        return 0;
    }
    if (strcmp(verb, "x32") == 0) {
        long got = syscall(0x40000000 | SYS_unlink, low);
        told("unlink of x32", got == -1 ? -errno : got);
        return 0;
    }
#endif
    if (strcmp(verb, "unknown") == 0) {
        long got = syscall(9999, 1, 2, 3);
        told("a call that does not exist", got == -1 ? -errno : got);
        got = syscall(-1);
        told("call -1", got == -1 ? -errno : got);
        return 0;
    }
    if (strcmp(verb, "ptrace") == 0) {
        told("traceme", ptrace(PTRACE_TRACEME, 0, 0, 0) == -1 ? -errno : 0);
        pid_t pid = MUST(fork());
        if (pid == 0) for (;;) pause();
        told("attach", ptrace(PTRACE_ATTACH, pid, 0, 0) == -1 ? -errno : 0);
        told("seize", ptrace(PTRACE_SEIZE, pid, 0, 0) == -1 ? -errno : 0);
        kill(pid, SIGKILL);
        say("child %s", how(wait_for(pid)));
        return 0;
    }
    return 2;
}
