// Initializers by name, for the command line.
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

#include "base/error.h"
#include "base/nearest.h"
#include "nn/init.h"

namespace gradus {
namespace {

using Named = std::pair<std::string_view, Initializer>;
const std::array all{Named{"zeros", init::Constant{0}},
                     Named{"uniform", init::Uniform{}},
                     Named{"normal", init::Normal{}},
                     Named{"truncated-normal", init::TruncatedNormal{}},
                     Named{"glorot-uniform", init::glorot_uniform},
                     Named{"glorot-normal", init::glorot_normal},
                     Named{"he-uniform", init::he_uniform},
                     Named{"he-normal", init::he_normal},
                     Named{"lecun-uniform", init::lecun_uniform},
                     Named{"lecun-normal", init::lecun_normal},
                     Named{"orthogonal", init::Orthogonal{}},
                     Named{"sparse", init::Sparse{}}};

// Puts the number where the initializer has one.
struct SetNumber {
  double number;
  bool operator()(init::Uniform& u) const { return u.bound = number, true; }
  bool operator()(init::Normal& n) const { return n.stddev = number, true; }
  bool operator()(init::TruncatedNormal& n) const { return n.stddev = number, true; }
  bool operator()(init::Orthogonal& o) const { return o.gain = number, true; }
  bool operator()(init::Sparse& s) const {
    s.connections = static_cast<Index>(number);
    return static_cast<double>(s.connections) == number;
  }
  bool operator()(auto&) const { return false; }
};

}  // namespace

Initializer initializer_from_name(std::string_view text) {
  const std::size_t colon = text.find(':');
  std::array<std::string_view, all.size()> names;
  for (std::size_t i = 0; i < all.size(); ++i) names[i] = all[i].first;
  Initializer initializer = all[find_name("initializer", text.substr(0, colon), names)].second;
  if (colon == std::string_view::npos) return initializer;

  const std::string_view digits = text.substr(colon + 1);
  double number = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool read = failure == std::errc() && end == digits.data() + digits.size();
  if (!read || !(number > 0 && number < 1e9) || !std::visit(SetNumber{number}, initializer))
    throw Error(
        fmt::format("[initializer] \"{}\" cannot take the number \"{}\".", text.substr(0, colon), digits));
  return initializer;
}

}  // namespace gradus
