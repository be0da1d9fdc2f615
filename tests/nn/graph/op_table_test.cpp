// Every operation: its values, its derivatives of first and second order, in double and in float.
#include "tests/nn/graph/op_table.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <set>

#include "nn/graph/derive.h"
#include "nn/graph/ops.h"
#include "tests/support/enumerators.h"
#include "tests/support/evaluate.h"

namespace gradus::test {
namespace {

constexpr int draws = 12;

// An instance with its graph, its operands as inputs, and numbers for them.
struct Example {
  explicit Example(const Instance& made, Random& random) : instance(made) {
    for (const Operand& operand : instance.operands) {
      x.push_back(graph.input(fmt::format("x{}", x.size()), operand.shape));
      const auto n = static_cast<std::size_t>(operand.shape.bound(instance.cases).elements());
      Vector<double> values;
      for (const double v : operand.sample(random, n)) values.push_back(static_cast<float>(v));
      given.emplace_back(x.back(), values);
    }
    y = instance.build(graph, x);
  }

  // An input like a tensor, bound to numbers of either sign.
  Tensor direction(const std::string& name, Tensor like, Random& random) {
    const Tensor v = graph.input(name, like.shape());
    Vector<double> values(static_cast<std::size_t>(like.shape().bound(instance.cases).elements()));
    for (double& value : values) value = static_cast<float>(2 * random.uniform() - 1);
    given.emplace_back(v, values);
    return v;
  }
  Tensors directions(const std::string& name, Random& random) {
    Tensors list;
    for (std::size_t i = 0; i < x.size(); ++i)
      list.push_back(direction(fmt::format("{}{}", name, i), x[i], random));
    return list;
  }
  const Vector<double>& values(Tensor input) const {
    for (const auto& [tensor, list] : given)
      if (tensor == input) return list;
    throw std::logic_error("not bound");
  }

  std::vector<Vector<double>> run(const Tensors& outputs) const {
    return evaluate<double>(outputs, given, instance.cases);
  }

  // The derivative of the outputs in direction v, by differences of fourth order: for h = 5e-4 their error is
  // h⁴ f⁽⁵⁾ / 30 = 2e-15 f⁽⁵⁾ plus, from rounding, 3 · 2⁻⁵³ |f| / (2 h) = 3e-13 |f|.
  std::vector<Vector<double>> differences(const Tensors& outputs, const Tensors& v) const {
    constexpr double h = 5e-4;
    std::vector<Vector<double>> total;
    for (const auto& [at, weight] : {std::pair{-2.0, 1.0}, {-1.0, -8.0}, {1.0, 8.0}, {2.0, -1.0}}) {
      Bindings moved = given;
      for (std::size_t i = 0; i < x.size(); ++i)
        if (!instance.operands[i].discrete)
          for (std::size_t k = 0; k < moved[i].second.size(); ++k)
            moved[i].second[k] += at * h * values(v[i])[k];
      const auto results = evaluate<double>(outputs, moved, instance.cases);
      total.resize(results.size());
      for (std::size_t i = 0; i < results.size(); ++i) {
        total[i].resize(results[i].size());
        for (std::size_t k = 0; k < results[i].size(); ++k) total[i][k] += weight / (12 * h) * results[i][k];
      }
    }
    return total;
  }

  Instance instance;
  Graph graph;
  Tensors x;
  Bindings given;
  Tensor y;
};

class OpTable : public testing::TestWithParam<std::size_t> {
 protected:
  const Row& row() const { return op_table()[GetParam()]; }
  // Calls check(example, random) for several shapes.
  template <class Check>
  void for_examples(Check check) {
    for (int i = 0; i < draws && !HasFailure(); ++i) {
      Random random(static_cast<std::uint64_t>(i), row().name);
      Example example(row().draw(random), random);
      std::string shapes;
      for (const Tensor x : example.x) shapes += x.shape().to_string() + " ";
      SCOPED_TRACE(fmt::format("{}, draw {}: {}→ {}", row().name, i, shapes, example.y.shape().to_string()));
      check(example, random);
    }
  }
};

void expect_close(const Vector<double>& a, const Vector<double>& b, double tolerance, const char* what) {
  ASSERT_EQ(a.size(), b.size());
  double scale = 1;
  for (const double v : b) scale = std::max(scale, std::abs(v));
  for (std::size_t i = 0; i < a.size(); ++i)
    ASSERT_NEAR(a[i], b[i], tolerance * scale) << what << ", element " << i;
}

struct Product {
  double value = 0, size = 0;  // Σ a b, Σ |a b|
  void add(const Vector<double>& a, const Vector<double>& b) {
    for (std::size_t i = 0; i < a.size(); ++i) value += a[i] * b[i], size += std::abs(a[i] * b[i]);
  }
};
void expect_equal(const Product& a, const Product& b) {
  EXPECT_NEAR(a.value, b.value, 1e-12 * std::max(a.size, b.size));
}

TEST_P(OpTable, ComputesTheValue) {
  for_examples([](Example& e, Random&) {
    Arrays numbers;
    for (std::size_t i = 0; i < e.x.size(); ++i)
      numbers.emplace_back(sizes(e.x[i].shape(), e.instance.cases),
                           std::vector(e.given[i].second.begin(), e.given[i].second.end()));
    const Array expected = e.instance.reference(numbers);
    ASSERT_EQ(sizes(e.y.shape(), e.instance.cases), expected.sizes);
    // Sums of up to 600 terms.
    expect_close(e.run({e.y})[0], {expected.values.begin(), expected.values.end()}, 1e-13, "value");
  });
}

TEST_P(OpTable, PushesForwardAsDifferencesDo) {
  for_examples([](Example& e, Random& random) {
    const Tensors v = e.directions("v", random);
    expect_close(e.run(jvp(Tensors{e.y}, e.x, v))[0], e.differences({e.y}, v)[0], 2e-11, "jvp");
  });
}

TEST_P(OpTable, PullsBackByTheAdjoint) {
  for_examples([](Example& e, Random& random) {
    const Tensors v = e.directions("v", random);
    const Tensor u = e.direction("u", e.y, random);
    Tensors outputs = jvp(Tensors{e.y}, e.x, v);
    for (const Tensor g : vjp(Tensors{e.y}, e.x, Tensors{u})) outputs.push_back(g);
    const auto results = e.run(outputs);
    Product forward, backward;
    forward.add(e.values(u), results[0]);
    for (std::size_t i = 0; i < e.x.size(); ++i) {
      ASSERT_EQ(outputs[i + 1].shape(), e.x[i].shape());
      backward.add(results[i + 1], e.values(v[i]));
      if (e.instance.operands[i].discrete) {
        EXPECT_THAT(results[i + 1], testing::Each(0));
      }
    }
    expect_equal(forward, backward);
  });
}

TEST_P(OpTable, HasASymmetricHessianThatDifferencesOfGradientsConfirm) {
  for_examples([](Example& e, Random& random) {
    const Tensor loss = sum(e.direction("w", e.y, random) * e.y);
    const Tensors a = e.directions("a", random), b = e.directions("b", random);
    Tensors outputs = hvp(loss, e.x, a);
    for (const Tensor t : hvp(loss, e.x, b)) outputs.push_back(t);
    const auto products = e.run(outputs);
    const auto differences = e.differences(grad(loss, e.x), a);
    Product ab, ba;
    for (std::size_t i = 0; i < e.x.size(); ++i) {
      expect_close(products[i], differences[i], 1e-10, "Hessian product");
      ab.add(e.values(b[i]), products[i]);
      ba.add(e.values(a[i]), products[e.x.size() + i]);
    }
    expect_equal(ab, ba);
  });
}

// Operands are numbers of both types. What float rounds: at most some 30 operations in a chain, and products of 9 terms.
TEST_P(OpTable, AgreesInFloatAndDouble) {
  for_examples([](Example& e, Random& random) {
    Tensors outputs{e.y};
    const Tensor u = e.direction("u", e.y, random);
    for (const Tensor g : vjp(Tensors{e.y}, e.x, Tensors{u})) outputs.push_back(g);
    const auto in_double = e.run(outputs);
    const auto in_float = evaluate<float>(outputs, e.given, e.instance.cases);
    for (std::size_t i = 0; i < outputs.size(); ++i)
      expect_close({in_float[i].begin(), in_float[i].end()}, in_double[i],
                   16 * std::numeric_limits<float>::epsilon(), "float");
  });
}

INSTANTIATE_TEST_SUITE_P(All, OpTable, testing::Range(std::size_t{0}, op_table().size()),
                         [](const testing::TestParamInfo<std::size_t>& p) {
                           std::string name;
                           for (const char c : fmt::format("{}_{}", p.param, op_table()[p.param].name))
                             name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
                           return name;
                         });

TEST(OpTableItself, HasARowForEveryOperation) {
  std::set<std::size_t> alternatives;
  std::set<op::UnaryFunction> unary;
  std::set<op::BinaryFunction> binary;
  for (const Row& row : op_table())
    for (int i = 0; i < draws; ++i) {
      Random random(static_cast<std::uint64_t>(i), row.name);
      const Example example(row.draw(random), random);
      Tensor y = example.y;
      alternatives.insert(y.op().index());
      if (std::holds_alternative<op::Broadcast>(y.op())) alternatives.insert(y.input(0).op().index());
      if (const auto* function = std::get_if<op::Unary>(&y.op())) unary.insert(function->function);
      if (const auto* function = std::get_if<op::Binary>(&y.op())) binary.insert(function->function);
    }
  for (std::size_t i = 0; i < std::variant_size_v<op::Op>; ++i)
    EXPECT_TRUE(alternatives.contains(i)) << "op::Op has an alternative " << i << " without a row";
  EXPECT_GE(enumerators<op::UnaryFunction>().size(), 17u);
  EXPECT_GE(enumerators<op::BinaryFunction>().size(), 10u);
  for (const auto function : enumerators<op::UnaryFunction>())
    EXPECT_TRUE(unary.contains(function)) << op::name(function);
  for (const auto function : enumerators<op::BinaryFunction>())
    EXPECT_TRUE(binary.contains(function)) << op::name(function);
}

}  // namespace
}  // namespace gradus::test
