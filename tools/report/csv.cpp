#include "tools/report/csv.h"

#include <fmt/format.h>

#include <cmath>
#include <string_view>

#include "base/atomic_file.h"

namespace gradus::report {
namespace {

// Fields of a line, one after the other.
class Line {
 public:
  explicit Line(std::string& file) : file_(file) {}
  ~Line() { file_ += '\n'; }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  Line& operator<<(std::string_view text) {
    next();
    if (text.find_first_of(",\"\r\n") == text.npos) {
      file_ += text;
      return *this;
    }
    file_ += '"';
    for (const char c : text) file_ += c == '"' ? "\"\"" : std::string(1, c);
    file_ += '"';
    return *this;
  }
  Line& operator<<(double value) {
    next();
    if (!std::isnan(value)) file_ += fmt::format("{}", value);
    return *this;
  }
  Line& operator<<(Index value) {
    next();
    file_ += fmt::format("{}", value);
    return *this;
  }
  Line& operator<<(std::size_t value) { return *this << static_cast<Index>(value); }
  Line& operator<<(const Spread& s) { return *this << s.median << s.low << s.high; }

 private:
  void next() {
    if (!first_) file_ += ',';
    first_ = false;
  }
  std::string& file_;
  bool first_ = true;
};

const char* status_name(const Run& run) {
  return run.status == RunStatus::ok ? "ok" : run.status == RunStatus::diverged ? "diverged" : "failed";
}

std::string curves_csv(const Summary& summary) {
  std::string file =
      "method,purpose,trial,seed,status,epoch,gradient_equivalents,seconds,validation_loss,training_loss,"
      "validation_accuracy,"
      "training_accuracy\n";
  for (const Run& run : summary.folder->runs) {
    for (const Point& point : run.curve) {
      Line line(file);
      line << run.method << (run.is_final ? "final" : "tune") << run.trial << run.seed << status_name(run);
      for (const double x : point.at) line << x;
      for (const double value : point.values) line << value;
    }
  }
  return file;
}

std::string tuning_csv(const Summary& summary) {
  std::string file =
      fmt::format("method,trial,option,value,final_{},status,steps,gradient_equivalents,seconds,options\n",
                  key(summary.folder->comparison.criterion));
  for (const MethodSummary& m : summary.methods) {
    for (const Trial& trial : m.trials) {
      const Run& run = *trial.run;
      const Point end = run.curve.empty() ? Point{{unknown, unknown, unknown}, {}} : run.curve.back();
      Line(file) << m.plan->name << run.trial << m.sensitivity.option << trial.value.value_or(unknown)
                 << (std::isfinite(trial.result) ? trial.result : unknown) << status_name(run) << run.steps
                 << end.at[1] << end.at[2] << run.options.dump();
    }
  }
  return file;
}

std::string table_csv(const Summary& summary) {
  const std::string criterion = key(summary.folder->comparison.criterion);
  std::string file;
  {
    Line names(file);
    names << "rank"
          << "method"
          << "seeds"
          << "ok"
          << "diverged"
          << "failed";
    for (const std::string& what :
         {criterion, std::string("validation_accuracy"), std::string("test_accuracy"),
          std::string("squared_error"), std::string("steps"), std::string("gradient_equivalents"),
          std::string("seconds")})
      names << what + "_median" << what + "_low" << what + "_high";
    names << "target"
          << "reached"
          << "epochs_to_target"
          << "gradient_equivalents_to_target"
          << "seconds_to_target"
          << "tuned_option"
          << "trials"
          << "useful_trials"
          << "diverged_trials"
          << "options";
  }
  for (const MethodSummary& m : summary.methods) {
    Line line(file);
    if (m.rank > 0)
      line << m.rank;
    else
      line << "";
    line << m.plan->name << m.finals.size() << m.ok << m.diverged << m.failed << m.result
         << m.validation_accuracy << m.test_accuracy << m.squared_error << m.steps << m.gradients << m.seconds
         << summary.target << m.reached;
    for (const double x : m.to_target) line << x;
    line << m.sensitivity.option << m.sensitivity.trials << m.sensitivity.useful << m.sensitivity.diverged
         << (m.finals.empty() ? "" : m.finals.front()->options.dump());
  }
  return file;
}

}  // namespace

void write_csv(const Summary& summary, const std::filesystem::path& folder) {
  std::error_code ignored;  // write_file_atomically tells
  std::filesystem::create_directories(folder, ignored);
  write_file_atomically(folder / "curves.csv", curves_csv(summary));
  write_file_atomically(folder / "tuning.csv", tuning_csv(summary));
  write_file_atomically(folder / "table.csv", table_csv(summary));
}

}  // namespace gradus::report
