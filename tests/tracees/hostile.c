/* Tries to get around a rule: each part reads, writes or connects by another door, and says how far it came. */
#include "tracee.h"
#include <arpa/inet.h>
#include <linux/io_uring.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <sys/uio.h>

static const char *path;

static void try_to_read(const char *how)
{
    char text[64];
    int fd = open(path, O_RDONLY);
    long got = fd == -1 ? -1 : read(fd, text, sizeof text - 1);
    if (got == -1) say("%s: %s", how, outcome(-1));
    else say("%s: read %.*s", how, (int)got, text);
    if (fd != -1) close(fd);
}

static int reads_in_child(void *how)
{
    try_to_read(how);
    return 0;
}

static void told(const char *what, long result)
{
    say("%s: %s", what, outcome(result));
}

static void undumpable(void)
{
    prctl(PR_SET_DUMPABLE, 0);
    try_to_read("undumpable");
}

static void untraced(void)
{
    static char stack[65536];
    pid_t pid = clone(reads_in_child, stack + sizeof stack, CLONE_UNTRACED | SIGCHLD, "clone untraced");
    if (pid == -1) told("clone untraced", -1);
    else say("its end: %s", how(wait_for(pid)));
    struct clone_args args = { .flags = CLONE_UNTRACED, .exit_signal = SIGCHLD };
    pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
    if (pid == 0) {
        try_to_read("clone3 untraced");
        _exit(0);
    }
    if (pid == -1) told("clone3 untraced", -1);
    else say("its end: %s", how(wait_for(pid)));
}

/* Other names of the same file. */
static void names(void)
{
    char other[4200], cwd[2048];
    MUST(getcwd(cwd, sizeof cwd) ? 0 : -1);
    const char *real = path;
    path = other;
    snprintf(other, sizeof other, "/proc/self/root%s/%s", cwd, real);
    try_to_read("/proc/self/root");
    snprintf(other, sizeof other, "/proc/self/cwd/%s", real);
    try_to_read("/proc/self/cwd");
    snprintf(other, sizeof other, "/proc/thread-self/cwd/%s", real);
    try_to_read("/proc/thread-self/cwd");
    int dir = MUST(open(".", O_PATH));
    snprintf(other, sizeof other, "/proc/self/fd/%d/%s", dir, real);
    try_to_read("/proc/self/fd");
    snprintf(other, sizeof other, "/dev/fd/%d/%s", dir, real);
    try_to_read("/dev/fd");
    symlink(real, "link-one");
    symlink("link-one", "link-two");
    snprintf(other, sizeof other, "link-two");
    try_to_read("a link to a link");
    int fd = open(real, O_PATH);
    if (fd == -1) told("O_PATH", -1);
    else {
        snprintf(other, sizeof other, "/proc/self/fd/%d", fd);
        try_to_read("what O_PATH opened");
    }
    int from = openat(dir, real, O_RDONLY);
    told("openat", from);
    struct { uint64_t flags, mode, resolve; } how2 = { O_RDONLY, 0, 0 };
    told("openat2", syscall(SYS_openat2, dir, real, &how2, sizeof how2));
    /* Seen through two mounts of the name is not tried: it needs root. */
}

/* Ways to destroy what may not be deleted or written. */
static void destroy(void)
{
    int fd = MUST(open("other", O_WRONLY | O_CREAT, 0666));
    CHECK(write(fd, "other", 5) == 5);
    close(fd);
    told("rename over it", rename("other", path));
    told("exchange", renameat2(AT_FDCWD, "other", AT_FDCWD, path, RENAME_EXCHANGE));
    told("exchange the other way", renameat2(AT_FDCWD, path, AT_FDCWD, "other", RENAME_EXCHANGE));
    told("rename away", rename(path, "away"));
    told("truncate", truncate(path, 0));
    told("creat", creat(path, 0666));
    told("open to truncate", open(path, O_RDONLY | O_TRUNC));
    told("open to write", open(path, O_RDWR));
    told("unlink", unlink(path));
    told("unlinkat", unlinkat(AT_FDCWD, path, 0));
}

static void connections(int port)
{
    int fd = MUST(socket(AF_INET6, SOCK_STREAM, 0));
    struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
    inet_pton(AF_INET6, "::ffff:127.0.0.1", &six.sin6_addr);
    told("mapped", connect(fd, (struct sockaddr *)&six, sizeof six));
    close(fd);
    struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    fd = MUST(socket(AF_INET, SOCK_STREAM, 0));
    told("fast open", sendto(fd, "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL, (struct sockaddr *)&four, sizeof four));
    close(fd);
    fd = MUST(socket(AF_INET, SOCK_DGRAM, 0));
    told("sendto", sendto(fd, "x", 1, 0, (struct sockaddr *)&four, sizeof four));
    struct iovec piece = { "x", 1 };
    struct msghdr message = { .msg_name = &four, .msg_namelen = sizeof four, .msg_iov = &piece, .msg_iovlen = 1 };
    told("sendmsg", sendmsg(fd, &message, 0));
    struct mmsghdr messages[2] = { { .msg_hdr = message }, { .msg_hdr = message } };
    told("sendmmsg", sendmmsg(fd, messages, 2, 0));
    close(fd);
#ifdef __x86_64__
    /* i386's socketcall, by int 0x80. */
    uint32_t *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    CHECK(low != MAP_FAILED);
    memcpy(low + 100, &four, sizeof four);
    fd = MUST(socket(AF_INET, SOCK_STREAM, 0));
    low[0] = fd, low[1] = (uint32_t)(uintptr_t)(low + 100), low[2] = sizeof four;
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(102), "b"(3), "c"(low) : "memory", "r8", "r9", "r10", "r11");
    say("socketcall: %s", (int)result < 0 ? strerrorname_np(-(int)result) : "ok");
#endif
}

/* At the tracer: the parent. */
static void tracer(void)
{
    pid_t parent = getppid();
    char file[64];
    snprintf(file, sizeof file, "/proc/%d/mem", parent);
    told("its memory", open(file, O_RDWR));
    char here[8];
    struct iovec mine = { here, 8 }, its = { (void *)0x400000, 8 };
    told("process_vm_readv", process_vm_readv(parent, &mine, 1, &its, 1, 0));
    told("process_vm_writev", process_vm_writev(parent, &mine, 1, &its, 1, 0));
    told("attach", ptrace(PTRACE_ATTACH, parent, 0, 0));
    told("stop", kill(parent, SIGSTOP));
    told("tgkill", syscall(SYS_tgkill, parent, parent, SIGSTOP));
    told("tkill", syscall(SYS_tkill, parent, SIGSTOP));
    siginfo_t info = { .si_signo = SIGSTOP, .si_code = SI_QUEUE };
    told("rt_sigqueueinfo", syscall(SYS_rt_sigqueueinfo, parent, SIGSTOP, &info));
    int pidfd = (int)syscall(SYS_pidfd_open, parent, 0);
    if (pidfd == -1) told("pidfd", -1);
    else {
        told("pidfd_send_signal", syscall(SYS_pidfd_send_signal, pidfd, SIGSTOP, NULL, 0));
        told("pidfd_getfd", syscall(SYS_pidfd_getfd, pidfd, 1, 0));
    }
    struct rlimit none = { 0, 0 };
    told("prlimit", prlimit(parent, RLIMIT_NOFILE, &none, NULL));
    say("still there");
}

static volatile sig_atomic_t counts[65];

static void count(int number)
{
    counts[number]++;
}

/* Signals to the own process group, of which Syswall is one. */
static void group(void)
{
    static const int all[] = { SIGUSR1, SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGALRM };
    for (int i = 0; i < 6; i++) signal(all[i], count);
    for (int i = 0; i < 6; i++) told("kill the group", kill(0, all[i]));
    for (int i = 0; i < 6; i++) told("kill the group by its number", kill(-getpgrp(), all[i]));
    sleep_ms(200); /* what is sent on would come now */
    for (int i = 0; i < 6; i++) say("%d: %d", all[i], (int)counts[all[i]]);
}

int main(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "";
    path = argc > 2 ? argv[2] : "";
    if (strcmp(verb, "undumpable") == 0) undumpable();
    else if (strcmp(verb, "untraced") == 0) untraced();
    else if (strcmp(verb, "names") == 0) names();
    else if (strcmp(verb, "destroy") == 0) destroy();
    else if (strcmp(verb, "connections") == 0) connections(atoi(argv[2]));
    else if (strcmp(verb, "tracer") == 0) tracer();
    else if (strcmp(verb, "group") == 0) group();
    else if (strcmp(verb, "io_uring") == 0) {
        struct io_uring_params params = { 0 };
        told("io_uring", syscall(SYS_io_uring_setup, 4, &params));
    }
    else return 2;
    return 0;
}
