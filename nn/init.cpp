#include "nn/init.h"

#include <fmt/format.h>

#include <Eigen/QR>
#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"
#include "base/threads.h"

namespace gradus {
namespace {

using init::Distribution;

bool is_for_matrices(const Initializer& initializer) {
  return !std::holds_alternative<init::Constant>(initializer) &&
         !std::holds_alternative<init::Uniform>(initializer) &&
         !std::holds_alternative<init::Normal>(initializer) &&
         !std::holds_alternative<init::TruncatedNormal>(initializer);
}

// What is wrong with the initializer's numbers; empty: nothing.
std::string mistake(const init::Constant& c) {
  return std::isfinite(c.value) ? "" : fmt::format("the value must be a finite number, not {}", c.value);
}
std::string not_negative(const char* what, double value) {
  if (std::isfinite(value) && value >= 0) return "";
  return fmt::format("the {} must be a finite number of at least 0, not {}", what, value);
}
std::string mistake(const init::Uniform& u) { return not_negative("bound", u.bound); }
std::string mistake(const init::Normal& n) { return not_negative("standard deviation", n.stddev); }
std::string mistake(const init::TruncatedNormal& n) { return not_negative("standard deviation", n.stddev); }
std::string mistake(const init::Glorot&) { return ""; }
std::string mistake(const init::He&) { return ""; }
std::string mistake(const init::Lecun&) { return ""; }
std::string mistake(const init::Orthogonal& o) { return not_negative("gain", o.gain); }
std::string mistake(const init::Sparse& s) {
  if (s.connections < 1) return fmt::format("a unit must have at least 1 connection, not {}", s.connections);
  return not_negative("standard deviation", s.stddev);
}

template <class Scalar>
class Drawing {
 public:
  Drawing(const Shape& shape, Random random, std::span<Scalar> values)
      : shape_(shape), random_(random), values_(values) {}

  void operator()(const init::Constant& c) { std::ranges::fill(values_, static_cast<Scalar>(c.value)); }
  void operator()(const init::Uniform& u) {
    pairs([&](std::uint64_t block) {
      const auto [a, b] = random_.uniforms(block);
      return std::array{u.bound * (2 * a - 1), u.bound * (2 * b - 1)};
    });
  }
  void operator()(const init::Normal& n) {
    pairs([&](std::uint64_t block) {
      const auto [a, b] = random_.normals(block);
      return std::array{n.stddev * a, n.stddev * b};
    });
  }
  void operator()(const init::TruncatedNormal& n) {
    pairs([&](std::uint64_t block) {
      std::array<double, 2> drawn{};
      for (std::size_t found = 0; found < 2; block += std::uint64_t{1} << 50)
        for (const double x : random_.normals(block))
          if (found < 2 && std::abs(x) <= 2) drawn[found++] = n.stddev * x;
      return drawn;
    });
  }
  void operator()(const init::Glorot& g) { scaled(g.distribution, 2 / (fan_in() + fan_out())); }
  void operator()(const init::He& h) { scaled(h.distribution, 2 / fan_in()); }
  void operator()(const init::Lecun& l) { scaled(l.distribution, 1 / fan_in()); }

  void operator()(const init::Orthogonal& o) {
    using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const Index rows = shape_[0], columns = shape_[1], few = std::min(rows, columns);
    Matrix normal(std::max(rows, columns), few);
    for (double& x : normal.reshaped()) x = random_.normal();
    const Eigen::HouseholderQR<Matrix> qr(normal);
    Matrix q = qr.householderQ() * Matrix::Identity(normal.rows(), few);
    for (Index j = 0; j < few; ++j)
      if (qr.matrixQR()(j, j) < 0) q.col(j) *= -1;
    if (rows < columns) q.transposeInPlace();
    Eigen::Map<Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(
        values_.data(), rows, columns) = (o.gain * q).template cast<Scalar>();
  }

  void operator()(const init::Sparse& s) {
    std::ranges::fill(values_, Scalar(0));
    const auto inputs = static_cast<std::size_t>(shape_[1]);
    for (std::size_t unit = 0; unit < static_cast<std::size_t>(shape_[0]); ++unit)
      for (Index i = 0; i < s.connections; ++i) {
        const std::size_t input = random_.below(inputs);
        values_[unit * inputs + input] = static_cast<Scalar>(s.stddev * random_.normal());
      }
  }

 private:
  double fan_in() const { return static_cast<double>(shape_[1]); }
  double fan_out() const { return static_cast<double>(shape_[0]); }

  void scaled(Distribution distribution, double variance) {
    if (distribution == Distribution::uniform)
      (*this)(init::Uniform{std::sqrt(3 * variance)});
    else
      (*this)(init::Normal{std::sqrt(variance)});
  }

  // Two values of each block of random numbers, so that threads may share the drawing.
  template <class Rule>
  void pairs(Rule rule) {
    constexpr Index grain = 4096;
    parallel_for(std::ssize(values_), grain, [&](Index begin, Index end) {
      for (Index i = begin; i < end; i += 2) {
        const std::array<double, 2> drawn = rule(static_cast<std::uint64_t>(i / 2));
        for (Index j = i; j < std::min(i + 2, end); ++j)
          values_[static_cast<std::size_t>(j)] = static_cast<Scalar>(drawn[static_cast<std::size_t>(j - i)]);
      }
    });
  }

  const Shape& shape_;
  Random random_;
  std::span<Scalar> values_;
};

}  // namespace

void check_initializer(const Initializer& initializer, const Shape& shape, std::string_view block) {
  if (is_for_matrices(initializer) && shape.rank() != 2)
    throw Error(
        fmt::format("[init] the initializer of {} is one for matrices (out, in), but its shape is {}. Use a "
                    "constant, uniform or normal one.",
                    block, shape.to_string()));
  const std::string wrong = std::visit([](const auto& i) { return mistake(i); }, initializer);
  if (!wrong.empty()) throw Error(fmt::format("[init] {}: {}.", block, wrong));
}

template <class Scalar>
void draw(const Initializer& initializer, const Shape& shape, Random random, std::span<Scalar> values) {
  std::visit(Drawing<Scalar>(shape, random, values), initializer);
}

template void draw(const Initializer&, const Shape&, Random, std::span<float>);
template void draw(const Initializer&, const Shape&, Random, std::span<double>);

}  // namespace gradus
