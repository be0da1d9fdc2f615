// Every method and dialect against 20 steps that reference/trajectories.py computes from the papers' formulas with 60 digits.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "optim/registry.h"

namespace gradus {
namespace {

using Json = nlohmann::json;

const Json& reference() {
  static const Json json = Json::parse(std::ifstream(GRADUS_TRAJECTORIES));
  return json;
}

// f(θ) = ½ Σ h (θ − c)², with the noise of the k-th gradient added to it.
template <class Scalar>
class Problem : public Objective<Scalar> {
 public:
  using typename Objective<Scalar>::View;
  using typename Objective<Scalar>::Ref;

  explicit Problem(const Json& which) : noisy_(which["problem"] == "noisy"), hessian_(*this) {
    const Json& problem = reference()["problem"];
    h_ = problem["h"].get<std::vector<Scalar>>();
    c_ = problem["c"].get<std::vector<Scalar>>();
    noise_ = problem["noise"].get<std::vector<std::vector<Scalar>>>();
    for (const Json& b : which.value("blocks", problem["blocks"]))
      blocks_.push_back({b["name"], b["offset"], b["rows"], b["columns"]});
  }

  Index size() const override { return std::ssize(h_); }
  Layout layout() const override { return Layout(blocks_); }
  Scalar value(View theta) override {
    Scalar f = 0;
    for (std::size_t i = 0; i < h_.size(); ++i) f += h_[i] * (theta[i] - c_[i]) * (theta[i] - c_[i]) / 2;
    return f;
  }
  Scalar gradient(View theta, Ref out) override {
    for (std::size_t i = 0; i < h_.size(); ++i)
      out[i] = h_[i] * (theta[i] - c_[i]) + (noisy_ ? noise_.at(evaluations_)[i] : 0);
    ++evaluations_;
    return value(theta);
  }
  Curvature<Scalar>& hessian(View) override { return hessian_; }

 private:
  struct Diagonal : Curvature<Scalar> {
    explicit Diagonal(Problem& p) : problem(p) {}
    void apply(View v, Ref out) override {
      std::ranges::transform(problem.h_, v, out.begin(), std::multiplies());
    }
    Scalar value(View theta) override { return problem.value(theta); }
    Problem& problem;
  };

  bool noisy_;
  std::vector<Scalar> h_, c_;
  std::vector<std::vector<Scalar>> noise_;
  std::vector<Layout::Block> blocks_;
  std::size_t evaluations_ = 0;
  Diagonal hessian_;
};

class Trajectory : public testing::TestWithParam<std::size_t> {
 protected:
  const Json& which = reference()["cases"][GetParam()];

  template <class Scalar>
  void expect_within(double tolerance) {
    Problem<Scalar> problem(which);
    const auto start = reference()["problem"]["start"].get<std::vector<Scalar>>();
    Vector<Scalar> theta(start.begin(), start.end());
    const auto method = make_optimizer<Scalar>(which["method"].get<std::string>(), which["options"].dump());
    method->reset(problem.layout());
    for (std::size_t t = 0; t < which["theta"].size(); ++t) {
      const StepReport report = method->step(problem, theta);
      ASSERT_EQ(report.status, Status::ok) << report.message;
      const auto expected = which["theta"][t].get<std::vector<double>>();
      const double largest =
          std::abs(*std::ranges::max_element(expected, {}, [](double x) { return std::abs(x); }));
      for (std::size_t i = 0; i < theta.size(); ++i)
        ASSERT_NEAR(static_cast<double>(theta[i]), expected[i], tolerance * largest)
            << which["method"] << ' ' << which["options"] << ", step " << t + 1 << ", element " << i;
    }
  }
};

TEST_P(Trajectory, InDouble) { expect_within<double>(1e-12); }
TEST_P(Trajectory, InFloat) { expect_within<float>(1e-5); }

std::string name_of(const testing::TestParamInfo<std::size_t>& info) {
  const Json& which = reference()["cases"][info.param];
  std::string name = which["method"].get<std::string>() + '_' + which["options"].value("dialect", "") + '_' +
                     which["problem"].get<std::string>() + '_' + std::to_string(info.param);
  std::ranges::replace(name, '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Methods, Trajectory, testing::Range<std::size_t>(0, reference()["cases"].size()),
                         name_of);

// No method without a trajectory.
TEST(Trajectories, CoverEveryFirstOrderMethod) {
  for (const std::string& name : method_names()) {
    if (name == "steepest-descent") break;  // the first of the others
    EXPECT_TRUE(std::ranges::any_of(reference()["cases"], [&](const Json& c) { return c["method"] == name; }))
        << name;
  }
}

}  // namespace
}  // namespace gradus
