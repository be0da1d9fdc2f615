#pragma once
#include <functional>
#include <vector>

#include "nn/run/analysis.h"
#include "nn/run/program.h"

namespace gradus::program {

/// The loop that computes x and all that is fused with it, or copies a broadcast or a number into memory; `out` is left open.
/// value_of gives the value of a tensor that the loop reads, and computes it first where it must.
Loop make_loop(Tensor x, const Analysis& analysis, const std::function<ValueId(Tensor)>& value_of);

}  // namespace gradus::program
