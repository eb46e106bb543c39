// Loaded before the C library (LD_PRELOAD), it keeps what a disk would have after a power cut: of each file whose name holds SHIM_FILE, the state of its last
// fsync, as a copy in the folder SHIM_FOLDER. A file that is removed is gone there too. What was only written is not there: the copy is taken before the fsync, and counts when it has gone well, so that
// what another thread writes meanwhile is in it only by the next. From when the file "cut" is in that folder no sync ends: the power is off. Of threads whose name begins with SHIM_WITHHELD none ends at all.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Copies the file; the path of the copy is empty for one that is not looked after.
static void copy_of(int fd, char *copy, char *target)
{
    const char *wanted = getenv("SHIM_FILE"), *folder = getenv("SHIM_FOLDER");
    char link[64], path[PATH_MAX], buffer[65536];
    copy[0] = 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (!wanted || !folder || length <= 0)
        return;
    path[length] = 0;
    const char *name = strrchr(path, '/');
    if (!name || !strstr(name, wanted))
        return;
    snprintf(target, PATH_MAX, "%s%s", folder, name);
    snprintf(copy, PATH_MAX, "%s%s.%ld.new", folder, name, (long)gettid());
    int out = open(copy, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    off_t at = 0;
    ssize_t n;
    while ((n = pread(fd, buffer, sizeof buffer, at)) > 0 && write(out, buffer, n) == n)
        at += n;
    close(out);
}

static int is_cut(void)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/cut", getenv("SHIM_FOLDER"));
    return access(path, F_OK) == 0;
}

// One at a time, or an older copy could take the place of a newer one.
static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;

static int is_withheld(void)
{
    const char *withheld = getenv("SHIM_WITHHELD");
    char name[16] = "";
    return withheld && pthread_getname_np(pthread_self(), name, sizeof name) == 0 && strncmp(name, withheld, strlen(withheld)) == 0;
}

static int synced(const char *function, int fd)
{
    int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, function);
    char copy[PATH_MAX], target[PATH_MAX];
    while (is_withheld())
        pause();
    pthread_mutex_lock(&one);
    copy_of(fd, copy, target);
    int result = next(fd);
    while (copy[0] && is_cut())
        pause();
    if (result == 0 && copy[0])
        rename(copy, target);
    pthread_mutex_unlock(&one);
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
