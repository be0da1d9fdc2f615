#include "base/threads.h"

#include <cblas.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <omp.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <numeric>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "tests/support/sanitized.h"

namespace gradus {
namespace {

class Threads : public testing::Test {
 protected:
  ~Threads() override { set_threads(before_); }

 private:
  int before_ = threads();
};

int threads_of_this_process() {
  int count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) ++count;
  return count;
}

TEST_F(Threads, FewerThanOneAreRefusedAndNothingChanges) {
  set_threads(3);
  for (const int n : {0, -1, -2147483647}) {
    try {
      set_threads(n);
      ADD_FAILURE() << n;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(),
                  testing::AllOf(testing::StartsWith("[set_threads]"), testing::HasSubstr(std::to_string(n)),
                                 testing::HasSubstr("at least 1")));
    }
  }
  EXPECT_EQ(threads(), 3);
}

TEST_F(Threads, EachMemberOfATeamHasItsOwnRank) {
  for (const int n : {1, 2, 3, 4}) {
    set_threads(n);
    std::mutex mutex;
    std::vector<std::pair<int, int>> seen;
    Team::run([&](const Team& team) {
      const std::lock_guard lock(mutex);
      seen.emplace_back(team.rank(), team.size());
    });
    std::vector<std::pair<int, int>> expected;
    for (int rank = 0; rank < n; ++rank) expected.emplace_back(rank, n);
    EXPECT_THAT(seen, testing::UnorderedElementsAreArray(expected));
  }
}

TEST_F(Threads, AloneIsAloneAndATeamWithinATeamToo) {
  set_threads(4);
  Team::run([](const Team& team) { EXPECT_EQ(team.size(), 1); }, true);
  for (const bool alone : {false, true}) {
    std::atomic<int> inner{0};
    Team::run(
        [&](const Team& outer) {
          EXPECT_EQ(outer.size(), alone ? 1 : 4);
          Team::run([&](const Team& team) {
            EXPECT_EQ(team.size(), 1);
            team.barrier();
            ++inner;
          });
          outer.barrier();
        },
        alone);
    EXPECT_EQ(inner, alone ? 1 : 4);
  }
  Team::run([](const Team& team) { EXPECT_EQ(team.size(), 4); });  // all places were given back
}

TEST_F(Threads, BodiesMayBeConstantOrTemporaryOrFunctions) {
  set_threads(2);
  static std::atomic<int> calls{0};
  const auto constant = [](const Team&) { ++calls; };
  Team::run(constant);
  struct Counter {
    void operator()(const Team&) { ++calls; }
  };
  Team::run(Counter());
  EXPECT_EQ(calls, 4);
}

TEST_F(Threads, BarrierOrdersWhatComesBeforeAndAfter) {
  set_threads(4);
  for (int repeat = 0; repeat < 200; ++repeat) {
    std::vector<int> written(4), read(4);
    Team::run([&](const Team& team) {
      const auto rank = static_cast<std::size_t>(team.rank()), size = static_cast<std::size_t>(team.size());
      written[rank] = team.rank() + 1;
      team.barrier();
      read[rank] = written[(rank + 1) % size];
      team.barrier();
      written[rank] = 0;
    });
    ASSERT_THAT(read, testing::ElementsAre(2, 3, 4, 1));
    ASSERT_THAT(written, testing::Each(0));
  }
}

TEST_F(Threads, WhatATeamWroteIsSeenAfterIt) {
  set_threads(3);
  std::vector<int> counts(3);
  for (int repeat = 0; repeat < 1000; ++repeat) {
    Team::run([&](const Team& team) { ++counts[static_cast<std::size_t>(team.rank())]; });
    for (int& count : counts) ++count;
  }
  EXPECT_THAT(counts, testing::Each(2000));
}

TEST_F(Threads, ParallelForCoversEachIndexOnceAndCutsAtMultiplesOfGrain) {
  for (const int size : {1, 2, 3, 4, 7}) {
    set_threads(size);
    for (const Index n : {0, 1, 2, 3, 7, 15, 16, 17, 63, 64, 65, 1000, 4099})
      for (const Index grain : {1, 2, 3, 16, 64, 1000, 100000}) {
        std::vector<std::atomic<int>> times(static_cast<std::size_t>(n));
        std::atomic<int> calls{0};
        parallel_for(n, grain, [&](Index begin, Index end) {
          ++calls;
          EXPECT_LT(begin, end);
          EXPECT_EQ(begin % grain, 0);
          EXPECT_TRUE(end % grain == 0 || end == n) << end;
          for (Index i = begin; i < end; ++i) ++times.at(static_cast<std::size_t>(i));
        });
        const bool once =
            std::all_of(times.begin(), times.end(), [](const auto& count) { return count == 1; });
        EXPECT_TRUE(once) << size << " threads, n = " << n << ", grain = " << grain;
        EXPECT_LE(calls, size);
      }
  }
}

TEST_F(Threads, ParallelForEachCallsForEachIndexOnce) {
  for (const int size : {1, 2, 3}) {
    set_threads(size);
    for (const Index n : {0, 1, 4095, 4096, 4097, 50000}) {
      std::vector<std::atomic<int>> times(static_cast<std::size_t>(n));
      parallel_for_each(n, [&](std::size_t i) { ++times.at(i); });
      EXPECT_THAT(std::vector<int>(times.begin(), times.end()), testing::Each(1)) << size << ' ' << n;
    }
  }
}

// Of numbers whose sum depends on the order in which they are added.
TEST_F(Threads, ParallelSumAddsInOneOrderOnAnyNumberOfThreads) {
  for (const Index n : {0, 1, 15, 16, 17, 63 * 16, 64 * 16, 64 * 16 + 1, 100003}) {
    const auto sum = [n] {
      return parallel_sum<double>(n, 16, [](Index begin, Index end) {
        EXPECT_EQ(begin % 16, 0);
        double part = 0;
        for (Index i = begin; i < end; ++i) part += 1 / static_cast<double>(1 + i);
        return part;
      });
    };
    set_threads(1);
    const double alone = sum();
    double expected = 0;
    for (Index i = n; i > 0; --i) expected += 1 / static_cast<double>(i);
    EXPECT_NEAR(alone, expected, 1e-12);
    for (const int size : {2, 3, 7}) {
      set_threads(size);
      EXPECT_EQ(sum(), alone) << n << ' ' << size;
    }
  }
}

TEST_F(Threads, WorkIsSharedEvenly) {
  set_threads(4);
  std::mutex mutex;
  std::vector<Index> lengths;
  parallel_for(4099, 16, [&](Index begin, Index end) {
    const std::lock_guard lock(mutex);
    lengths.push_back(end - begin);
  });
  EXPECT_EQ(lengths.size(), 4u);
  EXPECT_LE(*std::max_element(lengths.begin(), lengths.end()), 4099 / 4 + 2 * 16);
}

TEST_F(Threads, TeamsOfSeveralCallersShareThePlaces) {
  struct Case {
    int places, callers;
  };
  for (const auto& [places, callers] : {Case{3, 2}, Case{4, 2}, Case{2, 6}, Case{1, 4}}) {
    set_threads(places);
    std::atomic<int> active{0}, most{0}, done{0};
    std::vector<std::thread> running;
    for (int caller = 0; caller < callers; ++caller)
      running.emplace_back([&] {
        for (int repeat = 0; repeat < 300; ++repeat)
          Team::run([&](const Team& team) {
            const int now = ++active;
            for (int before = most; before < now && !most.compare_exchange_weak(before, now);) {
            }
            team.barrier();
            if (team.rank() == 0) ++done;
            --active;
            team.barrier();
          });
      });
    for (std::thread& thread : running) thread.join();
    EXPECT_LE(most, places) << places << " places, " << callers << " callers";
    EXPECT_EQ(done, 300 * callers);
    Team::run(
        [&, n = places](const Team& team) { EXPECT_EQ(team.size(), n); });  // all places were given back
  }
}

std::vector<float> product(int n, const std::vector<float>& a) {
  std::vector<float> c(a.size());
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n, n, n, 1, a.data(), n, a.data(), n, 0, c.data(), n);
  return c;
}

// BLAS must not start threads of its own: neither inside of a team, where they would compete with the others, nor in a
// team of one. Threads are only counted, so this fails where BLAS uses another OpenMP library than the teams.
TEST_F(Threads, BlasInsideOfATeamRunsOnTheCallingThread) {
  const int n = 300;
  std::vector<float> a(n * n);
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<float>(i % 17) - 8;

  set_threads(1);
  std::vector<float> alone;
  std::thread([&] {  // a fresh thread, which owns no pool yet
    Team::run([](const Team&) {});
    const int before = threads_of_this_process();
    Team::run([&](const Team&) { alone = product(n, a); });
    EXPECT_EQ(threads_of_this_process(), before);
  })
      .join();

  set_threads(4);
  std::thread([&] {
    Team::run([](const Team&) {});  // starts the threads of this team
    const int before = threads_of_this_process();
    std::vector<std::vector<float>> results(4);
    Team::run([&](const Team& team) { results[static_cast<std::size_t>(team.rank())] = product(n, a); });
    EXPECT_EQ(threads_of_this_process(), before);
    for (const auto& result : results) EXPECT_EQ(result, alone);  // to the last bit
  }).join();
}

// With less address space than their stacks take, only a few threads start.
TEST_F(Threads, ATeamIsSmallerWhereThreadsDoNotStart) {
  if (test::sanitized) GTEST_SKIP() << "A sanitizer ends the program when there is no address space left.";
  set_threads(64);
  std::thread([] {  // a fresh thread, which has no helpers yet
    const auto ranks = [] {
      std::mutex mutex;
      std::vector<int> seen;
      Team::run([&](const Team& team) {
        team.barrier();
        const std::lock_guard lock(mutex);
        seen.push_back(team.rank());
      });
      std::ranges::sort(seen);
      return seen;
    };
    rlim_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    rlimit before{};
    getrlimit(RLIMIT_AS, &before);
    const rlimit tight{pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) + (64 << 20), before.rlim_max};
    setrlimit(RLIMIT_AS, &tight);
    const std::vector<int> few = ranks();
    setrlimit(RLIMIT_AS, &before);

    EXPECT_LT(few.size(), 64u);
    std::vector<int> expected(few.size());
    std::iota(expected.begin(), expected.end(), 0);
    EXPECT_EQ(few, expected);
    EXPECT_EQ(ranks().size(), 64u) << "complete when threads start again";
  })
      .join();
}

TEST_F(Threads, TheCallersOwnSettingIsRestored) {
  set_threads(4);
  omp_set_num_threads(3);
  Team::run([](const Team&) { EXPECT_EQ(omp_get_max_threads(), 1); });
  EXPECT_EQ(omp_get_max_threads(), 3);
  EXPECT_EQ(threads(), 4);
}

TEST_F(Threads, InsideOfACallersParallelRegionEachThreadWorksAlone) {
  set_threads(4);
  std::atomic<int> sum{0};
#pragma omp parallel num_threads(3)
  parallel_for(100, 1, [&](Index begin, Index end) { sum += static_cast<int>(end - begin); });
  EXPECT_EQ(sum, 300);
}

}  // namespace
}  // namespace gradus
