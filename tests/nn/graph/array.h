#pragma once
#include <functional>
#include <set>
#include <span>
#include <vector>

#include "nn/graph/shape.h"

namespace gradus::test {

/// A tensor with numbers, for references that share no code with what they check: every function is a loop over
/// elements.
struct Array {
  std::vector<Index> sizes;
  std::vector<double> values;

  Array(std::vector<Index> s, std::vector<double> v = {});
  int rank() const { return static_cast<int>(sizes.size()); }
};

/// Calls visit(index) for every index of an array of these sizes, in row-major order.
void for_each_index(const std::vector<Index>& sizes,
                    const std::function<void(const std::vector<Index>&)>& visit);
/// Where an element lies, row-major.
std::size_t place(const std::vector<Index>& sizes, const std::vector<Index>& index);

/// f of the operands' elements, which are spread to the common shape as NumPy does.
Array map(std::span<const Array> operands, const std::function<double(const std::vector<double>&)>& f);
/// f of all elements along the axes; these vanish, or stay with size 1.
Array reduce(const Array& x, const std::set<int>& axes, bool keep,
             const std::function<double(const std::vector<double>&)>& f);

}  // namespace gradus::test
