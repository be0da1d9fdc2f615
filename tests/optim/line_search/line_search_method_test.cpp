#include "optim/line_search/line_search_method.h"

#include <gmock/gmock.h>

#include <cmath>
#include <functional>

#include "optim/vector_math.h"
#include "tests/optim/line_search/functions.h"
#include "tests/optim/line_search/line.h"
#include "tests/support/count_allocations.h"
#include "tests/support/expect_error.h"

namespace gradus {
namespace {

using test::infinity;
using test::nan;
using testing::HasSubstr;
using testing::Not;
using View = std::span<const double>;
using Ref = std::span<double>;

// f and ∇f of one or two unknowns from a function, with a record of what was asked.
class Scripted : public Objective<double> {
 public:
  using Function = std::function<double(View, Ref)>;
  Scripted(Index n, Function f) : n_(n), f_(std::move(f)), g_(static_cast<std::size_t>(n)) {}
  Index size() const override { return n_; }
  double value(View x) override {
    ++values;
    return f_(x, g_);
  }
  double gradient(View x, Ref out) override {
    ++gradients;
    return f_(x, out);
  }
  std::uint64_t version() const override {
    return version_number + (per_evaluation ? static_cast<std::uint64_t>(values + gradients) : 0);
  }
  Index values = 0, gradients = 0;
  std::uint64_t version_number = 0;
  bool per_evaluation = false;

 private:
  Index n_;
  Function f_;
  Vector<double> g_;
};

Scripted bowl() {
  return {2, [](View x, Ref g) {
            g[0] = x[0];
            g[1] = 10 * x[1];
            return (x[0] * x[0] + 10 * x[1] * x[1]) / 2;
          }};
}

// Goes where it is told.
class Told : public LineSearchMethod<double> {
 public:
  using Direction = std::function<void(View g, Ref d)>;
  explicit Told(Direction direction, LineSearch search = {}, bool learning = true)
      : LineSearchMethod("told", search), direction_(std::move(direction)), learning_(learning) {}

  int moves = 0, forgotten = 0, begun = 0;
  Vector<double> s, y, d;
  double alpha = 0, slope = 0;

 private:
  double direction(const Point& at, Ref out, StepReport&) override {
    direction_(at.g, out);
    return 1;
  }
  void moved(const Move& m) override {
    if (m.next_g.empty()) return;
    ++moves;
    s = test::difference(m.next_theta, m.theta);
    y = test::difference(m.next_g, m.g);
    d.assign(m.d.begin(), m.d.end());
    alpha = m.alpha;
    slope = m.slope;
  }
  bool learns_from_gradient(Objective<double>&) const override { return learning_; }
  void forget() override { ++forgotten; }
  void begin(const Layout&) override { ++begun; }

  Direction direction_;
  bool learning_;
};

void descend(View g, Ref d) {
  for (std::size_t i = 0; i < d.size(); ++i) d[i] = -g[i];
}
void ascend(View g, Ref d) { std::ranges::copy(g, d.begin()); }

StepReport first_step(Told& method, Objective<double>& f, Vector<double>& theta) {
  method.reset(f.layout());
  return method.step(f, theta);
}

TEST(LineSearchMethod, ReportsWhatItDid) {
  Scripted f = bowl();
  Told method(descend);
  Vector<double> theta = {3, 4};
  const StepReport report = first_step(method, f, theta);
  EXPECT_EQ(report.status, Status::ok) << report.message;
  EXPECT_EQ(report.message, "");
  EXPECT_EQ(report.loss, 84.5);
  EXPECT_NEAR(report.gradient_norm, std::hypot(3, 40), 1e-13);
  EXPECT_EQ(report.evaluations.values, f.values);
  EXPECT_EQ(report.evaluations.gradients, f.gradients);
  EXPECT_EQ(report.evaluations.products, 0);
  EXPECT_NEAR(theta[0], 3 - report.step_size * 3, 1e-14);  // a fused multiply-add rounds once
  EXPECT_NEAR(theta[1], 4 - report.step_size * 40, 1e-14);
  EXPECT_NEAR(report.step_norm, std::hypot(theta[0] - 3, theta[1] - 4), 1e-14);

  EXPECT_EQ(method.begun, 1);
  EXPECT_EQ(method.moves, 1);
  EXPECT_EQ(method.forgotten, 0);
  EXPECT_EQ(method.alpha, report.step_size);
  EXPECT_EQ(method.slope, -1609);
  EXPECT_EQ(method.d, (Vector<double>{-3, -40}));
  EXPECT_EQ(method.s, (Vector<double>{theta[0] - 3, theta[1] - 4}));
  EXPECT_EQ(method.y, (Vector<double>{theta[0] - 3, 10 * theta[1] - 40}));
}

TEST(LineSearchMethod, TakesTheSteepestDescentWhereTheDirectionDoesNotDescend) {
  const Told::Direction bad[] = {ascend, [](View, Ref d) { std::ranges::fill(d, 0.0); },
                                 [](View g, Ref d) {
                                   d[0] = -g[1];
                                   d[1] = g[0];
                                 },
                                 [](View g, Ref d) {
                                   descend(g, d);
                                   d[1] = nan;
                                 },
                                 [](View g, Ref d) {
                                   descend(g, d);
                                   d[0] = -infinity;
                                 }};
  for (const auto& direction : bad) {
    Scripted f = bowl();
    Told method(direction);
    Vector<double> theta = {3, 4};
    const StepReport report = first_step(method, f, theta);
    EXPECT_EQ(report.status, Status::ok);
    EXPECT_EQ(method.forgotten, 1);
    EXPECT_EQ(method.d, (Vector<double>{-3, -40}));
    EXPECT_LT(f.value(theta), report.loss);
  }
}

TEST(LineSearchMethod, LeavesThetaWhereTheStartIsNotFinite) {
  for (const double bad : {nan, infinity, -infinity}) {
    Scripted loss(2, [=](View, Ref g) {
      std::ranges::fill(g, 1.0);
      return bad;
    });
    Scripted slope(2, [=](View x, Ref g) {
      g[0] = 1;
      g[1] = bad;
      return x[0];
    });
    for (Scripted* f : {&loss, &slope}) {
      Told method(descend);
      Vector<double> theta = {3, 4};
      const StepReport report = first_step(method, *f, theta);
      EXPECT_EQ(report.status, Status::non_finite);
      EXPECT_THAT(report.message, HasSubstr(f == &loss ? "The loss is" : "The gradient of θ[1] is"));
      EXPECT_THAT(report.message, Not(HasSubstr("-nan")));
      EXPECT_EQ(theta, (Vector<double>{3, 4}));
      EXPECT_EQ(report.step_norm, 0);
      EXPECT_EQ(method.moves + method.forgotten, 0);
    }
  }
}

TEST(LineSearchMethod, SaysThatTheNormOverflows) {
  Scripted f(2, [](View x, Ref g) {
    std::ranges::fill(g, 1.5e308);
    return x[0];
  });
  Told method(descend);
  Vector<double> theta = {3, 4};
  const StepReport report = first_step(method, f, theta);
  EXPECT_EQ(report.status, Status::non_finite);
  EXPECT_THAT(report.message, HasSubstr("norm overflows"));
  EXPECT_EQ(theta, (Vector<double>{3, 4}));
}

// ‖g‖² is infinite though ‖g‖ is not; then 0 though ‖g‖ is not.
TEST(LineSearchMethod, EndsPolitelyWhereTheSquaredNormIsOutOfRange) {
  for (const double scale : {1e200, 1e-200}) {
    Scripted f(1, [=](View x, Ref g) {
      g[0] = scale * x[0];
      return scale * (x[0] * x[0] / 2);
    });
    Told method(descend);
    Vector<double> theta = {3};
    const StepReport report = first_step(method, f, theta);
    EXPECT_EQ(report.status, scale > 1 ? Status::line_search_failed : Status::rounding_floor);
    EXPECT_NE(report.message, "");
    EXPECT_EQ(theta, (Vector<double>{3}));
  }
}

// −ln(1 − x) − 2x, infinite or NaN from x = 1 on; its minimum is at ½.
TEST(LineSearchMethod, BacksOffFromAWall) {
  for (const double beyond : {nan, infinity, -infinity})
    for (const LineSearch::Kind kind : kinds) {
      Scripted f(1, [=](View x, Ref g) {
        g[0] = x[0] < 1 ? 1 / (1 - x[0]) - 2 : nan;
        return x[0] < 1 ? -std::log(1 - x[0]) - 2 * x[0] : beyond;
      });
      Told method([](View g, Ref d) { d[0] = -100 * g[0]; }, {.kind = kind});
      method.reset(1);
      Vector<double> theta = {0};
      for (int i = 0; i < 60; ++i) {
        method.step(f, theta);
        ASSERT_LT(theta[0], 1);
      }
      EXPECT_NEAR(theta[0], 0.5, 1e-7) << kind;
    }
}

// φ' says down and φ goes up at once: a gradient that is wrong by its sign.
Scripted wrong_sign() {
  return {2, [](View x, Ref g) {
            g[0] = -x[0];
            g[1] = -x[1];
            return (x[0] * x[0] + x[1] * x[1]) / 2;
          }};
}

TEST(LineSearchMethod, SaysThatNotEvenTheSteepestDescentHelped) {
  for (const LineSearch::Kind kind : kinds) {
    Scripted f = wrong_sign();
    // Another direction than the steepest: it is tried, forgotten, and the steepest descent fails as well.
    Told method([](View g, Ref d) { d[0] = -g[0], d[1] = -2 * g[1]; }, {.kind = kind});
    Vector<double> theta = {3, 4};
    const StepReport report = first_step(method, f, theta);
    EXPECT_EQ(report.status, Status::line_search_failed);
    EXPECT_THAT(report.message, HasSubstr("not even along the steepest descent"));
    EXPECT_THAT(report.message, HasSubstr("loss 12.5, gradient norm 5,"));
    EXPECT_EQ(method.forgotten, 1);
    EXPECT_EQ(method.moves, 0);
    EXPECT_EQ(theta, (Vector<double>{3, 4}));
    EXPECT_EQ(report.step_norm, 0);
    EXPECT_EQ(report.step_size, 0);
    EXPECT_EQ(report.evaluations.values, f.values);
    EXPECT_EQ(report.evaluations.gradients, f.gradients);
  }
}

// Along (0, −1) the loss rises although the slope is negative; along −g it falls.
TEST(LineSearchMethod, TriesTheSteepestDescentWhereTheSearchFindsNothing) {
  Scripted f(2, [](View x, Ref g) {
    g[0] = 1;
    g[1] = 1e-3;
    return x[0] + std::abs(x[1]) + x[0] * x[0] / 2;
  });
  Told method([](View, Ref d) { d[0] = 0, d[1] = -1; });
  Vector<double> theta = {0, 0};
  const StepReport report = first_step(method, f, theta);
  EXPECT_EQ(method.forgotten, 1);
  EXPECT_LT(theta[0], 0);
  EXPECT_LT(f.value(theta), report.loss);
}

TEST(LineSearchMethod, KeepsTheLowestPointOfASearchThatFails) {
  const LineSearch few{.curvature = 1e-3, .max_evaluations = 2};
  for (const bool learning : {true, false}) {
    Scripted f(1, [](View x, Ref g) {
      const double a = x[0] - 1;  // a quartic: two trials do not reach |φ'| ≤ 1e-3 |φ'(0)|
      g[0] = 4 * a * a * a;
      return a * a * a * a;
    });
    Told method(descend, few, learning);
    Vector<double> theta = {0};
    const StepReport report = first_step(method, f, theta);
    EXPECT_EQ(report.status, Status::ok) << report.message;
    EXPECT_LT(f.value(theta), 1);
    EXPECT_EQ(theta[0], 4 * report.step_size);
    EXPECT_EQ(method.moves, learning ? 1 : 0);
    EXPECT_EQ(method.s, learning ? theta : Vector<double>{});

    Told other([](View g, Ref d) { d[0] = -2 * g[0]; }, few, learning);
    theta = {0};
    EXPECT_EQ(first_step(other, f, theta).status, Status::ok);
    EXPECT_EQ(other.forgotten, 1);  // and did not go on along the steepest descent
    EXPECT_LT(f.value(theta), 1);
  }
}

TEST(LineSearchMethod, AGradientOfZeroIsConvergence) {
  Scripted f = bowl();
  Told method(descend);
  Vector<double> theta = {0, 0};
  const StepReport report = first_step(method, f, theta);
  EXPECT_EQ(report.status, Status::converged);
  EXPECT_THAT(report.message, HasSubstr("gradient is 0"));
  EXPECT_EQ(report.evaluations.gradients, 1);
  EXPECT_EQ(report.evaluations.values, 0);
}

TEST(LineSearchMethod, NoUnknownsAreConvergence) {
  Scripted f(0, [](View, Ref) { return 7.0; });
  Told method(descend);
  Vector<double> theta;
  EXPECT_EQ(first_step(method, f, theta).status, Status::converged);
}

TEST(LineSearchMethod, EndsPolitelyWhereFIsUnboundedBelow) {
  for (const LineSearch::Kind kind : kinds) {
    Scripted line(1, [](View x, Ref g) {
      g[0] = -1;
      return -x[0];
    });
    Scripted cliff(1, [](View x, Ref g) {
      g[0] = -2 * x[0];
      return -x[0] * x[0];
    });
    for (Scripted* f : {&line, &cliff}) {
      Told method(descend, {.kind = kind});
      method.reset(1);
      Vector<double> theta = {1};
      for (int i = 0; i < 2000; ++i) {
        const double before = f->value(theta);
        const StepReport report = method.step(*f, theta);
        ASSERT_TRUE(std::isfinite(theta[0])) << kind;
        ASSERT_LE(f->value(theta), before) << kind;
        EXPECT_EQ(report.status == Status::ok, report.message.empty());
      }
    }
  }
}

TEST(LineSearchMethod, NeverGoesUphillByMoreThanRounding) {
  for (const LineSearch::Kind kind : kinds) {
    test::ExtendedRosenbrock<double> f(6);
    Told method(descend, {.kind = kind});
    method.reset(6);
    Vector<double> theta = f.start();
    for (int i = 0; i < 500; ++i) {
      const double before = f.value(theta);
      method.step(f, theta);
      ASSERT_LE(f.value(theta), before * (1 + 16 * test::in_double)) << kind;
    }
    EXPECT_LT(f.value(theta), 3 * 0.2);
  }
}

TEST(LineSearchMethod, RefusesAThetaOfAnotherSize) {
  Scripted f = bowl();
  Told method(descend);
  method.reset(2);
  Vector<double> theta = {1, 2, 3};
  EXPECT_ERROR(method.step(f, theta), "[told] θ has 3 elements, but reset was called for 2.");
  EXPECT_EQ(theta, (Vector<double>{1, 2, 3}));
  EXPECT_EQ(f.gradients, 0);
}

TEST(LineSearchMethod, KeepsTheGradientForTheNextStep) {
  // Not −g, along which a trial at α = 1 has a gradient of 0 in its first element.
  const auto slowly = [](View g, Ref d) { d[0] = -0.3 * g[0], d[1] = -0.3 * g[1]; };
  for (const LineSearch::Kind kind : kinds) {
    Scripted f = bowl();
    Told method(slowly, {.kind = kind});
    method.reset(2);
    Vector<double> theta = {3, 4};
    const auto new_gradient = [&] {  // whether the next step begins with a gradient at θ
      const Vector<double> at = theta;
      const StepReport report = method.step(f, theta);
      EXPECT_EQ(report.loss, (at[0] * at[0] + 10 * at[1] * at[1]) / 2);
      EXPECT_EQ(report.status, Status::ok);
      Scripted same = bowl();
      Told fresh(slowly, {.kind = kind});
      Vector<double> other = at;
      const Index all = first_step(fresh, same, other).evaluations.gradients;
      EXPECT_EQ(other, theta);
      EXPECT_GE(all, report.evaluations.gradients);
      return all == report.evaluations.gradients;
    };
    EXPECT_TRUE(new_gradient());
    EXPECT_FALSE(new_gradient()) << kind;
    EXPECT_FALSE(new_gradient());
    theta[0] += 0.5;
    EXPECT_TRUE(new_gradient()) << kind;
    EXPECT_FALSE(new_gradient());
    ++f.version_number;
    EXPECT_TRUE(new_gradient()) << kind;
    EXPECT_FALSE(new_gradient());
    method.reset(2);
    EXPECT_TRUE(new_gradient()) << kind;
  }
}

TEST(LineSearchMethod, DoesNotPayForAGradientThatItDoesNotLearnFrom) {
  Scripted f = bowl();
  Told method(descend, {.kind = LineSearch::Kind::backtracking}, false);
  Vector<double> theta = {3, 4};
  EXPECT_EQ(first_step(method, f, theta).evaluations.gradients, 1);
  EXPECT_EQ(method.step(f, theta).evaluations.gradients, 1);
  EXPECT_EQ(method.moves, 0);
}

TEST(LineSearchMethod, RefusesLossesOfDifferentFunctions) {
  for (const LineSearch::Kind kind : kinds) {
    Scripted f = bowl();
    Told method(descend, {.kind = kind});
    method.reset(2);
    Vector<double> theta = {3, 4};
    EXPECT_EQ(method.step(f, theta).status, Status::ok);
    const Vector<double> before = theta;
    f.per_evaluation = true;
    EXPECT_ERROR(method.step(f, theta), "[told] all losses of one step must be of one function");
    EXPECT_EQ(theta, before);

    // And goes on where this is mended, from a gradient of its own.
    f.per_evaluation = false;
    const StepReport report = method.step(f, theta);
    EXPECT_EQ(report.status, Status::ok);
    EXPECT_EQ(report.loss, (before[0] * before[0] + 10 * before[1] * before[1]) / 2);
  }
}

// An objective that fails in the middle of a search: the trial's place is not mistaken for θ afterwards.
TEST(LineSearchMethod, SurvivesAnObjectiveThatThrows) {
  bool broken = false;
  Vector<double> trial;
  Scripted f(2, [&](View x, Ref g) {
    if (broken) {
      trial.assign(x.begin(), x.end());
      throw Error("[f] broken");
    }
    g[0] = x[0];
    g[1] = 10 * x[1];
    return (x[0] * x[0] + 10 * x[1] * x[1]) / 2;
  });
  Told method(descend);
  Vector<double> theta = {3, 4};
  first_step(method, f, theta);
  broken = true;
  EXPECT_THROW(method.step(f, theta), Error);
  broken = false;
  theta = trial;
  EXPECT_EQ(method.step(f, theta).loss, (trial[0] * trial[0] + 10 * trial[1] * trial[1]) / 2);
}

TEST(LineSearchMethod, AllocatesNothingInAStep) {
  test::ExtendedRosenbrock<double> f(10'000);
  Told method(descend, {}, false);  // as what it keeps of a move is allocated
  method.reset(f.layout());
  Vector<double> theta = f.start();
  method.step(f, theta);  // starts the threads
  const auto before = test::allocations();
  for (int i = 0; i < 5; ++i) method.step(f, theta);
  EXPECT_EQ(test::allocations(), before);
}

}  // namespace
}  // namespace gradus
