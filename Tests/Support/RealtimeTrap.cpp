// Traps a thread's system calls with a seccomp filter, counts them and carries them out.
#include "Support/RealtimeCounts.h"
#include "Support/RealtimeGuard.h"

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>

namespace
{

/** A thread or a process cannot be born inside a signal handler: its stack would not be the caller's. */
bool makesThread (long number) noexcept
{
#if defined(SYS_fork)
    if (number == SYS_fork || number == SYS_vfork)
        return true;
#endif
    return number == SYS_clone || number == SYS_clone3;
}

void countSystemCall (long number) noexcept
{
    auto& counts = kikitori::test::realtimeCounts;

    if (counts.isCounting && counts.violations.systemCalls++ == 0)
        counts.violations.firstSystemCall = number;
}

} // namespace

#if defined(__x86_64__)

    #define KIKITORI_CAN_TRAP 1

// The one place whose system calls the filter lets pass: long kikitoriPassedCall (number, six arguments).
asm(R"(
    .text
    .globl kikitoriPassedCall
    .type kikitoriPassedCall, @function
kikitoriPassedCall:
    movq %rdi, %rax
    movq %rsi, %rdi
    movq %rdx, %rsi
    movq %rcx, %rdx
    movq %r8, %r10
    movq %r9, %r8
    movq 8(%rsp), %r9
    syscall
    .globl kikitoriPassedCallEnd
kikitoriPassedCallEnd:
    ret
    .size kikitoriPassedCall, .-kikitoriPassedCall
)");

extern "C" long kikitoriPassedCall (long number, long a, long b, long c, long d, long e, long f);
extern "C" const char kikitoriPassedCallEnd[];

namespace
{

constexpr std::uint32_t thisArchitecture = AUDIT_ARCH_X86_64;

void onTrappedCall (int, siginfo_t*, void* context)
{
    auto& registers = static_cast<ucontext_t*> (context)->uc_mcontext.gregs;
    const auto number = static_cast<long> (registers[REG_RAX]);
    countSystemCall (number);

    if (makesThread (number))
    {
        registers[REG_RAX] = -EAGAIN;
        return;
    }

    registers[REG_RAX] = kikitoriPassedCall (number, registers[REG_RDI], registers[REG_RSI], registers[REG_RDX],
                                             registers[REG_R10], registers[REG_R8], registers[REG_R9]);
}

} // namespace

#elif defined(__aarch64__)

    #define KIKITORI_CAN_TRAP 1

asm(R"(
    .text
    .globl kikitoriPassedCall
    .type kikitoriPassedCall, %function
kikitoriPassedCall:
    mov x8, x0
    mov x0, x1
    mov x1, x2
    mov x2, x3
    mov x3, x4
    mov x4, x5
    mov x5, x6
    svc #0
    .globl kikitoriPassedCallEnd
kikitoriPassedCallEnd:
    ret
    .size kikitoriPassedCall, .-kikitoriPassedCall
)");

extern "C" long kikitoriPassedCall (long number, long a, long b, long c, long d, long e, long f);
extern "C" const char kikitoriPassedCallEnd[];

namespace
{

constexpr std::uint32_t thisArchitecture = AUDIT_ARCH_AARCH64;

void onTrappedCall (int, siginfo_t*, void* context)
{
    auto& registers = static_cast<ucontext_t*> (context)->uc_mcontext.regs;
    const auto number = static_cast<long> (registers[8]);
    countSystemCall (number);

    if (makesThread (number))
    {
        registers[0] = static_cast<unsigned long long> (-EAGAIN);
        return;
    }

    const auto argument = [&registers] (int i) { return static_cast<long> (registers[i]); };
    registers[0] = static_cast<unsigned long long> (kikitoriPassedCall (
        number, argument (0), argument (1), argument (2), argument (3), argument (4), argument (5)));
}

} // namespace

#endif

namespace kikitori::test
{

bool installFilter() noexcept
{
#ifdef KIKITORI_CAN_TRAP
    struct sigaction action = {};
    action.sa_sigaction = onTrappedCall;
    action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;

    // A stack of the handler's own, for as long as the thread lives: at its end the C library gives back the thread's
    // unused stack by madvise, and a handler that carries this out must not stand on it.
    constexpr std::size_t handlerStackBytes = 256 * 1024;
    stack_t handlerStack = {};
    handlerStack.ss_sp = mmap (nullptr, handlerStackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    handlerStack.ss_size = handlerStackBytes;

    if (handlerStack.ss_sp == MAP_FAILED || sigaltstack (&handlerStack, nullptr) != 0
        || sigaction (SIGSYS, &action, nullptr) != 0)
        return false;

    const auto passed = reinterpret_cast<std::uintptr_t> (kikitoriPassedCallEnd);
    const auto low = static_cast<std::uint32_t> (passed & 0xffffffffu);
    const auto high = static_cast<std::uint32_t> (passed >> 32);
    constexpr auto field = [] (std::size_t offset) { return static_cast<std::uint32_t> (offset); };
    constexpr auto address = offsetof (seccomp_data, instruction_pointer); // little endian: low word first

    sock_filter program[] = {
        BPF_STMT (BPF_LD | BPF_W | BPF_ABS, field (offsetof (seccomp_data, arch))),
        BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, thisArchitecture, 0, 8),
        // What a signal handler and a thread need to end cannot be carried out from within a handler.
        BPF_STMT (BPF_LD | BPF_W | BPF_ABS, field (offsetof (seccomp_data, nr))),
        BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigreturn, 6, 0),
        BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_exit, 5, 0),
        BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 4, 0),
        BPF_STMT (BPF_LD | BPF_W | BPF_ABS, field (address)),
        BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, low, 0, 3),
        BPF_STMT (BPF_LD | BPF_W | BPF_ABS, field (address + 4)),
        BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, high, 0, 1),
        BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_TRAP),
    };
    const sock_fprog filter{ static_cast<unsigned short> (sizeof (program) / sizeof (program[0])), program };

    return prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
           && prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == 0;
#else
    return false;
#endif
}

} // namespace kikitori::test
