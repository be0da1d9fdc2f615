#include "tools/bench/floor.h"

#include <cblas.h>
#include <openblas_config.h>

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "base/error.h"
#include "base/random.h"

extern "C" int openblas_get_parallel(void);

namespace gradus::bench {
namespace {

// Numbers from −0.5 to 0.5, over and over again.
float number(std::size_t i) {
  static const auto numbers = [] {
    std::array<float, 4099> drawn;
    std::ranges::generate(drawn, [random = Random(1, "floor")]() mutable {
      return static_cast<float>(random.uniform() - 0.5);
    });
    return drawn;
  }();
  return numbers[i % numbers.size()];
}

struct Matrix {
  Matrix(Index r, Index c, bool f, float scale)
      : rows(r), columns(c), flipped(f), values(static_cast<std::size_t>(r * c)) {
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = scale * number(i);
  }

  Index rows, columns;
  bool flipped;  // in memory it is its transpose
  Vector<float> values;
};

// c ← op(a) op(b), or c ← c + op(a) op(b)
void multiply(const Matrix& a, bool transpose_a, const Matrix& b, bool transpose_b, Matrix& c,
              bool add = false) {
  const auto flag = [](bool transpose) { return transpose ? CblasTrans : CblasNoTrans; };
  const auto stride = [](const Matrix& m) { return static_cast<blasint>(m.flipped ? m.rows : m.columns); };
  const auto m = static_cast<blasint>(c.rows), n = static_cast<blasint>(c.columns);
  const auto k = static_cast<blasint>(transpose_a ? a.rows : a.columns);
  const bool ta = transpose_a != a.flipped, tb = transpose_b != b.flipped;
  const float beta = add ? 1 : 0;
  if (c.flipped)
    cblas_sgemm(CblasRowMajor, flag(!tb), flag(!ta), n, m, k, 1, b.values.data(), stride(b), a.values.data(),
                stride(a), beta, c.values.data(), m);
  else
    cblas_sgemm(CblasRowMajor, flag(ta), flag(tb), m, n, k, 1, a.values.data(), stride(a), b.values.data(),
                stride(b), beta, c.values.data(), n);
}

struct Layout {
  bool cases_in_columns, inputs_first;
};
constexpr Layout layouts[] = {{false, false}, {false, true}, {true, false}, {true, true}};

class Products {
 public:
  Products(Derivative derivative, std::span<const Index> sizes, Index batch, Layout layout)
      : derivative_(derivative) {
    for (std::size_t l = 0; l < sizes.size(); ++l)
      for (auto* list : {&x_, &r_, &d_, &e_})
        list->emplace_back(batch, sizes[l], layout.cases_in_columns, 1.0F);
    for (std::size_t l = 0; l + 1 < sizes.size(); ++l)
      for (auto* list : {&w_, &v_, &g_})
        list->emplace_back(sizes[l + 1], sizes[l], layout.inputs_first, 0.1F);
  }

  void operator()() {
    derivative_ == Derivative::gradient ? gradient() : product(derivative_ == Derivative::hessian);
  }

 private:
  void gradient() {
    for (std::size_t l = 0; l < w_.size(); ++l) multiply(x_[l], false, w_[l], true, x_[l + 1]);
    for (std::size_t l = w_.size(); l-- > 0;) {
      multiply(d_[l + 1], true, x_[l], false, g_[l]);
      if (l > 0) multiply(d_[l + 1], false, w_[l], false, d_[l]);
    }
  }

  void product(bool hessian) {
    for (std::size_t l = 0; l < w_.size(); ++l) {
      multiply(x_[l], false, v_[l], true, r_[l + 1]);
      if (l > 0) multiply(r_[l], false, w_[l], true, r_[l + 1], true);
    }
    for (std::size_t l = w_.size(); l-- > 0;) {
      multiply(e_[l + 1], true, x_[l], false, g_[l]);
      if (l == 0) break;
      if (hessian) multiply(d_[l + 1], true, r_[l], false, g_[l], true);
      multiply(e_[l + 1], false, w_[l], false, e_[l]);
      if (hessian) multiply(d_[l + 1], false, v_[l], false, e_[l], true);
    }
  }

  Derivative derivative_;
  std::vector<Matrix> x_, r_, d_, e_, w_, v_, g_;
};

}  // namespace

void set_blas_threads(int threads) {
  if (openblas_get_parallel() != OPENBLAS_OPENMP)
    throw Error(
        "[bench] floors are measured on the OpenMP build of OpenBLAS, but this program is linked with "
        "another.");
  openblas_set_num_threads(threads);
}

Work floor_of(Derivative derivative, std::span<const Index> sizes, Index batch) {
  std::vector<Work> works;
  for (const Layout layout : layouts)
    works.emplace_back(
        [products = std::make_shared<Products>(derivative, sizes, batch, layout)] { (*products)(); });
  const std::vector<Timing> timings = interleave(works, 0.2);
  return works[static_cast<std::size_t>(std::ranges::min_element(timings, {}, &Timing::quickest) -
                                        timings.begin())];
}

}  // namespace gradus::bench
