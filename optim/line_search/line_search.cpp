#include "optim/line_search/line_search.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "optim/line_search/search.h"

namespace gradus {

void LineSearch::visit(OptionVisitor& o) {
  static constexpr std::string_view kinds[] = {"backtracking", "strong-wolfe", "hager-zhang"};
  o.choice("line_search", kind, kinds);
  o.number("sufficient_decrease", sufficient_decrease, {0, 0.5, false, false});
  o.number("curvature", curvature, {sufficient_decrease, 1, false, false});
  o.number("shrink", shrink, {0, 1, false, false});
  o.integer("max_evaluations", max_evaluations, between(1, std::numeric_limits<int>::max()));
  o.number("max_alpha", max_alpha, above(0));
}

LineSearchResult LineSearch::operator()(LineFunction& phi, const LinePoint& start, double first,
                                        double rounding) const {
  const auto refused = [&](const char* why) {
    return LineSearchResult{LineSearchStatus::not_descent, start, 0, false, why};
  };
  if (!std::isfinite(start.value) || !std::isfinite(start.slope))
    return refused("φ(0) or φ'(0) is not finite");
  if (start.slope >= 0) return refused("φ'(0) is not negative");

  Search search(phi, start, *this, rounding);
  const double alpha = std::min(std::isfinite(first) && first > 0 ? first : 1, max_alpha);
  switch (kind) {
    case Kind::backtracking:
      return backtracking(search, alpha);
    case Kind::strong_wolfe:
      return more_thuente(search, alpha);
    case Kind::hager_zhang:
      break;
  }
  return hager_zhang(search, alpha);
}

Search::Search(LineFunction& phi, const LinePoint& from, const LineSearch& how, double relative)
    : start(from),
      options(how),
      rounding(relative),
      epsilon(16 * relative * std::abs(from.value)),
      phi_(phi),
      lowest_(from) {}

bool Search::at(double alpha, LinePoint& point) {
  if (evaluations_ >= options.max_evaluations) return false;
  point = phi_.at(alpha);
  return note(point, std::isfinite(point.value) && std::isfinite(point.slope));
}

bool Search::value_at(double alpha, LinePoint& point) {
  if (evaluations_ >= options.max_evaluations) return false;
  point = phi_.value_at(alpha);
  return note(point, std::isfinite(point.value));
}

bool Search::note(LinePoint& point, bool finite) {
  ++evaluations_;
  if (!finite || !level(point)) all_level_ = false;
  if (!finite) {
    point.value = std::numeric_limits<double>::infinity();
    point.slope = std::numeric_limits<double>::quiet_NaN();
    return true;
  }
  if (point.value < lowest_.value) lowest_ = point;

  // The parabola through φ(0), φ'(0) and this value promises a decrease of s²/4(s + Δ).
  const double s = -point.alpha * start.slope, rise = std::max(0.0, point.value - start.value);
  if (!(s / 4 * (s / (s + rise)) <= epsilon)) promising_ = true;
  finite_seen_ = true;
  return true;
}

bool Search::sufficient_decrease(const LinePoint& p) const {
  return p.value - start.value <= options.sufficient_decrease * p.alpha * start.slope;
}

bool Search::level(const LinePoint& p) const { return std::abs(p.value - start.value) <= epsilon; }

bool Search::approximate_wolfe(const LinePoint& p) const {
  return p.slope <= (2 * options.sufficient_decrease - 1) * start.slope &&
         p.slope >= options.curvature * start.slope;
}

LineSearchResult Search::accept(const LinePoint& last) const {
  return {LineSearchStatus::ok, last, evaluations_, !sufficient_decrease(last)};
}

LineSearchResult Search::give_up(const char* reason, bool closed_in) const {
  if (!finite_seen_) reason = "φ was finite nowhere but at the start";
  const bool floor =
      finite_seen_ && !promising_ && lowest_.value >= start.value - epsilon && (closed_in || all_level_);
  if (!floor) return {LineSearchStatus::failed, lowest_, evaluations_, false, reason};
  return {LineSearchStatus::rounding_floor, lowest_, evaluations_, false,
          "the slopes promise less than the values are rounded by"};
}

LineSearchResult Search::closed_in() const {
  return give_up("the interval has shrunk to the rounding of α", true);
}

LineSearchResult Search::out_of_evaluations() const { return give_up("max_evaluations is reached"); }

}  // namespace gradus
