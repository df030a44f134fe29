/* Makes system calls of a program fail, fall short, be interrupted, or be its last: loaded with LD_PRELOAD.
 *
 * FAULTS_ROOT  absolute folder; only calls on what lies below it, and on standard output (as "stdout"), are looked at
 * FAULTS_LOG   file that gets a line for each such call: its name, the path below FAULTS_ROOT, and what came of it
 * FAULTS       lines of "CALL PATTERN COUNT EFFECT"
 *   CALL       open create read write sync rename link unlink mkdir stat list close, or * for any of them
 *   PATTERN    of fnmatch(3), for the path below FAULTS_ROOT
 *   COUNT      N for the N-th call that fits, N+ for that one and all later ones, N% for one in N from the first on
 *   EFFECT     kill             SIGKILL before the call
 *              torn             half of the bytes are written, then SIGKILL
 *              short            one byte less than asked for is read or written, but at least one
 *              SIGINT SIGTERM SIGHUP   the signal is sent to the process, and the call made a little later, if ever
 *              exit             exit(1), as a library may
 *              run SCRIPT       SCRIPT is run by sh in FAULTS_ROOT, then the call is made
 *              EIO ENOSPC ...   the call fails so; close closes nevertheless
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PUBLIC __attribute__((visibility("default")))
#define REAL(name) ((__typeof__(&name)) real(#name))

struct rule {
    char call[16], pattern[256], effect[512];
    long count, seen;
    char repeat;
};

static struct rule rules[16];
static int rule_count, log_number = -1;
static char root[PATH_MAX];
static size_t root_length;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static __thread int inside;

static const struct { const char *name; int code; } codes[] = {
    {"EIO", EIO}, {"ENOSPC", ENOSPC}, {"EDQUOT", EDQUOT}, {"EINTR", EINTR}, {"EACCES", EACCES}, {"EROFS", EROFS},
    {"EMFILE", EMFILE}, {"ENFILE", ENFILE}, {"EPERM", EPERM}, {"EINVAL", EINVAL}, {"ENOENT", ENOENT}, {"ESTALE", ESTALE},
};

static void *real(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (!found) abort();
    return found;
}

/* Whoever started the program may have blocked them or have them ignored. */
static void let_signals_in(void) {
    const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < 3; i++) {
        sigaddset(&set, numbers[i]);
        signal(numbers[i], SIG_DFL);
    }
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

__attribute__((constructor)) static void start(void) {
    const char *folder = getenv("FAULTS_ROOT"), *text = getenv("FAULTS"), *log = getenv("FAULTS_LOG");
    /* Programs that this one starts are left alone. */
    unsetenv("LD_PRELOAD");
    if (!folder || !realpath(folder, root)) return;
    root_length = strlen(root);
    if (log) log_number = (int) syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    while (text && *text && rule_count < 16) {
        struct rule *rule = &rules[rule_count];
        char count[16];
        if (sscanf(text, "%15s %255s %15s %511[^\n]", rule->call, rule->pattern, count, rule->effect) == 4) {
            rule->count = atol(count);
            rule->repeat = count[strlen(count) - 1];
            if (!strncmp(rule->effect, "SIG", 3)) let_signals_in();
            rule_count++;
        }
        text = strchr(text, '\n');
        if (text) text++;
    }
}

/* The path below the root, or NULL when it is of no interest. */
static const char *below(int folder, const char *path, char *buffer) {
    size_t length = 0;
    if (!root_length) return NULL;
    if (!path || path[0] != '/') {
        char link[64];
        if (folder == AT_FDCWD) {
            if (syscall(SYS_getcwd, buffer, PATH_MAX) < 0) return NULL;
            length = strlen(buffer);
        } else {
            snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
            ssize_t size = readlink(link, buffer, PATH_MAX - 1);
            if (size < 0) return NULL;
            length = (size_t) size;
            buffer[length] = 0;
        }
        while (path && path[0] == '.' && path[1] == '/') path += 2;
        if (path && !strcmp(path, ".")) path = NULL;
    }
    if (path) {
        if (length + strlen(path) + 2 > PATH_MAX) return NULL;
        if (length) buffer[length++] = '/';
        strcpy(buffer + length, path);
    }
    if (strncmp(buffer, root, root_length)) return NULL;
    if (!buffer[root_length]) return ".";
    return buffer[root_length] == '/' ? buffer + root_length + 1 : NULL;
}

static void note(const char *call, const char *path, const char *outcome) {
    char line[PATH_MAX + 64];
    int size = snprintf(line, sizeof line, "%s %s %s\n", call, path, outcome);
    if (log_number >= 0 && size > 0) syscall(SYS_write, log_number, line, (size_t) size);
}

enum { PLAIN = 0, TORN = -1, SHORT = -2 };

/* What is to become of a call: PLAIN, TORN, SHORT or an error number. */
static int fate(const char *call, int folder, const char *path, int is_stream) {
    char buffer[PATH_MAX];
    int result = PLAIN, saved = errno;
    const char *name = is_stream ? "stdout" : below(folder, path, buffer);
    if (inside || !name || !root_length) return PLAIN;
    inside = 1;
    pthread_mutex_lock(&lock);
    const char *outcome = "-";
    for (int i = 0; i < rule_count; i++) {
        struct rule *rule = &rules[i];
        if ((strcmp(rule->call, "*") && strcmp(rule->call, call)) || fnmatch(rule->pattern, name, 0)) continue;
        rule->seen++;
        if (rule->repeat == '%' ? rule->seen % rule->count != 1
                                : rule->seen != rule->count && !(rule->repeat == '+' && rule->seen > rule->count))
            continue;
        if (result != PLAIN) continue;
        outcome = rule->effect;
        if (!strcmp(outcome, "kill") || (!strcmp(outcome, "torn") && strcmp(call, "write"))) {
            note(call, name, outcome);
            kill(getpid(), SIGKILL);
            for (;;) pause();
        } else if (!strcmp(outcome, "exit")) {
            note(call, name, outcome);
            pthread_mutex_unlock(&lock);
            exit(1);
        } else if (!strcmp(outcome, "torn")) {
            result = TORN;
        } else if (!strcmp(outcome, "short")) {
            result = SHORT;
        } else if (!strncmp(outcome, "SIG", 3)) {
            note(call, name, outcome);
            /* The thread that takes the signal may have to wait for this one, and this one for it. */
            pthread_mutex_unlock(&lock);
            inside = 0;
            kill(getpid(), !strcmp(outcome, "SIGINT") ? SIGINT : !strcmp(outcome, "SIGHUP") ? SIGHUP : SIGTERM);
            usleep(150000);
            errno = saved;
            return PLAIN;
        } else if (!strncmp(outcome, "run ", 4)) {
            char script[PATH_MAX + 600];
            snprintf(script, sizeof script, "cd '%s' && %s", root, outcome + 4);
            /* Other threads go on meanwhile; a signal handler of the program must not wait for the script. */
            pthread_mutex_unlock(&lock);
            if (system(script)) outcome = "run-failed";
            pthread_mutex_lock(&lock);
        } else {
            for (size_t c = 0; c < sizeof codes / sizeof *codes; c++)
                if (!strcmp(outcome, codes[c].name)) result = codes[c].code;
            if (result == PLAIN) abort();
        }
    }
    note(call, name, outcome);
    pthread_mutex_unlock(&lock);
    inside = 0;
    errno = saved;
    return result;
}

#define FAIL(call, folder, path) \
    do { int code = fate(call, folder, path, 0); if (code > 0) { errno = code; return -1; } } while (0)

static int open_any(int folder, const char *path, int flags, mode_t mode) {
    FAIL(flags & O_CREAT ? "create" : "open", folder, path);
    return (int) syscall(SYS_openat, folder, path, flags, mode);
}

#define MODE(flags) \
    mode_t mode = 0; \
    if (flags & O_CREAT) { va_list list; va_start(list, flags); mode = va_arg(list, mode_t); va_end(list); }

PUBLIC int open(const char *path, int flags, ...) { MODE(flags) return open_any(AT_FDCWD, path, flags, mode); }
PUBLIC int open64(const char *path, int flags, ...) { MODE(flags) return open_any(AT_FDCWD, path, flags, mode); }
PUBLIC int openat(int folder, const char *path, int flags, ...) { MODE(flags) return open_any(folder, path, flags, mode); }
PUBLIC int openat64(int folder, const char *path, int flags, ...) { MODE(flags) return open_any(folder, path, flags, mode); }

PUBLIC int close(int number) {
    int code = number == log_number ? 0 : fate("close", number, NULL, 0);
    int result = (int) syscall(SYS_close, number);
    if (code <= 0) return result;
    errno = code;
    return -1;
}

static size_t less(int code, size_t count) { return code == SHORT && count > 1 ? count - 1 : count; }

PUBLIC ssize_t read(int number, void *bytes, size_t count) {
    int code = fate("read", number, NULL, 0);
    if (code > 0) { errno = code; return -1; }
    return syscall(SYS_read, number, bytes, less(code, count));
}

PUBLIC ssize_t pread(int number, void *bytes, size_t count, off_t offset) {
    int code = fate("read", number, NULL, 0);
    if (code > 0) { errno = code; return -1; }
    return syscall(SYS_pread64, number, bytes, less(code, count), offset);
}
PUBLIC ssize_t pread64(int number, void *bytes, size_t count, off64_t offset) { return pread(number, bytes, count, offset); }

static size_t torn(int code, size_t count) { return code == TORN ? count / 2 : less(code, count); }

static ssize_t written(int code, ssize_t count) {
    if (code == TORN) { kill(getpid(), SIGKILL); for (;;) pause(); }
    return count;
}

PUBLIC ssize_t write(int number, const void *bytes, size_t count) {
    int code = fate("write", number, NULL, number == STDOUT_FILENO);
    if (code > 0) { errno = code; return -1; }
    return written(code, syscall(SYS_write, number, bytes, torn(code, count)));
}

PUBLIC ssize_t pwrite(int number, const void *bytes, size_t count, off_t offset) {
    int code = fate("write", number, NULL, 0);
    if (code > 0) { errno = code; return -1; }
    return written(code, syscall(SYS_pwrite64, number, bytes, torn(code, count), offset));
}
PUBLIC ssize_t pwrite64(int number, const void *bytes, size_t count, off64_t offset) { return pwrite(number, bytes, count, offset); }

PUBLIC int fsync(int number) { FAIL("sync", number, NULL); return (int) syscall(SYS_fsync, number); }
PUBLIC int fdatasync(int number) { FAIL("sync", number, NULL); return (int) syscall(SYS_fdatasync, number); }

PUBLIC int rename(const char *old, const char *new) {
    FAIL("rename", AT_FDCWD, new);
    return (int) syscall(SYS_renameat2, AT_FDCWD, old, AT_FDCWD, new, 0);
}
PUBLIC int renameat2(int from, const char *old, int to, const char *new, unsigned flags) {
    FAIL("rename", to, new);
    return (int) syscall(SYS_renameat2, from, old, to, new, flags);
}
PUBLIC int renameat(int from, const char *old, int to, const char *new) { return renameat2(from, old, to, new, 0); }
PUBLIC int link(const char *old, const char *new) {
    FAIL("link", AT_FDCWD, new);
    return (int) syscall(SYS_linkat, AT_FDCWD, old, AT_FDCWD, new, 0);
}
PUBLIC int linkat(int from, const char *old, int to, const char *new, int flags) {
    FAIL("link", to, new);
    return (int) syscall(SYS_linkat, from, old, to, new, flags);
}
PUBLIC int symlinkat(const char *target, int folder, const char *path) {
    FAIL("link", folder, path);
    return (int) syscall(SYS_symlinkat, target, folder, path);
}
PUBLIC int unlink(const char *path) {
    FAIL("unlink", AT_FDCWD, path);
    return (int) syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}
PUBLIC int unlinkat(int folder, const char *path, int flags) {
    FAIL("unlink", folder, path);
    return (int) syscall(SYS_unlinkat, folder, path, flags);
}
PUBLIC int rmdir(const char *path) {
    FAIL("unlink", AT_FDCWD, path);
    return (int) syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR);
}
PUBLIC int mkdir(const char *path, mode_t mode) {
    FAIL("mkdir", AT_FDCWD, path);
    return (int) syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}
PUBLIC int mkdirat(int folder, const char *path, mode_t mode) {
    FAIL("mkdir", folder, path);
    return (int) syscall(SYS_mkdirat, folder, path, mode);
}
PUBLIC int fstat(int number, struct stat *status) {
    FAIL("stat", number, NULL);
    return (int) syscall(SYS_newfstatat, number, "", status, AT_EMPTY_PATH);
}
PUBLIC struct dirent *readdir(DIR *stream) {
    int code = fate("list", dirfd(stream), NULL, 0);
    if (code > 0) { errno = code; return NULL; }
    return REAL(readdir)(stream);
}
PUBLIC struct dirent64 *readdir64(DIR *stream) {
    int code = fate("list", dirfd(stream), NULL, 0);
    if (code > 0) { errno = code; return NULL; }
    return REAL(readdir64)(stream);
}
