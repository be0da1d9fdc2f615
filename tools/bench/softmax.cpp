#include "tools/bench/softmax.h"

#include <memory>
#include <numeric>
#include <vector>

#include "data/mnist.h"
#include "nn/dense.h"
#include "nn/network.h"
#include "optim/minimize.h"
#include "optim/objectives/network_objective.h"
#include "optim/registry.h"
#include "optim/vector_math.h"
#include "tools/bench/interleave.h"

namespace gradus::bench {
namespace {

Network softmax_regression() {
  auto graph = std::make_unique<Graph>();
  Parameters parameters(*graph);
  const Tensor x = graph->input("x", Shape{batch, 784}), labels = graph->input("target", Shape{batch});
  const Tensor z = Dense(parameters, "0", 784, 10, init::Constant{0})(x);
  const Tensor penalty = l2(parameters, 1e-4, true);
  return Network(std::move(graph), std::move(parameters),
                 {.input = x,
                  .target = labels,
                  .output = z,
                  .case_loss = softmax_cross_entropy(z, labels),
                  .penalty = penalty});
}

// Times an objective's evaluations, and keeps the last gradient's largest element.
template <class Scalar>
class Watched : public Objective<Scalar> {
 public:
  using typename Objective<Scalar>::View;
  using typename Objective<Scalar>::Ref;

  explicit Watched(Objective<Scalar>& objective) : objective_(objective) {}
  Index size() const override { return objective_.size(); }
  Scalar value(View theta) override {
    return timed([&] { return objective_.value(theta); });
  }
  Scalar gradient(View theta, Ref out) override {
    const Scalar f = timed([&] { return objective_.gradient(theta, out); });
    largest = max_norm(View(out));
    return f;
  }
  Curvature<Scalar>& hessian(View theta) override { return objective_.hessian(theta); }
  Curvature<Scalar>& gauss_newton(View theta) override { return objective_.gauss_newton(theta); }
  void empirical_fisher_diagonal(View theta, Ref out) override {
    objective_.empirical_fisher_diagonal(theta, out);
  }
  std::uint64_t version() const override { return objective_.version(); }
  Layout layout() const override { return objective_.layout(); }

  double seconds = 0, largest = 0;

 private:
  template <class Evaluate>
  Scalar timed(Evaluate evaluate) {
    const double start = now();
    const Scalar f = evaluate();
    seconds += now() - start;
    return f;
  }
  Objective<Scalar>& objective_;
};

}  // namespace

template <class Scalar>
SoftmaxRun run_softmax(const std::filesystem::path& mnist, const std::string& method,
                       const std::string& options, double tolerance, Index max_steps) {
  constexpr std::size_t cases = 10'000;
  const Dataset data = load_mnist(mnist).train;
  std::vector<Index> first(cases);
  std::iota(first.begin(), first.end(), Index{0});
  Vector<Scalar> x(cases * 784), labels(cases);
  data.gather<Scalar>(first, x);
  data.gather_labels<Scalar>(first, labels);

  Network network = softmax_regression();
  NetworkObjective<Scalar> objective(network);
  objective.set_batch(x, labels);
  Watched<Scalar> watched(objective);
  Vector<Scalar> theta(static_cast<std::size_t>(objective.size()), 0), g(theta.size());
  objective.gradient(theta, g);  // the plan is made before the clock starts
  const auto optimizer = make_optimizer<Scalar>(method, options);

  SoftmaxRun run;
  const double start = now();
  const MinimizeResult result =
      minimize(watched, theta, *optimizer, {.max_steps = max_steps, .gradient_norm = 0},
               [&](Iteration<Scalar>& iteration) {
                 const Evaluations& step = iteration.report.evaluations;
                 run.evaluations.values += step.values;
                 run.evaluations.gradients += step.gradients;
                 run.evaluations.products += step.products;
                 run.steps = iteration.step;
                 run.seconds = now() - start;
                 run.seconds_inside = watched.seconds;
                 iteration.stop = watched.largest <= tolerance;
               });
  run.loss = result.loss;
  run.largest_gradient = watched.largest;
  run.ended = result.reason;
  return run;
}

template SoftmaxRun run_softmax<float>(const std::filesystem::path&, const std::string&, const std::string&,
                                       double, Index);
template SoftmaxRun run_softmax<double>(const std::filesystem::path&, const std::string&, const std::string&,
                                        double, Index);

}  // namespace gradus::bench
