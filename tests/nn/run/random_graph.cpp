#include "tests/nn/run/random_graph.h"

#include <fmt/format.h>

#include <array>

#include "base/error.h"
#include "base/random.h"
#include "nn/graph/derive.h"
#include "nn/graph/ops.h"
#include "tests/support/enumerators.h"

namespace gradus::test {
namespace {

constexpr Index most_elements = 12000;

class Builder {
 public:
  Builder(std::uint64_t seed, RandomGraph& made)
      : random_(seed, "random graph"), made_(made), g_(*made.graph) {
    made_.cases = std::array<Index, 6>{1, 2, 7, 32, 33, 130}[random_.below(6)];
    for (int i = 0; i < 4; ++i) add_input(draw_shape());
    add_input({batch, 5});
    add_input({5, 16});
    const auto steps = 3 + random_.below(40);
    for (std::uint64_t i = 0; i < steps; ++i) attempt();
    if (random_.below(2) == 0) add_derivatives();
    choose_outputs();
  }

 private:
  template <class List>
  auto& any_of(List& list) {
    return list[random_.below(std::size(list))];
  }
  Index size() {
    static constexpr Index sizes[] = {1, 2, 3, 5, 8, 16, 17};
    return any_of(sizes);
  }
  Shape draw_shape() {
    std::vector<Index> sizes(random_.below(4));
    for (Index& s : sizes) s = size();
    if (!sizes.empty() && random_.below(2) == 0) sizes[0] = batch;
    return Shape(sizes);
  }
  Tensor add_input(Shape shape) {
    const Tensor x = g_.input(fmt::format("x{}", made_.bindings.size()), shape);
    Vector<double> values(static_cast<std::size_t>(shape.bound(made_.cases).elements()));
    for (double& v : values) v = static_cast<float>(random_.normal());
    made_.bindings.emplace_back(x, std::move(values));
    nodes_.push_back(x);
    return x;
  }
  Tensor add_labels(Shape shape, Index classes) {
    const Tensor x = add_input(shape);
    for (double& v : made_.bindings.back().second)
      v = static_cast<double>(random_.below(static_cast<std::uint64_t>(classes)));
    nodes_.pop_back();
    return x;
  }

  void attempt() {
    try {
      const Tensor y = operation();
      if (y.shape().bound(made_.cases).elements() <= most_elements) nodes_.push_back(y);
    } catch (const Error&) {
      // operands that do not fit: another time
    }
  }

  int axis(Tensor x) {
    return static_cast<int>(random_.below(static_cast<std::uint64_t>(x.shape().rank()) + 1)) - 1;
  }

  Tensor operation() {
    Tensor x = any_of(nodes_), y = any_of(nodes_);
    switch (random_.below(16)) {
      case 0:
      case 1:
      case 2:
        return function(x);
      case 3:
      case 4:
      case 5:
        return function_of_two(x, y);
      case 6:
        return select(any_of(nodes_), x, y);
      case 7:
        return reduction(x);
      case 8:
        return broadcast(x, broadcast_shape(x.shape(), y.shape(), "test"));
      case 9:
        return reshape(x, x.shape().has_batch() ? Shape{batch, x.shape().bound(1).elements()}
                                                : Shape{x.shape().elements()});
      case 10:
        return x.shape().rank() == 3 ? transpose(x, {2, 0, 1}) : transpose(x);
      case 11:
        return cut(x);
      case 12:
        return random_.below(2) == 0 ? pad(x, axis(x), Index(random_.below(3)), Index(random_.below(3)))
                                     : concatenate({x, y, x}, axis(x));
      case 13:
        return choice(x);
      case 14:
        return random_.below(3) == 0 ? dropout_mask(g_, x.shape(), 0.25, fmt::format("mask {}", g_.size()))
                                     : stop_gradient(x);
      default:
        return product(x, y);
    }
  }

  Tensor function(Tensor x) {
    static const auto all = enumerators<op::UnaryFunction>();
    const op::UnaryFunction f = any_of(all);
    const double parameter = f == op::UnaryFunction::power ? 3 : 0.3;
    const std::array inputs{random_.below(3) == 0 ? tanh(x) : x};
    return g_.add(op::Unary{f, parameter}, inputs, x.shape());
  }
  Tensor function_of_two(Tensor x, Tensor y) {
    static const auto all = enumerators<op::BinaryFunction>();
    const Shape shape = broadcast_shape(x.shape(), y.shape(), "test");
    if (random_.below(3) == 0) return random_.below(2) == 0 ? x + 0.5 : 2 * x;
    const std::array inputs{broadcast(x, shape), broadcast(y, shape)};
    return g_.add(op::Binary{any_of(all)}, inputs, shape);
  }
  Tensor reduction(Tensor x) {
    const int first = axis(x), second = axis(x);
    const bool keep = random_.below(2) == 0;
    switch (random_.below(5)) {
      case 0:
        return sum(x);
      case 1:
        return first == second ? mean(x, {first}, keep) : mean(x, {first, second}, keep);
      case 2:
        return max(x, {first}, keep);
      case 3:
        return log_sum_exp(x, {first}, keep);
      default:
        return first == second ? sum(x, {first}, keep) : sum(x, {first, second}, keep);
    }
  }
  Tensor cut(Tensor x) {
    const int a = resolve_axis(axis(x), x.shape(), "test");
    const auto n = static_cast<std::uint64_t>(std::max<Index>(x.shape()[a], 1));
    const auto start = static_cast<Index>(random_.below(n));
    return slice(x, a, start,
                 start + 1 + static_cast<Index>(random_.below(n - static_cast<std::uint64_t>(start))));
  }
  Tensor choice(Tensor x) {
    const auto sizes = x.shape().sizes();
    if (random_.below(2) == 0) return one_hot(add_labels(draw_shape(), 4), 4);
    if (sizes.empty() || sizes.back() == batch) throw Error("no classes");
    return gather(x, add_labels(Shape(sizes.first(sizes.size() - 1)), sizes.back()));
  }
  // Sums of products, products with transposed operands, and with vectors made matrices.
  Tensor product(Tensor x, Tensor y) {
    const auto matrix = [](Tensor t) {
      return t.shape().rank() == 2
                 ? t
                 : reshape(t, t.shape().has_batch() ? Shape{batch, t.shape().bound(1).elements()}
                                                    : Shape{1, t.shape().elements()});
    };
    x = matrix(x), y = matrix(y);
    const auto fitting = [&](Tensor left) {
      if (left.shape()[1] == y.shape()[0]) return matmul(left, y);
      if (left.shape()[1] == y.shape()[1]) return matmul(left, transpose(y));
      if (left.shape()[1] == batch) return matmul(left, add_input({batch, size()}));
      return matmul(left, add_input({left.shape()[1], size()}));
    };
    const Tensor p = fitting(random_.below(3) == 0 ? transpose(x) : x);
    if (random_.below(2) == 0 || p.shape()[0] != x.shape()[0] || x.shape()[1] == batch ||
        p.shape()[1] == batch)
      return p;
    return p + matmul(x, add_input({x.shape()[1], p.shape()[1]})) +
           matmul(x, add_input({x.shape()[1], p.shape()[1]}));
  }

  void add_derivatives() {
    const Tensor loss = mean(tanh(any_of(nodes_))) + sum(square(nodes_.back()));
    std::vector<Tensor> wrt, directions;
    for (std::size_t i = 0; i < 3; ++i) wrt.push_back(made_.bindings[i].first);
    for (const Tensor x : wrt) directions.push_back(add_input(x.shape()));
    for (const Tensor d : grad(loss, wrt)) nodes_.push_back(d);
    for (const Tensor d : hvp(loss, wrt, directions)) nodes_.push_back(d);
  }

  void choose_outputs() {
    const auto count = 1 + random_.below(6);
    for (std::uint64_t i = 0; i < count; ++i) {
      switch (random_.below(8)) {
        case 0:
          made_.outputs.push_back(any_of(made_.bindings).first);
          break;
        case 1:
          made_.outputs.push_back(broadcast(g_.constant(random_.normal()), {3}));
          break;
        case 2:
          made_.outputs.push_back(i > 0 ? made_.outputs[random_.below(i)] : nodes_.back());
          break;
        default:
          made_.outputs.push_back(
              nodes_[nodes_.size() - 1 - random_.below(std::min<std::size_t>(nodes_.size(), 12))]);
      }
    }
    for (const auto& [input, values] : made_.bindings)
      if (random_.below(4) == 0) made_.varying.push_back(input);
  }

  Random random_;
  RandomGraph& made_;
  Graph& g_;
  std::vector<Tensor> nodes_;
};

}  // namespace

RandomGraph::RandomGraph(std::uint64_t seed) : graph(std::make_unique<Graph>()), cases(1) {
  Builder(seed, *this);
}

}  // namespace gradus::test
