// Loaded before the C library (LD_PRELOAD), it plays a bad disk for each file whose name holds SHIM_FILE. While the file SHIM_FULL is there, the disk is full: of a write the first half is
// written, down to a sector, then comes ENOSPC. While SHIM_BROKEN is there, a flush fails with EIO. With SHIM_DIE=n the process kills itself in the middle of the n-th write to the file of exactly
// the name SHIM_FILE, which with a write-ahead log only a checkpoint writes.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum { SECTOR = 512 };

// Asked for once: the runtime changes its environment.
static const char *wanted, *full, *broken;
static long die;

__attribute__((constructor)) static void begin(void)
{
    const char *text = getenv("SHIM_DIE");
    wanted = getenv("SHIM_FILE");
    full = getenv("SHIM_FULL");
    broken = getenv("SHIM_BROKEN");
    die = text ? atol(text) : 0;
}

static int is_there(const char *marker) { return marker && access(marker, F_OK) == 0; }

static const char *name_of(int fd, char *path)
{
    char link[64];
    int kept = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    errno = kept;
    if (length <= 0)
        return "";
    path[length] = 0;
    const char *name = strrchr(path, '/');
    return name ? name + 1 : path;
}

static int is_full(int fd)
{
    char path[PATH_MAX];
    return is_there(full) && wanted && strstr(name_of(fd, path), wanted);
}

static int must_die(int fd)
{
    char path[PATH_MAX];
    return die > 0 && wanted && strcmp(name_of(fd, path), wanted) == 0 && __atomic_sub_fetch(&die, 1, __ATOMIC_SEQ_CST) == 0;
}

static ssize_t limited(const char *function, int fd, const void *bytes, size_t count, off_t at)
{
    ssize_t (*next)(int, const void *, size_t, off_t) = (ssize_t (*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, function);
    if (must_die(fd)) {
        next(fd, bytes, count / 2, at);
        kill(getpid(), SIGKILL);
    }
    if (!is_full(fd))
        return next(fd, bytes, count, at);
    if (count > SECTOR)
        return next(fd, bytes, count / 2, at);
    errno = ENOSPC;
    return -1;
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) { return limited("pwrite", fd, bytes, count, at); }

ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t at) { return limited("pwrite64", fd, bytes, count, at); }

static int refused(int fd)
{
    if (!is_full(fd))
        return 0;
    errno = ENOSPC;
    return 1;
}

static int longer(const char *function, int fd, off_t length)
{
    int (*next)(int, off_t) = (int (*)(int, off_t))dlsym(RTLD_NEXT, function);
    return refused(fd) ? -1 : next(fd, length);
}

int ftruncate(int fd, off_t length) { return longer("ftruncate", fd, length); }

int ftruncate64(int fd, off_t length) { return longer("ftruncate64", fd, length); }

int fallocate(int fd, int mode, off_t at, off_t length)
{
    int (*next)(int, int, off_t, off_t) = (int (*)(int, int, off_t, off_t))dlsym(RTLD_NEXT, "fallocate");
    return refused(fd) ? -1 : next(fd, mode, at, length);
}

static int synced(const char *function, int fd)
{
    char path[PATH_MAX];
    int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, function);
    if (!is_there(broken) || !wanted || !strstr(name_of(fd, path), wanted))
        return next(fd);
    errno = EIO;
    return -1;
}

int fsync(int fd) { return synced("fsync", fd); }

int fdatasync(int fd) { return synced("fdatasync", fd); }
