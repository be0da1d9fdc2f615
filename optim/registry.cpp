#include "optim/registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <mutex>

#include "base/error.h"
#include "base/nearest.h"
#include "optim/methods.h"
#include "optim/pages.h"

namespace gradus {
namespace {

class Registry {
 public:
  Registry() {
    add<Sgd, SgdOptions>("sgd");
    add<Momentum, MomentumOptions>("momentum");
    add<Nesterov, NesterovOptions>("nesterov");
    add<Adagrad, AdagradOptions>("adagrad");
    add<Rmsprop, RmspropOptions>("rmsprop");
    add<Adadelta, AdadeltaOptions>("adadelta");
    add<Adam, AdamOptions>("adam");
    add<Adamax, AdamaxOptions>("adamax");
    add<Nadam, NadamOptions>("nadam");
    add<Amsgrad, AmsgradOptions>("amsgrad");
    add<Adamw, AdamwOptions>("adamw");
    add<Radam, RadamOptions>("radam");
    add<Adabelief, AdabeliefOptions>("adabelief");
    add<Yogi, YogiOptions>("yogi");
    add<Adan, AdanOptions>("adan");
    add<Lion, LionOptions>("lion");
    add<Rprop, RpropOptions>("rprop");
    add<Lars, LarsOptions>("lars");
    add<Lamb, LambOptions>("lamb");
    add<Adafactor, AdafactorOptions>("adafactor");
    add<Muon, MuonOptions>("muon");
    add<ScheduleFreeSgd, ScheduleFreeSgdOptions>("schedule-free-sgd");
    add<ScheduleFreeAdamw, ScheduleFreeAdamwOptions>("schedule-free-adamw");
    add<Prodigy, ProdigyOptions>("prodigy");
    add<Lookahead, LookaheadOptions>("lookahead");
    add<Averaged, AveragedOptions>("averaged");
    add<Sophia, SophiaOptions>("sophia");
    add<Adahessian, AdahessianOptions>("adahessian");
    add<SteepestDescent, SteepestDescentOptions>("steepest-descent");
    add<NonlinearCg, NonlinearCgOptions>("nonlinear-cg");
    add<Bfgs, BfgsOptions>("bfgs");
    add<Lbfgs, LbfgsOptions>("lbfgs");
    add<Newton, NewtonOptions>("newton");
    add<GaussNewton, GaussNewtonOptions>("gauss-newton");
    add<LevenbergMarquardt, LevenbergMarquardtOptions>("levenberg-marquardt");
    add<HessianFree, HessianFreeOptions>("hessian-free");
  }

  static Registry& the() {
    static Registry registry;
    return registry;
  }

  void add(Method method) {
    const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
    if (method.name.empty() || !std::ranges::all_of(method.name, allowed))
      throw Error(
          fmt::format("[register_method] a name has lower-case letters, digits and hyphens only, not \"{}\".",
                      method.name));
    const std::lock_guard lock(mutex_);
    if (std::ranges::find(methods_, method.name, &Method::name) != methods_.end())
      throw Error(fmt::format("[register_method] there is already a method \"{}\"; choose another name.",
                              method.name));
    methods_.push_back(std::move(method));
  }

  const Method& find(std::string_view name) {
    const std::lock_guard lock(mutex_);
    std::vector<std::string_view> names;
    for (const Method& method : methods_) names.push_back(method.name);
    return methods_[find_name("optimizer", name, names)];
  }

  std::vector<std::string> names() {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (const Method& method : methods_) names.push_back(method.name);
    return names;
  }

 private:
  template <template <class> class Class, class Options>
  void add(const char* name) {
    add(describe<Class, Options>(name, page(name)));
  }

  std::mutex mutex_;
  std::deque<Method> methods_;  // which never moves them
};

}  // namespace

void register_method(Method method) { Registry::the().add(std::move(method)); }
const Method& find_method(std::string_view name) { return Registry::the().find(name); }
std::vector<std::string> method_names() { return Registry::the().names(); }

template <>
std::unique_ptr<Optimizer<float>> make_optimizer(std::string_view name, const std::string& options) {
  return find_method(name).make_float(options);
}
template <>
std::unique_ptr<Optimizer<double>> make_optimizer(std::string_view name, const std::string& options) {
  return find_method(name).make_double(options);
}

}  // namespace gradus
