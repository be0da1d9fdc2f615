#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "optimizer.h"
#include "options.h"

namespace gradus {

/// Reads options from the text of a JSON object: numbers, true and false, a dialect's name, a schedule as a number or as
/// {"schedule": "cosine", "rate": 0.1, "steps": 500} (without a rate it has the option's), a method as {"method": "adam", "beta1": 0.8}. What it does not name
/// stays as it was. Throws Error, naming `who`: text that is no JSON object, a value of the wrong kind, an option that
/// there is not, with the nearest. Ranges are checked where the options are used.
void read_options(std::string_view who, const std::string& json,
                  const std::function<void(OptionVisitor&)>& visit);
/// The options as such text.
std::string write_options(const std::function<void(OptionVisitor&)>& visit);

/// An optimization method by name: for command lines, files and tests.
struct Method {
  std::string name;  ///< lower case with hyphens: "schedule-free-sgd"
  std::string page;  ///< what it is, for a reader: the update, defaults and their source, references
  std::function<void(OptionVisitor&)> visit_defaults;
  std::function<std::unique_ptr<Optimizer<float>>(const std::string& options)> make_float;
  std::function<std::unique_ptr<Optimizer<double>>(const std::string& options)> make_double;
};

/// Describes a method Class<Scalar>, made from an aggregate of options that have visit(OptionVisitor&).
template <template <class> class Class, class Options>
Method describe(std::string name, std::string page) {
  const auto read = [name](const std::string& json) {
    Options options;
    read_options(name, json, [&](OptionVisitor& visitor) { options.visit(visitor); });
    return options;
  };
  return {
      .name = name,
      .page = std::move(page),
      .visit_defaults = [](OptionVisitor& visitor) { Options().visit(visitor); },
      .make_float = [read](const std::string& json) { return std::make_unique<Class<float>>(read(json)); },
      .make_double = [read](const std::string& json) { return std::make_unique<Class<double>>(read(json)); }};
}

/// Adds a method of your own, from then on known by its name like the others. Throws Error for a name that is taken or is
/// not of lower-case letters, digits and hyphens.
void register_method(Method method);
/// Throws Error, which suggests the nearest.
const Method& find_method(std::string_view name);
/// All that are known, in the order in which they were registered.
std::vector<std::string> method_names();

/// The method of that name with these options (see read_options). Throws Error.
template <class Scalar>
std::unique_ptr<Optimizer<Scalar>> make_optimizer(std::string_view name, const std::string& options = "{}");
/// The same for {"method": name, …options}.
template <class Scalar>
std::unique_ptr<Optimizer<Scalar>> make_optimizer_from(const std::string& json);

}  // namespace gradus
