#pragma once
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "activation.h"
#include "graph/graph.h"
#include "losses.h"
#include "parameters.h"

namespace gradus {

struct NetworkOptions {
  Activation activation = Activation::relu;  ///< of the hidden layers
  std::optional<Initializer> weights = {};   ///< if not given, chosen by the activation, see mlp.h
  Loss loss = Loss::softmax_cross_entropy;
  double l2 = 0;             ///< λ of the penalty ½ λ Σ w² on the weights
  bool l2_biases = false;    ///< the penalty is on the biases, too
  double dropout = 0;        ///< rate for hidden units, in training
  double input_dropout = 0;  ///< rate for inputs, in training

  // Of autoencoders (autoencoder.h):
  std::optional<Index> linear_layer = {};  ///< a hidden layer without activation, see mlp.h
  bool reconstruct = false;                ///< the target is the input
};

/// What training needs of a network: its graph, its parameters, and the tensors that matter. It holds no
/// values of parameters. It can be moved; its tensors stay valid.
class Network {
 public:
  struct Tensors {
    Tensor input;      ///< graph input (batch, …)
    Tensor target;     ///< graph input: class indices (batch), or (batch, n), or `input`, to be reconstructed
    Tensor output;     ///< as evaluated
    Tensor case_loss;  ///< (batch), of `output`
    Tensor prediction = {};  ///< what `output` says of the target, in its units; if not given, `output`
    // Where training differs from evaluation:
    Tensor training_output = {};     ///< with dropout; if not given, `output`
    Tensor training_case_loss = {};  ///< of `training_output`; if not given, `case_loss`
    Tensor penalty = {};             ///< a scalar that the training loss adds; if not given, nothing
  };

  /// A network of one's own. Throws Error where the tensors are not of this graph, or their shapes do not
  /// fit.
  Network(std::unique_ptr<Graph> graph, Parameters parameters, const Tensors& tensors);

  Graph& graph() const { return *graph_; }
  Parameters& parameters() { return parameters_; }
  const Parameters& parameters() const { return parameters_; }

  Tensor input() const { return tensors_.input; }
  Tensor target() const { return tensors_.target; }
  Tensor output() const { return tensors_.output; }
  Tensor case_loss() const { return tensors_.case_loss; }
  /// The mean of case_loss: without dropout and penalty.
  Tensor evaluation_loss() const { return evaluation_loss_; }
  /// What `output` says of the target, in its units: of mlp() softmax, σ, or the output itself (losses.h).
  Tensor prediction() const { return tensors_.prediction; }
  /// Σ (prediction − target)² of each case, (batch), without a ½. Empty where the two have different shapes, as
  /// with classes.
  Tensor case_squared_error() const { return case_squared_error_; }

  Tensor training_output() const { return tensors_.training_output; }
  Tensor training_case_loss() const { return tensors_.training_case_loss; }
  /// The mean loss of training_output, without penalty: what a Gauss–Newton product is taken of.
  Tensor training_data_loss() const { return training_data_loss_; }
  /// Empty where there is none.
  Tensor penalty() const { return tensors_.penalty; }
  /// training_data_loss + penalty: what is minimised.
  Tensor training_loss() const { return training_loss_; }

  /// The number of classes where the targets are class indices, else 0.
  Index classes() const { return classes_; }
  /// Whether the target is the input.
  bool reconstructs() const { return tensors_.target == tensors_.input; }

  /// What mlp() was given; of a network of one's own the layers are empty.
  std::span<const Index> layers() const { return layers_; }
  const NetworkOptions& options() const { return options_; }

 private:
  friend Network mlp(std::vector<Index> sizes, const NetworkOptions& options);

  std::unique_ptr<Graph> graph_;
  Parameters parameters_;
  Tensors tensors_;
  Tensor evaluation_loss_, case_squared_error_, training_data_loss_, training_loss_;
  Index classes_ = 0;
  std::vector<Index> layers_;
  NetworkOptions options_;
};

/// A multilayer perceptron (mlp.h) with its loss. sizes: of the input, each hidden layer, and the output. Its
/// input is "x" (batch, inputs); its "target" holds class indices (batch) for softmax cross-entropy, else
/// (batch, outputs). With `reconstruct` the target is "x", and there must be as many outputs as inputs.
Network mlp(std::vector<Index> sizes, const NetworkOptions& options = {});

}  // namespace gradus
