/* Kills the program it is loaded into at one point of a ticket's way to the printer:
 *
 *   LD_PRELOAD         this, compiled with cc -shared -fPIC
 *   RINDA_KILL_AT      sending    before the ticket's first byte is written
 *                      half       after half of its bytes
 *                      sent       after all of them
 *                      confirmed  when the printer's confirmation was read
 *
 * A ticket is what begins with ESC @; a confirmation begins with 37 22. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *at(void)
{
    const char *point = getenv("RINDA_KILL_AT");
    return point ? point : "";
}

static void die(void)
{
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

ssize_t write(int fd, const void *data, size_t length)
{
    static ssize_t (*real)(int, const void *, size_t);
    if (!real)
        real = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    const unsigned char *bytes = data;
    if (length < 16 || bytes[0] != 0x1b || bytes[1] != '@' || !isatty(fd))
        return real(fd, data, length);
    if (strcmp(at(), "sending") == 0)
        die();
    if (strcmp(at(), "half") == 0) {
        real(fd, data, length / 2);
        die();
    }
    ssize_t written = real(fd, data, length);
    if (strcmp(at(), "sent") == 0)
        die();
    return written;
}

ssize_t read(int fd, void *data, size_t length)
{
    static ssize_t (*real)(int, void *, size_t);
    if (!real)
        real = (ssize_t (*)(int, void *, size_t))dlsym(RTLD_NEXT, "read");
    ssize_t got = real(fd, data, length);
    if (got >= 2 && strcmp(at(), "confirmed") == 0 && isatty(fd)
        && memmem(data, (size_t)got, "\x37\x22", 2))
        die();
    return got;
}
