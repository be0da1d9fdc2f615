#include "tools/landscape/contours.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace gradus::landscape {
namespace {

// The grid with a border of nodes that are below every level and lie upon the outermost ones.
class Tracer {
 public:
  Tracer(std::span<const double> heights, Index columns, Index rows, double level)
      : heights_(heights),
        columns_(columns),
        rows_(rows),
        level_(level),
        next_(static_cast<std::size_t>(2 * (columns + 2) * (rows + 2)), none) {}

  std::vector<Loop> loops() {
    for (Index row = -1; row < rows_; ++row)
      for (Index column = -1; column < columns_; ++column) cross(column, row);
    std::vector<Loop> all;
    for (std::size_t first = 0; first < next_.size(); ++first) {
      Loop loop;
      for (std::size_t edge = first; next_[edge] != none;) {
        loop.push_back(point(edge));
        edge = std::exchange(next_[edge], none);
      }
      if (!loop.empty()) all.push_back(std::move(loop));
    }
    return all;
  }

 private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  bool inside_grid(Index column, Index row) const {
    return column >= 0 && column < columns_ && row >= 0 && row < rows_;
  }
  double height(Index column, Index row) const {
    return heights_[static_cast<std::size_t>(row * columns_ + column)];
  }
  bool above(Index column, Index row) const {
    return inside_grid(column, row) && height(column, row) >= level_;
  }

  // The edge from a node to the next one in its row (direction 0) or its column (1).
  std::size_t edge(Index column, Index row, Index direction) const {
    return static_cast<std::size_t>(2 * ((row + 1) * (columns_ + 2) + column + 1) + direction);
  }
  Point point(std::size_t edge) const {
    const auto e = static_cast<Index>(edge);
    const Index column = e / 2 % (columns_ + 2) - 1, row = e / 2 / (columns_ + 2) - 1;
    const Index column2 = column + 1 - e % 2, row2 = row + e % 2;
    double t = 0.5;
    if (!inside_grid(column, row)) {
      t = 1;
    } else if (!inside_grid(column2, row2)) {
      t = 0;
    } else {
      const double a = height(column, row), b = height(column2, row2);
      t = (level_ - a) / (b - a);
    }
    return {std::lerp(static_cast<double>(column), static_cast<double>(column2), t),
            std::lerp(static_cast<double>(row), static_cast<double>(row2), t)};
  }

  // Joins the edges that are crossed of the cell between (column, row) and the next nodes, the region on the left.
  void cross(Index column, Index row) {
    // Corners and edges counter-clockwise, edge i between corners i and i + 1.
    const std::array<bool, 4> in = {above(column, row), above(column + 1, row), above(column + 1, row + 1),
                                    above(column, row + 1)};
    const std::array<std::size_t, 4> edges = {edge(column, row, 0), edge(column + 1, row, 1),
                                              edge(column, row + 1, 0), edge(column, row, 1)};
    const bool saddle = in[0] == in[2] && in[1] == in[3] && in[0] != in[1];
    const bool joined = saddle && middle(column, row) >= level_;
    for (std::size_t i = 0; i < 4; ++i) {
      if (in[i] || !in[(i + 1) % 4]) continue;
      // Here the line leaves the cell, the region on its left: it came in where the region begins on the other side.
      std::size_t from = (i + 1) % 4;
      if (joined)
        from = (i + 3) % 4;
      else
        while (in[(from + 1) % 4]) from = (from + 1) % 4;
      next_[edges[from]] = edges[i];
    }
  }
  double middle(Index column, Index row) const {
    return (height(column, row) + height(column + 1, row) + height(column, row + 1) +
            height(column + 1, row + 1)) /
           4;
  }

  std::span<const double> heights_;
  Index columns_, rows_;
  double level_;
  std::vector<std::size_t> next_;
};

}  // namespace

std::vector<Loop> contours(std::span<const double> heights, Index columns, Index rows, double level) {
  return Tracer(heights, columns, rows, level).loops();
}

}  // namespace gradus::landscape
