#pragma once
#include <filesystem>
#include <functional>
#include <string>

#include "tools/bench/interleave.h"

namespace benchmark {
class State;
}

/// What is measured. Each subject registers its cases with Google Benchmark under names like "step/N2/128/threads:2". A case
/// runs once and leaves its figures as counters:
///   ms, floor_ms    of our work and of its floor, medians
///   ratio           of our work's quickest call to the floor's
///   typical_ratio   of their medians
namespace gradus::bench {

struct Settings {
  double seconds = 1;           ///< of measuring, for each case
  std::filesystem::path mnist;  ///< the folder of MNIST's gzip files, for data
};

void add_steps(const Settings& settings);
void add_products(const Settings& settings);
void add_updates(const Settings& settings);
void add_direction(const Settings& settings);
void add_data(const Settings& settings);
void add_start(const Settings& settings);

/// Registers a case that runs once and takes its time from State::SetIterationTime.
void add_case(const std::string& name, std::function<void(benchmark::State&)> run);

/// Sets the counters floor_ms, <prefix>ms, <prefix>ratio and <prefix>typical_ratio, and the case's time.
void report(benchmark::State& state, const Timing& work, const Timing& floor, const std::string& prefix = "");

/// What `gradus-bench --first-step` does: makes a network and takes one step; what a process needs to come to that.
void take_first_step();

}  // namespace gradus::bench
