#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/atomic_file.h"
#include "base/error.h"
#include "nn/network_file.h"
#include "optim/diagnostics/eigenvalues.h"
#include "optim/diagnostics/spectral_density.h"
#include "optim/diagnostics/trace.h"
#include "optim/objectives/network_objective.h"
#include "optim/training/batch_buffer.h"
#include "optim/vector_math.h"
#include "tools/gradus/commands.h"
#include "tools/gradus/data.h"

namespace gradus::cli {
namespace {

struct Options {
  std::string network, data, on = "train", kind = "hessian", density;
  std::optional<Index> cases;
  Index eigenvalues = 5, probes = 10, seed = 0;
};

// A network's loss on many cases, and its curvature, as means over blocks of them: one is held at a time.
class Problem : public Curvature<float> {
 public:
  Problem(Network& network, std::span<const float> theta, const Dataset& data, bool gauss_newton)
      : objective_(network),
        theta_(theta),
        data_(data),
        gauss_newton_(gauss_newton),
        buffer_(network, std::min(block, data.size())),
        part_(theta.size()),
        sum_(theta.size()) {}

  /// The loss, and the length of its gradient.
  std::pair<double, double> loss_and_gradient_norm() {
    double loss = 0;
    for_each_block(
        [&](double share) { loss += share * static_cast<double>(objective_.gradient(theta_, part_)); });
    return {loss, norm(sum_)};
  }
  void apply(View v, Ref out) override {
    for_each_block([&](double) { held_->apply(v, part_); });
    std::ranges::transform(sum_, out.begin(), [](double x) { return static_cast<float>(x); });
  }
  float value(View theta) override {
    double loss = 0;
    for_each_block([&](double share) { loss += share * static_cast<double>(objective_.value(theta)); });
    return static_cast<float>(loss);
  }

 private:
  static constexpr Index block = 1000;

  // sum_ ← the mean of what visit(share) leaves in part_
  template <class Visit>
  void for_each_block(Visit visit) {
    std::ranges::fill(sum_, 0);
    for (Index begin = 0; begin < data_.size(); begin += block) {
      const Index cases = std::min(block, data_.size() - begin);
      if (begin != held_at_) hold(begin, cases);
      const double share = static_cast<double>(cases) / static_cast<double>(data_.size());
      visit(share);
      for (std::size_t i = 0; i < sum_.size(); ++i) sum_[i] += share * static_cast<double>(part_[i]);
    }
  }
  void hold(Index begin, Index cases) {
    std::vector<Index> which(static_cast<std::size_t>(cases));
    std::iota(which.begin(), which.end(), begin);
    buffer_.gather(data_, which);
    objective_.set_batch(buffer_.inputs(), buffer_.targets());
    held_ = gauss_newton_ ? &objective_.gauss_newton(theta_) : &objective_.hessian(theta_);
    held_at_ = begin;
  }

  NetworkObjective<float> objective_;
  std::span<const float> theta_;
  const Dataset& data_;
  bool gauss_newton_;
  BatchBuffer<float> buffer_;
  Vector<float> part_;
  Vector<double> sum_;
  Curvature<float>* held_ = nullptr;
  Index held_at_ = -1;
};

void print_list(const char* name, const std::vector<Eigenvalue>& list) {
  for (const auto& [value, bound, converged] : list) {
    fmt::print("  {:22}{:11.4g} ± {:.1e}{}\n", name, value, bound, converged ? "" : "   not converged");
    name = "";
  }
}

// Of each half power of ten its share of the eigenvalues. What is nearer to 0 than the resolution stays together.
void print_histogram(const SpectralDensity& d) {
  constexpr int marks_per_decade = 5;
  constexpr double one_mark = 1e-5;
  const double size = std::max(std::abs(d.nodes.front().value), std::abs(d.nodes.back().value));
  if (size == 0) {
    fmt::print("\nAll eigenvalues are 0.\n");
    return;
  }
  const auto half_decade = [](double x) { return static_cast<int>(std::floor(2 * std::log10(x))); };
  const double resolution = size / static_cast<double>(d.products / d.probes);
  const int bottom = half_decade(resolution), bins = half_decade(size) + 1 - bottom;
  std::vector<double> shares(static_cast<std::size_t>(2 * bins + 1));
  for (const auto& [value, weight] : d.nodes) {
    const int bin = value == 0 ? 0 : std::max(0, half_decade(std::abs(value)) + 1 - bottom);
    shares[static_cast<std::size_t>(value < 0 ? bins - bin : bins + bin)] += weight;
  }

  fmt::print(
      "\nSpectral density, which share of the eigenvalues lies where; probes: {}.\n"
      "The bars grow by {} marks for each power of ten, from {:g} %.\n",
      d.probes, marks_per_decade, 100 * one_mark);
  const auto some = [](double share) { return share > 0; };
  const auto first = std::ranges::find_if(shares, some) - shares.begin();
  const auto last = std::find_if(shares.rbegin(), shares.rend(), some).base() - shares.begin();
  for (auto i = first; i < last; ++i) {
    const int bin = static_cast<int>(i) - bins;
    const auto edge = [&](int b) { return std::pow(10, 0.5 * (bottom + b)); };
    const std::string range = bin == 0  ? fmt::format("±{:.3g}", edge(0))
                              : bin < 0 ? fmt::format("{:.3g} … {:.3g}", -edge(-bin), -edge(-bin - 1))
                                        : fmt::format("{:.3g} … {:.3g}", edge(bin - 1), edge(bin));
    const double share = shares[static_cast<std::size_t>(i)];
    const double marks = share > 0 ? std::round(marks_per_decade * std::log10(share / one_mark)) : 0;
    fmt::print("  {:>20} {:9.4f} %  {}\n", range, 100 * share,
               std::string(static_cast<std::size_t>(std::max(marks, 0.0)), '#'));
  }
}

double negative_share(const SpectralDensity& d) {
  double negative = 0, all = 0;
  for (const auto& [value, weight] : d.nodes) {
    negative += weight * std::max(-value, 0.0);
    all += weight * std::abs(value);
  }
  return all > 0 ? negative / all : 0;
}

void check_density_file(const std::string& file) {
  if (file.empty()) return;
  const auto extension = std::filesystem::path(file).extension();
  if (extension != ".csv" && extension != ".json")
    throw Error(fmt::format("[--density] {} must end in .csv or .json, which says what is written.", file));
  check_writable(file, "--density");
}

void save(const SpectralDensity& d, const std::string& file) {
  if (std::filesystem::path(file).extension() == ".json") {
    std::vector<double> values, weights;
    for (const auto& [value, weight] : d.nodes) {
      values.push_back(value);
      weights.push_back(weight);
    }
    const nlohmann::ordered_json json{{"width", d.width},
                                      {"eigenvalue", d.at},
                                      {"density", d.density},
                                      {"nodes", {{"value", values}, {"weight", weights}}}};
    write_file_atomically(file, json.dump(2) + "\n");
    return;
  }
  fmt::memory_buffer text;
  fmt::format_to(std::back_inserter(text), "eigenvalue,density\n");
  for (std::size_t i = 0; i < d.at.size(); ++i)
    fmt::format_to(std::back_inserter(text), "{},{}\n", d.at[i], d.density[i]);
  write_file_atomically(file, {text.data(), text.size()});
}

void check(const Options& o) {
  const std::pair<const char*, Index> counts[] = {
      {"--cases", o.cases.value_or(1)}, {"--eigenvalues", o.eigenvalues}, {"--probes", o.probes}};
  for (const auto& [option, count] : counts)
    if (count < 1) throw Error(fmt::format("[curvature] {} must be at least 1, not {}.", option, count));
  if (o.seed < 0) throw Error(fmt::format("[curvature] --seed must be at least 0, not {}.", o.seed));
  check_density_file(o.density);
}

const char* part_name(const Options& o) { return o.on == "test" ? "test" : "training"; }

Dataset choose_cases(const Dataset& all, const Options& o) {
  constexpr Index by_default = 1000;
  if (o.cases.value_or(0) > all.size())
    throw Error(fmt::format("[curvature] --cases {} are more than the {} {} cases of {}.", *o.cases,
                            all.size(), part_name(o), all.name()));
  const Index cases = std::min(o.cases.value_or(by_default), all.size());
  return cases == all.size() ? all : all.split(cases, static_cast<std::uint64_t>(o.seed)).second;
}

int run(const Options& o) {
  check(o);
  const auto [saved, theta] = load_network<float>(o.network);
  NetworkOptions options = saved.options();
  options.dropout = options.input_dropout = 0;
  Network network = mlp({saved.layers().begin(), saved.layers().end()}, options);
  const Sets sets = load_sets(o.data);
  const Dataset& all = o.on == "test" ? sets.test : sets.train;
  const Dataset data = choose_cases(all, o);
  check_fits(network, data);

  const bool gauss_newton = o.kind == "gauss-newton";
  const auto n = static_cast<Index>(theta.size());
  Problem problem(network, theta, data, gauss_newton);
  const auto [loss, gradient_norm] = problem.loss_and_gradient_norm();
  fmt::print("{}: {} of {} {} cases. Network {}, {} parameters, without dropout.\n", all.name(), data.size(),
             all.size(), part_name(o), fmt::join(network.layers(), "-"), n);
  fmt::print("Loss {:.4g}{}, gradient norm {:.4g}.\n\n", loss,
             options.l2 > 0 ? fmt::format(" with the penalty of l2 = {}", options.l2) : "", gradient_norm);
  if (!std::isfinite(loss) || !std::isfinite(gradient_norm)) {
    fmt::print(stderr, "The loss or its gradient is not finite there, so that there is no curvature.\n");
    return failed;
  }

  const auto trouble = [](const std::string& message) {
    fmt::print(stderr, "{}\n", message);
    return failed;
  };
  const Eigenvalues ends =
      largest_eigenvalues(problem, n, o.eigenvalues, {.both_ends = !gauss_newton, .seed = o.seed});
  fmt::print("{}\n", gauss_newton ? "Gauss-Newton matrix" : "Hessian");
  print_list("largest eigenvalues", ends.largest);
  print_list("smallest eigenvalues", ends.smallest);
  if (!ends.converged) fmt::print(stderr, "{}\n", ends.message);
  if (!ends.largest.empty() && ends.largest[0].value > 0)
    fmt::print("  {:22}{:11.4g} = 2/λmax; above it gradient descent moves away from a minimum\n",
               "largest learning rate", 2 / ends.largest[0].value);

  const TraceEstimate trace = estimate_trace(problem, n, {.samples = o.probes, .seed = o.seed});
  if (!trace.message.empty()) return trouble(trace.message);
  fmt::print("  {:22}{:11.4g}{}\n", "trace", trace.trace,
             trace.samples > 1 ? fmt::format(" ± {:.1e}, the standard error of {} samples",
                                             trace.standard_error, trace.samples)
                               : ", of one sample");
  std::fflush(stdout);

  const SpectralDensity density = spectral_density(problem, n, {.probes = o.probes, .seed = o.seed});
  if (!density.message.empty()) return trouble(density.message);
  if (!gauss_newton) fmt::print("  {:22}{:11.4g} % of Σ|λ|\n", "negative", 100 * negative_share(density));
  print_histogram(density);
  if (!o.density.empty()) save(density, o.density);
  return done;
}

}  // namespace

void add_curvature(CLI::App& program, int& exit_code) {
  const auto o = std::make_shared<Options>();
  CLI::App& command = *program.add_subcommand(
      "curvature", "Show how curved the loss is at a network that gradus train --save has written");
  command.footer(
      "Eigenvalues by Lanczos' method, at most 100 products, with bounds of their errors; the trace by "
      "Hutchinson's\nestimate; the spectral density by Lanczos quadrature, 80 products a probe. A product "
      "takes about\ntwo gradients' work.");
  command.add_option("--network", o->network, "The network's file")
      ->required()
      ->type_name("FILE.safetensors");
  add_data_option(command, o->data);
  command.add_option("--on", o->on, "Which of the cases: train or test")
      ->check(CLI::IsMember({"train", "test"}))
      ->capture_default_str();
  command.add_option("--cases", o->cases,
                     "How many of them, drawn at random by the seed. If not given: 1000, or all where there "
                     "are fewer");
  command
      .add_option("--kind", o->kind,
                  "hessian: the matrix of second derivatives; gauss-newton: its part without negative "
                  "eigenvalues, of which only the largest are shown")
      ->check(CLI::IsMember({"hessian", "gauss-newton"}))
      ->capture_default_str();
  command.add_option("--eigenvalues", o->eigenvalues, "How many to show of the largest, and of the smallest")
      ->capture_default_str();
  command.add_option("--probes", o->probes, "Random vectors for the trace and the spectral density")
      ->capture_default_str();
  command.add_option("--density", o->density, "Write the spectral density to a file")
      ->type_name("FILE.csv|FILE.json");
  command.add_option("--seed", o->seed, "Of the cases and the random vectors")->capture_default_str();
  command.callback([o, &exit_code] { exit_code = run(*o); });
}

}  // namespace gradus::cli
