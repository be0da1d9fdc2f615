#include "optim/objective.h"

#include <gmock/gmock.h>

#include "optim/counting_objective.h"
#include "tests/optim/quadratic.h"

namespace gradus {
namespace {

using test::Quadratic;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(Objective, RefusesCurvatureThatItDoesNotOffer) {
  Quadratic<double> f({{1}}, {0});
  const Vector<double> theta = {1};
  EXPECT_THAT([&] { f.gauss_newton(theta); }, ThrowsMessage<Unsupported>(HasSubstr("Gauss–Newton products")));
  EXPECT_THAT([&] { f.Objective<double>::hessian(theta); },
              ThrowsMessage<Unsupported>(HasSubstr("Hessian products")));
  EXPECT_EQ(f.element_name(3), "θ[3]");
}

TEST(CountingObjective, CountsWhatIsEvaluatedAndPassesItOn) {
  Quadratic<double> f({{2, 1}, {1, 3}}, {1, 0});
  CountingObjective<double> counted(f);
  const Vector<double> theta = {1, 2};
  Vector<double> out(2);

  EXPECT_EQ(counted.size(), 2);
  EXPECT_EQ(counted.value(theta), f.value(theta));
  EXPECT_EQ(counted.gradient(theta, out), f.value(theta));
  EXPECT_EQ(out, (Vector<double>{3, 7}));
  EXPECT_DOUBLE_EQ(counted.cost(), 1.0 / 3 + 1);

  Curvature<double>& hessian = counted.hessian(theta);
  hessian.apply(theta, out);
  EXPECT_EQ(out, (Vector<double>{4, 7}));
  hessian.apply(theta, out);
  EXPECT_EQ(hessian.value(theta), f.value(theta));
  EXPECT_EQ(counted.evaluations().values, 2);
  EXPECT_EQ(counted.evaluations().gradients, 1);
  EXPECT_EQ(counted.evaluations().products, 2);
  // 2 values, 1 gradient, the values held for the Hessian, 2 products
  EXPECT_DOUBLE_EQ(counted.cost(), 2.0 / 3 + 1 + 1 + 2 * 2);
  EXPECT_THROW(counted.gauss_newton(theta), Unsupported);
  EXPECT_DOUBLE_EQ(counted.cost(), 2.0 / 3 + 1 + 1 + 2 * 2);
}

// Curvature of a part of the cases.
class OnAQuarter : public Quadratic<double>, private Curvature<double> {
 public:
  OnAQuarter() : Quadratic({{2, 1}, {1, 3}}, {1, 0}) {}
  Curvature<double>& gauss_newton(std::span<const double> theta) override {
    exact_ = &hessian(theta);
    return *this;
  }
  void empirical_fisher_diagonal(std::span<const double>, std::span<double> out) override {
    out[0] = out[1] = 5;
  }
  std::uint64_t version() const override { return 17; }
  double value(std::span<const double> theta) override { return Quadratic::value(theta); }

 private:
  void apply(std::span<const double> v, std::span<double> out) override { exact_->apply(v, out); }
  double share() const override { return 0.25; }
  Curvature<double>* exact_ = nullptr;
};

TEST(CountingObjective, WhatIsOfAShareOfTheCasesCostsThatShare) {
  OnAQuarter f;
  CountingObjective<double> counted(f);
  const Vector<double> theta = {1, 2}, many = {1, 0, 0, 1, 1, 1};
  Vector<double> out(2), products(6);
  EXPECT_EQ(counted.version(), 17u);
  Curvature<double>& curvature = counted.gauss_newton(theta);
  EXPECT_EQ(curvature.share(), 0.25);
  curvature.apply(theta, out);
  curvature.apply_many(3, many, products);
  EXPECT_EQ(products, (Vector<double>{2, 1, 1, 3, 3, 4}));
  EXPECT_EQ(curvature.value(theta), f.value(theta));
  counted.empirical_fisher_diagonal(theta, out);
  EXPECT_EQ(out, (Vector<double>{5, 5}));
  EXPECT_EQ(counted.evaluations().products, 4);
  EXPECT_EQ(counted.evaluations().values, 1);
  EXPECT_EQ(counted.evaluations().gradients, 1);
  // Held values, 4 products, a value, a Fisher diagonal.
  EXPECT_DOUBLE_EQ(counted.cost(), (1.0 / 3 + 4 * 4.0 / 3 + 1.0 / 3 + 1) / 4);
}

class SharesAFifth : public Quadratic<double> {
 public:
  SharesAFifth() : Quadratic({{2, 1}, {1, 3}}, {1, 0}) {}
  Overlap<double> overlap() override { return {&shared, 0.2}; }
  Quadratic<double> shared{{{5, 0}, {0, 7}}, {0, 0}};
};

TEST(CountingObjective, CountsWhatIsEvaluatedOnTheOverlap) {
  SharesAFifth f;
  CountingObjective<double> counted(f);
  const Vector<double> theta = {1, 2};
  Vector<double> out(2);
  const auto [shared, share] = counted.overlap();
  EXPECT_EQ(share, 0.2);
  EXPECT_EQ(shared->size(), 2);
  EXPECT_EQ(shared->gradient(theta, out), f.shared.value(theta));
  EXPECT_EQ(out, (Vector<double>{5, 14}));
  EXPECT_EQ(shared->value(theta), f.shared.value(theta));
  EXPECT_EQ(counted.evaluations().gradients, 1);
  EXPECT_EQ(counted.evaluations().values, 1);
  EXPECT_DOUBLE_EQ(counted.cost(), 0.2 * (1 + 1.0 / 3));

  Quadratic<double> alone({{1}}, {0});
  EXPECT_EQ(CountingObjective<double>(alone).overlap().objective, nullptr);
}

TEST(CountingObjective, WithoutCurvatureAFisherDiagonalIsOfAllCases) {
  OnAQuarter f;
  CountingObjective<double> counted(f);
  const Vector<double> theta = {1, 2};
  Vector<double> out(2);
  counted.empirical_fisher_diagonal(theta, out);
  EXPECT_DOUBLE_EQ(counted.cost(), 1);
  Quadratic<double> without({{1}}, {0});
  CountingObjective<double> refuses(without);
  EXPECT_THAT([&] { refuses.empirical_fisher_diagonal(std::span(theta).first(1), std::span(out).first(1)); },
              ThrowsMessage<Unsupported>(HasSubstr("squared gradients of single cases")));
  EXPECT_EQ(refuses.cost(), 0);
}

}  // namespace
}  // namespace gradus
