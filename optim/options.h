#pragma once
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "../base/vector.h"

namespace gradus {

class Schedule;

/// The numbers that an option may have.
struct Range {
  double low, high;
  bool with_low = true, with_high = true;

  bool contains(double x) const;
  /// "at least 0 and less than 1"
  std::string to_string() const;
};
Range above(double low);
Range at_least(double low);
Range between(double low, double high);
/// [0, 1): of a decay or a momentum
inline constexpr Range share{0, 1, true, false};

/// Which of a rule's published forms. The forms of the papers, of lecture notes that write ε inside the root, and of two
/// libraries differ in ε's place, in bias correction, in what is maximised, in the form of momentum.
enum class Dialect { paper, lecture, torch, keras };
std::string_view name(Dialect dialect);
/// Throws Error, which suggests the nearest.
Dialect dialect_from_name(std::string_view name);

/// Goes through the options of a method or a schedule, by name: to check them, to read them from JSON, to list them.
class OptionVisitor {
 public:
  virtual ~OptionVisitor() = default;
  virtual void number(std::string_view name, double& value, const Range& range) = 0;
  virtual void integer(std::string_view name, Index& value, const Range& range) = 0;
  virtual void flag(std::string_view name, bool& value) = 0;
  /// A number or a schedule, whose greatest value must be in the range.
  virtual void schedule(std::string_view name, Schedule& value, const Range& range) = 0;
  /// One of the dialects that the method has been published in; the first is the default.
  virtual void dialect(Dialect& value, std::initializer_list<Dialect> forms) = 0;
  /// One of several ways, each with a name; `value` counts from 0.
  virtual void choice(std::string_view name, int& value, std::span<const std::string_view> names) = 0;
  template <class Enum>
  void choice(std::string_view name, Enum& value, std::span<const std::string_view> names) {
    int chosen = static_cast<int>(value);
    choice(name, chosen, names);
    value = static_cast<Enum>(chosen);
  }
  /// Another method's name and options, as JSON text.
  virtual void method(std::string_view name, std::string& json) = 0;
};

/// Throws Error, with who it is about, the option, its range and its value, where an option is out of its range.
class OptionCheck : public OptionVisitor {
 public:
  using OptionVisitor::choice;
  explicit OptionCheck(std::string who) : who_(std::move(who)) {}
  void number(std::string_view name, double& value, const Range& range) override;
  void integer(std::string_view name, Index& value, const Range& range) override;
  void flag(std::string_view, bool&) override {}
  void schedule(std::string_view name, Schedule& value, const Range& range) override;
  void dialect(Dialect& value, std::initializer_list<Dialect> forms) override;
  void choice(std::string_view name, int& value, std::span<const std::string_view> names) override;
  void method(std::string_view, std::string&) override {}

 private:
  std::string who_;
};

/// Besides, where a float cannot hold an option: it would become 0 or infinite, or leave the range.
class FloatOptionCheck : public OptionCheck {
 public:
  explicit FloatOptionCheck(std::string who) : OptionCheck(who), who_(std::move(who)) {}
  void number(std::string_view name, double& value, const Range& range) override;

 private:
  std::string who_;
};

/// The options, once they have been found to be in their ranges, also in Scalar.
template <class Scalar = double, class Options>
Options checked(std::string_view who, Options options) {
  std::conditional_t<std::is_same_v<Scalar, float>, FloatOptionCheck, OptionCheck> check{std::string(who)};
  options.visit(check);
  return options;
}

}  // namespace gradus
