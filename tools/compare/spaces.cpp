// What of each method is tuned: one row a method, first on networks, then on functions.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "optim/registry.h"
#include "optim/schedule.h"
#include "tools/compare/space.h"

namespace gradus::compare {
namespace {

struct Interval {
  double low, high;
};
Dimension log(std::string option, Interval i) {
  return {.option = std::move(option), .low = i.low, .high = i.high, .values = {}};
}
Dimension linear(std::string option, Interval i) {
  return {std::move(option), Dimension::Scale::linear, i.low, i.high, {}};
}
Dimension grid(std::string option, std::vector<Json> values) {
  return {std::move(option), Dimension::Scale::grid, 0, 0, std::move(values)};
}

struct Entry {
  std::string_view method;
  Space networks, functions;
};

Entry tuned(std::string_view method, std::vector<Dimension> networks, std::vector<Dimension> functions,
            Json fixed = Json::object()) {
  return {method, {std::move(networks), fixed}, {std::move(functions), fixed}};
}
Entry rate(std::string_view method, Interval networks, Interval functions) {
  return tuned(method, {log("learning_rate", networks)}, {log("learning_rate", functions)});
}
Entry large(std::string_view method, std::vector<Dimension> dimensions, Json on_networks = Json::object(),
            Json on_functions = Json::object()) {
  return {method, {dimensions, std::move(on_networks), true}, {dimensions, std::move(on_functions), true}};
}
Entry part_for_curvature(Entry entry) {
  entry.networks.part_for_curvature = true;
  return entry;
}

const std::vector<Entry>& entries() {
  static const Json sgd_inside = {{"inner", {{"method", "sgd"}}}};
  static const Json sgd_averaged = {{"inner", {{"method", "sgd"}}}, {"decay", 0.999}};
  static const std::vector<Entry> table{
      rate("sgd", {1e-3, 1}, {1e-5, 0.3}),
      rate("momentum", {1e-3, 0.5}, {1e-5, 0.1}),
      rate("nesterov", {1e-3, 0.5}, {1e-5, 0.1}),
      rate("adagrad", {1e-3, 0.3}, {1e-2, 3}),
      rate("rmsprop", {1e-5, 1e-2}, {1e-4, 0.3}),
      tuned("adadelta", {log("epsilon", {1e-9, 1e-2}), grid("decay", {0.9, 0.95, 0.99})},
            {log("epsilon", {1e-9, 1e-2}), grid("decay", {0.9, 0.95, 0.99})}),
      rate("adam", {3e-5, 3e-2}, {1e-3, 1}),
      rate("adamax", {1e-4, 3e-2}, {1e-3, 1}),
      rate("nadam", {3e-5, 3e-2}, {1e-3, 1}),
      rate("amsgrad", {1e-5, 1e-2}, {1e-3, 1}),
      rate("adamw", {3e-5, 3e-2}, {1e-3, 1}),
      rate("radam", {3e-5, 3e-2}, {1e-4, 1}),
      rate("adabelief", {3e-5, 3e-2}, {1e-3, 1}),
      rate("yogi", {3e-4, 0.1}, {1e-3, 1}),
      rate("adan", {1e-4, 3e-2}, {1e-4, 1}),
      rate("lion", {1e-5, 3e-3}, {1e-4, 0.1}),
      tuned("rprop", {log("initial_step", {1e-5, 1e-1})}, {log("initial_step", {1e-3, 1})}),
      rate("lars", {0.1, 100}, {1e-4, 10}),
      rate("lamb", {3e-4, 0.1}, {1e-4, 0.3}),
      rate("adafactor", {3e-4, 0.1}, {1e-3, 1}),
      tuned("muon", {log("learning_rate", {1e-3, 0.1})}, {log("adam_learning_rate", {1e-3, 1})}),
      rate("schedule-free-sgd", {1e-2, 10}, {1e-4, 1}),
      rate("schedule-free-adamw", {3e-4, 0.1}, {1e-3, 1}),
      rate("prodigy", {0.1, 10}, {0.1, 10}),
      tuned("lookahead", {log("inner.learning_rate", {1e-3, 1})}, {log("inner.learning_rate", {1e-5, 0.3})},
            sgd_inside),
      tuned("averaged", {log("inner.learning_rate", {1e-3, 1})}, {log("inner.learning_rate", {1e-5, 0.3})},
            sgd_averaged),
      rate("sophia", {1e-5, 1e-2}, {1e-4, 1}),
      rate("adahessian", {1e-3, 0.5}, {1e-2, 1}),
      // Of methods with a line search or a damping, which have no rate:
      large("steepest-descent", {log("sufficient_decrease", {1e-4, 0.3}), linear("shrink", {0.2, 0.8})}),
      large("nonlinear-cg",
            {linear("curvature", {0.05, 0.5}), grid("beta", {"polak-ribiere", "hager-zhang"})}),
      large("bfgs", {linear("curvature", {0.1, 0.95})}),
      large("lbfgs", {linear("curvature", {0.1, 0.95}), grid("curvature_pairs", {5, 10, 20}),
                      grid("initial", {"identity", "diagonal"})}),
      large("newton", {log("min_shift", {1e-6, 1}), linear("shrink", {0.2, 0.8})}),
      part_for_curvature(large("gauss-newton", {log("min_shift", {1e-6, 1}), linear("shrink", {0.2, 0.8})},
                               {{"cg_iterations", 30}})),
      part_for_curvature(
          large("levenberg-marquardt", {log("initial_damping", {1e-4, 100})}, {{"cg_iterations", 30}})),
      // Functions have no Fisher matrix to precondition with.
      part_for_curvature(large("hessian-free", {log("initial_damping", {0.1, 300})}, {{"max_iterations", 30}},
                               {{"preconditioner_exponent", 0}})),
  };
  return table;
}

// Finds the default learning rate of a method.
class LearningRate : public OptionVisitor {
 public:
  void number(std::string_view name, double& value, const Range&) override { see(name, value); }
  void schedule(std::string_view name, Schedule& value, const Range&) override { see(name, value.rate()); }
  void integer(std::string_view, Index&, const Range&) override {}
  void flag(std::string_view, bool&) override {}
  void dialect(Dialect&, std::initializer_list<Dialect>) override {}
  using OptionVisitor::choice;
  void choice(std::string_view, int&, std::span<const std::string_view>) override {}
  void method(std::string_view, std::string&) override {}
  std::optional<double> found;

 private:
  void see(std::string_view name, double value) {
    if (name == "learning_rate") found = value;
  }
};

}  // namespace

std::optional<Space> declared_space(const std::string& method, Facts::Kind kind) {
  const auto entry = std::ranges::find(entries(), method, &Entry::method);
  if (entry == entries().end()) return {};
  return kind == Facts::Kind::network ? entry->networks : entry->functions;
}

Space space_of(const std::string& method, Facts::Kind kind) {
  const Method& known = find_method(method);
  if (const auto declared = declared_space(method, kind)) return *declared;
  LearningRate rate;
  known.visit_defaults(rate);
  if (!rate.found)
    throw Error(fmt::format(
        "[compare] it is not known what to tune of {}, which has no learning_rate; say it in a file, see "
        "gradus compare --help.",
        method));
  return {.dimensions = {log("learning_rate", {*rate.found / 30, *rate.found * 30})}};
}

}  // namespace gradus::compare
