/* Gives the kernel a name, or an argument list, that nobody can read until this program serves the page. */
#include "tracee.h"
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>

int main(int argc, char **argv)
{
    CHECK(argc > 1);
    int fd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
    if (fd == -1) {
        say("userfaultfd: %s", outcome(-1));
        return 3;
    }
    struct uffdio_api api = { .api = UFFD_API };
    MUST(ioctl(fd, UFFDIO_API, &api));
    long page = sysconf(_SC_PAGESIZE);
    char *name = mmap(0, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(name != MAP_FAILED);
    struct uffdio_register range = { .range = { (unsigned long)name, page }, .mode = UFFDIO_REGISTER_MODE_MISSING };
    MUST(ioctl(fd, UFFDIO_REGISTER, &range));
    /* Others of the program, who do no harm: they end with it. */
    for (int i = 0; i < 3; i++)
        if (MUST(fork()) == 0) {
            if (i == 1) setsid();
            for (;;) sleep_ms(50);
        }
    say("ready");
    if (strcmp(argv[1], "open") == 0) open(name, O_RDONLY);
    else if (strcmp(argv[1], "exec") == 0) execl("/bin/true", name, (char *)0);
    else if (strcmp(argv[1], "write") == 0) write(1, name, 10);
    else if (strcmp(argv[1], "connect") == 0) connect(socket(AF_INET, SOCK_STREAM, 0), (void *)name, 16);
    say("it was looked at");
    return 0;
}
