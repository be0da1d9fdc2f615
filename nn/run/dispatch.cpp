#include "base/log.h"
#include "nn/run/kernels.h"

namespace gradus {

#define GRADUS_PROCESSOR_KERNELS(processor) \
  namespace processor {                     \
  Kernels<float> make_float();              \
  Kernels<double> make_double();            \
  }

#ifdef GRADUS_KERNELS_NATIVE
GRADUS_PROCESSOR_KERNELS(native)
#else
GRADUS_PROCESSOR_KERNELS(baseline)
#ifdef __x86_64__
GRADUS_PROCESSOR_KERNELS(x86_64_v3)
GRADUS_PROCESSOR_KERNELS(x86_64_v4)
#endif
#endif

namespace {

struct Both {
  Kernels<float> single_precision;
  Kernels<double> double_precision;
};

Both choose() {
#ifdef GRADUS_KERNELS_NATIVE
  return {native::make_float(), native::make_double()};
#else
#ifdef __x86_64__
  const bool v3 =
      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
  const bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                  __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
                  __builtin_cpu_supports("avx512cd");
  if (v4) return {x86_64_v4::make_float(), x86_64_v4::make_double()};
  if (v3) return {x86_64_v3::make_float(), x86_64_v3::make_double()};
#endif
  return {baseline::make_float(), baseline::make_double()};
#endif
}

const Both& chosen() {
  static const Both both = [] {
    const Both made = choose();
    log().debug("kernels for {}", made.single_precision.processor);
    return made;
  }();
  return both;
}

}  // namespace

template <>
const Kernels<float>& kernels<float>() {
  return chosen().single_precision;
}
template <>
const Kernels<double>& kernels<double>() {
  return chosen().double_precision;
}

}  // namespace gradus
