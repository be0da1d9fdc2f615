#include "tools/compare/results.h"

#include <gmock/gmock.h>

namespace gradus::compare {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const Facts facts{
    .name = "thing", .description = {}, .criterion = "validation_loss", .target = {}, .data = {}};

Run ended(double validation_loss, Outcome outcome = Outcome::ok, Index steps = 100) {
  Run run{.method = "sgd", .options = {{"learning_rate", 0.5}}, .result = {}};
  run.result.outcome = outcome;
  run.result.steps = steps;
  run.result.final.validation_loss = validation_loss;
  run.result.final.training_loss = -validation_loss;
  return run;
}

TEST(Results, TheWinnerHasTheLeastValueAtTheEnd) {
  EXPECT_EQ(winner(facts, {ended(3), ended(1), ended(2)}), 1);
  EXPECT_EQ(winner(facts, {ended(3), ended(1), ended(1)}), 1);  // the first of several
  Facts by_training = facts;
  by_training.criterion = "training_loss";
  EXPECT_EQ(winner(by_training, {ended(3), ended(1), ended(2)}), 0);
}

TEST(Results, WhatDivergedNeverWinsUnlessAllDid) {
  EXPECT_EQ(winner(facts, {ended(0.1, Outcome::diverged), ended(unknown, Outcome::failed), ended(50)}), 2);
  EXPECT_EQ(winner(facts, {ended(1, Outcome::diverged, 10), ended(2, Outcome::diverged, 30),
                           ended(0, Outcome::diverged, 20)}),
            1);
}

TEST(Results, TableIsRankedByTheMedian) {
  Comparison comparison{.facts = facts, .budget = {3, Budget::Unit::epochs}, .seeds = 3, .methods = {}};
  comparison.facts.kind = Facts::Kind::function;
  for (const char* name : {"slow", "broken", "fast"})
    comparison.methods.push_back({.name = name, .space = {}, .trials = {}});
  const auto of = [](const compare::Run& a, const compare::Run& b, const compare::Run& c) {
    return MethodRuns{.tune = {}, .final = {a, b, c}};
  };
  const std::string text =
      table(comparison, {of(ended(3), ended(2), ended(4)),
                         of(ended(1), ended(0, Outcome::diverged), ended(0, Outcome::diverged)),
                         of(ended(9), ended(1), ended(1.5))});
  EXPECT_LT(text.find(" 1 fast "), text.find(" 2 slow "));
  EXPECT_LT(text.find(" 2 slow "), text.find(" 3 broken "));
  EXPECT_THAT(text, AllOf(HasSubstr("thing: validation loss after 3 epochs of each method, over 3 seeds"),
                          HasSubstr("learning_rate 0.5"), HasSubstr("2 of 3 did not end well")));
}

}  // namespace
}  // namespace gradus::compare
