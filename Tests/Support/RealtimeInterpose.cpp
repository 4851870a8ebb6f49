// Takes the place of the C library's allocator entry points and lock functions in the test program: counts on a
// guarded thread, then does what the original does. new and delete end in malloc and free.
#include "Support/RealtimeCounts.h"

#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>

using kikitori::test::countAllocation;
using kikitori::test::countLock;

#define KIKITORI_INTERPOSED extern "C" __attribute__ ((visibility ("default")))

extern "C"
{
    // glibc exports its allocator under these names for exactly this use.
    void* __libc_malloc (std::size_t);
    void* __libc_calloc (std::size_t, std::size_t);
    void* __libc_realloc (void*, std::size_t);
    void* __libc_memalign (std::size_t, std::size_t);
    void __libc_free (void*);
}

KIKITORI_INTERPOSED void* malloc (std::size_t size)
{
    countAllocation();
    return __libc_malloc (size);
}

KIKITORI_INTERPOSED void* calloc (std::size_t count, std::size_t size)
{
    countAllocation();
    return __libc_calloc (count, size);
}

KIKITORI_INTERPOSED void* realloc (void* block, std::size_t size)
{
    countAllocation();
    return __libc_realloc (block, size);
}

KIKITORI_INTERPOSED void free (void* block)
{
    countAllocation();
    __libc_free (block);
}

KIKITORI_INTERPOSED void* memalign (std::size_t alignment, std::size_t size)
{
    countAllocation();
    return __libc_memalign (alignment, size);
}

KIKITORI_INTERPOSED void* aligned_alloc (std::size_t alignment, std::size_t size)
{
    countAllocation();
    return __libc_memalign (alignment, size);
}

KIKITORI_INTERPOSED int posix_memalign (void** result, std::size_t alignment, std::size_t size)
{
    countAllocation();
    auto* block = __libc_memalign (alignment, size);

    if (block == nullptr)
        return ENOMEM;

    *result = block;
    return 0;
}

namespace
{

template <typename Function>
Function* original (const char* name)
{
    return reinterpret_cast<Function*> (dlsym (RTLD_NEXT, name));
}

} // namespace

// A function of that name which counts and calls the next library's.
#define KIKITORI_COUNTED(name, parameters, arguments)               \
    KIKITORI_INTERPOSED int name parameters                         \
    {                                                               \
        static auto* const next = original<int parameters> (#name); \
        countLock();                                                \
        return next arguments;                                      \
    }

KIKITORI_COUNTED (pthread_mutex_lock, (pthread_mutex_t * m), (m))
KIKITORI_COUNTED (pthread_mutex_trylock, (pthread_mutex_t * m), (m))
KIKITORI_COUNTED (pthread_mutex_timedlock, (pthread_mutex_t * m, const timespec* t), (m, t))
KIKITORI_COUNTED (pthread_mutex_clocklock, (pthread_mutex_t * m, clockid_t c, const timespec* t), (m, c, t))
KIKITORI_COUNTED (pthread_mutex_unlock, (pthread_mutex_t * m), (m))
KIKITORI_COUNTED (pthread_cond_wait, (pthread_cond_t * c, pthread_mutex_t* m), (c, m))
KIKITORI_COUNTED (pthread_cond_timedwait, (pthread_cond_t * c, pthread_mutex_t* m, const timespec* t), (c, m, t))
KIKITORI_COUNTED (pthread_cond_clockwait,
                  (pthread_cond_t * c, pthread_mutex_t* m, clockid_t k, const timespec* t),
                  (c, m, k, t))
KIKITORI_COUNTED (pthread_cond_signal, (pthread_cond_t * c), (c))
KIKITORI_COUNTED (pthread_cond_broadcast, (pthread_cond_t * c), (c))
KIKITORI_COUNTED (pthread_rwlock_rdlock, (pthread_rwlock_t * l), (l))
KIKITORI_COUNTED (pthread_rwlock_tryrdlock, (pthread_rwlock_t * l), (l))
KIKITORI_COUNTED (pthread_rwlock_wrlock, (pthread_rwlock_t * l), (l))
KIKITORI_COUNTED (pthread_rwlock_trywrlock, (pthread_rwlock_t * l), (l))
KIKITORI_COUNTED (pthread_rwlock_unlock, (pthread_rwlock_t * l), (l))
KIKITORI_COUNTED (sem_wait, (sem_t * s), (s))
KIKITORI_COUNTED (sem_trywait, (sem_t * s), (s))
KIKITORI_COUNTED (sem_post, (sem_t * s), (s))
