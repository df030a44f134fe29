#include <curl/curl.h>
#include <dlfcn.h>

// The functions in use. The library is loaded when somebody asks for them and not when the program starts: most commands never
// do, and it brings some thirty other libraries with it.
typedef struct {
    __typeof__(curl_global_init) *global_init;
    __typeof__(curl_slist_append) *slist_append;
    __typeof__(curl_slist_free_all) *slist_free_all;
    __typeof__(curl_easy_init) *easy_init;
    CURLcode (*easy_setopt)(CURL *handle, CURLoption option, ...);
    __typeof__(curl_easy_perform) *easy_perform;
    CURLcode (*easy_getinfo)(CURL *handle, CURLINFO info, ...);
    __typeof__(curl_easy_cleanup) *easy_cleanup;
    __typeof__(curl_easy_strerror) *easy_strerror;
} ccurl_functions;

// Whether the library and all of the functions are there.
static inline int ccurl_load(ccurl_functions *functions) {
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) return 0;
    *(void **)&functions->global_init = dlsym(library, "curl_global_init");
    *(void **)&functions->slist_append = dlsym(library, "curl_slist_append");
    *(void **)&functions->slist_free_all = dlsym(library, "curl_slist_free_all");
    *(void **)&functions->easy_init = dlsym(library, "curl_easy_init");
    *(void **)&functions->easy_setopt = dlsym(library, "curl_easy_setopt");
    *(void **)&functions->easy_perform = dlsym(library, "curl_easy_perform");
    *(void **)&functions->easy_getinfo = dlsym(library, "curl_easy_getinfo");
    *(void **)&functions->easy_cleanup = dlsym(library, "curl_easy_cleanup");
    *(void **)&functions->easy_strerror = dlsym(library, "curl_easy_strerror");
    return functions->global_init && functions->slist_append && functions->slist_free_all && functions->easy_init
        && functions->easy_setopt && functions->easy_perform && functions->easy_getinfo && functions->easy_cleanup
        && functions->easy_strerror && functions->global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

// Swift cannot call functions with a variable number of arguments.
static inline CURLcode ccurl_set_number(const ccurl_functions *functions, CURL *handle, CURLoption option, long value) {
    return functions->easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_pointer(
    const ccurl_functions *functions, CURL *handle, CURLoption option, const void *value) {
    return functions->easy_setopt(handle, option, value);
}

typedef size_t (*ccurl_writer)(char *bytes, size_t size, size_t count, void *state);

static inline CURLcode ccurl_set_writer(
    const ccurl_functions *functions, CURL *handle, ccurl_writer writer, void *state) {
    CURLcode code = functions->easy_setopt(handle, CURLOPT_WRITEFUNCTION, writer);
    return code == CURLE_OK ? functions->easy_setopt(handle, CURLOPT_WRITEDATA, state) : code;
}

static inline long ccurl_status(const ccurl_functions *functions, CURL *handle) {
    long status = 0;
    functions->easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

static inline CURL *ccurl_start(const ccurl_functions *functions) { return functions->easy_init(); }

static inline CURLcode ccurl_perform(const ccurl_functions *functions, CURL *handle) {
    return functions->easy_perform(handle);
}

static inline void ccurl_end(const ccurl_functions *functions, CURL *handle) { functions->easy_cleanup(handle); }

static inline const char *ccurl_words(const ccurl_functions *functions, CURLcode code) {
    return functions->easy_strerror(code);
}

static inline struct curl_slist *ccurl_append(
    const ccurl_functions *functions, struct curl_slist *list, const char *text) {
    return functions->slist_append(list, text);
}

static inline void ccurl_free(const ccurl_functions *functions, struct curl_slist *list) {
    functions->slist_free_all(list);
}
