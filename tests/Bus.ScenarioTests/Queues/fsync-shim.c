// Loaded before the C library (LD_PRELOAD), it keeps what a disk would have after a power cut: of each file whose name holds SHIM_FILE, the state of its last
// fsync, as a copy in the folder SHIM_FOLDER. A file that is removed is gone there too. What was only written is not there. Each file of SQLite is written and synced by one thread at a time, so the whole
// file at that moment is what was synced.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void keep(int fd)
{
    const char *wanted = getenv("SHIM_FILE"), *folder = getenv("SHIM_FOLDER");
    char link[64], path[PATH_MAX], copy[PATH_MAX], target[PATH_MAX], buffer[65536];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (!wanted || !folder || length <= 0)
        return;
    path[length] = 0;
    const char *name = strrchr(path, '/');
    if (!name || !strstr(name, wanted))
        return;
    snprintf(target, sizeof target, "%s%s", folder, name);
    snprintf(copy, sizeof copy, "%s%s.new", folder, name);
    int out = open(copy, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    off_t at = 0;
    ssize_t n;
    while ((n = pread(fd, buffer, sizeof buffer, at)) > 0 && write(out, buffer, n) == n)
        at += n;
    close(out);
    rename(copy, target);
}

static int synced(const char *function, int fd)
{
    int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, function);
    int result = next(fd);
    if (result == 0)
        keep(fd);
    return result;
}

// SQLite removes the journal of a commit; one that came back would be rolled back.
int unlink(const char *path)
{
    int (*next)(const char *) = (int (*)(const char *))dlsym(RTLD_NEXT, "unlink");
    const char *wanted = getenv("SHIM_FILE"), *folder = getenv("SHIM_FOLDER"), *name = strrchr(path, '/');
    char target[PATH_MAX];
    if (wanted && folder && name && strstr(name, wanted)) {
        snprintf(target, sizeof target, "%s%s", folder, name);
        next(target);
    }
    return next(path);
}

int fsync(int fd) { return synced("fsync", fd); }

int fdatasync(int fd) { return synced("fdatasync", fd); }
