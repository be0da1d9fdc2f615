#pragma once

/// All of gradus. What this header reaches is what an installed copy offers; every part can be included by itself, too.
#include "base/error.h"
#include "base/random.h"
#include "base/threads.h"
#include "base/vector.h"
