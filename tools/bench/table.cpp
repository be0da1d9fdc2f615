#include "tools/bench/table.h"

#include <fmt/format.h>

#include <set>

namespace gradus::bench {

void MarkdownTable::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    const std::string& full = run.run_name.function_name;
    if (run.error_occurred) {
      fmt::print(stderr, "{}: {}\n", full, run.error_message);
      continue;
    }
    fmt::print(stderr, "{}\n", full);
    const std::size_t slash = full.find('/');
    Row& here = row(full.substr(0, slash), full.substr(slash + 1, full.find("/threads:") - slash - 1));
    for (const auto& [counter, value] : run.counters) {
      std::string& cell = here.cells[counter];
      cell += fmt::format("{}{:.3g}", cell.empty() ? "" : " / ", value.value);
    }
  }
}

MarkdownTable::Row& MarkdownTable::row(const std::string& subject, const std::string& name) {
  if (tables_.empty() || tables_.back().subject != subject) tables_.push_back({subject, {}});
  auto& rows = tables_.back().rows;
  if (rows.empty() || rows.back().name != name) rows.push_back({name, {}});
  return rows.back();
}

void MarkdownTable::Finalize() {
  for (const Table& table : tables_) {
    std::set<std::string> counters;
    for (const Row& row : table.rows)
      for (const auto& [counter, cell] : row.cells) counters.insert(counter);
    fmt::print("\n| {} |", table.subject);
    for (const auto& counter : counters) fmt::print(" {} |", counter);
    fmt::print("\n| --- |");
    for (std::size_t i = 0; i < counters.size(); ++i) fmt::print(" --- |");
    for (const Row& row : table.rows) {
      fmt::print("\n| {} |", row.name);
      for (const auto& counter : counters) {
        const auto cell = row.cells.find(counter);
        fmt::print(" {} |", cell == row.cells.end() ? "" : cell->second);
      }
    }
    fmt::print("\n");
  }
}

}  // namespace gradus::bench
