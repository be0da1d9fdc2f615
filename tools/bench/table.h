#pragma once
#include <benchmark/benchmark.h>

#include <map>
#include <string>
#include <vector>

namespace gradus::bench {

/// Prints results as Markdown tables, one for each subject (a name up to its first slash), with the counters as columns. What
/// differs in the number of threads alone shares a row: "one / two".
class MarkdownTable : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override;
  void Finalize() override;

 private:
  struct Row {
    std::string name;
    std::map<std::string, std::string> cells;  // by the counter
  };
  struct Table {
    std::string subject;
    std::vector<Row> rows;
  };
  Row& row(const std::string& subject, const std::string& name);

  std::vector<Table> tables_;
};

}  // namespace gradus::bench
