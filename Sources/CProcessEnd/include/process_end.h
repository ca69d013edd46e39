#ifndef RSSCTL_PROCESS_END_H
#define RSSCTL_PROCESS_END_H

#include <stdbool.h>
#include <stdint.h>

/// Why the process is ended from here, and not by the work that returns.
enum process_end_reason {
    /// The first SIGINT, SIGTERM or SIGHUP, and the work did not stop within the grace.
    process_end_interrupt,
    process_end_terminate,
    process_end_hangup,
    /// The deadline passed, and the work did not stop.
    process_end_overdue,
    /// No thread could be created for a few seconds.
    process_end_no_thread,
};

/// Catches SIGINT, SIGTERM and SIGHUP (unless it is ignored, as nohup does), and makes every wait for a thread end: a
/// thread that cannot be created within a few seconds ends the process with `no_thread_status`. To be called once, on
/// the main thread, before any other thread exists.
///
/// All of it works in signal handlers and needs no thread, no memory and no lock.
void process_end_begin(int64_t grace_milliseconds, int no_thread_status);

/// What is written to stderr when the process ends for a reason; copied, at most 1023 bytes.
void process_end_text(enum process_end_reason reason, const char *text);

/// From now on the process ends with a status once the time has passed; 0 removes the deadline.
void process_end_deadline(int64_t milliseconds, int status);

/// Whether there is a deadline.
bool process_end_has_deadline(void);

/// From now on the first signal leaves the work its grace. A descriptor that becomes readable with that signal, -1 when
/// there is none.
int process_end_watch(void);

/// The work is over: the next signal ends the process at once.
void process_end_unwatch(void);

/// The number of the first signal, 0 before it.
int process_end_signal(void);

#endif
