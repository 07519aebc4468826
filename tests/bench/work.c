// Loops of one kind of call. work NAME COUNT [FILE]: prints the ns that one round took.
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000L + t.tv_nsec;
}

static volatile unsigned long sink;

// Computes, and makes a call only now and then.
static void *busy(void *rounds)
{
    for (long i = 0; i < (long)rounds; i++) {
        for (unsigned long n = 0; n < 200000; n++)
            sink += n * n;
        syscall(SYS_getppid);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    const char *name = argv[1], *file = argc > 3 ? argv[3] : "/dev/null";
    long count = atol(argv[2]), start = now();
    if (!strcmp(name, "getppid")) {
        for (long i = 0; i < count; i++)
            syscall(SYS_getppid);
    } else if (!strcmp(name, "open")) {
        char byte;
        for (long i = 0; i < count; i++) {
            int fd = open(file, O_RDONLY);
            if (fd < 0 || read(fd, &byte, 1) < 0)
                return 1;
            close(fd);
        }
    } else if (!strcmp(name, "stat")) {
        struct stat s;
        for (long i = 0; i < count; i++)
            if (stat(file, &s) < 0)
                return 1;
    } else if (!strcmp(name, "read")) {
        char byte;
        int fd = open("/dev/zero", O_RDONLY);
        for (long i = 0; i < count; i++)
            if (read(fd, &byte, 1) != 1)
                return 1;
    } else if (!strcmp(name, "spawn")) {
        for (long i = 0; i < count; i++) {
            pid_t child = vfork();
            if (child == 0) {
                execl("/bin/true", "true", NULL);
                _exit(127);
            }
            waitpid(child, NULL, 0);
        }
    } else if (!strcmp(name, "threads")) {
        pthread_t other;
        pthread_create(&other, NULL, busy, (void *)count);
        busy((void *)count);
        pthread_join(other, NULL);
    } else {
        return 2;
    }
    printf("%ld\n", (now() - start) / count);
    return 0;
}
