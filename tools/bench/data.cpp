#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <memory>
#include <numeric>
#include <vector>

#include "base/error.h"
#include "base/threads.h"
#include "data/mnist.h"
#include "data/mnist_files.h"
#include "data/shuffle.h"
#include "tools/bench/subjects.h"

namespace gradus::bench {
namespace {

// A gzip file's bytes.
struct Packed {
  explicit Packed(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(in), {});
    if (bytes.size() < 4) throw Error(fmt::format("[bench] {} is no gzip file.", file.string()));
    // The content's size is at the end, little-endian.
    for (std::size_t i = 1; i <= 4; ++i)
      size = size << 8 | static_cast<unsigned char>(bytes[bytes.size() - i]);
  }

  // Into fresh memory, as a reader must.
  void inflate() {
    const std::unique_ptr<Bytef[]> content(new Bytef[size]);
    z_stream stream{};
    inflateInit2(&stream, 15 + 16);
    stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = content.get();
    stream.avail_out = static_cast<uInt>(size);
    const int end = ::inflate(&stream, Z_FINISH);
    inflateEnd(&stream);
    if (end != Z_STREAM_END) throw Error("[bench] zlib cannot unpack the file.");
  }

  std::vector<char> bytes;
  std::size_t size = 0;
};

// MNIST, verified, against zlib alone.
void load(benchmark::State& state, const Settings& settings, int threads) {
  set_threads(threads);
  std::vector<Packed> files;
  for (const MnistFile& file : mnist_files)
    files.emplace_back(settings.mnist / fmt::format("{}.gz", file.name));
  const std::array<Work, 2> works{
      [&] { std::ranges::for_each(files, &Packed::inflate); },
      [&] { benchmark::DoNotOptimize(load_mnist(settings.mnist)); },
  };
  for (auto _ : state) {
    const auto timings = interleave(works, settings.seconds);
    report(state, timings[1], timings[0]);
  }
}

void convert(std::size_t n, const std::uint8_t* __restrict in, float* __restrict out) {
  for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<float>(in[i]) * (1.0F / 255);
}

// The cases of a shuffled batch as numbers against a loop over the same bytes.
void gather(benchmark::State& state, Index batch, double seconds) {
  constexpr std::size_t width = 784, cases = 4000;
  std::vector<std::uint8_t> pixels(cases * width);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i * i >> 7);
  const Dataset data = Dataset::from_bytes("bytes", pixels, 28, 28, std::vector<std::uint8_t>(cases, 1), 10);
  std::vector<Index> order(cases);
  std::iota(order.begin(), order.end(), Index{0});
  shuffle(order, Random(1, "bench"));
  Vector<float> inputs(static_cast<std::size_t>(batch) * width), labels(static_cast<std::size_t>(batch));
  auto next = [&, at = std::size_t{0}]() mutable {
    at = at + 2 * static_cast<std::size_t>(batch) <= cases ? at + static_cast<std::size_t>(batch) : 0;
    return std::span<const Index>(order).subspan(at, static_cast<std::size_t>(batch));
  };
  const std::array<Work, 2> works{
      [&, next]() mutable {
        float* out = inputs.data();
        for (const Index i : next()) {
          convert(width, pixels.data() + static_cast<std::size_t>(i) * width, out);
          out += width;
        }
      },
      [&, next]() mutable {
        const std::span<const Index> which = next();
        data.gather<float>(which, inputs);
        data.gather_labels<float>(which, labels);
      },
  };
  for (auto _ : state) {
    const auto timings = interleave(works, seconds);
    report(state, timings[1], timings[0]);
  }
}

}  // namespace

void add_data(const Settings& settings) {
  if (!settings.mnist.empty())
    for (const int threads : {1, 2})
      add_case(fmt::format("data/MNIST from gzip/threads:{}", threads),
               [=](benchmark::State& state) { load(state, settings, threads); });
  for (const Index batch : {32, 512})
    add_case(fmt::format("data/gather/{}", batch),
             [=](benchmark::State& state) { gather(state, batch, settings.seconds); });
}

}  // namespace gradus::bench
