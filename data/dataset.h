#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../base/vector.h"

namespace gradus {

/// Cases to learn from: for each the inputs, a row of `width()` features, and what belongs to them, a class or
/// a vector of targets, or nothing, for networks that reconstruct their inputs. A value: copies and subsets
/// share the storage, which never changes.
///
/// Images are kept as bytes and become numbers in [0, 1] (byte · 1/255) when they are gathered. Every factory
/// refuses, by an Error that names the case and the value, counts that disagree, labels outside {0, …,
/// classes−1}, values that are not finite, and data without a case.
class Dataset {
 public:
  /// Images, one after the other, row by row, one byte a pixel; one label an image.
  static Dataset from_bytes(std::string name, std::vector<std::uint8_t> pixels, Index rows, Index columns,
                            std::vector<std::uint8_t> labels, Index classes);
  /// Images without labels.
  static Dataset from_bytes(std::string name, std::vector<std::uint8_t> pixels, Index rows, Index columns);
  /// Cases by `width` features, row-major, with `target_width` targets each (regression).
  static Dataset from_values(std::string name, std::vector<double> values, Index width,
                             std::vector<double> targets, Index target_width);
  /// Cases by `width` features, row-major, with a class each.
  static Dataset from_labelled_values(std::string name, std::vector<double> values, Index width,
                                      std::vector<Index> labels, Index classes);

  const std::string& name() const;
  Index size() const;          ///< number of cases
  Index width() const;         ///< features of a case
  Index rows() const;          ///< of an image; 0 where the cases are no images
  Index columns() const;       ///< of an image; 0 where the cases are no images
  Index classes() const;       ///< 0 where there are none
  Index target_width() const;  ///< numbers of a target; 0 where there are none

  /// Writes the inputs of `cases`, one row each: cases.size() × width(). Repetitions and any order are fine.
  template <class Scalar>
  void gather(std::span<const Index> cases, std::span<Scalar> inputs) const;
  /// Writes the class of each, as a number.
  template <class Scalar>
  void gather_labels(std::span<const Index> cases, std::span<Scalar> labels) const;
  /// Writes the targets of each: cases.size() × target_width().
  template <class Scalar>
  void gather_targets(std::span<const Index> cases, std::span<Scalar> targets) const;
  /// The class of one case.
  Index label(Index which) const;

  /// Divides the cases at random into (training, validation), `validation_cases` in the second: the same for
  /// the same seed. 0 < validation_cases < size().
  std::pair<Dataset, Dataset> split(Index validation_cases, std::uint64_t seed) const;
  /// The first `count` cases; 0 < count ≤ size().
  Dataset first(Index count) const;
  /// The cases named, in that order; at least one.
  Dataset subset(std::span<const Index> cases) const;

 private:
  struct Storage;
  static Storage images(std::string name, std::vector<std::uint8_t> pixels, Index rows, Index columns);
  explicit Dataset(std::shared_ptr<const Storage> storage);

  Index at(Index which) const { return cases_ ? (*cases_)[static_cast<std::size_t>(which)] : which; }
  void check(const char* where, std::span<const Index> cases, std::size_t room, Index each) const;

  std::shared_ptr<const Storage> storage_;
  std::shared_ptr<const std::vector<Index>> cases_;  // of a subset; none: all, in order
};

}  // namespace gradus
