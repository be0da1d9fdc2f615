#pragma once
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/compare/budget.h"
#include "tools/compare/run.h"

namespace gradus::compare {

/// A problem's description, and what methods need to know of it.
struct Facts {
  struct Data {
    std::string name, part;  ///< "MNIST", "training"
    Index cases;
    std::string sha256;  ///< of the numbers that a network is given
  };
  enum class Kind { network, function };

  std::string name, description;  ///< "mnist-mlp", a sentence
  Kind kind = Kind::network;
  Index parameters = 0;
  // 0 where there are no batches:
  Index batch_size = 0;
  Index large_batch_size = 0;         ///< of methods of curvature and line searches
  Index curvature_batch_size = 0;     ///< of Hessian-free, out of a large batch
  std::string criterion;              ///< what tuning minimises: "validation_loss" or "training_loss"
  std::optional<double> target = {};  ///< of the criterion
  std::vector<Data> data;
  double final_evaluations = 0;  ///< how many points of a curve the evaluation at the end is worth
};

/// What one run is to do.
struct Assignment {
  std::string method;
  std::string options = "{}";  ///< as the registry reads them
  std::uint64_t seed = 0;      ///< of the start, the order of the cases, all that is drawn
  Budget budget;
  Index batch_size = 0, curvature_batch_size = 0;
  Index points = 40;   ///< of the curve, besides the start
  bool test = true;    ///< evaluate on the test set
  bool probe = false;  ///< stop when enough steps were made to know how long they take
  std::function<bool()> interrupted = [] { return false; };
};

/// What methods are compared on. Runs of one problem may be made by several threads at a time, and are a function of the
/// assignment to the last bit, but for the seconds.
class Problem {
 public:
  virtual ~Problem() = default;
  const Facts& facts() const { return facts_; }
  /// Steps in an epoch.
  virtual double steps_per_epoch(Index batch_size) const = 0;
  /// Throws Error where there is no such method, or it does not take these options.
  virtual void check(const std::string& method, const std::string& options) const = 0;
  /// Throws Error where the method refuses the problem.
  virtual Result run(const Assignment& assignment) const = 0;

 protected:
  Facts facts_;
};

/// The known ones.
std::vector<std::string> problem_names();
/// Throws Error, which suggests the nearest name; DataNotFound where the data is not there.
std::unique_ptr<Problem> make_problem(std::string_view name);

/// In a file of its own, or of its family, in problems/:
///
///     const RegisteredProblem one("mnist-logreg", [](std::string name) { return std::make_unique<…>(…); });
struct RegisteredProblem {
  RegisteredProblem(std::string name, std::function<std::unique_ptr<Problem>(const std::string&)> make);
};

}  // namespace gradus::compare
