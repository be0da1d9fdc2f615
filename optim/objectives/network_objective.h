#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "../../nn/network.h"
#include "../../nn/run/plan.h"
#include "../objective.h"

namespace gradus {

/// A network's training loss on a batch of cases, as a function of its parameters θ:
///
///     f(θ) = 1/n Σ_i ℓ(z(x_i; θ), t_i) + penalty(θ)
///
/// with dropout as drawn for (seed, step). Plans are made once for each kind of evaluation and batch size,
/// when they are first needed, and kept; after that nothing is allocated. Gradients and products are written
/// in place.
///
/// gauss_newton is Jᵀ(∇²_z ℓ)J + ∇² penalty, see derive.h. The curvature may be taken of other cases than the
/// gradient. It holds what does not depend on the direction, and reads θ and the batch's inputs where they are: it
/// is valid until they change. empirical_fisher_diagonal is without the penalty; it throws Error for a network whose
/// parameters are not weights and biases of dense layers, each used once, see squared_gradients.h.
///
/// The derivatives become nodes of the network's graph: the objectives of one network are made and used by
/// one thread at a time.
template <class Scalar>
class NetworkObjective : public Objective<Scalar> {
 public:
  using typename Objective<Scalar>::View;
  using typename Objective<Scalar>::Ref;

  /// `network` must live as long as this does.
  explicit NetworkObjective(Network& network, std::uint64_t seed = 0);
  ~NetworkObjective() override;

  /// The cases from now on: the network's input and target for n ≥ 1 cases, which are read where they are,
  /// and the step that dropout is drawn for. Of the curvature, too, until that has a batch of its own. Throws
  /// Error for numbers that are no whole cases, or not as many targets as inputs.
  void set_batch(View inputs, View targets, std::uint64_t step = 0);
  /// Other cases for the curvature, until the next set_batch.
  void set_curvature_batch(View inputs, View targets, std::uint64_t step = 0);
  /// The cases that the next batch will have, too, until the next set_batch.
  void set_overlap(View inputs, View targets, std::uint64_t step = 0);

  Index size() const override;
  Scalar value(View theta) override;
  Scalar gradient(View theta, Ref out) override;
  Curvature<Scalar>& hessian(View theta) override;
  Curvature<Scalar>& gauss_newton(View theta) override;
  void empirical_fisher_diagonal(View theta, Ref out) override;
  /// Another number for each set_batch.
  std::uint64_t version() const override { return version_; }
  Overlap<Scalar> overlap() override;
  /// The network's blocks of parameters.
  Layout layout() const override;
  /// "0.weight[3, 17]"
  std::string element_name(Index i) const override;

  /// The number of cases in the batch.
  Index cases() const;
  /// The network's output on the batch, as trained, with dropout: of the last gradient.
  View output() const;

 private:
  struct Batch {
    View inputs, targets;
    std::uint64_t step = 0;
    Index cases = 0;
  };
  struct Product;
  using Plans = std::map<Index, Plan<Scalar>>;  // by the number of cases

  Batch make_batch(View inputs, View targets, std::uint64_t step) const;
  Plan<Scalar>& ready(Plans& plans, std::span<const Tensor> outputs, std::span<const Tensor> varying,
                      const Batch& on, View theta);
  Scalar value(const Batch& on, View theta);

  Network& network_;
  std::uint64_t seed_;
  std::uint64_t version_ = 0;
  Batch batch_, curvature_batch_;
  std::vector<Tensor> value_outputs_, gradient_outputs_, fisher_outputs_, directions_;
  Plans value_plans_, gradient_plans_, fisher_plans_;
  const Plan<Scalar>* last_gradient_ = nullptr;
  std::unique_ptr<Product> hessian_, gauss_newton_;
  std::unique_ptr<NetworkObjective> overlap_;
  bool overlaps_ = false;
};

extern template class NetworkObjective<float>;
extern template class NetworkObjective<double>;

}  // namespace gradus
