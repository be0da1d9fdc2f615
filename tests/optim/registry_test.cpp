#include "optim/registry.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "optim/first_order/adam.h"
#include "optim/first_order/sgd.h"
#include "tests/optim/quadratic.h"
#include "tests/support/expect_error.h"

namespace gradus {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::ThrowsMessage;
using Json = nlohmann::json;

template <class Scalar = double>
std::string refusal(const std::string& name, const std::string& options) {
  try {
    make_optimizer<Scalar>(name, options);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Registry, SuggestsTheNearestName) {
  EXPECT_THAT(refusal("adma", "{}"),
              AllOf(HasSubstr("no optimizer \"adma\""), HasSubstr("Did you mean \"adam\"?")));
}

TEST(Registry, SaysWhatIsWrongWithOptions) {
  EXPECT_THAT(refusal("adam", R"({"beta3": 1})"),
              AllOf(HasSubstr("[adam] there is no option \"beta3\""), HasSubstr("Did you mean \"beta1\"?")));
  EXPECT_THAT(refusal("adam", R"({"beta1": 1.5})"),
              HasSubstr("[adam] beta1 must be at least 0 and less than 1, not 1.5."));
  EXPECT_THAT(refusal("adam", R"({"beta1": "high"})"),
              HasSubstr("[adam] beta1 must be a number, not \"high\"."));
  EXPECT_THAT(refusal("adam", R"({"dialect": "pytorch"})"), HasSubstr("Did you mean \"torch\"?"));
  EXPECT_THAT(refusal("adam", R"({"clip_norm": 0})"), HasSubstr("clip_norm must be greater than 0"));
  EXPECT_THAT(refusal("adam", R"({"skip_non_finite": 1.5})"), HasSubstr("a whole number"));
  EXPECT_THAT(refusal("adam", R"({"learning_rate": {"rate": 1}})"),
              HasSubstr("learning_rate must be a number or an object"));
  EXPECT_THAT(refusal("adam", R"({"learning_rate": {"schedule": "cosin"}})"),
              HasSubstr("Did you mean \"cosine\"?"));
  EXPECT_THAT(refusal("adam", R"({"learning_rate": {"schedule": "cosine", "step": 5}})"),
              AllOf(HasSubstr("[adam, learning_rate]"), HasSubstr("Did you mean \"steps\"?")));
  EXPECT_THAT(refusal("adam", R"({"learning_rate": {"schedule": "cosine", "steps": 0}})"),
              HasSubstr("[adam, learning_rate] steps must be at least 1"));
  EXPECT_THAT(refusal("adam", "[1]"), HasSubstr("must be a JSON object"));
  EXPECT_THAT(refusal("adam", "{learning_rate: 1}"), HasSubstr("must be a JSON object"));
}

// Every option of every method: the default is in its range, and what lies outside is refused with the range.
// The first-order methods, which come first.
bool calculates_with_options_in_scalar(std::string_view method) {
  const auto names = method_names();
  const auto others = std::ranges::find(names, "steepest-descent");
  return std::find(names.begin(), others, method) != others;
}

class OutOfRange : public OptionVisitor {
 public:
  using OptionVisitor::choice;
  explicit OutOfRange(const std::string& method) : method_(method) {}
  void number(std::string_view name, double& value, const Range& range) override {
    EXPECT_TRUE(range.contains(value)) << method_ << ' ' << name;
    if (std::isfinite(range.low)) refuses(name, range.with_low ? range.low - 1 : range.low, range);
    if (std::isfinite(range.high)) refuses(name, range.with_high ? range.high + 1 : range.high, range);
    // What becomes 0, infinite, or 1 where that is too much, in float; methods of second order take options as doubles.
    if (!calculates_with_options_in_scalar(method_)) return;
    for (const double x : {1e-50, 1e50, 1 - 1e-12}) {
      if (!range.contains(x) || (x == 1 - 1e-12 && range.contains(1))) continue;
      EXPECT_EQ(refusal<float>(method_, Json{{name, x}}.dump()),
                fmt::format("[{}] {} is {}, which a float cannot hold.", method_, name, x));
    }
  }
  void integer(std::string_view name, Index& value, const Range& range) override {
    EXPECT_TRUE(range.contains(static_cast<double>(value))) << method_ << ' ' << name;
    refuses(name, range.low - 1, range);
  }
  void flag(std::string_view, bool&) override {}
  void choice(std::string_view name, int& value, std::span<const std::string_view> names) override {
    EXPECT_LT(value, std::ssize(names)) << method_ << ' ' << name;
    EXPECT_THAT(refusal<double>(method_, Json{{name, "no-such-thing"}}.dump()),
                HasSubstr(std::string(names[0])));
  }
  void schedule(std::string_view name, Schedule& value, const Range& range) override {
    double rate = value.rate();
    number(name, rate, range);
  }
  void dialect(Dialect& value, std::initializer_list<Dialect> forms) override {
    EXPECT_EQ(value, *forms.begin()) << method_;
    EXPECT_EQ(value, Dialect::paper) << method_;
    for (const Dialect form : forms)
      EXPECT_NO_THROW(make_optimizer<double>(method_, Json{{"dialect", name(form)}}.dump())) << method_;
  }
  void method(std::string_view, std::string& json) override {
    EXPECT_NO_THROW(make_optimizer_from<float>(json));
  }

 private:
  void refuses(std::string_view name, double value, const Range& range) {
    const bool whole = value == std::floor(value);
    const Json options = whole ? Json{{name, static_cast<Index>(value)}} : Json{{name, value}};
    EXPECT_THAT(refusal(method_, options.dump()),
                AllOf(HasSubstr(std::string(name)), HasSubstr(range.to_string())))
        << method_;
  }
  std::string method_;
};

TEST(Registry, DoubleHoldsWhatFloatDoesNot) {
  EXPECT_EQ(refusal<double>("adam", R"({"epsilon": 1e-50, "beta2": 0.999999999999, "learning_rate": 1e50})"),
            "accepted");
  EXPECT_THAT(refusal<float>("lookahead", R"({"inner": {"method": "adam", "epsilon": 1e-50}})"),
              HasSubstr("[adam] epsilon is 1e-50, which a float cannot hold"));
}

// The order in which a reader meets them.
TEST(Registry, ListsTheMethodsInOrder) {
  std::vector<std::string> names = method_names();
  names.resize(28);
  EXPECT_THAT(names, testing::ElementsAre("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adadelta",
                                          "adam", "adamax", "nadam", "amsgrad", "adamw", "radam", "adabelief",
                                          "yogi", "adan", "lion", "rprop", "lars", "lamb", "adafactor",
                                          "muon", "schedule-free-sgd", "schedule-free-adamw", "prodigy",
                                          "lookahead", "averaged", "sophia", "adahessian"));
}

TEST(Registry, EveryOptionHasARangeThatIsChecked) {
  for (const std::string& name : method_names()) {
    OutOfRange visitor(name);
    find_method(name).visit_defaults(visitor);
  }
}

TEST(Registry, EveryMethodHasItsPageAndItsName) {
  for (const std::string& name : method_names()) {
    const std::string& page = find_method(name).page;
    EXPECT_THAT(page,
                AllOf(AnyOf(HasSubstr("←"), HasSubstr("⁺ = ")), HasSubstr("Default"), HasSubstr("State: ")))
        << name;
    EXPECT_EQ(make_optimizer<float>(name)->name(), name);
    EXPECT_EQ(make_optimizer<double>(name)->name(), name);
  }
}

TEST(Registry, OptionsThatAreWrittenAreReadAgain) {
  AdamOptions options{.learning_rate = Schedule(schedules::Cosine{.rate = 0.5, .steps = 7}).after_warmup(3),
                      .beta2 = 0.5,
                      .dialect = Dialect::keras,
                      .guards = {.clip_norm = 2, .skip_non_finite = 4}};
  const auto write = [](AdamOptions& o) {
    return write_options([&](OptionVisitor& visitor) { o.visit(visitor); });
  };
  const std::string text = write(options);
  AdamOptions read;
  read_options("adam", text, [&](OptionVisitor& visitor) { read.visit(visitor); });
  EXPECT_EQ(write(read), text);
  EXPECT_EQ(read.beta2, 0.5);
  EXPECT_EQ(read.guards.skip_non_finite, 4);
  for (const Index t : {1, 2, 3, 4, 8, 11, 50})
    EXPECT_EQ(read.learning_rate(t), options.learning_rate(t)) << t;
}

TEST(Registry, AScheduleWithoutARateHasTheOptionsOwn) {
  AdamOptions options;
  read_options("adam", R"({"learning_rate": {"schedule": "cosine", "steps": 500}})",
               [&](OptionVisitor& visitor) { options.visit(visitor); });
  EXPECT_EQ(options.learning_rate(1), AdamOptions().learning_rate.rate());
}

// A method of one's own.
struct HalfOptions {
  double part = 0.5;
  void visit(OptionVisitor& o) { o.number("part", part, between(0, 1)); }
};
template <class Scalar>
class Half : public Optimizer<Scalar> {
 public:
  explicit Half(HalfOptions options) : options_(checked<Scalar>("half", options)) {}
  std::string_view name() const override { return "half"; }
  void reset(const Layout&) override {}
  StepReport step(Objective<Scalar>&, std::span<Scalar> theta) override {
    for (Scalar& x : theta) x *= static_cast<Scalar>(options_.part);
    return {};
  }
  void visit(StateVisitor&) override {}

 private:
  HalfOptions options_;
};

TEST(Registry, TakesMethodsOfOnesOwn) {
  EXPECT_THAT([] { register_method(describe<Sgd, SgdOptions>("sgd", "")); },
              ThrowsMessage<Error>(HasSubstr("already a method \"sgd\"")));
  EXPECT_THAT([] { register_method(describe<Sgd, SgdOptions>("My SGD", "")); },
              ThrowsMessage<Error>(HasSubstr("lower-case")));
  const std::size_t before = method_names().size();
  register_method(describe<Half, HalfOptions>("half", "Halves θ.\n"));
  EXPECT_EQ(method_names().size(), before + 1);
  test::Quadratic<double> f({{1, 0}, {0, 1}}, {0, 0});
  Vector<double> theta = {4, 8};
  const auto half = make_optimizer_from<double>(R"({"method": "half", "part": 0.25})");
  half->reset(2);
  half->step(f, theta);
  EXPECT_EQ(theta, (Vector<double>{1, 2}));
  EXPECT_THAT(refusal("half", R"({"part": 2})"), HasSubstr("at least 0 and at most 1"));
}

}  // namespace
}  // namespace gradus
