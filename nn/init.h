#pragma once
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "../base/random.h"
#include "graph/shape.h"

/// How parameters are drawn before training. Weight matrices are (out, in): fan_in = in, fan_out = out.
namespace gradus::init {

enum class Distribution { uniform, normal };

struct Constant {
  double value = 0;
};
/// U(−bound, bound)
struct Uniform {
  double bound = 0.05;
};
/// N(0, stddev²)
struct Normal {
  double stddev = 0.01;
};
/// N(0, stddev²), drawn again where it falls outside of ±2 stddev. Its standard deviation is then 0.87963
/// stddev; `stddev` is the normal distribution's, before the cut.
struct TruncatedNormal {
  double stddev = 0.05;
};

/// Variance 2 / (fan_in + fan_out), for tanh and the like: uniform U(±√(6 / (fan_in + fan_out))) (Glorot &
/// Bengio 2010, eq. 16), or normal.
struct Glorot {
  Distribution distribution;
};
/// Variance 2 / fan_in, for relu and the like: normal (He, Zhang, Ren & Sun 2015, eq. 10), or uniform
/// U(±√(6 / fan_in)).
struct He {
  Distribution distribution;
};
/// Variance 1 / fan_in: uniform U(±√(3 / fan_in)), or normal (LeCun, Bottou, Orr & Müller 1998, §4.6).
struct Lecun {
  Distribution distribution;
};
inline constexpr Glorot glorot_uniform{Distribution::uniform}, glorot_normal{Distribution::normal};
inline constexpr He he_uniform{Distribution::uniform}, he_normal{Distribution::normal};
inline constexpr Lecun lecun_uniform{Distribution::uniform}, lecun_normal{Distribution::normal};

/// `gain` times a matrix of orthonormal rows, or columns where these are fewer, uniformly distributed (Saxe,
/// McClelland & Ganguli 2014): the Q of a normal matrix's QR decomposition with R's diagonal made positive
/// (Mezzadri 2007).
struct Orthogonal {
  double gain = 1;
};
/// Each unit (row) has `connections` incoming weights from N(0, stddev²), the others are 0 (Martens 2010,
/// §5). The inputs are drawn with replacement, as in his code: of two draws of the same input the later one
/// counts.
struct Sparse {
  Index connections = 15;
  double stddev = 1;
};

}  // namespace gradus::init

namespace gradus {

using Initializer = std::variant<init::Constant, init::Uniform, init::Normal, init::TruncatedNormal,
                                 init::Glorot, init::He, init::Lecun, init::Orthogonal, init::Sparse>;

/// Throws Error, naming the block, where the initializer's numbers are no finite ones in their range, or it
/// is one for matrices and the shape is none.
void check_initializer(const Initializer& initializer, const Shape& shape, std::string_view block);

/// Draws in double, in the order of the elements, and rounds to Scalar. The shape must have passed
/// check_initializer.
template <class Scalar>
void draw(const Initializer& initializer, const Shape& shape, Random random, std::span<Scalar> values);

extern template void draw(const Initializer&, const Shape&, Random, std::span<float>);
extern template void draw(const Initializer&, const Shape&, Random, std::span<double>);

/// "zeros", "uniform", "normal", "truncated-normal", "glorot-uniform", "glorot-normal", "he-uniform",
/// "he-normal", "lecun-uniform", "lecun-normal", "orthogonal", "sparse"; those with a number may have it
/// behind a colon, as in "truncated-normal:0.03": the bound, standard deviation, gain or number of
/// connections. Throws Error, suggesting the nearest name.
Initializer initializer_from_name(std::string_view name);

}  // namespace gradus
