#pragma once
#include <cmath>
#include <memory>
#include <string>

#include "base/error.h"
#include "optim/optimizer.h"

/// What methods that run another one inside share.
namespace gradus {

template <class Scalar>
std::unique_ptr<Optimizer<Scalar>> not_null(const std::string& who,
                                            std::unique_ptr<Optimizer<Scalar>> inner) {
  if (!inner)
    throw Error("[" + who + "] the inner method is null; give one, as std::make_unique<Sgd<float>>().");
  return inner;
}

/// Whether a step was taken.
inline bool stepped(const StepReport& report) {
  return report.status != Status::skipped && report.status != Status::non_finite;
}

/// a + weight (b − a): b where weight is 1, and finite where both are.
template <class Scalar>
Scalar blend(Scalar weight, Scalar a, Scalar b) {
  const Scalar between = a + weight * (b - a);
  return weight == 1 ? b : std::isfinite(between) ? between : (1 - weight) * a + weight * b;
}

/// Visits the inner method's state under names of its own: "inner m".
template <class Scalar>
void visit_inner(Optimizer<Scalar>& inner, StateVisitor& visitor) {
  class Inside : public StateVisitor {
   public:
    explicit Inside(StateVisitor& visitor) : visitor_(visitor) {}
    void integer(std::string_view name, std::int64_t& x) override { visitor_.integer(inside(name), x); }
    void scalar(std::string_view name, double& x) override { visitor_.scalar(inside(name), x); }
    void vector(std::string_view name, std::span<float> x) override { visitor_.vector(inside(name), x); }
    void vector(std::string_view name, std::span<double> x) override { visitor_.vector(inside(name), x); }

   private:
    static std::string inside(std::string_view name) { return "inner " + std::string(name); }
    StateVisitor& visitor_;
  };
  Inside inside(visitor);
  inner.visit(inside);
}

}  // namespace gradus
