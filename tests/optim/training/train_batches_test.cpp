// Which cases a step's gradient and curvature are of.
#include <gmock/gmock.h>

#include <set>

#include "optim/quasi_newton/lbfgs.h"
#include "optim/training/train.h"
#include "tests/optim/clusters.h"

namespace gradus {
namespace {

using test::clusters;
using testing::Each;
using testing::ElementsAre;

// Looks at what it is given, and leaves θ where it is.
class Probe : public Optimizer<double> {
 public:
  std::string_view name() const override { return "probe"; }
  void reset(const Layout&) override {}
  StepReport step(Objective<double>& objective, std::span<double> theta) override {
    Vector<double> g(theta.size());
    StepReport report;
    report.loss = objective.gradient(theta, g);
    Curvature<double>& curvature = objective.gauss_newton(theta);
    versions.push_back(objective.version());
    shares.push_back(curvature.share());
    losses.push_back(report.loss);
    const auto [shared, share] = objective.overlap();
    overlap_shares.push_back(share);
    overlap_losses.push_back(shared == nullptr ? 0 : shared->value(theta));
    curvature_losses.push_back(curvature.value(theta));
    report.status = status;
    report.message = "So be it.";
    return report;
  }
  void visit(StateVisitor&) override {}

  Status status = Status::ok;
  std::vector<std::uint64_t> versions;
  std::vector<double> shares, losses, curvature_losses, overlap_shares, overlap_losses;
};

struct Probed {
  Probed(const TrainOptions& options, const NetworkOptions& network_options = {}) {
    Network network = mlp({2, 8, 3}, network_options);
    Vector<double> theta = network.parameters().initialize<double>(1);
    history = train(network, theta, probe, clusters(100), options);
  }
  Probe probe;
  History history;
};

TEST(TrainBatches, ABatchOfAllCasesIsSetOnce) {
  for (const Index batch_size : {100, 1000}) {
    const Probed all({.epochs = 4, .batch_size = batch_size});
    EXPECT_THAT(all.probe.versions, Each(all.probe.versions[0])) << batch_size;
    EXPECT_THAT(all.probe.losses, Each(all.probe.losses[0])) << "and in the same order";
    EXPECT_EQ(all.history.steps, 4);
    EXPECT_EQ(all.history.epochs.size(), 4u);
  }
  const auto anew = [](const Probed& run) {
    const std::set<std::uint64_t> versions(run.probe.versions.begin(), run.probe.versions.end());
    return versions.size() == run.probe.versions.size();
  };
  EXPECT_TRUE(anew(Probed({.epochs = 4, .batch_size = 100}, {.dropout = 0.5}))) << "another mask each time";
  EXPECT_TRUE(anew(Probed({.epochs = 4, .batch_size = 50})));
  EXPECT_TRUE(anew(Probed({.epochs = 4, .batch_size = 99, .drop_last = true}))) << "another case is left out";
}

// Chunks of a batch of 100 in turn: 25 divides it; of 40 three cover it, the second being cases 30 … 69.
TEST(TrainBatches, TheCurvatureIsOfChunksOfTheBatchInTurn) {
  const Probed quarters({.epochs = 9, .batch_size = 100, .curvature_batch_size = 25});
  const std::vector<double>& q = quarters.probe.curvature_losses;
  EXPECT_THAT(quarters.probe.shares, Each(0.25));
  EXPECT_NEAR((q[0] + q[1] + q[2] + q[3]) / 4, quarters.probe.losses[0], 1e-14);
  for (std::size_t i = 4; i < 9; ++i) EXPECT_EQ(q[i], q[i - 4]);
  EXPECT_NE(q[0], q[1]);

  const Probed overlapping({.epochs = 6, .batch_size = 100, .curvature_batch_size = 40});
  EXPECT_THAT(overlapping.probe.shares, Each(0.4));
  EXPECT_EQ(
      std::set<double>(overlapping.probe.curvature_losses.begin(), overlapping.probe.curvature_losses.end())
          .size(),
      3u);
  const Probed thirds({.epochs = 1, .batch_size = 30, .curvature_batch_size = 10});
  EXPECT_THAT(thirds.probe.shares, ElementsAre(1 / 3.0, 1 / 3.0, 1 / 3.0, 1)) << "the last batch has 10";
  for (const Index some : {0, 100, 500}) {
    const Probed all({.epochs = 2, .batch_size = 100, .curvature_batch_size = some});
    EXPECT_THAT(all.probe.shares, Each(1));
    EXPECT_EQ(all.probe.curvature_losses, all.probe.losses);
  }
}

TEST(TrainBatches, TheOverlapIsOfTheCasesThatTwoBatchesShare) {
  // Cases 0 … 39, 30 … 69, 60 … 99 in the epoch's order, which is that of ten batches of ten.
  const Probed run({.epochs = 1, .batch_size = 40, .batch_overlap = 10});
  EXPECT_THAT(run.probe.overlap_shares, ElementsAre(0.25, 0.25, 0));
  const Probed apart({.epochs = 1, .batch_size = 10});
  const auto& tens = apart.probe.losses;
  ASSERT_EQ(tens.size(), 10u);
  EXPECT_NEAR(run.probe.overlap_losses[0], tens[3], 1e-14);
  EXPECT_NEAR(run.probe.overlap_losses[1], tens[6], 1e-14);
  EXPECT_NEAR(run.probe.losses[1], (tens[3] + tens[4] + tens[5] + tens[6]) / 4, 1e-14);
  EXPECT_THAT(Probed({.epochs = 2, .batch_size = 100, .batch_overlap = 10}).probe.overlap_shares,
              ElementsAre(0, 0));
}

TEST(TrainBatches, LbfgsLearnsFromOverlappingBatches) {
  const auto last_loss = [](LbfgsOptions::Pairs pairs) {
    Network network = mlp({2, 8, 3}, {.activation = Activation::tanh});
    Vector<double> theta = network.parameters().initialize<double>(1);
    Lbfgs<double> lbfgs({.pairs = pairs});
    const History history =
        train(network, theta, lbfgs, clusters(300), {.epochs = 5, .batch_size = 100, .batch_overlap = 20});
    EXPECT_EQ(history.status, Status::ok) << history.reason;
    EXPECT_LT(history.epochs.back().training_loss, history.epochs.front().training_loss / 4);
    return history.epochs.back().training_loss;
  };
  EXPECT_NE(last_loss(LbfgsOptions::Pairs::overlap), last_loss(LbfgsOptions::Pairs::same_batch));
}

TEST(TrainBatches, AStepThatFailsEndsARunWhoseStepsAreAllOfTheSameBatch) {
  Network network = mlp({2, 8, 3});
  Vector<double> theta = network.parameters().initialize<double>(1);
  for (const Status status : {Status::converged, Status::rounding_floor, Status::line_search_failed}) {
    Probe probe;
    probe.status = status;
    const History same = train(network, theta, probe, clusters(100), {.epochs = 3, .batch_size = 100});
    EXPECT_EQ(same.steps, 1);
    EXPECT_EQ(same.status, status);
    EXPECT_EQ(same.reason, "Stopped in epoch 1, step 1 of 1: So be it.");
    EXPECT_EQ(train(network, theta, probe, clusters(100), {.epochs = 3, .batch_size = 50}).steps, 6);
    probe.status = Status::skipped;
    EXPECT_EQ(train(network, theta, probe, clusters(100), {.epochs = 3, .batch_size = 100}).steps, 3);
  }
}

}  // namespace
}  // namespace gradus
