#pragma once
#include "tools/landscape/relief.h"

namespace gradus::landscape {

/// A relief of few nodes on a grid of nodes × nodes: by cubic interpolation (Catmull–Rom) of the logarithm of the excess,
/// which passes through the values that are given; infinite where a node that counts is.
Relief smooth(const Relief& coarse, Index nodes);

}  // namespace gradus::landscape
