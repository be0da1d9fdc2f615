#include "base/blas_threads.h"

#include <dlfcn.h>

#include <mutex>
#include <string>

extern "C" {
int openblas_get_parallel(void);
int openblas_get_num_threads(void);
char* openblas_get_config(void);
void openblas_set_num_threads(int);
}

namespace gradus {
namespace {

enum Build { serial = 0, pthreads = 1, openmp = 2 };

// The OpenMP library that BLAS has brought along, if it has; gradus itself needs none.
struct OpenMp {
  int (*get_max_threads)() = find<int (*)()>("omp_get_max_threads");
  void (*set_num_threads)(int) = find<void (*)(int)>("omp_set_num_threads");
  int (*in_parallel)() = find<int (*)()>("omp_in_parallel");

  template <class Function>
  static Function find(const char* name) {
    return reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
  }
};

const OpenMp& openmp_library() {
  static const OpenMp library;
  return library;
}

// An OpenMP build that finds another number of threads than at its last call rearranges its buffers, and two threads
// that find it so at once free the same ones. So the number is settled before a team begins.
void settle_on_one_thread() {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  if (openblas_get_num_threads() != 1) openblas_set_num_threads(1);
}

}  // namespace

BlasAlone::BlasAlone() {
  if (const OpenMp& library = openmp_library(); library.get_max_threads && library.set_num_threads) {
    threads_before_ = library.get_max_threads();
    library.set_num_threads(1);
  }
  settle_on_one_thread();
}

BlasAlone::~BlasAlone() {
  if (threads_before_ > 0) openmp_library().set_num_threads(threads_before_);
}

bool in_openmp_region() {
  const OpenMp& library = openmp_library();
  return library.in_parallel && library.in_parallel() != 0;
}

const char* blas_description() {
  static const std::string text = [] {
    const int build = openblas_get_parallel();
    return std::string(openblas_get_config()) + (build == openmp     ? ", OpenMP build"
                                                 : build == pthreads ? ", pthread build"
                                                                     : ", serial build");
  }();
  return text.c_str();
}

}  // namespace gradus
