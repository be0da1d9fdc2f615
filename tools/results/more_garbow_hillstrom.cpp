// Runs methods on the functions of Moré, Garbow and Hillstrom from the standard start, ten and a hundred times that, and prints
// what came out, in Markdown: docs/results/mgh.md.
#include "optim/objectives/more_garbow_hillstrom.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "optim/minimize.h"
#include "optim/objectives/least_squares.h"
#include "optim/registry.h"

namespace gradus {
namespace {

constexpr Index most_steps = 20'000;

struct Run {
  enum class End { global, local, elsewhere };
  End end = End::elsewhere;
  double loss = 0, gradient_norm = 0;
  Index values = 0, gradients = 0, products = 0;
  Status status = Status::ok;
  std::string reason;
};

// Whether f is as near to a minimum as 6 published digits say, or to 0 as its square root's rounding allows.
bool reached(double f, double minimum) {
  return minimum == 0 ? f <= 1e-10 : f <= minimum * (1 + 1e-5) && f >= minimum * (1 - 1e-5);
}

// A method, or a method and its options: lbfgs{"initial": "diagonal"}
std::unique_ptr<Optimizer<double>> optimizer_of(const std::string& text) {
  const auto brace = text.find('{');
  return make_optimizer<double>(text.substr(0, brace),
                                brace == std::string::npos ? "{}" : text.substr(brace));
}

Run run(const TestProblem& problem, const std::string& method, double factor) {
  LeastSquares<double> f(problem.residuals);
  const auto start = problem.scaled_start(factor);
  Vector<double> theta(start.begin(), start.end());
  Run run;
  if (!std::isfinite(f.value(theta))) {
    run.reason = "the start has no finite value";
    run.status = Status::non_finite;
    return run;
  }
  const auto optimizer = optimizer_of(method);
  // To the rounding floor: methods end by themselves.
  const MinimizeResult result =
      minimize(f, theta, *optimizer, {.max_steps = most_steps, .gradient_norm = 1e-12});
  run.loss = result.loss;
  run.gradient_norm = result.gradient_norm;
  run.values = result.evaluations.values;
  run.gradients = result.evaluations.gradients;
  run.products = result.evaluations.products;
  run.status = result.status;
  run.reason = result.reason;
  for (std::size_t i = 0; i < problem.minima.size(); ++i)
    if (reached(run.loss, problem.minima[i])) run.end = i == 0 ? Run::End::global : Run::End::local;
  return run;
}

std::string cell(const Run& run) {
  if (run.reason == "the start has no finite value") return "–";
  const std::string work = run.products > 0
                               ? fmt::format("{}, {}, {}", run.values, run.gradients, run.products)
                               : fmt::format("{}, {}", run.values, run.gradients);
  switch (run.end) {
    case Run::End::global:
      return work;
    case Run::End::local:
      return fmt::format("{} (local {:.6g})", work, run.loss);
    case Run::End::elsewhere:
      return fmt::format("**{:.3g}**, ‖g‖ {:.1g}; {}; {}", run.loss, run.gradient_norm, work,
                         name(run.status));
  }
  return "";
}

void print_table(const std::vector<std::string>& methods, double factor) {
  fmt::print("\n## From {} start\n\n| problem | n, m |",
             factor == 1 ? "the standard" : fmt::format("{:g} times the", factor));
  for (const std::string& method : methods) fmt::print(" {} |", method);
  fmt::print("\n| --- | --- |{}\n", [&] {
    std::string columns;
    for (std::size_t i = 0; i < methods.size(); ++i) columns += " --- |";
    return columns;
  }());
  std::map<std::string, std::vector<int>> missed;
  std::map<std::string, int> solved;
  int problems = 0, last = 0;
  for (const TestProblem& problem : more_garbow_hillstrom()) {
    const bool standard = problem.number != last;  // the first of each number
    last = problem.number;
    fmt::print("| {} {} | {}, {} |", problem.number, problem.name, problem.n, problem.m);
    problems += standard;
    for (const std::string& method : methods) {
      const Run r = run(problem, method, factor);
      if (standard && r.end != Run::End::elsewhere) ++solved[method];
      if (standard && r.end == Run::End::elsewhere) missed[method].push_back(problem.number);
      fmt::print(" {} |", cell(r));
    }
    fmt::print("\n");
  }
  fmt::print("\n");
  for (const std::string& method : methods) {
    std::string numbers;
    for (const int number : missed[method])
      numbers += fmt::format("{}{}", numbers.empty() ? "" : ", ", number);
    fmt::print("- {}: {} of {} {}\n", method, solved[method], problems,
               numbers.empty() ? "" : "; not " + numbers);
  }
}

void run_all(const std::vector<std::string>& methods) {
  fmt::print(
      "# Moré, Garbow & Hillstrom's functions\n\n"
      "Each method with its default options, in double, until ‖∇f‖₂ ≤ 1e-12, until it ends by itself, or for "
      "{} steps. A cell holds the\n"
      "evaluations: values, gradients, and for some methods curvature products (a dense matrix takes n). A "
      "minimum counts as reached\n"
      "where f agrees with it to 1e-5 relative, or is at most 1e-10 where it is 0. In bold: f where the run "
      "ended elsewhere, with its\n"
      "gradient's norm and the last step's status. Written by `gradus-mgh`.\n",
      most_steps);
  for (const double factor : {1.0, 10.0, 100.0}) print_table(methods, factor);
}

}  // namespace
}  // namespace gradus

int main(int argc, char** argv) {
  try {
    std::vector<std::string> methods(argv + 1, argv + argc);
    if (methods.empty())
      methods = {"levenberg-marquardt", "gauss-newton", "newton", "bfgs", "lbfgs", "nonlinear-cg"};
    gradus::run_all(methods);
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}\n", e.what());
    return 1;
  }
  return 0;
}
