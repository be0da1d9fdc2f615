#include "optim/first_order/adafactor.h"

#include "optim/first_order/pass.h"
#include "optim/vector_math.h"

namespace gradus {
namespace {

template <class T>
std::span<T> from(Vector<T>& all, Index offset, Index n) {
  return std::span(all).subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(n));
}

}  // namespace

// A vector is a matrix of one row: V = C then.
template <class Scalar>
struct Adafactor<Scalar>::Matrix {
  explicit Matrix(const Layout::Block& block)
      : rows(block.columns == 1 ? 1 : block.rows), columns(block.size() / std::max<Index>(rows, 1)) {}
  Index rows, columns;
  Index first_row = 0, first_column = 0;  // where its R and C begin
};

void AdafactorOptions::visit(OptionVisitor& o) {
  o.schedule("learning_rate", learning_rate, above(0));
  o.number("decay", decay, between(0, 1));
  o.number("epsilon1", epsilon1, at_least(0));
  o.number("epsilon2", epsilon2, at_least(0));
  o.number("clip", clip, above(0));
  guards.visit(o);
}

template <class Scalar>
Adafactor<Scalar>::Adafactor(AdafactorOptions options)
    : FirstOrder<Scalar>("adafactor", options.learning_rate, options.guards),
      options_(checked("adafactor", options)) {}

template <class Scalar>
void Adafactor<Scalar>::begin(const Layout& layout) {
  std::size_t rows = 0, columns = 0;
  for (const Layout::Block& block : layout.blocks) {
    rows += static_cast<std::size_t>(Matrix(block).rows);
    columns += static_cast<std::size_t>(Matrix(block).columns);
  }
  r_.assign(rows, 0);
  c_.assign(columns, 0);
  row_factors_.assign(rows, 0);
  column_factors_.assign(columns, 0);
  squares_.assign(rows, 0);
  changes_.assign(rows, {});
}

template <class Scalar>
void Adafactor<Scalar>::visit_numbers(StateVisitor& visitor) {
  visitor.vector("R", std::span(r_));
  visitor.vector("C", std::span(c_));
}

template <class Scalar>
Change Adafactor<Scalar>::update(const RuleStep<Scalar>& step) {
  Change change;
  Index first_row = 0, first_column = 0;
  for (const Layout::Block& block : step.layout.blocks) {
    Matrix matrix(block);
    matrix.first_row = first_row;
    matrix.first_column = first_column;
    change += update(step.part(block), matrix);
    first_row += matrix.rows;
    first_column += matrix.columns;
  }
  return change;
}

template <class Scalar>
Change Adafactor<Scalar>::update(const RuleStep<Scalar>& step, const Matrix& matrix) {
  const Index rows = matrix.rows, columns = matrix.columns;
  if (rows == 0 || columns == 0) return {};
  const auto R = from(r_, matrix.first_row, rows), C = from(c_, matrix.first_column, columns);
  const auto a = from(row_factors_, matrix.first_row, rows);
  const auto b = from(column_factors_, matrix.first_column, columns);
  const auto squares = from(squares_, matrix.first_row, rows);
  const auto changes = from(changes_, matrix.first_row, rows);
  const auto at = [](Index i) { return static_cast<std::size_t>(i); };
  const Index some_rows = std::max<Index>(1, 4096 / columns);

  const double beta = 1 - std::pow(static_cast<double>(step.t), -options_.decay);
  const double scale2 = static_cast<double>(step.scale) * static_cast<double>(step.scale);
  const auto mean = [&](double old, double squares_of_g, Index n) {
    return beta * old + (1 - beta) * (scale2 * squares_of_g + options_.epsilon1 * static_cast<double>(n));
  };
  const auto inverse_root = [](double x) { return static_cast<Scalar>(x > 0 ? 1 / std::sqrt(x) : 0); };

  parallel_for(rows, some_rows, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const auto row = step.g.subspan(at(i * columns), at(columns));
      R[at(i)] = mean(R[at(i)], dot(row, row), columns);
    }
  });
  parallel_for(columns, 256, [&](Index begin, Index end) {
    for (Index first = begin; first < end; first += 256) {
      std::array<double, 256> sums{};
      const Index n = std::min<Index>(256, end - first);
      for (Index i = 0; i < rows; ++i) {
        const Scalar* const g = step.g.data() + i * columns + first;
        for (Index j = 0; j < n; ++j) sums[at(j)] += static_cast<double>(g[j]) * static_cast<double>(g[j]);
      }
      for (Index j = 0; j < n; ++j) {
        double& c = C[at(first + j)];
        c = mean(c, sums[at(j)], rows);
        b[at(first + j)] = inverse_root(c);
      }
    }
  });
  double sum = 0;
  for (Index i = 0; i < rows; ++i) {
    sum += R[at(i)];
    if (!std::isfinite(sum)) return {.first_non_finite = step.offset + i * columns};
  }
  for (Index i = 0; i < rows; ++i) a[at(i)] = inverse_root(R[at(i)] / sum);

  // U = G √(ΣR/R) /√C, so that R C, which may underflow, is never formed.
  parallel_for(rows, some_rows, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const Scalar* const g = step.g.data() + i * columns;
      double u2 = 0;
      for (Index j = 0; j < columns; ++j) {
        const double u = static_cast<double>(a[at(i)] * g[j] * b[at(j)]);
        u2 += u * u;
      }
      squares[at(i)] = scale2 * u2;
    }
  });
  double u2 = 0;
  for (const double x : squares) u2 += x;
  const double n = std::sqrt(static_cast<double>(rows * columns));
  const double rms_x = norm(std::span<const Scalar>(step.theta)) / n, rms_u = std::sqrt(u2) / n;
  const double rho = std::min(step.eta, 1 / std::sqrt(static_cast<double>(step.t)));
  const double rate = std::max(options_.epsilon2, rms_x) * rho / std::max(1.0, rms_u / options_.clip);

  parallel_for(rows, some_rows, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      RuleStep<Scalar> row = step;
      row.g = step.g.subspan(at(i * columns), at(columns));
      row.theta = step.theta.subspan(at(i * columns), at(columns));
      row.offset = step.offset + i * columns;
      changes[at(i)] = pass(
          row,
          [rate = static_cast<Scalar>(rate), of_row = a[at(i)]](
              Scalar g, Scalar& x, const Scalar& of_column) { x -= rate * (of_row * g * of_column); },
          b);
    }
  });
  Change change;
  for (const Change& of_row : changes) change += of_row;
  return change;
}

template class Adafactor<float>;
template class Adafactor<double>;

}  // namespace gradus
