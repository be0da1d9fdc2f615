#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

/// The expression throws gradus::Error whose message contains the text.
#define EXPECT_ERROR(expression, text)                \
  EXPECT_THAT([&] { static_cast<void>(expression); }, \
              testing::ThrowsMessage<gradus::Error>(testing::HasSubstr(text)))
