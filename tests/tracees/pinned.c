/* Honest programs that a firewall which copies arguments, leads paths and puts pages into them could disturb. */
#include "tracee.h"
#include <linux/seccomp.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <spawn.h>

extern char **environ;
static char folder[64];

static void *in_thread(void *(*what)(void *), void *argument)
{
    pthread_t thread;
    void *result;
    CHECK(pthread_create(&thread, NULL, what, argument) == 0);
    CHECK(pthread_join(thread, &result) == 0);
    return result;
}

/* Two threads meet at a FIFO: each waits in open(2) for the other. */
static void *write_fifo(void *name)
{
    int fd = MUST(open(name, O_WRONLY));
    MUST(write(fd, "met", 3));
    close(fd);
    return NULL;
}

static void fifo(void)
{
    char text[8] = "";
    MUST(mkfifo("pipe", 0600));
    for (int i = 0; i < 50; i++) {
        pthread_t thread;
        CHECK(pthread_create(&thread, NULL, write_fifo, "pipe") == 0);
        int fd = MUST(open("pipe", O_RDONLY));
        CHECK(read(fd, text, sizeof text) == 3);
        close(fd);
        pthread_join(thread, NULL);
    }
    say("fifo: %s", text);
}

/* More threads than there are slots wait in open(2) at the same time. */
static void *open_fifo(void *name)
{
    int fd = MUST(open(name, O_RDONLY));
    close(fd);
    return NULL;
}

static void crowd(void)
{
    enum { MANY = 150 };
    pthread_t threads[MANY];
    MUST(mkfifo("gate", 0600));
    for (int i = 0; i < MANY; i++) CHECK(pthread_create(threads + i, NULL, open_fifo, "gate") == 0);
    int fd = MUST(open("gate", O_WRONLY));
    for (int i = 0; i < MANY; i++) pthread_join(threads[i], NULL);
    close(fd);
    say("crowd: %d", MANY);
}

/* A thread connects to another thread of the same process, by address and by path. */
static void *connect_unix(void *unused)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX, .sun_path = "socket" };
    int fd = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
    MUST(connect(fd, (struct sockaddr *)&to, sizeof to));
    struct sockaddr_un peer = { 0 };
    socklen_t length = sizeof peer;
    MUST(getpeername(fd, (struct sockaddr *)&peer, &length));
    say("peer: %s", peer.sun_path);
    MUST(write(fd, "x", 1));
    close(fd);
    return unused;
}

static void connects(void)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = "socket" };
    int fd = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
    MUST(bind(fd, (struct sockaddr *)&at, sizeof at));
    MUST(listen(fd, 4));
    struct sockaddr_un own = { 0 };
    socklen_t length = sizeof own;
    MUST(getsockname(fd, (struct sockaddr *)&own, &length));
    say("own: %s", own.sun_path);
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, connect_unix, NULL) == 0);
    int peer = MUST(accept(fd, NULL, NULL));
    char byte;
    CHECK(read(peer, &byte, 1) == 1);
    pthread_join(thread, NULL);
}

/* Waits that end with EINTR where their thread is interrupted. */
static atomic_int busy = 1;

static void *work(void *unused)
{
    for (int i = 0; busy; i++) {
        char name[32];
        snprintf(name, sizeof name, "busy%d", i % 7);
        int fd = MUST(open(name, O_CREAT | O_RDWR, 0600));
        close(fd);
        MUST(unlink(name));
    }
    return unused;
}

static void waits(void)
{
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, work, NULL) == 0);
    int epoll = MUST(epoll_create1(0)), pair[2];
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    struct timeval limit = { 0, 150000 };
    MUST(setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit));
    struct epoll_event event;
    char byte;
    for (int i = 0; i < 3; i++) {
        say("epoll_wait: %s", outcome(epoll_wait(epoll, &event, 1, 150)));
        say("recv: %s", outcome(recv(pair[0], &byte, 1, 0)));
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGUSR2);
        struct timespec time = { 0, 150000000 };
        say("sigtimedwait: %s", outcome(sigtimedwait(&set, NULL, &time)));
    }
    busy = 0;
    pthread_join(thread, NULL);
}

/* A call is interrupted by a handler and restarted, with its arguments as they were. */
static atomic_int ticks;
static void tick(int unused) { (void)unused; ticks++; }

static void *open_late(void *name)
{
    sleep_ms(300);
    int fd = MUST(open(name, O_WRONLY));
    close(fd);
    return NULL;
}

static void restarts(void)
{
    struct sigaction action = { .sa_handler = tick, .sa_flags = SA_RESTART };
    MUST(sigaction(SIGALRM, &action, NULL));
    MUST(mkfifo("late", 0600));
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, open_late, "late") == 0);
    struct itimerval every = { { 0, 20000 }, { 0, 20000 } }, never = { { 0, 0 }, { 0, 0 } };
    MUST(setitimer(ITIMER_REAL, &every, NULL));
    int fd = MUST(open("late", O_RDONLY));
    MUST(setitimer(ITIMER_REAL, &never, NULL));
    CHECK(ticks > 2);
    close(fd);
    pthread_join(thread, NULL);
    say("restarted");
}

/* The registers are as before, but for the result; also a child's. */
static void registers(void)
{
#ifdef __x86_64__
    struct { char name[16]; } where = { "there" };
    register long a1 asm("rdi") = AT_FDCWD;
    register long a2 asm("rsi") = (long)where.name;
    register long a3 asm("rdx") = O_CREAT | O_RDWR;
    register long a4 asm("r10") = 0600;
    long result;
    asm volatile("syscall" : "=a"(result), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4) : "0"((long)SYS_openat) : "rcx", "r11", "memory");
    CHECK(result >= 0 && a1 == AT_FDCWD && a2 == (long)where.name && a3 == (O_CREAT | O_RDWR) && a4 == 0600);
    close(result);
    CHECK((fcntl(MUST(open("there", O_RDWR | O_CREAT, 0600)), F_GETFL) & O_ACCMODE) == O_RDWR);
#endif
    say("registers as before");
}

static void *registers_thread(void *unused) { registers(); return unused; }

/* Files by every call that makes, changes and removes names. */
static void names(void)
{
    char link_text[64];
    struct stat s;
    MUST(mkdir("d", 0755));
    MUST(mkdir("d/e/", 0755));
    say("mkdir again: %s", outcome(mkdir("d/e", 0755)));
    say("rmdir .: %s", outcome(rmdir("d/e/.")));
    say("unlink of a folder: %s", outcome(unlink("d/e")));
    int fd = MUST(open("d/f", O_CREAT | O_EXCL | O_WRONLY, 0640));
    MUST(write(fd, "12345", 5));
    close(fd);
    say("exclusive: %s", outcome(open("d/f", O_CREAT | O_EXCL | O_WRONLY, 0640)));
    say("slash behind a file: %s", outcome(open("d/f/", O_RDONLY)));
    say("unlink with a slash: %s", outcome(unlink("d/f/")));
    MUST(symlink("d/f", "d/f_link"));
    MUST(symlink("f", "d/l"));
    MUST(symlink("nowhere", "d/dangling"));
    say("no follow: %s", outcome(open("d/l", O_RDONLY | O_NOFOLLOW)));
    ssize_t got = MUST(readlink("d/l", link_text, sizeof link_text));
    say("readlink: %.*s", (int)got, link_text);
    MUST(chmod("d/l", 0600));
    MUST(stat("d/f", &s));
    say("mode through a link: %o", s.st_mode & 0777);
    say("truncate nothing: %s", outcome(truncate("d/none", 0)));
    say("chmod nothing: %s", outcome(chmod("d/none/none", 0)));
    fd = MUST(open("d/dangling", O_CREAT | O_WRONLY, 0600));
    close(fd);
    say("made through a link: %s", outcome(stat("d/nowhere", &s)));
    MUST(link("d/f", "d/g"));
    MUST(rename("d/g", "d/h"));
    say("renameat2: %s", outcome(syscall(SYS_renameat2, AT_FDCWD, "d/h", AT_FDCWD, "d/f", 1)));
    MUST(truncate("d/l", 3));
    MUST(stat("d/f", &s));
    say("size: %d, links: %d", (int)s.st_size, (int)s.st_nlink);
    int dir = MUST(open("d", O_RDONLY | O_DIRECTORY));
    MUST(mkdirat(dir, "x", 0700));
    MUST(unlinkat(dir, "x", AT_REMOVEDIR));
    fd = MUST(openat(dir, ".", O_TMPFILE | O_RDWR, 0600));
    close(fd);
    MUST(utimensat(dir, "f", NULL, 0));
    say("too long: %s", outcome(mkdirat(dir, (char[300]){ [0 ... 298] = 'n' }, 0700)));
    say("in a file: %s", outcome(mkdir("d/f/x", 0700)));
    fd = MUST(open("/proc/self/fd/0", O_RDONLY));
    close(fd);
    fd = MUST(open("/dev/null", O_WRONLY | O_CREAT | O_TRUNC, 0666));
    close(fd);
    say("creat: %s", outcome(creat("d/new", 0600)));
}

static void *names_thread(void *unused) { names(); return unused; }

/* A strict filter of the program's own: the kernel may not be asked for pages any more. */
static void *after_filter(void *unused)
{
    int fd = MUST(open("filtered", O_CREAT | O_RDWR, 0600));
    close(fd);
    say("opened behind a filter");
    return unused;
}

static void filter(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 462, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    struct sock_fprog program = { sizeof code / sizeof *code, code };
    MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    MUST(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
    in_thread(after_filter, NULL);
}

/* Children that borrow the memory, by every way there is. */
static void *spawns(void *unused)
{
    for (int i = 0; i < 20; i++) {
        pid_t pid;
        char *argv[] = { "true", NULL };
        CHECK(posix_spawn(&pid, "/bin/true", NULL, NULL, argv, environ) == 0);
        CHECK(wait_for(pid) == 0);
        if ((pid = MUST(vfork())) == 0) { execv("/bin/true", argv); _exit(1); }
        CHECK(wait_for(pid) == 0);
        if ((pid = MUST(fork())) == 0) { execv("/bin/true", argv); _exit(1); }
        CHECK(wait_for(pid) == 0);
    }
    say("spawned");
    return unused;
}

/* What is below the stack is not mapped, and the stack is deeper than it ever was. */
static void __attribute__((noinline)) below(long deeper, const char *name)
{
#ifdef __x86_64__
    volatile char *place = __builtin_alloca(400000 + deeper);
    long result;
    asm volatile("" ::"r"(place) : "memory");
    asm volatile("syscall" : "=a"(result) : "0"((long)SYS_mkdir), "D"(name), "S"(0700) : "rcx", "r11", "memory");
    CHECK(result == 0);
    asm volatile("syscall" : "=a"(result) : "0"((long)SYS_rmdir), "D"(name) : "rcx", "r11", "memory");
    CHECK(result == 0);
#else
    (void)deeper, (void)name;
#endif
}

/* What is below the red zone stays as it is. */
static void untouched(const char *name)
{
#ifdef __x86_64__
    static char stack[8192] __attribute__((aligned(16)));
    memset(stack, 'u', sizeof stack);
    long result;
    asm volatile("mov %%rsp, %%rbx\n\tmov %[stack], %%rsp\n\tsyscall\n\tmov %%rbx, %%rsp"
        : "=a"(result) : "0"((long)SYS_mkdir), "D"(name), "S"(0700), [stack] "r"(stack + sizeof stack)
        : "rbx", "rcx", "r11", "memory");
    CHECK(result == 0 && rmdir(name) == 0);
    for (size_t i = 0; i < sizeof stack; i++) CHECK(stack[i] == 'u');
#else
    (void)name;
#endif
}

static void stack(void)
{
    char name[201];
    memset(name, 'n', 200);
    name[200] = 0;
    untouched(name);
    for (long i = 0; i < 8192; i += 32) below(i, name);
    untouched(name);
    say("stack");
}

/* Names that are no names: magic links, slashes behind links, what is not there. */
static void *magic(void *unused)
{
    char name[64];
    int pipes[2], fd;
    struct stat s;
    struct sockaddr_un to = { .sun_family = AF_UNIX, .sun_path = "no-socket" };
#define BY_FD(number) (snprintf(name, sizeof name, "/proc/self/fd/%d", number), name)
#define SAY(what) say("%s: %s", #what, outcome(what))
    MUST(pipe(pipes));
    say("a pipe: %s", outcome(open(BY_FD(pipes[1]), O_WRONLY)));
    snprintf(name, sizeof name, "/dev/fd/%d", pipes[0]);
    say("its other end: %s", outcome(open(name, O_RDONLY)));
    fd = MUST(syscall(SYS_memfd_create, "x", 0));
    say("a memfd: %s", outcome(open(BY_FD(fd), O_RDWR | O_TRUNC)));
    say("its size: %s", outcome(truncate(name, 100)));
    MUST(fstat(fd, &s));
    CHECK(s.st_size == 100);
    fd = MUST(open("gone", O_CREAT | O_RDWR, 0600));
    MUST(unlink("gone"));
    say("a removed file: %s", outcome(open(BY_FD(fd), O_RDWR)));
    say("its mode: %s", outcome(chmod(name, 0640)));
    fd = MUST(open(".", O_TMPFILE | O_RDWR, 0600));
    say("a nameless file: %s", outcome(linkat(AT_FDCWD, BY_FD(fd), AT_FDCWD, "named", AT_SYMLINK_FOLLOW)));
    MUST(unlink("named"));
    fd = MUST(epoll_create1(0));
    say("an epoll: %d", open(BY_FD(fd), O_RDWR) == -1);
    MUST(mkdir("folder", 0700));
    MUST(symlink("folder", "link"));
    SAY(lchown("link/", getuid(), getgid()));
    SAY(lchown("link/.", getuid(), getgid()));
    SAY(rmdir("link/"));
    SAY(mkdir("link/", 0700));
    SAY(unlink("link/"));
    SAY(rename("link/", "other"));
    SAY(open("link/", O_RDONLY | O_NOFOLLOW | O_DIRECTORY));
    SAY(open("link/", O_RDONLY | O_DIRECTORY));
    SAY(utimensat(AT_FDCWD, "folder/..", NULL, AT_SYMLINK_NOFOLLOW));
    MUST(chdir("folder"));
    SAY(mkdir("/proc/self/cwd/sub", 0700));
    SAY(rmdir("/proc/self/cwd/../folder/sub"));
    MUST(rmdir("../folder"));
    SAY(mkdir("sub", 0700));
    SAY(open("sub", O_CREAT | O_WRONLY, 0600));
    MUST(chdir(".."));
    MUST(unlink("link"));
    MUST(symlink("loop", "loop"));
    SAY(open("loop", O_RDWR | O_CREAT, 0600));
    SAY(mkdir("loop/x", 0600));
    MUST(unlink("loop"));
    SAY(open("/../..", O_RDWR));
    SAY(unlink(""));
    SAY(open("/proc/self/exe", O_RDONLY));
    SAY(open("/proc/thread-self/comm", O_RDWR));
    SAY(open("/proc/self/fd/999", O_WRONLY));
    SAY(open("/proc/self/nothing", O_WRONLY | O_CREAT, 0600));
    SAY(open("/proc/self/ns/mnt", O_RDONLY));
    fd = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
    SAY(connect(fd, (struct sockaddr *)&to, sizeof to));
    close(MUST(open("plain", O_CREAT | O_RDWR, 0600)));
    strcpy(to.sun_path, "plain");
    SAY(connect(fd, (struct sockaddr *)&to, sizeof to));
    strcpy(to.sun_path, "plain/x");
    SAY(connect(fd, (struct sockaddr *)&to, sizeof to));
    strcpy(to.sun_path, "/proc/self/cwd/none/x");
    SAY(connect(fd, (struct sockaddr *)&to, sizeof to));
    SAY(truncate("plain/", 0));
    SAY(chmod("plain/y", 0600));
    MUST(unlink("plain"));
    return unused;
}

/* In a user namespace of its own the links of other processes cannot be followed. */
static void namespace(void)
{
    say("mkdir before: %s", outcome(mkdir("d", 0700)));
    if (unshare(CLONE_NEWUSER) == -1) say("no user namespaces here");
    say("mkdir: %s", outcome(mkdir("e", 0700)));
    say("rmdir: %s", outcome(rmdir("e")));
    int fd = MUST(open("f", O_CREAT | O_WRONLY, 0600));
    close(fd);
    say("truncate: %s", outcome(truncate("f", 0)));
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    const char *what = argv[1];
    snprintf(folder, sizeof folder, "pinned-%s", what);
    MUST(mkdir(folder, 0755));
    MUST(chdir(folder));
    if (!strcmp(what, "fifo")) fifo();
    else if (!strcmp(what, "crowd")) crowd();
    else if (!strcmp(what, "connects")) connects();
    else if (!strcmp(what, "waits")) waits();
    else if (!strcmp(what, "restarts")) restarts();
    else if (!strcmp(what, "registers")) { registers(); in_thread(registers_thread, NULL); }
    else if (!strcmp(what, "names")) names();
    else if (!strcmp(what, "names-thread")) in_thread(names_thread, NULL);
    else if (!strcmp(what, "filter")) filter();
    else if (!strcmp(what, "spawns")) { spawns(NULL); in_thread(spawns, NULL); }
    else if (!strcmp(what, "stack")) stack();
    else if (!strcmp(what, "namespace")) namespace();
    else if (!strcmp(what, "magic")) { magic(NULL); in_thread(magic, NULL); }
    else return 2;
    return 0;
}
