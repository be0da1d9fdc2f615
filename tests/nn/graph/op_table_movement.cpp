#include <algorithm>
#include <numeric>

#include "nn/graph/ops.h"
#include "tests/nn/graph/op_table.h"

namespace gradus::test {
namespace {

const Sampler any = uniform(-3, 3);

Instance instance(const Shapes& shapes, std::function<Tensor(const Tensors&)> build,
                  std::function<Array(const Arrays&)> reference) {
  Instance made{{}, shapes.cases, [=](Graph&, const Tensors& x) { return build(x); }, std::move(reference)};
  for (const Shape& shape : shapes.operands) made.operands.push_back({shape, any});
  return made;
}

// An axis that is not the batch; −1 where there is none.
int free_axis(Random& random, const Shape& shape) {
  std::vector<int> axes;
  for (int axis = 0; axis < shape.rank(); ++axis)
    if (shape[axis] != batch) axes.push_back(axis);
  return axes.empty() ? -1 : axes[random.below(axes.size())];
}

Shapes with_free_axis(Random& random, int& axis) {
  while (true) {
    Shapes shapes = draw_shapes(random, 1, 1);
    axis = free_axis(random, shapes.operands[0]);
    if (axis >= 0) return shapes;
  }
}

Instance draw_broadcast(Random& random) {
  const Shapes shapes = draw_shapes(random, 2);
  const Shape small = shapes.operands[0], large = broadcast_shape(small, shapes.operands[1], "test");
  return instance(
      {{small}, shapes.cases}, [=](const Tensors& x) { return broadcast(x[0], large); },
      [=](const Arrays& x) {
        const Arrays both{x[0], Array(sizes(large, shapes.cases))};
        return map(both, [](const auto& v) { return v[0]; });
      });
}

// The batch stays; the other axes are cut and joined anew.
Instance draw_reshape(Random& random) {
  const Shapes shapes = draw_shapes(random, 1);
  const Shape from = shapes.operands[0];
  const bool has_batch = from.has_batch();
  Index rest = from.bound(1).elements();
  std::vector<Index> to;
  for (int i = 0; i < (has_batch ? 2 : 3); ++i) {
    std::vector<Index> divisors;
    for (Index d = 1; d <= rest; ++d)
      if (rest % d == 0) divisors.push_back(d);
    to.push_back(divisors[random.below(divisors.size())]);
    rest /= to.back();
  }
  to.push_back(rest);
  if (has_batch) to.insert(to.begin(), batch);
  const Shape target(to);
  return instance(
      shapes, [=](const Tensors& x) { return reshape(x[0], target); },
      [=](const Arrays& x) { return Array(sizes(target, shapes.cases), x[0].values); });
}

Tensor transpose_by(Tensor x, const std::vector<int>& o) {
  switch (o.size()) {
    case 0:
      return transpose(x, {});
    case 1:
      return transpose(x, {o[0]});
    case 2:
      return o[0] == 1 ? transpose(x) : transpose(x, {0, 1});
    case 3:
      return transpose(x, {o[0], o[1], o[2]});
    default:
      return transpose(x, {o[0], o[1], o[2], o[3]});
  }
}

Instance draw_transpose(Random& random) {
  const Shapes shapes = draw_shapes(random, 1);
  std::vector<int> order(static_cast<std::size_t>(shapes.operands[0].rank()));
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t i = 0; i < order.size(); ++i) std::swap(order[i], order[random.below(i + 1)]);
  return instance(
      shapes, [=](const Tensors& x) { return transpose_by(x[0], order); },
      [=](const Arrays& x) {
        std::vector<Index> to;
        for (const int axis : order) to.push_back(x[0].sizes[static_cast<std::size_t>(axis)]);
        Array result(to);
        for_each_index(to, [&](const std::vector<Index>& index) {
          std::vector<Index> from(index.size());
          for (std::size_t i = 0; i < index.size(); ++i) from[static_cast<std::size_t>(order[i])] = index[i];
          result.values[place(to, index)] = x[0].values[place(x[0].sizes, from)];
        });
        return result;
      });
}

// x with an axis of another size, y[…, i, …] = x[…, i + shift, …], or 0 where there is no such element.
Array shifted(const Array& x, int axis, Index shift, Index size) {
  const auto a = static_cast<std::size_t>(axis);
  std::vector<Index> to = x.sizes;
  to[a] = size;
  Array result(to);
  for_each_index(to, [&](const std::vector<Index>& index) {
    std::vector<Index> from = index;
    from[a] += shift;
    if (from[a] >= 0 && from[a] < x.sizes[a])
      result.values[place(to, index)] = x.values[place(x.sizes, from)];
  });
  return result;
}

Instance draw_slice(Random& random) {
  int axis = 0;
  const Shapes shapes = with_free_axis(random, axis);
  const Index size = shapes.operands[0][axis], start = whole(random, 0, size - 1),
              stop = whole(random, start + 1, size);
  return instance(
      shapes, [=](const Tensors& x) { return slice(x[0], axis, start, stop); },
      [=](const Arrays& x) { return shifted(x[0], axis, start, stop - start); });
}

Instance draw_pad(Random& random) {
  int axis = 0;
  const Shapes shapes = with_free_axis(random, axis);
  const Index before = whole(random, 0, 3), after = whole(random, 0, 3), size = shapes.operands[0][axis];
  return instance(
      shapes, [=](const Tensors& x) { return pad(x[0], axis - x[0].shape().rank(), before, after); },
      [=](const Arrays& x) { return shifted(x[0], axis, -before, before + size + after); });
}

Instance draw_concatenate(Random& random) {
  int axis = 0;
  Shapes shapes = with_free_axis(random, axis);
  const Shape first = shapes.operands[0];
  for (Index more = whole(random, 0, 3); more > 0; --more) {
    std::vector<Index> other(first.sizes().begin(), first.sizes().end());
    other[static_cast<std::size_t>(axis)] = whole(random, 1, 4);
    shapes.operands.emplace_back(other);
  }
  return instance(
      shapes, [=](const Tensors& x) { return concatenate(x, axis); },
      [=](const Arrays& x) {
        const auto a = static_cast<std::size_t>(axis);
        Index size = 0;
        for (const Array& part : x) size += part.sizes[a];
        Array result = shifted(x[0], axis, 0, size);
        Index start = x[0].sizes[a];
        for (std::size_t i = 1; i < x.size(); start += x[i++].sizes[a]) {
          const Array moved = shifted(x[i], axis, -start, size);
          std::ranges::transform(result.values, moved.values, result.values.begin(), std::plus());
        }
        return result;
      });
}

}  // namespace

std::vector<Row> movement_rows() {
  return {{"broadcast", draw_broadcast}, {"reshape", draw_reshape}, {"transpose", draw_transpose},
          {"slice", draw_slice},         {"pad", draw_pad},         {"concatenate", draw_concatenate}};
}

}  // namespace gradus::test
