#include "nn/check_gradients.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.h"
#include "base/random.h"
#include "nn/graph/derive.h"

namespace gradus {
namespace {

using Row = GradientCheck::Row;
constexpr double epsilon = std::numeric_limits<double>::epsilon();

// A derivative beside its central difference.
struct Comparison {
  Index place;        // in the block
  double derivative;  //
  double difference;  // D(h)
  double doubt;       // how far D(h) may be off, up to a factor
  double curvature;   // (f(h) − 2 f(0) + f(−h)) / h
  double rounding;    // how far rounding alone may move D(h)
};

// From the values at −2h, −h, 0, h, 2h. For a kink at distance d within h, D(h) is off by at most 1.25
// doubts: the first sees it unless d is near 0, the second unless d is near 2h/3. Of a jump it is off by at
// most 2.
Comparison compare(Index place, double derivative, const std::array<double, 5>& f, double h, double size) {
  const double near = (f[3] - f[1]) / (2 * h), far = (f[4] - f[0]) / (4 * h);
  const double second = f[3] - 2 * f[2] + f[1], second_far = f[4] - 2 * f[2] + f[0];
  const double doubt = std::max(std::abs(far - near), std::abs(second_far - 4 * second) / h);
  return {place, derivative, near, doubt, second / h, 32 * epsilon * size / h};
}

// The largest finite derivative or difference.
double largest(const std::vector<Comparison>& list) {
  double largest = 0;
  for (const Comparison& c : list)
    for (const double x : {c.derivative, c.difference})
      if (std::isfinite(x)) largest = std::max(largest, std::abs(x));
  return largest;
}

double median_doubt(const std::vector<Comparison>& list) {
  if (list.empty()) return 0;
  std::vector<double> doubts;
  for (const Comparison& c : list) doubts.push_back(c.doubt);
  const auto middle = doubts.begin() + static_cast<std::ptrdiff_t>(doubts.size() / 2);
  std::ranges::nth_element(doubts, middle);
  return *middle;
}

// size: the largest derivative of all blocks. A doubt that is not small beside it comes from a kink.
Row judge(const std::string& block, std::vector<Comparison> list, double size) {
  Row row{.block = block, .compared = static_cast<Index>(list.size())};
  const double norm = largest(list);
  row.kinks = static_cast<Index>(std::erase_if(
      list, [&](const Comparison& c) { return std::isfinite(c.derivative) && 4 * c.doubt > 1e-4 * size; }));

  const double typical = median_doubt(list);
  double worst = -1;
  for (const Comparison& c : list) {
    const double error = std::abs(c.derivative - c.difference);
    const double tolerance = 4 * (c.doubt + typical) + c.rounding;
    const double ratio = error == 0 ? 0 : std::isnan(error) ? INFINITY : error / tolerance;
    row.largest_error = std::max(row.largest_error, std::isnan(error) ? INFINITY : error);
    if (ratio <= worst) continue;
    worst = ratio;
    row.worst = c.place;
    row.derivative = c.derivative;
    row.difference = c.difference;
    row.tolerance = tolerance;
  }
  if (row.largest_error > 0) row.relative_error = row.largest_error / norm;
  return row;
}

std::vector<Row> judge(const Parameters& parameters, const std::vector<std::vector<Comparison>>& blocks) {
  double size = 0;
  for (const auto& list : blocks) {
    size = std::max(size, largest(list));
    for (const Comparison& c : list) size = std::max(size, std::abs(c.curvature));
  }
  std::vector<Row> rows;
  for (std::size_t i = 0; i < blocks.size(); ++i)
    rows.push_back(judge(parameters.blocks()[i].name, blocks[i], size));
  return rows;
}

// At most `count` of 0 … n − 1, all different, in order (Floyd's sample: Bentley & Floyd 1987).
std::vector<Index> sample(Index n, Index count, Random random) {
  std::vector<Index> chosen;
  for (Index i = std::max(Index{0}, n - count); i < n; ++i) {
    const Index drawn = n <= count ? i : static_cast<Index>(random.below(static_cast<std::uint64_t>(i) + 1));
    chosen.push_back(std::ranges::find(chosen, drawn) == chosen.end() ? drawn : i);
  }
  std::ranges::sort(chosen);
  return chosen;
}

// Runs plans of the loss at a point that moves.
class Check {
 public:
  Check(Tensor loss, Parameters& parameters, std::span<const double> theta,
        std::span<const InputValues> inputs, Index cases, const GradientCheckOptions& options)
      : parameters_(parameters),
        inputs_(inputs),
        options_(options),
        theta_(theta.begin(), theta.end()),
        point_(theta_),
        gradient_(theta_.size()),
        loss_plan_(std::array{loss}, cases),
        gradient_plan_(grad(loss, parameters.tensors()), cases) {
    bind(loss_plan_);
    bind(gradient_plan_);
    parameters_.bind_outputs(gradient_plan_, 0, gradient_);
    if (const double value = loss_at_point(); !std::isfinite(value))
      throw Error(
          fmt::format("[check gradients] the loss is {} at these parameters; there is nothing to compare.",
                      std::isnan(value) ? std::abs(value) : value));
  }

  std::vector<Row> gradient() {
    gradient_plan_.run();
    const Vector<double> exact = gradient_;
    std::vector<std::vector<Comparison>> blocks;
    for (const Parameters::Block& block : parameters_.blocks()) {
      std::vector<Comparison>& list = blocks.emplace_back();
      for (const Index place :
           sample(block.size, options_.coordinates, Random(options_.seed, "check " + block.name)))
        list.push_back(coordinate(place, static_cast<std::size_t>(block.offset + place), exact));
    }
    return judge(parameters_, blocks);
  }

  std::vector<Row> hessian(Tensor loss, Index cases) {
    Vector<double> direction(theta_.size()), product(theta_.size());
    Random random(options_.seed, "check direction");
    const double length = 1 / std::sqrt(static_cast<double>(theta_.size()));
    for (double& v : direction) v = random() % 2 == 0 ? length : -length;

    const std::vector<Tensor> v = parameters_.like("check direction");
    Plan<double> plan(hvp(loss, parameters_.tensors(), v), cases);
    bind(plan);
    parameters_.bind(plan, v, direction);
    parameters_.bind_outputs(plan, 0, product);
    plan.run();

    const double h =
        step(std::abs(*std::ranges::max_element(theta_, {}, [](double x) { return std::abs(x); })));
    std::array<Vector<double>, 5> f;
    for (std::size_t k = 0; k < 5; ++k) {
      const double t = (static_cast<double>(k) - 2) * h;
      for (std::size_t i = 0; i < point_.size(); ++i) point_[i] = theta_[i] + t * direction[i];
      gradient_plan_.run();
      f[k] = gradient_;
    }
    point_ = theta_;

    double size = 0;
    for (const double g : f[2]) size = std::max(size, std::abs(g));
    std::vector<std::vector<Comparison>> blocks;
    for (const Parameters::Block& block : parameters_.blocks()) {
      std::vector<Comparison>& list = blocks.emplace_back();
      for (Index place = 0; place < block.size; ++place) {
        const auto i = static_cast<std::size_t>(block.offset + place);
        list.push_back(compare(place, product[i], {f[0][i], f[1][i], f[2][i], f[3][i], f[4][i]}, h, size));
      }
    }
    return judge(parameters_, blocks);
  }

 private:
  void bind(Plan<double>& plan) {
    for (const InputValues& input : inputs_) plan.bind(input.input, input.values);
    parameters_.bind(plan, point_);
  }

  static double step(double theta) { return std::cbrt(epsilon) * std::max(1.0, theta); }

  double loss_at_point() {
    loss_plan_.run();
    return loss_plan_.output(0)[0];
  }

  Comparison coordinate(Index place, std::size_t i, const Vector<double>& exact) {
    const double theta = theta_[i], h = step(std::abs(theta));
    std::array<double, 5> f;
    for (std::size_t k = 0; k < 5; ++k) {
      point_[i] = theta + (static_cast<double>(k) - 2) * h;
      f[k] = loss_at_point();
    }
    point_[i] = theta;
    // The rounding of θ ± h moves f by its slope.
    return compare(place, exact[i], f, h, std::abs(f[2]) + std::abs(theta * exact[i]));
  }

  Parameters& parameters_;
  std::span<const InputValues> inputs_;
  GradientCheckOptions options_;
  Vector<double> theta_, point_, gradient_;
  Plan<double> loss_plan_, gradient_plan_;
};

std::string table(const char* title, const std::vector<Row>& rows) {
  std::size_t width = 5;
  for (const Row& row : rows) width = std::max(width, row.block.size());
  std::string text = fmt::format(
      "{}\n  {:{}}  compared  near a kink  largest error  relative  at worst: derivative         "
      "difference   tolerance\n",
      title, "block", width);
  for (const Row& row : rows)
    text += fmt::format("  {:{}}  {:8}  {:11}  {:13.1e}  {:8.1e}  {:>9}  {:16.9e}  {:17.9e}  {:10.1e}  {}\n",
                        row.block, width, row.compared, row.kinks, row.largest_error, row.relative_error,
                        row.worst < 0 ? "none" : fmt::format("[{}]", row.worst), row.derivative,
                        row.difference, row.tolerance, row.passed() ? "ok" : "WRONG");
  return text;
}

}  // namespace

bool Row::passed() const { return worst >= 0 && std::abs(derivative - difference) <= tolerance; }

bool GradientCheck::passed() const {
  return std::ranges::all_of(gradient, &Row::passed) && std::ranges::all_of(hessian, &Row::passed);
}

std::string GradientCheck::to_string() const {
  return table("gradient against central differences of the loss", gradient) +
         table("Hessian product against central differences of the gradient", hessian) +
         (passed() ? "passed\n" : "NOT passed\n");
}

GradientCheck check_gradients(Tensor loss, Parameters& parameters, std::span<const double> theta,
                              std::span<const InputValues> inputs, Index cases,
                              const GradientCheckOptions& options) {
  if (parameters.size() == 0) throw Error("[check gradients] there are no parameters.");
  if (options.coordinates < 1)
    throw Error(fmt::format("[check gradients] at least 1 coordinate of a block must be compared, not {}.",
                            options.coordinates));
  Check check(loss, parameters, theta, inputs, cases, options);
  return {check.gradient(), check.hessian(loss, cases)};
}

GradientCheck check_gradients(Network& network, std::span<const double> theta, std::span<const double> inputs,
                              std::span<const double> targets, const GradientCheckOptions& options) {
  const auto width = static_cast<std::size_t>(network.input().shape().bound(1).elements());
  if (inputs.empty() || inputs.size() % width != 0)
    throw Error(
        fmt::format("[check gradients] a case has {} numbers; {} inputs are no whole number of cases.", width,
                    inputs.size()));
  const std::array values{InputValues{network.input(), inputs}, InputValues{network.target(), targets}};
  return check_gradients(network.training_loss(), network.parameters(), theta, values,
                         static_cast<Index>(inputs.size() / width), options);
}

}  // namespace gradus
