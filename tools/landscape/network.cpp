#include "tools/landscape/network.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/random.h"
#include "optim/training/batch_buffer.h"
#include "optim/training/evaluate.h"
#include "optim/vector_math.h"
#include "tools/landscape/smooth.h"

namespace gradus::landscape {
namespace {

void check(const NetworkOptions& o) {
  if (o.cases < 1) throw Error(fmt::format("[landscape] --cases must be at least 1, not {}.", o.cases));
  if (o.points < 4 || o.points > 200)
    throw Error(fmt::format("[landscape] --points must be from 4 to 200, not {}.", o.points));
  if (!(o.reach > 0 && std::isfinite(o.reach)))
    throw Error(fmt::format("[landscape] --reach must be positive and finite, not {}.", o.reach));
}

std::string shape(const Network& network) {
  return fmt::format("{} ({})", fmt::join(network.layers(), "-"), name(network.options().activation));
}

Dataset some(const Dataset& all, Index cases, std::uint64_t seed) {
  return cases >= all.size() ? all : all.split(cases, seed).second;
}

// θ₀ + x δ + y η
class Plane {
 public:
  Plane(std::span<const float> origin, std::span<const float> first, std::span<const float> second)
      : origin_(origin), first_(first), second_(second), theta_(origin.size()) {}

  std::span<const float> at(double x, double y) {
    for (std::size_t i = 0; i < theta_.size(); ++i)
      theta_[i] = static_cast<float>(static_cast<double>(origin_[i]) + x * static_cast<double>(first_[i]) +
                                     y * static_cast<double>(second_[i]));
    return theta_;
  }

 private:
  std::span<const float> origin_, first_, second_;
  Vector<float> theta_;
};

}  // namespace

Vector<float> filter_direction(const Network& network, std::span<const float> theta, std::uint64_t seed,
                               std::uint64_t which) {
  Vector<float> direction(theta.size());
  for (std::size_t b = 0; b < network.parameters().blocks().size(); ++b) {
    const auto& block = network.parameters().blocks()[b];
    if (block.shape.rank() < 2) continue;
    Random random(seed, "landscape " + block.name, which);
    const auto length = static_cast<std::size_t>(block.size / block.shape[0]);
    const auto from = network.parameters().view<const float>(b, theta);
    const auto to = network.parameters().view<float>(b, direction);
    for (std::size_t row = 0; row < from.size(); row += length) {
      const auto drawn = to.subspan(row, length);
      for (float& x : drawn) x = static_cast<float>(random.normal());
      const double scale = norm(from.subspan(row, length)) / norm(std::span<const float>(drawn));
      for (float& x : drawn) x = static_cast<float>(scale * static_cast<double>(x));
    }
  }
  return direction;
}

NetworkLandscape network_landscape(const NetworkOptions& o, const Dataset& training, const Dataset& test,
                                   const std::function<void(double)>& progress) {
  check(o);
  const auto [network, theta] = load_network<float>(o.network);
  check_fits(network, training);
  const Vector<float> delta = filter_direction(network, theta, o.seed, 0);
  const Vector<float> eta = filter_direction(network, theta, o.seed, 1);
  Vector<float> along = delta;
  if (o.another) {
    const auto [other, theta1] = load_network<float>(*o.another);
    if (shape(other) != shape(network))
      throw Error(fmt::format(
          "[landscape] the network in {} is {}, that in {} is {}; a line goes between two of one shape.",
          o.network, shape(network), *o.another, shape(other)));
    for (std::size_t i = 0; i < along.size(); ++i) along[i] = theta1[i] - theta[i];
  }

  const Dataset training_cases = some(training, o.cases, o.seed), test_cases = some(test, o.cases, o.seed);
  Evaluator<float> evaluator(network);
  NetworkLandscape result;
  result.between = o.another.has_value();
  result.heading = fmt::format("Network {}, {} parameters; {}: {} of {} training and {} of {} test cases.",
                               shape(network), theta.size(), training.name(), training_cases.size(),
                               training.size(), test_cases.size(), test.size());
  const double evaluations = static_cast<double>(o.points * (o.points + 2));
  double done = 0;
  const auto loss = [&](std::span<const float> at, const Dataset& data) {
    const double found = evaluator.evaluate(at, data).loss;
    if (progress) progress(++done / evaluations);
    return found;
  };

  Plane line(theta, along, eta), plane(theta, delta, eta);
  const double first = result.between ? -0.25 : -o.reach, last = result.between ? 1.25 : o.reach;
  for (Index i = 0; i < o.points; ++i) {
    const double alpha = std::lerp(first, last, static_cast<double>(i) / static_cast<double>(o.points - 1));
    result.alpha.push_back(alpha);
    result.training.push_back(loss(line.at(alpha, 0), training_cases));
    result.test.push_back(loss(line.at(alpha, 0), test_cases));
  }
  const Relief coarse = make_relief({{-o.reach, -o.reach}, {o.reach, o.reach}}, o.points, o.points, 0,
                                    [&](const Point& p) { return loss(plane.at(p.x, p.y), training_cases); });
  result.plane = smooth(coarse, 121);
  return result;
}

}  // namespace gradus::landscape
