#include "tools/compare/folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <regex>
#include <utility>

#include "base/atomic_file.h"
#include "base/error.h"

namespace gradus::compare {
namespace {

namespace fs = std::filesystem;

Json read_json(const fs::path& path) {
  std::ifstream file(path);
  return Json::parse(file, nullptr, false);
}

// Left by a process that was killed while it wrote: see base/atomic_file.cpp.
bool is_temporary(const fs::path& path) {
  static const std::regex ours(R"((comparison|[a-z0-9-]+-(tune|final)-\d+)\.json\.\d+-\d+\.tmp)");
  return std::regex_match(path.filename().string(), ours);
}

void write(const fs::path& path, const std::string& content) {
  try {
    write_file_atomically(path, content);
  } catch (const Error& error) {
    throw WriteFailed(error.what());
  }
}

void make(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw WriteFailed(
        fmt::format("[compare] the folder {} cannot be made: {}.", folder.string(), error.message()));
}

std::string shown(const Json* value) {
  if (value == nullptr) return "absent";
  const std::string text = value->dump();
  constexpr std::size_t room = 100;
  return text.size() <= room ? text : text.substr(0, text.find_first_of(",{[", room)) + " …";
}

std::string difference(const std::string& field, const Json& there, const Json& here) {
  if (there == here) return "";
  const auto inside = [&field](const std::string& name) { return field.empty() ? name : field + "." + name; };
  const auto differ = [](const std::string& name, const Json* a, const Json* b) {
    return fmt::format("{} is {} there and {} here", name, shown(a), shown(b));
  };
  if (there.is_object() && here.is_object()) {
    for (const auto& [name, value] : here.items())
      if (!there.contains(name)) return differ(inside(name), nullptr, &value);
    for (const auto& [name, value] : there.items()) {
      if (!here.contains(name)) return differ(inside(name), &value, nullptr);
      if (const std::string found = difference(inside(name), value, here[name]); !found.empty()) return found;
    }
  }
  const auto names = [](const Json& array) {
    Json all = Json::array();
    for (const Json& element : array)
      if (element.is_object() && element.contains("name")) all.push_back(element["name"]);
    return all;
  };
  if (there.is_array() && here.is_array()) {
    if (const Json a = names(there), b = names(here); a != b) return differ(field, &a, &b);
    if (there.size() == here.size())
      for (std::size_t i = 0; i < there.size(); ++i)
        if (const std::string found = difference(fmt::format("{}[{}]", field, i), there[i], here[i]);
            !found.empty())
          return found;
  }
  return differ(field, &there, &here);
}

}  // namespace

std::string difference(const Json& there, const Json& here) {
  Json a = there, b = here;
  const bool is_timed = here.contains("budget") && here["budget"]["unit"] == "seconds";
  if (!is_timed) a.erase("machine"), b.erase("machine");
  a.erase("created"), b.erase("created");
  return difference("", a, b);
}

Folder::Folder(fs::path path, const Comparison& comparison)
    : path_(std::move(path)), comparison_(to_json(comparison)) {
  look();
}

void Folder::look() const {
  const fs::path file = path_ / "comparison.json";
  std::error_code error;
  if (fs::exists(path_, error) && !fs::is_directory(path_, error))
    throw Error(fmt::format("[compare] {} is a file; results need a folder.", path_.string()));
  if (!fs::exists(file, error)) {
    for (const auto& entry : fs::directory_iterator(path_, error))
      if (!is_temporary(entry.path()))
        throw Error(fmt::format(
            "[compare] the folder {} holds {} and no comparison; name a new folder for the results.",
            path_.string(), entry.path().filename().string()));
    return;
  }
  const Json there = read_json(file);
  if (!there.is_object())
    throw Error(fmt::format("[compare] {} is no comparison; name a new folder.", file.string()));
  if (const std::string differs = difference(there, comparison_); !differs.empty())
    throw Error(
        fmt::format("[compare] the folder {} holds another comparison: {}. Name a new folder, or ask for the "
                    "same.",
                    path_.string(), differs));
}

Folder::~Folder() {
  if (lock_ >= 0) close(lock_);
}

void Folder::begin() {
  make(path_);
  lock_ = open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock_ < 0 || flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    if (lock_ >= 0 && errno == EWOULDBLOCK)
      throw Error(fmt::format("[compare] another gradus compare works in {}; wait for it, or stop it.",
                              path_.string()));
    throw WriteFailed(fmt::format("[compare] the folder {} cannot be {}: {}.", path_.string(),
                                  lock_ < 0 ? "opened" : "locked", std::strerror(errno)));
  }
  look();
  const fs::path file = path_ / "comparison.json";
  std::error_code error;
  if (!fs::exists(file, error)) compare::write(file, comparison_.dump(2) + "\n");
  make(path_ / "runs");
  for (const fs::path& folder : {path_, path_ / "runs"})
    for (const auto& entry : fs::directory_iterator(folder, error))
      if (is_temporary(entry.path())) fs::remove(entry.path(), error);
}

fs::path Folder::file_of(const std::string& method, Purpose purpose, Index number) const {
  return path_ / "runs" / fmt::format("{}-{}-{}.json", method, name(purpose), number);
}

std::optional<Run> Folder::read(const std::string& method, Purpose purpose, Index number) const {
  const fs::path file = file_of(method, purpose, number);
  if (!fs::exists(file)) return {};
  try {
    return run_from_json(read_json(file));
  } catch (const nlohmann::json::exception&) {
  } catch (const Error&) {
  }
  throw Error(fmt::format("[compare] {} is not what a run left; remove it, and the run will be made again.",
                          file.string()));
}

void Folder::write(const Run& run, Index number) const {
  compare::write(file_of(run.method, run.purpose, number), to_json(run).dump() + "\n");
}

}  // namespace gradus::compare
