#include "optim/quasi_newton/bfgs.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/threads.h"
#include "optim/vector_math.h"

namespace gradus {

void BfgsOptions::visit(OptionVisitor& o) {
  static constexpr std::string_view updates[] = {"product", "sum"};
  o.choice("update", update, updates);
  o.choice("bad_curvature", bad_curvature, bad_curvature_names);
  o.flag("scale_initial", scale_initial);
  o.integer("max_parameters", max_parameters, at_least(1));
  line_search.visit(o);
}

template <class Scalar>
Bfgs<Scalar>::Bfgs(BfgsOptions options)
    : LineSearchMethod<Scalar>("bfgs", checked("bfgs", options).line_search), options_(options) {}

template <class Scalar>
void Bfgs<Scalar>::begin(const Layout& layout) {
  const Index n = layout.size();
  if (n > options_.max_parameters)
    throw Error(fmt::format(
        "[bfgs] for {} parameters the matrix H takes {:.3g} GB; max_parameters is {}. Raise it, or choose "
        "lbfgs, which keeps a few vectors only.",
        n, static_cast<double>(n) * static_cast<double>(n) * sizeof(Scalar) * 1e-9, options_.max_parameters));
  const auto size = static_cast<std::size_t>(n);
  h_.assign(size * size, 0);
  for (Vector<Scalar>* vector : {&s_, &y_, &hy_}) vector->assign(size, 0);
  forget();
}

template <class Scalar>
void Bfgs<Scalar>::forget() {
  std::ranges::fill(h_, Scalar(0));
  for (std::size_t i = 0; i < s_.size(); ++i) h_[i * s_.size() + i] = 1;
  updates_ = 0;
}

template <class Scalar>
void Bfgs<Scalar>::visit_state(StateVisitor& visitor) {
  visitor.integer("updates", updates_);
  visitor.vector("H", std::span(h_));
}

template <class Scalar>
void Bfgs<Scalar>::multiply(View x, Ref out) const {
  const std::size_t n = x.size();
  parallel_for(std::ssize(x), 16, [&](Index begin, Index end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      double sum = 0;
      for (std::size_t j = 0; j < n; ++j)
        sum += static_cast<double>(h_[i * n + j]) * static_cast<double>(x[j]);
      out[i] = static_cast<Scalar>(sum);
    }
  });
}

template <class Scalar>
void Bfgs<Scalar>::add_outer(double a, View x, View y) {
  const std::size_t n = x.size();
  parallel_for(std::ssize(x), 16, [&](Index begin, Index end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      const auto row = static_cast<Scalar>(a * static_cast<double>(x[i]));
      for (std::size_t j = 0; j < n; ++j) h_[i * n + j] += row * y[j];
    }
  });
}

template <class Scalar>
double Bfgs<Scalar>::direction(const Point& at, Ref d, StepReport&) {
  multiply(at.g, d);
  for (Scalar& x : d) x = -x;
  return updates_ == 0 ? std::min(1.0, 1 / at.gradient_norm) : 1;
}

template <class Scalar>
void Bfgs<Scalar>::moved(const Move& m) {
  const PairProducts pair =
      take_pair<Scalar>(m.theta, m.next_theta, m.g, m.next_g, m.alpha, m.g, options_.bad_curvature, s_, y_);
  if (!pair.usable) return;
  if (updates_++ == 0 && options_.scale_initial)
    for (std::size_t i = 0; i < s_.size(); ++i)
      h_[i * s_.size() + i] = static_cast<Scalar>(pair.s_y / pair.y_y);

  const double rho = 1 / pair.s_y;
  multiply(y_, hy_);
  if (options_.update == BfgsOptions::Update::product) {
    add_outer(-rho, s_, hy_);  // H is symmetric: yᵀH = (Hy)ᵀ
    multiply(y_, hy_);
    add_outer(-rho, hy_, s_);
    add_outer(rho, s_, s_);
  } else {
    const double y_hy = dot(View(y_), View(hy_));
    // H + s uᵀ + u sᵀ with u = ½ ρ (1 + ρ yᵀHy) s − ρ Hy
    Vector<Scalar>& u = hy_;
    const double of_s = 0.5 * rho * (1 + rho * y_hy);
    for (std::size_t i = 0; i < u.size(); ++i)
      u[i] = static_cast<Scalar>(of_s * static_cast<double>(s_[i]) - rho * static_cast<double>(u[i]));
    const std::size_t n = u.size();
    parallel_for(std::ssize(u), 16, [&](Index begin, Index end) {
      for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i)
        for (std::size_t j = 0; j < n; ++j) h_[i * n + j] += s_[i] * u[j] + u[i] * s_[j];
    });
  }
}

template class Bfgs<float>;
template class Bfgs<double>;

}  // namespace gradus
