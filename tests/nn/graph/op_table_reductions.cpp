#include <algorithm>
#include <cmath>
#include <numeric>

#include "nn/graph/ops.h"
#include "tests/nn/graph/op_table.h"

namespace gradus::test {
namespace {

using Group = std::vector<double>;

double sum_of(const Group& x) { return std::accumulate(x.begin(), x.end(), 0.0); }
double log_sum_exp_of(const Group& x) {
  double total = 0;
  for (const double v : x) total += std::exp(v);
  return std::log(total);
}

// A list of axes of each length for a tensor: {} … {0, 1, 2, 3}.
using Reduce = Tensor (*)(Tensor, Axes, bool);
Tensor call(Reduce reduce, Tensor x, const std::vector<int>& axes, bool keep) {
  switch (axes.size()) {
    case 0:
      return reduce(x, {}, keep);
    case 1:
      return reduce(x, {axes[0]}, keep);
    case 2:
      return reduce(x, {axes[0], axes[1]}, keep);
    case 3:
      return reduce(x, {axes[0], axes[1], axes[2]}, keep);
    default:
      return reduce(x, {axes[0], axes[1], axes[2], axes[3]}, keep);
  }
}

Row over_axes(std::string name, Reduce build, double (*f)(const Group&), Sampler sample) {
  return {name, [=](Random& random) {
            const Shapes shapes = draw_shapes(random, 1);
            const int rank = shapes.operands[0].rank();
            std::set<int> chosen;
            std::vector<int> written;
            for (int axis = rank; axis-- > 0;)
              if (random.below(2) == 0) {
                chosen.insert(axis);
                written.push_back(random.below(2) == 0 ? axis : axis - rank);
              }
            const bool keep = random.below(2) == 0;
            return Instance{{{shapes.operands[0], sample}},
                            shapes.cases,
                            [=](Graph&, const Tensors& x) { return call(build, x[0], written, keep); },
                            [=](const Arrays& x) { return reduce(x[0], chosen, keep, f); }};
          }};
}

Row over_all(std::string name, Tensor (*build)(Tensor), double (*f)(const Group&), Sampler sample) {
  return {name, [=](Random& random) {
            const Shapes shapes = draw_shapes(random, 1);
            std::set<int> axes;
            for (int axis = 0; axis < shapes.operands[0].rank(); ++axis) axes.insert(axis);
            return Instance{{{shapes.operands[0], sample}},
                            shapes.cases,
                            [=](Graph&, const Tensors& x) { return build(x[0]); },
                            [=](const Arrays& x) { return reduce(x[0], axes, false, f); }};
          }};
}

Row softmax_row(std::string name, Tensor (*build)(Tensor, int), double (*f)(double x, double log_sum)) {
  return {name, [=](Random& random) {
            const Shapes shapes = draw_shapes(random, 1, 1);
            const auto axis = static_cast<int>(whole(random, 0, shapes.operands[0].rank() - 1));
            return Instance{{{shapes.operands[0], uniform(-3, 3)}},
                            shapes.cases,
                            [=](Graph&, const Tensors& x) { return build(x[0], axis); },
                            [=](const Arrays& x) {
                              const Arrays both{x[0], reduce(x[0], {axis}, true, log_sum_exp_of)};
                              return map(both, [=](const Group& v) { return f(v[0], v[1]); });
                            }};
          }};
}

}  // namespace

std::vector<Row> reduction_rows() {
  const Sampler any = uniform(-3, 3);
  const auto mean_of = [](const Group& x) { return sum_of(x) / static_cast<double>(x.size()); };
  const auto max_of = [](const Group& x) { return *std::ranges::max_element(x); };
  const auto min_of = [](const Group& x) { return *std::ranges::min_element(x); };
  return {
      over_axes("sum over axes", sum, sum_of, any),
      over_axes("mean over axes", mean, mean_of, any),
      over_axes("max over axes", max, max_of, distinct()),
      over_axes("min over axes", min, min_of, distinct()),
      over_axes(
          "log-sum-exp over axes", log_sum_exp, [](const Group& x) { return log_sum_exp_of(x); }, any),
      over_all("sum", sum, sum_of, any),
      over_all("mean", mean, mean_of, any),
      over_all("max", max, max_of, distinct()),
      over_all("min", min, min_of, distinct()),
      softmax_row("softmax", softmax, [](double x, double log_sum) { return std::exp(x - log_sum); }),
      softmax_row("log-softmax", log_softmax, [](double x, double log_sum) { return x - log_sum; }),
  };
}

}  // namespace gradus::test
