#include "optim/objectives/network_objective.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "nn/graph/derive.h"
#include "nn/graph/ops.h"
#include "nn/graph/squared_gradients.h"
#include "nn/graph/vmap.h"

namespace gradus {

namespace {

// Several directions in one plan are faster, two to three times for softmax regression, where all layers are narrow;
// otherwise slower, as the values of all do not stay in the cache.
constexpr std::size_t together = 8;
constexpr Index narrow = 32;

bool is_narrow(const Parameters& parameters) {
  return std::ranges::all_of(parameters.tensors(), [](Tensor block) {
    return block.shape().rank() == 0 || block.shape()[0] <= narrow;
  });
}

}  // namespace

template <class Scalar>
struct NetworkObjective<Scalar>::Product : Curvature<Scalar> {
  Product(NetworkObjective& o, std::vector<Tensor> n) : objective(o), nodes(std::move(n)) {}

  Curvature<Scalar>& at(View theta) {
    point = theta;
    plan = &objective.ready(plans, nodes, objective.directions_, objective.curvature_batch_, theta);
    plan_of_many = nullptr;
    parameters().bind(*plan, objective.directions_, theta);  // any, until there is one
    plan->hold();
    return *this;
  }
  void apply(View v, Ref out) override {
    parameters().bind(*plan, objective.directions_, v);
    parameters().bind_outputs(*plan, 0, out);
    plan->apply();
  }
  void apply_many(Index count, View v, Ref out) override {
    const std::size_t n = point.size();
    if (is_narrow(parameters()))
      for (; count >= static_cast<Index>(together); count -= static_cast<Index>(together)) {
        apply_together(v.first(together * n), out.first(together * n));
        v = v.subspan(together * n);
        out = out.subspan(together * n);
      }
    Curvature<Scalar>::apply_many(count, v, out);
  }
  Scalar value(View theta) override { return objective.value(objective.curvature_batch_, theta); }
  double share() const override {
    return static_cast<double>(objective.curvature_batch_.cases) /
           static_cast<double>(objective.batch_.cases);
  }

  void apply_together(View v, Ref out) {
    const bool held = plan_of_many != nullptr;
    if (!held) {
      if (nodes_of_many.empty()) derive_many();
      plan_of_many =
          &objective.ready(plans_of_many, nodes_of_many, all_directions, objective.curvature_batch_, point);
    }
    const std::size_t n = point.size(), blocks = nodes.size();
    for (std::size_t i = 0; i < together; ++i) {
      parameters().bind(*plan_of_many, std::span(all_directions).subspan(i * blocks, blocks),
                        v.subspan(i * n, n));
      parameters().bind_outputs(*plan_of_many, i * blocks, out.subspan(i * n, n));
    }
    if (!held) plan_of_many->hold();
    plan_of_many->apply();
  }
  void derive_many() {
    std::vector<std::vector<Tensor>> directions;
    for (std::size_t i = 0; i < together; ++i)
      directions.push_back(parameters().like(fmt::format("direction {}", i)));
    for (const auto& each : directions) all_directions.insert(all_directions.end(), each.begin(), each.end());
    for (const auto& products : vmap(nodes, objective.directions_, directions))
      nodes_of_many.insert(nodes_of_many.end(), products.begin(), products.end());
  }
  Parameters& parameters() { return objective.network_.parameters(); }

  NetworkObjective& objective;
  View point;
  std::vector<Tensor> nodes, nodes_of_many, all_directions;
  Plans plans, plans_of_many;
  Plan<Scalar>*plan = nullptr, *plan_of_many = nullptr;
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
  overlaps_ = false;
  ++version_;
}

template <class Scalar>
void NetworkObjective<Scalar>::set_curvature_batch(View inputs, View targets, std::uint64_t step) {
  curvature_batch_ = make_batch(inputs, targets, step);
}

template <class Scalar>
void NetworkObjective<Scalar>::set_overlap(View inputs, View targets, std::uint64_t step) {
  if (!overlap_) overlap_ = std::make_unique<NetworkObjective>(network_, seed_);
  overlap_->set_batch(inputs, targets, step);
  overlaps_ = true;
}

template <class Scalar>
Overlap<Scalar> NetworkObjective<Scalar>::overlap() {
  if (!overlaps_) return {};
  return {overlap_.get(), static_cast<double>(overlap_->cases()) / static_cast<double>(batch_.cases)};
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
void NetworkObjective<Scalar>::empirical_fisher_diagonal(View theta, Ref out) {
  if (fisher_outputs_.empty())
    for (const Tensor sum : squared_gradients(network_.training_case_loss(), network_.parameters().tensors()))
      fisher_outputs_.push_back(sum / network_.graph().batch_size());
  Plan<Scalar>& plan = ready(fisher_plans_, fisher_outputs_, {}, curvature_batch_, theta);
  network_.parameters().bind_outputs(plan, 0, out);
  plan.run();
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
