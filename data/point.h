#pragma once

namespace gradus {

struct Point {
  double x, y;
};

}  // namespace gradus
