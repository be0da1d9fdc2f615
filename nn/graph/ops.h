#pragma once
#include <span>
#include <string>

#include "graph.h"

/// The operations on tensors. They add nodes and compute nothing. Operands of different shapes broadcast as
/// in NumPy; a number broadcasts to anything. Axes count from the front (0, 1, …) or from the back (−1, −2,
/// …). Operands that do not fit throw Error, which names them.
namespace gradus {

// ---- Arithmetic ----

Tensor operator+(Tensor a, Tensor b);
Tensor operator-(Tensor a, Tensor b);
Tensor operator*(Tensor a, Tensor b);
Tensor operator/(Tensor a, Tensor b);
Tensor operator-(Tensor x);

Tensor operator+(Tensor a, double b);
Tensor operator-(Tensor a, double b);
Tensor operator*(Tensor a, double b);
Tensor operator/(Tensor a, double b);
Tensor operator+(double a, Tensor b);
Tensor operator-(double a, Tensor b);
Tensor operator*(double a, Tensor b);
Tensor operator/(double a, Tensor b);

// ---- Functions of each element ----

Tensor exp(Tensor x);
Tensor expm1(Tensor x);  ///< e^x − 1, accurate near 0
Tensor log(Tensor x);
Tensor log1p(Tensor x);  ///< log(1 + x), accurate near 0
Tensor sqrt(Tensor x);
Tensor square(Tensor x);
Tensor abs(Tensor x);                     ///< derivative 0 at 0
Tensor sign(Tensor x);                    ///< −1, 0, 1; derivative 0
Tensor power(Tensor x, double exponent);  ///< x^exponent

Tensor relu(Tensor x);                             ///< max(x, 0); derivative 0 at 0
Tensor leaky_relu(Tensor x, double alpha = 0.01);  ///< x where x > 0, else αx; 0 ≤ α
Tensor elu(Tensor x, double alpha = 1);            ///< x where x > 0, else α(e^x − 1); 0 ≤ α
Tensor sigmoid(Tensor x);                          ///< 1 / (1 + e^−x)
Tensor tanh(Tensor x);
Tensor softplus(Tensor x);    ///< log(1 + e^x)
Tensor normal_cdf(Tensor x);  ///< Φ(x), the standard normal distribution function
Tensor gelu(Tensor x);        ///< x Φ(x) (Hendrycks & Gimpel 2016), exact
Tensor silu(Tensor x);        ///< x sigmoid(x)

// ---- Of two, and choices ----

Tensor maximum(Tensor a, Tensor b);  ///< where equal, each has half of the derivative
Tensor minimum(Tensor a, Tensor b);
// Comparisons give 1 where true, else 0; their derivative is 0.
Tensor less(Tensor a, Tensor b);
Tensor less_equal(Tensor a, Tensor b);
Tensor greater(Tensor a, Tensor b);
Tensor greater_equal(Tensor a, Tensor b);
Tensor equal(Tensor a, Tensor b);
Tensor not_equal(Tensor a, Tensor b);
/// a where the condition is not 0, else b; what is not chosen may be NaN or infinite without harm.
Tensor select(Tensor condition, Tensor a, Tensor b);

// ---- Matrix product ----

/// a (m, k) times b (k, n).
Tensor matmul(Tensor a, Tensor b);

// ---- Shape ----

Tensor broadcast(Tensor x, Shape shape);
Tensor reshape(Tensor x, Shape shape);                         ///< the same elements in the same order
Tensor transpose(Tensor x);                                    ///< of a matrix
Tensor transpose(Tensor x, std::initializer_list<int> order);  ///< axis i of the result is axis order[i] of x
/// Elements start … stop − 1 along one axis, which must not be the batch.
Tensor slice(Tensor x, int axis, Index start, Index stop);
/// Zeros before and after along one axis, which must not be the batch.
Tensor pad(Tensor x, int axis, Index before, Index after);
Tensor concatenate(std::span<const Tensor> parts, int axis);
Tensor concatenate(std::initializer_list<Tensor> parts, int axis);

/// x (…, n), index (…): x[…, index]. The index holds whole numbers 0 … n − 1; any other stops the run with an
/// Error.
Tensor gather(Tensor x, Tensor index);
/// index (…) to (…, classes): 1 at the index, else 0. The index as in gather.
Tensor one_hot(Tensor index, Index classes);

// ---- Reductions ----

using Axes = std::initializer_list<int>;
// Over all axes, or over those named; keep: they stay, with size 1. Sums accumulate in double.
Tensor sum(Tensor x);
Tensor sum(Tensor x, Axes axes, bool keep = false);
Tensor mean(Tensor x);
Tensor mean(Tensor x, Axes axes, bool keep = false);
Tensor max(Tensor x);
Tensor max(Tensor x, Axes axes, bool keep = false);  ///< the largest share the derivative equally
Tensor min(Tensor x);
Tensor min(Tensor x, Axes axes, bool keep = false);
Tensor log_sum_exp(Tensor x, Axes axes, bool keep = false);  ///< log Σ e^x, without overflow
Tensor softmax(Tensor x, int axis = -1);
Tensor log_softmax(Tensor x, int axis = -1);

// ---- The rest ----

/// x, which derivatives see as a constant.
Tensor stop_gradient(Tensor x);
/// Of a shape: 0 with probability `rate`, else 1 / (1 − rate) (inverted dropout: the mean is 1). 0 ≤ rate
/// < 1. Drawn anew for each seed and step that a plan is given; two masks of one graph differ by their
/// `purpose`.
Tensor dropout_mask(Graph& graph, Shape shape, double rate, std::string purpose);

}  // namespace gradus
