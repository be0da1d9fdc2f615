#include "optim/first_order/adamw.h"

#include <gtest/gtest.h>

#include "tests/optim/given_gradients.h"

namespace gradus {
namespace {

// Without gradients there is the decay alone: by λ η/η₀ in the paper's form, by λ η in the libraries'.
TEST(Adamw, DecaysWithItsSchedule) {
  const Schedule eta = Schedule(schedules::Cosine{.rate = 0.2, .steps = 50}).after_warmup(10);
  const double lambda = 0.03;
  for (const Dialect dialect : {Dialect::paper, Dialect::torch, Dialect::keras}) {
    test::GivenGradients<> f(1, [](Index, Index) { return 0.0; });
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

// Where no decay is given: that of the paper's form, of PyTorch, of Keras; and none where it is given as 0.
TEST(Adamw, HasTheDecayOfItsDialect) {
  struct Case {
    Dialect dialect;
    double decay;
  };
  for (const auto& [dialect, decay] :
       {Case{Dialect::paper, 1e-5}, Case{Dialect::torch, 0.01 * 0.5}, Case{Dialect::keras, 0.004 * 0.5}})
    for (const bool given : {false, true}) {
      test::GivenGradients<> f(1, [](Index, Index) { return 0.0; });
      AdamwOptions options{.learning_rate = 0.5, .dialect = dialect};
      if (given) options.weight_decay = 0;
      Adamw<double> adamw(options);
      adamw.reset(1);
      Vector<double> theta = {1};
      adamw.step(f, theta);
      EXPECT_NEAR(theta[0], given ? 1 : 1 - decay, 1e-15) << name(dialect);
    }
}

}  // namespace
}  // namespace gradus
