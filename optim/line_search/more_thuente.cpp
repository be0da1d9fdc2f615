#include <algorithm>
#include <cmath>
#include <limits>

#include "optim/line_search/search.h"

namespace gradus {
namespace {

// φ, or ψ = φ − tilt·α, seen from two points. Its minimizers are at a + r (b − a); NaN where there is none.
struct Pair {
  double from, length, da, db, slope;  // the last that of the chord

  Pair(const LinePoint& a, const LinePoint& b, double tilt, double epsilon)
      : from(a.alpha), length(b.alpha - a.alpha), da(a.slope - tilt), db(b.slope - tilt) {
    const double difference = b.value - a.value - tilt * length;
    // Where the values do not tell, the slopes do.
    slope = std::abs(difference) > epsilon ? difference / length : da / 2 + db / 2;
  }

  double cubic() const {
    const double theta = da + db - 3 * slope;
    const double s = std::max({std::abs(theta), std::abs(da), std::abs(db)});
    const double root = (theta / s) * (theta / s) - (da / s) * (db / s);
    if (!(root > 0)) return std::numeric_limits<double>::quiet_NaN();
    const double gamma = std::copysign(s * std::sqrt(root), length);
    return (gamma - da + theta) / (gamma - da + gamma + db);
  }
  double parabola() const { return da / (da - slope) / 2; }  // of the values and da
  double secant() const { return da / (da - db); }
  double at(double r) const { return from + r * length; }
};

// The interval of uncertainty: x is the end with the least value, and φ'(x) (y − x) < 0.
class Interval {
 public:
  Interval(const Search& search, double first)
      : x_(search.start),
        y_(search.start),
        high_(first + 4 * first),
        width_(search.options.max_alpha),
        width_before_(2 * width_),
        epsilon_(search.epsilon) {}

  const LinePoint& best() const { return x_; }
  bool closed() const { return closed_; }  // whether there is an upper end
  bool has_room_for(double trial, double rounding) const {
    return trial > low_ && trial < high_ && high_ - low_ > rounding * high_;
  }

  // Takes the trial p in, of φ − tilt·α, and returns the next trial.
  double update(const LinePoint& p, double tilt) {
    double next = std::isfinite(p.value) ? next_trial(p, tilt) : too_far(p);
    if (closed_) {
      low_ = std::min(x_.alpha, y_.alpha);
      high_ = std::max(x_.alpha, y_.alpha);
      const double width = high_ - low_;
      if (width >= 0.66 * width_before_ || !(next > low_ && next < high_)) next = low_ + width / 2;
      width_before_ = width_;
      width_ = width;
    } else {
      low_ = next + 1.1 * (next - x_.alpha);
      high_ = next + 4 * (next - x_.alpha);
    }
    return next;
  }

 private:
  double too_far(const LinePoint& p) {
    y_ = p;
    closed_ = true;
    return x_.alpha + too_far_share * (y_.alpha - x_.alpha);
  }

  // §4 of the paper, its cases in order.
  double next_trial(const LinePoint& p, double tilt) {
    const Pair xp(x_, p, tilt, epsilon_), px(p, x_, tilt, epsilon_);
    const bool higher = xp.length > 0 ? xp.slope > 0 : xp.slope < 0;
    if (higher) {
      const double cubic = xp.cubic(), parabola = xp.parabola();
      y_ = p;
      closed_ = true;
      return xp.at(cubic <= parabola ? cubic : (cubic + parabola) / 2);
    }
    double next;
    if (px.da * std::copysign(1.0, px.db) < 0) {
      next = px.at(std::max(px.cubic(), px.secant()));
      y_ = x_;
      closed_ = true;
    } else if (std::abs(px.da) < std::abs(px.db)) {
      next = extrapolated(px);
    } else {
      const Pair py(p, y_, tilt, epsilon_);
      next = closed_ ? py.at(py.cubic()) : high_;
    }
    x_ = p;
    return next;
  }

  double extrapolated(const Pair& px) const {
    const double far = px.length < 0 ? high_ : low_, secant = px.at(px.secant()), r = px.cubic();
    const double cubic = r < 0 ? px.at(r) : far;
    const bool cubic_nearer = std::abs(cubic - px.from) < std::abs(secant - px.from);
    if (!closed_) return std::clamp(cubic_nearer ? secant : cubic, low_, high_);
    const double next = cubic_nearer ? cubic : secant, limit = px.from + 0.66 * (y_.alpha - px.from);
    return px.length < 0 ? std::min(next, limit) : std::max(next, limit);
  }

  LinePoint x_, y_;
  bool closed_ = false;
  double low_ = 0, high_;
  double width_, width_before_;
  double epsilon_;
};

}  // namespace

LineSearchResult more_thuente(Search& search, double first) {
  const LinePoint& start = search.start;
  const double max_alpha = search.options.max_alpha;
  const double mu_slope = search.options.sufficient_decrease * start.slope;
  const double flat = -search.options.curvature * start.slope;

  Interval interval(search, first);
  LinePoint p;
  for (double alpha = first; search.at(alpha, p);) {
    const bool low = search.sufficient_decrease(p);
    if (std::abs(p.slope) <= flat && (low || (search.level(p) && search.approximate_wolfe(p))))
      return search.accept(p);

    // As in the paper's first stage; in its second all that is not above the best is low.
    const bool of_psi = !low && p.value <= interval.best().value;
    alpha = std::min(interval.update(p, of_psi ? mu_slope : 0), max_alpha);
    if (interval.closed()) {
      if (!interval.has_room_for(alpha, search.rounding)) return search.closed_in();
    } else if (alpha <= p.alpha) {
      return search.give_up("φ still falls at max_alpha");
    }
  }
  return search.out_of_evaluations();
}

}  // namespace gradus
