/* Doors into the kernel beside the usual ones, each tried on something that a rule forbids. Each says its name and how
   it went: "ok" means that the forbidden thing was reached. */
#include "tracee.h"
#include <arpa/inet.h>
#include <linux/aio_abi.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <linux/filter.h>
#include <linux/userfaultfd.h>
#include <linux/vm_sockets.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>

static const char *name_of; /* of a forbidden file */

static void tried(const char *what, long result)
{
    say("%s: %s", what, outcome(result));
}

/* A success is to have read the words that are in the file. */
static void read_through(const char *what, int fd)
{
    char text[64] = "";
    ssize_t got = fd == -1 ? -1 : read(fd, text, sizeof text - 1);
    if (got >= 5 && strncmp(text, "words", 5) == 0) say("%s: ok", what);
    else say("%s: %s", what, got == -1 ? outcome(-1) : "nothing");
    if (fd != -1) close(fd);
}

static void open_through(const char *what, const char *path)
{
    errno = 0;
    read_through(what, open(path, O_RDONLY));
}

/* --- Other names of a file that may not be read. */
static void names(void)
{
    char other[4400], cwd[2048];
    MUST(getcwd(cwd, sizeof cwd) ? 0 : -1);
    const char *real = name_of;
#define NAMED(what, ...) (snprintf(other, sizeof other, __VA_ARGS__), open_through(what, other))
    if (link(real, "hard") == 0) open_through("a hard link", "hard"); else tried("a hard link", -1);
    if (linkat(AT_FDCWD, real, AT_FDCWD, "hard2", AT_SYMLINK_FOLLOW) == 0) open_through("linkat", "hard2"); else tried("linkat", -1);
    int handle = open(real, O_PATH);
    if (handle != -1) {
        snprintf(other, sizeof other, "/proc/self/fd/%d", handle);
        if (linkat(AT_FDCWD, other, AT_FDCWD, "hard3", AT_SYMLINK_FOLLOW) == 0) open_through("linkat of /proc/self/fd", "hard3");
        else tried("linkat of /proc/self/fd", -1);
        if (linkat(handle, "", AT_FDCWD, "hard4", AT_EMPTY_PATH) == 0) open_through("linkat of a handle", "hard4");
        else tried("linkat of a handle", -1);
        NAMED("/proc/self/fd of a handle", "/proc/self/fd/%d", handle);
        NAMED("/proc/thread-self/fd of a handle", "/proc/thread-self/fd/%d", handle);
        NAMED("/dev/fd of a handle", "/dev/fd/%d", handle);
        dup2(handle, 0);
        NAMED("/dev/stdin", "/dev/stdin");
        NAMED("/proc/PID/fd", "/proc/%d/fd/0", getpid());
    }
    MUST(symlink(real, "soft"));
    NAMED("a symbolic link", "soft");
    MUST(symlink("soft", "softer"));
    NAMED("two symbolic links", "softer");
    MUST(mkdir("sub", 0777));
    NAMED("dots", "sub/../%s", real);
    MUST(symlink(cwd, "sub/up"));
    NAMED("a link to the folder", "sub/up/%s", real);
    NAMED("dots behind a link", "sub/up/sub/../%s", real);
    NAMED("/proc/self/root", "/proc/self/root%s/%s", cwd, real);
    NAMED("/proc/self/cwd", "/proc/self/cwd/%s", real);
    NAMED("/proc/PID/cwd", "/proc/%d/cwd/%s", getpid(), real);
    NAMED("/proc/PID/task/TID/root", "/proc/%d/task/%d/root%s/%s", getpid(), getpid(), cwd, real);
    NAMED("root of root", "/proc/self/root/proc/self/root%s/%s", cwd, real);
    NAMED("slashes", "//%s////.//%s", cwd, real);
    /* As long as the kernel takes: PATH_MAX is 4096 with the NUL. */
    size_t at = 0;
    while (at + strlen(real) + 3 < 4095) at += (size_t)snprintf(other + at, sizeof other - at, "./");
    snprintf(other + at, sizeof other - at, "%s", real);
    open_through("as long as it can be", other);
    char longer[5200];
    memset(longer, '/', sizeof longer);
    snprintf(longer + 4200, 64, "%s", real);
    open_through("longer than it can be", longer);
    if (rename(real, "away") == 0) { open_through("renamed", "away"); rename("away", real); } else tried("renamed", -1);
    close(MUST(open("mine", O_CREAT | O_WRONLY, 0666)));
    if (renameat2(AT_FDCWD, "mine", AT_FDCWD, real, RENAME_EXCHANGE) == 0) open_through("exchanged", "mine"); else tried("exchanged", -1);
    if (renameat2(AT_FDCWD, real, AT_FDCWD, "mine", RENAME_EXCHANGE) == 0) open_through("exchanged the other way", "mine");
    else tried("exchanged the other way", -1);
    if (renameat2(AT_FDCWD, real, AT_FDCWD, "white", RENAME_WHITEOUT) == 0) open_through("whiteout", "white"); else tried("whiteout", -1);
    NAMED("openat2", "%s", real);
    int dir = MUST(open(cwd, O_PATH));
    errno = 0;
    read_through("openat of a handle of the folder", openat(dir, real, O_RDONLY));
    struct { uint64_t flags, mode, resolve; } how = { O_RDONLY, 0, 8 /* RESOLVE_BENEATH */ };
    read_through("openat2 beneath", (int)syscall(SYS_openat2, dir, real, &how, sizeof how));
    how.resolve = 0x10; /* RESOLVE_IN_ROOT */
    snprintf(other, sizeof other, "/../../%s", real);
    read_through("openat2 in root", (int)syscall(SYS_openat2, dir, other, &how, sizeof how));
    read_through("rubbish above 32 bits", (int)syscall(SYS_openat, 0x7777777700000000 | (uint32_t)AT_FDCWD, real, 0, 0));
}

/* --- The folder of a file that may not be read goes elsewhere. */
static void folder(void)
{
    char other[4096];
    const char *slash = strrchr(name_of, '/');
    char dir[256];
    snprintf(dir, sizeof dir, "%.*s", (int)(slash - name_of), name_of);
    snprintf(other, sizeof other, "elsewhere%s", slash);
    if (rename(dir, "elsewhere") == 0) { open_through("renamed folder", other); rename("elsewhere", dir); }
    else tried("renamed folder", -1);
    MUST(mkdir("empty", 0777));
    if (renameat2(AT_FDCWD, "empty", AT_FDCWD, dir, RENAME_EXCHANGE) == 0) {
        snprintf(other, sizeof other, "empty%s", slash);
        open_through("exchanged folder", other);
    } else tried("exchanged folder", -1);
    MUST(mkdir("bound", 0777));
    if (unshare(CLONE_NEWNS | (geteuid() ? CLONE_NEWUSER : 0)) == -1) return say("no mounts here: %s", outcome(-1));
    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
    snprintf(other, sizeof other, "bound%s", slash);
    if (mount(dir, "bound", NULL, MS_BIND, NULL) == 0) open_through("bind mount", other); else tried("bind mount", -1);
    if (mount(".", "bound", NULL, MS_BIND, NULL) == 0) {
        snprintf(other, sizeof other, "bound/%s", name_of);
        open_through("bind mount above", other);
    } else tried("bind mount above", -1);
    char cwd[2048];
    MUST(getcwd(cwd, sizeof cwd) ? 0 : -1);
    if (mount("/", "bound", NULL, MS_BIND | MS_REC, NULL) == 0) {
        snprintf(other, sizeof other, "bound/%s/%s", cwd, name_of);
        open_through("bind mount of everything", other);
        snprintf(other, sizeof other, "/%s/%s", cwd, name_of);
        if (fork() == 0) {
            if (chroot("bound") == 0) open_through("bind mount as the root", other);
            _exit(0);
        }
        wait(NULL);
    } else tried("bind mount of everything", -1);
    int all = (int)syscall(428, AT_FDCWD, "/", 1 | 0x8000);
    if (all != -1) read_through("open_tree of everything", openat(all, other + 1, O_RDONLY));
    else tried("open_tree of everything", -1);
    int tree = (int)syscall(428, AT_FDCWD, dir, 1);
    if (tree != -1) read_through("open_tree", openat(tree, slash + 1, O_RDONLY)); else tried("open_tree", -1);
}

/* --- Handles and descriptors of others. */
static void handles(void)
{
    struct { struct file_handle head; unsigned char bytes[128]; } handle = { .head.handle_bytes = 128 };
    int mount_id;
    if (name_to_handle_at(AT_FDCWD, name_of, &handle.head, &mount_id, 0) == -1) say("no handles here: %s", outcome(-1));
    else {
        int dir = MUST(open(".", O_RDONLY | O_DIRECTORY));
        read_through("open_by_handle_at", open_by_handle_at(dir, &handle.head, O_RDONLY));
        read_through("open_by_handle_at of the folder that one is in", open_by_handle_at(AT_FDCWD, &handle.head, O_RDWR));
    }
}

/* A descriptor of another process, whose number and descriptor are given. */
static void other_process(pid_t pid, int fd)
{
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (pidfd == -1) return tried("pidfd_open", -1);
    read_through("pidfd_getfd", (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0));
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd/%d", pid, fd);
    open_through("/proc/PID/fd of another process", path);
}

/* --- Programs that may not be run. */
static void run(const char *what, const char *path, char *const argv[], int fd, int flags)
{
    fflush(0);
    pid_t pid = MUST(fork());
    if (pid == 0) {
        if (fd == -1) execv(path, argv); else syscall(SYS_execveat, fd, path, argv, environ, flags);
        say("%s: %s", what, outcome(-1));
        _exit(55);
    }
    int status = wait_for(pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 7) say("%s: ok", what);
    else if (!WIFEXITED(status) || WEXITSTATUS(status) != 55) say("%s: %s", what, how(status));
}

static void programs(const char *program, const char *loader, const char *script)
{
    char *plain[] = { (char *)program, "exit", "7", NULL };
    run("execve", program, plain, -1, 0);
    char *loaded[] = { "ld.so", (char *)program, "exit", "7", NULL };
    run("the loader", loader, loaded, -1, 0);
    char *optioned[] = { "ld.so", "--inhibit-cache", "--argv0", "innocent", (char *)program, "exit", "7", NULL };
    run("the loader with options", loader, optioned, -1, 0);
    char *searched[] = { "ld.so", "--library-path", ".:/lib:/lib64:/usr/lib:/lib/x86_64-linux-gnu", (char *)program, "exit", "7", NULL };
    run("the loader and a search", loader, searched, -1, 0);
    unlink("innocent");
    MUST(symlink(loader, "innocent"));
    run("the loader by another name", "innocent", loaded, -1, 0);
    char *scripted[] = { (char *)script, NULL };
    run("a script", script, scripted, -1, 0);
    int fd = open(program, O_PATH);
    if (fd != -1) {
        char path[64];
        run("execveat of a handle", "", plain, fd, AT_EMPTY_PATH);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        run("/proc/self/fd", path, plain, -1, 0);
        snprintf(path, sizeof path, "/dev/fd/%d", fd);
        run("/dev/fd", path, plain, -1, 0);
    }
    if (link(program, "linked") == 0) { run("a hard link", "linked", plain, -1, 0); } else tried("a hard link", -1);
    if (rename(program, "moved") == 0) { run("renamed", "moved", plain, -1, 0); rename("moved", program); } else tried("renamed", -1);
}

/* A program that is only in memory. */
static void in_memory(const char *program)
{
    int from = MUST(open(program, O_RDONLY)), to = MUST((int)syscall(SYS_memfd_create, "x", 0));
    while (sendfile(to, from, NULL, 1 << 20) > 0) { }
    char *argv[] = { "x", "exit", "7", NULL };
    run("execveat of memory", "", argv, to, AT_EMPTY_PATH);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", to);
    run("memory by /proc/self/fd", path, argv, -1, 0);
    int file = open(".", O_TMPFILE | O_RDWR, 0777);
    if (file != -1) {
        lseek(from, 0, SEEK_SET);
        while (sendfile(file, from, NULL, 1 << 20) > 0) { }
        snprintf(path, sizeof path, "/proc/self/fd/%d", file);
        int again = open(path, O_RDONLY);
        close(file);
        run("a file without a name", "", argv, again, AT_EMPTY_PATH);
    }
}

/* --- Addresses that may not be reached. */
static void addresses(int port)
{
    struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = IN6ADDR_LOOPBACK_INIT };
    char text[] = "x";
    struct iovec piece = { text, 1 };
    int udp = MUST(socket(AF_INET, SOCK_DGRAM, 0)), tcp = MUST(socket(AF_INET, SOCK_STREAM, 0));
    int tcp6 = socket(AF_INET6, SOCK_STREAM, 0), udp6 = socket(AF_INET6, SOCK_DGRAM, 0);
    tried("connect", connect(tcp, (void *)&four, sizeof four));
    tried("connect by UDP", connect(udp, (void *)&four, sizeof four));
    tried("sendto", sendto(udp, text, 1, 0, (void *)&four, sizeof four));
    four.sin_family = AF_UNSPEC;
    tried("sendto without a family", sendto(udp, text, 1, 0, (void *)&four, sizeof four));
    struct msghdr bare = { .msg_name = &four, .msg_namelen = sizeof four, .msg_iov = &piece, .msg_iovlen = 1 };
    tried("sendmsg without a family", sendmsg(udp, &bare, 0));
    four.sin_family = AF_INET;
    tried("sendmsg", sendmsg(udp, &bare, 0));
    struct mmsghdr two[2] = { { .msg_hdr = bare }, { .msg_hdr = bare } };
    struct sockaddr_in harmless = { .sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(0x7f000002) };
    two[0].msg_hdr.msg_name = &harmless;
    tried("sendmmsg with the second", sendmmsg(udp, two, 2, 0) == 2 ? 0 : -1);
    tried("fast open", sendto(tcp, text, 1, MSG_FASTOPEN | MSG_NOSIGNAL, (void *)&four, sizeof four));
    tried("connect with rubbish", syscall(SYS_connect, 0x7777777700000000 | (uint32_t)tcp, &four, 0x7777777700000000 | sizeof four));
    if (tcp6 != -1) {
        tried("IPv6", connect(tcp6, (void *)&six, sizeof six));
        inet_pton(AF_INET6, "::ffff:127.0.0.1", &six.sin6_addr);
        tried("IPv4 in IPv6", connect(tcp6, (void *)&six, sizeof six));
        tried("IPv4 in IPv6 by UDP", sendto(udp6, text, 1, 0, (void *)&six, sizeof six));
        inet_pton(AF_INET6, "::ffff:0.0.0.0", &six.sin6_addr);
        tried("any address in IPv6", connect(tcp6, (void *)&six, sizeof six));
        tried("IPv4 by an IPv6 socket", sendto(udp6, text, 1, 0, (void *)&four, sizeof four));
        memset(&six.sin6_addr, 0, 16);
        tried("any IPv6 address", connect(tcp6, (void *)&six, sizeof six));
    }
    four.sin_addr.s_addr = 0;
    tried("any address", connect(tcp, (void *)&four, sizeof four));
    four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    /* By way of it, to somewhere allowed. */
    unsigned char options[] = { 1, 131, 11, 4, 127, 0, 0, 1, 127, 0, 0, 2 };
    tried("IP_OPTIONS", setsockopt(udp, IPPROTO_IP, IP_OPTIONS, options, sizeof options));
    union { char bytes[CMSG_SPACE(sizeof options)]; struct cmsghdr align; } control = { 0 };
    struct msghdr routed = { .msg_name = &harmless, .msg_namelen = sizeof harmless, .msg_iov = &piece, .msg_iovlen = 1,
                             .msg_control = control.bytes, .msg_controllen = sizeof control.bytes };
    struct cmsghdr *head = CMSG_FIRSTHDR(&routed);
    head->cmsg_level = IPPROTO_IP, head->cmsg_type = IP_RETOPTS, head->cmsg_len = CMSG_LEN(sizeof options);
    memcpy(CMSG_DATA(head), options, sizeof options);
    tried("IP_RETOPTS", sendmsg(udp, &routed, 0));
    struct mmsghdr many = { .msg_hdr = routed };
    tried("IP_RETOPTS by sendmmsg", sendmmsg(udp, &many, 1, 0));
    unsigned char header[24] = { 0, 2, 0, 1 };
    if (udp6 != -1) tried("IPV6_RTHDR", setsockopt(udp6, IPPROTO_IPV6, 57, header, sizeof header));
    int sctp = socket(AF_INET, SOCK_STREAM, 132);
    if (sctp != -1) {
        tried("SCTP", connect(sctp, (void *)&four, sizeof four));
        tried("SCTP by an option", setsockopt(sctp, 132, 110, &four, sizeof four));
    }
#ifdef __x86_64__
    uint32_t *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    CHECK(low != MAP_FAILED);
    memcpy(low + 100, &four, sizeof four);
    low[0] = tcp, low[1] = (uint32_t)(uintptr_t)(low + 100), low[2] = sizeof four;
    long got;
    __asm__ volatile("int $0x80" : "=a"(got) : "a"(102), "b"(3), "c"(low) : "memory", "r8", "r9", "r10", "r11");
    errno = (int)-got;
    tried("socketcall", (int)got < 0 ? -1 : 0);
    __asm__ volatile("int $0x80" : "=a"(got) : "a"(362), "b"(tcp), "c"(low + 100), "d"(sizeof four) : "memory", "r8", "r9", "r10", "r11");
    errno = (int)-got;
    tried("connect of i386", (int)got < 0 ? -1 : 0);
    got = syscall(0x40000000 | SYS_connect, tcp, &four, sizeof four);
    tried("connect of x32", got);
#endif
}

/* Ports on which nobody may listen. */
static void listening(int port)
{
    struct sockaddr_in four = { .sin_family = AF_UNSPEC, .sin_port = htons(port) };
    int fd = MUST(socket(AF_INET, SOCK_STREAM, 0));
    tried("bind without a family", bind(fd, (void *)&four, sizeof four));
    four.sin_family = AF_INET;
    tried("bind", bind(fd, (void *)&four, sizeof four));
    struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
    fd = socket(AF_INET6, SOCK_STREAM, 0);
    if (fd != -1) tried("bind by IPv6", bind(fd, (void *)&six, sizeof six));
}

/* A unix socket that may not be reached. */
static void unix_socket(void)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    int fd = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
#define REACH(what, ...) (snprintf(to.sun_path, sizeof to.sun_path, __VA_ARGS__), tried(what, connect(fd, (void *)&to, sizeof to)))
    REACH("by its name", "%s", name_of);
    if (symlink(name_of, "to-socket") == 0) REACH("by a link", "to-socket");
    REACH("by /proc/self/cwd", "/proc/self/cwd/%s", name_of);
    int handle = open(name_of, O_PATH);
    if (handle != -1) REACH("by a handle", "/proc/self/fd/%d", handle);
    int dir = MUST(open(".", O_PATH));
    REACH("by a handle of its folder", "/proc/self/fd/%d/%s", dir, name_of);
    if (link(name_of, "linked-socket") == 0) REACH("by a hard link", "linked-socket"); else tried("by a hard link", -1);
    if (rename(name_of, "moved-socket") == 0) REACH("by another name", "moved-socket"); else tried("by another name", -1);
}

/* --- Doors with a kind of their own: under a policy that denies what nobody allows, none opens. */
static void closed(void)
{
    struct io_uring_params params = { 0 };
    tried("io_uring_setup", syscall(SYS_io_uring_setup, 4, &params));
    tried("userfaultfd", syscall(SYS_userfaultfd, 0));
    tried("userfaultfd for own faults", syscall(SYS_userfaultfd, UFFD_USER_MODE_ONLY));
    union bpf_attr attr = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1 };
    tried("bpf", syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof attr));
    struct perf_event_attr event = { .type = PERF_TYPE_SOFTWARE, .size = sizeof event, .exclude_kernel = 1 };
    tried("perf_event_open", syscall(SYS_perf_event_open, &event, 0, -1, -1, 0));
    tried("PTRACE_TRACEME", ptrace(PTRACE_TRACEME, 0, 0, 0));
    pid_t child = MUST(fork());
    if (child == 0) for (;;) pause();
    tried("PTRACE_ATTACH", ptrace(PTRACE_ATTACH, child, 0, 0));
    tried("PTRACE_SEIZE", ptrace(PTRACE_SEIZE, child, 0, 0));
    char here[8] = "x";
    struct iovec mine = { here, 8 }, its = { here, 8 };
    tried("process_vm_readv", process_vm_readv(child, &mine, 1, &its, 1, 0));
    tried("process_vm_writev", process_vm_writev(child, &mine, 1, &its, 1, 0));
    int pidfd = (int)syscall(SYS_pidfd_open, child, 0);
    tried("pidfd_getfd", syscall(SYS_pidfd_getfd, pidfd, 0, 0));
    tried("process_madvise", syscall(SYS_process_madvise, pidfd, &its, 1, 21, 0));
    tried("kcmp", syscall(SYS_kcmp, getpid(), child, 0, 0, 0));
    MUST(kill(child, SIGKILL));
    tried("PR_SET_PTRACER", prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY));
    tried("PR_SET_MM", prctl(PR_SET_MM, 1, 0, 0, 0));
    tried("unshare a user namespace", unshare(CLONE_NEWUSER));
    tried("unshare a mount namespace", unshare(CLONE_NEWNS));
    tried("setns", setns(MUST(open("/proc/self/ns/net", O_RDONLY)), 0));
    tried("chroot", chroot("."));
    tried("pivot_root", syscall(SYS_pivot_root, ".", "."));
    tried("mount", mount("none", ".", "tmpfs", 0, NULL));
    tried("fsopen", syscall(430, "tmpfs", 0));
    tried("fspick", syscall(433, AT_FDCWD, ".", 0));
    tried("open_tree", syscall(428, AT_FDCWD, ".", 1));
    tried("fsmount", syscall(432, 0, 0, 0));
    tried("move_mount", syscall(429, AT_FDCWD, ".", AT_FDCWD, "..", 0));
    tried("mount_setattr", syscall(442, AT_FDCWD, ".", 0, &params, 32));
    tried("umount2", umount2(".", 0));
    tried("swapon", syscall(SYS_swapon, "none", 0));
    tried("swapoff", syscall(SYS_swapoff, "none"));
    tried("quotactl", syscall(SYS_quotactl, 0x80000100, "none", 0, 0));
    tried("kexec_load", syscall(SYS_kexec_load, 0, 0, NULL, 0));
#ifdef SYS_kexec_file_load
    tried("kexec_file_load", syscall(SYS_kexec_file_load, -1, -1, 0, NULL, 4));
#endif
    tried("init_module", syscall(SYS_init_module, "", 0, ""));
    tried("finit_module", syscall(SYS_finit_module, -1, "", 0));
    tried("delete_module", syscall(SYS_delete_module, "none", 0));
    tried("reboot", syscall(SYS_reboot, 0xfee1dead, 672274793, 0, NULL)); /* CAD off: harmless where it goes through */
    struct timeval time = { 0 };
    tried("settimeofday", syscall(SYS_settimeofday, &time, NULL));
    tried("sethostname", sethostname("x", 1));
    tried("acct", syscall(SYS_acct, "none"));
    tried("iopl", syscall(SYS_iopl, 3));
    tried("ioperm", syscall(SYS_ioperm, 0x80, 1, 1));
    tried("syslog", syscall(SYS_syslog, 5, NULL, 0));
    tried("vhangup", syscall(SYS_vhangup));
    tried("fanotify_init", syscall(SYS_fanotify_init, 0, 0));
    tried("add_key", syscall(SYS_add_key, "user", "x", "x", 1, -3));
    tried("keyctl", syscall(SYS_keyctl, 5, -3, 0x3f3f0000)); /* KEYCTL_SETPERM of the session keyring, to what it is */
    tried("request_key", syscall(SYS_request_key, "user", "x", NULL, 0));
    tried("personality", personality(ADDR_NO_RANDOMIZE | READ_IMPLIES_EXEC));
    tried("packet socket", socket(AF_PACKET, SOCK_RAW, 0));
    tried("raw socket", socket(AF_INET, SOCK_RAW, 1));
    tried("netlink", socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
    tried("vsock", socket(AF_VSOCK, SOCK_STREAM, 0));
    tried("AF_ALG", socket(38, SOCK_SEQPACKET, 0));
    tried("device node", mknod("node", S_IFBLK | 0600, makedev(8, 0)));
    tried("a setting", open("/proc/sys/kernel/hostname", O_WRONLY));
    tried("sysrq", open("/proc/sysrq-trigger", O_WRONLY));
    tried("kmsg", open("/dev/kmsg", O_WRONLY));
    tried("mem", open("/dev/mem", O_RDWR));
    tried("uinput", open("/dev/uinput", O_WRONLY));
    struct file_handle handle = { 0 };
    tried("open_by_handle_at", open_by_handle_at(AT_FDCWD, &handle, O_RDONLY));
    tried("clone of a namespace", syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
}

/* --- Files that may not be written, by descriptors that may. */
static void writes(void)
{
    char text[] = "mine!";
    int own = MUST(open("own", O_RDWR | O_CREAT, 0666));
    CHECK(write(own, text, 5) == 5);
    errno = 0;
    int forbidden = open(name_of, O_RDWR);
    tried("open to write", forbidden);
    int reading = open(name_of, O_RDONLY);
    if (reading == -1) return tried("open to read", -1);
    off_t from = 0;
    tried("sendfile", sendfile(reading, own, &from, 5));
    loff_t a = 0, b = 0;
    tried("copy_file_range", copy_file_range(own, &a, reading, &b, 5, 0));
    int ends[2];
    MUST(pipe(ends));
    CHECK(write(ends[1], text, 5) == 5);
    tried("splice", splice(ends[0], NULL, reading, NULL, 5, 0));
    struct iovec piece = { text, 5 };
    tried("pwritev2", pwritev2(reading, &piece, 1, 0, 0));
    void *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, reading, 0);
    tried("mmap to write", shared == MAP_FAILED ? -1 : 0);
    shared = mmap(NULL, 4096, PROT_READ, MAP_SHARED, reading, 0);
    if (shared != MAP_FAILED) tried("mprotect to write", mprotect(shared, 4096, PROT_READ | PROT_WRITE));
    tried("FICLONE", ioctl(reading, 0x40049409, own));
    tried("fallocate", fallocate(reading, 0, 0, 10));
    tried("ftruncate", ftruncate(reading, 0));
    aio_context_t context = 0;
    if (syscall(SYS_io_setup, 4, &context) == 0) {
        struct iocb block = { .aio_lio_opcode = IOCB_CMD_PWRITE, .aio_fildes = (uint32_t)reading, .aio_buf = (uint64_t)(uintptr_t)text, .aio_nbytes = 5 };
        struct iocb *blocks[] = { &block };
        struct io_event event = { 0 };
        long got = syscall(SYS_io_submit, context, 1, blocks);
        if (got == 1 && syscall(SYS_io_getevents, context, 1, 1, &event, NULL) == 1 && event.res < 0) got = -1, errno = (int)-event.res;
        tried("io_submit", got);
    }
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", reading);
    tried("its descriptor again, to write", open(path, O_WRONLY));
    tried("truncate by its descriptor", truncate(path, 0));
}

/* --- The program's own filters, and new tasks. */
static void filters(void)
{
    /* Every openat goes to a tracer, which there is not for this filter; or to who listens. */
    struct sock_filter trace[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { 4, trace };
    MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    pid_t pid = MUST(fork());
    if (pid == 0) {
        MUST(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program));
        open_through("RET_TRACE", name_of);
        _exit(0);
    }
    wait_for(pid);
    trace[2].k = SECCOMP_RET_USER_NOTIF;
    int listener = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
    if (listener == -1) tried("a listener", -1);
    else {
        pid = MUST(fork());
        if (pid == 0) {
            open_through("RET_USER_NOTIF", name_of);
            _exit(0);
        }
        struct pollfd ready = { listener, POLLIN, 0 };
        if (poll(&ready, 1, 1000) == 1 && ready.revents & POLLIN) {
            struct seccomp_notif request = { 0 };
            struct seccomp_notif_resp response = { 0 };
            if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request) == 0) {
                response.id = request.id;
                response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
                ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
            }
        }
        wait_for(pid);
    }
}

static int reader(void *what)
{
    open_through(what, name_of);
    return 0;
}

static void tasks(void)
{
    static char stack[65536];
    static const struct { const char *name; int flags; } ways[] = {
        { "CLONE_PARENT", CLONE_PARENT }, { "CLONE_PTRACE", CLONE_PTRACE }, { "CLONE_PTRACE and CLONE_PARENT", CLONE_PTRACE | CLONE_PARENT },
        { "CLONE_VM", CLONE_VM }, { "CLONE_VFORK", CLONE_VM | CLONE_VFORK }, { "CLONE_FILES and CLONE_FS", CLONE_FILES | CLONE_FS },
        { "CLONE_UNTRACED", CLONE_UNTRACED },
        { "CLONE_NEWPID and a user namespace", CLONE_NEWPID | CLONE_NEWUSER },
    };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        pid_t pid = clone(reader, stack + sizeof stack, ways[i].flags | SIGCHLD, (void *)ways[i].name);
        if (pid == -1) tried(ways[i].name, -1);
        else if (ways[i].flags & CLONE_PARENT) sleep_ms(300);
        else wait_for(pid);
    }
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct clone_args { uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, rest[6]; } args = { .flags = (uint64_t)ways[i].flags & ~(CLONE_VM | CLONE_VFORK), .exit_signal = SIGCHLD };
        if (ways[i].flags & CLONE_PARENT) args.exit_signal = 0;
        pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
        if (pid == 0) {
            char what[64];
            snprintf(what, sizeof what, "clone3 with %s", ways[i].name);
            open_through(what, name_of);
            _exit(0);
        }
        if (pid == -1) tried(ways[i].name, -1);
        else if (ways[i].flags & CLONE_PARENT) sleep_ms(300);
        else wait_for(pid);
    }
    prctl(PR_SET_NAME, "cat");
    open_through("another name of the task", name_of);
    prctl(PR_SET_DUMPABLE, 0);
    open_through("PR_SET_DUMPABLE", name_of);
    personality(PER_LINUX32);
    open_through("PER_LINUX32", name_of);
}

/* --- A descriptor that somebody outside hands in, by the socket of this name. */
static void handed(void)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    snprintf(to.sun_path, sizeof to.sun_path, "%s", name_of);
    int fd = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
    MUST(connect(fd, (void *)&to, sizeof to));
    char byte;
    struct iovec piece = { &byte, 1 };
    union { char bytes[CMSG_SPACE(sizeof(int))]; struct cmsghdr align; } control;
    struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes };
    if (recvmsg(fd, &message, 0) == -1) return tried("recvmsg", -1);
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    if (!head) return say("recvmsg: nothing");
    int got;
    memcpy(&got, CMSG_DATA(head), sizeof got);
    read_through("SCM_RIGHTS", got);
}

int main(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "";
    name_of = argc > 2 ? argv[2] : "";
    if (strcmp(verb, "names") == 0) names();
    else if (strcmp(verb, "folder") == 0) folder();
    else if (strcmp(verb, "handles") == 0) handles();
    else if (strcmp(verb, "process") == 0) other_process(atoi(argv[2]), atoi(argv[3]));
    else if (strcmp(verb, "programs") == 0) programs(argv[2], argv[3], argv[4]);
    else if (strcmp(verb, "memory") == 0) in_memory(argv[2]);
    else if (strcmp(verb, "addresses") == 0) addresses(atoi(argv[2]));
    else if (strcmp(verb, "listening") == 0) listening(atoi(argv[2]));
    else if (strcmp(verb, "unix") == 0) unix_socket();
    else if (strcmp(verb, "closed") == 0) closed();
    else if (strcmp(verb, "writes") == 0) writes();
    else if (strcmp(verb, "filters") == 0) filters();
    else if (strcmp(verb, "tasks") == 0) tasks();
    else if (strcmp(verb, "handed") == 0) handed();
    else if (strcmp(verb, "exit") == 0) return atoi(argv[2]);
    else return 2;
    return 0;
}
