#include "nn/parameters.h"

#include <fmt/format.h>

#include "base/error.h"

namespace gradus {

Tensor Parameters::add(std::string name, Shape shape, Initializer initializer) {
  if (name.empty()) throw Error("[parameters] a block must have a name.");
  if (shape.has_batch())
    throw Error(
        fmt::format("[parameters] {} has shape {}; a parameter's shape cannot depend on the number of cases.",
                    name, shape.to_string()));
  check_initializer(initializer, shape, name);
  const Index elements = shape.elements();
  Index total;
  if (__builtin_add_overflow(size_, elements, &total))
    throw Error(fmt::format("[parameters] with {} of shape {} there would be more than 2^63 - 1 parameters.",
                            name, shape.to_string()));
  const Tensor tensor = graph_->input(name, shape);
  blocks_.push_back({std::move(name), shape, size_, elements, initializer});
  tensors_.push_back(tensor);
  size_ = total;
  return tensor;
}

std::vector<Tensor> Parameters::like(const std::string& prefix) {
  std::vector<Tensor>& inputs = like_[prefix];
  for (std::size_t i = inputs.size(); i < blocks_.size(); ++i)
    inputs.push_back(graph_->input(prefix + '.' + blocks_[i].name, blocks_[i].shape));
  return inputs;
}

template <class Scalar>
Vector<Scalar> Parameters::initialize(std::uint64_t seed) const {
  Vector<Scalar> theta(static_cast<std::size_t>(size_));
  for (std::size_t i = 0; i < blocks_.size(); ++i)
    draw(blocks_[i].initializer, blocks_[i].shape, Random(seed, "init " + blocks_[i].name),
         view(i, std::span(theta)));
  return theta;
}

template <class Scalar>
void Parameters::bind(Plan<Scalar>& plan, std::span<const Tensor> inputs,
                      std::type_identity_t<std::span<const Scalar>> vector) const {
  check(vector.size());
  if (inputs.size() != blocks_.size())
    throw Error(
        fmt::format("[parameters] {} inputs cannot be bound to {} blocks.", inputs.size(), blocks_.size()));
  for (std::size_t i = 0; i < inputs.size(); ++i) plan.bind(inputs[i], view(i, vector));
}

template <class Scalar>
void Parameters::bind_outputs(Plan<Scalar>& plan, std::size_t first,
                              std::type_identity_t<std::span<Scalar>> vector) const {
  check(vector.size());
  for (std::size_t i = 0; i < blocks_.size(); ++i) plan.bind_output(first + i, view(i, vector));
}

void Parameters::check(std::size_t numbers) const {
  if (numbers != static_cast<std::size_t>(size_))
    throw Error(fmt::format("[parameters] the network has {} parameters, but the vector has {} numbers.",
                            size_, numbers));
}

template Vector<float> Parameters::initialize(std::uint64_t) const;
template Vector<double> Parameters::initialize(std::uint64_t) const;
template void Parameters::bind(Plan<float>&, std::span<const Tensor>, std::span<const float>) const;
template void Parameters::bind(Plan<double>&, std::span<const Tensor>, std::span<const double>) const;
template void Parameters::bind_outputs(Plan<float>&, std::size_t, std::span<float>) const;
template void Parameters::bind_outputs(Plan<double>&, std::size_t, std::span<double>) const;

}  // namespace gradus
