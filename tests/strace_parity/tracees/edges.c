/* Single calls whose arguments once went wrong: numbers at the end of their range, sleeps that a signal ends, names
 * and data whose escapes meet digits. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static void ring(int signal)
{
    (void)signal;
}

int main(void)
{
    struct sigaction action = {.sa_handler = ring};
    struct itimerval soon = {.it_value = {.tv_usec = 50000}};
    struct timespec long_time = {30, 0}, rest;
    syscall(SYS_kill, INT_MIN, 0);
    syscall(SYS_tgkill, INT_MIN, INT_MIN, 0);
    syscall(SYS_tkill, INT_MIN, 0);
    syscall(SYS_wait4, INT_MIN, NULL, 1, NULL);
    open("\1" "9\1" "7\377", O_RDONLY);
    write(-1, "\6" "9\6" "7\0" "8\"\\\n", 10);
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &soon, NULL);
    nanosleep(&long_time, &rest);
    return 0;
}
