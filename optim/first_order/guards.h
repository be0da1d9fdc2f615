#pragma once
#include <limits>

#include "../options.h"

namespace gradus {

/// What every first-order method may be given besides its own options. In each step, in this order: the penalty, clipping
/// by value, clipping by norm, the rule, decoupled decay, the box.
struct Guards {
  static constexpr double none = std::numeric_limits<double>::infinity();

  /// λ of a penalty ½ λ ‖θ‖²: λθ is added to the gradient, and goes through the rule with it ("coupled")
  double l2 = 0;
  /// λ of a decay that goes past the rule: θ ← θ − η λ θ besides the rule's update (Loshchilov & Hutter 2019)
  double decoupled_weight_decay = 0;
  double clip_value = none;  ///< each element of the gradient is cut to ± this
  double clip_norm = none;   ///< then the gradient is scaled down to this ‖·‖₂ (Pascanu et al. 2013)
  double box_low = -none, box_high = none;  ///< θ is projected onto this box after each step
  Index skip_non_finite = 0;  ///< how many steps in a row may be left out because the gradient is not finite

  void visit(OptionVisitor& options) {
    options.number("l2", l2, at_least(0));
    options.number("decoupled_weight_decay", decoupled_weight_decay, at_least(0));
    options.number("clip_value", clip_value, {0, none, false});
    options.number("clip_norm", clip_norm, {0, none, false});
    options.number("box_low", box_low, {-none, none, true, false});
    options.number("box_high", box_high, {box_low, none, false});
    options.integer("skip_non_finite", skip_non_finite, at_least(0));
  }
};

}  // namespace gradus
