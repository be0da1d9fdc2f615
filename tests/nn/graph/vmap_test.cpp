#include "nn/graph/vmap.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "nn/graph/derive.h"
#include "nn/graph/ops.h"
#include "tests/nn/run/mlp.h"
#include "tests/support/expect_error.h"
#include "tests/support/normal_vector.h"

namespace gradus::test {
namespace {

using Tensors = std::vector<Tensor>;

// Both kinds of product of a perceptron with a mask, for three directions together and one by one.
TEST(Vmap, IsTheFunctionAtEachOfItsArguments) {
  constexpr Index cases = 9;
  for (const bool exact : {false, true}) {
    Mlp mlp({4, 6, 5, 3}, cases);
    const Tensors& products = exact ? mlp.hessian : mlp.gauss_newton;
    std::vector<Tensors> arguments(3);
    Bindings bindings = mlp.bindings;
    for (std::size_t j = 0; j < 3; ++j)
      for (const Tensor d : mlp.directions) {
        const std::string name = fmt::format("{}, {}", d.label(), j);
        arguments[j].push_back(mlp.graph.input(name, d.shape()));
        bindings.emplace_back(arguments[j].back(), normal_vector(d.shape().elements(), name.c_str()));
      }
    Tensors all;
    for (const Tensors& list : vmap(products, mlp.directions, arguments))
      all.insert(all.end(), list.begin(), list.end());
    const auto together = evaluate<double>(all, bindings, cases);

    for (std::size_t j = 0; j < 3; ++j) {
      Bindings one = mlp.bindings;
      for (std::size_t i = 0; i < mlp.directions.size(); ++i)
        for (auto& [input, values] : one)
          if (input == mlp.directions[i])
            values = normal_vector(input.shape().elements(), arguments[j][i].label().c_str());
      const auto alone = evaluate<double>(products, one, cases);
      for (std::size_t i = 0; i < alone.size(); ++i)
        for (std::size_t k = 0; k < alone[i].size(); ++k)
          EXPECT_NEAR(together[j * alone.size() + i][k], alone[i][k], 1e-13) << j << ' ' << i;
    }
  }
}

TEST(Vmap, MultipliesSideBySideWhatHasACommonFactor) {
  Graph g;
  const Tensor x = g.input("x", {batch, 5}), v = g.input("v", {2, 5}), a = g.input("a", {2, 5}),
               b = g.input("b", {2, 5});
  const auto products = vmap(Tensors{matmul(x, transpose(v)), x}, Tensors{v}, std::vector<Tensors>{{a}, {b}});
  const Tensor both = matmul(x, transpose(concatenate({a, b}, 0)));
  EXPECT_EQ(products[0][0], slice(both, 1, 0, 2));
  EXPECT_EQ(products[1][0], slice(both, 1, 2, 4));
  EXPECT_EQ(products[1][1], x) << "what does not depend on the inputs is the same node";
  EXPECT_EQ(vmap(Tensors{v}, Tensors{v}, std::vector<Tensors>{{a}})[0][0], a);
  EXPECT_TRUE(vmap(Tensors{v}, Tensors{v}, std::vector<Tensors>{}).empty());
}

TEST(Vmap, RefusesArgumentsThatDoNotFit) {
  Graph g;
  const Tensor v = g.input("v", {2, 5}), w = g.input("w", {5, 2});
  EXPECT_ERROR(vmap(Tensors{v}, Tensors{v}, std::vector<Tensors>{{v, w}}),
               "[vmap] 2 arguments for 1 inputs.");
  EXPECT_ERROR(vmap(Tensors{v}, Tensors{v}, std::vector<Tensors>{{w}}),
               "[vmap] the argument w does not have the shape of the input v.");
}

}  // namespace
}  // namespace gradus::test
