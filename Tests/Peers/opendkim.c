/*
 * Verifies DKIM signatures with libopendkim, to be compared.
 *
 *     opendkim KEYS < paths    one line for each signature: path, index from 1, then
 *                              pass, body (the header signature holds, the body hash does not), or the error
 *
 * KEYS has lines of "selector._domainkey.domain TXT"; of several records of one name the first is taken. t= and x= are
 * judged with a clock drift of 10^9 seconds, so that no signature is expired; with OPENDKIM_NOW=1, at this moment.
 * A bare LF is made CRLF first and a last line gets one, as a mail server would get it.
 */

#include <sys/types.h>

#include <opendkim/dkim.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct key {
    char *name, *record;
};

static struct key *keys;
static size_t key_count;

/* Keys with equal names stay in the order of the file. */
static int by_name(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    int order = strcasecmp(x->name, y->name);
    return order != 0 ? order : (x->record > y->record) - (x->record < y->record);
}

static unsigned char *contents(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        perror(path);
        exit(2);
    }
    long length = ftell(file);
    rewind(file);
    unsigned char *bytes = malloc((size_t)length + 1);
    *size = fread(bytes, 1, (size_t)length, file);
    bytes[*size] = 0;
    fclose(file);
    return bytes;
}

static void read_keys(const char *path)
{
    size_t size;
    char *text = (char *)contents(path, &size);
    for (char *line = strtok(text, "\r\n"); line != NULL; line = strtok(NULL, "\r\n")) {
        char *end = line + strcspn(line, " \t");
        if (line[0] == '#' || *end == 0)
            continue;
        *end = 0;
        keys = realloc(keys, (key_count + 1) * sizeof *keys);
        keys[key_count].name = line;
        keys[key_count++].record = end + 1 + strspn(end + 1, " \t");
    }
    qsort(keys, key_count, sizeof *keys, by_name);
}

static DKIM_STAT look_up(DKIM *dkim, DKIM_SIGINFO *signature, u_char *buffer, size_t size)
{
    char name[1024];
    (void)dkim;
    snprintf(name, sizeof name, "%s._domainkey.%s", dkim_sig_getselector(signature), dkim_sig_getdomain(signature));
    size_t low = 0, high = key_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (strcasecmp(keys[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == key_count || strcasecmp(keys[low].name, name) != 0)
        return DKIM_STAT_NOKEY;
    snprintf((char *)buffer, size, "%s", keys[low].record);
    return DKIM_STAT_OK;
}

static unsigned char *with_crlf(const unsigned char *bytes, size_t size, size_t *converted)
{
    unsigned char *out = malloc(2 * size + 2);
    size_t count = 0;
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r'))
            out[count++] = '\r';
        out[count++] = bytes[i];
    }
    if (count > 0 && out[count - 1] != '\n') {
        out[count++] = '\r';
        out[count++] = '\n';
    }
    *converted = count;
    return out;
}

static void verify(DKIM_LIB *library, const char *path)
{
    DKIM_STAT status;
    DKIM_SIGINFO **signatures = NULL;
    size_t stored, size;
    int count = 0;
    unsigned char *bytes = contents(path, &stored);
    unsigned char *message = with_crlf(bytes, stored, &size);
    DKIM *dkim = dkim_verify(library, (const unsigned char *)"message", NULL, &status);
    if (dkim == NULL)
        exit(2);
    status = size == 0 ? DKIM_STAT_OK : dkim_chunk(dkim, message, size);
    if (status == DKIM_STAT_OK)
        status = dkim_chunk(dkim, NULL, 0);
    if (status == DKIM_STAT_OK)
        status = dkim_eom(dkim, NULL);
    if (dkim_getsiglist(dkim, &signatures, &count) != DKIM_STAT_OK || signatures == NULL)
        count = 0;
    if (count == 0 && status != DKIM_STAT_NOSIG)
        printf("%s\t0\t%s: %s\n", path, dkim_getresultstr(status), dkim_geterror(dkim));
    for (int i = 0; i < count; i++) {
        int passed = (dkim_sig_getflags(signatures[i]) & DKIM_SIGFLAG_PASSED) != 0;
        int error = dkim_sig_geterror(signatures[i]);
        const char *result = dkim_sig_geterrorstr(error);
        if (error == DKIM_SIGERROR_BADSIG && passed)
            result = "body";
        else if ((error == DKIM_SIGERROR_UNKNOWN || error == DKIM_SIGERROR_OK) && passed)
            result = dkim_sig_getbh(signatures[i]) == DKIM_SIGBH_MATCH ? "pass" : "body not tested";
        printf("%s\t%d\t%s\n", path, i + 1, result == NULL ? "no result" : result);
    }
    fflush(stdout);
    dkim_free(dkim);
    free(message);
    free(bytes);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("usage: opendkim KEYS < paths\n", stderr);
        return 2;
    }
    read_keys(argv[1]);
    DKIM_LIB *library = dkim_init(NULL, NULL);
    if (library == NULL)
        return 2;
    unsigned int flags = DKIM_LIBFLAGS_BADSIGHANDLES;
    uint64_t drift = 1000000000;
    dkim_options(library, DKIM_OP_SETOPT, DKIM_OPTS_FLAGS, &flags, sizeof flags);
    if (getenv("OPENDKIM_NOW") == NULL)
        dkim_options(library, DKIM_OP_SETOPT, DKIM_OPTS_CLOCKDRIFT, &drift, sizeof drift);
    dkim_set_key_lookup(library, look_up);
    char *path = NULL;
    size_t room = 0;
    for (ssize_t length; (length = getline(&path, &room, stdin)) > 0;) {
        path[length - (path[length - 1] == '\n')] = 0;
        verify(library, path);
    }
    dkim_close(library);
    return 0;
}
