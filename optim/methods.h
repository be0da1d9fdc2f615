#pragma once

/// Every optimization method.
#include "first_order/adabelief.h"
#include "first_order/adadelta.h"
#include "first_order/adagrad.h"
#include "first_order/adam.h"
#include "first_order/adamax.h"
#include "first_order/adamw.h"
#include "first_order/amsgrad.h"
#include "first_order/momentum.h"
#include "first_order/nadam.h"
#include "first_order/nesterov.h"
#include "first_order/radam.h"
#include "first_order/rmsprop.h"
#include "first_order/sgd.h"
#include "first_order/yogi.h"
