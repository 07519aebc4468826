/* An ordinary program that looks closely at what it got. Every CHECK holds without Syswall too, where the thing is real. */
#include "tracee.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <termios.h>

static int is(const char *a, const char *b) { return strcmp(a, b) == 0; }

static void file(const char *path)
{
    int fd = MUST(open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    struct stat st;
    MUST(fstat(fd, &st));
    CHECK(S_ISREG(st.st_mode) && st.st_size == 0);
    CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC);
    CHECK((MUST(fcntl(fd, F_GETFL)) & O_ACCMODE) == O_RDWR);
    char buffer[64];
    CHECK(read(fd, buffer, sizeof buffer) == 0);
    CHECK(write(fd, "words", 5) == 5);
    struct iovec parts[2] = { { "more ", 5 }, { "words", 5 } };
    CHECK(writev(fd, parts, 2) == 10);
    CHECK(pwrite(fd, "W", 1, 0) == 1);
    CHECK(lseek(fd, 0, SEEK_CUR) == 15 && lseek(fd, 0, SEEK_SET) == 0);
    CHECK(read(fd, buffer, sizeof buffer) == 15 && memcmp(buffer, "Wordsmore words", 15) == 0);
    MUST(fstat(fd, &st));
    CHECK(st.st_size == 15);
    MUST(ftruncate(fd, 8192));
    char *map = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(map != MAP_FAILED && memcmp(map, "Wordsmore", 9) == 0);
    map[4096] = 'x';
    MUST(msync(map, 8192, MS_SYNC));
    CHECK(pread(fd, buffer, 1, 4096) == 1 && buffer[0] == 'x');
    MUST(munmap(map, 8192));
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    MUST(fcntl(fd, F_SETLK, &lock));
    MUST(fsync(fd));
    MUST(fchmod(fd, 0640));
    struct pollfd p = { fd, POLLIN | POLLOUT, 0 };
    CHECK(poll(&p, 1, 0) == 1 && p.revents == (POLLIN | POLLOUT));
    int copy = MUST(dup(fd));
    MUST(close(fd));
    MUST(lseek(copy, 0, SEEK_SET));
    CHECK(read(copy, buffer, 5) == 5);
    MUST(close(copy));
    CHECK(close(copy) == -1 && errno == EBADF);
    /* A stream of the library's over it. */
    FILE *stream = fopen(path, "w");
    CHECK(stream && fprintf(stream, "%d lines\n", 3) == 8 && fflush(stream) == 0 && ftell(stream) == 8);
    CHECK(fclose(stream) == 0);
    fd = MUST(openat(AT_FDCWD, path, O_WRONLY | O_APPEND | O_CREAT, 0600));
    CHECK(write(fd, "end", 3) == 3);
    MUST(close(fd));
}

static struct sockaddr_in at(const char *host, const char *port)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };
    CHECK(inet_pton(AF_INET, host, &to.sin_addr) == 1);
    return to;
}

static void sends(int fd)
{
    static char big[300000];
    struct iovec parts[2] = { { big, 1000 }, { big, 24 } };
    struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
    CHECK(send(fd, big, 100, MSG_NOSIGNAL) == 100);
    CHECK(write(fd, big, 10) == 10);
    CHECK(writev(fd, parts, 2) == 1024);
    CHECK(sendmsg(fd, &message, MSG_NOSIGNAL) == 1024);
    struct mmsghdr many[2] = { { message, 0 }, { message, 0 } };
    many[1].msg_hdr.msg_iovlen = 1;
    CHECK(sendmmsg(fd, many, 2, MSG_NOSIGNAL) == 2 && many[0].msg_len == 1024 && many[1].msg_len == 1000);
}

static void ends(int fd)
{
    char buffer[64];
    struct iovec part = { buffer, sizeof buffer };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
    struct pollfd p = { fd, POLLIN, 0 };
    CHECK(poll(&p, 1, 2000) == 1);
    CHECK(read(fd, buffer, sizeof buffer) == 0);
    CHECK(recv(fd, buffer, sizeof buffer, 0) == 0);
    CHECK(recvmsg(fd, &message, 0) == 0);
}

static void peer_is(int fd, struct sockaddr_in *to)
{
    struct sockaddr_in peer = { 0 };
    socklen_t length = sizeof peer;
    MUST(getpeername(fd, (struct sockaddr *)&peer, &length));
    CHECK(length == sizeof peer && memcmp(&peer, to, 8) == 0);
}

static void tcp(const char *host, const char *port, int flags)
{
    struct sockaddr_in to = at(host, port);
    int fd = MUST(socket(AF_INET, SOCK_STREAM | flags, 0));
    int got = connect(fd, (struct sockaddr *)&to, sizeof to);
    CHECK(got == 0 || (flags && errno == EINPROGRESS));
    struct pollfd p = { fd, POLLOUT, 0 };
    CHECK(poll(&p, 1, 2000) == 1 && (p.revents & POLLOUT) && !(p.revents & POLLERR));
    int error = 1;
    socklen_t length = sizeof error;
    MUST(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length));
    CHECK(error == 0);
    peer_is(fd, &to);
    int one = 1;
    MUST(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one));
    MUST(setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one));
    sends(fd);
    /* An event loop sees the same. */
    int loop = MUST(epoll_create1(0));
    struct epoll_event event = { .events = EPOLLOUT };
    MUST(epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event));
    CHECK(epoll_wait(loop, &event, 1, 2000) == 1 && (event.events & EPOLLOUT) && !(event.events & EPOLLERR));
    int copy = MUST(dup(fd));
    MUST(close(fd));
    sends(copy);
    ends(copy);
    MUST(shutdown(copy, SHUT_WR));
    MUST(close(copy));
    MUST(close(loop));
}

static void udp(const char *host, const char *port)
{
    struct sockaddr_in to = at(host, port);
    int fd = MUST(socket(AF_INET, SOCK_DGRAM, 0));
    MUST(connect(fd, (struct sockaddr *)&to, sizeof to));
    peer_is(fd, &to);
    sends(fd);
    char buffer[64];
    CHECK(recv(fd, buffer, sizeof buffer, MSG_DONTWAIT) == -1 && errno == EAGAIN);
    struct pollfd p = { fd, POLLIN | POLLOUT, 0 };
    CHECK(poll(&p, 1, 100) == 1 && p.revents == POLLOUT);
    p.events = POLLIN;
    CHECK(poll(&p, 1, 100) == 0);
    MUST(close(fd));
    /* And without connecting. */
    fd = MUST(socket(AF_INET, SOCK_DGRAM, 0));
    CHECK(sendto(fd, "words", 5, 0, (struct sockaddr *)&to, sizeof to) == 5);
    MUST(close(fd));
}

static void nothing(int signal) { (void)signal; }

static void server(const char *host, const char *port)
{
    struct sockaddr_in here = at(host, port), name = { 0 };
    int fd = MUST(socket(AF_INET, SOCK_STREAM, 0)), one = 1;
    MUST(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one));
    MUST(bind(fd, (struct sockaddr *)&here, sizeof here));
    MUST(listen(fd, 16));
    socklen_t length = sizeof name;
    MUST(getsockname(fd, (struct sockaddr *)&name, &length));
    CHECK(name.sin_port == here.sin_port && name.sin_addr.s_addr == here.sin_addr.s_addr);
    int listens = 0;
    length = sizeof listens;
    MUST(getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length));
    CHECK(listens == 1);
    /* Nobody comes, and waiting for somebody is waiting. */
    struct pollfd p = { fd, POLLIN, 0 };
    CHECK(poll(&p, 1, 100) == 0);
    MUST(fcntl(fd, F_SETFL, O_NONBLOCK));
    CHECK(accept(fd, 0, 0) == -1 && errno == EAGAIN);
    CHECK(accept4(fd, 0, 0, SOCK_CLOEXEC) == -1 && errno == EAGAIN);
    MUST(fcntl(fd, F_SETFL, 0));
    struct sigaction action = { .sa_handler = nothing };
    struct itimerval timer = { .it_value = { 0, 100000 } };
    MUST(sigaction(SIGALRM, &action, 0));
    MUST(setitimer(ITIMER_REAL, &timer, 0));
    CHECK(accept(fd, 0, 0) == -1 && errno == EINTR);
    MUST(close(fd));
}

static void missing(const char *path)
{
    struct stat st;
    char buffer[16];
    CHECK(stat(path, &st) == -1 && errno == ENOENT);
    CHECK(lstat(path, &st) == -1 && errno == ENOENT);
    CHECK(access(path, F_OK) == -1 && errno == ENOENT);
    CHECK(open(path, O_RDONLY) == -1 && errno == ENOENT);
    CHECK(open(path, O_WRONLY | O_TRUNC) == -1 && errno == ENOENT);
    CHECK(readlink(path, buffer, sizeof buffer) == -1 && errno == ENOENT);
    CHECK(chmod(path, 0600) == -1 && errno == ENOENT);
    CHECK(truncate(path, 0) == -1 && errno == ENOENT);
    CHECK(unlink(path) == -1 && errno == ENOENT);
    CHECK(rename(path, "other name") == -1 && errno == ENOENT);
    CHECK(execl(path, path, (char *)0) == -1 && errno == ENOENT);
}

static void gone(void)
{
    struct stat st;
    MUST(stat("precious", &st));
    MUST(unlink("precious"));
    missing("precious");
    missing("./sub/../precious");
    MUST(unlink("sub/one"));
    MUST(rmdir("sub"));
    missing("sub");
    missing("sub/two");
    MUST(rename("old", "new"));
    missing("old");
    pid_t child = MUST(fork()); /* the others of the program believe it too */
    if (child == 0) { missing("precious"); _exit(0); }
    CHECK(wait_for(child) == 0);
    /* What is made anew is there again. */
    MUST(close(MUST(open("precious", O_WRONLY | O_CREAT, 0600))));
    MUST(stat("precious", &st));
}

static void requests(void)
{
    struct termios termios;
    struct winsize size = { 24, 80, 0, 0 };
    int n = -7, fd = MUST(open("/dev/null", O_RDWR));
    /* What only sets is believed, and what asks is not, because nobody would fill in the answer. */
    CHECK(ioctl(fd, TIOCSWINSZ, &size) == 0);
    CHECK(ioctl(fd, TIOCSTI, "x") == 0);
    memset(&termios, 0x55, sizeof termios);
    CHECK(syscall(SYS_ioctl, fd, 0x5402, &termios) == 0);
    CHECK(ioctl(fd, TIOCGWINSZ, &size) == -1 && errno == EACCES);
    CHECK(syscall(SYS_ioctl, fd, 0x5401, &termios) == -1 && errno == EACCES);
    CHECK(ioctl(fd, FIONREAD, &n) == -1 && errno == EACCES && n == -7);
    char name[16] = "untouched";
    CHECK(prctl(PR_SET_NAME, "another") == 0);
    CHECK(prctl(PR_GET_NAME, name) == -1 && errno == EACCES && strcmp(name, "untouched") == 0);
}

int main(int argc, char **argv)
{
    CHECK(argc > 1);
    const char *what = argv[1];
    signal(SIGPIPE, SIG_DFL);
    if (is(what, "file")) file(argv[2]);
    else if (is(what, "tcp")) { tcp(argv[2], argv[3], 0); tcp(argv[2], argv[3], SOCK_NONBLOCK); }
    else if (is(what, "udp")) udp(argv[2], argv[3]);
    else if (is(what, "server")) server(argv[2], argv[3]);
    else if (is(what, "gone")) gone();
    else if (is(what, "requests")) requests();
    else return 2;
    say("it went on");
    return 0;
}
