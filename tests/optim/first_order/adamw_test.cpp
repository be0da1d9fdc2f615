#include "optim/first_order/adamw.h"

#include <gtest/gtest.h>

#include "tests/optim/linear_losses.h"

namespace gradus {
namespace {

// Without gradients there is the decay alone: by λ η/η₀ in the paper's form, by λ η in the libraries'.
TEST(Adamw, DecaysWithItsSchedule) {
  const Schedule eta = Schedule(schedules::Cosine{.rate = 0.2, .steps = 50}).after_warmup(10);
  const double lambda = 0.03;
  for (const Dialect dialect : {Dialect::paper, Dialect::torch, Dialect::keras}) {
    test::LinearLosses f(1, [](Index, Index) { return 0.0; });
    Adamw<double> adamw({.learning_rate = eta, .weight_decay = lambda, .dialect = dialect});
    adamw.reset(1);
    Vector<double> theta = {3};
    double expected = 3;
    for (Index t = 1; t <= 60; ++t) {
      adamw.step(f, theta);
      expected -= expected * lambda * (dialect == Dialect::paper ? eta(t) / 0.2 : eta(t));
      ASSERT_NEAR(theta[0], expected, 1e-13) << name(dialect) << ' ' << t;
    }
    EXPECT_LT(theta[0], 2.9);
  }
}

}  // namespace
}  // namespace gradus
