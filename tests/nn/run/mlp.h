#pragma once
#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "base/random.h"
#include "nn/graph/derive.h"
#include "nn/graph/ops.h"
#include "tests/support/evaluate.h"

namespace gradus::test {

/// A perceptron with its loss, gradient and curvature products, and numbers for its inputs.
struct Mlp {
  Graph graph;
  std::vector<Tensor> parameters, directions, gradient, hessian, gauss_newton;
  Tensor loss;
  Bindings bindings;

  Mlp(const std::vector<Index>& widths, Index cases) {
    Random random(3, "mlp");
    const auto input = [&](std::string name, Shape shape, double scale) {
      const Tensor x = graph.input(std::move(name), shape);
      Vector<double> values(static_cast<std::size_t>(shape.bound(cases).elements()));
      for (double& v : values) v = static_cast<float>(scale * random.normal());
      bindings.emplace_back(x, std::move(values));
      return x;
    };
    Tensor z = input("x", {batch, widths[0]}, 1);
    for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
      const Shape weight{widths[i], widths[i + 1]}, bias{widths[i + 1]};
      const double scale = 1 / std::sqrt(static_cast<double>(widths[i]));
      parameters.push_back(input(fmt::format("w{}", i), weight, scale));
      parameters.push_back(input(fmt::format("b{}", i), bias, 0.1));
      directions.push_back(input(fmt::format("dw{}", i), weight, scale));
      directions.push_back(input(fmt::format("db{}", i), bias, 1));
      z = matmul(z, parameters[2 * i]) + parameters[2 * i + 1];
      if (i + 2 < widths.size())
        z = i % 2 == 0 ? tanh(z) : relu(z) * dropout_mask(graph, z.shape(), 0.1, "mask");
    }
    const Tensor label = graph.input("label", {batch});
    bindings.emplace_back(label, Vector<double>(static_cast<std::size_t>(cases)));
    for (double& v : bindings.back().second)
      v = static_cast<double>(random.below(static_cast<std::uint64_t>(widths.back())));
    loss = mean(log_sum_exp(z, {1}) - gather(z, label));
    gradient = grad(loss, parameters);
    hessian = hvp(loss, parameters, directions);
    gauss_newton = gradus::gauss_newton(loss, z, parameters, directions);
  }

  /// Loss, gradient, Hessian and Gauss–Newton product.
  std::vector<Tensor> all() const {
    std::vector<Tensor> outputs{loss};
    for (const auto* list : {&gradient, &hessian, &gauss_newton})
      outputs.insert(outputs.end(), list->begin(), list->end());
    return outputs;
  }
};

}  // namespace gradus::test
