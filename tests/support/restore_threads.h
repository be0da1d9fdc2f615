#pragma once
#include "base/threads.h"

namespace gradus::test {

/// Puts the number of threads back as it was, at the end of a test that sets it.
class RestoreThreads {
 public:
  RestoreThreads() = default;
  ~RestoreThreads() { set_threads(before_); }
  RestoreThreads(const RestoreThreads&) = delete;
  RestoreThreads& operator=(const RestoreThreads&) = delete;

 private:
  int before_ = threads();
};

}  // namespace gradus::test
