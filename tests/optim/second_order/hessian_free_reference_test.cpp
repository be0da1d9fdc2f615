// The first steps against those that reference/hessian_free.py computes with whole matrices, without the library.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "nn/network.h"
#include "optim/objectives/network_objective.h"
#include "optim/registry.h"
#include "optim/second_order/hessian_free.h"

namespace gradus {
namespace {

using Json = nlohmann::json;

const Json& reference() {
  static const Json json = Json::parse(std::ifstream(GRADUS_HESSIAN_FREE_REFERENCE));
  return json;
}

// Row after row.
Vector<double> numbers(const Json& json) {
  if (json.is_number()) return {json.get<double>()};
  Vector<double> all;
  for (const Json& part : json) {
    const Vector<double> row = numbers(part);
    all.insert(all.end(), row.begin(), row.end());
  }
  return all;
}

class HessianFreeReference : public testing::TestWithParam<std::size_t> {};

// With other roundings the reference itself varies by up to 1e-10.
TEST_P(HessianFreeReference, TakesTheSameSteps) {
  const Json& which = reference()["cases"][GetParam()];
  const bool classes = which["loss"] == "softmax-cross-entropy";
  Network network = mlp({3, 4, 2}, {.activation = Activation::tanh,
                                    .loss = loss_from_name(which["loss"].get<std::string>()),
                                    .l2 = which["l2"]});
  NetworkObjective<double> f(network);
  const auto inputs = numbers(reference()["inputs"]);
  const auto targets = numbers(reference()[classes ? "labels" : "targets"]);
  const auto half = [&](const Vector<double>& all, std::size_t k) {
    return std::span(all).subspan(k * all.size() / 2, all.size() / 2);
  };
  HessianFreeOptions options;
  read_options("hessian-free", which["options"].dump(), [&](OptionVisitor& v) { options.visit(v); });
  HessianFree<double> method(options);
  method.reset(f.layout());
  auto theta = numbers(reference()["start"]);
  std::size_t t = 0;
  for (const Json& step : which["steps"]) {
    f.set_batch(inputs, targets);
    if (which["chunks"] == 2) f.set_curvature_batch(half(inputs, t % 2), half(targets, t % 2));
    const StepReport report = method.step(f, theta);
    ++t;
    ASSERT_EQ(report.status, Status::ok) << report.message;
    const auto near = [&](double value, const Json& expected) {
      const double x = expected.is_null() ? -std::numeric_limits<double>::infinity() : expected.get<double>();
      if (std::isfinite(x))
        EXPECT_NEAR(value, x, 1e-9 * (1 + std::abs(x))) << "step " << t;
      else
        EXPECT_EQ(value, x) << "step " << t;
    };
    near(report.loss, step["loss"]);
    near(report.damping, step["damping"]);
    near(report.step_size, step["step_size"]);
    near(report.reduction_ratio, step["reduction_ratio"]);
    EXPECT_EQ(report.inner_iterations, step["inner_iterations"]);
    for (std::size_t i = 0; i < theta.size(); ++i) near(theta[i], step["theta"][i]);
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, HessianFreeReference,
                         testing::Range<std::size_t>(0, reference()["cases"].size()));

}  // namespace
}  // namespace gradus
