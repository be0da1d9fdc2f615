#pragma once

// GRADUS_CLONES before a function compiles it for two kinds of processor, the better chosen when the program is loaded: not
// where all is compiled for one processor, and not under the thread sanitizer, for which loading is too early. The better is
// named by what it can do: "arch=haswell" would be chosen on that one model alone.
#if defined(__SANITIZE_THREAD__)
#define GRADUS_CLONES
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define GRADUS_CLONES
#endif
#endif
#if !defined(GRADUS_CLONES) && defined(__x86_64__) && !defined(GRADUS_KERNELS_NATIVE)
#ifdef __clang__  // which takes "arch=x86-64-v3" for a model, too
#define GRADUS_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define GRADUS_CLONES __attribute__((target_clones("arch=x86-64-v3", "default")))
#endif
#elif !defined(GRADUS_CLONES)
#define GRADUS_CLONES
#endif
