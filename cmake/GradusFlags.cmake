# gradus_flags: how the project compiles its own files. Nothing of it reaches a user's.
add_library(gradus_flags INTERFACE)
target_compile_options(
  gradus_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror=switch
                         $<$<BOOL:${GRADUS_WERROR}>:-Werror> $<$<BOOL:${GRADUS_NATIVE}>:-march=native>)

# The thread sanitizer reports false races where it does not see how OpenMP synchronises. GCC's libgomp hides it; Clang's
# libomp comes with a tool, Archer, that tells and is loaded by itself. It wants TSAN_OPTIONS to hold
# ignore_noninstrumented_modules=1, as the test preset does. OpenBLAS, though linked with libgomp, then runs on libomp,
# too: libomp offers libgomp's functions and is found first, so that there is one OpenMP in the process (a test in
# tests/base/threads_test.cpp fails where there are two).
if(GRADUS_SANITIZE)
  target_compile_options(gradus_flags INTERFACE -fsanitize=${GRADUS_SANITIZE} -fno-omit-frame-pointer
                                                -fno-sanitize-recover=all)
  target_link_options(gradus_flags INTERFACE -fsanitize=${GRADUS_SANITIZE})
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")  # false alarms in the AVX-512 header of GCC 12
  target_compile_options(gradus_flags INTERFACE -Wno-maybe-uninitialized -Wno-uninitialized)
endif()
