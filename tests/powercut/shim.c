/* Records what a program does to the files below a directory, in the order it happens, so that
 * power cuts can be replayed afterwards; can also make a sync fail or the disk full.
 *
 *   LD_PRELOAD            this, compiled with cc -shared -fPIC
 *   RINDA_SHIM_DIR        directory whose files are recorded
 *   RINDA_SHIM_LOG        where to, outside that directory
 *   RINDA_SHIM_SOCKETS=1  record what is sent on sockets as acknowledgements too, and what is read
 *   RINDA_SHIM_MATCH      faults hit only files with this in their path
 *   RINDA_SHIM_EIO=n      the n-th fdatasync of such a file fails with EIO
 *   RINDA_SHIM_ENOSPC=n   after n bytes written to such files the disk is full ...
 *   RINDA_SHIM_ENOSPC_TIMES=k  ... for k writes
 *
 * A log entry is five little-endian u64 (operation, inode, number, name length, data length), the
 * name, the data. One lock is held over each call and its entry, so the order in the log is the
 * order on the disk; an entry is written once its call has succeeded. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum op { CREATE = 1, WRITE, SYNC, SYNC_DIR, RENAME, UNLINK, TRUNCATE, MKDIR, ACK, SYNC_RANGE, RMDIR, HEARD };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *dir, *match;
static size_t dir_length;
static int log_fd = -1, sockets;
static long eio_at, syncs, enospc_after = -1, enospc_times, written;

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static long number(const char *name, long otherwise) {
    const char *text = getenv(name);
    return text ? atol(text) : otherwise;
}

__attribute__((constructor)) static void start(void) {
    const char *log = getenv("RINDA_SHIM_LOG");
    dir = getenv("RINDA_SHIM_DIR");
    match = getenv("RINDA_SHIM_MATCH");
    if (!dir || !log) return;
    dir_length = strlen(dir);
    sockets = number("RINDA_SHIM_SOCKETS", 0) != 0;
    eio_at = number("RINDA_SHIM_EIO", 0);
    enospc_after = number("RINDA_SHIM_ENOSPC", -1);
    enospc_times = number("RINDA_SHIM_ENOSPC_TIMES", 1);
    log_fd = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static void put(const void *bytes, size_t length) {
    const char *from = bytes;
    while (length > 0) {
        ssize_t done = syscall(SYS_write, log_fd, from, length);
        if (done <= 0) _exit(97);
        from += done;
        length -= (size_t)done;
    }
}

static void note(enum op op, uint64_t inode, uint64_t n, const char *name, const void *data, size_t length) {
    uint64_t head[5] = {op, inode, n, name ? strlen(name) : 0, length};
    int kept = errno;
    put(head, sizeof head);
    if (name) put(name, strlen(name));
    if (length) put(data, length);
    errno = kept;
}

/* The name below the directory, or NULL for what is not recorded. */
static const char *below(const char *path) {
    if (log_fd < 0 || strncmp(path, dir, dir_length) != 0) return NULL;
    if (path[dir_length] == 0) return path + dir_length;
    return path[dir_length] == '/' ? path + dir_length + 1 : NULL;
}

/* Absolute path of a name given to a call. */
static const char *full(int at, const char *name, char *out) {
    char base[PATH_MAX / 2], link[64];
    if (name[0] == '/') return name;
    snprintf(link, sizeof link, at == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", at);
    ssize_t length = readlink(link, base, sizeof base - 1);
    if (length < 0) return name;
    base[length] = 0;
    return snprintf(out, PATH_MAX, "%s/%s", base, name) < PATH_MAX ? out : name;
}

/* Whether a descriptor is a recorded file; tells its inode and name. */
static int tracked(int fd, struct stat *about, char *path) {
    char link[64];
    if (log_fd < 0) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return below(path) != NULL && fstat(fd, about) == 0;
}

static int hit(const char *path) { return !match || strstr(path, match); }

/* How much of a write the disk still takes; -1 for none. */
static ssize_t room(const char *path, size_t count) {
    if (enospc_after < 0 || !hit(path)) return (ssize_t)count;
    if (written + (long)count <= enospc_after || enospc_times == 0) {
        written += (long)count;
        return (ssize_t)count;
    }
    long left = enospc_after - written;
    if (left > 0) {
        written = enospc_after;
        return left;
    }
    enospc_times--;
    if (enospc_times == 0) enospc_after = -1;
    errno = ENOSPC;
    return -1;
}

static int is_ack(int fd) {
    struct stat about;
    if (log_fd < 0) return 0;
    if (fd == 1) return 1;
    return sockets && fstat(fd, &about) == 0 && S_ISSOCK(about.st_mode);
}

static int open_any(int at, const char *name, int flags, mode_t mode) {
    char path[PATH_MAX];
    struct stat about;
    if (log_fd < 0) return (int)syscall(SYS_openat, at, name, flags, mode);
    pthread_mutex_lock(&lock);
    const char *recorded = below(full(at, name, path));
    int was = recorded && fstatat(at, name, &about, 0) == 0;
    int fd = (int)syscall(SYS_openat, at, name, flags, mode);
    if (fd >= 0 && recorded && fstat(fd, &about) == 0 && S_ISREG(about.st_mode)) {
        if (!was) note(CREATE, about.st_ino, 0, recorded, NULL, 0);
        else if (flags & O_TRUNC) note(TRUNCATE, about.st_ino, 0, recorded, NULL, 0);
    }
    pthread_mutex_unlock(&lock);
    return fd;
}

#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); }

int open(const char *name, int flags, ...) { MODE(flags) return open_any(AT_FDCWD, name, flags, mode); }
int open64(const char *name, int flags, ...) { MODE(flags) return open_any(AT_FDCWD, name, flags | O_LARGEFILE, mode); }
int openat(int at, const char *name, int flags, ...) { MODE(flags) return open_any(at, name, flags, mode); }
int openat64(int at, const char *name, int flags, ...) { MODE(flags) return open_any(at, name, flags | O_LARGEFILE, mode); }
int creat(const char *name, mode_t mode) { return open_any(AT_FDCWD, name, O_WRONLY | O_CREAT | O_TRUNC, mode); }

/* offset -1: where the descriptor stands. */
static ssize_t write_any(int fd, const struct iovec *parts, int count, off_t offset) {
    char path[PATH_MAX];
    struct stat about;
    ssize_t done;
    pthread_mutex_lock(&lock);
    int ack = offset < 0 && is_ack(fd);
    if (!ack && tracked(fd, &about, path) && S_ISREG(about.st_mode)) {
        off_t at = offset;
        if (at < 0) at = fcntl(fd, F_GETFL) & O_APPEND ? about.st_size : lseek(fd, 0, SEEK_CUR);
        done = 0;
        for (int i = 0; i < count; i++) {
            ssize_t take = room(path, parts[i].iov_len);
            if (take < 0) { if (done == 0) done = -1; break; }
            ssize_t part = offset < 0 ? syscall(SYS_write, fd, parts[i].iov_base, (size_t)take)
                                      : syscall(SYS_pwrite64, fd, parts[i].iov_base, (size_t)take, at + done);
            if (part < 0) { if (done == 0) done = -1; break; }
            note(WRITE, about.st_ino, (uint64_t)(at + done), below(path), parts[i].iov_base, (size_t)part);
            done += part;
            if ((size_t)part < parts[i].iov_len) break;
        }
    } else {
        done = offset < 0 ? syscall(SYS_writev, fd, parts, count) : syscall(SYS_pwritev, fd, parts, count, offset, 0);
        ssize_t left = done;
        for (int i = 0; ack && i < count && left > 0; i++) {
            size_t part = (size_t)left < parts[i].iov_len ? (size_t)left : parts[i].iov_len;
            note(ACK, (uint64_t)fd, 0, NULL, parts[i].iov_base, part);
            left -= (ssize_t)part;
        }
    }
    pthread_mutex_unlock(&lock);
    return done;
}

ssize_t write(int fd, const void *bytes, size_t count) {
    struct iovec part = {(void *)bytes, count};
    if (log_fd < 0) return syscall(SYS_write, fd, bytes, count);
    return write_any(fd, &part, 1, -1);
}
ssize_t writev(int fd, const struct iovec *parts, int count) {
    if (log_fd < 0) return syscall(SYS_writev, fd, parts, count);
    return write_any(fd, parts, count, -1);
}
ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
    struct iovec part = {(void *)bytes, count};
    if (log_fd < 0) return syscall(SYS_pwrite64, fd, bytes, count, offset);
    return write_any(fd, &part, 1, offset);
}
ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t offset) { return pwrite(fd, bytes, count, offset); }
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) { return write_any(fd, parts, count, offset); }
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off_t offset) { return write_any(fd, parts, count, offset); }

/* What is answered on a socket is recorded before it leaves: whoever reads it may rely on it. */
ssize_t send(int fd, const void *bytes, size_t count, int flags) {
    REAL(send);
    if (log_fd < 0 || !is_ack(fd)) return real(fd, bytes, count, flags);
    pthread_mutex_lock(&lock);
    ssize_t done = real(fd, bytes, count, flags);
    if (done > 0) note(ACK, (uint64_t)fd, 0, NULL, bytes, (size_t)done);
    pthread_mutex_unlock(&lock);
    return done;
}

/* What is asked on a socket is recorded before the program sees it, so before anything it leads to. */
ssize_t recv(int fd, void *bytes, size_t count, int flags) {
    REAL(recv);
    ssize_t done = real(fd, bytes, count, flags);
    if (done <= 0 || !sockets || log_fd < 0 || flags & MSG_PEEK) return done;
    pthread_mutex_lock(&lock);
    note(HEARD, (uint64_t)fd, 0, NULL, bytes, (size_t)done);
    pthread_mutex_unlock(&lock);
    return done;
}

static int sync_any(int fd, long call, int data_only) {
    char path[PATH_MAX];
    struct stat about;
    pthread_mutex_lock(&lock);
    int result, is = tracked(fd, &about, path);
    if (is && data_only && eio_at > 0 && hit(path) && ++syncs == eio_at) {
        errno = EIO;
        result = -1;
    } else {
        result = (int)syscall(call, fd);
        if (result == 0 && is) note(S_ISDIR(about.st_mode) ? SYNC_DIR : SYNC, about.st_ino, 0, below(path), NULL, 0);
    }
    pthread_mutex_unlock(&lock);
    return result;
}
int fsync(int fd) { return sync_any(fd, SYS_fsync, 0); }
int fdatasync(int fd) { return sync_any(fd, SYS_fdatasync, 1); }

/* Promises nothing after a power cut; recorded so that the log shows it. */
int sync_file_range(int fd, off_t offset, off_t length, unsigned flags) {
    char path[PATH_MAX];
    struct stat about;
    pthread_mutex_lock(&lock);
    int result = (int)syscall(SYS_sync_file_range, fd, offset, length, flags);
    if (result == 0 && tracked(fd, &about, path)) note(SYNC_RANGE, about.st_ino, 0, below(path), NULL, 0);
    pthread_mutex_unlock(&lock);
    return result;
}

int ftruncate(int fd, off_t length) {
    char path[PATH_MAX];
    struct stat about;
    pthread_mutex_lock(&lock);
    int result = (int)syscall(SYS_ftruncate, fd, length);
    if (result == 0 && tracked(fd, &about, path)) note(TRUNCATE, about.st_ino, (uint64_t)length, below(path), NULL, 0);
    pthread_mutex_unlock(&lock);
    return result;
}
int ftruncate64(int fd, off_t length) { return ftruncate(fd, length); }

static int rename_any(int from_at, const char *from, int to_at, const char *to, unsigned flags) {
    char one[PATH_MAX], two[PATH_MAX];
    pthread_mutex_lock(&lock);
    const char *old = log_fd < 0 ? NULL : below(full(from_at, from, one));
    const char *new = log_fd < 0 ? NULL : below(full(to_at, to, two));
    int result = (int)syscall(SYS_renameat2, from_at, from, to_at, to, flags);
    if (result == 0 && old && new) note(RENAME, 0, 0, old, new, strlen(new));
    pthread_mutex_unlock(&lock);
    return result;
}
int rename(const char *from, const char *to) { return rename_any(AT_FDCWD, from, AT_FDCWD, to, 0); }
int renameat(int a, const char *from, int b, const char *to) { return rename_any(a, from, b, to, 0); }
int renameat2(int a, const char *from, int b, const char *to, unsigned flags) { return rename_any(a, from, b, to, flags); }

static int unlink_any(int at, const char *name, int flags) {
    char path[PATH_MAX];
    pthread_mutex_lock(&lock);
    const char *recorded = log_fd < 0 ? NULL : below(full(at, name, path));
    int result = (int)syscall(SYS_unlinkat, at, name, flags);
    if (result == 0 && recorded) note(flags & AT_REMOVEDIR ? RMDIR : UNLINK, 0, 0, recorded, NULL, 0);
    pthread_mutex_unlock(&lock);
    return result;
}
int unlink(const char *name) { return unlink_any(AT_FDCWD, name, 0); }
int unlinkat(int at, const char *name, int flags) { return unlink_any(at, name, flags); }
int rmdir(const char *name) { return unlink_any(AT_FDCWD, name, AT_REMOVEDIR); }

static int mkdir_any(int at, const char *name, mode_t mode) {
    char path[PATH_MAX];
    pthread_mutex_lock(&lock);
    const char *recorded = log_fd < 0 ? NULL : below(full(at, name, path));
    int result = (int)syscall(SYS_mkdirat, at, name, mode);
    if (result == 0 && recorded) note(MKDIR, 0, 0, recorded, NULL, 0);
    pthread_mutex_unlock(&lock);
    return result;
}
int mkdir(const char *name, mode_t mode) { return mkdir_any(AT_FDCWD, name, mode); }
int mkdirat(int at, const char *name, mode_t mode) { return mkdir_any(at, name, mode); }

/* Copies inside the kernel would go unseen; programs fall back to reading and writing. */
ssize_t copy_file_range(int a, off64_t *b, int c, off64_t *d, size_t e, unsigned f) {
    (void)a; (void)b; (void)c; (void)d; (void)e; (void)f;
    errno = ENOSYS;
    return -1;
}
