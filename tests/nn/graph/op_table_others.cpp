#include <algorithm>
#include <cmath>

#include "nn/graph/ops.h"
#include "tests/nn/graph/op_table.h"

namespace gradus::test {
namespace {

const Sampler any = uniform(-3, 3);

// Both operands plain or transposed, the batch as rows of the left or as what is summed over.
Row matmul_row(bool transpose_a, bool transpose_b) {
  std::string name = std::string("matmul ") + (transpose_a ? "T" : "N") + (transpose_b ? "T" : "N");
  return {name, [=](Random& random) {
            const Index m = whole(random, 1, 9), n = whole(random, 1, 9), k = whole(random, 1, 9);
            const auto role = random.below(3);
            const Index rows = role == 0 ? batch : m, inner = role == 1 ? batch : k;
            const Operand a{transpose_a ? Shape{inner, rows} : Shape{rows, inner}, any};
            const Operand b{transpose_b ? Shape{n, inner} : Shape{inner, n}, any};
            return Instance{{a, b},
                            role == 0 ? m : k,
                            [=](Graph&, const Tensors& x) {
                              return matmul(transpose_a ? transpose(x[0]) : x[0],
                                            transpose_b ? transpose(x[1]) : x[1]);
                            },
                            [=](const Arrays& x) {
                              Array c({m, n});
                              for (Index i = 0; i < m; ++i)
                                for (Index j = 0; j < n; ++j)
                                  for (Index l = 0; l < k; ++l) {
                                    const Index in_a = transpose_a ? l * m + i : i * k + l,
                                                in_b = transpose_b ? j * k + l : l * n + j;
                                    c.values[static_cast<std::size_t>(i * n + j)] +=
                                        x[0].values[static_cast<std::size_t>(in_a)] *
                                        x[1].values[static_cast<std::size_t>(in_b)];
                                  }
                              return c;
                            }};
          }};
}

Instance draw_gather(Random& random) {
  const Shapes shapes = draw_shapes(random, 1, 1);
  const Shape from = shapes.operands[0].bound(shapes.cases);
  const bool only_batch = from.rank() == 1 && shapes.operands[0].has_batch();
  const Shape x = only_batch ? from : shapes.operands[0];
  const Index classes = from[from.rank() - 1];
  return {
      {{x, any}, {Shape(x.sizes().first(static_cast<std::size_t>(x.rank() - 1))), choices(classes), true}},
      shapes.cases,
      [](Graph&, const Tensors& t) { return gather(t[0], t[1]); },
      [=](const Arrays& t) {
        Array y(t[1].sizes);
        for (std::size_t r = 0; r < y.values.size(); ++r)
          y.values[r] =
              t[0].values[r * static_cast<std::size_t>(classes) + static_cast<std::size_t>(t[1].values[r])];
        return y;
      }};
}

Instance draw_one_hot(Random& random) {
  Shapes shapes = draw_shapes(random, 1);
  while (shapes.operands[0].rank() == Shape::max_rank) shapes = draw_shapes(random, 1);
  const Index classes = whole(random, 1, 9);
  return {{{shapes.operands[0], choices(classes), true}},
          shapes.cases,
          [=](Graph&, const Tensors& t) { return one_hot(t[0], classes); },
          [=](const Arrays& t) {
            std::vector<Index> to = t[0].sizes;
            to.push_back(classes);
            Array y(to);
            for (std::size_t r = 0; r < t[0].values.size(); ++r)
              y.values[r * static_cast<std::size_t>(classes) + static_cast<std::size_t>(t[0].values[r])] = 1;
            return y;
          }};
}

// What derivatives see as a constant stands beside x, so that there is something to derive.
Row with_constant(std::string name, std::function<Tensor(Graph&, Tensor x)> build,
                  std::function<std::vector<double>(std::size_t n, Index cases)> values) {
  return {name, [=](Random& random) {
            const Shapes shapes = draw_shapes(random, 1);
            const Index cases = shapes.cases;
            return Instance{
                {{shapes.operands[0], any}},
                cases,
                [=](Graph& graph, const Tensors& x) { return build(graph, x[0]); },
                [=](const Arrays& x) { return Array(x[0].sizes, values(x[0].values.size(), cases)); }};
          }};
}

std::vector<double> mask_of(std::size_t n, double rate, const char* purpose) {
  const Random random(0, purpose, 0);
  std::vector<double> mask(n);
  for (std::size_t i = 0; i < n; ++i)
    mask[i] = random.block(i / 4)[i % 4] < std::ldexp(rate, 32) ? 0 : 1 / (1 - rate);
  return mask;
}

}  // namespace

std::vector<Row> other_rows() {
  std::vector<Row> rows{matmul_row(false, false), matmul_row(false, true), matmul_row(true, false),
                        matmul_row(true, true),   {"gather", draw_gather}, {"one-hot", draw_one_hot}};
  rows.push_back({"input", [](Random& random) {
                    const Shapes shapes = draw_shapes(random, 1);
                    return Instance{{{shapes.operands[0], any}},
                                    shapes.cases,
                                    [](Graph&, const Tensors& x) { return x[0]; },
                                    [](const Arrays& x) { return x[0]; }};
                  }});
  rows.push_back({"stop gradient", [](Random& random) {
                    const Shapes shapes = draw_shapes(random, 1);
                    return Instance{{{shapes.operands[0], choices(4), true}},
                                    shapes.cases,
                                    [](Graph&, const Tensors& x) { return stop_gradient(x[0]); },
                                    [](const Arrays& x) { return x[0]; }};
                  }});
  rows.push_back(with_constant(
      "constant", [](Graph& graph, Tensor x) { return broadcast(graph.constant(2.5), x.shape()); },
      [](std::size_t n, Index) { return std::vector<double>(n, 2.5); }));
  rows.push_back(with_constant(
      "batch size", [](Graph& graph, Tensor x) { return broadcast(graph.batch_size(), x.shape()); },
      [](std::size_t n, Index cases) { return std::vector<double>(n, static_cast<double>(cases)); }));
  rows.push_back(with_constant(
      "dropout mask", [](Graph& graph, Tensor x) { return dropout_mask(graph, x.shape(), 0.3, "table"); },
      [](std::size_t n, Index) { return mask_of(n, 0.3, "table"); }));
  return rows;
}

}  // namespace gradus::test
