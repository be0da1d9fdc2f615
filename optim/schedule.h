#pragma once
#include <string>
#include <variant>

#include "options.h"

namespace gradus {

class StateVisitor;

/// How a learning rate, or a momentum, changes from step to step. Steps count from 1. A number is a schedule, too:
///
///     Adam({.learning_rate = 1e-3})
///     Adam({.learning_rate = schedules::Cosine{.rate = 1e-3, .steps = 4000}})
///     Adam({.learning_rate = Schedule(schedules::Cosine{.steps = 4000}).after_warmup(200)})
namespace schedules {

struct Constant {
  double rate = 0.01;
  void visit(OptionVisitor&);
};
/// rate · factor^⌊(t − 1)/every⌋
struct Step {
  double rate = 0.1;
  Index every = 1000;
  double factor = 0.1;
  void visit(OptionVisitor&);
};
/// rate · decay^(t − 1)
struct Exponential {
  double rate = 0.1, decay = 0.999;
  void visit(OptionVisitor&);
};
/// From rate to final_rate within `steps`: (rate − final_rate)(1 − (t − 1)/steps)^power + final_rate
struct Polynomial {
  double rate = 0.1, final_rate = 0;
  Index steps = 1000;
  double power = 1;
  void visit(OptionVisitor&);
};
/// rate / (1 + decay (t − 1)); 1/t where decay is 1 (Robbins & Monro 1951)
struct InverseTime {
  double rate = 0.1, decay = 1;
  void visit(OptionVisitor&);
};
/// rate / √t (Zinkevich 2003)
struct InverseSqrt {
  double rate = 0.1;
  void visit(OptionVisitor&);
};
/// Half a cosine from rate to final_rate within `steps`, then final_rate
struct Cosine {
  double rate = 0.1, final_rate = 0;
  Index steps = 1000;
  void visit(OptionVisitor&);
};
/// The same again and again, each time `factor` times as long (Loshchilov & Hutter 2017)
struct CosineRestarts {
  double rate = 0.1, final_rate = 0;
  Index period = 1000;
  double factor = 1;
  void visit(OptionVisitor&);
};
/// Up from rate/start_factor to rate within the share `rising` of the steps, then down to rate/start_factor/end_factor,
/// both by half a cosine (Smith & Topin 2018; the constants as in PyTorch)
struct OneCycle {
  double rate = 0.1;
  Index steps = 1000;
  double rising = 0.3, start_factor = 25, end_factor = 1e4;
  void visit(OptionVisitor&);
};
/// rate · factor^k, where k counts how often the loss had not fallen below (1 − threshold) times its least for more than
/// `patience` observations, each a mean over `every` steps; never below least_rate
struct ReduceOnPlateau {
  double rate = 0.1, factor = 0.1;
  Index every = 100, patience = 10;
  double threshold = 1e-4, least_rate = 0;
  void visit(OptionVisitor&);
};
/// Of a momentum: min(1 − 2^(−1 − log₂(⌊t/250⌋ + 1)), rate) (Sutskever, Martens, Dahl & Hinton 2013, eq. 5)
struct Sutskever {
  double rate = 0.99;
  void visit(OptionVisitor&);
};

}  // namespace schedules

class Schedule {
 public:
  Schedule(double constant);  // NOLINT: a number is a schedule
  template <class Kind>
  requires requires(Kind kind, OptionVisitor& visitor) { kind.visit(visitor); }
  Schedule(Kind kind) : Schedule(Any(std::move(kind))) {}  // NOLINT

  /// The same, after as many steps in which the value goes up along a line from 0 to where it begins.
  Schedule after_warmup(Index steps) &&;

  /// The value at step t ≥ 1.
  double operator()(Index t) const;
  /// The nominal value, which is also the greatest.
  double rate() const;
  /// Tells of the loss of step t; ReduceOnPlateau alone listens, once its warm-up is over.
  void observe(Index t, double loss);
  /// Forgets what was observed.
  void reset();
  /// What observe() left, for a checkpoint, under names that begin with `of`.
  void visit(StateVisitor& visitor, std::string_view of);
  /// Its options.
  void visit(OptionVisitor& visitor);
  /// "cosine", …
  std::string_view name() const;
  /// Of that name and nominal value, with default options. Throws Error, which suggests the nearest.
  static Schedule from_name(std::string_view name, double rate);

 private:
  using Any = std::variant<schedules::Constant, schedules::Step, schedules::Exponential,
                           schedules::Polynomial, schedules::InverseTime, schedules::InverseSqrt,
                           schedules::Cosine, schedules::CosineRestarts, schedules::OneCycle,
                           schedules::ReduceOnPlateau, schedules::Sutskever>;
  explicit Schedule(Any kind);

  struct Plateau {
    double sum = 0, least = 0, reduced = 1;
    std::int64_t observed = 0, means = 0, waited = 0;
  };

  Any kind_;
  Index warmup_ = 0;
  Plateau plateau_;
};

}  // namespace gradus
