#pragma once

/// Every optimization method.
#include "first_order/adam.h"
#include "first_order/sgd.h"
