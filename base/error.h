#pragma once
#include <stdexcept>

namespace gradus {

/// A mistake of the caller or in the caller's files. The message is a sentence for that person: where, what
/// was expected, what came, what to do. Nothing has been changed when it is thrown.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace gradus
