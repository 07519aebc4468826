/* Programs that make their own arrangements with seccomp(2), and calls that need nobody's look. */
#include "tracee.h"
#include <dirent.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/ioctl.h>

static atomic_int listener = -1;

static int install(unsigned flags, int call, unsigned action)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, action),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { .len = sizeof code / sizeof *code, .filter = code };
    MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

/* Lets every call that it is asked about go on. */
static void *wave_through(void *unused)
{
    while (listener == -1) sched_yield();
    for (;;) {
        struct seccomp_notif asked = { 0 };
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) == -1) return unused;
        struct seccomp_notif_resp answer = { .id = asked.id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE };
        ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
    }
}

static void try_to_read(const char *path)
{
    char content[100];
    int fd = openat(AT_FDCWD, path, O_RDONLY);
    if (fd == -1) say("read: %s", outcome(fd));
    else say("read: %.*s", (int)read(fd, content, sizeof content), content);
}

static void listens(void)
{
    pthread_t thread;
    CHECK(pthread_create(&thread, 0, wave_through, 0) == 0);
    int got = install(SECCOMP_FILTER_FLAG_NEW_LISTENER, SYS_openat, SECCOMP_RET_USER_NOTIF);
    say("listener: %s", outcome(got));
    listener = got;
}

static void filters(void)
{
    say("filter: %s", outcome(install(0, SYS_getppid, SECCOMP_RET_ERRNO | ENOANO)));
    say("getppid: %s", outcome(syscall(SYS_getppid)));
}

/* What a file tree walk and a terminal program do all the time. */
static void everyday(void)
{
    for (int i = 0; i < 200; i++) {
        int dir = MUST(openat(AT_FDCWD, "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        int copy = MUST(fcntl(dir, F_DUPFD_CLOEXEC, 3));
        int on, path = MUST(openat(dir, "proc", O_PATH));
        ioctl(dir, FIONBIO, &(int){ 0 });
        MUST(prctl(PR_SET_NAME, "everyday"));
        MUST(syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, &(char[16]){ 0 }));
        ioctl(dir, FIONREAD, &on);
        close(dir), close(copy), close(path);
    }
    say("everyday: done");
}

int main(int argc, char **argv)
{
    CHECK(argc == 3);
    say("user: %s", geteuid() == getuid() ? "same" : "set");
    if (strcmp(argv[1], "listener") == 0) listens();
    else if (strcmp(argv[1], "filter") == 0) filters();
    else everyday();
    try_to_read(argv[2]);
    _exit(0);
}
