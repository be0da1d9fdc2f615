// Graphs of all kinds give the same bits however they are planned.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "base/threads.h"
#include "nn/run/program.h"
#include "tests/nn/run/random_graph.h"

namespace gradus::test {
namespace {

constexpr std::uint64_t graphs = 400;
constexpr PlanOptions plain{.fuse = false, .reuse = false, .poison = false};
constexpr PlanOptions poisoned{.fuse = true, .reuse = true, .poison = true};

template <class Scalar>
void expect_same_bits(const std::vector<Vector<Scalar>>& a, const std::vector<Vector<Scalar>>& b,
                      const char* what) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    ASSERT_EQ(a[i].size(), b[i].size());
    for (std::size_t k = 0; k < a[i].size(); ++k)
      ASSERT_TRUE((a[i][k] == b[i][k] && std::signbit(a[i][k]) == std::signbit(b[i][k])) ||
                  (std::isnan(a[i][k]) && std::isnan(b[i][k])))
          << what << ", output " << i << ", element " << k << ": " << a[i][k] << ", " << b[i][k];
  }
}

// A plan of a graph and its inputs' numbers.
template <class Scalar>
class Planned {
 public:
  Planned(const RandomGraph& made, PlanOptions options, bool phases)
      : made_(made),
        plan_(made.outputs, made.cases, phases ? std::span(made.varying) : std::span<const Tensor>(),
              options) {
    for (const auto& [input, values] : made.bindings) given_.emplace_back(values.begin(), values.end());
    for (std::size_t i = 0; i < given_.size(); ++i) plan_.bind(made.bindings[i].first, given_[i]);
  }
  Plan<Scalar>& plan() { return plan_; }
  Vector<Scalar>& given(std::size_t i) { return given_[i]; }
  // Other numbers for the inputs that vary, or for the others.
  void scale(Scalar factor, bool varying) {
    for (std::size_t i = 0; i < given_.size(); ++i)
      if (is_varying(i) == varying)
        for (Scalar& v : given_[i])
          if (v != std::floor(v)) v *= factor;  // labels stay
  }
  std::vector<Vector<Scalar>> results() const {
    std::vector<Vector<Scalar>> list;
    for (std::size_t i = 0; i < made_.outputs.size(); ++i)
      list.emplace_back(plan_.output(i).begin(), plan_.output(i).end());
    return list;
  }

 private:
  bool is_varying(std::size_t i) const {
    return std::ranges::find(made_.varying, made_.bindings[i].first) != made_.varying.end();
  }
  const RandomGraph& made_;
  std::vector<Vector<Scalar>> given_;
  Plan<Scalar> plan_;
};

template <class Scalar>
class RandomPlans : public testing::Test {
 protected:
  void SetUp() override { set_threads(1); }
  void TearDown() override { set_threads(before_); }

 private:
  int before_ = threads();
};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(RandomPlans, Scalars);

TYPED_TEST(RandomPlans, NeitherFusionNorReuseChangesABit) {
  for (std::uint64_t seed = 0; seed < graphs && !this->HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    const RandomGraph made(seed);
    for (const bool phases : {false, true}) {  // sums of products of two phases are rounded in another order
      Planned<TypeParam> reference(made, plain, phases);
      reference.plan().run();
      const auto expected = reference.results();
      for (const PlanOptions options :
           {PlanOptions{}, PlanOptions{.fuse = false}, PlanOptions{.reuse = false}, poisoned}) {
        Planned<TypeParam> planned(made, options, phases);
        planned.plan().run();
        expect_same_bits(planned.results(), expected, "first run");
        planned.plan().run();
        expect_same_bits(planned.results(), expected, "second run");
      }
    }
  }
}

TYPED_TEST(RandomPlans, ApplyAfterManyDirectionsIsAFreshRun) {
  for (std::uint64_t seed = 0; seed < graphs && !this->HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    const RandomGraph made(seed);
    Planned<TypeParam> planned(made, seed % 2 == 0 ? PlanOptions{} : poisoned, true);
    Planned<TypeParam> fresh(made, plain, true);
    for (int held = 0; held < 2; ++held) {
      set_threads(1 + held);
      planned.plan().hold();
      for (int applied = 0; applied < 3; ++applied) {
        set_threads(1 + applied);
        planned.plan().apply();
        set_threads(1);
        fresh.plan().run();
        expect_same_bits(planned.results(), fresh.results(), "apply");
        planned.scale(TypeParam(0.75), true);
        fresh.scale(TypeParam(0.75), true);
      }
      planned.scale(TypeParam(1.25), false);
      fresh.scale(TypeParam(1.25), false);
    }
  }
}

TYPED_TEST(RandomPlans, OutputsMayBeWrittenAnywhere) {
  for (std::uint64_t seed = 0; seed < graphs && !this->HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    const RandomGraph made(seed);
    Planned<TypeParam> planned(made, seed % 2 == 0 ? PlanOptions{} : poisoned, seed % 3 == 0);
    set_threads(1);
    planned.plan().run();
    const auto expected = planned.results();
    for (std::size_t shift = 0; shift < 3; ++shift) {  // also at places that are not aligned
      set_threads(1 + static_cast<int>(shift));
      std::vector<Vector<TypeParam>> places;
      for (std::size_t i = 0; i < expected.size(); ++i) {
        places.emplace_back(expected[i].size() + shift + 1, TypeParam(-77));
        planned.plan().bind_output(i, std::span(places[i]).subspan(shift, expected[i].size()));
      }
      planned.plan().run();
      expect_same_bits(planned.results(), expected, "bound");
      for (std::size_t i = 0; i < expected.size(); ++i) {
        EXPECT_EQ(planned.plan().output(i).data(), places[i].data() + shift);
        EXPECT_EQ(places[i].back(), -77) << "nothing is written beyond the end";
        EXPECT_TRUE(shift == 0 || places[i].front() == -77);
      }
    }
  }
}

// A value's memory is its own as long as it lives; an output's is always, since the caller may put it elsewhere and threads
// do not wait for what was there before.
TEST(RandomPrograms, GiveOutputsMemoryOfTheirOwn) {
  for (std::uint64_t seed = 0; seed < graphs; ++seed) {
    SCOPED_TRACE(seed);
    const RandomGraph made(seed);
    program::Program program = program::lower(made.outputs, made.cases, made.varying, true);
    program::assign_memory(program, true, 16);
    std::set<program::ValueId> written;
    for (const program::Step& step : program.steps) written.insert(step.writes);
    for (const program::ValueId out : program.outputs)
      for (const program::ValueId v : written) {
        const program::Value &a = program.at(out), &b = program.at(v);
        if (v == out) continue;
        ASSERT_TRUE(a.offset + a.elements <= b.offset || b.offset + b.elements <= a.offset)
            << "values " << out << " and " << v;
      }
  }
}

}  // namespace
}  // namespace gradus::test
