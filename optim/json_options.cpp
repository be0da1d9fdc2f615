#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/nearest.h"
#include "optim/registry.h"
#include "optim/schedule.h"

namespace gradus {
namespace {

using Json = nlohmann::ordered_json;

class Reader : public OptionVisitor {
 public:
  Reader(std::string who, const Json& json) : who_(std::move(who)), json_(json) {}

  void number(std::string_view name, double& value, const Range&) override {
    if (const Json* found = find(name))
      value = require(found->is_number(), name, "a number", *found).get<double>();
  }
  void integer(std::string_view name, Index& value, const Range&) override {
    if (const Json* found = find(name))
      value = require(found->is_number_integer(), name, "a whole number", *found).get<Index>();
  }
  void flag(std::string_view name, bool& value) override {
    if (const Json* found = find(name))
      value = require(found->is_boolean(), name, "true or false", *found).get<bool>();
  }
  void schedule(std::string_view name, Schedule& value, const Range&) override {
    const Json* const found = find(name);
    if (!found) return;
    if (found->is_number()) {
      value = found->get<double>();
      return;
    }
    require(found->is_object() && found->contains("schedule") && (*found)["schedule"].is_string(), name,
            "a number or an object like {\"schedule\": \"cosine\", \"rate\": 0.1}", *found);
    value = Schedule::from_name((*found)["schedule"].get<std::string>(), value.rate());
    Reader inside(fmt::format("{}, {}", who_, name), *found);
    value.visit(inside);
    inside.refuse_others("schedule");
  }
  void dialect(Dialect& value, std::initializer_list<Dialect>) override {
    if (const Json* found = find("dialect"))
      value = dialect_from_name(require(found->is_string(), "dialect", "a name", *found).get<std::string>());
  }
  void choice(std::string_view name, int& value, std::span<const std::string_view> names) override {
    if (const Json* found = find(name))
      value = static_cast<int>(
          find_name(name, require(found->is_string(), name, "a name", *found).get<std::string>(), names));
  }
  void method(std::string_view name, std::string& json) override {
    if (const Json* found = find(name))
      json = require(found->is_object(), name, "an object like {\"method\": \"sgd\", \"learning_rate\": 0.1}",
                     *found)
                 .dump();
  }

  // What was not asked for is an option that there is not.
  void refuse_others(std::string_view but = "") const {
    for (const auto& [key, value] : json_.items()) {
      if (key == but || std::ranges::find(known_, key) != known_.end()) continue;
      const std::string_view near = nearest(key, known_);
      throw Error(fmt::format("[{}] there is no option \"{}\".{} Options are: {}.", who_, key,
                              near.empty() ? "" : fmt::format(" Did you mean \"{}\"?", near),
                              fmt::join(known_, ", ")));
    }
  }

 private:
  const Json* find(std::string_view name) {
    known_.push_back(name);
    const auto found = json_.find(name);
    return found == json_.end() ? nullptr : &*found;
  }
  const Json& require(bool holds, std::string_view name, const char* what, const Json& value) const {
    if (!holds) throw Error(fmt::format("[{}] {} must be {}, not {}.", who_, name, what, value.dump()));
    return value;
  }

  std::string who_;
  const Json& json_;
  std::vector<std::string_view> known_;
};

class Writer : public OptionVisitor {
 public:
  void number(std::string_view name, double& value, const Range&) override {
    if (std::isfinite(value)) json[name] = value;
  }
  void integer(std::string_view name, Index& value, const Range&) override { json[name] = value; }
  void flag(std::string_view name, bool& value) override { json[name] = value; }
  void schedule(std::string_view name, Schedule& value, const Range&) override {
    Writer inside;
    value.visit(inside);
    if (value.name() == "constant" && inside.json["warmup"] == 0) {
      json[name] = value.rate();
    } else {
      json[name] = {{"schedule", value.name()}};
      json[name].update(inside.json);
    }
  }
  void dialect(Dialect& value, std::initializer_list<Dialect>) override {
    json["dialect"] = gradus::name(value);
  }
  void choice(std::string_view name, int& value, std::span<const std::string_view> names) override {
    json[name] = names[static_cast<std::size_t>(value)];
  }
  void method(std::string_view name, std::string& text) override { json[name] = Json::parse(text); }

  Json json = Json::object();
};

Json parse(std::string_view who, const std::string& text) {
  Json json = Json::parse(text, nullptr, false);
  if (!json.is_object())
    throw Error(fmt::format("[{}] options must be a JSON object, as in {{\"learning_rate\": 0.1}}, not {}.",
                            who, text));
  return json;
}

}  // namespace

void read_options(std::string_view who, const std::string& text,
                  const std::function<void(OptionVisitor&)>& visit) {
  const Json json = parse(who, text);
  Reader reader{std::string(who), json};
  visit(reader);
  reader.refuse_others();
}

std::string write_options(const std::function<void(OptionVisitor&)>& visit) {
  Writer writer;
  visit(writer);
  return writer.json.dump();
}

template <class Scalar>
std::unique_ptr<Optimizer<Scalar>> make_optimizer_from(const std::string& text) {
  Json json = parse("method", text);
  if (!json.contains("method") || !json["method"].is_string())
    throw Error(fmt::format("[method] {} does not say which \"method\" it is.", text));
  const auto name = json["method"].get<std::string>();
  json.erase("method");
  return make_optimizer<Scalar>(name, json.dump());
}

template std::unique_ptr<Optimizer<float>> make_optimizer_from(const std::string&);
template std::unique_ptr<Optimizer<double>> make_optimizer_from(const std::string&);

}  // namespace gradus
