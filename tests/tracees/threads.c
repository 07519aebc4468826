/* Threads: many, ending in every way, and exec from each. */
#include "tracee.h"
#include <linux/futex.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static int counter, turn;

static void *add(void *nothing)
{
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < 200; i++) {
        pthread_mutex_lock(&mutex);
        counter++;
        pthread_mutex_unlock(&mutex);
        if (i % 20 == 0) sched_yield();
    }
    return nothing;
}

static void *pass(void *mine)
{
    for (int i = 0; i < 100; i++) {
        pthread_mutex_lock(&mutex);
        while (turn % 4 != (int)(long)mine) pthread_cond_wait(&cond, &mutex);
        turn++;
        pthread_cond_broadcast(&cond);
        pthread_mutex_unlock(&mutex);
    }
    return mine;
}

static void *forks(void *code)
{
    for (int i = 0; i < 10; i++) {
        pid_t pid = fork();
        if (pid == 0) _exit((int)(long)code + i);
        int status = wait_for(pid);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != (int)(long)code + i) return (void *)1;
    }
    return NULL;
}

static void *sleeps(void *nothing)
{
    for (;;) pause();
    return nothing;
}

static void *spins(void *nothing)
{
    for (;;) syscall(SYS_getppid);
    return nothing;
}

static void *dies_holding(void *robust)
{
    pthread_mutex_lock(robust);
    return NULL;
}

static void pool(void)
{
    pthread_t all[50];
    pthread_barrier_init(&barrier, NULL, 50);
    for (int i = 0; i < 50; i++) CHECK(pthread_create(&all[i], NULL, add, NULL) == 0);
    for (int i = 0; i < 50; i++) pthread_join(all[i], NULL);
    say("50 threads counted to %d", counter);
    for (long i = 0; i < 4; i++) pthread_create(&all[i], NULL, pass, (void *)i);
    for (int i = 0; i < 4; i++) pthread_join(all[i], NULL);
    say("4 threads passed the turn %d times", turn);
    void *back, *any = NULL;
    for (long i = 0; i < 4; i++) pthread_create(&all[i], NULL, forks, (void *)(i * 10));
    for (int i = 0; i < 4; i++) {
        pthread_join(all[i], &back);
        if (back) any = back;
    }
    say("4 threads made processes: %s", any ? "wrong" : "well");
    pthread_create(&all[0], NULL, sleeps, NULL);
    pthread_cancel(all[0]);
    pthread_join(all[0], &back);
    say("cancelled: %d", back == PTHREAD_CANCELED);
    pthread_mutexattr_t robust;
    pthread_mutexattr_init(&robust);
    pthread_mutexattr_setrobust(&robust, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_t held;
    pthread_mutex_init(&held, &robust);
    pthread_create(&all[0], NULL, dies_holding, &held);
    pthread_join(all[0], NULL);
    say("a robust mutex: %s", strerrorname_np(pthread_mutex_lock(&held)));
    for (int i = 0; i < 500; i++) {
        CHECK(pthread_create(&all[0], NULL, dies_holding, &(pthread_mutex_t) { 0 }) == 0);
        pthread_join(all[0], NULL);
    }
    say("500 short threads");
}

/* The leader ends first; the process goes on, and its status is that of exit_group. */
static void *outlives(void *how_it_ends)
{
    until_state(getpid(), "Z");
    say("the leader is gone, the thread is %s", syscall(SYS_gettid) == getpid() ? "it" : "another");
    if (how_it_ends) {
        char *self = how_it_ends;
        execl(self, self, "after", (char *)0);
        _exit(1);
    }
    exit(21);
}

static const char *self_path;

static void *becomes(void *leader)
{
    char pid[32];
    snprintf(pid, sizeof pid, "%d", (int)(long)leader);
    execl(self_path, self_path, "after", pid, (char *)0);
    _exit(1);
}

static void *fails_to_become(void *nothing)
{
    execl("/no/such/program", "x", (char *)0);
    say("a thread's exec of nothing: %s", strerrorname_np(errno));
    return nothing;
}

/* Threads that sleep and threads that make calls, and one that replaces them all. */
static void exec_from_thread(int rounds)
{
    for (int i = 0; i < rounds; i++) {
        pid_t pid = MUST(fork());
        if (pid == 0) {
            pthread_t one;
            for (int k = 0; k < 3; k++) pthread_create(&one, NULL, k ? spins : sleeps, NULL);
            if (i % 3 == 0) {
                pthread_create(&one, NULL, becomes, (void *)(long)getpid());
                spins(NULL);
            }
            if (i % 3 == 1) { /* two at once: one of them wins */
                pthread_create(&one, NULL, becomes, (void *)(long)getpid());
                pthread_create(&one, NULL, becomes, (void *)(long)getpid());
                sleeps(NULL);
            }
            becomes((void *)(long)getpid());
        }
        int status = wait_for(pid);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 33) {
            say("round %d: %s", i, how(status));
            exit(1);
        }
    }
    say("exec from threads: %d times", rounds);
}

static void *ends_all(void *code)
{
    _exit((int)(long)code);
    return NULL;
}

static void exit_races(int rounds)
{
    for (int i = 0; i < rounds; i++) {
        pid_t pid = MUST(fork());
        if (pid == 0) {
            pthread_t one;
            for (int k = 0; k < 4; k++) pthread_create(&one, NULL, spins, NULL);
            if (i % 2) {
                pthread_create(&one, NULL, ends_all, (void *)77L);
                pthread_create(&one, NULL, ends_all, (void *)77L);
                spins(NULL);
            }
            _exit(77);
        }
        int status = wait_for(pid);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 77) {
            say("round %d: %s", i, how(status));
            exit(1);
        }
    }
    say("exit races: %d", rounds);
}

int main(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "";
    self_path = argv[0];
    pthread_t one;
    if (strcmp(verb, "pool") == 0) pool();
    else if (strcmp(verb, "leader-ends") == 0) {
        pthread_create(&one, NULL, outlives, NULL);
        pthread_exit(NULL);
    }
    else if (strcmp(verb, "leader-ends-exec") == 0) {
        pthread_create(&one, NULL, outlives, argv[0]);
        pthread_exit(NULL);
    }
    else if (strcmp(verb, "exec") == 0) {
        pthread_create(&one, NULL, fails_to_become, NULL);
        pthread_join(one, NULL);
        exec_from_thread(atoi(argv[2]));
    }
    else if (strcmp(verb, "after") == 0) {
        CHECK(syscall(SYS_gettid) == getpid());
        if (argc > 2) CHECK(atoi(argv[2]) == getpid());
        char line[256];
        int threads = 0;
        FILE *status = fopen("/proc/self/status", "re");
        while (fgets(line, sizeof line, status)) sscanf(line, "Threads: %d", &threads);
        return threads == 1 ? 33 : 34;
    }
    else if (strcmp(verb, "exit-races") == 0) exit_races(atoi(argv[2]));
    else return 2;
    return 0;
}
