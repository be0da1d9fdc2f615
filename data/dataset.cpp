#include "data/dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.h"
#include "data/shuffle.h"

namespace gradus {

struct Dataset::Storage {
  std::string name;
  Index size = 0, width = 0, rows = 0, columns = 0, classes = 0, target_width = 0;
  std::vector<std::uint8_t> pixels;  // either these
  std::vector<double> values;        // or these
  std::vector<Index> labels;         // these,
  std::vector<double> targets;       // or these, or neither
};

namespace {

std::size_t at_size(Index i) { return static_cast<std::size_t>(i); }

void require_positive(const std::string& name, const char* what, Index value) {
  if (value < 1) throw Error(fmt::format("[Dataset] {}: {} must be at least 1, not {}.", name, what, value));
}

// How many cases `numbers` numbers are, `width` each.
Index count_cases(const std::string& name, const char* what, std::size_t numbers, Index width) {
  if (numbers == 0)
    throw Error(fmt::format("[Dataset] {}: the data is empty; at least one case is needed.", name));
  if (numbers % at_size(width) != 0)
    throw Error(fmt::format("[Dataset] {}: {} {} are no whole number of cases of {}; {} are left over.", name,
                            numbers, what, width, numbers % at_size(width)));
  return static_cast<Index>(numbers / at_size(width));
}

void require_same_count(const std::string& name, Index cases, const char* what, Index others) {
  if (cases != others)
    throw Error(fmt::format("[Dataset] {}: there are {} cases but {} {}; each case needs exactly one.", name,
                            cases, others, what));
}

void require_labels(const std::string& name, const std::vector<Index>& labels, Index classes) {
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (labels[i] < 0 || labels[i] >= classes)
      throw Error(fmt::format("[Dataset] {}: case {} has label {}, but with {} classes labels are 0 to {}.",
                              name, i, labels[i], classes, classes - 1));
}

void require_finite(const std::string& name, const char* what, const std::vector<double>& values,
                    Index width) {
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i]))
      throw Error(
          fmt::format("[Dataset] {}: {} {} of case {} is {}; only finite numbers can be learned from.", name,
                      what, i % at_size(width), i / at_size(width), values[i]));
}

// Row k of `out` is row row_of(k) of `stored`, converted and scaled.
template <class Scalar, class Stored, class RowOf>
void copy_rows(const std::vector<Stored>& stored, std::size_t width, std::size_t rows, RowOf row_of,
               Scalar scale, Scalar* out) {
  constexpr std::size_t ahead = 2, line = 64 / sizeof(Stored);
  for (std::size_t k = 0; k < rows; ++k, out += width) {
    // Shuffled rows lie anywhere in memory; asking for one in time makes this three times as fast.
    if (k + ahead < rows) {
      const Stored* const soon = stored.data() + row_of(k + ahead) * width;
      for (std::size_t j = 0; j < width; j += line) __builtin_prefetch(soon + j);
    }
    const Stored* const row = stored.data() + row_of(k) * width;
    for (std::size_t j = 0; j < width; ++j) out[j] = static_cast<Scalar>(row[j]) * scale;
  }
}

}  // namespace

Dataset::Dataset(std::shared_ptr<const Storage> storage) : storage_(std::move(storage)) {}

Dataset::Storage Dataset::images(std::string name, std::vector<std::uint8_t> pixels, Index rows,
                                 Index columns) {
  require_positive(name, "the number of rows", rows);
  require_positive(name, "the number of columns", columns);
  if (rows > std::numeric_limits<Index>::max() / columns)
    throw Error(fmt::format("[Dataset] {}: images of {} × {} pixels are too large.", name, rows, columns));
  Storage s;
  s.size = count_cases(name, "pixels", pixels.size(), rows * columns);
  s.width = rows * columns;
  s.rows = rows;
  s.columns = columns;
  s.pixels = std::move(pixels);
  s.name = std::move(name);
  return s;
}

Dataset Dataset::from_bytes(std::string name, std::vector<std::uint8_t> pixels, Index rows, Index columns,
                            std::vector<std::uint8_t> labels, Index classes) {
  require_positive(name, "the number of classes", classes);
  Storage s = images(std::move(name), std::move(pixels), rows, columns);
  require_same_count(s.name, s.size, "labels", static_cast<Index>(labels.size()));
  s.labels.assign(labels.begin(), labels.end());
  require_labels(s.name, s.labels, classes);
  s.classes = classes;
  return Dataset(std::make_shared<const Storage>(std::move(s)));
}

Dataset Dataset::from_bytes(std::string name, std::vector<std::uint8_t> pixels, Index rows, Index columns) {
  return Dataset(std::make_shared<const Storage>(images(std::move(name), std::move(pixels), rows, columns)));
}

Dataset Dataset::from_values(std::string name, std::vector<double> values, Index width,
                             std::vector<double> targets, Index target_width) {
  require_positive(name, "the number of features", width);
  require_positive(name, "the number of targets", target_width);
  Storage s;
  s.size = count_cases(name, "values", values.size(), width);
  require_same_count(name, s.size, "targets", count_cases(name, "targets", targets.size(), target_width));
  require_finite(name, "feature", values, width);
  require_finite(name, "target", targets, target_width);
  s.width = width;
  s.target_width = target_width;
  s.values = std::move(values);
  s.targets = std::move(targets);
  s.name = std::move(name);
  return Dataset(std::make_shared<const Storage>(std::move(s)));
}

Dataset Dataset::from_labelled_values(std::string name, std::vector<double> values, Index width,
                                      std::vector<Index> labels, Index classes) {
  require_positive(name, "the number of features", width);
  require_positive(name, "the number of classes", classes);
  Storage s;
  s.size = count_cases(name, "values", values.size(), width);
  require_same_count(name, s.size, "labels", static_cast<Index>(labels.size()));
  require_finite(name, "feature", values, width);
  require_labels(name, labels, classes);
  s.width = width;
  s.classes = classes;
  s.values = std::move(values);
  s.labels = std::move(labels);
  s.name = std::move(name);
  return Dataset(std::make_shared<const Storage>(std::move(s)));
}

const std::string& Dataset::name() const { return storage_->name; }
Index Dataset::size() const { return cases_ ? static_cast<Index>(cases_->size()) : storage_->size; }
Index Dataset::width() const { return storage_->width; }
Index Dataset::rows() const { return storage_->rows; }
Index Dataset::columns() const { return storage_->columns; }
Index Dataset::classes() const { return storage_->classes; }
Index Dataset::target_width() const { return storage_->target_width; }

void Dataset::check(const char* where, std::span<const Index> cases, std::size_t room, Index each) const {
  for (const Index i : cases)
    if (i < 0 || i >= size())
      throw Error(fmt::format("[{}] {}: case {} does not exist; there are {}, counted from 0.", where, name(),
                              i, size()));
  if (room != cases.size() * at_size(each))
    throw Error(fmt::format("[{}] {}: {} cases of {} numbers need room for {}, not {}.", where, name(),
                            cases.size(), each, cases.size() * at_size(each), room));
}

template <class Scalar>
void Dataset::gather(std::span<const Index> cases, std::span<Scalar> inputs) const {
  check("gather", cases, inputs.size(), width());
  const auto case_of = [&](std::size_t k) { return at_size(at(cases[k])); };
  if (storage_->values.empty())
    copy_rows(storage_->pixels, at_size(width()), cases.size(), case_of, Scalar(1) / 255, inputs.data());
  else
    copy_rows(storage_->values, at_size(width()), cases.size(), case_of, Scalar(1), inputs.data());
}

template <class Scalar>
void Dataset::gather_labels(std::span<const Index> cases, std::span<Scalar> labels) const {
  if (classes() == 0)
    throw Error(fmt::format("[gather_labels] {} has no classes{}.", name(),
                            target_width() != 0 ? "; use gather_targets" : ""));
  check("gather_labels", cases, labels.size(), 1);
  const auto case_of = [&](std::size_t k) { return at_size(at(cases[k])); };
  copy_rows(storage_->labels, 1, cases.size(), case_of, Scalar(1), labels.data());
}

template <class Scalar>
void Dataset::gather_targets(std::span<const Index> cases, std::span<Scalar> targets) const {
  if (target_width() == 0)
    throw Error(fmt::format("[gather_targets] {} has no targets{}.", name(),
                            classes() != 0 ? " but classes; use gather_labels" : ""));
  check("gather_targets", cases, targets.size(), target_width());
  const auto case_of = [&](std::size_t k) { return at_size(at(cases[k])); };
  copy_rows(storage_->targets, at_size(target_width()), cases.size(), case_of, Scalar(1), targets.data());
}

Index Dataset::label(Index which) const {
  Index result;
  gather_labels(std::span(&std::as_const(which), 1), std::span(&result, 1));
  return result;
}

std::pair<Dataset, Dataset> Dataset::split(Index validation_cases, std::uint64_t seed) const {
  if (validation_cases < 1 || validation_cases >= size())
    throw Error(fmt::format("[split] {}: of {} cases 1 to {} can be set aside for validation, not {}.",
                            name(), size(), size() - 1, validation_cases));
  std::vector<Index> order(at_size(size()));
  std::iota(order.begin(), order.end(), Index{0});
  shuffle(order, Random(seed, "split"));
  const auto cut = order.end() - validation_cases;
  std::sort(order.begin(), cut);
  std::sort(cut, order.end());
  const std::span<const Index> all(order);
  const std::size_t training_cases = at_size(size() - validation_cases);
  return {subset(all.first(training_cases)), subset(all.subspan(training_cases))};
}

Dataset Dataset::first(Index count) const {
  if (count < 1 || count > size())
    throw Error(
        fmt::format("[first] {} has {} cases; 1 to {} can be taken, not {}.", name(), size(), size(), count));
  std::vector<Index> cases(at_size(count));
  std::iota(cases.begin(), cases.end(), Index{0});
  return subset(cases);
}

Dataset Dataset::subset(std::span<const Index> cases) const {
  if (cases.empty()) throw Error(fmt::format("[subset] {}: a subset needs at least one case.", name()));
  check("subset", cases, cases.size(), 1);
  std::vector<Index> stored(cases.size());
  std::transform(cases.begin(), cases.end(), stored.begin(), [this](Index i) { return at(i); });
  Dataset result = *this;
  result.cases_ = std::make_shared<const std::vector<Index>>(std::move(stored));
  return result;
}

template void Dataset::gather(std::span<const Index>, std::span<float>) const;
template void Dataset::gather(std::span<const Index>, std::span<double>) const;
template void Dataset::gather_labels(std::span<const Index>, std::span<float>) const;
template void Dataset::gather_labels(std::span<const Index>, std::span<double>) const;
template void Dataset::gather_targets(std::span<const Index>, std::span<float>) const;
template void Dataset::gather_targets(std::span<const Index>, std::span<double>) const;

}  // namespace gradus
