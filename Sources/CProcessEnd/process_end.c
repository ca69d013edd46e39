#define _GNU_SOURCE
#include "process_end.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

// Read in signal handlers: plain atomics without locks, and buffers that are filled before anything can end.
static atomic_int first_signal;
static atomic_bool has_begun, is_watching;
static _Atomic int64_t grace, deadline;
static atomic_int deadline_status, no_thread_status;
static int wake[2] = {-1, -1};
static char texts[process_end_no_thread + 1][1024];

static int64_t now_milliseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/// Ends the process at once. A stderr that no process reads must not prevent that.
static void end(enum process_end_reason reason, int status) {
    struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};
    size_t length = strnlen(texts[reason], sizeof texts[reason]);
    if (length > 0 && poll(&out, 1, 0) == 1 && (out.revents & POLLOUT)) {
        ssize_t written = write(STDERR_FILENO, texts[reason], length);
        (void)written;
    }
    _exit(status);
}

/// Sets the timer, unless it is due before that.
static void arm(int64_t milliseconds) {
    if (milliseconds < 1) milliseconds = 1;
    struct itimerval timer = {{0, 0}, {0, 0}};
    getitimer(ITIMER_REAL, &timer);
    int64_t left = (int64_t)timer.it_value.tv_sec * 1000 + timer.it_value.tv_usec / 1000;
    if ((timer.it_value.tv_sec || timer.it_value.tv_usec) && left <= milliseconds) return;
    timer.it_value.tv_sec = milliseconds / 1000;
    timer.it_value.tv_usec = milliseconds % 1000 * 1000;
    setitimer(ITIMER_REAL, &timer, NULL);
}

static enum process_end_reason reason_of(int signal) {
    return signal == SIGINT ? process_end_interrupt : signal == SIGHUP ? process_end_hangup : process_end_terminate;
}

static void on_signal(int number) {
    int saved = errno, none = 0;
    bool is_first = atomic_compare_exchange_strong(&first_signal, &none, number);
    if (!atomic_load(&is_watching) || (!is_first && number == SIGINT)) _exit(128 + number);
    if (is_first) {
        char byte = 1;
        ssize_t written = write(wake[1], &byte, 1);
        (void)written;
        arm(atomic_load(&grace));
    }
    errno = saved;
}

static void on_alarm(int number) {
    (void)number;
    int saved = errno;
    int signal = atomic_load(&first_signal);
    if (signal != 0) end(reason_of(signal), 128 + signal);
    int64_t due = atomic_load(&deadline);
    if (due != 0) {
        int64_t left = due - now_milliseconds();
        if (left <= 0) end(process_end_overdue, atomic_load(&deadline_status));
        arm(left);
    }
    errno = saved;
}

static void catch(int number, void (*handler)(int)) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    sigfillset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

/// Where the address space is limited, each thread reserves 8 MB for its stack and up to 128 MB for an arena of malloc:
/// 830 MB for twelve threads. One arena and 2 MB stacks make that 42 MB.
static void spare_address_space(void) {
    struct rlimit space;
    if (getrlimit(RLIMIT_AS, &space) != 0 || space.rlim_cur == RLIM_INFINITY) return;
    mallopt(M_ARENA_MAX, 1);
    pthread_attr_t attributes;
    size_t size = 0;
    if (pthread_getattr_default_np(&attributes) != 0) return;
    pthread_attr_getstacksize(&attributes, &size);
    if (size > 2 << 20 && pthread_attr_setstacksize(&attributes, 2 << 20) == 0) pthread_setattr_default_np(&attributes);
    pthread_attr_destroy(&attributes);
}

void process_end_begin(int64_t grace_milliseconds, int status) {
    spare_address_space();
    atomic_store(&grace, grace_milliseconds);
    atomic_store(&no_thread_status, status);
    if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) != 0) wake[0] = wake[1] = -1;
    struct sigaction hangup;
    bool ignores_hangup = sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler == SIG_IGN;
    sigset_t caught;
    sigemptyset(&caught);
    catch(SIGALRM, on_alarm);
    const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGALRM};
    for (int index = 0; index < 4; index++) {
        if (numbers[index] == SIGHUP && ignores_hangup) continue;
        if (numbers[index] != SIGALRM) catch(numbers[index], on_signal);
        sigaddset(&caught, numbers[index]);
    }
    // A parent may have left them blocked.
    pthread_sigmask(SIG_UNBLOCK, &caught, NULL);
    atomic_store(&has_begun, true);
}

void process_end_text(enum process_end_reason reason, const char *text) {
    strncpy(texts[reason], text, sizeof texts[reason] - 1);
}

void process_end_deadline(int64_t milliseconds, int status) {
    atomic_store(&deadline_status, status);
    atomic_store(&deadline, milliseconds > 0 ? now_milliseconds() + milliseconds : 0);
    if (milliseconds > 0) return arm(milliseconds);
    setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 0}}, NULL);
    if (atomic_load(&first_signal) != 0) arm(atomic_load(&grace));
}

bool process_end_has_deadline(void) { return atomic_load(&deadline) != 0; }

int process_end_watch(void) {
    atomic_store(&is_watching, true);
    return wake[0];
}

void process_end_unwatch(void) { atomic_store(&is_watching, false); }

int process_end_signal(void) { return atomic_load(&first_signal); }

#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define HAS_SANITIZER 1
#endif
#endif

#ifndef HAS_SANITIZER
typedef int create_function(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

/// In place of the C library's own, which it calls. libdispatch tries indefinitely to create a thread, and Foundation does
/// not notice that it has none: both would wait indefinitely. The sanitizers have one of their own here.
int pthread_create(
    pthread_t *restrict thread, const pthread_attr_t *restrict attributes, void *(*work)(void *), void *restrict context
) {
    static _Atomic(create_function *) known;
    create_function *create = atomic_load(&known);
    if (create == NULL) {
        *(void **)&create = dlsym(RTLD_NEXT, "pthread_create");
        if (create == NULL) return ENOSYS;
        atomic_store(&known, create);
    }
    int result = create(thread, attributes, work, context);
    for (int attempt = 0; (result == EAGAIN || result == ENOMEM) && atomic_load(&has_begun); attempt++) {
        // Two seconds: others may end and make room.
        if (attempt == 40) end(process_end_no_thread, atomic_load(&no_thread_status));
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
        result = create(thread, attributes, work, context);
    }
    return result;
}
#endif
