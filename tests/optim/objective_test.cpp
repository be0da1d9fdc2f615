#include "optim/objective.h"

#include <gmock/gmock.h>

#include "optim/counting_objective.h"
#include "tests/optim/quadratic.h"

namespace gradus {
namespace {

using test::Quadratic;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(Objective, RefusesCurvatureThatItDoesNotOffer) {
  Quadratic<double> f({{1}}, {0});
  const Vector<double> theta = {1};
  EXPECT_THAT([&] { f.gauss_newton(theta); }, ThrowsMessage<Unsupported>(HasSubstr("Gauss–Newton products")));
  EXPECT_THAT([&] { f.Objective<double>::hessian(theta); },
              ThrowsMessage<Unsupported>(HasSubstr("Hessian products")));
  EXPECT_EQ(f.element_name(3), "θ[3]");
}

TEST(CountingObjective, CountsWhatIsEvaluatedAndPassesItOn) {
  Quadratic<double> f({{2, 1}, {1, 3}}, {1, 0});
  CountingObjective<double> counted(f);
  const Vector<double> theta = {1, 2};
  Vector<double> out(2);

  EXPECT_EQ(counted.size(), 2);
  EXPECT_EQ(counted.value(theta), f.value(theta));
  EXPECT_EQ(counted.gradient(theta, out), f.value(theta));
  EXPECT_EQ(out, (Vector<double>{3, 7}));
  EXPECT_DOUBLE_EQ(counted.cost(), 1.0 / 3 + 1);

  Curvature<double>& hessian = counted.hessian(theta);
  hessian.apply(theta, out);
  EXPECT_EQ(out, (Vector<double>{4, 7}));
  hessian.apply(theta, out);
  EXPECT_EQ(hessian.value(theta), f.value(theta));
  EXPECT_EQ(counted.evaluations().values, 2);
  EXPECT_EQ(counted.evaluations().gradients, 1);
  EXPECT_EQ(counted.evaluations().products, 2);
  // 2 values, 1 gradient, the values held for the Hessian, 2 products
  EXPECT_DOUBLE_EQ(counted.cost(), 2.0 / 3 + 1 + 1 + 2 * 2);
  EXPECT_THROW(counted.gauss_newton(theta), Unsupported);
  EXPECT_DOUBLE_EQ(counted.cost(), 2.0 / 3 + 1 + 1 + 2 * 2);
}

}  // namespace
}  // namespace gradus
