# gradus_flags: how the project compiles its own files. Nothing of it reaches a user's.
add_library(gradus_flags INTERFACE)
target_compile_options(
  gradus_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror=switch
                         $<$<BOOL:${GRADUS_WERROR}>:-Werror> $<$<BOOL:${GRADUS_NATIVE}>:-march=native>)

# The thread sanitizer sees what gradus synchronises, and not what an OpenMP library does: tests that have OpenMP of their
# own want TSAN_OPTIONS=ignore_noninstrumented_modules=1, as the test preset sets it.
if(GRADUS_SANITIZE)
  target_compile_options(gradus_flags INTERFACE -fsanitize=${GRADUS_SANITIZE} -fno-omit-frame-pointer
                                                -fno-sanitize-recover=all)
  target_link_options(gradus_flags INTERFACE -fsanitize=${GRADUS_SANITIZE})
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")  # false alarms in the AVX-512 header of GCC 12
  target_compile_options(gradus_flags INTERFACE -Wno-maybe-uninitialized -Wno-uninitialized)
endif()
