#pragma once
#include <algorithm>
#include <map>
#include <string>

#include "optim/optimizer.h"

namespace gradus::test {

/// A copy of a method's state, by name, to look at or to put into another method.
class CopiedState : public StateVisitor {
 public:
  template <class Scalar>
  explicit CopiedState(Optimizer<Scalar>& method) {
    method.visit(*this);
  }
  template <class Scalar>
  void restore(Optimizer<Scalar>& method) {
    restoring_ = true;
    method.visit(*this);
    restoring_ = false;
  }

  std::map<std::string, std::int64_t, std::less<>> integers;
  std::map<std::string, double, std::less<>> scalars;
  std::map<std::string, Vector<float>, std::less<>> floats;
  std::map<std::string, Vector<double>, std::less<>> doubles;

 private:
  void integer(std::string_view name, std::int64_t& x) override { one(integers[std::string(name)], x); }
  void scalar(std::string_view name, double& x) override { one(scalars[std::string(name)], x); }
  void vector(std::string_view name, std::span<float> x) override { many(floats[std::string(name)], x); }
  void vector(std::string_view name, std::span<double> x) override { many(doubles[std::string(name)], x); }

  template <class T>
  void one(T& copy, T& x) {
    (restoring_ ? x : copy) = restoring_ ? copy : x;
  }
  template <class T>
  void many(Vector<T>& copy, std::span<T> x) {
    if (restoring_)
      std::ranges::copy(copy, x.begin());
    else
      copy.assign(x.begin(), x.end());
  }

  bool restoring_ = false;
};

}  // namespace gradus::test
