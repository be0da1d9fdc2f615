#pragma once
#include <span>

#include "../../base/vector.h"
#include "initial_matrix.h"

namespace gradus {

/// The two-loop recursion (Nocedal 1980): applies to a gradient what BFGS updates by the last m pairs s = θ⁺ − θ, y = ∇f(θ⁺) − ∇f(θ) make
/// of an initial matrix D. It keeps the pairs, in one block of memory.
///
/// The recursion's first loop needs of each s_i its product with q = g − Σ α_j y_j over the pairs that are newer, so with g and
/// with these y_j; the second one of each y_i its product with r = D q + Σ (α_j − β_j) s_j over the older ones. The s_iᵀy_j are kept,
/// so that both loops run on numbers alone, and a direction goes through the pairs once and a half, where the textbook's loops go
/// twice: s_iᵀg, and s_iᵀy of the newest y; then q, r and y_iᵀr, tile by tile; then the sum.
template <class Scalar>
class TwoLoopRecursion {
 public:
  using View = std::span<const Scalar>;
  using Ref = std::span<Scalar>;

  /// Room for m ≥ 1 pairs of n elements, and for the next one; none are there yet.
  void reset(Index n, Index m, Initial initial = Initial::identity);
  void clear();
  Index count() const { return count_; }

  /// Where the next pair is made. It is one of the pairs, instead of the oldest where there are m, once push() has been called with
  /// its products, sᵀy > 0.
  Ref next_s() { return s(next_); }
  Ref next_y() { return y(next_); }
  void push(double s_y, double y_y);

  /// d ← −H g; −g where there are no pairs.
  void direction(View g, Ref d);

  /// Everything: for checkpoints.
  template <class Visitor>
  void visit(Visitor& visitor) {
    visitor.integer("pairs", count_);
    visitor.integer("next pair", next_);
    visitor.integer("new pair", new_);
    visitor.vector("pairs s, y", std::span(block_));
    visitor.vector("products s y", std::span(s_y_));
    initial_.visit(visitor);
  }

 private:
  Ref row(Index i) {
    return std::span(block_).subspan(static_cast<std::size_t>(i * n_), static_cast<std::size_t>(n_));
  }
  Ref s(Index place) { return row(place); }
  Ref y(Index place) { return row(places_ + place); }
  // Of the pairs of two ages, s of one that is no newer than y's.
  double& s_y(Index older, Index newer) {
    return s_y_[static_cast<std::size_t>(place(older) * places_ + place(newer))];
  }
  Index place(Index age) const { return (next_ + places_ - 1 - age) % places_; }  // 0: the newest
  void multiply_s(View g);
  void first_loop();
  void multiply_y(View g, Ref r);
  void second_loop();

  Index n_ = 0, places_ = 1;  // m + 1
  Index count_ = 0, next_ = 0;
  Index new_ = 0;         // 1: the newest y has not been multiplied with the s
  Vector<Scalar> block_;  // s of all places, then y
  Vector<double> s_y_;    // by place
  InitialMatrix<Scalar> initial_;
  // By age, not state; c = α − β:
  Vector<const Scalar*> s_rows_, y_rows_;
  Vector<double> s_g_, alpha_, y_r_, c_;
  Vector<double> sums_;  // of parts of vectors
};

extern template class TwoLoopRecursion<float>;
extern template class TwoLoopRecursion<double>;

}  // namespace gradus
