#pragma once
#include <string_view>

#include "../objective.h"
#include "../optimizer.h"
#include "../options.h"

namespace gradus {

/// On which cases the gradients of a pair s = θ⁺ − θ, y = ∇f(θ⁺) − ∇f(θ) are taken: always both on the same, so that y
/// measures curvature and not the difference of two batches.
enum class PairsFrom {
  batch,   ///< the batch of the step (Schraudolph, Yu & Günter 2007)
  overlap  ///< the cases which the step's batch shares with the next one (Berahas, Nocedal & Takáč 2016)
};

/// What is done with a pair whose curvature sᵀy is not positive enough for H to stay positive definite.
enum class BadCurvature {
  skip,  ///< it is left out where sᵀy ≤ ε ‖s‖ ‖y‖, ε the rounding of Scalar
  damp   ///< y ← φ y + (1 − φ) B s with the largest φ ≤ 1 for which sᵀy ≥ 0.2 sᵀBs, B = H⁻¹ (Powell 1978)
};

/// Of all methods that learn from pairs. The options "pairs" and "bad_curvature".
struct CurvaturePairOptions {
  PairsFrom pairs = PairsFrom::batch;
  BadCurvature bad_curvature = BadCurvature::skip;
  void visit(OptionVisitor&);
};

/// A pair's products.
struct PairProducts {
  double s_y = 0, y_y = 0;
  bool usable = false;  ///< whether there is a pair that may be learned from

  double gamma() const { return s_y / y_y; }
};

/// Makes the pairs of a quasi-Newton method, at most one for each step: of the batch when the step ends, of the overlap when
/// the next one begins. Where the next batch is the same, or the objective has no overlap, it is of the batch all the same.
///
/// An overlap costs two gradients of it a step, and two vectors of memory.
template <class Scalar>
class CurvaturePairs {
 public:
  using View = std::span<const Scalar>;
  using Ref = std::span<Scalar>;

  /// A step s = α d = −α H g and its gradients.
  struct Step {
    View theta, next_theta, g, next_g;
    double alpha;
  };

  explicit CurvaturePairs(const CurvaturePairOptions& options) : options_(options) {}
  void reset(Index n);
  void forget() { waiting_ = 0; }

  /// A step begins at θ; `scratch` is any vector. The last step's pair, where it was waiting for this: s and y must be as
  /// step_ended left them. Where H is still the initial matrix, which knows nothing of f's scale, `first` spares a pair with
  /// sᵀy > 0 the damping.
  PairProducts step_begins(Objective<Scalar>& objective, View theta, bool first, Ref scratch, Ref s, Ref y,
                           Evaluations& evaluations);
  /// Its pair, unless it has to wait.
  PairProducts step_ended(const Step& step, bool first, Ref s, Ref y);

  /// But for s and y, which are the method's.
  void visit(StateVisitor& visitor);
  bool waiting() const { return waiting_ != 0; }

 private:
  PairProducts examine(View g, double alpha, bool first, View s, Ref y) const;

  CurvaturePairOptions options_;
  std::int64_t version_ = 0;  // of the objective, in the last step
  // Of the step whose pair waits for an overlap:
  std::int64_t waiting_ = 0;
  double alpha_ = 0;
  Vector<Scalar> theta_, g_;
};

extern template class CurvaturePairs<float>;
extern template class CurvaturePairs<double>;

}  // namespace gradus
