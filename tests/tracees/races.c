/* Attackers: what Syswall looks at is changed before the kernel looks. Each tries TIMES and prints how often it got to
 * the forbidden object: `NAME: TRIES tries, N reached`. The folder holds `allowed` and `secret` (and what they make). */
#include "tracee.h"
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <sys/mount.h>
#include <sys/xattr.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <linux/openat2.h>

static char *shared;           /* the argument that changes, in memory that several write */
static atomic_int go = 1;
static long tries, reached;
static const char *good, *evil;

static void *flip(void *unused)
{
    (void)unused;
    /* Equal lengths, so that every mixture of the two is either one of them or nothing. */
    size_t n = strlen(good) + 1;
    while (go) {
        memcpy(shared, evil, n);
        for (volatile int i = 0; i < 40; i++) { }
        memcpy(shared, good, n);
        for (volatile int i = 0; i < 40; i++) { }
    }
    return NULL;
}

static int holds(int fd, const char *word)
{
    char text[64] = "";
    ssize_t got = read(fd, text, sizeof text - 1);
    return got > 0 && strstr(text, word) != NULL;
}

static void set(const char *name, const char *text)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd < 0) return;
    if (write(fd, text, strlen(text)) < 0) { }
    close(fd);
}

/* ---- what is done with the changing argument ---- */

static void try_open(void)
{
    int fd = openat(AT_FDCWD, shared, O_RDONLY);
    if (fd < 0) return;
    reached += holds(fd, "words");
    close(fd);
}

static void try_openat2(void)
{
    struct open_how how = { .flags = O_RDONLY };
    int fd = syscall(SYS_openat2, AT_FDCWD, shared, &how, sizeof how);
    if (fd < 0) return;
    reached += holds(fd, "words");
    close(fd);
}

static void try_truncate_open(void)
{
    int fd = open(shared, O_WRONLY | O_TRUNC);
    if (fd >= 0) close(fd);
    struct stat s;
    reached += stat("secret", &s) == 0 && s.st_size == 0;
}

static void try_truncate(void)
{
    if (truncate(shared, 0) == -1) return;
    struct stat s;
    reached += stat("secret", &s) == 0 && s.st_size == 0;
}

static void try_chmod(void)
{
    struct stat s;
    if (chmod(shared, 0600) == -1) return;
    reached += stat("secret", &s) == 0 && (s.st_mode & 0777) == 0600;
    chmod("allowed", 0644);
}

static void try_unlink(void)
{
    unlink(shared);
    reached += access("secret", F_OK) == -1;
    set("allowed", "plain");
}

static void try_rename(void)
{
    if (rename(shared, "moved_") == 0) {
        int fd = open("moved_", O_RDONLY);
        reached += access("secret", F_OK) == -1;
        if (fd >= 0) close(fd);
        unlink("moved_");
    }
    set("allowed", "plain");
}

static void try_link(void)
{
    unlink("linked");
    if (link(shared, "linked") == -1) return;
    struct stat a, b;
    reached += stat("linked", &a) == 0 && stat("secret", &b) == 0 && a.st_ino == b.st_ino;
}

static void try_exec(void)
{
    /* `good` is a program that exits with 0, `evil` one that exits with 7. */
    pid_t pid = MUST(fork());
    if (pid == 0) {
        char *argv[] = { "x", NULL };
        execv(shared, argv);
        _exit(1);
    }
    int status = wait_for(pid);
    reached += WIFEXITED(status) && WEXITSTATUS(status) == 7;
}

/* ---- races between threads and processes that share memory ---- */

static void (*const paths[])(void) = { try_open, try_openat2, try_truncate_open, try_truncate, try_chmod, try_unlink,
    try_rename, try_link, try_exec };
static const char *const path_names[] = { "open", "openat2", "open-truncate", "truncate", "chmod", "unlink", "rename",
    "link", "exec" };

static void run(const char *name, void (*attempt)(void), long times)
{
    for (tries = 0, reached = 0; tries < times; tries++) attempt();
    say("%s: %ld tries, %ld reached", name, tries, reached);
}

static void path_attack(const char *how, long times)
{
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        char name[64];
        int exec = paths[i] == try_exec;
        good = exec ? "./harmless_" : "allowed";
        evil = exec ? "./forbidden" : "secret\0";
        memcpy(shared, good, strlen(good) + 1);
        snprintf(name, sizeof name, "%s %s", how, path_names[i]);
        if (!strcmp(how, "thread")) {
            pthread_t thread;
            go = 1;
            CHECK(pthread_create(&thread, NULL, flip, NULL) == 0);
            run(name, paths[i], exec ? times / 10 : times);
            go = 0;
            pthread_join(thread, NULL);
        } else {
            /* Another process: over shared memory, process_vm_writev or /proc/PID/mem. */
            pid_t victim = getpid(), pid = MUST(fork());
            if (pid == 0) {
                MUST(prctl(PR_SET_PDEATHSIG, SIGKILL));
                size_t n = strlen(good) + 1;
                int memory = -1;
                char path[64];
                snprintf(path, sizeof path, "/proc/%d/mem", victim);
                if (!strcmp(how, "procmem") && (memory = open(path, O_RDWR)) == -1) _exit(0);
                for (;;) {
                    for (int k = 0; k < 2; k++) {
                        const char *text = k ? good : evil;
                        struct iovec here = { (void *)text, n }, there = { shared, n };
                        if (memory >= 0) { if (pwrite(memory, text, n, (off_t)(uintptr_t)shared) < 0) _exit(0); }
                        else if (!strcmp(how, "vm_writev")) { if (process_vm_writev(victim, &here, 1, &there, 1, 0) < 0 && errno != ENOMEM) _exit(0); }
                        else memcpy(shared, text, n);
                        for (volatile int i = 0; i < 40; i++) { }
                    }
                }
            }
            run(name, paths[i], exec ? times / 10 : times);
            kill(pid, SIGKILL);
            wait_for(pid);
        }
    }
}

/* ---- races on the name: links and folders change, the memory does not ---- */

static void *swap_link(void *unused)
{
    (void)unused;
    while (go) {
        unlink("t1"); if (symlink("allowed", "t1") == 0 && rename("t1", "way") == 0) { }
        unlink("t2"); if (symlink("secret", "t2") == 0 && rename("t2", "way") == 0) { }
    }
    return NULL;
}

static void *swap_folder(void *unused)
{
    (void)unused;
    while (go) {
        unlink("t1"); if (symlink("open", "t1") == 0 && rename("t1", "folder") == 0) { }
        unlink("t2"); if (symlink("closed", "t2") == 0 && rename("t2", "folder") == 0) { }
    }
    return NULL;
}

static int closed_changed(void)
{
    struct stat s;
    return stat("closed/file", &s) == -1 || s.st_size == 0 || (s.st_mode & 0777) != 0640 || access("closed/new", F_OK) == 0;
}

static void name_attack(int process, long times)
{
    void *(*swaps[])(void *) = { swap_link, swap_folder };
    for (int which = 0; which < 2; which++) {
        pthread_t thread;
        pid_t pid = 0;
        go = 1;
        if (process) {
            if ((pid = MUST(fork())) == 0) { MUST(prctl(PR_SET_PDEATHSIG, SIGKILL)); swaps[which](NULL); _exit(0); }
        } else CHECK(pthread_create(&thread, NULL, swaps[which], NULL) == 0);
        const char *by = process ? "process" : "thread";
        for (tries = reached = 0; tries < times; tries++) {
            int fd = open(which ? "folder/file" : "way", O_RDONLY);
            if (fd >= 0) { reached += holds(fd, "words"); close(fd); }
        }
        say("%s swaps a %s, open: %ld tries, %ld reached", by, which ? "folder" : "link", tries, reached);
        for (tries = reached = 0; tries < times; tries++) {
            if (which == 0) {
                int fd = open("way", O_WRONLY | O_TRUNC | O_CREAT, 0644);
                if (fd >= 0) close(fd);
                chmod("way", 0600);
                struct stat s;
                reached += stat("secret", &s) == 0 && (s.st_size == 0 || (s.st_mode & 0777) == 0600);
            } else {
                unlink("folder/file"); rename("folder/file", "open/x"); mkdir("folder/new", 0755);
                truncate("folder/file", 0); chmod("folder/file", 0600);
                int fd = open("folder/file", O_WRONLY | O_TRUNC | O_CREAT, 0600);
                if (fd >= 0) close(fd);
                reached += closed_changed();
                rmdir("open/new");
            }
        }
        say("%s swaps a %s, change: %ld tries, %ld reached", by, which ? "folder" : "link", tries, reached);
        go = 0;
        if (process) { kill(pid, SIGKILL); wait_for(pid); } else pthread_join(thread, NULL);
    }
}

/* ---- descriptors used before anybody looks at them ---- */

static atomic_int next = -1;

static void *use_early(void *unused)
{
    (void)unused;
    char text[64];
    while (go) {
        int fd = next;
        if (fd < 0) continue;
        ssize_t got = pread(fd, text, sizeof text - 1, 0);
        if (got > 0) { text[got] = 0; if (strstr(text, "words")) reached++; }
    }
    return NULL;
}

static void early_attack(long times)
{
    pthread_t reader, swapper;
    go = 1;
    CHECK(pthread_create(&swapper, NULL, swap_link, NULL) == 0);
    int fd = MUST(open("allowed", O_RDONLY));
    close(fd);
    next = fd;
    CHECK(pthread_create(&reader, NULL, use_early, NULL) == 0);
    for (tries = reached = 0; tries < times; tries++) {
        int got = open("way", O_RDONLY);
        if (got >= 0) close(got);
    }
    say("descriptor used early: %ld tries, %ld reached", tries, reached);
    go = 0;
    pthread_join(reader, NULL);
    pthread_join(swapper, NULL);
}

/* ---- addresses ---- */

static struct sockaddr_in address;

static void *flip_port(void *ports)
{
    int *port = ports;
    while (go) {
        address.sin_port = htons(port[1]);
        for (volatile int i = 0; i < 40; i++) { }
        address.sin_port = htons(port[0]);
        for (volatile int i = 0; i < 40; i++) { }
    }
    return NULL;
}

static int listener(int port, int type)
{
    int one = 1, fd = MUST(socket(AF_INET, type, 0));
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    MUST(bind(fd, (struct sockaddr *)&a, sizeof a));
    if (type == SOCK_STREAM) MUST(listen(fd, 64));
    MUST(fcntl(fd, F_SETFL, O_NONBLOCK));
    return fd;
}

static void address_attack(int *port, long times)
{
    int tcp[2] = { listener(port[0], SOCK_STREAM), listener(port[1], SOCK_STREAM) };
    int udp[2] = { listener(port[0], SOCK_DGRAM), listener(port[1], SOCK_DGRAM) };
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, flip_port, port) == 0);
    char byte = 1;
    for (tries = reached = 0; tries < times; tries++) {
        int fd = MUST(socket(AF_INET, SOCK_STREAM, 0)), got;
        struct linger hard = { 1, 0 };
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        connect(fd, (struct sockaddr *)&address, sizeof address);
        close(fd);
        for (int i = 0; i < 2; i++) while ((got = accept(tcp[i], NULL, NULL)) >= 0) { reached += i; close(got); }
    }
    say("connect: %ld tries, %ld reached", tries, reached);
    int fd = MUST(socket(AF_INET, SOCK_DGRAM, 0));
    struct iovec iov = { &byte, 1 };
    struct mmsghdr many[2];
    memset(many, 0, sizeof many);
    for (int i = 0; i < 2; i++)
        many[i].msg_hdr = (struct msghdr){ .msg_name = &address, .msg_namelen = sizeof address, .msg_iov = &iov, .msg_iovlen = 1 };
    const char *names[] = { "sendto", "sendmsg", "sendmmsg" };
    for (int how = 0; how < 3; how++) {
        for (tries = reached = 0; tries < times; tries++) {
            if (how == 0) sendto(fd, &byte, 1, 0, (struct sockaddr *)&address, sizeof address);
            if (how == 1) sendmsg(fd, &many[0].msg_hdr, 0);
            if (how == 2) sendmmsg(fd, many, 2, 0);
            while (recv(udp[0], &byte, 1, 0) >= 0) { }
            while (recv(udp[1], &byte, 1, 0) >= 0) reached++;
        }
        say("%s: %ld tries, %ld reached", names[how], tries, reached);
    }
    go = 0;
    pthread_join(thread, NULL);
}

/* ---- the pages themselves ---- */

/* Looks for the pages that Syswall has put into this process and tries to get at them. */
static void pages(void)
{
    char line[512];
    unsigned long from, to;
    int found = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    CHECK(maps != NULL);
    while (fgets(line, sizeof line, maps)) {
        char mode[8];
        unsigned long offset, inode;
        if (sscanf(line, "%lx-%lx %7s %lx %*s %lu", &from, &to, mode, &offset, &inode) != 5) continue;
        if (strcmp(mode, "r--p") || inode || strchr(line, '[') || to - from != 3 * 4096 * 32) continue;
        found++;
        char byte = 'x';
        struct iovec here = { &byte, 1 }, there = { (void *)from, 1 };
        void *page = (void *)from;
        reached = 0;
        reached += mprotect(page, 4096, PROT_READ | PROT_WRITE) == 0;
        reached += munmap(page, 4096) == 0;
        reached += madvise(page, 4096, MADV_DONTNEED) == 0;
        reached += mmap(page, 4096, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
        reached += mremap(page, 4096, 8192, MREMAP_MAYMOVE) != MAP_FAILED;
        reached += process_vm_writev(getpid(), &here, 1, &there, 1, 0) == 1;
        int fd = open("/dev/zero", O_RDONLY);
        reached += read(fd, page, 1) == 1;
        close(fd);
        fd = open("/proc/self/mem", O_RDWR);
        reached += pwrite(fd, &byte, 1, (off_t)from) == 1;
        close(fd);
        say("pages: 8 tries, %ld reached", reached);
    }
    fclose(maps);
    say("regions: %d", found);
}

int main(int argc, char **argv)
{
    const char *what = argv[1];
    long times = argc > 2 ? atol(argv[2]) : 1000;
    CHECK(what != NULL);
    shared = MUST(mmap(NULL, 4096, PROT_READ | PROT_WRITE,
        (strcmp(what, "shared") ? MAP_PRIVATE : MAP_SHARED) | MAP_ANONYMOUS, -1, 0));
    if (!strcmp(what, "links")) name_attack(0, times);
    else if (!strcmp(what, "links-process")) name_attack(1, times);
    else if (!strcmp(what, "early")) early_attack(times);
    else if (!strcmp(what, "addresses")) address_attack((int[]){ atoi(argv[3]), atoi(argv[4]) }, times);
    else if (!strcmp(what, "pages")) {
        good = "allowed"; evil = "secret\0";
        pthread_t thread;
        memcpy(shared, good, 8);
        CHECK(pthread_create(&thread, NULL, flip, NULL) == 0);
        run("before", try_open, 10);
        pages();
        go = 0;
        pthread_join(thread, NULL);
    } else path_attack(what, times);
    return 0;
}
