#include "nn/network.h"

#include <fmt/format.h>

#include "base/error.h"
#include "nn/graph/ops.h"
#include "nn/mlp.h"

namespace gradus {
namespace {

void check(const Graph& graph, Tensor tensor, const char* what) {
  if (!tensor) throw Error(fmt::format("[network] the {} is an empty tensor.", what));
  if (&tensor.graph() != &graph)
    throw Error(fmt::format("[network] the {} {} belongs to another graph.", what, tensor.label()));
}

void check_input(Tensor tensor, const char* what) {
  if (!std::holds_alternative<op::Input>(tensor.op()) || tensor.shape().rank() == 0 ||
      tensor.shape()[0] != batch)
    throw Error(fmt::format(
        "[network] the {} must be an input of the graph with the batch as its first dimension; {} of "
        "shape {} is not.",
        what, tensor.label(), tensor.shape().to_string()));
}

void check_shape(Tensor tensor, const Shape& expected, const char* what) {
  if (tensor.shape() != expected)
    throw Error(fmt::format("[network] the {} must have shape {}; {} has shape {}.", what,
                            expected.to_string(), tensor.label(), tensor.shape().to_string()));
}

Tensor sum_of_case(Tensor x) { return sum(reshape(x, {batch, x.shape().bound(1).elements()}), {-1}); }

}  // namespace

Network::Network(std::unique_ptr<Graph> graph, Parameters parameters, const Tensors& tensors)
    : graph_(std::move(graph)), parameters_(std::move(parameters)), tensors_(tensors) {
  if (!graph_) throw Error("[network] there is no graph.");
  Tensors& t = tensors_;
  if (!t.training_output) t.training_output = t.output;
  if (!t.training_case_loss) t.training_case_loss = t.case_loss;
  if (!t.prediction) t.prediction = t.output;
  check(*graph_, t.input, "input");
  check(*graph_, t.target, "target");
  check(*graph_, t.output, "output");
  check(*graph_, t.case_loss, "case loss");
  check(*graph_, t.training_output, "training output");
  check(*graph_, t.training_case_loss, "training case loss");
  if (t.penalty) check(*graph_, t.penalty, "penalty");
  check(*graph_, t.prediction, "prediction");
  for (const Tensor block : parameters_.tensors()) check(*graph_, block, "parameter");
  check_input(t.input, "input");
  check_input(t.target, "target");
  check_shape(t.case_loss, {batch}, "case loss");
  check_shape(t.training_case_loss, {batch}, "training case loss");
  check_shape(t.training_output, t.output.shape(), "training output");
  if (t.penalty) check_shape(t.penalty, {}, "penalty");

  evaluation_loss_ = mean(t.case_loss);
  training_data_loss_ = mean(t.training_case_loss);
  training_loss_ = t.penalty ? training_data_loss_ + t.penalty : training_data_loss_;
  if (t.target.shape() == Shape{batch} && t.output.shape().rank() == 2) classes_ = t.output.shape()[1];
  if (t.prediction.shape() == t.target.shape())
    case_squared_error_ = sum_of_case(square(t.prediction - t.target));
}

Network mlp(std::vector<Index> sizes, const NetworkOptions& options) {
  auto graph = std::make_unique<Graph>();
  Parameters parameters(*graph);
  const Mlp layers(parameters, sizes,
                   {.activation = options.activation,
                    .linear_layer = options.linear_layer,
                    .weights = options.weights,
                    .dropout = options.dropout,
                    .input_dropout = options.input_dropout});
  if (options.reconstruct && sizes.back() != sizes.front())
    throw Error(fmt::format(
        "[mlp] a network that reconstructs its input must have as many outputs as inputs; the sizes are {}.",
        fmt::join(sizes, ",")));
  const bool with_classes = options.loss == Loss::softmax_cross_entropy && !options.reconstruct;
  if (options.loss == Loss::softmax_cross_entropy && sizes.back() < 2)
    throw Error(
        "[mlp] the softmax of a single output is always 1; give the network an output for each class, or use "
        "sigmoid-cross-entropy.");

  Network::Tensors t;
  t.input = graph->input("x", {batch, sizes.front()});
  t.target = options.reconstruct
                 ? t.input
                 : graph->input("target", with_classes ? Shape{batch} : Shape{batch, sizes.back()});
  t.output = layers(t.input);
  t.case_loss = case_loss(options.loss, t.output, t.target);
  t.training_output = layers.train(t.input);
  t.training_case_loss = case_loss(options.loss, t.training_output, t.target);
  if (options.l2 != 0) t.penalty = l2(parameters, options.l2, options.l2_biases);
  t.prediction = prediction(options.loss, t.output);

  Network network(std::move(graph), std::move(parameters), t);
  network.layers_ = std::move(sizes);
  network.options_ = options;
  return network;
}

}  // namespace gradus
