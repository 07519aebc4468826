/* Attacks on the tracer. Each says its name and how it went: "ok" is a success of the attacker. */
#include "tracee.h"
#include <dirent.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <linux/capability.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

/* What is neither a success nor a refusal says why in its errno. */
static void tried(const char *what, long result)
{
    say("%s: %s", what, outcome(result));
}

/* At one task of the tracer's: signals, memory, descriptors, priorities. */
static void at_task(pid_t leader, pid_t tid, const char *who)
{
    char name[128], path[64];
#define TRY(what, x) (snprintf(name, sizeof name, "%s of %s", what, who), errno = 0, tried(name, (long)(x)))
    static const int signals[] = { SIGKILL, SIGSTOP, SIGTERM, SIGSEGV, SIGUSR1, SIGCONT };
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        TRY("kill", kill(tid, signals[i]));
        TRY("tkill", syscall(SYS_tkill, tid, signals[i]));
        TRY("tgkill", syscall(SYS_tgkill, leader, tid, signals[i]));
        siginfo_t info = { .si_signo = signals[i], .si_code = SI_QUEUE };
        TRY("rt_sigqueueinfo", syscall(SYS_rt_sigqueueinfo, tid, signals[i], &info));
        TRY("rt_tgsigqueueinfo", syscall(SYS_rt_tgsigqueueinfo, leader, tid, signals[i], &info));
    }
    int pipe_fds[2];
    MUST(pipe(pipe_fds));
    TRY("F_SETOWN", fcntl(pipe_fds[0], F_SETOWN, tid));
    struct f_owner_ex owner = { F_OWNER_TID, tid };
    TRY("F_SETOWN_EX", fcntl(pipe_fds[0], F_SETOWN_EX, &owner));
    int pid = tid;
    TRY("FIOSETOWN", ioctl(pipe_fds[0], 0x8901, &pid));
    int pair[2];
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    TRY("SIOCSPGRP", ioctl(pair[0], 0x8902, &pid));
    TRY("PTRACE_ATTACH", ptrace(PTRACE_ATTACH, tid, 0, 0));
    TRY("PTRACE_SEIZE", ptrace(PTRACE_SEIZE, tid, 0, 0));
    char here[8];
    struct iovec mine = { here, 8 }, its = { (void *)0x400000, 8 };
    TRY("process_vm_readv", process_vm_readv(tid, &mine, 1, &its, 1, 0));
    TRY("process_vm_writev", process_vm_writev(tid, &mine, 1, &its, 1, 0));
    static const char *const entries[] = { "mem", "environ", "maps", "auxv", "syscall", "stack", "fd/0", "cwd/x", "root/x", "oom_score_adj", "comm_", "coredump_filter" };
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        snprintf(path, sizeof path, "/proc/%d/%s", tid, entries[i]);
        TRY(entries[i], open(path, O_RDONLY));
        snprintf(path, sizeof path, "/proc/%d/task/%d/%s", leader, tid, entries[i]);
        TRY(entries[i], open(path, O_RDWR));
    }
    snprintf(path, sizeof path, "/proc/%d/comm", tid);
    TRY("writing comm", open(path, O_WRONLY));
    snprintf(path, sizeof path, "/proc/self/root/proc/%d/mem", tid);
    TRY("mem by root", open(path, O_RDWR));
    snprintf(path, sizeof path, "/proc/%d", tid);
    int dir = open(path, O_PATH | O_DIRECTORY);
    if (dir >= 0) {
        TRY("mem by its folder", openat(dir, "mem", O_RDWR));
        TRY("environ by its folder", openat(dir, "environ", O_RDONLY));
    }
    snprintf(path, sizeof path, "/proc/%d", tid);
    fflush(0);
    pid_t apart = MUST(fork());
    if (apart == 0) {
        /* Out of the tracer's process group, by its directory instead of a pidfd. */
        setsid();
        int entry = open(path, O_RDONLY | O_DIRECTORY);
        TRY("pidfd_send_signal by its folder", syscall(SYS_pidfd_send_signal, entry, SIGKILL, NULL, 0));
        TRY("pidfd_send_signal SIGTERM by its folder", syscall(SYS_pidfd_send_signal, entry, SIGTERM, NULL, 0));
        _exit(0);
    }
    wait_for(apart);
    int pidfd = (int)syscall(SYS_pidfd_open, tid, 0);
    if (pidfd == -1) pidfd = (int)syscall(SYS_pidfd_open, tid, O_EXCL); /* PIDFD_THREAD */
    if (pidfd != -1) {
        TRY("pidfd_send_signal", syscall(SYS_pidfd_send_signal, pidfd, SIGSTOP, NULL, 0));
        for (int fd = 0; fd < 16; fd++) TRY("pidfd_getfd", syscall(SYS_pidfd_getfd, pidfd, fd, 0));
        TRY("process_madvise", syscall(SYS_process_madvise, pidfd, &its, 1, 21, 0));
        TRY("process_mrelease", syscall(SYS_process_mrelease, pidfd, 0));
    }
    struct rlimit64 { uint64_t soft, hard; } none = { 3, 3 };
    TRY("prlimit64", syscall(SYS_prlimit64, tid, RLIMIT_NOFILE, &none, NULL));
    TRY("setpriority", setpriority(PRIO_PROCESS, tid, 19));
    struct sched_param param = { 0 };
    TRY("sched_setscheduler", syscall(SYS_sched_setscheduler, tid, 5, &param)); /* SCHED_IDLE */
    TRY("sched_setparam", syscall(SYS_sched_setparam, tid, &param));
    uint32_t attr[14] = { 48, 5 };
    TRY("sched_setattr", syscall(SYS_sched_setattr, tid, attr, 0));
    unsigned long mask = 1;
    TRY("sched_setaffinity", syscall(SYS_sched_setaffinity, tid, sizeof mask, &mask));
    TRY("ioprio_set", syscall(SYS_ioprio_set, 1, tid, 3 << 13));
    TRY("kcmp", syscall(SYS_kcmp, getpid(), tid, 0, 1, 1));
    TRY("kcmp the other way", syscall(SYS_kcmp, tid, getpid(), 0, 1, 1));
    void *page = 0;
    int status;
    TRY("move_pages", syscall(SYS_move_pages, tid, 1, &page, NULL, &status, 2));
    unsigned long node = 1;
    TRY("migrate_pages", syscall(SYS_migrate_pages, tid, 64, &node, &node));
    /* As the kernel takes them, with rubbish in the upper half. */
    TRY("kill with rubbish", syscall(SYS_kill, 0x7777777700000000 | (uint32_t)tid, SIGSTOP));
    TRY("prlimit64 with rubbish", syscall(SYS_prlimit64, 0x7777777700000000 | (uint32_t)tid, RLIMIT_NOFILE, &none, NULL));
#ifdef __x86_64__
    long got;
    __asm__ volatile("int $0x80" : "=a"(got) : "a"(37), "b"(tid), "c"(SIGSTOP) : "memory", "r8", "r9", "r10", "r11");
    errno = (int)-got;
    TRY("kill of i386", got < 0 ? -1 : 0);
#endif
}

static void processes(void)
{
    pid_t leader = getppid();
    at_task(leader, leader, "the process");
    int threads = 0;
    for (pid_t tid = leader + 1; tid < leader + 200; tid++) {
        if (syscall(SYS_tgkill, leader, tid, 0) == -1) continue;
        threads++;
        at_task(leader, tid, "a thread");
    }
    CHECK(threads > 0);
    tried("kill everybody", kill(-1, SIGKILL));
    tried("stop everybody", kill(-1, SIGSTOP));
    tried("kill the group", kill(-getpgid(leader), SIGKILL));
    tried("stop the own group", kill(0, SIGSTOP));
    tried("setpriority of the group", setpriority(PRIO_PGRP, 0, 19));
    tried("setpriority of the user", setpriority(PRIO_USER, 0, 19));
    tried("ioprio_set of the group", syscall(SYS_ioprio_set, 2, 0, 3 << 13));
    tried("ioprio_set of the user", syscall(SYS_ioprio_set, 3, getuid(), 3 << 13));
    say("still there");
}

/* At a file of the tracer's: every way to read, change, remove or rename it. */
static void at_file(const char *real, int reading)
{
    char name[512], other[600];
    const char *slash = strrchr(real, '/');
    char dir[400];
    snprintf(dir, sizeof dir, "%.*s", (int)(slash - real), real);
#define AT(what, x) (snprintf(name, sizeof name, "%s of %s", what, slash + 1), errno = 0, tried(name, (long)(x)))
    if (reading) {
        AT("open", open(real, O_RDONLY));
        int handle = open(real, O_PATH);
        if (handle >= 0) {
            snprintf(other, sizeof other, "/proc/self/fd/%d", handle);
            AT("open of its handle", open(other, O_RDONLY));
            AT("open of its handle in /dev/fd", open((snprintf(other, sizeof other, "/dev/fd/%d", handle), other), O_RDONLY));
            AT("linkat of its handle", linkat(handle, "", AT_FDCWD, "taken", AT_EMPTY_PATH));
        }
    }
    AT("open to write", open(real, O_WRONLY));
    AT("open to append", open(real, O_WRONLY | O_APPEND));
    AT("open to truncate", open(real, O_RDONLY | O_TRUNC));
    AT("creat", creat(real, 0600));
    AT("truncate", truncate(real, 0));
    AT("chmod", chmod(real, 0777));
    AT("chown", chown(real, getuid(), getgid()));
    AT("setxattr", syscall(SYS_setxattr, real, "user.x", "x", 1, 0));
    AT("utimensat", utimensat(AT_FDCWD, real, NULL, 0));
    AT("link", link(real, "taken"));
    AT("linkat", linkat(AT_FDCWD, real, AT_FDCWD, "taken", AT_SYMLINK_FOLLOW));
    AT("rename", rename(real, "taken"));
    MUST(close(MUST(open("mine", O_WRONLY | O_CREAT, 0666))));
    AT("rename over it", rename("mine", real));
    AT("exchange", renameat2(AT_FDCWD, "mine", AT_FDCWD, real, RENAME_EXCHANGE));
    AT("exchange the other way", renameat2(AT_FDCWD, real, AT_FDCWD, "mine", RENAME_EXCHANGE));
    AT("unlink", unlink(real));
    AT("rename of its folder", rename(dir, "folder"));
    AT("symlink over it", (unlink(real), symlink("mine", real)));
    unlink("way");
    MUST(symlink(dir, "way"));
    snprintf(other, sizeof other, "way%s", slash);
    AT("open by a link to its folder", open(other, O_RDWR));
    snprintf(other, sizeof other, "/proc/self/root%s", real);
    AT("open by /proc/self/root", open(other, O_RDWR));
    snprintf(other, sizeof other, "/proc/self/cwd/way%s", slash);
    AT("open by /proc/self/cwd", open(other, O_RDWR));
    snprintf(other, sizeof other, "%s/./../%s%s", dir, strrchr(dir, '/') + 1, slash);
    AT("open with dots", open(other, O_RDWR));
    int at = open(dir, O_RDONLY | O_DIRECTORY);
    if (at == -1) at = open(dir, O_PATH);
    if (at != -1) {
        AT("openat", openat(at, slash + 1, O_RDWR));
        if (strstr(real, "/syswall/")) AT("new file beside it", openat(at, "planted", O_WRONLY | O_CREAT, 0666));
        AT("unlinkat", unlinkat(at, slash + 1, 0));
        if (fchdir(at) == 0) {
            AT("open of the bare name", open(slash + 1, O_RDWR));
        }
    }
}

/* The same file by mounts: as root, or as root of a user namespace of its own. */
static void mounts(const char *real)
{
    char dir[400], parent[400], other[600];
    const char *slash = strrchr(real, '/');
    snprintf(dir, sizeof dir, "%.*s", (int)(slash - real), real);
    snprintf(parent, sizeof parent, "%.*s", (int)(strrchr(dir, '/') - dir), dir);
    mkdir("here", 0777);
    mkdir("cover", 0777);
    int flags = CLONE_NEWNS | (geteuid() == 0 ? 0 : CLONE_NEWUSER);
    if (geteuid() == 0) {
        /* Where everybody sees it. */
        tried("a mount over the folder", mount("cover", dir, NULL, MS_BIND, NULL));
        tried("a mount over the folder above", mount("cover", parent, NULL, MS_BIND, NULL));
        tried("a mount with old flags", mount("cover", parent, NULL, 0xc0ed0000 | MS_BIND, NULL));
        tried("a tmpfs over the folder", mount("tmpfs", dir, "tmpfs", 0, NULL));
        tried("umount of the root", umount2("/", MNT_DETACH));
        tried("pivot_root", syscall(SYS_pivot_root, ".", "."));
    }
    if (unshare(flags) == -1) return say("no mounts here: %s", outcome(-1));
    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
    tried("a bind mount of the file", mount(real, "mine", NULL, MS_BIND, NULL));
    tried("a bind mount of the folder", mount(dir, "here", NULL, MS_BIND, NULL));
    int tree = (int)syscall(428, AT_FDCWD, dir, 1); /* open_tree, OPEN_TREE_CLONE */
    tried("open_tree of the folder", tree);
    if (mount("/", "here", NULL, MS_BIND | MS_REC, NULL) == 0) {
        snprintf(other, sizeof other, "here%s", real);
        tried("the file in a bind mount of everything", open(other, O_RDWR));
        tried("unlink in a bind mount of everything", unlink(other));
        char mem[64];
        snprintf(mem, sizeof mem, "here/proc/%d/mem", getppid());
        tried("its memory in a bind mount of everything", open(mem, O_RDWR));
        snprintf(mem, sizeof mem, "here/proc/%d/mem", getpid());
        tried("own memory in a bind mount of everything", open(mem, O_RDWR));
        if (chroot("here") == 0) {
            tried("the file in another root", open(real, O_RDWR));
            tried("own memory in another root", open("/proc/self/mem", O_RDWR));
        }
    } else say("no bind mount: %s", outcome(-1));
}

/* What is open without having been opened: nothing but the standard three. */
static void descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    CHECK(dir);
    for (struct dirent *entry; (entry = readdir(dir));) {
        int fd = atoi(entry->d_name);
        if (entry->d_name[0] == '.' || fd == dirfd(dir)) continue;
        char link[64], target[256];
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t length = readlink(link, target, sizeof target - 1);
        target[length < 0 ? 0 : length] = 0;
        if (fd > 2) say("a descriptor of Syswall's: %d %s", fd, target);
        else say("open: %d", fd);
    }
}

/* Memory behind read-only mappings, by its own file in /proc. */
static void memory(void)
{
    char path[64];
    static const char *const ways[] = { "/proc/self/mem", "/proc/thread-self/mem", "/proc/self/task/../mem", "/proc/self/root/proc/self/mem" };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) tried(ways[i], open(ways[i], O_RDWR));
    snprintf(path, sizeof path, "/proc/%d/mem", getpid());
    tried("by number", open(path, O_WRONLY));
    pid_t child = MUST(fork());
    if (child == 0) for (;;) pause();
    snprintf(path, sizeof path, "/proc/%d/mem", child);
    tried("of a child", open(path, O_RDWR));
    snprintf(path, sizeof path, "/proc/%d/task/%d/mem", child, child);
    tried("of a child's task", open(path, O_RDWR));
    int fd = open("/proc/self/mem", O_RDONLY);
    say("to read: %s", fd == -1 ? outcome(-1) : "yes");
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (fd != -1) tried("again, to write", open(path, O_RDWR));
    fd = open("/proc/self/mem", O_PATH);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (fd != -1) tried("a handle, to write", open(path, O_RDWR));
    kill(child, SIGKILL);
}

/* On the terminal that it shares with Syswall. */
static void terminal(void)
{
    char answer[] = "a\n", subcode = 3;
    for (const char *c = answer; *c; c++) tried("TIOCSTI on its input", ioctl(0, TIOCSTI, c));
    int fd = open("/dev/tty", O_RDWR);
    if (fd != -1) {
        for (const char *c = answer; *c; c++) tried("TIOCSTI on /dev/tty", ioctl(fd, TIOCSTI, c));
        tried("TIOCLINUX on /dev/tty", ioctl(fd, TIOCLINUX, &subcode));
        tried("TIOCSTI with rubbish", syscall(SYS_ioctl, fd, 0x7777777700000000 | TIOCSTI, answer));
    }
}

int main(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "";
    if (strcmp(verb, "processes") == 0) processes();
    else if (strcmp(verb, "descriptors") == 0) descriptors();
    else if (strcmp(verb, "memory") == 0) memory();
    else if (strcmp(verb, "terminal") == 0) terminal();
    else if (strcmp(verb, "mounts") == 0) mounts(argv[2]);
    else if (strcmp(verb, "own") == 0) for (int i = 2; i < argc; i++) at_file(argv[i], 1);
    else if (strcmp(verb, "kept") == 0) for (int i = 2; i < argc; i++) at_file(argv[i], 0);
    else return 2;
    return 0;
}
