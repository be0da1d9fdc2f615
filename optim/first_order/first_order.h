#pragma once
#include <cmath>
#include <functional>
#include <limits>
#include <string>

#include "../layout.h"
#include "../optimizer.h"
#include "../schedule.h"
#include "guards.h"

namespace gradus {

/// What an update did to θ.
struct Change {
  double length = 0;  ///< ‖θ_after − θ_before‖₂
  Index first_non_finite =
      -1;  ///< the first element that would have become infinite or NaN; it was left as it was

  // Of a rule that found something that is not finite, and left θ and its state as they were:
  const char* refused = nullptr;  ///< what of the first element it was: "the Hessian's diagonal"
  double value = 0;               ///< what it was

  /// The same where the elements are counted from further ahead.
  Change from(Index offset) const {
    Change same = *this;
    if (first_non_finite >= 0) same.first_non_finite += offset;
    return same;
  }
  Change& operator+=(const Change& other) {
    length = std::hypot(length, other.length);
    return prepared(other);
  }
  /// What preparing a step found; it did not move θ.
  Change& prepared(const Change& other) {
    if (first_non_finite < 0) first_non_finite = other.first_non_finite;
    return *this;
  }
};

/// What is done around a rule: it gets scale · g; decay · θ is taken off besides; θ ends in the box from low to high.
template <class Scalar>
struct AroundRule {
  Scalar scale = 1, decay = 0;
  Scalar low = -std::numeric_limits<Scalar>::infinity(), high = std::numeric_limits<Scalar>::infinity();
  bool operator==(const AroundRule&) const = default;
};

/// One step as a rule sees it.
template <class Scalar>
struct RuleStep {
  Index t;     ///< from 1
  double eta;  ///< η of this step
  std::span<const Scalar> g;
  std::span<Scalar> theta;
  const Layout& layout;
  Objective<Scalar>& objective;
  Evaluations& evaluations;
  AroundRule<Scalar> around = {};
  Index offset = 0;  ///< where in the whole θ this part begins

  /// The same for a part of θ.
  RuleStep part(const Layout::Block& block) const {
    RuleStep part = *this;
    part.g = g.subspan(static_cast<std::size_t>(block.offset), static_cast<std::size_t>(block.size()));
    part.theta =
        theta.subspan(static_cast<std::size_t>(block.offset), static_cast<std::size_t>(block.size()));
    part.offset = offset + block.offset;
    return part;
  }
};

/// A first-order method: a rule that turns the gradient into a step. What is common to all of them is here: one gradient
/// a step, the learning rate's schedule, penalty, clipping, decay and box, and what happens when something is not finite;
/// a rule says what its state is and how it moves θ.
///
/// A loss or gradient that is not finite leaves θ and the state as they were: Status::non_finite, with the first element
/// concerned, or Status::skipped for as many steps in a row as Guards allows; so does a rule's own quantity, as a Hessian
/// product. Where a step would make an element of θ or of the state infinite or NaN, that element stays, of θ and of the
/// state, the others have moved, and the status is non_finite.
template <class Scalar>
class FirstOrder : public Optimizer<Scalar> {
 public:
  using typename Optimizer<Scalar>::Ref;
  using View = std::span<const Scalar>;

  std::string_view name() const override { return name_; }
  void reset(const Layout& layout) override;
  StepReport step(Objective<Scalar>& objective, Ref theta) override;
  void visit(StateVisitor& visitor) override;
  /// The rule alone: moves θ along a gradient that is finite.
  virtual Change update(const RuleStep<Scalar>& step) = 0;

 protected:
  using Fields = std::function<void(std::string_view symbol, Vector<Scalar>& values)>;
  using Schedules = std::function<void(std::string_view name, Schedule& schedule)>;

  FirstOrder(std::string name, Schedule learning_rate, const Guards& guards);

  /// Calls each(symbol, values) for every vector of the rule's state. They get θ's size, and begin at 0.
  virtual void state(const Fields& each) = 0;
  /// Calls each(name, schedule) for every schedule besides the learning rate's.
  virtual void schedules(const Schedules&) {}
  /// Anything more that a new run begins with.
  virtual void begin(const Layout&) {}
  /// Numbers of the state.
  virtual void visit_numbers(StateVisitor&) {}
  /// Where the gradient of step t is taken.
  virtual View point(Index t, View theta);

 private:
  StepReport refuse(StepReport report, std::string message);
  void all_schedules(const Schedules& each);

  std::string name_;
  Schedule learning_rate_;
  Guards guards_;
  Layout layout_{0};
  Index t_ = 0, skipped_ = 0;
  Vector<Scalar> g_;
};

extern template class FirstOrder<float>;
extern template class FirstOrder<double>;

}  // namespace gradus
