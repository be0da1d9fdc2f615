#include "tests/nn/graph/array.h"

#include <algorithm>
#include <utility>

namespace gradus::test {

Array::Array(std::vector<Index> s, std::vector<double> v) : sizes(std::move(s)), values(std::move(v)) {
  std::size_t n = 1;
  for (const Index size : sizes) n *= static_cast<std::size_t>(size);
  values.resize(n);
}

void for_each_index(const std::vector<Index>& sizes,
                    const std::function<void(const std::vector<Index>&)>& visit) {
  std::vector<Index> index(sizes.size(), 0);
  while (true) {
    visit(index);
    std::size_t axis = sizes.size();
    while (axis > 0 && ++index[axis - 1] == sizes[axis - 1]) index[--axis] = 0;
    if (axis == 0) return;
  }
}

std::size_t place(const std::vector<Index>& sizes, const std::vector<Index>& index) {
  Index offset = 0;
  for (std::size_t axis = 0; axis < sizes.size(); ++axis) offset = offset * sizes[axis] + index[axis];
  return static_cast<std::size_t>(offset);
}

Array map(std::span<const Array> operands, const std::function<double(const std::vector<double>&)>& f) {
  std::size_t rank = 0;
  for (const Array& operand : operands) rank = std::max(rank, operand.sizes.size());
  std::vector<Index> sizes(rank, 1);
  for (const Array& operand : operands)
    for (std::size_t i = 0; i < operand.sizes.size(); ++i) {
      Index& size = sizes[rank - operand.sizes.size() + i];
      size = std::max(size, operand.sizes[i]);
    }
  Array result(sizes);
  for_each_index(sizes, [&](const std::vector<Index>& index) {
    std::vector<double> x;
    for (const Array& operand : operands) {
      std::vector<Index> own(index.end() - operand.rank(), index.end());
      for (std::size_t i = 0; i < own.size(); ++i)
        if (operand.sizes[i] == 1) own[i] = 0;
      x.push_back(operand.values[place(operand.sizes, own)]);
    }
    result.values[place(sizes, index)] = f(x);
  });
  return result;
}

Array reduce(const Array& x, const std::set<int>& axes, bool keep,
             const std::function<double(const std::vector<double>&)>& f) {
  std::vector<Index> kept = x.sizes, dropped;
  for (int axis = 0; axis < x.rank(); ++axis) {
    if (axes.contains(axis))
      kept[static_cast<std::size_t>(axis)] = 1;
    else
      dropped.push_back(x.sizes[static_cast<std::size_t>(axis)]);
  }
  Array result(kept);
  std::vector<std::vector<double>> groups(result.values.size());
  for_each_index(x.sizes, [&](const std::vector<Index>& index) {
    std::vector<Index> to = index;
    for (const int axis : axes) to[static_cast<std::size_t>(axis)] = 0;
    groups[place(kept, to)].push_back(x.values[place(x.sizes, index)]);
  });
  std::ranges::transform(groups, result.values.begin(), f);
  if (!keep) result.sizes = dropped;
  return result;
}

}  // namespace gradus::test
