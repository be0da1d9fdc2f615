#pragma once
#include <string>

#include "tools/landscape/race.h"

namespace gradus::landscape {

/// A picture of the race from its first start that moves by itself (SMIL) and begins again when it has ended: for slides.
std::string svg(const Race& race);

}  // namespace gradus::landscape
