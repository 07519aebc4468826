/* names SERVER WAY...: asks a name server of its own at the address SERVER for addresses, receives the answers in
 * every way there is, and connects to them. */
#include "tracee.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/uio.h>

static struct sockaddr_in at(const char *address, int port)
{
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons(port)};
    MUST(inet_pton(AF_INET, address, &sa.sin_addr));
    return sa;
}

/* Answers each question about a name with 127.9.9.N, N counting from 1. */
static void serve(int fd)
{
    unsigned char message[512];
    for (unsigned char n = 1;; n++) {
        struct sockaddr_in from;
        socklen_t len = sizeof from;
        ssize_t got = recvfrom(fd, message, sizeof message, 0, (struct sockaddr *)&from, &len);
        if (got < 12)
            _exit(0);
        static const unsigned char record[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 9, 9};
        message[2] |= 0x80;
        message[7] = 1;
        memcpy(message + got, record, sizeof record);
        message[got + sizeof record] = n;
        MUST(sendto(fd, message, got + sizeof record + 1, 0, (struct sockaddr *)&from, len));
    }
}

static size_t question(unsigned char *message, const char *label)
{
    static const unsigned char head[] = {0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0};
    static const unsigned char tail[] = "\4test\0\0\1\0\1";
    size_t n = strlen(label);
    memcpy(message, head, sizeof head);
    message[12] = n;
    memcpy(message + 13, label, n);
    memcpy(message + 13 + n, tail, sizeof tail - 1);
    return 13 + n + sizeof tail - 1;
}

static void receive(int fd, const char *way, unsigned char *buf)
{
    /* In two pieces, to be put together again. */
    struct iovec iov[2] = {{buf, 20}, {buf + 20, 492}};
    struct mmsghdr many = {.msg_hdr = {.msg_iov = iov, .msg_iovlen = 2}};
    if (!strcmp(way, "recvfrom"))
        MUST(recvfrom(fd, buf, 512, 0, NULL, NULL));
    else if (!strcmp(way, "recvmsg"))
        MUST(recvmsg(fd, &many.msg_hdr, 0));
    else if (!strcmp(way, "recvmmsg"))
        MUST(recvmmsg(fd, &many, 1, 0, NULL));
    else if (!strcmp(way, "readv"))
        MUST(readv(fd, iov, 2));
    else
        MUST(read(fd, buf, 512));
}

int main(int argc, char **argv)
{
    struct sockaddr_in to = at(argv[1], 5355);
    int service = MUST(socket(AF_INET, SOCK_DGRAM, 0));
    MUST(bind(service, (struct sockaddr *)&to, sizeof to));
    pid_t child = MUST(fork());
    if (child == 0)
        serve(service);
    for (int i = 2; i < argc; i++) {
        unsigned char message[512];
        char address[32];
        int fd = MUST(socket(AF_INET, SOCK_DGRAM, 0));
        size_t n = question(message, argv[i]);
        if (i % 2) {
            MUST(connect(fd, (struct sockaddr *)&to, sizeof to));
            MUST(send(fd, message, n, 0));
        } else {
            MUST(sendto(fd, message, n, 0, (struct sockaddr *)&to, sizeof to));
        }
        receive(fd, argv[i], message);
        MUST(close(fd));
        snprintf(address, sizeof address, "127.9.9.%d", i - 1);
        struct sockaddr_in peer = at(address, 4433);
        fd = MUST(socket(AF_INET, SOCK_DGRAM, 0));
        say("%s %s", argv[i], outcome(connect(fd, (struct sockaddr *)&peer, sizeof peer)));
        MUST(close(fd));
    }
    MUST(kill(child, SIGKILL));
    return 0;
}
