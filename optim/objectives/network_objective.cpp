#include "optim/objectives/network_objective.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "nn/graph/derive.h"
#include "nn/graph/ops.h"

namespace gradus {

template <class Scalar>
struct NetworkObjective<Scalar>::Product : Curvature<Scalar> {
  Product(NetworkObjective& o, std::vector<Tensor> n) : objective(o), nodes(std::move(n)) {}

  Curvature<Scalar>& at(View theta) {
    plan = &objective.ready(plans, nodes, objective.directions_, objective.curvature_batch_, theta);
    objective.network_.parameters().bind(*plan, objective.directions_, theta);  // any, until there is one
    plan->hold();
    return *this;
  }
  void apply(View v, Ref out) override {
    objective.network_.parameters().bind(*plan, objective.directions_, v);
    objective.network_.parameters().bind_outputs(*plan, 0, out);
    plan->apply();
  }
  Scalar value(View theta) override { return objective.value(objective.curvature_batch_, theta); }

  NetworkObjective& objective;
  std::vector<Tensor> nodes;
  Plans plans;
  Plan<Scalar>* plan = nullptr;
};

template <class Scalar>
NetworkObjective<Scalar>::NetworkObjective(Network& network, std::uint64_t seed)
    : network_(network), seed_(seed), value_outputs_{network.training_loss()} {}

template <class Scalar>
NetworkObjective<Scalar>::~NetworkObjective() = default;

template <class Scalar>
typename NetworkObjective<Scalar>::Batch NetworkObjective<Scalar>::make_batch(View inputs, View targets,
                                                                              std::uint64_t step) const {
  const auto width = static_cast<std::size_t>(network_.input().shape().bound(1).elements());
  const auto target_width = static_cast<std::size_t>(network_.target().shape().bound(1).elements());
  const std::size_t cases = inputs.size() / width;
  if (cases == 0 || inputs.size() % width != 0)
    throw Error(fmt::format("[set_batch] {} numbers are not one or more cases of {}, the network's input {}.",
                            inputs.size(), width, network_.input().shape().to_string()));
  if (targets.size() != cases * target_width)
    throw Error(fmt::format("[set_batch] {} cases need {} numbers as their targets {}, not {}.", cases,
                            cases * target_width, network_.target().shape().to_string(), targets.size()));
  return {inputs, targets, step, static_cast<Index>(cases)};
}

template <class Scalar>
void NetworkObjective<Scalar>::set_batch(View inputs, View targets, std::uint64_t step) {
  curvature_batch_ = batch_ = make_batch(inputs, targets, step);
}

template <class Scalar>
void NetworkObjective<Scalar>::set_curvature_batch(View inputs, View targets, std::uint64_t step) {
  curvature_batch_ = make_batch(inputs, targets, step);
}

template <class Scalar>
Plan<Scalar>& NetworkObjective<Scalar>::ready(Plans& plans, std::span<const Tensor> outputs,
                                              std::span<const Tensor> varying, const Batch& on, View theta) {
  if (on.cases == 0) throw Error("[NetworkObjective] there are no cases yet; call set_batch first.");
  auto found = plans.find(on.cases);
  if (found == plans.end()) found = plans.emplace(on.cases, Plan<Scalar>(outputs, on.cases, varying)).first;
  Plan<Scalar>& plan = found->second;
  plan.bind(network_.input(), on.inputs);
  plan.bind(network_.target(), on.targets);
  plan.draw(seed_, on.step);
  network_.parameters().bind(plan, theta);
  return plan;
}

template <class Scalar>
Index NetworkObjective<Scalar>::size() const {
  return network_.parameters().size();
}

template <class Scalar>
Scalar NetworkObjective<Scalar>::value(const Batch& on, View theta) {
  Plan<Scalar>& plan = ready(value_plans_, value_outputs_, {}, on, theta);
  plan.run();
  return plan.output(0)[0];
}

template <class Scalar>
Scalar NetworkObjective<Scalar>::value(View theta) {
  return value(batch_, theta);
}

template <class Scalar>
Scalar NetworkObjective<Scalar>::gradient(View theta, Ref out) {
  if (gradient_outputs_.empty()) {
    gradient_outputs_ = grad(network_.training_loss(), network_.parameters().tensors());
    gradient_outputs_.insert(gradient_outputs_.begin(),
                             {network_.training_loss(), network_.training_output()});
  }
  Plan<Scalar>& plan = ready(gradient_plans_, gradient_outputs_, {}, batch_, theta);
  network_.parameters().bind_outputs(plan, 2, out);
  plan.run();
  last_gradient_ = &plan;
  return plan.output(0)[0];
}

template <class Scalar>
Curvature<Scalar>& NetworkObjective<Scalar>::hessian(View theta) {
  if (!hessian_) {
    directions_ = network_.parameters().like("direction");
    hessian_ = std::make_unique<Product>(
        *this, hvp(network_.training_loss(), network_.parameters().tensors(), directions_));
  }
  return hessian_->at(theta);
}

template <class Scalar>
Curvature<Scalar>& NetworkObjective<Scalar>::gauss_newton(View theta) {
  if (!gauss_newton_) {
    const auto wrt = network_.parameters().tensors();
    directions_ = network_.parameters().like("direction");
    auto products =
        gradus::gauss_newton(network_.training_data_loss(), network_.training_output(), wrt, directions_);
    if (network_.penalty()) {
      const auto penalty = hvp(network_.penalty(), wrt, directions_);
      for (std::size_t i = 0; i < wrt.size(); ++i) products[i] = products[i] + penalty[i];
    }
    gauss_newton_ = std::make_unique<Product>(*this, std::move(products));
  }
  return gauss_newton_->at(theta);
}

template <class Scalar>
Layout NetworkObjective<Scalar>::layout() const {
  std::vector<Layout::Block> blocks;
  for (const auto& [name, shape, offset, size, initializer] : network_.parameters().blocks()) {
    const Index rows = shape.rank() == 2 ? shape[0] : size;
    blocks.push_back({name, offset, rows, rows == 0 ? 1 : size / rows});
  }
  return Layout(std::move(blocks));
}

template <class Scalar>
std::string NetworkObjective<Scalar>::element_name(Index i) const {
  const auto blocks = network_.parameters().blocks();
  const auto block = std::find_if(blocks.begin(), blocks.end(),
                                  [i](const auto& b) { return i >= b.offset && i < b.offset + b.size; });
  if (block == blocks.end()) return Objective<Scalar>::element_name(i);
  std::array<Index, Shape::max_rank> place{};
  Index rest = i - block->offset;
  for (int axis = block->shape.rank() - 1; axis >= 0; --axis) {
    place[static_cast<std::size_t>(axis)] = rest % block->shape[axis];
    rest /= block->shape[axis];
  }
  return fmt::format("{}[{}]", block->name,
                     fmt::join(place.begin(), place.begin() + block->shape.rank(), ", "));
}

template <class Scalar>
Index NetworkObjective<Scalar>::cases() const {
  return batch_.cases;
}

template <class Scalar>
typename NetworkObjective<Scalar>::View NetworkObjective<Scalar>::output() const {
  return last_gradient_ == nullptr ? View{} : last_gradient_->output(1);
}

template class NetworkObjective<float>;
template class NetworkObjective<double>;

}  // namespace gradus
