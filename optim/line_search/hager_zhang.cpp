#include <algorithm>
#include <cmath>

#include "optim/line_search/search.h"

namespace gradus {
namespace {

constexpr double theta = 0.5, gamma = 0.66, rho = 5;

double secant(const LinePoint& a, const LinePoint& b) {
  return a.alpha + (b.alpha - a.alpha) * (a.slope / (a.slope - b.slope));
}

// The interval [a, b]: φ(a) ≤ φ(0) + ε and φ'(a) < 0 ≤ φ'(b). Its steps are the paper's; each is false when
// the search is over.
class Interval {
 public:
  explicit Interval(Search& search) : search_(search), a_(search.start), b_(search.start) {}

  double width() const { return b_.alpha - a_.alpha; }
  const LineSearchResult& result() const { return result_; }

  bool bracket(double first) {
    for (double alpha = first; alpha > a_.alpha; alpha = std::min(rho * alpha, search_.options.max_alpha)) {
      LinePoint c;
      if (!at(alpha, c)) return false;
      if (c.slope >= 0) {
        b_ = c;
        return true;
      }
      if (too_high(c)) return bisect(c);
      a_ = c;
    }
    return end(search_.give_up("φ still falls at max_alpha"));
  }

  bool secant2() {
    if (narrow(b_)) return end(search_.closed_in());
    const LinePoint a = a_, b = b_;
    const double c = secant(a, b);
    if (!update(c)) return false;
    if (b_.alpha == c && b.alpha != c) return update(secant(b, b_));
    if (a_.alpha == c && a.alpha != c) return update(secant(a, a_));
    return true;
  }

  bool halve() {
    const double middle = a_.alpha + theta * width();
    if (!inside(middle, b_)) return end(search_.closed_in());
    return update(middle);
  }

 private:
  bool at(double alpha, LinePoint& c) {
    if (!search_.at(alpha, c)) return end(search_.out_of_evaluations());
    const bool wolfe =
        search_.sufficient_decrease(c) && c.slope >= search_.options.curvature * search_.start.slope;
    if (wolfe || (!too_high(c) && search_.approximate_wolfe(c))) return end(search_.accept(c));
    return true;
  }

  bool update(double c_alpha) {
    LinePoint c;
    if (!inside(c_alpha, b_)) return true;
    if (!at(c_alpha, c)) return false;
    if (!(c.slope >= 0) && too_high(c)) return bisect(c);
    (c.slope >= 0 ? b_ : a_) = c;
    return true;
  }

  // U3, to the left of a point c that is too high though φ'(c) < 0, or that is not finite.
  bool bisect(LinePoint c) {
    for (bool moved = false;;) {
      const double share = moved || std::isfinite(c.value) ? theta : too_far_share;
      const double alpha = a_.alpha + share * (c.alpha - a_.alpha);
      if (!inside(alpha, c) || narrow(c)) return end(search_.closed_in());
      LinePoint d;
      if (!at(alpha, d)) return false;
      if (d.slope >= 0) {
        b_ = d;
        return true;
      }
      moved = !too_high(d);
      (moved ? a_ : c) = d;
    }
  }

  bool inside(double alpha, const LinePoint& b) const { return alpha > a_.alpha && alpha < b.alpha; }
  bool narrow(const LinePoint& b) const { return b.alpha - a_.alpha <= search_.rounding * b.alpha; }
  bool too_high(const LinePoint& c) const { return c.value > search_.start.value + search_.epsilon; }
  bool end(const LineSearchResult& result) {
    result_ = result;
    return false;
  }

  Search& search_;
  LinePoint a_, b_;
  LineSearchResult result_;
};

}  // namespace

LineSearchResult hager_zhang(Search& search, double first) {
  Interval interval(search);
  bool more = interval.bracket(first);
  while (more) {
    const double width = interval.width();
    more = interval.secant2() && (interval.width() <= gamma * width || interval.halve());
  }
  return interval.result();
}

}  // namespace gradus
