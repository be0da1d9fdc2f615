#pragma once

namespace gradus {

/// While it lives, BLAS called from this thread runs on this thread alone. An OpenMP build of OpenBLAS obeys the calling
/// thread's OpenMP setting; a pthread build has one setting for the whole process, which is set to one thread for good.
class BlasAlone {
 public:
  BlasAlone();
  ~BlasAlone();
  BlasAlone(const BlasAlone&) = delete;
  BlasAlone& operator=(const BlasAlone&) = delete;

 private:
  int threads_before_ = 0;
};

/// Whether the caller is in a parallel region of its own OpenMP program.
bool in_openmp_region();

/// "OpenBLAS 0.3.21 …, OpenMP build"
const char* blas_description();

}  // namespace gradus
