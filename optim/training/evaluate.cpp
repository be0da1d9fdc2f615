#include "optim/training/evaluate.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/error.h"

namespace gradus {
namespace {

constexpr Index block_cases = 1000;

std::size_t at_size(Index i) { return static_cast<std::size_t>(i); }

}  // namespace

std::string to_string(const Evaluation& result) {
  std::string text;
  if (result.accuracy) text += fmt::format("accuracy {:.2f} %, ", 100 * *result.accuracy);
  if (result.squared_error) text += fmt::format("squared error {:.4f}, ", *result.squared_error);
  return text + fmt::format("loss {:.4f}", result.loss);
}

template <class Scalar>
template <class Visit>
void Evaluator<Scalar>::for_each_block(View theta, const Dataset& data, Visit visit) {
  check_fits(*network_, data);
  if (!buffer_) buffer_.emplace(*network_, block_cases);
  cases_.resize(at_size(block_cases));
  for (Index begin = 0; begin < data.size(); begin += block_cases) {
    const Index cases = std::min(block_cases, data.size() - begin);
    std::iota(cases_.begin(), cases_.end(), begin);
    buffer_->gather(data, std::span(cases_).first(at_size(cases)));
    auto found = plans_.find(cases);
    if (found == plans_.end()) {
      std::vector<Tensor> outputs{network_->case_loss(), network_->output()};
      if (network_->case_squared_error()) outputs.push_back(network_->case_squared_error());
      found = plans_.emplace(cases, Plan<Scalar>(outputs, cases)).first;
    }
    Plan<Scalar>& plan = found->second;
    plan.bind(network_->input(), buffer_->inputs());
    plan.bind(network_->target(), buffer_->targets());
    network_->parameters().bind(plan, theta);
    plan.run();
    visit(Block{begin, cases, plan.output(0), plan.output(1), buffer_->targets(),
                network_->case_squared_error() ? plan.output(2) : View{}});
  }
}

template <class Scalar>
Evaluation Evaluator<Scalar>::evaluate(View theta, const Dataset& data) {
  double loss = 0, squared_error = 0;
  Index correct = 0;
  for_each_block(theta, data, [&](const Block& block) {
    for (const Scalar l : block.losses) loss += static_cast<double>(l);
    for (const Scalar e : block.squared_errors) squared_error += static_cast<double>(e);
    if (const std::size_t classes = at_size(network_->classes()); classes > 0)
      for (std::size_t i = 0; i < at_size(block.cases); ++i)
        correct += predicted_class(block.outputs.subspan(i * classes, classes)) ==
                   static_cast<Index>(block.targets[i]);
  });
  const auto cases = static_cast<double>(data.size());
  Evaluation result{.loss = loss / cases, .accuracy = {}, .cases = data.size()};
  if (network_->case_squared_error()) result.squared_error = squared_error / cases;
  if (network_->classes() > 0) result.accuracy = static_cast<double>(correct) / cases;
  return result;
}

template <class Scalar>
Vector<Scalar> Evaluator<Scalar>::outputs(View theta, const Dataset& data) {
  Vector<Scalar> all;
  for_each_block(theta, data, [&](const Block& block) {
    all.insert(all.end(), block.outputs.begin(), block.outputs.end());
  });
  return all;
}

template <class Scalar>
std::vector<Index> Evaluator<Scalar>::predict(View theta, const Dataset& data) {
  if (network_->classes() == 0)
    throw Error("[predict] the network learns vectors, not classes; use outputs.");
  std::vector<Index> all;
  const std::size_t classes = at_size(network_->classes());
  for_each_block(theta, data, [&](const Block& block) {
    for (std::size_t i = 0; i < at_size(block.cases); ++i)
      all.push_back(predicted_class(block.outputs.subspan(i * classes, classes)));
  });
  return all;
}

template class Evaluator<float>;
template class Evaluator<double>;

Evaluation evaluate(const Network& network, std::span<const float> theta, const Dataset& data) {
  return Evaluator<float>(network).evaluate(theta, data);
}
Evaluation evaluate(const Network& network, std::span<const double> theta, const Dataset& data) {
  return Evaluator<double>(network).evaluate(theta, data);
}

}  // namespace gradus
