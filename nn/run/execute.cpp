#include "nn/run/execute.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "nn/run/blas.h"

namespace gradus::program {
namespace {

struct Range {
  Index first, last;
};

// A thread's rows; see rows_together.
Range share(const Team& team, Index rows, Index together) {
  const Index chunks = (rows + together - 1) / together;
  return {std::min(chunks * team.rank() / team.size() * together, rows),
          std::min(chunks * (team.rank() + 1) / team.size() * together, rows)};
}
Range share(const Team& team, Index rows) { return share(team, rows, rows_together(rows)); }

// Calls body(first, count) for each chunk of this thread's rows: what a kernel computes in one call never depends on how many
// threads there are.
template <class Body>
void for_chunks(const Team& team, Index rows, Body body) {
  const Range mine = share(team, rows);
  const Index together = rows_together(rows);
  for (Index first = mine.first; first < mine.last; first += together)
    body(first, std::min(together, mine.last - first));
}

}  // namespace

template <class Scalar>
struct Executor<Scalar>::Scope {
  Executor& executor;
  std::span<Scalar* const> values;
  const Team& team;
  std::size_t step;

  Scalar* at(ValueId v) const { return values[static_cast<std::size_t>(v)]; }

  void operator()(const Product& w) const {
    if (w.parts == 0) {
      const auto [first, last] = share(team, w.m);
      multiply(w, last - first, w.n, at(w.a) + first * (w.transpose_a ? 1 : w.k), at(w.b),
               at(w.out) + first * w.n);
      return;
    }
    const auto bound = [&](Index p) {
      return std::min((w.n * p / w.parts + least_columns - 1) / least_columns * least_columns, w.n);
    };
    for (Index p = team.rank(); p < w.parts; p += team.size()) {
      const Index first = bound(p);
      multiply(w, w.m, bound(p + 1) - first, at(w.a), at(w.b) + first * (w.transpose_b ? w.k : 1),
               at(w.out) + first);
    }
  }

  // m rows or n columns of a product, whose operands begin at a, b and c. What is not worth a kernel of its own, as it is no
  // quicker, goes to BLAS; which it is depends on the whole product alone.
  void multiply(const Product& w, Index m, Index n, const Scalar* a, const Scalar* b, Scalar* c) const {
    if (m == 0 || n == 0) return;
    const Index lda = w.transpose_a ? w.m : w.k, ldb = w.transpose_b ? w.k : w.n;
    if (w.parts == 0 && !w.transpose_a && n <= narrow_side && w.m >= 64 && w.k >= 64)
      kernels<Scalar>().few_columns(w.transpose_b, m, n, w.k, a, lda, b, ldb, w.accumulate, c, w.n);
    else if (w.parts > 0 && !w.transpose_b && n >= least_columns && w.k >= 8)
      kernels<Scalar>().few_rows(w.transpose_a, m, n, w.k, a, lda, b, ldb, w.accumulate, c, w.n);
    else
      blas::gemm(w.transpose_a, w.transpose_b, m, n, w.k, a, lda, b, ldb, w.accumulate ? 1 : 0, c, w.n);
  }

  void operator()(const Loop&) const { executor.tiles_[step]->run(team, values); }

  void operator()(const Reduction& w) const {
    const Kernels<Scalar>& kernel = kernels<Scalar>();
    using Kind = Reduction::Kind;
    const auto rows = w.kind == Kind::sum   ? kernel.sum_rows
                      : w.kind == Kind::max ? kernel.max_rows
                                            : kernel.log_sum_exp_rows;
    const auto columns = w.kind == Kind::sum   ? kernel.sum_columns
                         : w.kind == Kind::max ? kernel.max_columns
                                               : kernel.log_sum_exp_columns;
    if (w.inner == 1) {
      for_chunks(team, w.outer, [&](Index first, Index count) {
        rows(count, w.length, at(w.in) + first * w.length, at(w.out) + first);
      });
    } else if (w.outer == 1) {
      for_chunks(team, w.inner, [&](Index first, Index count) {
        columns(w.length, count, w.inner, at(w.in) + first, at(w.out) + first);
      });
    } else {
      for_chunks(team, w.outer, [&](Index first, Index count) {
        for (Index o = first; o < first + count; ++o)
          columns(w.length, w.inner, w.inner, at(w.in) + o * w.length * w.inner, at(w.out) + o * w.inner);
      });
    }
  }

  void operator()(const Copy& w) const {
    if (w.clear_first) {
      const auto [first, last] = share(team, executor.program_->at(w.out).elements);
      std::fill(at(w.out) + first, at(w.out) + last, Scalar(0));
      team.barrier();
    }
    auto sizes = w.sizes;  // of this thread's part: a share of the longest axis
    const auto longest = static_cast<std::size_t>(std::ranges::max_element(sizes) - sizes.begin());
    const auto [first, last] = share(team, sizes[longest]);
    sizes[longest] = last - first;
    const Scalar* in = at(w.in) + w.in_offset + first * w.in_strides[longest];
    Scalar* out = at(w.out) + w.out_offset + first * w.out_strides[longest];
    for (Index i = 0; i < sizes[0]; ++i)
      for (Index j = 0; j < sizes[1]; ++j)
        for (Index k = 0; k < sizes[2]; ++k) {
          const Scalar* from = in + i * w.in_strides[0] + j * w.in_strides[1] + k * w.in_strides[2];
          Scalar* to = out + i * w.out_strides[0] + j * w.out_strides[1] + k * w.out_strides[2];
          for (Index l = 0; l < sizes[3]; ++l) to[l * w.out_strides[3]] = from[l * w.in_strides[3]];
        }
  }

  // The class that the index names, or −1, which ends the run with an Error.
  Index checked(Scalar index, Index classes, Index row) const {
    if (index >= 0 && index < static_cast<Scalar>(classes) && index == std::floor(index))
      return static_cast<Index>(index);
    executor.bad_index_.note(step, row, index);
    return -1;
  }

  void operator()(const Pick& w) const {
    const auto [first, last] = share(team, w.rows);
    for (Index r = first; r < last; ++r) {
      const Index c = checked(at(w.index)[r], w.classes, r);
      at(w.out)[r] = c < 0 ? std::numeric_limits<Scalar>::quiet_NaN() : at(w.in)[r * w.classes + c];
    }
  }

  void operator()(const OneHot& w) const {
    const auto [first, last] = share(team, w.rows);
    std::fill(at(w.out) + first * w.classes, at(w.out) + last * w.classes, Scalar(0));
    for (Index r = first; r < last; ++r)
      if (const Index c = checked(at(w.index)[r], w.classes, r); c >= 0) at(w.out)[r * w.classes + c] = 1;
  }

  void operator()(const Mask& w) const {
    const auto threshold = static_cast<std::uint64_t>(std::ldexp(w.rate, 32));
    const auto kept = static_cast<Scalar>(1 / (1 - w.rate));
    const Random& random = *executor.masks_[step];
    for_chunks(team, (w.elements + 3) / 4, [&](Index first, Index count) {
      for (Index b = first; b < first + count; ++b) {
        const auto words = random.block(static_cast<std::uint64_t>(b));
        for (Index i = 4 * b; i < std::min(4 * b + 4, w.elements); ++i)
          at(w.out)[i] = words[static_cast<std::size_t>(i - 4 * b)] < threshold ? 0 : kept;
      }
    });
  }
};

template <class Scalar>
Executor<Scalar>::Executor(const Program& program)
    : program_(&program), tiles_(program.steps.size()), masks_(program.steps.size()) {
  for (std::size_t s = 0; s < program.steps.size(); ++s)
    if (const auto* loop = std::get_if<Loop>(&program.steps[s].work)) tiles_[s].emplace(*loop);
  draw(0, 0);
}

template <class Scalar>
void Executor<Scalar>::draw(std::uint64_t seed, std::uint64_t step) {
  for (std::size_t s = 0; s < masks_.size(); ++s)
    if (const auto* mask = std::get_if<Mask>(&program_->steps[s].work))
      masks_[s].emplace(seed, mask->purpose, step);
}

template <class Scalar>
void Executor<Scalar>::run(std::size_t first, std::size_t last, std::span<Scalar* const> values,
                           bool poison) {
  if (first == last) return;
  constexpr double small = 1e5;  // operations for which it does not pay to wake other threads
  const bool alone = program_->flops + 8 * program_->elements < small;
  bad_index_.clear();
  Team::run(
      [&](const Team& team) {
        for (std::size_t s = first; s < last; ++s) {
          const Step& step = program_->steps[s];
          if ((step.barrier || poison) && s > first) team.barrier();
          std::visit(Scope{*this, values, team, s}, step.work);
          if (!poison) continue;
          team.barrier();
          for (const ValueId v : step.dying)
            if (team.rank() == 0)
              std::fill_n(values[static_cast<std::size_t>(v)], program_->at(v).elements,
                          std::numeric_limits<Scalar>::quiet_NaN());
        }
      },
      alone);
  if (!bad_index_.found()) return;
  const Step& step = program_->steps[bad_index_.step];
  const auto* pick = std::get_if<Pick>(&step.work);
  const auto* one_hot = std::get_if<OneHot>(&step.work);
  const ValueId index = pick ? pick->index : one_hot->index;
  throw Error(fmt::format("[{}] {} holds {} at position {}; an index must be a whole number from 0 to {}.",
                          pick ? "gather" : "one-hot", program_->at(index).tensor.label(), bad_index_.value,
                          bad_index_.row, (pick ? pick->classes : one_hot->classes) - 1));
}

template class Executor<float>;
template class Executor<double>;

}  // namespace gradus::program
