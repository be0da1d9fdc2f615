#include "tests/nn/graph/op_table.h"

#include <numeric>

namespace gradus::test {

const std::vector<Row>& op_table() {
  static const std::vector<Row> table = [] {
    std::vector<Row> rows;
    for (auto family : {unary_rows, binary_rows, reduction_rows, movement_rows, other_rows})
      for (Row& row : family()) rows.push_back(std::move(row));
    return rows;
  }();
  return table;
}

Index whole(Random& random, Index first, Index last) {
  return first + static_cast<Index>(random.below(static_cast<std::uint64_t>(last - first + 1)));
}

std::vector<Index> sizes(const Shape& shape, Index cases) {
  const Shape bound = shape.bound(cases);
  return {bound.sizes().begin(), bound.sizes().end()};
}

Shapes draw_shapes(Random& random, std::size_t operands, int least_rank) {
  const auto rank = static_cast<std::size_t>(whole(random, least_rank, Shape::max_rank));
  std::vector<Index> large;
  for (std::size_t axis = 0; axis < rank; ++axis) large.push_back(whole(random, 1, axis + 1 == rank ? 9 : 4));
  const bool with_batch = rank > 0 && large[0] > 1 && random.below(2) == 0;
  Shapes shapes{{}, with_batch ? large[0] : 1};
  for (std::size_t i = 0; i < operands; ++i) {
    std::vector<Index> own = large;
    if (with_batch) own[0] = batch;
    if (operands > 1 && random.below(2) == 0) {
      for (Index& size : own)
        if (random.below(5) < 2) size = 1;
      const std::size_t dropped = random.below(rank - static_cast<std::size_t>(least_rank) + 1);
      own.erase(own.begin(), own.begin() + static_cast<std::ptrdiff_t>(dropped));
    }
    shapes.operands.emplace_back(own);
  }
  return shapes;
}

Sampler uniform(double low, double high) {
  return [=](Random& random, std::size_t n) {
    std::vector<double> x(n);
    for (double& v : x) v = low + (high - low) * random.uniform();
    return x;
  };
}

Sampler around_zero(double gap, double high) {
  return [=](Random& random, std::size_t n) {
    std::vector<double> x(n);
    for (double& v : x) v = (gap + (high - gap) * random.uniform()) * (random.below(2) == 0 ? 1 : -1);
    return x;
  };
}

Sampler distinct(double offset) {
  return [=](Random& random, std::size_t n) {
    std::vector<double> x(n);
    for (std::size_t i = 0; i < n; ++i) {
      x[i] = 0.1 * (static_cast<double>(i) - static_cast<double>(n / 2)) + offset;
      std::swap(x[i], x[random.below(i + 1)]);
    }
    return x;
  };
}

Sampler choices(Index n) {
  return [=](Random& random, std::size_t count) {
    std::vector<double> x(count);
    for (double& v : x) v = static_cast<double>(whole(random, 0, n - 1));
    return x;
  };
}

}  // namespace gradus::test
