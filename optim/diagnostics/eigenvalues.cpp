#include "optim/diagnostics/eigenvalues.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/random.h"
#include "base/threads.h"
#include "optim/diagnostics/lanczos.h"

namespace gradus {

void EigenvalueOptions::visit(OptionVisitor& o) {
  o.flag("both_ends", both_ends);
  o.integer("max_products", max_products, at_least(1));
  o.number("tolerance", tolerance, at_least(0));
  o.integer("seed", seed, at_least(0));
}

namespace {

enum class End { largest, smallest };

template <class Scalar>
void random_normals(const Random& random, std::span<Scalar> v) {
  parallel_for(std::ssize(v), 4096, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i)
      v[static_cast<std::size_t>(i)] = static_cast<Scalar>(
          random.normals(static_cast<std::uint64_t>(i / 2))[static_cast<std::size_t>(i % 2)]);
  });
}

// What Lanczos' method has found: the Ritz values of its complete blocks, which are eigenvalues, and of the block that is
// growing.
struct Spectrum {
  Index count;
  double relative_tolerance, epsilon;
  std::vector<RitzValue> complete = {}, growing = {};

  double largest_size() const {
    double largest = 0;
    for (const auto* ritz_values : {&complete, &growing})
      for (const RitzValue& ritz : *ritz_values) largest = std::max(largest, std::abs(ritz.value));
    return largest;
  }

  std::vector<Eigenvalue> eigenvalues(End end) const {
    const double size = largest_size();
    std::vector<Eigenvalue> list;
    for (const auto* ritz_values : {&complete, &growing})
      for (const auto& [value, rest, weight] : *ritz_values) {
        const double bound = rest + epsilon * size;
        list.push_back({value, bound, bound <= relative_tolerance * size});
      }
    std::ranges::sort(list, std::ranges::less{}, &Eigenvalue::value);
    if (end == End::largest) std::ranges::reverse(list);
    list.resize(std::min(list.size(), static_cast<std::size_t>(count)));
    return list;
  }

  bool converged(End end) const {
    const auto list = eigenvalues(end);
    return std::ssize(list) == count && std::ranges::all_of(list, &Eigenvalue::converged);
  }

  // Whether the growing block, which may have copies of eigenvalues that are complete, has no more to add to them.
  bool adds_nothing(End end) const {
    const double sign = end == End::largest ? 1 : -1, tolerance = relative_tolerance * largest_size();
    const RitzValue& outermost = end == End::largest ? growing.back() : growing.front();
    const auto not_inside = [&](const RitzValue& ritz) {
      return sign * ritz.value >= sign * outermost.value - tolerance;
    };
    return outermost.bound <= tolerance && std::ranges::count_if(complete, not_inside) >= count;
  }
};

template <class Scalar>
Eigenvalues eigenvalues_of(Curvature<Scalar>& c, Index n, Index count, const EigenvalueOptions& given) {
  const EigenvalueOptions options = checked("largest_eigenvalues", given);
  if (count < 1) throw Error(fmt::format("[largest_eigenvalues] count must be at least 1, not {}.", count));
  Lanczos<Scalar> lanczos(c, n);
  std::vector<End> ends{End::largest};
  if (options.both_ends) ends.push_back(End::smallest);
  Spectrum spectrum{std::min(count, n), options.tolerance,
                    static_cast<double>(std::numeric_limits<Scalar>::epsilon())};

  bool stop = false;
  Vector<Scalar> start(static_cast<std::size_t>(n));
  for (std::uint64_t block = 0; !stop; ++block) {
    random_normals<Scalar>(Random(static_cast<std::uint64_t>(options.seed), "lanczos q", block), start);
    if (!lanczos.begin(start)) break;  // the complete blocks are all of C
    LanczosStep step = LanczosStep::extended;
    for (Index k = 1, next_look = 1; step == LanczosStep::extended && !stop; ++k) {
      step = lanczos.step();
      stop = step == LanczosStep::non_finite || lanczos.products() == options.max_products;
      if (step == LanczosStep::extended && !stop && k < next_look) continue;
      next_look = k + 1 + k / 10;  // a look costs k³
      spectrum.growing = ritz_values(lanczos.t());
      if (stop) break;
      stop = spectrum.complete.empty()
                 ? step == LanczosStep::extended &&
                       std::ranges::all_of(ends, [&](End end) { return spectrum.converged(end); })
                 : std::ranges::all_of(ends, [&](End end) { return spectrum.adds_nothing(end); });
    }
    if (stop) break;
    spectrum.complete.insert(spectrum.complete.end(), spectrum.growing.begin(), spectrum.growing.end());
    spectrum.growing.clear();
  }

  Eigenvalues result;
  result.largest = spectrum.eigenvalues(End::largest);
  if (options.both_ends) result.smallest = spectrum.eigenvalues(End::smallest);
  result.products = lanczos.products();
  result.message = lanczos.message();
  result.converged =
      result.message.empty() && std::ranges::all_of(ends, [&](End end) { return spectrum.converged(end); });
  if (result.message.empty() && !result.converged) {
    const auto done = std::ranges::count_if(result.largest, &Eigenvalue::converged) +
                      std::ranges::count_if(result.smallest, &Eigenvalue::converged);
    result.message = fmt::format(
        "After {} products {} of {} eigenvalues have converged to a tolerance of {}; ask for fewer, allow "
        "more "
        "products, or a larger tolerance.",
        result.products, done, spectrum.count * std::ssize(ends), options.tolerance);
  }
  return result;
}

}  // namespace

Eigenvalues largest_eigenvalues(Curvature<float>& c, Index n, Index count, const EigenvalueOptions& options) {
  return eigenvalues_of(c, n, count, options);
}
Eigenvalues largest_eigenvalues(Curvature<double>& c, Index n, Index count,
                                const EigenvalueOptions& options) {
  return eigenvalues_of(c, n, count, options);
}

}  // namespace gradus
