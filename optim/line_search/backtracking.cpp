#include "optim/line_search/search.h"

namespace gradus {

LineSearchResult backtracking(Search& search, double first) {
  LinePoint p;
  bool level = false;  // the values have ceased to tell: from here on with slopes
  for (double alpha = first; alpha > 0; alpha *= search.options.shrink) {
    if (!level) {
      if (!search.value_at(alpha, p)) return search.out_of_evaluations();
      if (search.sufficient_decrease(p)) return search.accept(p);
      level = search.level(p);
    }
    if (level) {
      if (!search.at(alpha, p)) return search.out_of_evaluations();
      if (search.sufficient_decrease(p) || (search.level(p) && search.approximate_wolfe(p)))
        return search.accept(p);
      if (search.level(p) && p.slope < search.options.curvature * search.start.slope)
        return search.give_up("φ still falls where its values have ceased to tell", true);
    }
  }
  return search.give_up("α has become 0");
}

}  // namespace gradus
