#include "optim/first_order/adafactor.h"

#include "optim/first_order/pass.h"
#include "optim/vector_math.h"

namespace gradus {
namespace {

constexpr Index strip = 256;

constexpr std::size_t at(Index i) { return static_cast<std::size_t>(i); }

template <class T>
std::span<T> from(Vector<T>& all, Index offset, Index n) {
  return std::span(all).subspan(at(offset), at(n));
}

template <class Scalar>
Scalar inverse_root(double x) {
  return x > 0 ? bounded<Scalar>(1 / std::sqrt(x)) : 0;
}

}  // namespace

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
      options_(checked<Scalar>("adafactor", options)) {}

template <class Scalar>
void Adafactor<Scalar>::begin(const Layout& layout) {
  constexpr Index panel = 64, most_panels = 64;
  Index rows = 0, columns = 0;
  std::size_t row_sums = 0, column_sums = 0;
  matrices_.clear();
  for (const Layout::Block& block : layout.blocks) {
    if (block.size() == 0) continue;
    const Index n = block.columns == 1 ? 1 : block.rows, k = block.size() / n;
    const Index strips = (k + strip - 1) / strip, panels = std::min((n + panel - 1) / panel, most_panels);
    matrices_.push_back({block, n, k, rows, columns, strips, panels, 0});
    rows += n;
    columns += k;
    row_sums = std::max(row_sums, at(n * strips));
    column_sums = std::max(column_sums, at(k * panels));
  }
  for (Vector<double>* const r : {&r_, &next_r_}) r->assign(at(rows), 0);
  for (Vector<double>* const c : {&c_, &next_c_}) c->assign(at(columns), 0);
  row_factors_.assign(at(rows), 0);
  column_factors_.assign(at(columns), 0);
  row_sums_.assign(row_sums, 0);
  column_sums_.assign(column_sums, 0);
}

template <class Scalar>
void Adafactor<Scalar>::visit_numbers(StateVisitor& visitor) {
  visitor.vector("R", std::span(r_));
  visitor.vector("C", std::span(c_));
}

template <class Scalar>
Change Adafactor<Scalar>::update(const RuleStep<Scalar>& step) {
  for (Matrix& matrix : matrices_)
    if (const Change refused = estimate(step.part(matrix.block), matrix); refused.refused) return refused;
  std::swap(r_, next_r_);
  std::swap(c_, next_c_);
  Change change;
  for (const Matrix& matrix : matrices_) change += move(step.part(matrix.block), matrix);
  return change;
}

// R and C of this step, and Σ U².
template <class Scalar>
Change Adafactor<Scalar>::estimate(const RuleStep<Scalar>& step, Matrix& matrix) {
  const auto [block, rows, columns, first_row, first_column, strips, panels, u2] = matrix;
  const auto r = from(r_, first_row, rows), next_r = from(next_r_, first_row, rows);
  const auto c = from(c_, first_column, columns), next_c = from(next_c_, first_column, columns);
  const auto a = from(row_factors_, first_row, rows);
  const auto b = from(column_factors_, first_column, columns);
  const double scale2 = static_cast<double>(step.around.scale) * static_cast<double>(step.around.scale);
  const double beta = 1 - std::pow(static_cast<double>(step.t), -options_.decay);
  const auto mean = [&](double old, double squares, Index n) {
    return beta * old + (1 - beta) * (scale2 * squares + options_.epsilon1 * static_cast<double>(n));
  };
  // Calls body(strip, panel, first row, end, first column, width) for the matrix piece by piece.
  const auto piece = [&](Index i, const auto& body) {
    const Index of_columns = i % strips, of_rows = i / strips, first = of_columns * strip;
    return body(of_columns, of_rows, rows * of_rows / panels, rows * (of_rows + 1) / panels, first,
                std::min(strip, columns - first));
  };

  parallel_for(strips * panels, 1, [&](Index begin, Index end) {
    for (Index k = begin; k < end; ++k)
      piece(k, [&](Index of_columns, Index of_rows, Index top, Index bottom, Index first, Index width) {
        std::array<double, at(strip)> in_columns{};
        for (Index i = top; i < bottom; ++i) {
          const Scalar* const g = step.g.data() + i * columns + first;
          double in_row = 0;
#pragma omp simd reduction(+ : in_row)
          for (Index j = 0; j < width; ++j) {
            const double square = static_cast<double>(g[j]) * static_cast<double>(g[j]);
            in_columns[at(j)] += square;
            in_row += square;
          }
          row_sums_[at(of_columns * rows + i)] = in_row;
        }
        std::copy_n(in_columns.begin(), width, column_sums_.begin() + of_rows * columns + first);
      });
  });

  double sum = 0;
  for (Index i = 0; i < rows; ++i) {
    double squares = 0;
    for (Index k = 0; k < strips; ++k) squares += row_sums_[at(k * rows + i)];
    sum += next_r[at(i)] = mean(r[at(i)], squares, columns);
    if (!std::isfinite(sum))
      return {.first_non_finite = step.offset + i * columns,
              .refused = "The sum of the squared gradients up to the row",
              .value = sum};
  }
  for (Index i = 0; i < rows; ++i) a[at(i)] = inverse_root<Scalar>(next_r[at(i)] / sum);
  parallel_for_each(columns, [&](std::size_t j) {
    double squares = 0;
    for (Index k = 0; k < panels; ++k) squares += column_sums_[at(k * columns) + j];
    next_c[j] = mean(c[j], squares, rows);
    b[j] = inverse_root<Scalar>(next_c[j]);
  });

  // U = G √(ΣR/R) /√C, so that R C, which may underflow, is never formed.
  matrix.u2 = scale2 * parallel_sum<double>(strips * panels, 1, [&](Index begin, Index end) {
                double squares = 0;
                for (Index k = begin; k < end; ++k)
                  piece(k, [&](Index, Index, Index top, Index bottom, Index first, Index width) {
                    for (Index i = top; i < bottom; ++i) {
                      const Scalar *const g = step.g.data() + i * columns + first, *const of_column =
                                                                                       b.data() + first;
                      double in_row = 0;
#pragma omp simd reduction(+ : in_row)
                      for (Index j = 0; j < width; ++j) {
                        const auto u = static_cast<double>(g[j] * of_column[j]);
                        in_row += u * u;
                      }
                      squares += static_cast<double>(a[at(i)]) * static_cast<double>(a[at(i)]) * in_row;
                    }
                  });
                return squares;
              });
  if (!std::isfinite(matrix.u2))
    return {.first_non_finite = step.offset,
            .refused = "The sum of the squared elements of U, in the block",
            .value = matrix.u2};
  return {};
}

template <class Scalar>
Change Adafactor<Scalar>::move(const RuleStep<Scalar>& step, const Matrix& matrix) {
  const Index rows = matrix.rows, columns = matrix.columns;
  const auto a = from(row_factors_, matrix.first_row, rows);
  const std::span<const Scalar> b = from(column_factors_, matrix.first_column, columns);
  const double n = std::sqrt(static_cast<double>(rows * columns));
  const double rms_x = norm(std::span<const Scalar>(step.theta)) / n, rms_u = std::sqrt(matrix.u2) / n;
  const double rho = std::min(step.eta, 1 / std::sqrt(static_cast<double>(step.t)));
  const double rate = std::max(options_.epsilon2, rms_x) * rho / std::max(1.0, rms_u / options_.clip);
  const auto rule = [rate = static_cast<Scalar>(rate)](Scalar of_row) {
    return [=](Scalar g, Scalar& x, Scalar of_column) { x -= rate * (of_row * g * of_column); };
  };

  if (rows == 1) return pass(step, rule(a[0]), b);
  return parallel_sum<Change>(rows, std::max<Index>(1, 4096 / columns), [&](Index begin, Index end) {
    Change change;
    for (Index i = begin; i < end; ++i)
      change += pass_on_this_thread<Scalar>(step.g.subspan(at(i * columns), at(columns)),
                                            step.theta.subspan(at(i * columns), at(columns)), step.around,
                                            rule(a[at(i)]), b)
                    .from(step.offset + i * columns);
    return change;
  });
}

template class Adafactor<float>;
template class Adafactor<double>;

}  // namespace gradus
