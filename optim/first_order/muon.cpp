#include "optim/first_order/muon.h"

#include "optim/first_order/pass.h"
#include "optim/matrix_math.h"
#include "optim/vector_math.h"

namespace gradus {

void MuonOptions::visit(OptionVisitor& o) {
  o.schedule("learning_rate", learning_rate, above(0));
  o.schedule("momentum", momentum, share);
  o.flag("nesterov", nesterov);
  o.integer("iterations", iterations, at_least(1));
  o.number("weight_decay", weight_decay, at_least(0));
  o.number("adam_learning_rate", adam_learning_rate, above(0));
  o.number("beta1", beta1, share);
  o.number("beta2", beta2, share);
  o.number("epsilon", epsilon, at_least(0));
  guards.visit(o);
}

template <class Scalar>
Muon<Scalar>::Muon(MuonOptions options)
    : FirstOrder<Scalar>("muon", options.learning_rate, options.guards),
      options_(checked<Scalar>("muon", options)) {}

template <class Scalar>
void Muon<Scalar>::state(const Fields& each) {
  each("M", m_);
}

template <class Scalar>
void Muon<Scalar>::schedules(const Schedules& each) {
  each("momentum", options_.momentum);
}

template <class Scalar>
void Muon<Scalar>::begin(const Layout& layout) {
  Index of_vectors = 0, largest = 0, side = 0;
  for (const Layout::Block& block : layout.blocks) {
    if (block.columns == 1) {
      of_vectors += block.size();
    } else {
      largest = std::max(largest, block.size());
      side = std::max(side, std::min(block.rows, block.columns));
    }
  }
  v_.assign(static_cast<std::size_t>(of_vectors), 0);
  for (Vector<Scalar>* const n : {&n_, &next_n_}) n->assign(static_cast<std::size_t>(largest), 0);
  for (Vector<Scalar>* const a : {&gram_, &cubic_}) a->assign(static_cast<std::size_t>(side * side), 0);
}

template <class Scalar>
void Muon<Scalar>::visit_numbers(StateVisitor& visitor) {
  visitor.vector("v", std::span(v_));
}

template <class Scalar>
Change Muon<Scalar>::update(const RuleStep<Scalar>& step) {
  Change change;
  std::span<Scalar> v = v_;
  for (const Layout::Block& block : step.layout.blocks) {
    if (block.columns == 1) {
      const auto n = static_cast<std::size_t>(block.size());
      change += update_vector(step.part(block), part(m_, block), v.first(n));
      v = v.subspan(n);
    } else {
      change += update_matrix(step.part(block), block);
    }
  }
  return change;
}

template <class Scalar>
Change Muon<Scalar>::update_vector(const RuleStep<Scalar>& step, std::span<Scalar> all_m,
                                   std::span<Scalar> all_v) {
  const auto mean1 = decay<Scalar>(options_.beta1), mean2 = decay<Scalar>(options_.beta2);
  const auto epsilon = static_cast<Scalar>(options_.epsilon);
  const double eta = options_.adam_learning_rate * step.eta / options_.learning_rate.rate();
  const auto rate = static_cast<Scalar>(eta / (1 - std::pow(options_.beta1, step.t)));
  const auto c = static_cast<Scalar>(1 / (1 - std::pow(options_.beta2, step.t)));
  const auto shrink = static_cast<Scalar>(eta * options_.weight_decay);
  return pass(
      step,
      [=](Scalar g, Scalar& x, Scalar& m, Scalar& v) {
        m = mean1(m, g);
        v = mean2(v, g * g);
        x -= ratio(rate * m, std::sqrt(c * v) + epsilon) + shrink * x;
      },
      all_m, all_v);
}

template <class Scalar>
Change Muon<Scalar>::update_matrix(const RuleStep<Scalar>& step, const Layout::Block& block) {
  const auto mu = static_cast<Scalar>(options_.momentum(step.t));
  const auto size = static_cast<std::size_t>(block.size());
  // N = ahead M + here G
  const Scalar here = options_.nesterov, ahead = options_.nesterov ? mu : 1;
  const Change found = pass<Scalar>(
      step.g, std::span(n_).first(size), {.scale = step.around.scale},
      [=](Scalar g, Scalar& N, Scalar& M) {
        M = mu * M + g;
        N = ahead * M + here * g;
      },
      part(m_, block));
  if (found.first_non_finite >= 0) return Change().prepared(found.from(step.offset));

  orthogonalize(block.rows, block.columns);

  const double shape = static_cast<double>(block.rows) / static_cast<double>(block.columns);
  const auto rate = static_cast<Scalar>(step.eta * std::sqrt(std::max(1.0, shape)));
  const auto shrink = static_cast<Scalar>(step.eta * options_.weight_decay);
  return pass(
      step, [=](Scalar, Scalar& x, Scalar N) { x -= rate * N + shrink * x; },
      std::span<const Scalar>(n_).first(size));
}

template <class Scalar>
void Muon<Scalar>::orthogonalize(Index rows, Index columns) {
  const auto size = static_cast<std::size_t>(rows * columns);
  const Index side = std::min(rows, columns);
  const bool tall = rows > columns;
  const auto a = static_cast<Scalar>(3.4445), b = static_cast<Scalar>(-4.7750),
             c = static_cast<Scalar>(2.0315);

  const double length = norm(std::span<const Scalar>(n_).first(size));
  parallel_for_each(rows * columns, [&, factor = static_cast<Scalar>(1 / (length + 1e-7))](std::size_t i) {
    n_[i] *= factor;
  });
  const auto copy = [](const Vector<Scalar>& from, Vector<Scalar>& to, Index n) {
    parallel_for_each(n, [&](std::size_t i) { to[i] = from[i]; });
  };
  for (Index iteration = 0; iteration < options_.iterations; ++iteration) {
    // NᵀN and N (…) for a tall N, which is N Nᵀ and (…) N for Nᵀ.
    multiply(tall, !tall, side, side, tall ? rows : columns, 1, n_.data(), n_.data(), 0, gram_.data());
    copy(gram_, cubic_, side * side);
    multiply(false, false, side, side, side, c, gram_.data(), gram_.data(), b, cubic_.data());
    copy(n_, next_n_, rows * columns);
    multiply(false, false, rows, columns, side, 1, tall ? n_.data() : cubic_.data(),
             tall ? cubic_.data() : n_.data(), a, next_n_.data());
    std::swap(n_, next_n_);
  }
}

template class Muon<float>;
template class Muon<double>;

}  // namespace gradus
